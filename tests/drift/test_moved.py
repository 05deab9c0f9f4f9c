"""What patches show after a change that was found: the change, undone and done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.drift.change import measure_change
from ledcal.drift.explain import explain_change
from ledcal.drift.moved import moved_light, parts_of
from ledcal.values.pairs import Explanation
from tests.drift.made import (
    ALIKE,
    CODE,
    LEVEL,
    NOTHING,
    PARTS,
    light_of,
    of_camera,
    of_leds,
    pairs_of,
)

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

MIXED = np.random.default_rng(2).uniform(0.05, 1.0, (20, 3))


def light(code: FloatArray) -> FloatArray:
    """Of the wall that the other tests have: a gamma of 2.4."""
    return np.asarray(code**2.4 @ PARTS, np.float64)


def dimmer_together(code: FloatArray) -> FloatArray:
    """A wall whose white has less light than its colours one by one."""
    level = code**2.4
    return np.asarray((1.0 - 0.04 * level.min(axis=1))[:, None] * (level @ PARTS), np.float64)


def found(**values: object) -> Explanation:
    stated: dict[str, object] = {
        "causes": (), "exposure": 0.0, "camera": NOTHING, "wall": NOTHING, "exponent": NOTHING,
        "primaries": np.zeros((3, 3)), "sigma": {},
    }  # fmt: skip
    return Explanation(**(stated | values))  # type: ignore[arg-type]


def test_parts_are_those_of_the_led_colours() -> None:
    np.testing.assert_allclose(parts_of(light, CODE), LEVEL[:, :, None] * PARTS, atol=1e-12)


def test_parts_of_a_wall_that_does_not_add_up_still_sum_to_its_light() -> None:
    parts = parts_of(dimmer_together, MIXED)
    np.testing.assert_allclose(parts.sum(axis=1), dimmer_together(MIXED), rtol=1e-12)
    white = parts_of(dimmer_together, np.ones((1, 3)))[0]
    np.testing.assert_allclose(white, 0.96 * PARTS, rtol=1e-12)


def test_black_has_no_parts_and_is_no_trouble() -> None:
    parts = parts_of(light, np.zeros((2, 3)))
    assert not parts.any()
    assert not moved_light(parts, np.zeros((2, 3)), found(exponent=0.3 * ALIKE)).any()


@pytest.mark.parametrize(
    ("gain", "exponent"),
    [
        (of_leds(-0.02, 0.0, 0.0), 0.0),
        (of_camera(0.01, 0.0, -0.02), 0.0),
        (of_leds(-0.02, -0.01, 0.0), 0.02),
        (0.1 + of_leds(0.0, 0.03, 0.0) + of_camera(0.02, 0.0, 0.01), 0.0),
        (np.array([[0.0, 0.0, 0.0], [0.02, -0.01, 0.03], [0.0, 0.0, 0.0]]), 0.0),
    ],
)
def test_what_was_found_of_some_patches_says_what_any_colour_shows(
    gain: FloatArray, exponent: float
) -> None:
    explained = explain_change(measure_change(pairs_of(gain, exponent, seed=3)))
    level = MIXED**2.4
    made = moved_light(parts_of(light, MIXED), level, explained, with_exposure=True)
    np.testing.assert_allclose(made, light_of(gain, exponent, level), rtol=0.002)


def test_exposure_is_left_aside_unless_it_is_asked_for() -> None:
    parts, level = parts_of(light, MIXED), MIXED**2.4
    brighter = found(exposure=0.5, wall=np.array([0.0, -0.1, 0.0]))
    plain = moved_light(parts, level, brighter)
    np.testing.assert_allclose(
        moved_light(parts, level, brighter, with_exposure=True), np.exp(0.5) * plain
    )
    np.testing.assert_allclose(plain, light_of(of_leds(0.0, -0.1, 0.0), level=level))


def test_exponents_belong_to_their_led_colours() -> None:
    parts, level = parts_of(light, MIXED), MIXED**2.4
    exponent = np.array([0.1, 0.0, -0.05])
    made = moved_light(parts, level, found(exponent=exponent))
    np.testing.assert_allclose(made, light_of(0.0, exponent, level))
