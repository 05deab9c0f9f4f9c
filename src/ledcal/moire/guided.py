"""Lines too weak to stand out anywhere, looked for where the raster says they are.

Where the camera stands, or the strong lines, say where every order lies, only a few cells are in
question and not thousands: noise has less chance, and the limit is lower. Of a wall that is seen
from the side the raster's own bend is taken off first: the line is locked in to the wall.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaincc

from ledcal.moire.lattice import nearest_reciprocal, orders
from ledcal.moire.lines import Found, gap, noise_at
from ledcal.moire.sinusoid import amplitudes, refine, with_noise
from ledcal.moire.steady import unevenness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.moire.sinusoid import Grid, Wave
    from ledcal.moire.spectrum import Spectrum
    from ledcal.values.arrays import FloatArray

_MOST = 4
# Half waves around the expected place that are tried, along each axis.
_AROUND = 2
_LEAST_WAVES = 4.0
_BENT = 0.05


def find_orders(
    left: FloatArray,
    grid: Grid,
    spectrum: Spectrum,
    known: Sequence[Wave],
    jacobian: FloatArray,
    bends: FloatArray,
    *,
    false_alarm: float = 1e-3,
) -> tuple[Found, ...]:
    """Orders of the LED raster that were not found by themselves.

    Parameters
    ----------
    left : ndarray, shape (planes, rows, columns)
        Relative light, with all known lines taken off.
    grid : Grid
        Where the values lie.
    spectrum : Spectrum
        Of what is left.
    known : sequence of Wave
        What was found.
    jacobian : ndarray, shape (2, 2)
        LED pixels per photosite, to a wave across the patch.
    bends : ndarray, shape (2, 3)
        Bends of LED coordinates, as `Prior.bends`.
    false_alarm : float
        Probability that noise shows any of them.

    Returns
    -------
    tuple of Found
        Those that noise would not show where the raster says.
    """
    every = orders(_MOST)
    steps = 0.5 * np.arange(-_AROUND, _AROUND + 1)
    n_tries = len(every) * len(steps) ** 2
    found: list[Found] = []
    for order in every:
        true = order @ jacobian
        seen = true - nearest_reciprocal(true)
        bend = order @ bends
        bend = bend if np.abs(bend).max() > _BENT else np.zeros(3)
        waves = 2.0 * grid.half * seen
        if np.hypot(*waves) < _LEAST_WAVES:
            continue
        noise = noise_at(spectrum, left.shape, grid, seen)
        best, start = -1.0, seen
        for i in steps:
            for j in steps:
                at = seen + np.array([i, j]) / (2.0 * grid.half)
                size = float(np.sum(np.abs(amplitudes(left, grid, at, bend)) ** 2 / noise**2))
                if size > best:
                    best, start = size, at
        wave = refine(left, grid, start, noise, bend=bend if bend.any() else None)
        if np.abs((wave.frequency - seen) * 2.0 * grid.half).max() > 0.5 * _AROUND + 0.5:
            continue
        if any(gap(wave, other, left.shape, grid) < 1.5 for other in known):
            continue
        wave = with_noise(wave, grid, noise, left.shape)
        # Squares of amplitudes over their errors follow chi-square, two for each plane.
        chance = _chance(wave)
        uneven = unevenness(left, grid, wave)
        line = Found(
            wave,
            float(-np.expm1(n_tries * np.log1p(-min(chance, 1.0 - 1e-16)))),
            float(-np.expm1(n_tries * np.log1p(-min(uneven, 1.0 - 1e-16)))),
        )
        if max(line.false_alarm, line.unevenness) <= false_alarm:
            found.append(line)
    return tuple(found)


def _chance(wave: Wave) -> float:
    """Probability that noise alone makes amplitudes as large at one place."""
    total = float(np.sum((np.abs(wave.amplitude) / wave.amplitude_sigma) ** 2)) / 2.0
    return float(gammaincc(len(wave.amplitude), total))
