"""Channel light of a wanted colour, where the wall can make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import matrix_aces_to_lms
from ledcal.model._boundary import nearest_light
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
_RELATIVE_STEP, _LEAST_ASKED = 1e-4, 1e-6


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
        light = np.clip(light, 0.0, self.limit)
        if self.curves.premix is not None:
            asked = self._asked(light)
            slack = _EDGE_TOLERANCE * np.max(asked, axis=1)[:, None]
            above = asked > self._most_asked * (1.0 + _EDGE_TOLERANCE)
            inside &= ~np.any((asked < -slack) | above, axis=1)
        return light, inside

    def nearest(
        self, wanted: FloatArray, light: FloatArray, *, neutral_weight: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The nearest light that the wall makes, its wall code, and the distance in ITP.

        Behind a processor that mixes, the search is for the light that the code asks for: the
        channels' own light is not free.
        """
        if self.curves.premix is None:
            found, distance = nearest_light(
                self.mixing, wanted, light, self.limit, neutral_weight=neutral_weight
            )
            return found, self.code(found), distance
        most = self._most_asked
        start = np.clip(self._asked(light), 0.0, most)
        seen = _SeenOfAsked(self.curves, self.mixing)
        asked, distance = nearest_light(seen, wanted, start, most, neutral_weight=neutral_weight)
        code = np.minimum(self.curves.nominal.code_of_light(asked), self.code_limit)
        return self.curves.light(code), code, distance

    def _asked(self, light: FloatArray) -> FloatArray:
        premix, nominal = self.curves.premix, self.curves.nominal
        assert premix is not None
        return premix.asked(nominal, self.curves.position(light))

    @property
    def _most_asked(self) -> FloatArray:
        """Nominal light of the brightest code of each channel, 1 = peak."""
        nominal = self.curves.nominal
        position = nominal.position(self.code_limit[None, :])[0]
        return np.array([nominal.light(float(value)) for value in position])

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


@dataclass(frozen=True, slots=True, eq=False)
class _SeenOfAsked:
    """Colour of the light that a code asks for, through the processor's mixing and the curves."""

    curves: ToneCurves
    mixing: Mixing

    def colour(self, asked: FloatArray) -> FloatArray:
        """Nominal light (n, 3) of a code to colour (n, 3)."""
        return self.mixing.colour(self._light(asked))

    def slope(self, asked: FloatArray) -> FloatArray:
        """Derivative of the colour, (n, 3, 3): ``[patch, colour, channel]``."""
        light = self._light(asked)
        step = _RELATIVE_STEP * np.maximum(asked.max(axis=1), _LEAST_ASKED)
        by_asked = np.empty((len(asked), 3, 3))
        for c in range(3):
            moved = asked.copy()
            back = moved[:, c] + step > 1.0
            moved[:, c] += np.where(back, -step, step)
            by_asked[:, :, c] = (self._light(moved) - light) / np.where(back, -step, step)[:, None]
        return np.asarray(self.mixing.slope(light) @ by_asked)

    def _light(self, asked: FloatArray) -> FloatArray:
        nominal, premix = self.curves.nominal, self.curves.premix
        assert premix is not None
        return self.curves.light_at(premix.driven(nominal, asked))


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
