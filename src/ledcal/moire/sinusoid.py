"""One wave in the planes of a patch: its frequency to the limit that noise sets, and taken away.

A plane holds ``Re(a exp(2 pi i p(x)))`` with p = f.x, x in photosites from the patch's middle and
common to all planes; before an oblique wall the frequency changes along the way, and p has square
terms. Sums over a plane separate into rows and columns, so that a step of Gauss and Newton costs
two small products.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ledcal.moire.patch import Patch
    from ledcal.values.arrays import FloatArray

ComplexArray = NDArray[np.complexfloating[Any, Any]]

EVEN = np.zeros(3)
_STEPS, _BENT_STEPS = 8, 4
# A resolved point of light has twice its mean; noise and steep edges a little more.
_MOST_CONTRAST = 2.6
_DONE = 1e-2  # of its standard error that a step may still have
_LINEAR, _SQUARE = ((1, 0), (0, 1)), ((2, 0), (1, 1), (0, 2))
# Powers of X and Y that bend a wave. The squares are found; what is higher is known, or left out.
BENDS = tuple((total - k, k) for total in (2, 3, 4) for k in range(total + 1))


@dataclass(frozen=True, slots=True, eq=False)
class Wave:
    """A cosine with one frequency, or one that changes evenly, and an amplitude in each plane.

    Attributes
    ----------
    frequency : ndarray, shape (2,)
        x, y in cycles per photosite in the middle of the patch, as the planes show it.
    amplitude : ndarray of complex, shape (planes,)
        From the middle of the patch.
    frequency_sigma : ndarray, shape (2,)
        Standard errors.
    amplitude_sigma : ndarray, shape (planes,)
        Standard error of the real and of the imaginary part.
    bend : ndarray, shape (3,) or (12,)
        Cycles at the edge of the patch that X^2, X Y and Y^2 add, and the others of `BENDS` where
        they are known; X and Y are 1 at the edges.
    """

    frequency: FloatArray
    amplitude: ComplexArray
    frequency_sigma: FloatArray
    amplitude_sigma: FloatArray
    bend: FloatArray

    @property
    def is_bent(self) -> bool:
        """Whether its frequency changes along the way."""
        return bool(np.any(self.bend))


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Where the values of the planes lie, from the middle of the patch.

    Attributes
    ----------
    x, y : ndarray, shapes (planes, columns) and (planes, rows)
        In photosites.
    step : int
        From value to value.
    half : ndarray, shape (2,)
        Half the width and height of the patch, in photosites.
    """

    x: FloatArray
    y: FloatArray
    step: int
    half: FloatArray


def grid_of(patch: Patch) -> Grid:
    """Coordinates of a patch's values."""
    rows, columns = patch.size
    along = patch.step * (np.arange(columns) - (columns - 1) / 2)
    down = patch.step * (np.arange(rows) - (rows - 1) / 2)
    return Grid(
        x=patch.offsets[:, :1] + along[None, :],
        y=patch.offsets[:, 1:] + down[None, :],
        step=patch.step,
        half=0.5 * patch.step * np.array([columns, rows], np.float64),
    )


def bend_turns(grid: Grid, index: int, bend: FloatArray) -> ComplexArray:
    """What the bend of a wave turns the values of a plane by. Shape (rows, columns)."""
    x = grid.x[index] / grid.half[0]
    y = grid.y[index] / grid.half[1]
    turns = np.zeros((len(y), len(x)))
    for size, (i, j) in zip(bend, BENDS, strict=False):
        if size:
            turns += np.outer(size * y**j, x**i)
    # Single precision is plenty, and fast.
    angle = (2.0 * np.pi * (turns - np.round(turns))).astype(np.float32)
    found = np.empty(angle.shape, np.complex64)
    np.cos(angle, out=found.real)
    np.sin(angle, out=found.imag)
    return found


def straight(
    values: FloatArray, grid: Grid, index: int, bend: FloatArray
) -> FloatArray | ComplexArray:
    """Values of a plane with the bend of a wave taken off."""
    plane = values[index]
    return np.asarray(plane * bend_turns(grid, index, bend).conj()) if np.any(bend) else plane


