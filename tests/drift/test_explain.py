"""The fewest causes: each is named alone and beside others, and noise is none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.drift.change import measure_change
from ledcal.drift.explain import explain_change, spread_over
from tests.drift.made import of_camera, of_leds, pairs_of

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.pairs import Explanation

PURER = np.array([[0.0, 0.0, 0.0], [0.012, -0.006, 0.018], [0.0, 0.0, 0.0]])
TINT = of_camera(0.01, 0.0, -0.02)


def explained(
    gain: FloatArray | float = 0.0,
    exponent: FloatArray | float = 0.0,
    *,
    seed: int = 0,
    noise: float = 3e-4,
) -> Explanation:
    return explain_change(measure_change(pairs_of(gain, exponent, seed=seed, noise=noise)))


@pytest.mark.parametrize(
    ("gain", "exponent", "causes"),
    [
        (0.02, 0.0, {"exposure"}),
        (-0.23, 0.0, {"exposure"}),
        (TINT, 0.0, {"camera_white"}),
        (of_camera(0.0, 0.0, 0.006), 0.0, {"camera_white"}),
        (of_leds(-0.01, 0.0, 0.0), 0.0, {"channel_red"}),
        (of_leds(0.0, 0.01, 0.0), 0.0, {"channel_green"}),
        (of_leds(0.0, 0.0, -0.01), 0.0, {"channel_blue"}),
        (of_leds(-0.005, 0.0, 0.005), 0.0, {"white"}),
        (of_leds(-0.01, -0.005, 0.0), 0.0, {"white"}),
        (0.0, 0.01, {"eotf"}),
        (0.0, np.array([0.02, 0.0, 0.0]), {"eotf"}),
        (0.0, np.array([0.02, 0.0, -0.01]), {"eotf"}),
        (PURER, 0.0, {"primaries"}),
        (of_leds(-0.01, -0.01, 0.0), 0.0, {"exposure", "channel_blue"}),
        (0.1 + of_leds(-0.01, 0.0, 0.0), 0.0, {"exposure", "channel_red"}),
        (0.1 + TINT, 0.0, {"exposure", "camera_white"}),
        (TINT + of_leds(0.0, 0.0, -0.02), 0.0, {"camera_white", "channel_blue"}),
        (TINT + of_leds(-0.01, -0.005, 0.0), 0.0, {"camera_white", "white"}),
        (of_leds(0.0, -0.01, 0.0), 0.02, {"channel_green", "eotf"}),
        (PURER + of_leds(-0.02, 0.0, 0.0), 0.0, {"channel_red", "primaries"}),
        (
            -0.1 + TINT + of_leds(-0.01, 0.0, 0.0) + PURER,
            0.02,
            {"exposure", "camera_white", "channel_red", "eotf", "primaries"},
        ),
    ],
)
def test_what_has_changed_is_named_and_nothing_else(
    gain: FloatArray | float, exponent: FloatArray | float, causes: set[str]
) -> None:
    for seed in range(2):
        assert set(explained(gain, exponent, seed=seed).causes) == causes, seed


def test_sizes_are_those_of_the_causes() -> None:
    found = explained(0.1 + TINT + of_leds(-0.01, 0.0, 0.0), 0.02)
    assert found.exposure == pytest.approx(0.1, abs=0.001)
    np.testing.assert_allclose(found.camera, [0.01, 0.0, -0.02], atol=0.001)
    np.testing.assert_allclose(found.wall, [-0.01, 0.0, 0.0], atol=0.001)
    np.testing.assert_allclose(found.exponent, 0.02, atol=0.001)
    assert np.abs(found.primaries).max() == 0.0
    purer = explained(PURER)
    np.testing.assert_allclose(purer.primaries, PURER, atol=0.001)
    assert not purer.wall.any()


def test_a_tint_of_the_camera_is_not_the_walls_white_and_the_other_way_round() -> None:
    camera, wall = explained(of_camera(0.006, 0.0, -0.009)), explained(of_leds(0.006, 0.0, -0.009))
    assert (camera.causes, wall.causes) == (("camera_white",), ("white",))
    assert not camera.wall.any()
    assert not wall.camera.any()


def test_what_all_led_colours_have_in_common_is_exposure_and_not_white() -> None:
    found = explained(0.23 + of_leds(-0.02, -0.005, 0.02))
    assert found.causes == ("exposure", "white")
    assert found.exposure == pytest.approx(0.23 - 0.005 / 3, abs=0.001)
    np.testing.assert_allclose(found.wall - found.wall[1], [-0.015, 0.0, 0.025], atol=0.001)
    assert found.wall.sum() == pytest.approx(0.0, abs=1e-9)


def test_noise_has_no_causes() -> None:
    alarms = sum(bool(explained(seed=seed, noise=2e-3).causes) for seed in range(500))
    assert alarms <= 1


def test_errors_are_those_of_the_sizes() -> None:
    gain = 0.05 + of_leds(-0.02, 0.0, 0.0)
    made = [explained(gain, 0.02, seed=seed, noise=0.004) for seed in range(40)]
    assert {one.causes for one in made} == {("exposure", "channel_red", "eotf")}
    off = [
        (
            (one.exposure - 0.05) / one.sigma["exposure"][0],
            (one.wall[0] + 0.02) / one.sigma["wall"][0],
            (one.exponent[0] - 0.02) / one.sigma["exponent"][0],
        )
        for one in made
    ]
    each = np.sqrt(np.mean(np.square(off), axis=0))
    assert each.min() > 0.6
    assert each.max() < 1.2


def test_what_is_not_needed_has_the_error_that_it_would_have() -> None:
    nothing, red = explained(), explained(0.05 + of_leds(-0.02, 0.0, 0.0))
    for one in (nothing, red):
        assert {name: sigma.shape for name, sigma in one.sigma.items()} == {
            "exposure": (1,), "camera": (3,), "wall": (3,), "exponent": (3,), "primaries": (3, 3),
        }  # fmt: skip
        for name, sigma in one.sigma.items():
            least = sigma[[0, 2]] if name == "camera" else sigma
            assert least.min() > 0.0, name
            assert least.max() < 0.01, name
    # Beside a change of all of them, one LED colour is known against the two others only.
    assert red.sigma["wall"][0] > 1.15 * nothing.sigma["wall"][0]


def test_with_every_cause_at_once_a_change_is_shared_out() -> None:
    found = spread_over(measure_change(pairs_of(0.1 + TINT + of_leds(-0.03, 0, 0), 0.02)))
    assert found.causes == ()
    assert found.sigma == {}
    assert found.exposure == pytest.approx(0.09, abs=0.001)
    np.testing.assert_allclose(found.wall, [-0.02, 0.01, 0.01], atol=0.001)
    np.testing.assert_allclose(found.camera, [0.01, 0.0, -0.02], atol=0.001)
    np.testing.assert_allclose(found.exponent, 0.02, atol=0.001)
    assert np.abs(found.primaries[[0, 1, 2], [0, 1, 2]]).max() < 0.001
