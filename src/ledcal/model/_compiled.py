"""A `DisplayModel` made ready for computing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import matrix_aces_to_lms
from ledcal.model._curves import NominalCurve, ToneCurves
from ledcal.model._field import GainField
from ledcal.model._mixing import Mixing
from ledcal.model._processor import Premix

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel

KIND = "parametric-1"
KIND_WITH_FIELD = "parametric-1+field"
KIND_WITH_PREMIX = "parametric-1+premix"


@dataclass(frozen=True, slots=True, eq=False)
class CompiledModel:
    """Tabulated curves and the mixing, in the camera's ACES2065-1 and exposure."""

    curves: ToneCurves
    mixing: Mixing
    code_limit: FloatArray
    field: GainField | None = None

    def colour(self, light: FloatArray, code: FloatArray) -> FloatArray:
        """Camera ACES2065-1 (n, 3) of channel light, and of the wall code that makes it."""
        colour = self.mixing.colour(light)
        if self.field is None:
            return colour
        to_lms = matrix_aces_to_lms().T
        gain = self.field.gain(self.curves.nominal.position(code))
        above = ((colour - self.mixing.black) @ to_lms) * gain
        return self.mixing.black + above @ np.linalg.inv(to_lms)


def compile_model(model: DisplayModel) -> CompiledModel:
    """Tabulate the curves; raises `ValueError` if the model is of another kind."""
    if model.kind not in {KIND, KIND_WITH_FIELD, KIND_WITH_PREMIX}:
        message = f"model is of kind {model.kind!r}; this program computes {KIND!r}"
        raise ValueError(message)
    values = model.parameters
    nominal = NominalCurve(array_to_text(values["eotf"]), float(values["peak_nits"][0]))
    return CompiledModel(
        ToneCurves.from_coefficients(nominal, values["curves"], premix_of(model)),
        Mixing(values["primaries"], values["drift"], values["cross"], values["black"]),
        values["code_limit"],
        GainField(values["field"]) if "field" in values else None,
    )


def premix_of(model: DisplayModel) -> Premix | None:
    """What the processor does before the LEDs; None for a native wall."""
    values = model.parameters
    if "premix" not in values:
        return None
    return Premix(values["premix"], array_to_text(values["premix_mode"]))


def text_to_array(text: str) -> FloatArray:
    """Text as an array, for a model that stores nothing else.

    >>> array_to_text(text_to_array("ST 2084"))
    'ST 2084'
    """
    return np.array([float(byte) for byte in text.encode()])


def array_to_text(values: FloatArray) -> str:
    """The text that `text_to_array` stored."""
    return bytes(int(value) for value in values).decode()
