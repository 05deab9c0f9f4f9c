"""What is moire and what is wall: two takes, with the camera moved a little in between.

A line that sampling made moves by what its true frequency changes, not by what it seems to be:
moved by e times the distance, ``f' -> f' + e f``. What moves tells f, and with it what sampling
took off, without any knowledge of wall, lens or sensor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.cosets import HALVES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.moire.explain import Sighting
    from ledcal.values.arrays import FloatArray

# What is asked for, as a change of scale; the logarithm by which it is usually off.
_ASKED, _ASKED_SPREAD = 0.005, 0.34
# Changes of scale that are tried where it is not known, and how finely.
_LEAST, _MOST, _STEPS = 5e-4, 0.03, 6000
# How much a line's contrast may change, as a factor.
_CONTRAST = 1.6
_HOPELESS = -12.0
# What neighbouring lines make a frequency wrong by, c/px; strongest lines that decide the scale.
_SLIP, _STRONGEST = 2e-5, 8
# Photosites per LED are at least this, and frequencies at most that, in c/px.
_HIGHEST = 6.0
# Strong lines are low orders: what is higher than this is less likely.
_ORDINARY = 1.5
# Lines must agree on the change of scale to so many standard errors, and that better by this much
# than any other that differs.
_AGREE, _BETTER = 9.0, 9.0


@dataclass(frozen=True, slots=True, eq=False)
class Wiggle:
    """What moving the camera told.

    Attributes
    ----------
    scale : float
        Change of the LED frequency: 0.01 is a hundredth farther away.
    lines : tuple of int
        Lines of the first take that are in the second.
    true_frequency : ndarray, shape (len(lines), 2)
        Before sampling, c/px.
    reciprocal : ndarray, same shape
        What sampling took off.
    """

    scale: float
    lines: tuple[int, ...]
    true_frequency: FloatArray
    reciprocal: FloatArray


def read_wiggle(
    before: Sequence[Sighting], after: Sequence[Sighting], *, scale: float | None = None
) -> Wiggle | None:
    """Tell what sampling took off each line.

    Parameters
    ----------
    before, after : sequence of Sighting
        Lines of the two takes, in one patch.
    scale : float or None
        Change of scale where it is known; else the one on which the lines agree, away from the
        wall where both ways fit alike.

    Returns
    -------
    Wiggle or None
        None where the lines do not agree on one.
    """
    if not before or not after:
        return None
    if scale is None:
        scale = _agreed(before[:_STRONGEST], after[: 2 * _STRONGEST])
        if scale is None:
            return None
    e, best = scale, _judge(before, after, scale)
    if not best.pairs:
        return None
    lines = tuple(i for i, _ in best.pairs)
    steps = np.array(best.steps)
    true = np.array([before[i].frequency for i in lines]) + steps
    return Wiggle(_refined(before, after, best, e), lines, true, steps)


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    pairs: list[tuple[int, int]]
    steps: list[FloatArray]


def _scales() -> FloatArray:
    sizes = np.geomspace(_LEAST, _MOST, _STEPS // 2)
    return np.concatenate([-sizes[::-1], sizes])


def _agreed(before: Sequence[Sighting], after: Sequence[Sighting]) -> float | None:
    """The change of scale on which lines agree; None where there is none, or more than one."""
    scales = _scales()
    costs = (np.log(np.abs(scales) / _ASKED) / _ASKED_SPREAD) ** 2
    for line in before:
        least = np.full(len(scales), 2.0 * _AGREE)
        for other in after:
            if not 1.0 / _CONTRAST < other.contrast / line.contrast < _CONTRAST:
                continue
            for sign in (1.0, -1.0):
                np.minimum(least, _prices(line, other, sign, scales), out=least)
        costs += least
    if costs.min() >= 2.0 * _AGREE * len(before):
        return None  # no line of one is in the other
    best = int(costs.argmin())
    if scales[best] < 0.0:
        # The lines of a level wall move alike both ways: back is what was asked for.
        back = int(np.where(scales > 0.0, costs, np.inf).argmin())
        best = back if costs[back] - costs[best] < _BETTER else best
    # Of the other direction was decided above.
    apart = np.abs(scales / scales[best] - 1.0) > 0.05
    apart &= scales * scales[best] > 0.0
    if apart.any() and costs[apart].min() - costs[best] < _BETTER:
        return None
    return float(scales[best])


def _prices(line: Sighting, other: Sighting, sign: float, scales: FloatArray) -> FloatArray:
    """What it costs to take one line for the other, for every change of scale."""
    moved = sign * other.frequency - line.frequency
    moved = moved - np.round(2.0 * moved) / 2.0
    true = moved / scales[:, None]
    step = np.round(2.0 * (true - line.frequency)) / 2.0
    off = moved - scales[:, None] * (line.frequency + step)
    sigma = np.hypot(line.sigma, other.sigma) + _SLIP
    half = np.round(2.0 * (step % 1.0)).astype(int)
    chances = np.array([_chance(line, np.array(h) / 2.0) for h in np.ndindex(2, 2)])
    chance = chances[2 * half[:, 0] + half[:, 1]]
    price = np.sum(off**2, axis=1) / sigma**2 - chance
    size = np.hypot(true[:, 0], true[:, 1])
    allowed = (size <= _HIGHEST) & (chance >= _HOPELESS)
    return np.asarray(np.where(allowed, price + (size / _ORDINARY) ** 2, np.inf), np.float64)


def _judge(before: Sequence[Sighting], after: Sequence[Sighting], e: float) -> _Judged:
    """Lines of two takes that fit under a change of scale, and what sampling took off each."""
    pairs: list[tuple[int, int]] = []
    steps: list[FloatArray] = []
    for i, line in enumerate(before):
        found = _partner(line, after, e)
        if found is None:
            continue
        partner, step = found
        pairs.append((i, partner))
        steps.append(step)
    return _Judged(pairs, steps)


def _partner(line: Sighting, after: Sequence[Sighting], e: float) -> tuple[int, FloatArray] | None:
    least = 2.0 * _AGREE
    best: tuple[int, FloatArray] | None = None
    for k, other in enumerate(after):
        ratio = other.contrast / line.contrast
        if not 1.0 / _CONTRAST < ratio < _CONTRAST:
            continue
        for sign in (1.0, -1.0):
            moved = sign * other.frequency - line.frequency
            moved = moved - np.round(2.0 * moved) / 2.0
            true = moved / e
            if np.hypot(*true) > _HIGHEST:
                continue
            step = np.round(2.0 * (true - line.frequency)) / 2.0
            chance = _chance(line, step)
            if chance < _HOPELESS:
                continue
            sigma = np.hypot(line.sigma, other.sigma) + _SLIP
            off = moved - e * (line.frequency + step)
            price = float(np.sum(off**2)) / sigma**2 - chance
            if price < least:
                least, best = price, (k, np.asarray(step, np.float64))
    return best


def _chance(line: Sighting, step: FloatArray) -> float:
    if line.likely is None:
        return 0.0
    places = np.flatnonzero((np.abs(HALVES - step % 1.0) < 1e-6).all(axis=1))
    return float(line.likely[places[0]])


def _refined(
    before: Sequence[Sighting], after: Sequence[Sighting], best: _Judged, e: float
) -> float:
    """The change of scale that fits all pairs."""
    top = bottom = 0.0
    for (i, k), step in zip(best.pairs, best.steps, strict=True):
        true = before[i].frequency + step
        moves = [sign * after[k].frequency - before[i].frequency for sign in (1.0, -1.0)]
        moves = [move - np.round(2.0 * move) / 2.0 for move in moves]
        move = min(moves, key=lambda m: float(np.hypot(*(m - e * true))))
        weight = 1.0 / (before[i].sigma ** 2 + after[k].sigma ** 2 + 1e-12)
        top += weight * float(move @ true)
        bottom += weight * float(true @ true)
    return top / bottom if bottom else e
