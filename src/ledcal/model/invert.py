"""C: content code to wall code, by inverting the smooth model (never a table)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.model._inverse import prepare_inverse
from ledcal.model._perceptual import ITP_SCALE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.stage import Target

# What grey brighter than the wall can make gives up: brightness (match) or neutrality (keep).
_NEUTRAL_WEIGHTS = {"match": 8.0, "keep": 0.25}
_REACHED_ITP = 0.05
# Sixteen steps of a 10-bit link: a seventh of a PQ wall's light. A wall that can go on by less is
# left to run into its own end, because holding bends the table just below the peak.
_HEADROOM = 16.0 / 1023.0


def correct(
    model: DisplayModel,
    target: Target,
    k: float,
    content_code: ArrayLike,
    *,
    peak: str = "match",
) -> tuple[FloatArray, BoolArray]:
    """Wall code that makes the camera see what the content means.

    Solves ``k * (F(C(x)) - F(0)) = T(x)``. A target that the wall cannot make is brought to the
    wall's boundary, to the nearest point in ICtCp with hue held most and chroma least; no code
    above the brightest measured one is used.

    Parameters
    ----------
    model : DisplayModel
        The wall.
    target : Target
        What content is encoded in.
    k : float
        From `exposure_scale`.
    content_code : array_like, shape (..., 3)
        Content code, 0..1; above the target's peak it is held at the peak.
    peak : str
        What greys brighter than the wall's neutral white give up: ``match`` gives up
        brightness and stays neutral, ``keep`` gives up neutrality and stays bright.

    Returns
    -------
    wall_code : ndarray, shape (..., 3)
        0..1, not above the brightest code that was measured.
    reachable : ndarray of bool, shape (...)
        Whether the wall can make the target.

    Raises
    ------
    ValueError
        If a shape or `peak` is wrong, or `k` is not positive.
    """
    codes = np.asarray(content_code, dtype=np.float64)
    if codes.shape[-1:] != (3,):
        message = f"content_code: expected shape (..., 3), got {codes.shape}"
        raise ValueError(message)
    wanted = target_light(target, codes.reshape(-1, 3))
    wall, reachable = reach(model, k, wanted, peak=peak)
    return wall.reshape(codes.shape), reachable.reshape(codes.shape[:-1])


def reach(
    model: DisplayModel, k: float, aces: FloatArray, *, peak: str = "match"
) -> tuple[FloatArray, BoolArray]:
    """Wall code for scene-linear light: `correct` without the target's encoding.

    Parameters
    ----------
    model : DisplayModel
        The wall.
    k : float
        From `exposure_scale`.
    aces : ndarray, shape (n, 3)
        ACES2065-1, 1.0 = 100 nits, black not included.
    peak : str
        As in `correct`.

    Returns
    -------
    wall_code : ndarray, shape (n, 3)
        0..1.
    reachable : ndarray of bool, shape (n,)
        Whether the wall can make it.
    """
    if peak not in _NEUTRAL_WEIGHTS:
        message = f"peak: {peak!r} is not one of {', '.join(_NEUTRAL_WEIGHTS)}"
        raise ValueError(message)
    if not k > 0.0:
        message = f"k: {k} is not positive"
        raise ValueError(message)
    inverse = prepare_inverse(model, k)
    wanted = aces @ inverse.to_nits.T
    light, inside = inverse.solve(wanted)
    code = inverse.code(light)
    outside = np.flatnonzero(~inside)
    # A gain field moves with the light that is found: look once more from there.
    for _ in range(0 if not outside.size else 1 if inverse.field is None else 2):
        light[outside], code[outside], distance = inverse.nearest(
            wanted[outside] / inverse.gain(light[outside]),
            light[outside],
            neutral_weight=_NEUTRAL_WEIGHTS[peak],
        )
        inside[outside] = distance * ITP_SCALE < _REACHED_ITP
    return code, inside


def has_headroom(model: DisplayModel, target: Target, k: float, *, peak: str = "match") -> bool:
    """Whether the wall can go well beyond the target's peak white: then it must be held."""
    white, _ = correct(model, target, k, np.ones((1, 3)), peak=peak)
    limit = np.asarray(model.parameters["code_limit"])
    return bool((white[0] < limit - _HEADROOM).all())


def node_function(
    model: DisplayModel, target: Target, k: float, size: int, *, peak: str = "match"
) -> Callable[[FloatArray], FloatArray]:
    """The correction as a table of `size` nodes should hold it.

    The peak of ST 2084 content falls between two nodes. Held at the peak, the node above it
    bends every code of that last cell. Where the wall ends there too, that node continues the
    slope below the peak, which the wall cannot follow anyhow, and nodes further up repeat it;
    where the wall could go on, content above the peak is held at the peak.

    Parameters
    ----------
    model : DisplayModel
        The wall.
    target : Target
        What content is encoded in.
    k : float
        From `exposure_scale`.
    size : int
        Nodes along one edge; 2 or more.
    peak : str
        As in `correct`.

    Returns
    -------
    callable
        Content code (n, 3), on the nodes, to wall code (n, 3).
    """
    cell = 1.0 / (size - 1)
    peak_code = float(eotf_inverse(target.eotf, target.peak_nits, peak_nits=target.peak_nits))
    top = min(1.0, float(np.ceil(peak_code / cell - 1e-9) * cell))
    is_held = has_headroom(model, target, k, peak=peak)

    def nodes(code: FloatArray) -> FloatArray:
        index = np.rint(np.minimum(code, top) / cell).astype(np.int64)
        key = (index[:, 0] * size + index[:, 1]) * size + index[:, 2]
        _, first, back = np.unique(key, return_index=True, return_inverse=True)
        distinct = np.minimum(code[first], top)
        wall, _ = correct(model, target, k, distinct, peak=peak)
        above = distinct > peak_code + 1e-9
        row = np.flatnonzero(above.any(axis=1))
        if row.size and not is_held:
            held = np.where(above[row], peak_code, distinct[row])
            below = np.where(above[row], peak_code - cell, distinct[row])
            at_peak, _ = correct(model, target, k, held, peak=peak)
            at_below, _ = correct(model, target, k, below, peak=peak)
            onward = (at_peak - at_below) * ((top - peak_code) / cell)
            wall[row] = np.clip(at_peak + onward, 0.0, 1.0)
        return np.asarray(wall[back.reshape(-1)], dtype=np.float64)

    return nodes
