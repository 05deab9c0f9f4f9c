"""Lines too weak to stand out anywhere, looked for where the raster says they are.

Where the camera stands, or the strong lines, say where every order lies, only a few cells are in
question and not thousands: noise has less chance, and the limit is lower. Of a wall that is seen
from the side the raster's own bend is taken off first: the line is locked in to the wall.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import fft
from scipy.special import gammaincc

from ledcal.moire.lattice import nearest_reciprocal, orders
from ledcal.moire.lines import Found, gap, noise_at
from ledcal.moire.sinusoid import EVEN, is_sound, refine, with_noise
from ledcal.moire.spectrum import anywhere
from ledcal.moire.steady import parts_of, unevenness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.moire.sinusoid import Grid, Wave
    from ledcal.moire.spectrum import Spectrum
    from ledcal.values.arrays import FloatArray

_MOST = 4
_PARTS, _PADDED = 32, 64
_LEAST_WAVES = 4.0
# Cycles at the patch's edge from which a bend counts.
_BENT = 0.05


def find_orders(
    left: FloatArray,
    grid: Grid,
    spectrum: Spectrum,
    known: Sequence[Wave],
    jacobian: FloatArray,
    bends: FloatArray,
    *,
    within: float = 1.5,
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
        LED pixels per photosite.
    bends : ndarray, shape (2, 12)
        Bends of LED coordinates, as `Prior.bends`.
    within : float
        Waves across the patch by which an order (1, 0) may lie elsewhere; others as many times as
        far.
    false_alarm : float
        Probability that noise shows any of them.

    Returns
    -------
    tuple of Found
        Those that noise would not show where the raster says.
    """
    every = orders(_MOST)
    found: list[Found] = []
    taken = list(known)
    for order in every:
        reach = min(within * max(1.0, float(np.hypot(*order))), 0.45 * _PARTS)
        n_tries = len(every) * np.pi * reach**2 * 2.0
        line = _find(left, grid, spectrum, order, jacobian, bends, reach, n_tries)
        if line is None or max(line.false_alarm, line.unevenness) > false_alarm:
            continue
        if any(gap(line.wave, other, left.shape, grid) < 1.5 for other in taken):
            continue
        taken.append(line.wave)
        found.append(line)
    return tuple(found)


def _find(
    left: FloatArray,
    grid: Grid,
    spectrum: Spectrum,
    order: FloatArray,
    jacobian: FloatArray,
    bends: FloatArray,
    reach: float,
    n_tries: float,
) -> Found | None:
    """The strongest line near where an order is expected, and how sure it is."""
    true = order @ jacobian
    seen = true - nearest_reciprocal(true)
    bend = order @ bends
    bend = bend if np.abs(bend).max() > _BENT else EVEN
    if not bend.any() and np.hypot(*(2.0 * grid.half * seen)) < _LEAST_WAVES:
        return None
    noise = noise_at(spectrum, left.shape, grid, seen)
    parts = parts_of(left, grid, seen, bend, _PARTS, _PARTS)
    spectra = np.abs(fft.fft2(parts, s=(_PADDED, _PADDED))) ** 2 / noise[:, None, None] ** 2
    power = spectra.sum(axis=0)
    waves = fft.fftfreq(_PADDED) * _PARTS
    power[np.hypot(waves[:, None], waves[None, :]) > reach] = 0.0
    row, column = np.unravel_index(int(power.argmax()), power.shape)
    start = seen + np.array([waves[column], waves[row]]) / (2.0 * grid.half)
    wave = refine(left, grid, start, noise, bend=bend if bend.any() else None)
    off = np.hypot(*((wave.frequency - seen) * 2.0 * grid.half))
    if off > reach + 1.0 or not is_sound(wave, grid, 0.0):
        return None
    wave = with_noise(wave, grid, noise, left.shape)
    return Found(
        wave,
        anywhere(_chance(wave), n_tries),
        anywhere(unevenness(left, grid, wave), n_tries),
    )


def _chance(wave: Wave) -> float:
    """Probability that noise alone makes amplitudes as large at one place."""
    total = float(np.sum((np.abs(wave.amplitude) / wave.amplitude_sigma) ** 2)) / 2.0
    return float(gammaincc(len(wave.amplitude), total))