def refine(
    values: FloatArray,
    grid: Grid,
    frequency: FloatArray,
    noise: FloatArray,
    *,
    bend: FloatArray | None = None,
) -> Wave:
    """The frequency near a first one, and the amplitudes, that leave the least.

    Parameters
    ----------
    values : ndarray, shape (planes, rows, columns)
        Relative light, other lines taken off.
    grid : Grid
        Where the values lie.
    frequency : ndarray, shape (2,)
        Within half a wave across the patch.
    noise : ndarray, shape (planes,)
        Standard deviation of a value at this frequency.
    bend : ndarray, shape (3,) or (12,), or None
        First values of a bend whose squares are to be found too; None is an even wave.

    Returns
    -------
    Wave
        The line.
    """
    terms = _LINEAR if bend is None else _LINEAR + _SQUARE
    known = EVEN[:0] if bend is None else bend[3:]
    start = np.concatenate([frequency * grid.half, [] if bend is None else bend[:3]])
    at = start.copy()
    reach = 0.75 if bend is None else 1.5
    sigma = np.full(len(terms), np.inf)
    for _ in range(_STEPS if bend is None else _BENT_STEPS):
        normal, right = _normal(values, grid, at, noise, terms, known)
        try:
            inverse = np.linalg.inv(normal)
        except np.linalg.LinAlgError:
            at = start  # no light, or no wave
            break
        step = (inverse @ right)[-len(terms) :]
        sigma = np.sqrt(np.maximum(np.diag(inverse)[-len(terms) :], 0.0))
        at = at + np.clip(step, -0.25, 0.25)
        if np.abs(at - start).max() > reach:
            at = start  # ran off to another line
            break
        if (np.abs(step) < _DONE * sigma).all():
            break
    found = at[:2] / grid.half
    bent = EVEN if bend is None else np.concatenate([at[2:], known])
    return Wave(
        frequency=found,
        amplitude=amplitudes(values, grid, found, bent),
        frequency_sigma=sigma[:2] / grid.half,
        amplitude_sigma=noise * np.sqrt(2.0 / values[0].size),
        bend=bent,
    )


def amplitudes(
    values: FloatArray, grid: Grid, frequency: FloatArray, bend: FloatArray = EVEN
) -> ComplexArray:
    """Least squares for the amplitude of a frequency in every plane."""
    found = np.empty(len(values), np.complex128)
    for index in range(len(values)):
        across, down = _turns(grid, index, frequency)
        plane = straight(values, grid, index, bend)
        moment = down.conj() @ (plane @ across.conj())
        n = plane.size
        if np.any(bend):
            found[index] = 2.0 * moment / n
            continue
        double = np.sum(across**2) * np.sum(down**2)
        # <r, Re(a e)> for a = 1 and a = i, with the sums of squares of both.
        gram = 0.5 * np.array([[n + double.real, -double.imag], [-double.imag, n - double.real]])
        real, imaginary = np.linalg.solve(gram, [moment.real, moment.imag])
        found[index] = real + 1j * imaginary
    return found


def subtract(values: FloatArray, grid: Grid, wave: Wave, sign: float = -1.0) -> FloatArray:
    """Values less a line (or plus, for ``sign=1``)."""
    left = np.array(values)
    for index, a in enumerate(wave.amplitude):
        across, down = _turns(grid, index, wave.frequency)
        turned = sign * a * down
        if wave.is_bent:
            left[index] += (np.outer(turned, across) * bend_turns(grid, index, wave.bend)).real
        else:
            left[index] += np.outer(turned.real, across.real) - np.outer(turned.imag, across.imag)
    return left


