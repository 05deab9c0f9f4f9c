"""Components: in the units people use, weighed against limit and repeatability."""

from __future__ import annotations

import math
import re
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.transfer import eotf
from ledcal.drift.curve import name_curve
from ledcal.drift.split import restlessness, split_change
from ledcal.values.drift import COMPONENTS, UNITS, DriftLimits
from tests.drift.made import (
    LEVEL,
    PARTS,
    TO_XYZ,
    light_of,
    of_camera,
    of_leds,
    pairs_of,
    row_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledcal.values.arrays import FloatArray
    from ledcal.values.drift import Component

LIMITS = DriftLimits()
WIDE = DriftLimits(*[1e9] * 9)
WHITE = row_of(1.0)


def components(
    gain: FloatArray | float = 0.0,
    exponent: FloatArray | float = 0.0,
    *,
    limits: DriftLimits = LIMITS,
    repeatability: Mapping[str, float] | None = None,
    off: FloatArray | float = 1.0,
) -> dict[str, Component]:
    pairs = pairs_of(gain, exponent, off=off)
    made = split_change(pairs, limits, repeatability=repeatability)
    return {one.name: one for one in made.components}


def uv(xyz: FloatArray) -> FloatArray:
    x, y, z = xyz
    return np.array([4.0 * x, 9.0 * y], np.float64) / float(x + 15.0 * y + 3.0 * z)


def white_shift(gain: FloatArray) -> float:
    """How far white moves in u'v', by hand."""
    before, after = light_of()[WHITE], light_of(gain)[WHITE]
    return float(np.linalg.norm(uv(TO_XYZ @ after) - uv(TO_XYZ @ before)))


def failed(found: Mapping[str, Component]) -> set[str]:
    return {name for name, one in found.items() if one.verdict == "fail"}


def test_they_stand_in_their_order_with_their_units_and_pass() -> None:
    found = components()
    assert tuple(found) == COMPONENTS[:8]
    assert {one.unit for one in found.values()} == {UNITS[name] for name in found}
    for one in found.values():
        assert (one.value, one.verdict, one.detail) == (0.0, "pass", "")
        assert 0.0 < one.sigma < one.limit == LIMITS.of(one.name)


def test_exposure_is_in_stops_and_only_warned_of() -> None:
    found = components(math.log(2.0) / 3.0)
    assert found["exposure"].value == pytest.approx(1.0 / 3.0, abs=0.002)
    assert found["exposure"].verdict == "warn"
    assert failed(found) == set()
    assert components(-0.05)["exposure"].verdict == "pass"


@pytest.mark.parametrize("led", range(3))
def test_a_channel_is_in_percent_of_its_light(led: int) -> None:
    name = ("channel_red", "channel_green", "channel_blue")[led]
    found = components(of_leds(*math.log(0.98) * np.eye(3)[led]))
    assert found[name].value == pytest.approx(-2.0, abs=0.15)
    assert failed(found) == {name}
    assert components(of_leds(*0.003 * np.eye(3)[led]))[name].verdict == "pass"


def test_camera_white_is_the_shift_of_white_in_uv() -> None:
    tint = of_camera(0.01, 0.0, -0.02)
    found = components(tint)
    assert found["camera_white"].value == pytest.approx(white_shift(tint), rel=0.05)
    said = re.fullmatch(
        r"camera red (.*) %, blue (.*) % against green", found["camera_white"].detail
    )
    assert said
    assert [float(one) for one in said.groups()] == pytest.approx([1.0, -1.98], abs=0.1)
    assert failed(found) == {"camera_white"}


def test_white_is_the_shift_of_the_walls_white_in_uv() -> None:
    shift = of_leds(-0.02, 0.0, 0.03)
    found = components(shift)
    assert found["white"].value == pytest.approx(white_shift(shift), rel=0.05)
    assert failed(found) == {"white"}
    red, green, blue = (float(part.split()[1]) for part in found["white"].detail.split(", "))
    assert (red, green, blue) == pytest.approx((-1.98, 0.0, 3.05), abs=0.1)


def test_half_a_percent_of_white_is_seen() -> None:
    found = components(of_leds(-0.005, 0.0, 0.005))
    assert failed(found) == {"white"}
    assert found["white"].value > 5.0 * found["white"].sigma


def test_the_tone_curve_is_in_percent_of_the_exponent() -> None:
    found = components(0.0, 0.03)
    assert found["eotf"].value == pytest.approx(3.0, abs=0.2)
    assert found["eotf"].detail == "red, green and blue alike"
    assert failed(found) == {"eotf"}
    red = components(0.0, np.array([-0.03, 0.0, 0.0]))["eotf"]
    assert red.value == pytest.approx(-3.0, abs=0.3)
    assert re.fullmatch(r"red -[23]\.\d\d %, green \+0.00 %, blue \+0.00 %", red.detail)
    assert components(0.0, 0.006)["eotf"].verdict == "pass"


def test_primaries_are_the_shift_of_one_led_colour_in_uv() -> None:
    moved = np.zeros((3, 3))
    moved[1] = [0.04, -0.01, 0.06]
    found = components(moved)
    before, after = TO_XYZ @ PARTS[1], TO_XYZ @ (PARTS[1] * np.exp(moved[1]))
    shift = float(np.linalg.norm(uv(after) - uv(before)))
    assert found["primaries"].value == pytest.approx(shift, rel=0.1)
    assert found["primaries"].detail == "green"
    assert failed(found) == {"primaries"}


def test_three_times_the_repeatability_is_the_least_limit() -> None:
    restless = {"channel_red": 0.5}
    found = components(of_leds(-0.03, 0.0, 0.0), repeatability=restless)["channel_red"]
    assert (found.limit, found.repeatability, found.verdict) == (1.5, 0.5, "fail")
    assert found.value == pytest.approx(-2.96, abs=0.1)
    assert found.sigma > 0.45, "what the stage does by itself is in the error"
    small = components(of_leds(-0.01, 0.0, 0.0), repeatability=restless)["channel_red"]
    assert (small.value, small.limit, small.verdict) == (0.0, 1.5, "pass")
    steady = components(of_leds(-0.01, 0, 0), repeatability={"channel_red": 0.05})["channel_red"]
    assert (steady.limit, steady.verdict) == (0.5, "fail")
    tight = components(of_leds(-0.01, 0.0, 0.0), limits=DriftLimits(channel_percent=2.0))
    assert (tight["channel_red"].limit, tight["channel_red"].verdict) == (2.0, "pass")
    assert tight["channel_red"].value == pytest.approx(-1.0, abs=0.1), "it is still said"
    curve = components(0.0, 0.02, repeatability={"eotf": 1.0})["eotf"]
    assert (curve.value, curve.limit) == (0.0, 3.0)


def test_what_the_stage_does_by_itself_does_not_make_one_colour_two() -> None:
    rng = np.random.default_rng(6)
    restless = {"channel_red": 0.3 * math.sqrt(1.5)}
    named: dict[str, list[set[str]]] = {"steady": [], "restless": []}
    for seed in range(25):
        # Of today's take and of the mean of two.
        swing = 0.003 * (rng.standard_normal(3) - rng.standard_normal((2, 3)).mean(axis=0))
        pairs = pairs_of(of_leds(*swing) + of_leds(-0.03, 0.0, 0.0), seed=seed)
        for name, repeat in (("steady", None), ("restless", restless)):
            made = split_change(pairs, LIMITS, repeatability=repeat).components
            named[name].append(failed({one.name: one for one in made}))
    assert sum(one == {"channel_red"} for one in named["restless"]) >= 24
    assert sum("white" in one for one in named["steady"]) > 10


def test_errors_cover_what_is_off() -> None:
    off = []
    for seed in range(30):
        pairs = pairs_of(of_leds(-0.02, 0.0, 0.0), 0.02, seed=seed, noise=0.004)
        found = {one.name: one for one in split_change(pairs, LIMITS).components}
        red, curve = found["channel_red"], found["eotf"]
        off.append([(red.value + 1.98) / red.sigma, (curve.value - 2.0) / curve.sigma])
    assert np.sqrt(np.mean(np.square(off))) < 1.25
    assert np.abs(off).max() < 4.0


# What two takes of an unchanged stage differ by.


def root_mean_square(values: Sequence[float]) -> float:
    return math.sqrt(float(np.mean(np.square(values))))


def rms_of(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: root_mean_square([one[name] for one in found]) for name in found[0]}


def test_takes_that_are_alike_are_steady() -> None:
    assert max(restlessness(pairs_of(seed=None)).values()) < 1e-6
    assert tuple(restlessness(pairs_of())) == COMPONENTS[:8]


def test_leds_that_swing_by_themselves() -> None:
    rng = np.random.default_rng(7)
    found, shifts, means = [], [], []
    for _ in range(150):
        one, other = 0.01 * rng.standard_normal((2, 3))
        found.append(restlessness(pairs_of(of_leds(*(other - one)), seed=None)))
        shifts.append(white_shift(of_leds(*one)))
        means.append(float((other - one).mean()) / math.sqrt(2.0))
    rms = rms_of(found)
    # One LED colour against the mean of the two others; the mean of three; white.
    assert rms["channel_green"] == pytest.approx(math.sqrt(1.5), rel=0.1)
    assert rms["exposure"] == pytest.approx(root_mean_square(means) / math.log(2.0), rel=0.01)
    assert rms["white"] == pytest.approx(root_mean_square(shifts), rel=0.1)
    for name in ("camera_white", "eotf", "primaries"):
        assert rms[name] < 0.05 * LIMITS.of(name), name


def test_a_camera_that_swings_by_itself() -> None:
    rng = np.random.default_rng(8)
    found, shifts = [], []
    for _ in range(150):
        one, other = 0.01 * rng.standard_normal((2, 3))
        found.append(restlessness(pairs_of(of_camera(*(other - one)), seed=None)))
        shifts.append(white_shift(of_camera(*one)))
    rms = rms_of(found)
    assert rms["camera_white"] == pytest.approx(root_mean_square(shifts), rel=0.1)
    assert max(rms["channel_red"], rms["eotf"]) < 0.05
    assert rms["white"] < 0.05 * rms["camera_white"]


def test_exponents_that_swing_by_themselves() -> None:
    rng = np.random.default_rng(9)
    swings = 0.01 * rng.standard_normal((100, 2, 3))
    found = [restlessness(pairs_of(0.0, other - one, seed=None)) for one, other in swings]
    assert rms_of(found)["eotf"] == pytest.approx(1.0, rel=0.12), "percent, of one take"


# Tone curves that are no other exponent.


def test_a_grey_off_the_curve_is_another_shape() -> None:
    off = np.ones((len(LEVEL), 1))
    off[row_of(0.25)] = 1.03
    found = components(off=off)["eotf"]
    assert found.verdict == "fail"
    said = re.search(r"the tone curve has another shape: \+(.*) % at 25 % of peak$", found.detail)
    assert said
    assert float(said[1]) == pytest.approx(3.0, abs=0.4)
    assert found.value == pytest.approx(100.0 * 0.03 / math.log(0.25), rel=0.15)
    one_channel = np.ones((len(LEVEL), 3))
    one_channel[row_of(0.25), 1] = 1.03
    assert components(off=one_channel)["eotf"].detail == "", "a curve is off in all channels"


def test_a_peak_that_is_cut_off_is_said() -> None:
    off = np.ones((len(LEVEL), 1))
    off[WHITE] = 0.9
    found = components(off=off)["eotf"]
    assert found.verdict == "fail"
    assert "at peak" in found.detail
    assert "-10" in found.detail or "-9." in found.detail


def test_a_curve_that_is_known_is_named() -> None:
    asked: list[int] = []
    name = partial(name_curve, declared="gamma 2.4", peak_nits=1000.0)

    def counted(code: FloatArray, ratio: FloatArray) -> str:
        asked.append(len(code))
        return name(code, ratio)

    pairs = pairs_of()
    light = eotf("gamma 2.2", pairs.code, peak_nits=1.0)
    steeper = light / np.maximum(LEVEL, 1e-9)
    other = pairs_of(off=np.where(LEVEL > 0, steeper, 0.0).max(axis=1)[:, None])
    found = split_change(other, LIMITS, name_curve=counted).components[6]
    assert found.detail == "the tone curve is another one: gamma 2.2"
    assert found.verdict == "fail"
    assert asked == [7], "greys, once"
    small = split_change(pairs_of(0.0, 0.03), LIMITS, name_curve=counted).components[6]
    assert small.detail == "red, green and blue alike"
    assert asked == [7], "a small change is asked of nobody"


def test_limits_of_all_kinds_are_kept_apart() -> None:
    found = components(0.2 + of_leds(-0.03, 0, 0) + of_camera(0.02, 0, 0), 0.04, limits=WIDE)
    assert {one.verdict for one in found.values()} == {"pass"}
    assert {one.limit for one in found.values()} == {1e9}
