"""Which order of the LED raster each line is: a lattice laid through all of them.

The phases in the colour filter array say what sampling took off a line, up to whole cycles. Where
the camera stands says roughly what the raster's frequencies are: each strong line, taken as each
order in turn, says precisely what they would be. The lattice that explains most lines, and makes
the strong ones low orders, is the one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.cosets import HALVES
from ledcal.moire.lattice import orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import FloatArray

_MOST, _LOW = 4, 2
_ANCHORS = 4
# How far a line may lie off its order: of its frequency (a lens distorts), and at least, in c/px;
# and how far once the lattice was laid through the lines.
_LOOSE, _TIGHT, _LEAST = 2e-3, 4e-4, 4e-5
# What lines beside a line, and fall-off, make its frequency wrong by, in c/px.
_SLIP = 2e-6
# By how much, in logarithms of contrast, an order is weaker than usual, or stronger (standard
# deviations); and what a line that is no order costs.
_WEAKER, _STRONGER, _UNEXPLAINED = 2.5, 1.0, -9.0
_HOPELESS = -12.0
# A prior whose scale may be off by more was said by people: it may be farther off than that.
_WIDE = 0.03
_MOST_SHEAR = 0.03
# Lattices whose slopes differ by less, as a share, are the same.
_SAME = 2e-3
# An ordinary wall and camera, for what is usual.
_FILL, _BLUR = 0.35, 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A line as the lattice sees it.

    Attributes
    ----------
    frequency : ndarray, shape (2,)
        As it is seen, c/px.
    sigma : float
        Standard error of a part of it.
    likely : ndarray, shape (4,), or None
        Logarithm of how likely sampling took off each of `cosets.HALVES`, up to whole cycles; None
        where that is not known.
    contrast : float
        Amplitude over mean.
    """

    frequency: FloatArray
    sigma: float
    likely: FloatArray | None
    contrast: float

    def steps(self) -> list[tuple[FloatArray, float]]:
        """What sampling may have taken off, and how likely each is."""
        likely = np.zeros(4) if self.likely is None else self.likely
        pairs = zip(HALVES, likely, strict=True)
        return [(half, float(chance)) for half, chance in pairs if chance > _HOPELESS]


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """The raster of the LEDs as the lines show it.

    Attributes
    ----------
    jacobian : ndarray, shape (2, 2)
        LED pixels per photosite: order @ jacobian is its true frequency.
    orders : tuple of ((int, int) or None)
        Order of each line, None where it is none.
    reciprocals : tuple of (ndarray or None)
        What sampling took off each.
    score : float
        Logarithm of its likelihood, for comparison.
    margin : float
        How much better than the next that differs.
    """

    jacobian: FloatArray
    orders: tuple[tuple[int, int] | None, ...]
    reciprocals: tuple[FloatArray | None, ...]
    score: float
    margin: float


def fit_lattice(
    lines: Sequence[Sighting],
    prior: FloatArray,
    *,
    scale_spread: float = 0.06,
    turn_spread_deg: float = 2.5,
) -> Lattice | None:
    """Lay the LED raster through lines.

    Parameters
    ----------
    lines : sequence of Sighting
        Strongest first.
    prior : ndarray, shape (2, 2)
        LED pixels per photosite, roughly.
    scale_spread : float
        How far its scale may be off, as a share.
    turn_spread_deg : float
        How far its direction may be off.

    Returns
    -------
    Lattice or None
        None where no line can be an order; and, of a prior that was said and not measured, where
        the strongest line is none or no first order is among them: the prior is farther off than
        it may be, and some lattice fits some lines anyhow.
    """
    if not lines:
        return None
    every = orders(_MOST)
    every = np.concatenate([every, -every])
    usual = _usual_contrast(every @ prior, every)
    tried: list[Lattice] = []
    for index in range(min(_ANCHORS, len(lines))):
        for slope in _slopes(lines[index], prior, every, scale_spread, turn_spread_deg):
            found = _lay(lines, slope, every, usual)
            if found is None:
                continue
            off = _off(found.jacobian, prior, scale_spread, turn_spread_deg)
            if off is not None:
                tried.append(replace(found, score=found.score - off))
    if not tried:
        return None
    best = max(tried, key=lambda lattice: lattice.score)
    if scale_spread > _WIDE and not _is_plausible(best):
        return None
    others = [one.score for one in tried if _differs(one, best)]
    margin = best.score - max(others) if others else float("inf")
    return Lattice(best.jacobian, best.orders, best.reciprocals, best.score, margin)


