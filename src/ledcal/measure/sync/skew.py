"""The counters of one capture against each other: panels that are late, and tearing."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.sync.sequence import wrapped
from ledcal.values.sync import HEIGHTS
from ledcal.values.sync_take import PanelSync, Tearing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import BoolArray, FloatArray, IntArray
    from ledcal.values.sync import SyncLayout
    from ledcal.values.sync_take import Timing

# Counters that differ by more show different frames.
_APART = 0.5
_NOISE = 0.3
# A skew of less than this is noise, also through defocus.
_SKEW = 0.15
# Where line time and shutter are not known, a picture is read in a frame, by a quarter's exposure.
_FASTEST = 4.0
_CONSTANT = 0.8


def common_position(position: FloatArray, n_frames: int) -> FloatArray:
    """What most counters say, capture by capture; of two that say different things, the newer.

    Parameters
    ----------
    position : ndarray, shape (captures, counters)
        NaN where a counter was not read.
    n_frames : int
        Of the loop.

    Returns
    -------
    ndarray, shape (captures,)
        NaN where none was read.

    Examples
    --------
    >>> common_position(np.array([[255.5, 0.5, 0.51, np.nan], [4.0, 5.0, np.nan, np.nan]]), 256)
    array([0.505, 5.   ])
    """
    found = np.full(len(position), np.nan)
    for place, row in enumerate(position):
        own = row[np.isfinite(row)]
        if not len(own):
            continue
        apart = wrapped(own[None, :] - own[:, None], n_frames)
        near = np.abs(apart) <= _APART
        # How new: by the way to the others.
        ranks = near.sum(axis=1) - 1e-3 * apart.mean(axis=1)
        best = int(np.argmax(ranks))
        inside = apart[best][near[best]]
        middle = np.max(inside) if len(own) < 3 else np.median(inside)
        found[place] = (own[best] + middle) % n_frames
    return found


class Heights:
    """Counters by their height, and what most of each height say.

    Parameters
    ----------
    position, row : ndarray, shape (captures, counters)
        Of the take.
    layout : SyncLayout
        Of the pattern.
    """

    def __init__(self, position: FloatArray, row: FloatArray, layout: SyncLayout) -> None:
        self.layout = layout
        names = [counter.height for counter in layout.counters]
        self.members = [np.array([name == height for name in names]) for height in HEIGHTS]
        n = layout.n_frames
        self.common = np.stack([common_position(position[:, m], n) for m in self.members], axis=1)
        self.rows = np.median(row, axis=0)
        self.row = np.array([float(np.median(self.rows[m])) for m in self.members])
        counts = np.isfinite(self.common).sum(axis=0)
        # The middle says what the wall shows; another height where that is hidden.
        self.chosen = 1 if counts[1] >= 0.5 * counts.max() else int(np.argmax(counts))
        difference = wrapped(self.common - self.common[:, self.chosen, None], n)
        self.offset = quiet_median(difference)

    def wall(self) -> FloatArray:
        """What the wall shows, capture by capture: at the chosen height; where torn, the newest."""
        n_frames = self.layout.n_frames
        level = (self.common - self.offset) % n_frames
        found = level[:, self.chosen].copy()
        for height in np.argsort(-np.isfinite(level).sum(axis=0)).tolist():
            found = np.where(np.isfinite(found), found, level[:, height])
        apart = np.nan_to_num(wrapped(level - found[:, None], n_frames))
        is_torn = np.ptp(apart, axis=1) > _NOISE
        return np.asarray(
            np.where(is_torn, found + apart.max(axis=1), found) % n_frames, np.float64
        )


def column_numbers(position: FloatArray, heights: Heights) -> IntArray:
    """Frame that each column shows in each capture.

    Parameters
    ----------
    position : ndarray, shape (captures, counters)
        Of the take.
    heights : Heights
        Of the take.

    Returns
    -------
    ndarray of int, shape (captures, columns)
        Most of it; -1 where its counters say different things, or nothing.
    """
    layout = heights.layout
    of_height = np.array([HEIGHTS.index(counter.height) for counter in layout.counters])
    level = (position - heights.offset[of_height]) % layout.n_frames
    numbers = np.full((len(position), layout.n_columns), -1, dtype=np.int64)
    for column in range(layout.n_columns):
        own = level[:, [counter.column == column for counter in layout.counters]]
        common = common_position(own, layout.n_frames)
        turns = np.exp(2j * np.pi * common[np.isfinite(common)])
        part = float(np.angle(turns.mean()) / (2 * np.pi)) if len(turns) else 0.0
        apart = np.abs(wrapped(own - common[:, None], layout.n_frames))
        is_torn = (np.nan_to_num(apart) > _APART).any(axis=1)
        whole = np.rint(np.nan_to_num(common) - part)
        numbers[:, column] = np.where(np.isfinite(common) & ~is_torn, whole, -1.0)
    return numbers


def quiet_median(values: FloatArray) -> FloatArray:
    """Median of each column without NaN; NaN where there is nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(values, axis=0), np.float64)


