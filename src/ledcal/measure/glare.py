"""Light of bright patches that the lens scatters into the others, learnt from wall that is dark.

A lens spreads a small share of every patch over the frame: more of it near by, some everywhere.
In a frame of many patches that is what spoils the dark ones. How it falls off belongs to the lens,
so it is the same in every frame: all dark places of all frames are explained together, by a few
bells of different widths laid over the lit patches, and one constant a frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import lsq_linear

if TYPE_CHECKING:
    from ledcal.values.arrays import BoolArray, FloatArray

# Standard deviations of the bells; half the wall's long side is 1.
_WIDTHS = (0.04, 0.08, 0.16, 0.32, 0.64)
_HUBER = 1.5
_N_PASSES = 6
# No place is known better than this share of the median place: equal photosites have no scatter.
# Below what noise leaves in frames of patches, so that doubled frames measure the same.
_LEAST_ERROR = 0.005
# How far the bells may be from the lens's true fall-off, as a share of what they explain.
_SHAPE_ERROR = 0.15
# The fall-off is learnt from so many frames at most, the brightest.
_MOST_FRAMES = 24


@dataclass(frozen=True, slots=True, eq=False)
class GlareScene:
    """Frames of patches, as far as glare is concerned.

    Attributes
    ----------
    points : ndarray, shape (n, 2)
        Middles of all places, lit and dark, half the wall's long side = 1.
    sizes : ndarray, shape (m, 2)
        Width and height of the first m places, which may be lit.
    lit : ndarray, shape (frames, m, 3)
        Light of the places that are lit in a frame, 0 elsewhere.
    dark : ndarray of bool, shape (frames, n)
        Places that show nothing of their own in a frame.
    seen, variance : ndarray, shape (frames, n, 3)
        Light above black, and the variance of its mean; NaN where it was not measured.
    """

    points: FloatArray
    sizes: FloatArray
    lit: FloatArray
    dark: BoolArray
    seen: FloatArray
    variance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class FallOff:
    """How the light of a lit place falls off over the frame, for each camera channel.

    Attributes
    ----------
    shares : ndarray, shape (3, bells)
        What the bells take of it.
    even : ndarray, shape (3,)
        What is spread evenly, by the area of the lit place, half the wall's long side = 1.
    """

    shares: FloatArray
    even: FloatArray

    def glare(
        self, points: FloatArray, middles: FloatArray, sizes: FloatArray, light: FloatArray
    ) -> FloatArray:
        """Tell the glare of lit places elsewhere.

        Parameters
        ----------
        points : ndarray, shape (n, 2)
            Where it is asked for.
        middles, sizes : ndarray, shape (m, 2)
            The lit places.
        light : ndarray, shape (m, 3)
            What they show.

        Returns
        -------
        ndarray, shape (n, 3)
            Camera light.
        """
        near = np.einsum("cs,snm,mc->nc", self.shares, _bells(points, middles, sizes), light)
        return np.asarray(near + self.even * (sizes.prod(axis=1) @ light), np.float64)


def learn_fall_off(scene: GlareScene) -> FallOff | None:
    """Learn how the lens scatters, for light that is not in the scene.

    Parameters
    ----------
    scene : GlareScene
        Frames with little in them do as well.

    Returns
    -------
    FallOff or None
        None where nothing is lit, or no dark place was measured.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [0.5, 0.0], [-0.5, 0.3], [0.4, 0.4], [-0.3, -0.4]])
    >>> seen = np.array([[[1.0] * 3] + [[0.01] * 3] * 4])
    >>> dark = np.array([[False, True, True, True, True]])
    >>> noise = np.full_like(seen, 1e-8)
    >>> sizes = np.array([[0.1, 0.1]])
    >>> scene = GlareScene(points, sizes, np.ones((1, 1, 3)), dark, seen, noise)
    >>> learn_fall_off(scene).even.round(3).tolist()
    [1.0, 1.0, 1.0]
    """
    total = scene.sizes.prod(axis=1) @ np.maximum(scene.lit, 0.0)
    usable = (scene.dark & np.isfinite(scene.seen).all(axis=2)).any(axis=1)
    usable &= (total > 0.0).all(axis=1)
    brightest = np.argsort(-np.where(usable, total.sum(axis=1), 0.0), kind="stable")
    chosen = np.sort(brightest[: min(_MOST_FRAMES, int(usable.sum()))])
    if not chosen.size:
        return None
    scene = replace(
        scene,
        **{name: getattr(scene, name)[chosen] for name in ("lit", "dark", "seen", "variance")},
    )
    shares, even = np.zeros((3, len(_WIDTHS))), np.zeros(3)
    for channel in range(3):
        spread = _spread(scene, channel)
        shares[channel], constants, _ = _learn(scene, spread, channel)
        light = total[chosen, channel]
        even[channel] = max(float(constants @ light) / float(light @ light), 0.0)
    return FallOff(shares, even)


def fit_glare(scene: GlareScene) -> tuple[FloatArray, FloatArray]:
    """Learn the glare of a take, and tell it for every place that may be lit.

    Parameters
    ----------
    scene : GlareScene
        What was seen.

    Returns
    -------
    glare, sigma : ndarray, shape (frames, m, 3)
        To be taken off, and its standard error. A patch's own scattered light is not in it:
        that is a scale.

    Examples
    --------
    One bright patch, and dark wall that sees a hundredth of it everywhere:

    >>> points = np.array([[0.0, 0.0], [0.5, 0.0], [-0.5, 0.3], [0.4, 0.4], [-0.3, -0.4]])
    >>> lit = np.zeros((1, 1, 3)) + 1.0
    >>> seen = np.array([[[1.0] * 3] + [[0.01] * 3] * 4])
    >>> dark = np.array([[False, True, True, True, True]])
    >>> noise = np.full_like(seen, 1e-8)
    >>> scene = GlareScene(points, np.array([[0.1, 0.1]]), lit, dark, seen, noise)
    >>> glare, _ = fit_glare(scene)
    >>> glare.round(3).tolist()
    [[[0.01, 0.01, 0.01]]]
    """
    n_frames, m, _ = scene.lit.shape
    glare, sigma = np.zeros((n_frames, m, 3)), np.zeros((n_frames, m, 3))
    for channel in range(3):
        spread = _spread(scene, channel)
        shares, constants, errors = _learn(scene, spread, channel)
        near = spread[:, :m] @ shares
        glare[..., channel] = near + constants[:, None]
        sigma[..., channel] = np.hypot(errors[:, None], _SHAPE_ERROR * near)
    return glare, sigma


def _spread(scene: GlareScene, channel: int) -> FloatArray:
    """What each bell puts on each place, without the place's own, shape (frames, n, bells)."""
    m = len(scene.sizes)
    bells = _bells(scene.points, scene.points[:m], scene.sizes)
    bells[:, np.arange(m), np.arange(m)] = 0.0
    light = np.maximum(scene.lit[..., channel], 0.0)
    return np.asarray(np.einsum("sdr,fr->fds", bells, light), np.float64)


