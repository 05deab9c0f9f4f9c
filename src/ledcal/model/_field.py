"""What the physical model misses: a smooth gain over wall code, where the data support one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import map_coordinates, spline_filter

if TYPE_CHECKING:
    from ledcal.model._rows import Rows
    from ledcal.values.arrays import FloatArray

_GRID = 17
_SMOOTHINGS = (0.1, 0.3, 1.0, 3.0, 10.0)
_MOST_SQUARE = 9.0
_FEWEST_ROWS = 60
# It must predict patches left out better than the physical model does its own, by this share.
_GAIN_NEEDED = 0.97
_LEAST_LIGHT = 1e-5
_MOST_GAIN = 0.2


def choose_field(
    rows: Rows, made: FloatArray, black: FloatArray, weight: FloatArray
) -> tuple[FloatArray, float] | None:
    """The gain field that leave-one-out prefers, and its smoothing; None if it prefers none.

    Parameters
    ----------
    rows : Rows
        The data.
    made, black : ndarray, shape (n, 3) and (3,)
        What the physical model makes of them, and of black, in the rows' LMS.
    weight : ndarray, shape (n,)
        Robust weights of the rows.

    Returns
    -------
    field : ndarray, shape (17, 17, 17, 3)
        Relative gain of the LMS above black, over position 0..1 of the three channels.
    smoothing : float
        What `fit_field` takes to make it again.
    """
    if len(rows) < _FEWEST_ROWS:
        return None
    gain, sigma, used = _gains(rows, made, black, weight)
    spread = _capped(gain / sigma[:, None])
    scores = {}
    for smoothing in _SMOOTHINGS:
        left_out = _left_out(rows.position[used], gain, sigma, smoothing)
        scores[smoothing] = _capped(left_out / sigma[:, None])
    best = min(scores, key=lambda smoothing: scores[smoothing])
    if scores[best] > _GAIN_NEEDED * spread:
        return None
    return fit_field(rows, made, black, weight, best), best


def fit_field(
    rows: Rows, made: FloatArray, black: FloatArray, weight: FloatArray, smoothing: float
) -> FloatArray:
    """The field of one smoothing: biharmonic spline of three dimensions, on a grid."""
    gain, sigma, used = _gains(rows, made, black, weight)
    position = rows.position[used]
    matrix = _system(position, sigma, smoothing)
    right = np.concatenate([gain, np.zeros((4, 3))])
    solved = np.linalg.solve(matrix, right)
    axis = np.linspace(0.0, 1.0, _GRID)
    at = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    values = -_distance(at, position) @ solved[:-4] + _linear(at) @ solved[-4:]
    limited = np.clip(values, -_MOST_GAIN, _MOST_GAIN)
    return np.asarray(limited.reshape(_GRID, _GRID, _GRID, 3))


class GainField:
    """A field made ready for looking up: cubic between the grid's points."""

    def __init__(self, grid: FloatArray) -> None:
        self._filtered = [spline_filter(grid[..., c], order=3, mode="nearest") for c in range(3)]
        self._steps = len(grid) - 1

    def gain(self, position: FloatArray) -> FloatArray:
        """Factor on the LMS above black, (n, 3), at positions (n, 3)."""
        at = np.clip(position, 0.0, 1.0).T * self._steps
        values = [
            map_coordinates(channel, at, order=3, mode="nearest", prefilter=False)
            for channel in self._filtered
        ]
        return np.asarray(1.0 + np.stack(values, axis=-1))


def _gains(
    rows: Rows, made: FloatArray, black: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Relative misses (m, 3), their standard error (m,), and which rows they are."""
    light = made - black
    used = np.all(light > _LEAST_LIGHT, axis=1)
    error = rows.sigma[used] / light[used]
    sigma = np.sqrt(np.mean(error**2, axis=1) / weight[used])
    return (rows.lms - made)[used] / light[used], sigma, used


def _left_out(
    position: FloatArray, gain: FloatArray, sigma: FloatArray, smoothing: float
) -> FloatArray:
    """What each row would miss had it been left out, (m, 3)."""
    inverse = np.linalg.inv(_system(position, sigma, smoothing))
    m = len(position)
    return np.asarray(inverse[:m, :m] @ gain / np.diag(inverse)[:m, None])


def _system(position: FloatArray, sigma: FloatArray, smoothing: float) -> FloatArray:
    m = len(position)
    matrix = np.zeros((m + 4, m + 4))
    noise = smoothing * sigma**2 / np.median(sigma**2)
    matrix[:m, :m] = -_distance(position, position) + np.diag(noise)
    matrix[:m, m:] = _linear(position)
    matrix[m:, :m] = _linear(position).T
    return matrix


def _distance(a: FloatArray, b: FloatArray) -> FloatArray:
    square = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1) - 2.0 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(square, 0.0)), dtype=np.float64)


def _linear(position: FloatArray) -> FloatArray:
    return np.concatenate([np.ones((len(position), 1)), position], axis=1)


def _capped(z: FloatArray) -> float:
    return float(np.mean(np.minimum(z**2, _MOST_SQUARE)))
