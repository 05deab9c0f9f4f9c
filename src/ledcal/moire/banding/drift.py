"""A wave's phase from frame to frame: how fast it moves, and how deep it is.

What stands still was divided out of the frames, and with it the mean of the wave over the frames.
The fit knows: it compares with a turning wave less its own mean, so that depth is not biased where
the wave made no whole turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.arrays import FloatArray

# Turns over the take below which depth and drift cannot be told apart at all.
_LEAST_TURN = 0.01
_PER_FRAME = 32
# Share of the power, and multiple of the noise, that an even turn may leave unexplained.
_MOST_LEFT, _MOST_NOISE = 0.25, 3.0


@dataclass(frozen=True, slots=True)
class Turning:
    """How a wave turns.

    Attributes
    ----------
    depth, depth_sigma : float
        Amplitude and its standard error.
    drift, drift_sigma : float
        Cycles per frame; NaN where the wave does not turn evenly.
    mean : complex
        Mean of the wave over the frames: what was divided out; 0 where it is not known.
    """

    depth: float
    depth_sigma: float
    drift: float
    drift_sigma: float
    mean: complex


def _turned(drift: float, n: int) -> NDArray[np.complex128]:
    turn = np.exp(2j * np.pi * drift * np.arange(n))
    return np.asarray(turn - turn.mean(), np.complex128)


def fit_turning(amplitudes: NDArray[np.complex128], variance: float) -> Turning:
    """Fit one wave that turns evenly to a wave's amplitudes in the frames.

    Parameters
    ----------
    amplitudes : ndarray of complex, shape (frames,)
        Without their mean.
    variance : float
        Of the noise in each, real and imaginary part together.

    Returns
    -------
    Turning
        With two frames only the depth, as if all turns were equally likely.
    """
    n = len(amplitudes)
    total = float(np.sum(np.abs(amplitudes) ** 2))
    if n < 3:
        return _uneven(total, variance, n)
    drift = _best_drift(amplitudes)
    turned = _turned(drift, n)
    gain = float(np.sum(np.abs(turned) ** 2))
    wave = complex(np.vdot(turned, amplitudes)) / gain
    left = total - abs(wave) ** 2 * gain
    if left > _MOST_NOISE * variance * (n - 1) and left > _MOST_LEFT * total:
        return _uneven(total, variance, n)
    # Four numbers were fitted (with the frequency): each took half a variance of the noise along.
    depth = float(np.sqrt(max(abs(wave) ** 2 - 2.0 * variance / gain, 0.25 * abs(wave) ** 2)))
    errors = _errors(wave, drift, n, variance)
    if abs(drift) * (n - 1) < 1.5 * _LEAST_TURN:
        errors[0] = depth
    mean = wave * complex(np.exp(2j * np.pi * drift * np.arange(n)).mean())
    return Turning(depth, float(errors[0]), drift, float(errors[1]), mean)


def _best_drift(amplitudes: NDArray[np.complex128]) -> float:
    n = len(amplitudes)
    least = _LEAST_TURN / (n - 1)
    trials = np.linspace(least, 1.0 - least, _PER_FRAME * n)

    def unexplained(drift: float) -> float:
        turned = _turned(drift, n)
        return -float(abs(np.vdot(turned, amplitudes)) ** 2 / np.sum(np.abs(turned) ** 2))

    start = float(trials[np.argmin([unexplained(t) for t in trials])])
    width = trials[1] - trials[0]
    bounds = max(least, start - width), min(1.0 - least, start + width)
    found = minimize_scalar(unexplained, bounds=bounds, method="bounded", options={"xatol": 1e-7})
    drift = float(found.x)
    return drift - 1.0 if drift > 0.5 else drift


def _errors(wave: complex, drift: float, n: int, variance: float) -> FloatArray:
    """Standard errors of depth and drift, by the curvature of the likelihood."""
    index = np.arange(n)
    turn = np.exp(2j * np.pi * drift * index)
    moved = 2j * np.pi * index * turn
    unit = wave / abs(wave)
    turned, moved = turn - turn.mean(), moved - moved.mean()
    slopes = np.stack([unit * turned, 1j * wave * turned, wave * moved])
    fisher = 2.0 / variance * np.real(slopes.conj() @ slopes.T)
    covariance = np.linalg.pinv(fisher)
    return np.asarray(np.sqrt(np.diag(covariance))[[0, 2]], np.float64)


def _uneven(total: float, variance: float, n: int) -> Turning:
    power = max(total / (n - 1) - variance, 0.25 * total / (n - 1))
    depth = float(np.sqrt(power))
    noise = np.sqrt(variance / (2.0 * (n - 1)))
    # With phases that are anywhere, what the frames' mean took along scatters too.
    spread = 0.5 * depth / (n - 1)
    return Turning(depth, float(np.hypot(noise, spread)), float("nan"), float("nan"), 0j)
