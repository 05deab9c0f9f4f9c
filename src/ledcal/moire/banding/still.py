"""Bands that stand still, as with genlock: waves in the mean row profile that run along the rows.

A raster of LEDs in line with the sensor looks the same. One that is turned by a hundredth of a
degree does not: its phase changes along the row, and such waves are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import next_fast_len, rfft
from scipy.optimize import minimize_scalar

from ledcal.moire.banding.noise import false_alarm, noise_level
from ledcal.moire.banding.waves import smooth_basis
from ledcal.values.banding import Band

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ledcal.moire.banding.series import RowSeries
    from ledcal.values.arrays import FloatArray

_LEAST_WAVES = 6.0
_DEGREE = 6
_OVERSAMPLED = 2
# Cells of the spectrum from which its noise is learnt: what stands still has a coloured one.
_BLOCK = 48
# Half the width of a line of the tapered spectrum, in cells.
_OWN_CELLS = 5.0
_MOST_BANDS, _MOST_LOOKED_AT = 6, 24
# Turns along the row that are none: of this many errors, or of a cycle.
_ERRORS, _LEAST_TURNS = 4.0, 0.02
_MOST_TURNS = 4.0
# Weaker than the strongest by more: its sidelobes and their like.
_RANGE = 1e-4


def find_still(
    series: RowSeries, limit: float, moving: Sequence[float], n_frames: int
) -> tuple[Band, ...]:
    """Find waves along the rows in the mean of the frames.

    Parameters
    ----------
    series : RowSeries
        Of one frame or more.
    limit : float
        Probability, over the whole search, that white noise alone gives a wave.
    moving : sequence of float
        Frequencies at which something was found to move: part of it is left in the mean.
    n_frames : int
        Frames in the mean.

    Returns
    -------
    tuple of Band
        Strongest first.
    """
    n = len(series.y)
    taper = _taper(n)
    # A taper alone would do for a wave; not for rows of two noises, and so rows count alike.
    rows = series.still.mean(axis=1)
    flat = rows / _smooth(series.y, rows) - 1.0
    size = next_fast_len(_OVERSAMPLED * n, real=True)
    power = np.abs(rfft(flat * taper, size)) ** 2
    frequency = np.arange(len(power)) / (size * series.step)
    cell = 1.0 / (series.step * n)
    inside = (frequency >= _LEAST_WAVES * cell) & (frequency <= 0.5 / series.step - 2.0 * cell)
    power, frequency = power[inside], frequency[inside]
    noise = noise_level(power, 1, _OVERSAMPLED * _BLOCK)
    n_cells = _OVERSAMPLED * round((frequency[-1] - frequency[0]) / cell)
    chance = false_alarm(power / noise, 1, n_cells, _BLOCK // 2)
    variance = 4.0 * noise / taper.sum() ** 2
    is_free = np.ones(len(power), np.bool_)
    for known in moving:
        is_free &= np.abs(frequency - known) > _OWN_CELLS * cell
    found: list[Band] = []
    strongest = float(power.max())
    for _ in range(_MOST_LOOKED_AT):
        peak = int(np.argmax(np.where(is_free, power / noise, 0.0)))
        if not is_free[peak] or chance[peak] > limit or len(found) == _MOST_BANDS:
            break
        is_free &= np.abs(frequency - frequency[peak]) > _OWN_CELLS * cell
        if power[peak] < _RANGE**2 * strongest:
            continue
        exact = _refine(series.y, flat * taper, float(frequency[peak]), cell)
        if _turns(series, taper, exact, float(variance[peak])):
            continue
        found.append(
            _band(series, flat * taper, taper, exact, float(variance[peak]), n_frames,
                  float(chance[peak]))
        )  # fmt: skip
    return tuple(sorted(found, key=lambda band: -band.depth))


def _taper(n: int) -> FloatArray:
    """Blackman and Harris's four terms: sidelobes of a strong raster stay 92 dB below it."""
    turn = 2.0 * np.pi * (np.arange(n) + 0.5) / n
    terms = (0.35875, -0.48829, 0.14128, -0.01168)
    return np.asarray(sum(a * np.cos(k * turn) for k, a in enumerate(terms)), np.float64)


def _smooth(y: FloatArray, rows: FloatArray) -> FloatArray:
    """Fall-off and other slow changes, shape of `rows`."""
    basis = smooth_basis(y, _DEGREE)
    found, *_ = np.linalg.lstsq(basis, rows)
    return np.asarray(basis @ found, np.float64)


def _wave(y: FloatArray, frequency: float) -> NDArray[np.complex128]:
    return np.asarray(np.exp(-2j * np.pi * frequency * y), np.complex128)


def _refine(y: FloatArray, tapered: FloatArray, start: float, cell: float) -> float:
    found = minimize_scalar(
        lambda f: -float(abs(_wave(y, f) @ tapered) ** 2),
        bounds=(start - 0.75 * cell, start + 0.75 * cell),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x)


def _turns(series: RowSeries, taper: FloatArray, frequency: float, variance: float) -> bool:
    """Whether a wave's phase changes along the row."""
    strips = series.still
    smooth = np.stack([_smooth(series.y, column) for column in strips.T], axis=-1)
    flat = (strips / smooth - 1.0) * taper[:, None]
    amplitudes = 2.0 * (_wave(series.y, frequency) @ flat) / taper.sum()
    n = len(amplitudes)
    at = (np.arange(n) + 0.5) / n - 0.5
    trials = np.linspace(-_MOST_TURNS, _MOST_TURNS, 801)
    seen = np.abs(np.exp(-2j * np.pi * np.outer(trials, at)) @ amplitudes) / n
    best = int(np.argmax(seen))
    error = np.sqrt(1.5 * variance) / (np.pi * max(float(seen[best]), 1e-12))
    spacing = float(trials[1] - trials[0])
    return bool(abs(trials[best]) > max(_ERRORS * error, _LEAST_TURNS) + 0.5 * spacing)


def _band(
    series: RowSeries,
    tapered: FloatArray,
    taper: FloatArray,
    frequency: float,
    variance: float,
    n_frames: int,
    chance: float,
) -> Band:
    depth = 2.0 * float(abs(_wave(series.y, frequency) @ tapered)) / float(taper.sum())
    depth = float(np.sqrt(max(depth**2 - 0.5 * variance, 0.25 * depth**2)))
    # The bound of a wave's frequency, from the rows that the taper leaves.
    error = np.sqrt(6.0 * variance) / (np.pi * depth * series.step * len(series.y))
    is_known = n_frames > 1
    per_frame = 4.0 * series.row_sigma**2 / len(series.y)
    turn = np.sqrt(6.0 * per_frame / max(n_frames**3 - n_frames, 1)) / (2.0 * np.pi * depth)
    return Band(
        frequency_cpr=frequency,
        frequency_sigma=float(error),
        depth=depth,
        depth_sigma=float(np.sqrt(0.5 * variance)),
        drift_cycles=0.0 if is_known else None,
        drift_sigma=float(turn) if is_known else float("nan"),
        is_static=True,
        false_alarm=chance,
    )
