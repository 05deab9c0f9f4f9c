"""The first thing that some processors do: mix the channels by a 3x3, and clip, before the LEDs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.model._perceptual import pq_light, pq_with_slope

if TYPE_CHECKING:
    from ledcal.model._curves import NominalCurve
    from ledcal.values.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Premix:
    """The 3x3 before the LEDs; `mode` is the gamut that it is nearest to."""

    matrix: FloatArray
    mode: str

    def position(self, nominal: NominalCurve, position: FloatArray) -> FloatArray:
        """Position of the light that the code asks for to that of the light that drives."""
        asked = pq_light(position * nominal.peak_signal) / nominal.peak_nits
        return self.driven(nominal, np.where(position > 0.0, asked, 0.0))

    def driven(self, nominal: NominalCurve, asked: FloatArray) -> FloatArray:
        """Light that the code asks for, 1 = peak, to the position that drives the LEDs."""
        light = np.clip(asked @ self.matrix.T, 0.0, 1.0)
        signal = pq_with_slope(light * nominal.peak_nits)[0]
        held = np.clip(signal / nominal.peak_signal, 0.0, 1.0)
        return np.asarray(np.where(light > 0.0, held, 0.0))

    def asked(self, nominal: NominalCurve, position: FloatArray) -> FloatArray:
        """Light that must be asked for, 1 = peak, so that a position drives; not held."""
        driven = pq_light(position * nominal.peak_signal) / nominal.peak_nits
        lit = np.where(position > 0.0, driven, 0.0)
        return np.asarray(lit @ np.linalg.inv(self.matrix).T, dtype=np.float64)
