"""Robust means over parts of the frame, plane by plane."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ledcal.values.arrays import AnyArray, FloatArray, IntArray
    from ledcal.values.frame import Plane

_CLIP_SIGMAS = 4.5
_MIN_SAMPLES = 9
# Median and spread only say what is clipped: this many samples are enough for them.
_N_FOR_MEDIAN = 1024
# A box that holds this share of a polygon's photosites stands for it.
_BOX_SHARE = 0.995


@dataclass(frozen=True, slots=True)
class PlaneStatistics:
    """One region in one plane.

    Attributes
    ----------
    mean : float
        Clipped mean of (dn - black) / (white - black); NaN without samples.
    deviation : float
        Standard deviation of one photosite.
    n : int
        Photosites behind the mean.
    saturated : float
        Share of photosites at or above saturation, before clipping.
    gradient : float
        Difference between halves of the region, the larger of both directions, over the mean.
    """

    mean: float
    deviation: float
    n: int
    saturated: float
    gradient: float


_EMPTY = PlaneStatistics(float("nan"), float("nan"), 0, 0.0, 0.0)


def measure_polygon(plane: Plane, corners: FloatArray) -> PlaneStatistics:
    """Measure the photosites of a plane inside a convex polygon.

    Where a box of whole rows and columns holds nearly all of them, the box is measured.

    Parameters
    ----------
    plane : Plane
        Sensor numbers.
    corners : ndarray, shape (n, 2)
        Frame points, in order either way round.

    Returns
    -------
    PlaneStatistics
        NaN and n = 0 where fewer than 9 photosites lie inside.

    Examples
    --------
    >>> from ledcal.values.frame import Plane
    >>> values = np.full((20, 20), 40, dtype=np.uint16)
    >>> plane = Plane(values, "R", 0, 0, 2, 10.0, 110.0, 110.0)
    >>> box = np.array([[4.0, 4.0], [20.0, 4.0], [20.0, 20.0], [4.0, 20.0]])
    >>> found = measure_polygon(plane, box)
    >>> round(found.mean, 6), found.n
    (0.3, 81)
    """
    return measure_polygons((plane,), corners)[0]


def measure_polygons(planes: Sequence[Plane], corners: FloatArray) -> list[PlaneStatistics]:
    """Measure the photosites of every plane of a frame inside a convex polygon.

    Parameters
    ----------
    planes : sequence of Plane
        Of one frame: their steps are equal.
    corners : ndarray, shape (n, 2)
        Frame points, in order either way round.

    Returns
    -------
    list of PlaneStatistics
        One per plane, as `measure_polygon` gives it.

    Examples
    --------
    >>> from ledcal.values.frame import Plane
    >>> values = np.full((20, 20), 40, dtype=np.uint16)
    >>> planes = [Plane(values, "R", x, 0, 2, 10.0, 110.0, 110.0) for x in (0, 1)]
    >>> box = np.array([[4.0, 4.0], [20.0, 4.0], [20.0, 20.0], [4.0, 20.0]])
    >>> [found.n for found in measure_polygons(planes, box)]
    [81, 72]
    """
    origins = np.array([[plane.x, plane.y] for plane in planes], dtype=np.float64)
    points = (corners - origins[:, None, :]) / planes[0].step
    top, firsts, ends = _spans(points)
    found = []
    for plane, first, end in zip(planes, firsts, ends, strict=True):
        rows, columns = plane.values.shape
        inside = slice(max(-top, 0), max(rows - top, 0))
        left = np.maximum(first[inside], 0)
        right = np.minimum(end[inside], columns)
        met = (right > left).nonzero()[0]
        if not met.size:
            found.append(_EMPTY)
            continue
        own = slice(int(met[0]), int(met[-1]) + 1)
        found.append(_measure(plane, max(top, 0) + own.start, left[own], right[own]))
    return found


def _measure(plane: Plane, top: int, first: IntArray, end: IntArray) -> PlaneStatistics:
    """Measure the given columns of the given rows."""
    n = int((end - first).sum())
    if n < _MIN_SAMPLES:
        return _EMPTY
    rows, columns, is_box = _box(top, first, end, n)
    values = plane.values[rows, columns]
    if is_box:
        return _statistics(plane, values, None)
    x = np.arange(columns.start, columns.stop)
    return _statistics(plane, values, (x >= first[:, None]) & (x < end[:, None]))


def measure_points(plane: Plane, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Average the photosites nearest to many points.

    Parameters
    ----------
    plane : Plane
        Sensor numbers.
    points : ndarray, shape (n, m, 2)
        Frame points; m for each of n places.

    Returns
    -------
    mean, sigma : ndarray, shape (n,)
        Light and its standard error; NaN where a place is partly outside.

    Examples
    --------
    >>> from ledcal.values.frame import Plane
    >>> plane = Plane(np.full((4, 4), 60.0), "G1", 0, 0, 1, 10.0, 110.0, 110.0)
    >>> measure_points(plane, np.array([[[0.0, 0.0], [1.2, 2.0]]]))[0].tolist()
    [0.5]
    """
    rows, columns = plane.values.shape
    places = np.rint((points - np.array([plane.x, plane.y])) / plane.step).astype(np.intp)
    x, y = places[..., 0], places[..., 1]
    inside = ((x >= 0) & (x < columns) & (y >= 0) & (y < rows)).all(axis=1)
    values = np.asarray(
        plane.values[np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)], dtype=np.float64
    )
    light = (values - plane.black) / (plane.white - plane.black)
    sigma = light.std(axis=1) / np.sqrt(light.shape[1])
    return np.where(inside, light.mean(axis=1), np.nan), np.where(inside, sigma, np.nan)