def _differs(one: Lattice, best: Lattice) -> bool:
    """Whether two lattices are not the same: the orders of other lines, or at another scale."""
    apart = np.abs(one.jacobian - best.jacobian).max() / np.abs(best.jacobian).max()
    return one.orders != best.orders or bool(apart > _SAME)


def _is_plausible(lattice: Lattice) -> bool:
    """Whether the strongest line, the first, is an order, and a first order is seen."""
    first = any(order in {(1, 0), (0, 1)} for order in lattice.orders)
    return first and lattice.orders[0] is not None


def _usual_contrast(frequency: FloatArray, order: FloatArray) -> FloatArray:
    """Contrast of orders of an ordinary wall through an ordinary camera, for ranking."""
    mn = np.abs(order) * _FILL
    emitter = 1.0 / (1.0 + (np.pi * mn) ** 2).prod(axis=1) ** 0.5
    pixel = 1.0 / (1.0 + (np.pi * frequency) ** 2).prod(axis=1) ** 0.5
    lens = np.exp(-2.0 * (np.pi * _BLUR) ** 2 * np.minimum((frequency**2).sum(axis=1), 2.0))
    return np.asarray(2.0 * emitter * pixel * lens, np.float64)


def _slopes(
    line: Sighting, prior: FloatArray, every: FloatArray, spread: float, turn_deg: float
) -> list[FloatArray]:
    """Jacobians near the prior under which a line is one of the orders."""
    found = []
    rough = every @ prior
    reach = np.hypot(spread, np.radians(turn_deg)) * np.hypot(*rough.T)
    for near, radius in zip(rough, reach, strict=True):
        for step, _ in line.steps():
            off = near - line.frequency - step
            whole = np.arange(-np.ceil(radius), np.ceil(radius) + 1)
            for i in np.round(off[0]) + whole:
                for j in np.round(off[1]) + whole:
                    true = line.frequency + step + [i, j]
                    # order @ prior @ S = true with S a turn and a scale: complex numbers.
                    ratio = complex(*true) / complex(*near)
                    if abs(abs(ratio) - 1.0) > spread or (
                        abs(np.degrees(np.angle(ratio))) > turn_deg
                    ):
                        continue
                    turn = np.array([[ratio.real, ratio.imag], [-ratio.imag, ratio.real]])
                    found.append(prior @ turn)
    return found


def _off(found: FloatArray, prior: FloatArray, spread: float, turn_deg: float) -> float | None:
    """What it costs that a jacobian is the prior turned and scaled; None beyond the limits.

    Half the limits are taken for a standard deviation.
    """
    change = np.linalg.solve(prior, found)
    ratio = complex(change[0, 0] + change[1, 1], change[0, 1] - change[1, 0]) / 2.0
    shear = np.abs(change - [[ratio.real, ratio.imag], [-ratio.imag, ratio.real]]).max()
    scale = (abs(ratio) - 1.0) / spread
    turn = float(np.degrees(np.angle(ratio))) / turn_deg
    if max(abs(scale), abs(turn)) > 1.0 or shear > _MOST_SHEAR:
        return None
    return 2.0 * (scale**2 + turn**2)


