"""The level of a spectrum's noise, and how improbable a peak above it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import median_filter
from scipy.special import gammaincc, gammaincinv, gammaln, xlogy

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

_LEAST_BLOCK, _ENOUGH = 64, 1024
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
