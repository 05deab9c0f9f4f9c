"""From the light of three channels to the colour of their mixture, and its derivatives.

``F = P e + 0.01 D l^2 + b`` with ``e_c = l_c (1 + 0.01 w_c . t_c)``: primaries `P`, primaries that
move with drive `D`, black `b`, and signed cross-terms `w`, whose seven terms `t_c` for channel c
with its neighbours j, k are ``l_j, l_k, sqrt l_j, sqrt l_k, l_j l_k, l_c l_j, l_c l_k``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

N_CROSS = 7
UNIT = 0.01
NEIGHBOURS = ((1, 2), (0, 2), (0, 1))
_LEAST_LIGHT = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Mixing:
    """How channels mix; matrices map to any linear colour space, light 1 = nominal peak.

    Attributes
    ----------
    primaries, drift : ndarray, shape (3, 3)
        `P` and `D`: columns are the channels.
    cross : ndarray, shape (3, N_CROSS)
        `w`, one row per channel.
    black : ndarray, shape (3,)
        `b`.
    """

    primaries: FloatArray
    drift: FloatArray
    cross: FloatArray
    black: FloatArray

    def colour(self, light: FloatArray) -> FloatArray:
        """Channel light (n, 3) to colour (n, 3)."""
        emitted = light * (1.0 + interaction(self.cross, light))
        return self.black + emitted @ self.primaries.T + UNIT * light**2 @ self.drift.T

    def transformed(self, matrix: FloatArray) -> Mixing:
        """The same in another linear space: ``matrix @ colour``."""
        return Mixing(matrix @ self.primaries, matrix @ self.drift, self.cross, matrix @ self.black)

    def slope(self, light: FloatArray) -> FloatArray:
        """Derivative of the colour, (n, 3, 3): ``[patch, colour, channel]``."""
        gain = self.primaries @ emission_slope(self.cross, light)
        return gain + 2.0 * UNIT * self.drift * light[:, None, :]


def cross_terms(light: FloatArray) -> FloatArray:
    """The seven terms of each channel, shape (n, 3, N_CROSS)."""
    root = np.sqrt(np.maximum(light, 0.0))
    terms = [
        np.stack(
            [
                light[:, j],
                light[:, k],
                root[:, j],
                root[:, k],
                light[:, j] * light[:, k],
                light[:, c] * light[:, j],
                light[:, c] * light[:, k],
            ],
            axis=-1,
        )
        for c, (j, k) in enumerate(NEIGHBOURS)
    ]
    return np.stack(terms, axis=1)


def interaction(cross: FloatArray, light: FloatArray) -> FloatArray:
    """Relative gain that each channel takes from its neighbours, shape (n, 3)."""
    held = np.ascontiguousarray(light.T)
    root = np.sqrt(np.maximum(held, 0.0))
    gain = np.empty(light.shape)
    for c, (j, k) in enumerate(NEIGHBOURS):
        w, own, a, b = cross[c], held[c], held[j], held[k]
        total = w[2] * root[j] + w[3] * root[k] + b * (w[1] + w[4] * a + w[6] * own)
        gain[:, c] = total + a * (w[0] + w[5] * own)
    return UNIT * gain


def emission_slope(cross: FloatArray, light: FloatArray) -> FloatArray:
    """Derivative of ``e`` by ``l``, (n, 3, 3): ``[patch, e, l]``."""
    slope = np.zeros((len(light), 3, 3))
    half = 0.5 / np.sqrt(np.maximum(light, _LEAST_LIGHT))
    gain = interaction(cross, light)
    for c, (j, k) in enumerate(NEIGHBOURS):
        own, w = light[:, c], cross[c]
        slope[:, c, c] = 1.0 + gain[:, c] + UNIT * own * (w[5] * light[:, j] + w[6] * light[:, k])
        slope[:, c, j] = UNIT * own * (w[0] + w[2] * half[:, j] + w[4] * light[:, k] + w[5] * own)
        slope[:, c, k] = UNIT * own * (w[1] + w[3] * half[:, k] + w[4] * light[:, j] + w[6] * own)
    return slope