def _lay(
    lines: Sequence[Sighting],
    slope: FloatArray,
    every: FloatArray,
    usual: FloatArray,
) -> Lattice | None:
    """Lay a lattice through lines from a first jacobian; refine it, and match again."""
    matched = _low_ones(_match(lines, slope, every, usual, _LOOSE), every)
    for _ in range(3):
        refined = _refine(lines, matched, slope)
        if refined is None:
            return None
        slope = refined
        matched = _match(lines, slope, every, usual, _TIGHT)
    if not any(match is not None for match in matched):
        return None
    score = 0.0
    for match in matched:
        score += _UNEXPLAINED if match is None else max(match[2], _UNEXPLAINED)
    return Lattice(
        jacobian=slope,
        orders=tuple(None if match is None else _positive(every[match[0]]) for match in matched),
        reciprocals=tuple(None if match is None else match[1] for match in matched),
        score=score,
        margin=0.0,
    )


_Match = tuple[int, "FloatArray", float]


def _low_ones(matched: list[_Match | None], every: FloatArray) -> list[_Match | None]:
    """Only matches of low orders, if there are any: a high one is anywhere near, and pulls."""
    low = [
        None if match is None or np.abs(every[match[0]]).sum() > _LOW else match
        for match in matched
    ]
    return low if any(match is not None for match in low) else matched


def _positive(order: FloatArray) -> tuple[int, int]:
    m, n = int(order[0]), int(order[1])
    return (-m, -n) if n < 0 or (n == 0 and m < 0) else (m, n)


def _match(
    lines: Sequence[Sighting],
    slope: FloatArray,
    every: FloatArray,
    usual: FloatArray,
    share: float,
) -> list[_Match | None]:
    """The likeliest order of each line: its place, what sampling took off, and how likely."""
    true = every @ slope
    size = np.hypot(*true.T)
    found: list[_Match | None] = []
    for line in lines:
        best: _Match | None = None
        for step, chance in line.steps():
            whole = np.round(true - step - line.frequency)
            off = true - step - whole - line.frequency
            sigma = np.hypot(share * size + _LEAST, line.sigma)
            distance = (off**2).sum(axis=1) / sigma**2
            likely = (
                -0.5 * distance - 2.0 * np.log(sigma) - 0.5 * _surprise(line.contrast, usual) ** 2
            )
            # Against a line that may lie anywhere in a cell of the spectrum.
            likely += chance + 2.0 * np.log(0.05)
            likely = np.where(distance < 12.0, likely, -np.inf)
            k = int(np.argmax(likely))
            if np.isfinite(likely[k]) and (best is None or likely[k] > best[2]):
                best = (k, np.asarray(step + whole[k]), float(likely[k]))
        found.append(best)
    return found


def _surprise(contrast: float, usual: FloatArray) -> FloatArray:
    """How far a contrast is from what is usual, in standard deviations.

    Blur, and the nulls of photosites, make orders weaker; nothing makes them much stronger.
    """
    off = np.log(contrast / usual)
    return np.asarray(np.where(off < 0.0, off / _WEAKER, off / _STRONGER), np.float64)


def _refine(
    lines: Sequence[Sighting], matched: Sequence[_Match | None], slope: FloatArray
) -> FloatArray | None:
    """The jacobian that fits matched lines best, held to the first where they say nothing."""
    rows, right = [], []
    for line, match in zip(lines, matched, strict=True):
        if match is None:
            continue
        weight = 1.0 / np.hypot(line.sigma, _SLIP)
        rows.append(weight * _EVERY_ORDERS[match[0]])
        right.append(weight * (line.frequency + match[1]))
    if not rows:
        return None
    # A weak pull to the first jacobian: one direction alone leaves the other as it was.
    pull = 10.0 * np.eye(2)
    terms = np.vstack([np.array(rows), pull])
    values = np.vstack([np.array(right), pull @ slope])
    return np.asarray(np.linalg.lstsq(terms, values, rcond=None)[0], np.float64)


_EVERY_ORDERS = np.concatenate([orders(_MOST), -orders(_MOST)])