def _bells(points: FloatArray, middles: FloatArray, sizes: FloatArray) -> FloatArray:
    """Share of the light of place r that a bell puts on place d, shape (bells, n, m)."""
    area = sizes.prod(axis=1)
    distance = ((points[:, None, :] - middles[None, :, :]) ** 2).sum(axis=-1)
    bells = np.empty((len(_WIDTHS), len(points), len(sizes)))
    for i, width in enumerate(_WIDTHS):
        variance = width**2 + area / 12.0
        bells[i] = area / (2.0 * np.pi * variance) * np.exp(-distance / (2.0 * variance))
    return bells


def _learn(
    scene: GlareScene, spread: FloatArray, channel: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share of each bell, constant of each frame, and the constants' standard errors."""
    n_frames = len(spread)
    seen = scene.seen[..., channel]
    usable = scene.dark & np.isfinite(seen) & np.isfinite(scene.variance[..., channel])
    frame, place = np.nonzero(usable)
    shares, constants, errors = np.zeros(len(_WIDTHS)), np.zeros(n_frames), np.zeros(n_frames)
    if not frame.size:
        return shares, constants, errors
    bells = spread[frame, place]
    value = seen[frame, place]
    variance = scene.variance[frame, place, channel]
    least = (_LEAST_ERROR * float(np.median(np.abs(value)))) ** 2
    floor = max(0.1 * float(np.median(variance)), least, 1e-24)
    weight = 1.0 / np.sqrt(variance + floor)
    design = np.concatenate([bells, frame[:, None] == np.arange(n_frames)], axis=1)
    size = np.abs(design * weight[:, None]).max(axis=0)
    size[size == 0.0] = 1.0
    lowest = np.concatenate([np.zeros(len(_WIDTHS)), np.full(n_frames, -np.inf)])
    pull, scale = np.ones(len(value)), 1.0
    answer = np.zeros(design.shape[1])
    for _ in range(_N_PASSES):
        root = weight * np.sqrt(pull)
        solved = lsq_linear(
            design * root[:, None] / size, value * root, bounds=(lowest, np.inf), method="bvls"
        )
        answer = solved.x / size
        residual = (value - design @ answer) * weight
        scale = max(1.4826 * float(np.median(np.abs(residual))), 1e-9)
        pull = 1.0 / np.maximum(np.abs(residual) / (_HUBER * scale), 1.0)
    shares, constants = answer[: len(_WIDTHS)], answer[len(_WIDTHS) :]
    strength = np.bincount(frame, weights=pull * weight**2, minlength=n_frames)
    errors = max(scale, 1.0) / np.sqrt(np.maximum(strength, 1e-24))
    errors[strength == 0.0] = 0.0
    constants = np.where(strength > 0.0, constants, 0.0)
    return shares, constants, errors
