from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.lut.build import build_lut
from ledcal.lut.check import interpolation_error, is_neutral_monotone, roughness
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray


def largest(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(np.max(np.abs(a - b), axis=-1))


def test_one_falling_step_of_one_channel_is_found() -> None:
    lut = build_lut(lambda s: s, 9)
    table = lut.table.copy()
    table[5, 5, 5, 2] = table[4, 4, 4, 2] - 1e-6
    assert is_neutral_monotone(lut)
    assert not is_neutral_monotone(Lut3d(table))


def test_level_steps_are_monotone() -> None:
    assert is_neutral_monotone(build_lut(lambda s: np.minimum(s, 0.5), 9))


def test_roughness_of_a_parabola_is_its_second_difference() -> None:
    lut = build_lut(lambda s: s**2, 11)
    # One of three channels bends along each axis: sqrt((2 / 100)^2 / 3).
    assert roughness(lut) == pytest.approx(0.02 / np.sqrt(3.0), rel=1e-9)


def test_interpolation_error_of_a_parabola() -> None:
    middle = np.repeat((np.arange(8)[:, None] + 0.5) / 8, 3, axis=1)
    spread = interpolation_error(build_lut(lambda s: s**2, 9), lambda s: s**2, middle, largest)
    assert spread.median == pytest.approx(1 / 256, rel=1e-9)
    assert spread.max == pytest.approx(1 / 256, rel=1e-9)
