"""Channel light of a wanted colour, where the wall can make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import matrix_aces_to_lms
from ledcal.model._compiled import compile_model
from ledcal.model._mixing import UNIT, Mixing, interaction

if TYPE_CHECKING:
    from ledcal.model._curves import ToneCurves
    from ledcal.model._field import GainField
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.display import DisplayModel

_N_FIXED_POINT_STEPS = 6
_EDGE_TOLERANCE = 1e-4
_N_FIELD_STEPS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Inverse:
    """A model at its exposure, black taken off, ready to be solved for light.

    Attributes
    ----------
    curves : ToneCurves
        Code to light.
    mixing : Mixing
        Light to LMS in nits, without black.
    to_nits : ndarray, shape (3, 3)
        ACES2065-1, 1.0 = 100 nits, to LMS in nits.
    limit, code_limit : ndarray, shape (3,)
        The most light that each channel gives, and its code.
    """

    curves: ToneCurves
    mixing: Mixing
    to_nits: FloatArray
    limit: FloatArray
    code_limit: FloatArray
    field: GainField | None = None

    def gain(self, light: FloatArray) -> FloatArray:
        """Factor (n, 3) of the gain field on the mixing's LMS; ones without one."""
        if self.field is None:
            return np.ones_like(light)
        return self.field.gain(self.curves.position(light))

    def solve(self, wanted: FloatArray) -> tuple[FloatArray, BoolArray]:
        """Light (n, 3) of LMS nits (n, 3) held to what the wall makes, and where it fits."""
        light = self._unbounded(wanted)
        if self.field is not None:
            for _ in range(_N_FIELD_STEPS):
                held = np.clip(light, 0.0, self.limit)
                light = self._unbounded(wanted / self.gain(held))
        slack = _EDGE_TOLERANCE * np.max(np.abs(light), axis=1)[:, None]
        above = light > self.limit * (1.0 + _EDGE_TOLERANCE)
        inside = ~np.any((light < -slack) | above, axis=1)
        return np.clip(light, 0.0, self.limit), inside

    def code(self, light: FloatArray) -> FloatArray:
        """Light (n, 3) to wall code (n, 3), not above the brightest that was measured."""
        return np.minimum(self.curves.code(light), self.code_limit)

    def _unbounded(self, wanted: FloatArray) -> FloatArray:
        """Below 0 or above the limit out of gamut."""
        inverse = np.linalg.inv(self.mixing.primaries)
        straight = wanted @ inverse.T
        drift = UNIT * (inverse @ self.mixing.drift)
        light = straight.copy()
        for _ in range(_N_FIXED_POINT_STEPS):
            held = np.clip(light, 0.0, 1.5)
            emitted = straight - held**2 @ drift.T
            light = emitted / (1.0 + interaction(self.mixing.cross, held))
        return light


def prepare_inverse(model: DisplayModel, k: float) -> Inverse:
    """Compile a model for solving at the exposure scale k."""
    compiled = compile_model(model)
    to_nits = 100.0 * matrix_aces_to_lms()
    seen = compiled.mixing.transformed(k * to_nits)
    return Inverse(
        compiled.curves,
        Mixing(seen.primaries, seen.drift, seen.cross, np.zeros(3)),
        to_nits,
        compiled.curves.light(compiled.code_limit[None, :])[0],
        compiled.code_limit,
        compiled.field,
    )
