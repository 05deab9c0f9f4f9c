"""Bands that move from frame to frame: whatever stands still is divided out first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import next_fast_len, rfft

from ledcal.moire.banding.drift import fit_turning
from ledcal.moire.banding.noise import block_size, false_alarm, noise_level, noise_shape
from ledcal.moire.banding.waves import fit_waves, refine_frequency
from ledcal.values.banding import Band

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.moire.banding.series import RowSeries
    from ledcal.values.arrays import BoolArray, FloatArray

LEAST_WAVES = 2.0
_OVERSAMPLED = 2
_MOST_BANDS = 16
# Cells of the spectrum around a band that belong to it.
_OWN_CELLS = 1.5
# Of the strongest noise, what is left where a filter of the picture has taken all away.
_LEAST_SHAPE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """What changes from frame to frame.

    Attributes
    ----------
    bands : tuple of Band
        Strongest first.
    mean : ndarray, shape (rows,)
        Their mean over the frames, which is left in what stands still.
    others : ndarray, shape (cells,)
        Frequencies at which more moves than was listed.
    """

    bands: tuple[Band, ...]
    mean: FloatArray
    others: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Spectrum:
    frequency: FloatArray
    power: FloatArray
    noise: FloatArray
    block: int
    n_cells: int
    n_averaged: int

    def false_alarm(self, index: int) -> float:
        return float(self._chances(self.power[[index]] / self.noise[[index]])[0])

    def sticks_out(self, limit: float) -> BoolArray:
        # The chance falls with the ratio: halving finds where it passes the limit.
        low, high = 0.0, 1000.0
        while high - low > 1e-4 * high:
            middle = 0.5 * (low + high)
            is_above = self._chances(np.array([middle]))[0] > limit
            low, high = (middle, high) if is_above else (low, middle)
        return np.asarray(self.power / self.noise >= high, np.bool_)

    def _chances(self, ratio: FloatArray) -> FloatArray:
        n_cells = _OVERSAMPLED * self.n_cells
        return false_alarm(ratio, self.n_averaged, n_cells, self.block)


def find_moving(series: RowSeries, limit: float) -> Moving:
    """Find waves in what changes from frame to frame.

    Parameters
    ----------
    series : RowSeries
        Of two frames or more.
    limit : float
        Probability, over the whole search, that noise alone gives a band.

    Returns
    -------
    Moving
        The bands, strongest first.
    """
    y, weight, moving = series.y, series.weight, series.moving
    cell = 1.0 / (series.step * len(y))
    frequencies: list[float] = []
    chances: list[float] = []
    _, left = fit_waves(y, weight, moving, [])
    corrected = moving
    is_settled = True
    while True:
        spectrum = _spectrum(series, left)
        peak = _peak(spectrum, frequencies, cell, limit)
        chance = spectrum.false_alarm(peak)
        is_done = chance > limit or len(frequencies) == _MOST_BANDS
        if is_done and is_settled:
            break
        if not is_done:
            start = float(spectrum.frequency[peak])
            frequencies.append(refine_frequency(y, weight, left, start, 0.75 * cell))
            chances.append(chance)
        # Waves are fitted again without the others whenever there are twice as many, and at last.
        is_settled = is_done or len(frequencies) in {1, 2, 4, 8}
        if is_settled:
            frequencies = _refine_all(series, frequencies, cell)
        corrected = _put_right(series, frequencies)
        _, left = fit_waves(y, weight, corrected, frequencies)
    if not frequencies:
        return Moving((), np.zeros(len(y)), np.empty(0))
    amplitudes, left = fit_waves(y, weight, corrected, frequencies)
    spectrum = _spectrum(series, left)
    found = [
        _band(series, spectrum, frequency, amplitude, chance)
        for frequency, amplitude, chance in zip(frequencies, amplitudes, chances, strict=True)
    ]
    bands = tuple(sorted(found, key=lambda band: -band.depth))
    return Moving(bands, _mean(series, frequencies), spectrum.frequency[spectrum.sticks_out(limit)])


def _spectrum(series: RowSeries, left: FloatArray) -> _Spectrum:
    """Mean power of the frames, in units in which a row's noise is its variance."""
    n_frames, n_rows = left.shape
    size = next_fast_len(_OVERSAMPLED * n_rows, real=True)
    lines = rfft(left * series.weight, size, axis=1)
    power = np.sum(np.abs(lines) ** 2, axis=0) / ((n_frames - 1) * series.weight.sum())
    frequency = np.arange(len(power)) / (size * series.step)
    cell = 1.0 / (series.step * n_rows)
    inside = (frequency >= LEAST_WAVES * cell) & (frequency <= 0.5 / series.step - cell)
    shape = noise_shape(power, n_rows * (n_frames - 1))[inside]
    power, frequency = power[inside], frequency[inside]
    n_cells = round(float(frequency[-1] - frequency[0]) / cell)
    block = block_size(n_cells, n_frames - 1)
    noise = shape * noise_level(power / shape, n_frames - 1, _OVERSAMPLED * block)
    # Where filters left nothing, there is nothing to be found.
    noise = np.where(shape < _LEAST_SHAPE * shape.max(), np.inf, noise)
    return _Spectrum(frequency, power, noise, block, n_cells, n_frames - 1)


