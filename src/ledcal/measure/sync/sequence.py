"""The numbers of a take, one capture after the other: rate, drops, doubles, order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.sync_take import Sequence

if TYPE_CHECKING:
    from collections.abc import Sequence as Many

    from ledcal.values.arrays import BoolArray, FloatArray

# Captures over which a whole number of frames may pass: 5 shows 2 frames in 5 captures.
_LONGEST_CYCLE = 5
# A step that differs from the usual one by more than this is none of noise or of a blend.
_STEP = 0.5
_NOISE = 0.3
_MOST_STEPS = 0.6
# Of cycles that fit about as well, the shortest is the one.
_AS_GOOD = 0.12
_FEWEST = 5
# A step further than this off is a jump, not so many frames that were dropped.
_JUMP = 16.0
# Slips of a take by less than this, in frames, are noise.
_SLIP = 0.04
# Fitting two clocks: exposures that are tried, in frames of the wall; captures; what may be left.
_EXPOSURES = (0.05, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0)
_MOST_FITTED = 400
_FITTED = 0.15
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class _Lock:
    frames: int
    captures: int

    @property
    def rate(self) -> float:
        return self.frames / self.captures


def wrapped(difference: FloatArray, n_frames: int) -> FloatArray:
    """A difference of positions on the loop, from -n/2 to n/2.

    Examples
    --------
    >>> wrapped(np.array([255.0, 1.0]), 256).tolist()
    [-1.0, 1.0]
    """
    half = n_frames / 2
    return np.asarray((difference + half) % n_frames - half, np.float64)


def read_sequence(
    position: FloatArray,
    names: Many[str],
    follows: BoolArray,
    n_frames: int,
    *,
    exposure: float | None = None,
) -> Sequence:
    """Judge the numbers of a take.

    Parameters
    ----------
    position : ndarray, shape (n,)
        What the wall shows in each capture, NaN where it was not read.
    names : sequence of str
        Of the captures.
    follows : ndarray of bool, shape (n,)
        Whether a capture follows on the one before it.
    n_frames : int
        Of the loop.
    exposure : float or None
        In shares of the time from capture to capture, where it is known.

    Returns
    -------
    Sequence
        Only the rate and nothing of drops where the captures do not follow each other.
    """
    steps = wrapped(np.diff(position), n_frames)
    good = np.isfinite(steps) & follows[1:]
    if good.sum() < _FEWEST:
        return Sequence(is_continuous=False)
    lock = _find_lock(position, good, n_frames)
    if lock is None:
        return _free_running(steps, good, n_frames, exposure)
    events = _events(position, good, lock, n_frames)
    slip = _slip(steps, good, lock, events)
    sizes = np.array([events[place] for place in sorted(events)])
    rate = lock.rate + (slip + (sizes.sum() if _is_regular(events) else 0.0)) / good.sum()
    if slip or _is_regular(events):
        return Sequence(True, rate=_fine_rate(steps, good, float(rate), exposure))
    dropped: list[int] = []
    doubled: list[int] = []
    strange: list[str] = []
    part = _common_part(position) if lock.captures == 1 else 0.0
    for place, size in sorted(events.items()):
        number = round(float(position[place]) - part)
        step = size + (lock.rate if lock.captures == 1 else 0.0)
        if step < -_STEP or abs(size) > _JUMP:
            strange.append(names[place + 1])
        elif size < 0:
            doubled += [number % n_frames] * max(1, round(-size))
        elif size < 1:
            dropped.append(number % n_frames)
        else:
            first = number + (lock.frames if lock.captures == 1 else 1)
            dropped += [(first + i) % n_frames for i in range(round(size))]
    return Sequence(
        is_continuous=True,
        rate=lock.rate,
        locked=(lock.frames, lock.captures),
        dropped=tuple(dropped),
        doubled=tuple(doubled),
        out_of_order=tuple(strange),
        never=_never(position, steps, good, n_frames) if lock.rate <= 1 else (),
    )


def _find_lock(position: FloatArray, good: BoolArray, n_frames: int) -> _Lock | None:
    """So many frames in so many captures, if most stretches of the take agree on it."""
    found: list[tuple[float, _Lock]] = []
    for captures in range(1, _LONGEST_CYCLE + 1):
        if len(position) <= captures:
            break
        whole = np.ones(len(position) - captures, dtype=np.bool_)
        for shift in range(captures):
            whole &= good[shift : shift + len(whole)]
        if whole.sum() < _FEWEST:
            break
        far = wrapped(position[captures:] - position[:-captures], n_frames)[whole]
        frames = round(float(np.median(far)))
        share = float(np.mean(np.abs(far - frames) < _NOISE))
        if frames >= 1 and share >= _MOST_STEPS:
            found.append((share, _Lock(frames, captures)))
    most = max((share for share, _ in found), default=0.0)
    return next((lock for share, lock in found if share > most - _AS_GOOD), None)


def _events(position: FloatArray, good: BoolArray, lock: _Lock, n_frames: int) -> dict[int, float]:
    """Where the wall did not go on as it should: the capture before, and frames too many."""
    steps = wrapped(np.diff(position), n_frames)
    if lock.captures == 1:
        off = np.where(good, steps - lock.frames, 0.0)
        return {int(i): float(np.rint(off[i])) for i in np.flatnonzero(np.abs(off) > _STEP)}
    # Within a cycle steps differ: what counts is its mean, and where that changes for good.
    level = _levels(steps, good, lock)
    unit, cycle = lock.rate, lock.captures
    events: dict[int, float] = {}
    now, place = level[0], 1
    while place < len(level):
        later = level[min(place + cycle - 1, len(level) - 1)]
        if min(abs(level[place] - now), abs(later - now)) > _NOISE * unit:
            size = float(np.rint((later - now) / unit) * unit)
            if size:
                events[place + cycle - 2] = size
            now, place = later, place + cycle
        else:
            place += 1
    return events


def _levels(steps: FloatArray, good: BoolArray, lock: _Lock) -> FloatArray:
    """How far the take is off its rate, averaged over a cycle."""
    way = np.concatenate([[0.0], np.cumsum(np.where(good, steps - lock.rate, 0.0))])
    return np.convolve(way, np.ones(lock.captures) / lock.captures, "valid")


def _slip(steps: FloatArray, good: BoolArray, lock: _Lock, events: dict[int, float]) -> float:
    """How far the take has moved, when its rate and its events are taken off; 0 within noise."""
    left = np.where(good, steps - lock.rate, 0.0)
    for place, size in events.items():
        left[place] -= size
    way = _levels(left + lock.rate, good, lock)
    quarter = max(1, len(way) // 4)
    first, last = way[:quarter], way[-quarter:]
    moved = float(np.median(last) - np.median(first))
    noise = 1.4826 * float(np.median(np.abs(np.diff(way)))) / 2**0.5
    limit = max(_SLIP, 6.0 * noise / quarter**0.5)
    return moved * len(way) / max(len(way) - quarter, 1) if abs(moved) > limit else 0.0


def _common_part(position: FloatArray) -> float:
    """The part of a frame by which all positions are off whole numbers, -0.5 to 0.5."""
    turns = np.exp(2j * np.pi * position[np.isfinite(position)])
    return float(np.angle(turns.mean()) / (2 * np.pi))


def _is_regular(events: dict[int, float]) -> bool:
    """Whether events are those of two rates that differ: alike, and evenly spaced."""
    places = np.array(sorted(events))
    if len(places) < 4 or len({events[int(place)] for place in places}) > 1:
        return False
    gaps = np.diff(places)
    return bool(gaps.max() - gaps.min() <= max(1.0, 0.15 * float(gaps.mean())))


def _free_running(
    steps: FloatArray, good: BoolArray, n_frames: int, exposure: float | None
) -> Sequence:
    """Rates that are no simple ratio; or captures that do not follow each other at all."""
    runs = np.split(np.arange(len(steps) + 1), np.flatnonzero(~good) + 1)
    longest = max(runs, key=len)
    if len(longest) < _FEWEST + 1:
        return Sequence(is_continuous=False)
    own = steps[longest[:-1]]
    way = np.concatenate([[0.0], np.cumsum(own)])
    time = np.arange(len(way), dtype=np.float64)
    rate = float(np.polyfit(time, way, 1)[0])
    off = way - rate * time
    if rate < 0.01 or np.ptp(off) > 1.5 + 0.5 * min(rate, 2.0) or rate > n_frames / 4:
        return Sequence(is_continuous=False)
    return Sequence(True, rate=_fine_rate(steps, good, rate, exposure))


def _fine_rate(steps: FloatArray, good: BoolArray, rough: float, exposure: float | None) -> float:
    """Fit two free-running clocks to a take: a wall that steps, seen through a shutter.

    Where a position stands still, or runs on, says more than the way from first to last.
    """
    runs = np.split(np.arange(len(steps) + 1), np.flatnonzero(~good) + 1)
    longest = max(runs, key=len)[:_MOST_FITTED]
    way = np.concatenate([[0.0], np.cumsum(steps[longest[:-1]])])
    time = np.arange(len(way), dtype=np.float64)
    width = 1.5 / len(way)
    exposures = _EXPOSURES if exposure is None else (min(max(exposure * rough, 0.01), 1.0),)
    centre, phase, spread = rough, 0.5, 0.5
    chosen, phase_next, best = rough, phase, np.inf
    for _ in range(_ROUNDS):
        rates = centre + width * np.linspace(-1.0, 1.0, 41)
        phases = phase + spread * np.linspace(-1.0, 1.0, 41)
        moment = rates[:, None, None] * time + phases[None, :, None]
        part = moment % 1.0
        for share in exposures:
            seen = moment - part + np.maximum(part + share - 1.0, 0.0) / share
            off = way - seen
            off = off - np.rint(off.mean(axis=-1, keepdims=True))
            cost = np.sqrt((off**2).mean(axis=-1))
            place = np.unravel_index(int(np.argmin(cost)), cost.shape)
            if cost[place] < best:
                best = float(cost[place])
                chosen, phase_next = float(rates[place[0]]), float(phases[place[1]])
        centre, phase = chosen, phase_next
        width, spread = width / 5, spread / 5
    return chosen if best < _FITTED else rough


def _never(
    position: FloatArray, steps: FloatArray, good: BoolArray, n_frames: int
) -> tuple[int, ...]:
    """Numbers that were passed over, and never shown in any capture."""
    shown: set[int] = set()
    for at in position[np.isfinite(position)].tolist():
        whole, part = int(at // 1), at % 1
        shown |= {whole % n_frames} if part < 0.8 else set()
        shown |= {(whole + 1) % n_frames} if part > 0.2 else set()
    passed: set[int] = set()
    for place in np.flatnonzero(good & (steps > 0) & (steps <= _JUMP)).tolist():
        first = round(float(position[place]))
        passed |= {(first + i) % n_frames for i in range(round(float(steps[place])) + 1)}
    return tuple(sorted(passed - shown))
