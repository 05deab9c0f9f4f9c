"""Lines whose frequency changes along the way: walls seen from the side, lenses that distort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

from ledcal.moire.sinusoid import refine
from ledcal.moire.steady import demodulate

if TYPE_CHECKING:
    from ledcal.moire.sinusoid import ComplexArray, Grid, Wave
    from ledcal.values.arrays import FloatArray

# Parts of the patch along a side; cycles of bend at its edge that are tried, and how densely.
_PARTS = 16
_MOST_BEND, _BENDS = 3.0, 13
_PADDED = 32
_STEPS = 5
# A bend counts where it takes so much off the squares, in units of the noise (three parameters).
_WORTH = 30.0


def search_bend(values: FloatArray, grid: Grid, wave: Wave, noise: FloatArray) -> Wave:
    """The bent wave that explains most of what is near a line, however bent.

    Parameters
    ----------
    values : ndarray, shape (planes, rows, columns)
        With this line in it, and no other.
    grid : Grid
        Where the values lie.
    wave : Wave
        The line, as if it were even.
    noise : ndarray, shape (planes,)
        Standard deviation of a value at this frequency.

    Returns
    -------
    Wave
        With its bend.
    """
    parts = demodulate(values, grid, wave, _PARTS, _PARTS)
    x, y = _sides()
    steps = np.linspace(-_MOST_BEND, _MOST_BEND, _BENDS)
    across = np.exp(-2j * np.pi * steps[:, None, None] * (x * y)[None])
    down = np.exp(-2j * np.pi * steps[:, None, None] * (y * y)[None])
    turns = (across[:, None] * down[None]).astype(np.complex64)
    best, found = -1.0, np.zeros(5)
    for along in steps:
        turned = (parts * np.exp(-2j * np.pi * along * x * x)).astype(np.complex64)
        spectra = np.abs(fft.fft2(turned * turns, s=(_PADDED, _PADDED)))
        k = int(np.argmax(spectra))
        if spectra.flat[k] > best:
            best = float(spectra.flat[k])
            i, j, row, column = np.unravel_index(k, spectra.shape)
            shift = fft.fftfreq(_PADDED)[[column, row]] * _PARTS / 2.0  # cycles per half side
            found = np.array([*shift, along, steps[i], steps[j]])
    return _refined(values, grid, wave, noise, _polish(parts, found))


def with_bend(values: FloatArray, grid: Grid, wave: Wave, noise: FloatArray) -> Wave:
    """The same line with a slight bend, where there is one beyond doubt; else as it is.

    Parameters
    ----------
    values, grid, wave, noise
        As `search_bend` takes them.

    Returns
    -------
    Wave
        Even or bent.
    """
    parts = demodulate(values, grid, wave, _PARTS, _PARTS)
    found = _polish(parts, np.zeros(5))
    gain = abs(_turned(parts, found).mean()) ** 2 - abs(parts.mean()) ** 2
    worth = gain * float(np.sum((np.abs(wave.amplitude) / wave.amplitude_sigma) ** 2))
    if worth < _WORTH:
        return wave
    return _refined(values, grid, wave, noise, found)


def _refined(
    values: FloatArray, grid: Grid, wave: Wave, noise: FloatArray, found: FloatArray
) -> Wave:
    frequency = wave.frequency + found[:2] / grid.half
    return refine(values, grid, frequency, noise, bend=found[2:])


def _sides() -> tuple[FloatArray, FloatArray]:
    side = (np.arange(_PARTS) + 0.5) / _PARTS * 2.0 - 1.0
    return side[None, :], side[:, None]


def _terms() -> FloatArray:
    x, y = _sides()
    one = np.ones((_PARTS, _PARTS))
    return np.stack([x * one, y * one, x * x * one, x * y, y * y * one], axis=-1).reshape(-1, 5)


def _turned(parts: ComplexArray, found: FloatArray) -> ComplexArray:
    turns = (_terms() @ found).reshape(parts.shape)
    return np.asarray(parts * np.exp(-2j * np.pi * turns), np.complex128)


def _polish(parts: ComplexArray, found: FloatArray) -> FloatArray:
    """Terms of the phase that line the parts up best, from nearby ones."""
    terms = np.column_stack([np.ones(_PARTS * _PARTS), _terms()])
    for _ in range(_STEPS):
        turned = _turned(parts, found)
        mean = turned.mean()
        if abs(mean) < 1e-12:
            break
        off = (turned / mean).imag.ravel() / (2 * np.pi)
        step = np.linalg.lstsq(terms, off, rcond=None)[0][1:]
        found = found + np.clip(step, -0.3, 0.3)
        if np.abs(step).max() < 1e-4:
            break
    return found