def judge_panels(
    position: FloatArray,
    heights: Heights,
    names: Sequence[str],
    timing: Timing,
    *,
    height_px: int,
    is_locked: bool,
    is_clipped: bool = False,
) -> tuple[PanelSync, ...]:
    """Compare each counter with the others at its height.

    Parameters
    ----------
    position : ndarray, shape (captures, counters)
        Of the take.
    heights : Heights
        Of the take.
    names : sequence of str
        Of the captures.
    timing : Timing
        What is known of the camera: rows that lie lower are read later.
    height_px : int
        Rows of the picture.
    is_locked : bool
        Whether the phase of wall and camera stays: then the skew is a median, otherwise the
        mean, in which parts of a frame show.
    is_clipped : bool
        Whether parts of a frame are not to be trusted.

    Returns
    -------
    tuple of PanelSync
        One for each counter.
    """
    n_frames = heights.layout.n_frames
    panels = []
    for place, counter in enumerate(heights.layout.counters):
        common = heights.common[:, HEIGHTS.index(counter.height)]
        apart = wrapped(position[:, place] - common, n_frames)
        seen = np.isfinite(apart)
        if not seen.any():
            panels.append(PanelSync(counter.name, 0, None, 0.0, (), "unread"))
            continue
        own = apart[seen]
        level = heights.row[HEIGHTS.index(counter.height)]
        later = _rows_later(abs(heights.rows[place] - level), timing, height_px)
        is_off = np.abs(apart) > min(_APART + later, 1.0 - _NOISE)
        limit = later + (_APART if is_clipped else _SKEW)
        share = float(is_off[seen].mean())
        skew = float(np.median(own) if is_locked else own.mean())
        state = "in step"
        if share >= _CONSTANT or abs(skew) > limit:
            state = "late" if skew < 0 else "early"
        elif share > 0:
            state = "at times"
        off = tuple(name for name, bad in zip(names, is_off, strict=True) if bad)
        panels.append(PanelSync(counter.name, int(seen.sum()), skew, share, off, state))
    return tuple(panels)


def _rows_later(rows: float, timing: Timing, height_px: int) -> float:
    """How many frames apart a rolling shutter makes counters that lie so many rows apart."""
    if timing.row_s is None or timing.exposure_s is None:
        return min(1.0, _FASTEST * rows / height_px)
    return min(1.0, rows * timing.row_s / max(timing.exposure_s, 1e-9))


def judge_tearing(
    heights: Heights, names: Sequence[str], timing: Timing, *, rate: float, is_locked: bool
) -> Tearing | None:
    """Compare the heights of each capture.

    A rolling shutter reads later rows later: they may be ahead by the time between them over the
    exposure, and never by more than one frame while a frame lasts longer than that; they are
    never behind. While wall and camera are locked, the step stays the same.

    Parameters
    ----------
    heights : Heights
        Of the take.
    names : sequence of str
        Of the captures.
    timing : Timing
        What is known of the camera.
    rate : float
        Frames of the wall for each capture.
    is_locked : bool
        Whether the phase stays.

    Returns
    -------
    Tearing or None
        None where fewer than two heights were read.
    """
    order = np.argsort(heights.row)
    n_frames = heights.layout.n_frames
    torn = np.zeros(len(names), dtype=np.bool_)
    most, limit, found = 0.0, 0.0, False
    for one, other in ((0, 1), (1, 2), (0, 2)):
        first, last = order[one], order[other]
        step = wrapped(heights.common[:, last] - heights.common[:, first], n_frames)
        seen = np.isfinite(step)
        if not seen.any():
            continue
        found = True
        allowed = _allowed(float(heights.row[last] - heights.row[first]), timing, rate)
        usual = float(np.median(step[seen]))
        if abs(usual) >= abs(most):
            most, limit = usual, allowed
        torn |= _is_torn(step, seen, allowed, usual, is_locked=is_locked)
    if not found:
        return None
    return Tearing(
        torn=tuple(name for name, bad in zip(names, torn, strict=True) if bad),
        is_constant=bool(torn.mean() >= _CONSTANT),
        step_frames=most,
        allowed_frames=limit,
    )


def _is_torn(
    step: FloatArray, seen: BoolArray, allowed: float, usual: float, *, is_locked: bool
) -> BoolArray:
    known = np.where(seen, step, 0.0)
    torn = seen & ((known < -_NOISE) | (known > allowed + _NOISE))
    if is_locked:
        torn |= seen & (np.abs(known - usual) > _APART)
    return np.asarray(torn, np.bool_)


def _allowed(rows: float, timing: Timing, rate: float) -> float:
    """How many frames a rolling shutter explains between heights so many rows apart."""
    most = max(1.0, rate)
    if timing.row_s is None or timing.exposure_s is None:
        return most
    return min(most, rows * timing.row_s / max(timing.exposure_s, 1e-9))
