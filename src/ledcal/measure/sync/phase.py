"""When the wall changes, seen by the camera: the genlock's phase from the bars that alternate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.sync_take import Genlock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.sync_take import SyncReading, Timing

# A row counts as mixed where this share of its exposure sees the other frame.
_MIXED = 0.05
_GRID = 400
_FINER = 20
_ROUNDS = 4
# Contrast that is lost to glare and to the neighbour, at most.
_GAINS = (0.7, 1.1)
# Contrast changes by so much from the middle of the rows to their end (standard deviation).
_SLOPE = 0.001
_NOISE = 0.01
# Places along a bar are closer than rows of the picture: their noise is alike.
_ALIKE = 1.7
# Standard errors above this share of a frame are no phase.
_SIGMA_LIMIT = 0.002
# What a wall that plays something else leaves, root mean square.
_MISFIT_LIMIT = 0.1
_FEWEST_ROWS = 12


@dataclass(frozen=True, slots=True)
class _Clock:
    """`Timing` of which all is known."""

    frame_s: float
    exposure_s: float
    row_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _Ramp:
    """Black to white along the rows, averaged over a take: 1 where only one frame is seen."""

    row: FloatArray
    value: FloatArray


@dataclass(frozen=True, slots=True)
class _Fit:
    """Moment of the change, in seconds, on a cycle of two frames."""

    moment_s: float
    sigma_s: float
    misfit: float
    is_seen: bool
    mixed_share: float


def find_phase(
    readings: Sequence[SyncReading], numbers: IntArray, timing: Timing, *, is_linear: bool
) -> Genlock:
    """Find when the wall changes, while wall and camera are locked frame by frame.

    The bars are lit in every second frame. A row whose exposure begins at t sees white for the
    part of it that overlaps with such frames. Captures of even and of odd numbers are opposite;
    their difference over their sum is free of vignetting, and its ramp along the rows says when
    the change comes. Without a ramp in the picture nothing does.

    Parameters
    ----------
    readings : sequence of SyncReading
        Of the take.
    numbers : ndarray of int, shape (n, n_columns)
        Frame that each column shows in each capture, most of it; -1 where it was not read, or is
        torn.
    timing : Timing
        Of the camera.
    is_linear : bool
        Whether numbers of the files are light.

    Returns
    -------
    Genlock
        With a phase, or with the reason why there is none.
    """
    if not is_linear:
        return Genlock("unknown", "the numbers of these files are made for a display, not light")
    if timing.frame_s is None or timing.exposure_s is None or timing.row_s is None:
        return Genlock("unknown", "frame rate, shutter angle and line time are not all known")
    clock = _Clock(timing.frame_s, timing.exposure_s, timing.row_s)
    height = readings[0].height_px
    window = timing.frame_s - timing.exposure_s - height * timing.row_s
    clear = np.array([not reading.is_clipped for reading in readings])
    if clear.sum() < len(readings) / 2:
        return Genlock("unknown", "lit bars are clipped", window_ms=1e3 * window)
    ramps = [
        _ramp(readings, np.where(clear, numbers[:, column], -1), column)
        for column in range(numbers.shape[1])
    ]
    usable = [ramp for ramp in ramps if ramp is not None]
    if not usable:
        reason = "no bar was seen in both even and odd frames"
        return Genlock("unknown", reason, window_ms=1e3 * window)
    whole = _Ramp(
        np.concatenate([ramp.row for ramp in usable]),
        np.concatenate([ramp.value for ramp in usable]),
    )
    fit = _fit(whole, clock)
    columns = tuple(None if ramp is None else _fit(ramp, clock) for ramp in ramps)
    rows = (round(float(whole.row.min())), round(float(whole.row.max())))
    if fit.misfit > _MISFIT_LIMIT:
        known = [c for c in columns if c is not None and c.is_seen and c.misfit < _MISFIT_LIMIT]
        if not known:
            reason = "the bars do not fit a rolling shutter with this line time and shutter"
            return Genlock("unknown", reason, window_ms=1e3 * window, rows=rows)
        # Parts of the wall change at other times: the sharpest of them stands for all.
        fit = min(known, key=lambda column: column.sigma_s)
    if fit.mixed_share and not fit.is_seen:
        reason = (
            f"{100 * fit.mixed_share:.0f} % of the rows from {rows[0]} to {rows[1]} see two "
            "frames, but too little of the change is among them: its moment is known to "
            f"{1e3 * fit.sigma_s:.2f} ms only"
        )
        return Genlock(
            "unknown", reason, window_ms=1e3 * window, mixed_share=fit.mixed_share, rows=rows
        )
    if not fit.is_seen:
        reason = (
            f"no row from {rows[0]} to {rows[1]} sees two frames: when the wall changes cannot be "
            "known, but that it is not while they are exposed"
        )
        return Genlock(
            "clean", reason, window_ms=1e3 * window, mixed_share=0.0, margin_ms=0.0, rows=rows
        )
    return _known(fit, columns, clock, height, rows)


def _known(
    fit: _Fit,
    columns: tuple[_Fit | None, ...],
    clock: _Clock,
    height: int,
    rows: tuple[int, int],
) -> Genlock:
    """What a phase means, and what to set."""
    frame_s, exposure_s, row_s = clock.frame_s, clock.exposure_s, clock.row_s
    phase = fit.moment_s % frame_s
    span = height * row_s + exposure_s
    best = (span + frame_s) / 2 % frame_s
    shift = (phase - best + frame_s / 2) % frame_s - frame_s / 2
    start = np.arange(height) * row_s
    before = (phase - start) % frame_s
    mixed = float(np.mean((before > 0) & (before < exposure_s)))
    gap = min((phase - span) % frame_s, (-phase) % frame_s)
    return Genlock(
        state="known",
        phase_ms=1e3 * phase,
        sigma_us=1e6 * fit.sigma_s,
        window_ms=1e3 * (frame_s - span),
        shift_ms=1e3 * shift,
        shift_deg=360.0 * shift / frame_s,
        shift_lines=shift / row_s if row_s > 0 else None,
        mixed_share=mixed,
        margin_ms=1e3 * gap if mixed == 0 else 0.0,
        rows=rows,
        column_ms=_columns(columns, fit, frame_s),
    )


def _columns(
    columns: tuple[_Fit | None, ...], first: _Fit, frame_s: float
) -> tuple[float | None, ...]:
    """How much later each column changes than the wall."""
    seen = [
        column if column is not None and column.is_seen and column.misfit < _MISFIT_LIMIT else None
        for column in columns
    ]
    return tuple(
        None
        if column is None
        else 1e3 * ((column.moment_s - first.moment_s + frame_s / 2) % frame_s - frame_s / 2)
        for column in seen
    )


def _ramp(readings: Sequence[SyncReading], numbers: IntArray, column: int) -> _Ramp | None:
    """Difference over sum of captures of even and odd frames, along the bars of a column."""
    even = np.flatnonzero((numbers >= 0) & (numbers % 2 == 0)).tolist()
    odd = np.flatnonzero((numbers >= 0) & (numbers % 2 == 1)).tolist()
    if not even or not odd:
        return None
    first = np.mean([readings[i].bars[column] for i in even], axis=0)
    second = np.mean([readings[i].bars[column] for i in odd], axis=0)
    rows = np.mean([readings[i].bar_rows[column] for i in (*even, *odd)], axis=0)
    light = (first + second)[:, :2] - (first + second)[:, 2:]
    swing = (first - second)[:, 0] - (first - second)[:, 1]
    total = light.sum(axis=1)
    good = np.isfinite(total)
    if good.sum() < _FEWEST_ROWS:
        return None
    # Behind somebody there is no light to compare.
    good &= np.nan_to_num(total) > 0.2 * np.nanmedian(total)
    if good.sum() < _FEWEST_ROWS:
        return None
    return _Ramp(rows[good], swing[good] / total[good])


def _expected(
    begin: FloatArray, moment: FloatArray, frame_s: float, exposure_s: float
) -> FloatArray:
    """Mean over an exposure of +1 before the change and -1 after it, changing every frame."""

    def area(time: FloatArray) -> FloatArray:
        turn = time % (2 * frame_s)
        return np.asarray(np.where(turn < frame_s, -turn, turn - 2 * frame_s), np.float64)

    since = begin - moment
    return (area(since + exposure_s) - area(since)) / exposure_s


def _fit(ramp: _Ramp, clock: _Clock) -> _Fit:
    """Least squares over the moment of the change, on ever finer grids, with a free contrast.

    Glare makes the contrast differ a little from row to row: a slope of it is fitted too, held
    near zero, so that a ramp of which only an end is seen has the error that it leaves.
    """
    frame_s, exposure_s = clock.frame_s, clock.exposure_s
    begin = ramp.row * clock.row_s
    place = (ramp.row - ramp.row.mean()) / max(float(np.ptp(ramp.row)) / 2, 1e-9)
    step = 2 * frame_s / _GRID
    tried: FloatArray = np.arange(_GRID, dtype=np.float64) * step
    noise, moment, gain = _NOISE, 0.0, np.ones(2)
    for _ in range(_ROUNDS):
        model = _expected(begin[None, :], tried[:, None], frame_s, exposure_s)
        gains, cost = _contrasts(ramp.value, model, place, (noise / _SLOPE) ** 2)
        best = int(np.argmin(cost))
        moment, gain = float(tried[best]), gains[best]
        noise = max(float(np.sqrt(cost[best] / len(begin))), 1e-4)
        step /= _FINER
        tried = moment + np.arange(-_FINER, _FINER + 1, dtype=np.float64) * step
    model = _expected(begin, np.array(moment), frame_s, exposure_s)
    size = gain[0] + gain[1] * place
    misfit = float(np.sqrt(np.mean((ramp.value - size * model) ** 2)))
    tiny = 1e-4 * frame_s
    after = _expected(begin, np.array(moment + tiny), frame_s, exposure_s)
    before = _expected(begin, np.array(moment - tiny), frame_s, exposure_s)
    columns = np.stack([size * (after - before) / (2 * tiny) * frame_s, model, model * place])
    fisher = columns @ columns.T / (_ALIKE * max(misfit, 1e-5)) ** 2
    fisher[2, 2] += 1.0 / _SLOPE**2
    sigma = np.inf
    if fisher[0, 0] > 0 and np.linalg.cond(fisher) < 1e14:
        sigma = float(np.sqrt(max(np.linalg.inv(fisher)[0, 0], 0.0))) * frame_s
    seen = np.abs(model) < 1.0 - 2.0 * _MIXED
    is_mixed = bool(seen.sum() >= _FEWEST_ROWS)
    is_seen = is_mixed and bool(sigma < _SIGMA_LIMIT * frame_s)
    return _Fit(moment, float(sigma), misfit, is_seen, float(seen.mean()) if is_mixed else 0.0)


def _contrasts(
    value: FloatArray, model: FloatArray, place: FloatArray, penalty: float
) -> tuple[FloatArray, FloatArray]:
    """Contrast and its slope for each model, and the sum of squares that they leave."""
    square = model**2
    one = np.maximum(square.sum(axis=1), 1e-9)
    cross = square @ place
    other = square @ place**2 + penalty
    first, second = model @ value, model @ (place * value)
    determinant = np.maximum(one * other - cross**2, 1e-12)
    gain = (first * other - second * cross) / determinant
    slope = (second * one - first * cross) / determinant
    cost = (value**2).sum() - gain * first - slope * second
    allowed = (gain > _GAINS[0]) & (gain < _GAINS[1])
    return np.stack([gain, slope], axis=1), np.where(allowed, np.maximum(cost, 0.0), np.inf)