def is_sound(wave: Wave, grid: Grid, least_waves: float) -> bool:
    """Whether a wave is one: enough waves across the patch, no more contrast than there can be.

    Near zero frequency the amplitude is anything: what turns out so has run away.

    Parameters
    ----------
    wave : Wave
        As it was refined.
    grid : Grid
        Where the values lie.
    least_waves : float
        Waves across the patch, anywhere along a bent one.

    Returns
    -------
    bool
        False where it should be left alone.
    """
    bend = np.abs(wave.bend)
    along, down = np.abs(2.0 * grid.half * wave.frequency)
    along += 4.0 * bend[0] + 2.0 * bend[1]
    down += 4.0 * bend[2] + 2.0 * bend[1]
    size = float(np.abs(wave.amplitude).max(initial=0.0))
    return bool(np.isfinite(size) and size < _MOST_CONTRAST and np.hypot(along, down) > least_waves)


def with_noise(wave: Wave, grid: Grid, noise: FloatArray, shape: tuple[int, ...]) -> Wave:
    """The same wave, its standard errors by another noise: the Cramer-Rao bound of an even one."""
    _, rows, columns = shape
    spread = grid.step**2 * (np.array([columns, rows]) ** 2 - 1) / 12.0
    strength = float(np.sum(np.abs(wave.amplitude) ** 2 / noise**2)) * rows * columns / 2.0
    information = strength * (2 * np.pi) ** 2 * spread
    return replace(
        wave,
        frequency_sigma=1.0 / np.sqrt(np.maximum(information, 1e-30)),
        amplitude_sigma=noise * np.sqrt(2.0 / (rows * columns)),
    )


def _turns(grid: Grid, index: int, frequency: FloatArray) -> tuple[ComplexArray, ComplexArray]:
    across = np.exp(2j * np.pi * frequency[0] * grid.x[index])
    down = np.exp(2j * np.pi * frequency[1] * grid.y[index])
    return across, down


def _normal(
    values: FloatArray,
    grid: Grid,
    at: FloatArray,
    noise: FloatArray,
    terms: tuple[tuple[int, int], ...],
    known: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Normal equations for all amplitudes (two each) and the terms of the phase."""
    is_bent = len(terms) > 2
    frequency = at[:2] / grid.half
    bend = np.concatenate([at[2:], known]) if is_bent else EVEN
    amplitude = amplitudes(values, grid, frequency, bend)
    n_terms = 2 * len(values) + len(terms)
    normal, right = np.zeros((n_terms, n_terms)), np.zeros(n_terms)
    for index in range(len(values)):
        weight = 1.0 / noise[index] ** 2
        across, down = _turns(grid, index, frequency)
        plane = straight(values, grid, index, bend)
        x, y = grid.x[index] / grid.half[0], grid.y[index] / grid.half[1]
        powers_x = np.stack([x**k for k in range(5)])
        powers_y = np.stack([y**k for k in range(5)])
        plain = np.outer(powers_x.sum(axis=1), powers_y.sum(axis=1))
        double = np.outer(powers_x @ across**2, powers_y @ down**2)
        if is_bent:
            double = np.zeros_like(double)  # what turns twice as fast averages out
        inner = plane @ (powers_x[:3] * across.conj()).T
        moments = ((powers_y[:3] * down.conj()) @ inner).T  # by x, by y
        a = amplitude[index]
        # Columns p(x, y) Re(alpha e): degrees in x and y, alpha, place.
        columns = [(0, 0, 1.0 + 0j, 2 * index), (0, 0, 1j, 2 * index + 1)]
        columns += [
            (i, j, 2j * np.pi * a, n_terms - len(terms) + k) for k, (i, j) in enumerate(terms)
        ]
        for i, j, alpha, place in columns:
            # What is there, less what the present amplitude makes of it.
            seen = (alpha * np.conj(moments[i, j])).real
            model = 0.5 * (alpha * np.conj(a) * plain[i, j] + alpha * a * double[i, j]).real
            right[place] += weight * (seen - model)
            for k, m, beta, other in columns:
                product = alpha * np.conj(beta) * plain[i + k, j + m]
                product += alpha * beta * double[i + k, j + m]
                normal[place, other] += weight * 0.5 * product.real
    return normal, right
