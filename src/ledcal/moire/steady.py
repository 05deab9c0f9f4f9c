"""Whether a line is a line: the same wave in every part of the patch, or something uneven.

Steps between panels, LEDs of unequal brightness and rows of the sensor have spectra of their own,
and their highest cells stand out like lines. A wave is the same all over the patch: demodulated,
its parts agree. What is uneven does not: its parts differ as much as its neighbours in the spectrum
are strong. The ratio of the two follows Fisher's law where the spectrum is level over a few waves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.sinusoid import straight

if TYPE_CHECKING:
    from ledcal.moire.sinusoid import ComplexArray, Grid, Wave
    from ledcal.values.arrays import FloatArray

# Parts down and along: squares, and strips for what is uneven along one axis only.
_PARTS = ((5, 5), (16, 1), (1, 16))


def parts_of(
    values: FloatArray,
    grid: Grid,
    frequency: FloatArray,
    bend: FloatArray,
    down: int,
    along: int,
) -> ComplexArray:
    """Amplitude of a wave in parts of each plane. Shape (planes, down, along).

    Parameters
    ----------
    values : ndarray, shape (planes, rows, columns)
        Relative light.
    grid : Grid
        Where the values lie.
    frequency, bend : ndarray
        As `Wave` has them.
    down, along : int
        Parts.

    Returns
    -------
    ndarray of complex, shape (planes, down, along)
        From the middle of the patch.
    """
    rows, columns = values.shape[1:]
    cuts_down = np.linspace(0, rows, down + 1).astype(int)
    cuts_along = np.linspace(0, columns, along + 1).astype(int)
    counts = np.outer(np.diff(cuts_down), np.diff(cuts_along))
    found = np.empty((len(values), down, along), np.complex128)
    for index in range(len(values)):
        plane = straight(values, grid, index, bend)
        across = np.exp(-2j * np.pi * frequency[0] * grid.x[index])
        upright = np.exp(-2j * np.pi * frequency[1] * grid.y[index])
        turned = np.add.reduceat(plane * across, cuts_along[:-1], axis=1)
        parts = np.add.reduceat(turned * upright[:, None], cuts_down[:-1], axis=0)
        found[index] = 2.0 * parts / counts
    return found


def demodulate(values: FloatArray, grid: Grid, wave: Wave, down: int, along: int) -> ComplexArray:
    """Amplitude of a line in parts of a patch, over its amplitude in all of it.

    Parameters
    ----------
    values : ndarray, shape (planes, rows, columns)
        With this line in it, and no other.
    grid : Grid
        Where the values lie.
    wave : Wave
        The line.
    down, along : int
        Parts.

    Returns
    -------
    ndarray of complex, shape (down, along)
        1 everywhere for an even wave; planes together, weighed by their noise.
    """
    parts = parts_of(values, grid, wave.frequency, wave.bend, down, along)
    weight = wave.amplitude.conj() / wave.amplitude_sigma**2
    scale = np.sum(np.abs(wave.amplitude) ** 2 / wave.amplitude_sigma**2)
    return np.asarray(np.tensordot(weight, parts, axes=1) / scale, np.complex128)


def unevenness(values: FloatArray, grid: Grid, wave: Wave) -> float:
    """Probability that a cell of an uneven spectrum is as even as this line.

    Parameters
    ----------
    values : ndarray, shape (planes, rows, columns)
        With this line in it, and no other.
    grid : Grid
        Where the values lie.
    wave : Wave
        The line.

    Returns
    -------
    float
        Of the most doubtful way of cutting the patch up.
    """
    worst = 0.0
    for down, along in _PARTS:
        parts = demodulate(values, grid, wave, down, along).ravel()
        n = len(parts)
        mean = parts.mean()
        spread = float(np.sum(np.abs(parts - mean) ** 2)) / (n - 1)
        ratio = n * float(np.abs(mean) ** 2) / max(spread, 1e-30)
        # Survival of Fisher's law with 2 and 2 (n - 1) degrees of freedom.
        worst = max(worst, float(np.exp(-(n - 1) * np.log1p(ratio / (n - 1)))))
    return worst
