"""All lines of a patch: found, refined together, and taken away one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import maximum_filter

from ledcal.moire.bend import search_bend, with_bend
from ledcal.moire.patch import level
from ledcal.moire.sinusoid import Grid, Wave, grid_of, is_sound, refine, subtract, with_noise
from ledcal.moire.spectrum import LEAST_WAVES, Spectrum, anywhere, measure_spectrum
from ledcal.moire.steady import unevenness

if TYPE_CHECKING:
    from ledcal.moire.patch import Patch
    from ledcal.values.arrays import FloatArray

_PASSES, _AT_ONCE, _MOST = 12, 6, 40
# Weaker than the strongest of a pass by so much, a peak may be a side lobe.
_DYNAMIC = 1e-3
# Lines nearer than this, in waves across the patch, are one.
_APART = 2.0
# With fewer waves than this across the patch, what was a line has run away from its place.
_FEWEST = LEAST_WAVES - 1.5
# Of a line that is not quite even, something stays beside it: less than this share of it, and
# nearer than so many waves, is not reported.
_BESIDE, _NEAR = 0.001, 10.0
# Bent waves that are tried for each even one, those that can be told apart.
_TRIES_OF_BENDS = 300.0


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Everything that a patch shows, and what is left.

    Attributes
    ----------
    found : tuple of Found
        Strongest first; also what is uneven.
    left : ndarray, shape (planes, rows, columns)
        Relative light with all of them taken off.
    grid : Grid
        Where the values lie.
    spectrum : Spectrum
        Of what is left.
    first : Spectrum
        Of everything.
    """

    found: tuple[Found, ...]
    left: FloatArray
    grid: Grid
    spectrum: Spectrum
    first: Spectrum


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A line of a patch.

    Attributes
    ----------
    wave : Wave
        Frequency and amplitudes.
    false_alarm : float
        Probability that noise shows one as strong anywhere in the patch.
    unevenness : float
        Probability that something uneven shows one as even anywhere in the patch.
    """

    wave: Wave
    false_alarm: float
    unevenness: float

    @property
    def strength(self) -> float:
        """Root of the mean square of the amplitudes, planes weighed by their noise."""
        weights = 1.0 / self.wave.amplitude_sigma**2
        square = np.sum(weights * np.abs(self.wave.amplitude) ** 2) / weights.sum()
        return float(np.sqrt(square))


def find_lines(patch: Patch, *, false_alarm: float = 1e-3) -> Search:
    """Find every line that noise alone would not show.

    Parameters
    ----------
    patch : Patch
        Flat light.
    false_alarm : float
        Probability of finding anything at all where there is noise alone.

    Returns
    -------
    Search
        See there.
    """
    grid = grid_of(patch)
    values = np.array(patch.values, np.float64)
    left = values
    waves: list[Wave] = []
    first = spectrum = measure_spectrum(left)
    for _ in range(_PASSES):
        starts = _peaks(spectrum, left.shape, spectrum.threshold(false_alarm))
        starts = [f / grid.step for f in starts][: _MOST - len(waves)]
        fresh: list[Wave] = []
        for start in starts:
            wave = refine(left, grid, start, noise_at(spectrum, left.shape, grid, start))
            if not is_sound(wave, grid, _FEWEST):
                continue
            if all(gap(wave, other, left.shape, grid) > _APART for other in (*waves, *fresh)):
                wave = _straight(wave, left, grid, spectrum, false_alarm)
                fresh.append(wave)
                left = subtract(left, grid, wave)
        if not fresh:
            break
        waves += fresh
        waves, left = _together(waves, left, grid, spectrum)
        inside = values - left
        values = level(patch.raw, inside)
        left = values - inside
        spectrum = measure_spectrum(left)
    if waves:
        # What the smooth surface took of them was given back after they were last refined.
        waves, left = _together(waves, left, grid, spectrum)
    found = [_found(wave, left, grid, spectrum) for wave in waves]
    found = [line for line in found if line.false_alarm <= false_alarm]
    found.sort(key=lambda line: -line.strength)
    kept = tuple(_without_remains(found, left.shape, grid))
    return Search(kept, left, grid, spectrum, first)


def _peaks(spectrum: Spectrum, shape: tuple[int, ...], threshold: float) -> list[FloatArray]:
    """Frequencies, in cycles per value, of the peaks to begin with; strongest first."""
    _, rows, columns = shape
    ratio = np.where(spectrum.allowed, spectrum.ratio, 0.0)
    power = spectrum.power
    is_peak = (ratio > threshold) & (power == maximum_filter(power, size=3, mode="wrap"))
    places = np.argwhere(is_peak)
    if not len(places):
        return []
    strengths = power[places[:, 0], places[:, 1]]
    order = np.argsort(-strengths)[:_AT_ONCE]
    order = order[strengths[order] > _DYNAMIC * strengths[order[0]]]
    found = []
    for i, j in places[order]:
        down = _between(power[:, j], i) - (rows if i > rows / 2 else 0)
        along = _between(power[i], j)
        found.append(np.array([along / columns, down / rows]))
    return found


def _between(line: FloatArray, at: int) -> float:
    """Where a parabola through the logarithms of three bins has its top."""
    n = len(line)
    low, middle, high = np.log(np.maximum(line[[(at - 1) % n, at, min(at + 1, n - 1)]], 1e-30))
    bend = low - 2 * middle + high
    return float(at + (np.clip(0.5 * (low - high) / bend, -0.5, 0.5) if bend < 0 else 0.0))


def noise_at(
    spectrum: Spectrum, shape: tuple[int, ...], grid: Grid, frequency: FloatArray
) -> FloatArray:
    """Standard deviation of a value of each plane, by the background at a frequency (c/px)."""
    i, j = _cell(shape, grid, frequency)
    return np.asarray(spectrum.noise * np.sqrt(spectrum.background[i, j]), np.float64)


def _cell(shape: tuple[int, ...], grid: Grid, frequency: FloatArray) -> tuple[int, int]:
    _, rows, columns = shape
    along = float(frequency[0] * grid.step * columns)
    down = float(frequency[1] * grid.step * rows)
    if along < -0.25:
        along, down = -along, -down
    j = int(np.clip(np.round(along), 0, columns // 2))
    return int(np.round(down)) % rows, j


def gap(one: Wave, other: Wave, shape: tuple[int, ...], grid: Grid) -> float:
    """Waves across the patch between two lines; frequencies repeat, and f is -f."""
    size = np.array([shape[2], shape[1]])
    gaps = []
    for sign in (1.0, -1.0):
        apart = (one.frequency - sign * other.frequency) * grid.step
        gaps.append(float(np.hypot(*((apart - np.round(apart)) * size))))
    return min(gaps)


def _straight(
    wave: Wave, values: FloatArray, grid: Grid, spectrum: Spectrum, false_alarm: float
) -> Wave:
    """A line as it is, or bent, where it is uneven and a bend makes it even."""
    noise = noise_at(spectrum, values.shape, grid, wave.frequency)
    limit = false_alarm / spectrum.n_cells
    if unevenness(values, grid, wave) <= limit:
        bent = with_bend(values, grid, wave, noise)
        return bent if is_sound(bent, grid, _FEWEST) else wave
    bent = search_bend(values, grid, wave, noise)
    if not is_sound(bent, grid, _FEWEST):
        return wave
    is_even = unevenness(values, grid, bent) <= limit / _TRIES_OF_BENDS
    return bent if is_even else wave


def _together(
    waves: list[Wave], left: FloatArray, grid: Grid, spectrum: Spectrum
) -> tuple[list[Wave], FloatArray]:
    """Refine each line with all others taken off, twice around."""
    waves = list(waves)
    for _ in range(2 if len(waves) > 1 else 1):
        for index, wave in enumerate(waves):
            alone = subtract(left, grid, wave, sign=1.0)
            noise = noise_at(spectrum, left.shape, grid, wave.frequency)
            bend = wave.bend if wave.is_bent else None
            better = refine(alone, grid, wave.frequency, noise, bend=bend)
            waves[index] = better if is_sound(better, grid, _FEWEST) else wave
            left = subtract(alone, grid, waves[index])
    return waves, left


def _nearest(wave: Wave, grid: Grid) -> Wave:
    """The same values from the nearest to zero of the frequencies that planes cannot tell apart."""
    away = np.round(wave.frequency * grid.step) / grid.step
    if not away.any():
        return wave
    turns = away[0] * grid.x[:, 0] + away[1] * grid.y[:, 0]
    amplitude = wave.amplitude * np.exp(2j * np.pi * turns)
    return replace(wave, frequency=wave.frequency - away, amplitude=amplitude)


def _found(wave: Wave, left: FloatArray, grid: Grid, spectrum: Spectrum) -> Found:
    """How sure a line is, against the background of what all lines leave."""
    wave = _nearest(wave, grid)
    noise = noise_at(spectrum, left.shape, grid, wave.frequency)
    wave = with_noise(wave, grid, noise, left.shape)
    # Power of a cosine under a taper of unit power is a^2 n / 4 at best; two of four tapers see
    # about that much together.
    chi2 = float(np.sum((np.abs(wave.amplitude) / wave.amplitude_sigma) ** 2))
    ratio = chi2 / (2.0 * len(wave.amplitude)) * 0.5 + 1.0
    n_tries = spectrum.n_cells * (_TRIES_OF_BENDS if wave.is_bent else 1.0)
    single = unevenness(subtract(left, grid, wave, sign=1.0), grid, wave)
    return Found(wave, spectrum.false_alarm(ratio), anywhere(single, n_tries))


def _without_remains(found: list[Found], shape: tuple[int, ...], grid: Grid) -> list[Found]:
    """Leave out what stays of uneven lines beside them. `found` is sorted, strongest first."""
    kept: list[Found] = []
    for line in found:
        is_remains = any(
            line.strength < _BESIDE * other.strength
            and gap(line.wave, other.wave, shape, grid) < _NEAR
            for other in kept
        )
        if not is_remains:
            kept.append(line)
    return kept
