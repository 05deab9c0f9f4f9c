"""From the light of a counter's cells to its number, and how much of the next one was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.sync import CODE_BITS, code_table

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

# Defocus brings this much of a neighbour's contrast into a bit, at most.
_MOST_BLEED = 0.3
_ROUNDS = 2


def decode_counters(
    lit: FloatArray, unlit: FloatArray, n_frames: int
) -> tuple[FloatArray, FloatArray]:
    """Read counters from the light of their cells.

    A bit that both frames of an exposure share is fully black or white; the two that differ lie
    between, by the share of the time. The number and the share that explain all bits best are
    taken; what defocus brings over from the neighbours is estimated and taken off.

    Parameters
    ----------
    lit, unlit : ndarray, shape (n, 13)
        Light of the cell that is lit when a bit is 1, and of the one beside it; any unit, black
        need not be taken off.
    n_frames : int
        Of the loop.

    Returns
    -------
    position : ndarray, shape (n,)
        Number plus the share of the exposure that saw the next one, 0..n_frames.
    misfit : ndarray, shape (n,)
        Root mean square over the bits of what that does not explain, 1 = from grey to white.

    Examples
    --------
    >>> from ledcal.values.sync import counter_bits
    >>> bits = np.array([counter_bits(7), counter_bits(8)], float)
    >>> half = bits.mean(axis=0, keepdims=True)
    >>> position, misfit = decode_counters(0.2 * half + 0.01, 0.2 * (1 - half) + 0.01, 256)
    >>> position.round(3).tolist(), misfit.round(3).tolist()
    ([7.5], [0.0])
    """
    contrast = _contrast(lit, unlit)
    number, share, misfit = _nearest(contrast, n_frames)
    for _ in range(_ROUNDS):
        gain, bleed = _bleed(contrast, _values(number, share, n_frames), misfit)
        sharp = _without_neighbours(contrast, gain, bleed)
        number, share, misfit = _nearest(sharp, n_frames)
    return number + share, misfit


def _contrast(lit: FloatArray, unlit: FloatArray) -> FloatArray:
    """Difference of each pair over the light of both, smooth along the counter; typically 1."""
    place = np.linspace(-1.0, 1.0, CODE_BITS)
    basis = np.stack([np.ones(CODE_BITS), place, place**2], axis=1)
    smooth = (lit + unlit) @ np.linalg.pinv(basis).T @ basis.T
    scale = np.maximum(smooth, 1e-3 * np.abs(smooth).max(axis=1, keepdims=True) + 1e-12)
    contrast = (lit - unlit) / scale
    typical = np.median(np.abs(contrast), axis=1, keepdims=True)
    return np.asarray(contrast / np.maximum(typical, 1e-9), np.float64)


def _nearest(contrast: FloatArray, n_frames: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The number and share that explain each row best, and the misfit."""
    table = code_table(n_frames)
    step = table.after - table.now
    # Of |v - y - s d|^2, with |d|^2 = 8, y.d = -4 and |y|^2 = 13.
    along = contrast @ step.T + 4.0
    share = np.clip(along / 8.0, 0.0, 1.0)
    squares = (contrast**2).sum(axis=1, keepdims=True) + CODE_BITS
    cost = squares - 2.0 * contrast @ table.now.T - 2.0 * share * along + 8.0 * share**2
    best = np.argmin(cost, axis=1)
    rows = np.arange(len(contrast))
    misfit = np.sqrt(np.maximum(cost[rows, best], 0.0) / CODE_BITS)
    return best.astype(np.float64), share[rows, best], misfit


def _values(number: FloatArray, share: FloatArray, n_frames: int) -> FloatArray:
    table, place = code_table(n_frames), number.astype(np.intp)
    now, after = table.now[place], table.after[place]
    return np.asarray(now + share[:, None] * (after - now), np.float64)


def _neighbours(values: FloatArray) -> FloatArray:
    """Sum of the bits before and after each; outside it is dark, as a 1 before and a 0 after."""
    ones = np.ones((len(values), 1))
    padded = np.hstack([ones, values, -ones])
    return np.asarray(padded[:, :-2] + padded[:, 2:], np.float64)


def _bleed(
    contrast: FloatArray, values: FloatArray, misfit: FloatArray
) -> tuple[FloatArray, float]:
    """Size of a whole bit in each row, and how much of its neighbours is in it, one for all.

    A cell that receives a part of the cells beside it has a pair's difference fall, and less a
    part of the differences of the pairs beside it.
    """
    near = _neighbours(values)
    own = (values * values).sum(axis=1)
    cross = (values * near).sum(axis=1)
    both = (near * near).sum(axis=1)
    right_own, right_near = (contrast * values).sum(axis=1), (contrast * near).sum(axis=1)
    determinant = np.maximum(own * both - cross**2, 1e-9)
    gain = (right_own * both - right_near * cross) / determinant
    part = (own * right_near - cross * right_own) / determinant
    good = (misfit < 0.35) & (gain > 0.2)
    found = float(np.median(-part[good] / gain[good])) if good.any() else 0.0
    return np.where(good, gain, 1.0), min(max(found, 0.0), _MOST_BLEED)


def _without_neighbours(contrast: FloatArray, gain: FloatArray, bleed: float) -> FloatArray:
    """Take off what the neighbours bring in."""
    mixing = np.eye(CODE_BITS) - bleed * (np.eye(CODE_BITS, k=1) + np.eye(CODE_BITS, k=-1))
    outside = np.zeros(CODE_BITS)
    outside[0], outside[-1] = -bleed, bleed
    whole = contrast / gain[:, None] - outside
    return np.asarray(np.linalg.solve(mixing, whole.T).T, np.float64)
