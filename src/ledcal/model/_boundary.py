"""The nearest colour that the wall can make: weighted ICtCp distance, channels held to a box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from ledcal.model._perceptual import MATRIX_LMS_TO_ITP, pq_with_slope

if TYPE_CHECKING:
    from ledcal.values.arrays import BoolArray, FloatArray

# Weights of intensity, chroma and hue: hue is held, chroma is given up (facts: 1, .5, 2).
_INTENSITY_WEIGHT, _CHROMA_WEIGHT, _HUE_WEIGHT = 1.0, 0.5, 2.0
# A grey has no hue to hold: within this ICtCp chroma, chroma is weighted as `neutral_weight`.
_NEUTRAL_CHROMA = 0.02
_MAX_STEPS = 30
_SETTLED = 1e-7
_MAX_DAMPING = 1e8


class Mixes(Protocol):
    """Three numbers to a colour, and its derivative; `Mixing` is one."""

    def colour(self, light: FloatArray) -> FloatArray:
        """Light (n, 3) to colour (n, 3)."""
        ...

    def slope(self, light: FloatArray) -> FloatArray:
        """Derivative of the colour, (n, 3, 3): ``[patch, colour, channel]``."""
        ...


def nearest_light(
    mixing: Mixes,
    target_nits: FloatArray,
    start: FloatArray,
    limit: FloatArray,
    *,
    neutral_weight: float,
) -> tuple[FloatArray, FloatArray]:
    """Channel light within 0..limit whose colour is nearest to the target.

    Parameters
    ----------
    mixing : Mixes
        Channel light to LMS in nits, without black.
    target_nits : ndarray, shape (n, 3)
        LMS in nits.
    start : ndarray, shape (n, 3)
        Where to begin, inside the box.
    limit : ndarray, shape (3,)
        The most light that each channel gives.
    neutral_weight : float
        Weight of chroma for grey targets: large keeps neutrality, small keeps brightness.

    Returns
    -------
    light : ndarray, shape (n, 3)
        Inside the box.
    distance : ndarray, shape (n,)
        Unweighted distance in ITP, times 720 a delta E.
    """
    wanted = pq_with_slope(target_nits)[0] @ MATRIX_LMS_TO_ITP.T
    weigh = _weights(wanted, neutral_weight)
    light = start.copy()
    residual, jacobian = _linearise(mixing, light, wanted, weigh)
    cost = np.sum(residual**2, axis=1)
    damping = np.full(len(light), 1e-4)
    active = np.arange(len(light))
    for _ in range(_MAX_STEPS):
        if not active.size:
            break
        trial = _step(light[active], residual[active], jacobian[active], damping[active], limit)
        moved = np.max(np.abs(trial - light[active]) / (np.max(trial, axis=1)[:, None] + 1e-9), 1)
        new_residual, new_jacobian = _linearise(mixing, trial, wanted[active], weigh[active])
        new_cost = np.sum(new_residual**2, axis=1)
        better = new_cost <= cost[active]
        chosen = active[better]
        gain = cost[active] - new_cost
        light[chosen], cost[chosen] = trial[better], new_cost[better]
        residual[chosen], jacobian[chosen] = new_residual[better], new_jacobian[better]
        damping[active] *= np.where(better, 0.2, 8.0)
        settled = better & ((moved < 1e-6) | (gain < _SETTLED**2 + 1e-7 * new_cost))
        settled |= damping[active] > _MAX_DAMPING
        active = active[~settled]
    reached = pq_with_slope(mixing.colour(light))[0] @ MATRIX_LMS_TO_ITP.T
    return light, np.sqrt(np.sum((reached - wanted) ** 2, axis=1))


def _weights(wanted: FloatArray, neutral_weight: float) -> FloatArray:
    """Rows that turn an ITP difference into weighted intensity, chroma and hue, (n, 3, 3)."""
    chroma = np.hypot(wanted[:, 1], wanted[:, 2])
    near = np.exp(-((chroma / _NEUTRAL_CHROMA) ** 2))
    along = wanted[:, 1:] / np.maximum(chroma, 1e-12)[:, None]
    along[chroma < 1e-12] = (1.0, 0.0)
    chroma_weight = _CHROMA_WEIGHT + (neutral_weight - _CHROMA_WEIGHT) * near
    hue_weight = _HUE_WEIGHT + (neutral_weight - _HUE_WEIGHT) * near
    weigh = np.zeros((len(wanted), 3, 3))
    weigh[:, 0, 0] = _INTENSITY_WEIGHT
    weigh[:, 1, 1:] = chroma_weight[:, None] * along
    weigh[:, 2, 1] = -hue_weight * along[:, 1]
    weigh[:, 2, 2] = hue_weight * along[:, 0]
    return weigh


def _linearise(
    mixing: Mixes, light: FloatArray, wanted: FloatArray, weigh: FloatArray
) -> tuple[FloatArray, FloatArray]:
    signal, slope = pq_with_slope(mixing.colour(light))
    weighted = weigh @ MATRIX_LMS_TO_ITP
    residual = (weigh @ (signal @ MATRIX_LMS_TO_ITP.T - wanted)[:, :, None])[:, :, 0]
    return residual, weighted @ (slope[:, :, None] * mixing.slope(light))


def _step(
    light: FloatArray,
    residual: FloatArray,
    jacobian: FloatArray,
    damping: FloatArray,
    limit: FloatArray,
) -> FloatArray:
    """One damped step; channels at the box that would leave it stay, others stop at it."""
    gradient = (np.swapaxes(jacobian, 1, 2) @ residual[:, :, None])[:, :, 0]
    normal = np.swapaxes(jacobian, 1, 2) @ jacobian
    held = ((light <= 0.0) & (gradient > 0.0)) | ((light >= limit) & (gradient < 0.0))
    move = _damped(normal, gradient, damping, held)
    # A channel that this step would carry out of the box is set on it, the others follow.
    beyond = (light - move < 0.0) | (light - move > limit)
    beyond &= ~held
    stop = np.where(beyond, light - np.clip(light - move, 0.0, limit), 0.0)
    shifted = gradient - (normal @ stop[:, :, None])[:, :, 0]
    again = _damped(normal, shifted, damping, held | beyond)
    move = np.where(beyond, stop, again)
    return np.clip(light - move, 0.0, limit)


def _damped(
    normal: FloatArray, gradient: FloatArray, damping: FloatArray, held: BoolArray
) -> FloatArray:
    """Solve the damped normal equations of the free channels; 0 for the held ones."""
    free = ~held
    diagonal = np.einsum("nii->ni", normal)
    matrix = normal * (free[:, :, None] & free[:, None, :])
    own = np.where(free, diagonal * (1.0 + damping[:, None]) + 1e-30, 1.0)
    matrix[:, range(3), range(3)] = own
    return solve_symmetric(matrix, np.where(free, gradient, 0.0))


def solve_symmetric(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solve many symmetric positive 3x3 systems by Cholesky's rows."""
    a, b, c = matrix[:, 0, 0], matrix[:, 0, 1], matrix[:, 0, 2]
    d, e, f = matrix[:, 1, 1], matrix[:, 1, 2], matrix[:, 2, 2]
    l10, l20 = b / a, c / a
    d1 = np.maximum(d - l10 * b, 1e-14 * d)
    e1 = e - l10 * c
    l21 = e1 / d1
    d2 = np.maximum(f - l20 * c - l21 * e1, 1e-14 * f)
    y0 = right[:, 0]
    y1 = right[:, 1] - l10 * y0
    y2 = right[:, 2] - l20 * y0 - l21 * y1
    x2 = y2 / d2
    x1 = y1 / d1 - l21 * x2
    x0 = y0 / a - l10 * x1 - l20 * x2
    return np.stack([x0, x1, x2], axis=-1)
