"""Frames in a row that show the same: what a take is made of before anything is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.measure.foreign.series import Series
    from ledcal.values.arrays import BoolArray, FloatArray, IntArray

# Neighbouring frames that differ by less show the same.
_SAME = 0.02
_NOISES = 4.0
# Share of the frames that are in runs of two and more where patches are held.
_HELD = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Runs of frames, in shooting order.

    Attributes
    ----------
    start, end : ndarray of int64, shape (n,)
        First frame, and the one after the last.
    length : ndarray of int64, shape (n,)
        Frames in the take; more than from `start` to `end` where some were passed over.
    light : ndarray, shape (n, 3)
        Median camera light of the patch, black not taken off.
    is_patch : ndarray of bool, shape (n,)
        One colour all over.
    is_suspect : ndarray of bool, shape (n,)
        A single frame among held ones, of a light between its neighbours': a blend, or all that
        is left of a patch.
    noise : ndarray, shape (n,)
        Light by which a run's mean may be off by chance, in any channel.
    usual : float
        Frames of a run of one colour, usually.
    pitch : float
        Frames from one patch to the next, usually: with the blend between them.
    """

    start: IntArray
    end: IntArray
    length: IntArray
    light: FloatArray
    is_patch: BoolArray
    is_suspect: BoolArray
    noise: FloatArray
    usual: float
    pitch: float

    def __len__(self) -> int:
        return len(self.start)


def find_runs(series: Series) -> Runs:
    """Split a take where what it shows changes.

    Parameters
    ----------
    series : Series
        In shooting order.

    Returns
    -------
    Runs
        At least one.
    """
    light = series.light
    noise = _NOISES * series.sigma.max(axis=1)
    limit = _SAME * np.maximum(light[1:], light[:-1]).max(axis=1)
    limit = limit + np.hypot(noise[1:], noise[:-1])
    change = (np.abs(np.diff(light, axis=0)) > limit[:, None]).any(axis=1)
    change |= np.diff(series.is_patch)
    start = np.concatenate([[0], np.flatnonzero(change) + 1])
    end = np.concatenate([start[1:], [len(light)]])
    middle = np.array([np.median(light[a:b], axis=0) for a, b in zip(start, end, strict=True)])
    is_patch = series.is_patch[start]
    length = np.diff(np.concatenate([series.place[start], [series.place[-1] + 1]]))
    suspect = _between(middle, length, is_patch)
    sure = length[is_patch & ~suspect]
    usual = float(np.median(sure)) if len(sure) else 1.0
    return Runs(
        start=start,
        end=end,
        length=length,
        light=middle,
        is_patch=is_patch,
        is_suspect=suspect,
        noise=noise[start] / np.sqrt(end - start),
        usual=usual,
        pitch=usual + min(1.0, float(suspect.sum()) / max(len(sure), 1)),
    )


def _between(light: FloatArray, length: IntArray, is_patch: BoolArray) -> BoolArray:
    """Single frames of a light between their neighbours', where most are held."""
    result = np.zeros(len(length), dtype=np.bool_)
    own = length[is_patch]
    if len(length) < 3 or own[own > 1].sum() < _HELD * own.sum():
        return result
    before, middle, after = light[:-2], light[1:-1], light[2:]
    slack = _SAME * light.max(axis=1)[1:-1, None]
    low, high = np.minimum(before, after) - slack, np.maximum(before, after) + slack
    between = ((middle >= low) & (middle <= high)).all(axis=1)
    # A picture beside it has no one light: what is single there may be a blend with it.
    between |= ~is_patch[:-2] | ~is_patch[2:]
    result[1:-1] = between & is_patch[1:-1] & (length[1:-1] == 1)
    return result
