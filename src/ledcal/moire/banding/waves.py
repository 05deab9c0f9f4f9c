"""Waves along the rows, fitted together by weighted least squares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ledcal.values.arrays import FloatArray

# Smooth changes from top to bottom are no bands.
_DEGREE = 2


def smooth_basis(y: FloatArray, degree: int = _DEGREE) -> FloatArray:
    """Legendre polynomials over the rows, shape (rows, degree + 1)."""
    middle, half = 0.5 * (y[0] + y[-1]), 0.5 * (y[-1] - y[0])
    return np.asarray(np.polynomial.legendre.legvander((y - middle) / half, degree), np.float64)


def wave_basis(y: FloatArray, frequencies: Sequence[float]) -> FloatArray:
    """Cosine and sine of each frequency, shape (rows, 2 waves)."""
    turn = 2.0 * np.pi * np.outer(y, np.asarray(frequencies, np.float64))
    return np.stack([np.cos(turn), np.sin(turn)], axis=-1).reshape(len(y), -1)


def fit_waves(
    y: FloatArray, weight: FloatArray, series: FloatArray, frequencies: Sequence[float]
) -> tuple[NDArray[np.complex128], FloatArray]:
    """Complex amplitudes of waves in every frame, with a smooth change beside them.

    Parameters
    ----------
    y, weight : ndarray, shape (rows,)
        Rows, and what they count.
    series : ndarray, shape (frames, rows)
        What is fitted.
    frequencies : sequence of float
        Cycles per frame row.

    Returns
    -------
    amplitudes : ndarray of complex, shape (waves, frames)
        The wave is the real part of ``amplitude * exp(2 pi i frequency y)``.
    residual : ndarray, shape (frames, rows)
        What is left, smooth changes taken off too.
    """
    basis = np.concatenate([wave_basis(y, frequencies), smooth_basis(y)], axis=1)
    weighted = basis * weight[:, None]
    found = np.linalg.solve(basis.T @ weighted, (series @ weighted).T)
    n = 2 * len(frequencies)
    amplitudes = found[0:n:2] - 1j * found[1:n:2]
    return amplitudes, np.asarray(series - (basis @ found).T, np.float64)


def refine_frequency(
    y: FloatArray, weight: FloatArray, series: FloatArray, start: float, width: float
) -> float:
    """The frequency near `start` that explains most of the series.

    Parameters
    ----------
    y, weight, series
        As in `fit_waves`.
    start, width : float
        Where to look, and how far to both sides; in cycles per frame row.

    Returns
    -------
    float
        In cycles per frame row.
    """
    root = np.sqrt(weight)
    smooth, _ = np.linalg.qr(smooth_basis(y) * root[:, None])
    target = (series * root).T
    target = target - smooth @ (smooth.T @ target)

    def unexplained(frequency: float) -> float:
        wave = wave_basis(y, [frequency]) * root[:, None]
        wave = wave - smooth @ (smooth.T @ wave)
        seen = wave.T @ target
        return -float(np.sum(seen * np.linalg.solve(wave.T @ wave, seen)))

    found = minimize_scalar(
        unexplained,
        bounds=(start - width, start + width),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x)
