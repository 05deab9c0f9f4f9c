"""Light of bright patches that the lens scatters into the others, learnt from wall that is dark.

A lens spreads a small share of every patch over the frame: more of it near by, some everywhere.
In a frame of many patches that is what spoils the dark ones. How it falls off belongs to the lens,
so it is the same in every frame: all dark places of all frames are explained together, by a few
bells of different widths laid over the lit patches, and one constant a frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import lsq_linear

if TYPE_CHECKING:
    from ledcal.values.arrays import BoolArray, FloatArray

# Standard deviations of the bells; half the wall's long side is 1.
_WIDTHS = (0.04, 0.08, 0.16, 0.32, 0.64)
_HUBER = 1.5
_N_PASSES = 6
# How far the bells may be from the lens's true fall-off, as a share of what they explain.
_SHAPE_ERROR = 0.15


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
    bells = _bells(scene.points, scene.sizes)
    glare, sigma = np.zeros((n_frames, m, 3)), np.zeros((n_frames, m, 3))
    for channel in range(3):
        spread = np.einsum("sdr,fr->fds", bells, np.maximum(scene.lit[..., channel], 0.0))
        shares, constants, errors = _learn(scene, spread, channel)
        near = spread[:, :m] @ shares
        glare[..., channel] = near + constants[:, None]
        sigma[..., channel] = np.hypot(errors[:, None], _SHAPE_ERROR * near)
    return glare, sigma


def _bells(points: FloatArray, sizes: FloatArray) -> FloatArray:
    """Share of the light of place r that a bell puts on place d, shape (bells, n, m)."""
    m = len(sizes)
    area = sizes.prod(axis=1)
    distance = ((points[:, None, :] - points[None, :m, :]) ** 2).sum(axis=-1)
    bells = np.empty((len(_WIDTHS), len(points), m))
    for i, width in enumerate(_WIDTHS):
        variance = width**2 + area / 12.0
        bells[i] = area / (2.0 * np.pi * variance) * np.exp(-distance / (2.0 * variance))
    bells[:, np.arange(m), np.arange(m)] = 0.0
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
    weight = 1.0 / np.sqrt(variance + 0.1 * float(np.median(variance)) + 1e-24)
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
