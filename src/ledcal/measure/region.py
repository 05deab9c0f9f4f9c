"""Robust means over parts of the frame, plane by plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.arrays import AnyArray, FloatArray
    from ledcal.values.frame import Plane

_CLIP_SIGMAS = 4.5
_MIN_SAMPLES = 9


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
    >>> found.mean, found.n
    (0.3, 81)
    """
    points = (corners - np.array([plane.x, plane.y])) / plane.step
    low = np.maximum(np.ceil(points.min(axis=0) - 1e-9), 0).astype(int)
    high = np.minimum(
        np.floor(points.max(axis=0) + 1e-9) + 1, np.array(plane.values.shape)[::-1]
    ).astype(int)
    if (high - low < 1).any():
        return _EMPTY
    box = plane.values[low[1] : high[1], low[0] : high[0]]
    inside = _inside(points, low, high)
    values = np.asarray(box[inside], dtype=np.float64)
    if values.size < _MIN_SAMPLES:
        return _EMPTY
    saturated = float(np.mean(values >= plane.saturation))
    kept, mean, deviation = _clipped(values)
    scale = plane.white - plane.black
    light = (mean - plane.black) / scale
    gradient = _gradient(box, inside, plane.black) if values.size >= 4 * _MIN_SAMPLES else 0.0
    return PlaneStatistics(light, deviation / scale, kept, saturated, gradient)


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


def _inside(points: FloatArray, low: NDArray[np.int_], high: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Which pixels of a box lie inside a convex polygon."""
    x = np.arange(low[0], high[0])[None, :]
    y = np.arange(low[1], high[1])[:, None]
    after = np.roll(points, -1, axis=0)
    area = float((points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]).sum())
    side = 1.0 if area >= 0 else -1.0
    inside = np.ones((high[1] - low[1], high[0] - low[0]), dtype=np.bool_)
    for (ax, ay), (bx, by) in zip(points.tolist(), after.tolist(), strict=True):
        inside &= side * ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) >= -1e-6
    return inside


def _clipped(values: FloatArray) -> tuple[int, float, float]:
    """Count, mean and standard deviation of what lies within 4.5 robust deviations."""
    middle = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - middle)))
    spread = max(spread, 0.5 * float(values.std()) if spread == 0 else spread, 0.3)
    kept = values[np.abs(values - middle) <= _CLIP_SIGMAS * spread]
    return kept.size, float(kept.mean()), float(kept.std())


def _gradient(box: AnyArray, inside: NDArray[np.bool_], black: float) -> float:
    """Largest relative difference between opposite halves of a region."""
    light = np.where(inside, np.asarray(box, dtype=np.float64) - black, 0.0)
    total = light.sum()
    if total <= 0:
        return 0.0
    worst = 0.0
    for axis in (0, 1):
        sums, counts = light.sum(axis=axis), inside.sum(axis=axis)
        half = len(sums) // 2
        first, second = counts[:half].sum(), counts[half:].sum()
        if first and second:
            apart = sums[:half].sum() / first - sums[half:].sum() / second
            worst = max(worst, abs(float(apart)) * float(inside.sum()) / float(total))
    return worst