def _peak(spectrum: _Spectrum, taken: list[float], cell: float, limit: float) -> int:
    """The strongest of what sticks out: what it leaks elsewhere may stick out further."""
    ratio = spectrum.power / spectrum.noise
    is_free = np.ones(len(ratio), np.bool_)
    for frequency in taken:
        is_free &= np.abs(spectrum.frequency - frequency) >= _OWN_CELLS * cell
    candidates = is_free & spectrum.sticks_out(limit)
    if candidates.any():
        return int(np.argmax(np.where(candidates, spectrum.power, 0.0)))
    return int(np.argmax(np.where(is_free, ratio, 0.0)))


def _refine_all(series: RowSeries, frequencies: list[float], cell: float) -> list[float]:
    """Each wave's frequency again, without the other waves."""
    found = list(frequencies)
    corrected = _put_right(series, found)
    for index in range(len(found)):
        others = found[:index] + found[index + 1 :]
        amplitudes, _ = fit_waves(series.y, series.weight, corrected, found)
        rest = corrected - _drawn(series.y, others, np.delete(amplitudes, index, axis=0))
        found[index] = refine_frequency(series.y, series.weight, rest, found[index], 0.25 * cell)
    return found


def _put_right(series: RowSeries, frequencies: list[float]) -> FloatArray:
    """Frames divided by what stands still alone, not also by the mean of the waves over them."""
    mean = _mean(series, frequencies)
    return np.asarray((1.0 + series.moving) * (1.0 + mean) - 1.0 - mean, np.float64)


def _mean(series: RowSeries, frequencies: list[float]) -> FloatArray:
    """Mean of the waves over the frames, shape (rows,)."""
    amplitudes, left = fit_waves(series.y, series.weight, series.moving, frequencies)
    variance = _variance(series, float(np.var(left)) * len(left) / (len(left) - 1))
    means = [fit_turning(amplitude, variance).mean for amplitude in amplitudes]
    drawn = _drawn(series.y, frequencies, np.array(means)[:, None])
    return np.asarray(drawn[0], np.float64)


def _drawn(
    y: FloatArray, frequencies: list[float], amplitudes: NDArray[np.complex128]
) -> FloatArray:
    """Waves along the rows, shape (frames, rows)."""
    turn = np.exp(2j * np.pi * np.outer(np.asarray(frequencies), y))
    return np.asarray(np.real(amplitudes.T @ turn), np.float64)


def _variance(series: RowSeries, row_variance: float) -> float:
    """Of a wave's complex amplitude in one frame."""
    return max(4.0 * row_variance / float(series.weight.sum()), 1e-30)


def _band(
    series: RowSeries,
    spectrum: _Spectrum,
    frequency: float,
    amplitudes: NDArray[np.complex128],
    chance: float,
) -> Band:
    known = np.isfinite(spectrum.noise)
    noise = float(np.interp(frequency, spectrum.frequency[known], spectrum.noise[known]))
    variance = _variance(series, noise)
    turning = fit_turning(amplitudes, variance)
    power = float(np.sum(np.abs(amplitudes) ** 2))
    rows = series.step * len(series.y)
    # The Cramer-Rao bound of a wave's frequency.
    error = np.sqrt(1.5 * variance / power) / (np.pi * rows)
    is_even = bool(np.isfinite(turning.drift))
    return Band(
        frequency_cpr=frequency,
        frequency_sigma=float(error),
        depth=turning.depth,
        depth_sigma=turning.depth_sigma,
        drift_cycles=turning.drift if is_even else None,
        drift_sigma=turning.drift_sigma,
        is_static=False,
        false_alarm=chance,
    )