def _spans(points: FloatArray) -> tuple[int, IntArray, IntArray]:
    """Rows that convex polygons (m, n, 2) meet: the top one; of each its first and last + 1."""
    ax, ay = points[:, None, :, 0], points[:, None, :, 1]
    bx, by = np.roll(ax, -1, axis=2), np.roll(ay, -1, axis=2)
    low, high = float(ay.min()), float(ay.max())
    top = int(np.ceil(low - 1e-9))
    y = np.arange(top, np.floor(high + 1e-9) + 1)[None, :, None]
    is_level = np.abs(by - ay) < 1e-12
    slope = (bx - ax) / np.where(is_level, 1.0, by - ay)
    lower, upper = np.minimum(ay, by), np.maximum(ay, by)
    crossing = ax + (np.minimum(np.maximum(y, lower), upper) - ay) * slope
    is_missed = (y < lower - 1e-9) | (y > upper + 1e-9)
    # Where a row runs along a level side it meets the next side at the side's end.
    is_missed |= is_level
    crossing[is_missed] = np.inf
    left = crossing.min(axis=2)
    crossing[is_missed] = -np.inf
    right = crossing.max(axis=2)
    is_met = np.isfinite(left)
    first = np.ceil(np.where(is_met, left, 0.0) - 1e-6).astype(np.int64)
    end = np.floor(np.where(is_met, right, -1.0) + 1e-6).astype(np.int64) + 1
    return top, first, end


