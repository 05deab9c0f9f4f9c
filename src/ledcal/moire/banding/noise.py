"""The level of a spectrum's noise, and how improbable a peak above it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import irfft
from scipy.linalg import solve_toeplitz
from scipy.ndimage import median_filter
from scipy.special import gammaincc, gammaincinv, gammaln, xlogy

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

_LEAST_BLOCK, _ENOUGH = 64, 1024
# Of the recursive filter: its length, errors of a correlation that show colour, and multiple of the
# noise's median that is a line.
_ORDER, _COLOURED, _LINE = 8, 4.5, 4.0
# Nodes and weights of the mean over a normal distribution.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


def block_size(n_cells: int, n_averaged: int) -> int:
    """Cells whose median is the noise: more where fewer spectra were averaged.

    Parameters
    ----------
    n_cells : int
        Independent cells of the spectrum.
    n_averaged : int
        Independent spectra in the mean.
    """
    return min(n_cells, max(_LEAST_BLOCK, _ENOUGH // n_averaged))


def noise_shape(power: FloatArray, n_samples: int) -> FloatArray:
    """Colour of the noise, as demosaicing and scaling leave it: that of a short recursive filter.

    Parameters
    ----------
    power : ndarray, shape (cells,)
        Mean spectrum from no frequency to the highest.
    n_samples : int
        Independent numbers that it was made of.

    Returns
    -------
    ndarray, shape (cells,)
        1 everywhere where the noise is white as far as it can be told.
    """
    # Lines are cut down to the noise about them.
    most = _LINE * median_filter(power, size=_LEAST_BLOCK + 1, mode="reflect")
    lags = irfft(np.minimum(power, most))[: _ORDER + 1]
    lags = lags / lags[0]
    if np.max(np.abs(lags[1:])) < _COLOURED / np.sqrt(n_samples):
        return np.ones(len(power))
    steps = solve_toeplitz(lags[:-1], lags[1:])
    turn = np.exp(-1j * np.pi * np.outer(np.linspace(0.0, 1.0, len(power)), 1 + np.arange(_ORDER)))
    return np.asarray(1.0 / np.abs(1.0 - turn @ steps) ** 2, np.float64)


def noise_level(power: FloatArray, n_averaged: int, block: int) -> FloatArray:
    """The mean that noise alone has at each cell: medians of blocks, without what sticks out.

    Parameters
    ----------
    power : ndarray, shape (cells,)
        Mean of `n_averaged` spectra.
    n_averaged : int
        Independent spectra in the mean.
    block : int
        Cells of a block.

    Returns
    -------
    ndarray, shape (cells,)
        Smooth.
    """
    count = max(1, len(power) // block)
    parts = np.array_split(np.maximum(power, 1e-300), count)
    middle = [p.mean() for p in np.array_split(np.arange(len(power)), count)]
    medians = np.array([np.log(np.median(p)) for p in parts])
    if count >= 3:
        medians = median_filter(medians, size=3, mode="nearest")
    level = np.exp(np.interp(np.arange(len(power)), middle, medians))
    return np.asarray(level * n_averaged / gammaincinv(n_averaged, 0.5), np.float64)


def false_alarm(ratio: FloatArray, n_averaged: int, n_cells: int, block: int) -> FloatArray:
    """Probability that any of so many cells of noise reaches a ratio.

    Parameters
    ----------
    ratio : ndarray
        Power over the level of the noise.
    n_averaged : int
        Independent spectra in the mean.
    n_cells : int
        Cells that were looked at.
    block : int
        Cells from which the level was learnt: its own error is counted.

    Returns
    -------
    ndarray
        0 to 1.
    """
    k = float(n_averaged)
    median = gammaincinv(k, 0.5)
    density = np.exp(xlogy(k - 1.0, median) - median - gammaln(k))
    error = 0.5 / (density * median * np.sqrt(block))
    scale = np.exp(error * _NODES - 0.5 * error**2)
    tails = gammaincc(k, k * np.asarray(ratio, np.float64)[..., None] * scale)
    tail = tails @ (_WEIGHTS / _WEIGHTS.sum())
    return np.asarray(-np.expm1(n_cells * np.log1p(-np.minimum(tail, 1.0 - 1e-12))), np.float64)
