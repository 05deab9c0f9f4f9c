"""Light that the lens scatters over the frame, seen on wall that is dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

_HUBER = 1.5
# No place is known better than this share of the median place: equal photosites have no scatter.
# Below what noise leaves in the brightest flats, so that doubled frames measure the same.
_LEAST_ERROR = 0.003


def fit_flare(
    points: FloatArray, light: FloatArray, sigma: FloatArray, where: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Fit a smooth map to the light of dark wall, robustly, and read it elsewhere.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Wall points of the dark places, scaled to about -1..1.
    light, sigma : ndarray, shape (n, 3)
        What is seen there, and its standard error. NaN rows are left out.
    where : ndarray, shape (m, 2)
        Wall points to read the map at.

    Returns
    -------
    flare, sigma : ndarray, shape (m, 3)
        The map, and its standard error from the scatter of the dark places. A constant where
        there are under 6 dark places, a plane under 12, quadratic from there.

    Examples
    --------
    >>> import numpy as np
    >>> light = np.full((2, 3), 0.1)
    >>> flare, _ = fit_flare(np.zeros((2, 2)), light, np.ones((2, 3)), np.zeros((1, 2)))
    >>> flare.round(6).tolist()
    [[0.1, 0.1, 0.1]]
    """
    good = np.isfinite(light).all(axis=1)
    flare, error = np.zeros((len(where), 3)), np.zeros((len(where), 3))
    if not good.any():
        return flare, error
    n = int(good.sum())
    terms = 1 if n < 6 else 3 if n < 12 else 6
    known, wanted = _terms(points[good], terms), _terms(where, terms)
    for channel in range(3):
        seen = light[good, channel]
        floor = 0.3 * float(np.nanmedian(sigma[good, channel])) + 1e-12
        floor = max(floor, _LEAST_ERROR * float(np.median(np.abs(seen))))
        weight = 1.0 / np.maximum(np.nan_to_num(sigma[good, channel], nan=1.0), floor)
        pull = np.ones(n)
        for _ in range(8):
            root = weight * np.sqrt(pull)
            answer = np.linalg.lstsq(known * root[:, None], seen * root, rcond=None)[0]
            residual = (seen - known @ answer) * weight
            scale = max(1.4826 * float(np.median(np.abs(residual))), 1e-9)
            pull = 1.0 / np.maximum(np.abs(residual) / (_HUBER * scale), 1.0)
        flare[:, channel] = wanted @ answer
        root = weight * np.sqrt(pull)
        spread = np.linalg.pinv((known * root[:, None]).T @ (known * root[:, None]))
        variance = np.einsum("ij,jk,ik->i", wanted, spread, wanted)
        error[:, channel] = np.sqrt(np.maximum(variance, 0.0)) * max(scale, 1.0)
    return flare, error


def _terms(points: FloatArray, n: int) -> FloatArray:
    """Polynomial terms of wall points."""
    x, y = points[:, 0], points[:, 1]
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y][:n], axis=1)
