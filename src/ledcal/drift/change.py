"""Patches then and now to twelve numbers: LED colours in camera channels, and exponents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.pairs import Change

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.pairs import LightPairs

_N_STEPS = 12
# No patch is known better than this share of its light, and of the light of the brightest.
_SLACK, _SLACK_OF_WHITE = 0.00015, 1e-5
# In dark light steps of the drive and what is left of the glare count; relative, times the level.
_SLACK_OF_DARK = 0.0001
# Near full drive walls hold back by themselves, whatever their gain is.
_NEAR_FULL, _SLACK_OF_FULL = 0.8, 0.01
# What each LED colour gives of a patch is not known better than this, so neither is its change.
_SLACK_OF_CHANGE = 0.03
# What is not in the patches stays near nothing.
_PRIOR_GAIN, _PRIOR_EXPONENT = 1.0, 0.5
_HUBER = 3.0


def measure_change(pairs: LightPairs) -> Change:
    """Fit what became of the light of each LED colour in each camera channel.

    Camera channel c of a patch is the sum over the LED colours k of
    ``parts[k, c] * exp(gain[k, c]) * level[k] ** exponent[k]``: least squares, weighted by noise
    and slack, a stray patch held off by Huber's weights.

    Parameters
    ----------
    pairs : LightPairs
        Patches that were measured well both times; single colours and greys of several levels.

    Returns
    -------
    Change
        Nothing where the patches say nothing.
    """
    plain = _slack(pairs)
    sigma = np.hypot(pairs.sigma, plain * np.abs(pairs.then))
    theta = np.zeros(12)
    prior = 1.0 / np.array([_PRIOR_GAIN] * 9 + [_PRIOR_EXPONENT] * 3) ** 2
    pull = np.ones_like(sigma)
    hessian = np.diag(prior)
    for step in range(_N_STEPS):
        made, slopes = _made(pairs, theta)
        rest = (pairs.now - made) / sigma
        if step > 2:
            change = np.log(np.maximum(made / np.where(pairs.then > 0.0, pairs.then, 1.0), 1e-6))
            change = np.abs(change - np.median(change))
            slack = np.hypot(plain, _SLACK_OF_CHANGE * change)
            sigma = np.hypot(pairs.sigma, slack * np.abs(pairs.then))
            pull = 1.0 / np.maximum(np.abs(rest) / _HUBER, 1.0)
        rows = (slopes / sigma[..., None]).reshape(-1, 12)
        weight = pull.reshape(-1)
        hessian = np.einsum("i,ij,ik->jk", weight, rows, rows) + np.diag(prior)
        gradient = rows.T @ (weight * rest.reshape(-1)) - prior * theta
        theta = theta + np.clip(np.linalg.solve(hessian, gradient), -0.7, 0.7)
    made, _ = _made(pairs, theta)
    scale = np.maximum(np.abs(made), _SLACK_OF_WHITE * np.abs(made).max(axis=0) + 1e-12)
    return Change(
        gain=theta[:9].reshape(3, 3),
        exponent=theta[9:],
        covariance=np.asarray(np.linalg.inv(hessian), np.float64),
        misfit=(pairs.now - made) / scale,
        slack=sigma / np.maximum(np.abs(pairs.then), 1e-12),
    )


def _made(pairs: LightPairs, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What the patches would show, shape (n, 3), and its slopes (n, 3, 12)."""
    level = np.maximum(pairs.level, 1e-6)
    powers = level ** theta[9:]
    each = pairs.parts * np.exp(theta[:9].reshape(3, 3)) * powers[:, :, None]
    slopes = np.zeros((*pairs.then.shape, 12))
    for led in range(3):
        for channel in range(3):
            slopes[:, channel, 3 * led + channel] = each[:, led, channel]
        slopes[:, :, 9 + led] = each[:, led] * np.log(level[:, led])[:, None]
    return np.asarray(each.sum(axis=1)), slopes


def _slack(pairs: LightPairs) -> FloatArray:
    """How far a patch may be off without a change, relative."""
    light = np.abs(pairs.then)
    white = light.max(axis=0)
    level = np.maximum(pairs.level.max(axis=1), 1e-6)[:, None]
    of_white = _SLACK_OF_WHITE * white / np.maximum(light, 1e-12)
    of_full = np.where(level > _NEAR_FULL, _SLACK_OF_FULL, 0.0)
    return np.asarray(np.sqrt(_SLACK**2 + of_white**2 + of_full**2 + (_SLACK_OF_DARK / level) ** 2))