def _box(top: int, first: IntArray, end: IntArray, n: int) -> tuple[slice, slice, bool]:
    """Rows and columns that hold a polygon, or that stand for it (then True)."""
    height = len(first)
    for cut in range(min(3, (height + 1) // 2)):
        inner = slice(cut, height - cut)
        left, right = int(first[inner].max()), int(end[inner].min())
        if (height - 2 * cut) * (right - left) >= _BOX_SHARE * n:
            return slice(top + cut, top + height - cut), slice(left, right), True
    return slice(top, top + height), slice(int(first.min()), int(end.max())), False


def _statistics(
    plane: Plane, values: AnyArray, inside: NDArray[np.bool_] | None
) -> PlaneStatistics:
    """Clipped mean, deviation, and what else is kept of a box, or of the part that is inside."""
    middle, spread = _middle(values, inside)
    # Sixteen bits keep their precision as single floats once the middle is taken off.
    light = np.subtract(values, np.float32(middle), dtype=np.float32)
    if inside is not None:
        np.copyto(light, 0.0, where=~inside)
    n = values.size if inside is None else int(np.count_nonzero(inside))
    lowest, highest = float(light.min()), float(light.max())
    saturated = 0.0
    if highest + middle >= plane.saturation:
        is_saturated = values >= plane.saturation
        if inside is not None:
            is_saturated &= inside
        saturated = float(np.count_nonzero(is_saturated)) / n
    kept = inside
    limit = _CLIP_SIGMAS * spread
    if max(highest, -lowest) > limit:
        within = np.abs(light) <= limit
        kept = within if inside is None else within & inside
        np.copyto(light, 0.0, where=~within)
    return _summed(plane, light, kept, middle, (n, saturated))


def _middle(values: AnyArray, inside: NDArray[np.bool_] | None) -> tuple[float, float]:
    """Median and robust standard deviation, from scattered samples where there are many."""
    if values.size > _N_FOR_MEDIAN:
        # Scattered, not every n-th: the rows and columns of LEDs must not be picked out.
        along, down = _scattered()
        places = (
            (down * values.shape[0]).astype(np.intp),
            (along * values.shape[1]).astype(np.intp),
        )
        own = values[places]
        if inside is not None:
            chosen = inside[places]
            own = own[chosen] if np.count_nonzero(chosen) >= _MIN_SAMPLES else values[inside]
    else:
        own = values.ravel() if inside is None else values[inside]
    own = np.asarray(own, dtype=np.float64)
    middle = _median(own)
    spread = 1.4826 * _median(np.abs(own - middle))
    return middle, max(spread, 0.5 * float(own.std()) if spread == 0 else spread, 0.3)


def _median(values: FloatArray) -> float:
    """Median of finite values; the upper of the two in the middle."""
    half = len(values) // 2
    return float(np.partition(values, half)[half])


@cache
def _scattered() -> tuple[FloatArray, FloatArray]:
    """Points that fill the unit square evenly without any period (multiples of irrationals)."""
    steps = np.arange(1, _N_FOR_MEDIAN + 1)
    return np.modf(steps * 0.7548776662466927)[0], np.modf(steps * 0.5698402909980532)[0]


def _summed(
    plane: Plane,
    light: AnyArray,
    kept: NDArray[np.bool_] | None,
    middle: float,
    before: tuple[int, float],
) -> PlaneStatistics:
    """Mean, deviation and gradient of a box above its middle, 0 where it is not kept."""
    n, saturated = before
    rows, columns = light.shape
    if kept is None:
        counts = float(rows * columns)
        upper_n, left_n = float(rows // 2 * columns), float(rows * (columns // 2))
    else:
        counts = float(np.count_nonzero(kept))
        upper_n = float(np.count_nonzero(kept[: rows // 2]))
        left_n = float(np.count_nonzero(kept[:, : columns // 2]))
    if counts == 0:
        return _EMPTY
    by_column = light.sum(axis=0)
    total, left = float(by_column.sum()), float(by_column[: columns // 2].sum())
    upper = float(light[: rows // 2].sum())
    flat = light.ravel()
    offset = total / counts
    variance = max(float(np.dot(flat, flat)) / counts - offset**2, 0.0)
    scale = plane.white - plane.black
    mean = middle + offset - plane.black
    worst = 0.0
    if n >= 4 * _MIN_SAMPLES and mean > 0:
        for part, part_n in ((upper, upper_n), (left, left_n)):
            if 0 < part_n < counts:
                apart = part / part_n - (total - part) / (counts - part_n)
                worst = max(worst, abs(apart) / mean)
    return PlaneStatistics(mean / scale, math.sqrt(variance) / scale, int(counts), saturated, worst)
