"""How much stands out at which frequency: tapered spectra, their background, a threshold.

Four sine tapers (two along each axis) in every plane are 16 looks at one frequency of a Bayer
patch. Planes are weighed by their noise and added, whatever the phase between them: a beat in which
red and blue cancel is as strong as one of luminance. What noise alone would show follows a gamma
law; the threshold is the one that the strongest of all cells passes with the stated probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft
from scipy.ndimage import median_filter
from scipy.special import gammaincc, gammainccinv, gammaincinv, polygamma

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.arrays import FloatArray

_TAPERS = 2
_LOOKS = _TAPERS * _TAPERS
# Bins of a block of the background; blocks of its median; bins of the median along an axis, and
# how far from the axis the noise of the sensor's rows and columns reaches.
_BLOCK, _BLOCKS, _RIDGE, _REACH = 8, 3, 17, 2
# Fewer waves than this across a patch are fall-off and reflections.
LEAST_WAVES = 5.0
# Cells are not independent, and half of them mirror the others along one column.
_CAUTION = 2.0
_MAD = 1.4826


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """The upper half of a patch's spectrum.

    Attributes
    ----------
    power : ndarray, shape (rows, columns // 2 + 1)
        Sum over planes and tapers of power over noise, 1 on average where there is noise alone.
    ratio : ndarray, same shape
        `power` over its background, 1 in the median of the noise's law.
    background : ndarray, same shape
        Of `power`.
    noise : ndarray, shape (planes,)
        Standard deviation of each plane's noise, from the middle of its spectrum.
    looks : float
        Shape of the gamma law that the noise follows.
    allowed : ndarray of bool, same shape as power
        Where lines are looked for.
    """

    power: FloatArray
    ratio: FloatArray
    background: FloatArray
    noise: FloatArray
    looks: float
    allowed: NDArray[np.bool_]

    @property
    def n_cells(self) -> float:
        """How many cells compete for being the strongest."""
        return _CAUTION * float(np.count_nonzero(self.allowed))

    def threshold(self, false_alarm: float) -> float:
        """What the strongest `ratio` of noise alone passes with this probability."""
        single = in_one_place(false_alarm, self.n_cells)
        return float(gammainccinv(self.looks, single)) / _median(self.looks)

    def false_alarm(self, ratio: float) -> float:
        """Probability that noise alone shows a `ratio` as high anywhere."""
        single = float(gammaincc(self.looks, ratio * _median(self.looks)))
        return anywhere(single, self.n_cells)


def anywhere(chance: float, n_places: float) -> float:
    """Probability of something in any of several places, from that in one of them.

    Examples
    --------
    >>> round(anywhere(0.1, 2), 6)
    0.19
    """
    return float(-np.expm1(n_places * np.log1p(-min(chance, 1.0 - 1e-16))))


def in_one_place(chance: float, n_places: float) -> float:
    """The inverse of `anywhere`.

    Examples
    --------
    >>> round(in_one_place(0.19, 2), 6)
    0.1
    """
    return float(-np.expm1(np.log1p(-chance) / n_places))


def _median(looks: float) -> float:
    return float(gammaincinv(looks, 0.5))


def sine_tapers(n: int) -> FloatArray:
    """The first two sine tapers of n values, each of unit power. Shape (2, n)."""
    turn = np.pi * np.outer(np.arange(1, _TAPERS + 1), np.arange(1, n + 1)) / (n + 1)
    return np.asarray(np.sqrt(2.0 / (n + 1)) * np.sin(turn), np.float64)


def tapered_power(values: FloatArray) -> FloatArray:
    """Power of planes under each pair of tapers, added up.

    Parameters
    ----------
    values : ndarray, shape (planes, rows, columns)
        Relative light.

    Returns
    -------
    ndarray, shape (planes, rows, columns // 2 + 1)
        Mean over the four tapers; the variance of white noise.
    """
    planes, rows, columns = values.shape
    down, along = sine_tapers(rows), sine_tapers(columns)
    total = np.zeros((planes, rows, columns // 2 + 1))
    for over_rows in down:
        for over_columns in along:
            tapered = values * (over_rows[:, None] * over_columns[None, :])
            bins = fft.rfft2(tapered)
            total += bins.real**2 + bins.imag**2
    return np.asarray(total / _LOOKS, np.float64)


def measure_spectrum(values: FloatArray) -> Spectrum:
    """Spectrum of a patch, with what is noise in it.

    Parameters
    ----------
    values : ndarray, shape (planes, rows, columns)
        Relative light, smooth parts taken off.

    Returns
    -------
    Spectrum
        See there.
    """
    planes, rows, columns = values.shape
    power = tapered_power(values)
    down = fft.fftfreq(rows) * rows
    along = np.arange(columns // 2 + 1, dtype=np.float64)
    allowed = np.hypot(down[:, None], along[None, :]) >= LEAST_WAVES
    mirrored = (down < 0) & (2 * down > -rows)  # the last of an even number mirrors itself
    allowed[mirrored, 0] = False
    if columns % 2 == 0:
        allowed[mirrored, -1] = False
    usual = np.array([np.median(one[allowed]) for one in power])
    usual = np.maximum(usual / (_median(_LOOKS) / _LOOKS), 1e-30)
    whitened = np.mean(power / usual[:, None, None], axis=0)
    most = float(planes * _LOOKS)
    log = np.log(np.maximum(whitened, 1e-12))
    level = _background(log, down)
    spread = _MAD * float(np.median(np.abs((log - level)[allowed])))
    looks = min(most, _looks_of(spread))
    ratio = np.exp(log - level)
    return Spectrum(whitened, ratio, np.exp(level), np.sqrt(usual), looks, allowed)


def _looks_of(spread: float) -> float:
    """Shape of the gamma law whose logarithm spreads as much."""
    low, high = 0.2, 4000.0
    for _ in range(60):
        middle = np.sqrt(low * high)
        if float(polygamma(1, middle)) > spread**2:
            low = middle
        else:
            high = middle
    return float(low)


def _background(log: FloatArray, down: FloatArray) -> FloatArray:
    """The logarithm of the median of noise around each cell.

    Medians over blocks of cells, smoothed; near the axes, where rows of the sensor leave a
    ridge, at least the median along the axis.
    """
    order = np.argsort(down, kind="stable")
    shifted = log[order]
    level = blockwise_median(shifted)
    middle = int(np.flatnonzero(down[order] == 0)[0])
    rows = slice(max(0, middle - _REACH), middle + _REACH + 1)
    ridge = median_filter(shifted[rows], size=(1, _RIDGE), mode="mirror")
    level[rows] = np.maximum(level[rows], ridge)
    columns = slice(0, _REACH + 1)
    ridge = median_filter(shifted[:, columns], size=(_RIDGE, 1), mode="wrap")
    level[:, columns] = np.maximum(level[:, columns], ridge)
    back = np.empty_like(level)
    back[order] = level
    return back


def blockwise_median(log: FloatArray) -> FloatArray:
    """Medians over blocks of cells, smoothed and interpolated to every cell. Same shape."""
    rows, columns = log.shape
    down = np.linspace(0, rows, max(2, round(rows / _BLOCK)) + 1).astype(int)
    along = np.linspace(0, columns, max(2, round(columns / _BLOCK)) + 1).astype(int)
    blocks = np.empty((len(down) - 1, len(along) - 1))
    for i in range(len(down) - 1):
        strip = log[down[i] : down[i + 1]]
        for j in range(len(along) - 1):
            blocks[i, j] = np.median(strip[:, along[j] : along[j + 1]])
    blocks = median_filter(blocks, size=_BLOCKS, mode="nearest")
    centre_down = (down[:-1] + down[1:] - 1) / 2
    centre_along = (along[:-1] + along[1:] - 1) / 2
    smooth = _weights(rows, centre_down) @ blocks @ _weights(columns, centre_along).T
    return np.asarray(smooth, np.float64)


def _weights(n: int, centres: FloatArray) -> FloatArray:
    """Linear interpolation from `centres` to 0..n-1 as a matrix; constant outside."""
    at = np.interp(np.arange(n), centres, np.arange(len(centres)))
    low = np.minimum(at.astype(int), len(centres) - 2)
    weights = np.zeros((n, len(centres)))
    weights[np.arange(n), low] = 1.0 - (at - low)
    weights[np.arange(n), low + 1] = at - low
    return weights
