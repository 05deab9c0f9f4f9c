"""A take against the baseline: every component, the camera told from the wall where that can be."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.drift.compare import average, compare_readings, pair_up
from ledcal.errors import CaptureError
from ledcal.values.drift import COMPONENTS, DriftLimits, worst_verdict
from tests.drift.made import (
    LEVEL,
    PARTS,
    THEN,
    TO_XYZ,
    Day,
    compared,
    dim_cabinet,
    of_leds,
    outline_of,
    reading_of,
    row_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.drift.compare import DriftComparison
    from ledcal.values.arrays import FloatArray
    from ledcal.values.drift import Component

LIMITS = DriftLimits()
CARD = np.full(3, 0.2)
WIDTH = 1440.0


def component(made: DriftComparison, name: str) -> Component:
    return next(one for one in made.components if one.name == name)


def verdicts(made: DriftComparison) -> dict[str, str]:
    """What did not pass."""
    return {one.name: one.verdict for one in made.components if one.verdict != "pass"}


def test_a_wall_that_is_as_it_was_passes_in_everything() -> None:
    made = compared(THEN)
    assert tuple(one.name for one in made.components) == COMPONENTS
    assert verdicts(made) == {}
    assert worst_verdict(made.components) == "pass"
    assert np.abs(made.black).max() < 1e-6


def test_all_causes_are_looked_for_at_once() -> None:
    made = compared(
        replace(
            THEN, gain=of_leds(0.0, -0.02, 0.0), stops=-1 / 3, settings=2 ** (-1 / 3),
            uneven=dim_cabinet, black=np.full(3, 1.5e-3), move=moved(72.0, 0.0),
        )
    )  # fmt: skip
    assert verdicts(made) == {
        "exposure": "warn", "channel_green": "fail", "black": "fail", "uniformity": "fail",
        "geometry": "warn",
    }  # fmt: skip
    assert component(made, "channel_green").value == pytest.approx(-1.98, abs=0.1)
    assert component(made, "uniformity").detail.startswith("cabinet r3c7: red -4.")


# Where the wall stands in the picture.


def scaled(factor: float) -> Callable[[FloatArray], FloatArray]:
    return lambda outline: np.asarray(outline.mean(axis=0) + factor * (outline - outline.mean(0)))


def turned(degrees: float) -> Callable[[FloatArray], FloatArray]:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[cos, sin], [-sin, cos]])
    return lambda outline: np.asarray(outline.mean(axis=0) + (outline - outline.mean(0)) @ turn)


def moved(x: float, y: float) -> Callable[[FloatArray], FloatArray]:
    return lambda outline: np.array([x, y]) + outline


def mirrored(outline: FloatArray) -> FloatArray:
    return np.asarray([WIDTH, 0.0] + outline * [-1.0, 1.0], np.float64)


def from_the_side(outline: FloatArray) -> FloatArray:
    depth = 1.0 + 0.1 * (outline[:, :1] - 720.0) / WIDTH
    return np.asarray([720.0, 480.0] + (outline - [720.0, 480.0]) / depth, np.float64)


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (moved(28.8, 0.0), "the wall stands 2.0 % to the right in the picture"),
        (moved(-14.4, 0.0), "the wall stands 1.0 % to the left in the picture"),
        (moved(0.0, 43.2), "the wall stands 3.0 % down in the picture"),
        (moved(0.0, -43.2), "the wall stands 3.0 % up in the picture"),
        (scaled(1.05), "the wall stands 5.0 % larger in the picture"),
        (scaled(0.9), "the wall stands 10.0 % smaller in the picture"),
        (turned(2.0), "the wall stands turned by +2.0 degrees in the picture"),
        (turned(-3.0), "the wall stands turned by -3.0 degrees in the picture"),
        (mirrored, "the picture is mirrored"),
        (moved(0.5, 0.5), ""),
    ],
)
def test_how_it_moved_is_said(move: Callable[[FloatArray], FloatArray], words: str) -> None:
    made = compared(replace(THEN, move=move))
    found = component(made, "geometry")
    assert found.detail == words
    off = move(outline_of((1920, 1080))) - outline_of((1920, 1080))
    size = 100.0 * np.sqrt((off**2).sum(axis=1).mean()) / WIDTH
    assert found.value == pytest.approx(size, abs=1e-6)
    assert verdicts(made) == ({"geometry": "warn"} if size > 1.0 else {})


def test_several_movements_and_another_angle_are_said_together() -> None:
    made = compared(replace(THEN, move=lambda outline: scaled(0.95)(from_the_side(outline)) + 30.0))
    words = component(made, "geometry").detail
    for part in ("to the right", "down", "smaller", "seen from another angle"):
        assert part in words
    assert "mirrored" not in words


def test_a_picture_of_another_size_is_measured_in_shares_of_it() -> None:
    before, after = reading_of(THEN, 1), reading_of(THEN, 2)
    after = replace(after, picture_px=(2880, 1920), outline=2.0 * after.outline)
    made = compare_readings(before, after, LIMITS, to_xyz=TO_XYZ, level=LEVEL)
    assert component(made, "geometry").value == pytest.approx(0.0, abs=1e-9)


# Exposure: whose it is.


def test_settings_that_say_the_exposure_are_quoted() -> None:
    found = component(compared(replace(THEN, stops=1 / 3, settings=2 ** (1 / 3))), "exposure")
    assert found.value == pytest.approx(1 / 3, abs=0.002)
    assert found.detail == "the camera's settings say +0.33 stops"
    assert found.verdict == "warn"
    unknown = compared(Day(stops=1 / 3), Day())
    assert component(unknown, "exposure").detail == ""
    assert math.isnan(unknown.camera_stops)
    assert not unknown.has_chart


def test_a_chart_tells_a_dimmer_wall_which_then_fails() -> None:
    then = replace(THEN, card=CARD)
    made = compared(replace(then, dimmed=-0.2 * math.log(2.0)), then)
    found = component(made, "exposure")
    assert made.has_chart
    assert made.camera_stops == pytest.approx(0.0, abs=0.005)
    assert found.verdict == "fail"
    assert found.value == pytest.approx(-0.2, abs=0.005)
    assert found.detail == "camera +0.00, wall -0.20 stops by the white chart"


def test_a_chart_tells_the_camera_which_does_not() -> None:
    then = replace(THEN, card=CARD)
    made = compared(replace(then, stops=-0.5), then)
    found = component(made, "exposure")
    assert made.camera_stops == pytest.approx(-0.5, abs=0.005)
    assert found.verdict == "warn"
    assert found.detail == "camera -0.50, wall +0.00 stops by the white chart"


def test_a_chart_sees_what_two_changes_hide() -> None:
    then = replace(THEN, card=CARD)
    made = compared(replace(then, stops=0.5, dimmed=-0.5 * math.log(2.0)), then)
    found = component(made, "exposure")
    # What fails is the wall's part.
    assert found.value == pytest.approx(-0.5, abs=0.005)
    assert found.verdict == "fail"
    assert "camera +0.50, wall -0.50 stops" in found.detail


def test_a_chart_through_another_lens_says_the_exposure_without_the_tint() -> None:
    then = replace(THEN, card=CARD)
    tint = np.array([-0.03, 0.0, -0.05])
    made = compared(replace(then, tint=tint, stops=-0.3), then)
    assert set(verdicts(made)) == {"exposure", "camera_white"}
    assert verdicts(made)["exposure"] == "warn"
    assert made.camera_stops == pytest.approx(-0.3, abs=0.01)


# Black.


def test_black_is_a_share_of_peak_white() -> None:
    more = 0.0005 * PARTS.sum(axis=0)
    made = compared(replace(THEN, black=THEN.black + more))
    found = component(made, "black")
    assert found.value == pytest.approx(0.05, abs=0.001)
    assert (found.verdict, found.limit) == ("fail", 0.01)
    np.testing.assert_allclose(made.black, 0.0005, atol=1e-5)
    assert "the colour of the wall's white" in found.detail
    darker = component(compared(replace(THEN, black=THEN.black - more)), "black")
    assert darker.value == pytest.approx(-0.05, abs=0.001)
    assert verdicts(compared(replace(THEN, black=THEN.black + 0.1 * more))) == {}


@pytest.mark.parametrize(("tint", "word"), [((1.0, 0.5, 0.2), "warm"), ((0.2, 0.5, 1.0), "cold")])
def test_stray_light_is_told_by_its_colour(tint: tuple[float, float, float], word: str) -> None:
    made = compared(replace(THEN, black=THEN.black + 0.001 * np.array(tint)))
    assert component(made, "black").detail.startswith(f"{word} light: rather the room's")


@pytest.mark.parametrize("stops", [-1.0, 1 / 3, 2.0])
def test_an_exposure_that_the_camera_says_scales_black_and_is_none_of_it(stops: float) -> None:
    made = compared(replace(THEN, stops=stops, settings=2.0**stops))
    assert abs(component(made, "black").value) < 0.001
    assert set(verdicts(made)) == {"exposure"}
    # An iris says nothing; the light of the patches does.
    iris = compared(replace(THEN, stops=stops))
    assert abs(component(iris, "black").value) < 0.001


def test_a_dimmer_wall_leaves_the_rooms_light_on_it() -> None:
    made = compared(replace(THEN, dimmed=-0.4))
    assert abs(component(made, "black").value) < 0.001
    assert set(verdicts(made)) == {"exposure"}
    more = replace(THEN, dimmed=-0.4, black=THEN.black + 0.0005 * PARTS.sum(axis=0))
    assert component(compared(more), "black").value > 0.02
    # Pictures and clips say no settings.
    silent = compared(Day(dimmed=-0.4), Day())
    assert abs(component(silent, "black").value) < 0.001
    assert abs(component(compared(Day(stops=-0.5), Day()), "black").value) < 0.001


def test_another_lens_does_not_tint_black() -> None:
    then = replace(THEN, black=np.full(3, 0.01))
    made = compared(replace(then, tint=np.array([-0.06, 0.0, -0.1])), then)
    assert set(verdicts(made)) == {"camera_white"}
    assert abs(component(made, "black").value) < 0.002


# Evenness.


def test_moire_raises_the_limit_of_evenness_and_is_said() -> None:
    plain = component(compared(replace(THEN, uneven=dim_cabinet)), "uniformity")
    assert (plain.verdict, plain.limit) == ("fail", 1.0)
    moire = component(compared(replace(THEN, uneven=dim_cabinet), ripple=0.025), "uniformity")
    assert moire.verdict == "pass"
    assert moire.limit == pytest.approx(5.0)
    assert moire.detail.endswith("moire or bands of 2.5 % in the picture")


def test_evenness_that_was_not_seen_is_unknown_and_no_fault() -> None:
    before, after = reading_of(THEN, 1), reading_of(THEN, 2)
    after = replace(after, even=np.full_like(after.even, math.nan))
    made = compare_readings(before, after, LIMITS, to_xyz=TO_XYZ, level=LEVEL)
    found = component(made, "uniformity")
    assert math.isnan(found.value)
    assert found.verdict == "pass"


def test_repeatability_is_the_floor_of_everything() -> None:
    repeat = dict.fromkeys(COMPONENTS, 10.0)
    made = compare_readings(
        reading_of(THEN, 1),
        reading_of(replace(THEN, gain=of_leds(-0.1, 0, 0), black=THEN.black + 1e-3), 2),
        LIMITS,
        to_xyz=TO_XYZ,
        level=LEVEL,
        repeatability=repeat,
    )
    assert {one.limit for one in made.components} == {30.0}
    assert verdicts(made) == {}


# Pairs.


def test_what_each_led_colour_gives_is_told_from_the_single_colours() -> None:
    made = pair_up(
        reading_of(THEN, 1, noise=0.0),
        reading_of(THEN, 2, noise=0.0),
        to_xyz=TO_XYZ,
        level=LEVEL,
        centre=np.log([1.1, 1.0, 0.9]),
    )
    np.testing.assert_allclose(made.parts, LEVEL[:, :, None] * PARTS, atol=2e-6)
    np.testing.assert_allclose(made.parts.sum(axis=1), made.then, rtol=1e-9)
    np.testing.assert_allclose(made.now * [1.1, 1.0, 0.9], made.then, atol=2e-6)


def test_a_white_that_is_clipped_is_passed_over() -> None:
    white = row_of(1.0)
    made = compared(replace(THEN, clipped=(white,), stops=1.0, settings=2.0))
    assert len(made.pairs.code) == len(LEVEL) - 1
    assert set(verdicts(made)) == {"exposure"}


@pytest.mark.parametrize("led", range(3))
def test_a_single_colour_that_is_clipped_is_refused_by_name(led: int) -> None:
    name = ("red", "green", "blue")[led]
    with pytest.raises(CaptureError, match=f"the {name} patch, 60 % of its light, is clipped"):
        compared(replace(THEN, clipped=(led,)))


def test_too_few_patches_are_refused() -> None:
    with pytest.raises(CaptureError, match=r"only 5 of 10 patches are unclipped .*needed: 6"):
        compared(replace(THEN, clipped=(3, 4, 5)), replace(THEN, clipped=(6, 7)))
    assert verdicts(compared(replace(THEN, clipped=(3, 4)), replace(THEN, clipped=(5, 6)))) == {}


# The mean of the baseline's takes.


def test_the_mean_of_takes_is_steadier_and_in_the_first_ones_exposure() -> None:
    many = [
        reading_of(replace(THEN, stops=0.2 * n, card=CARD), n, noise=0.01, spread=0.01)
        for n in range(16)
    ]
    mean, alone = average(many), reading_of(THEN, 0, noise=0.0, spread=0.0)
    off = np.abs(mean.light / alone.light - 1.0)[:7]
    assert off.max() < 0.015, "the scale is that of the first, whose noise counts once"
    ratio = (mean.light / alone.light)[:7]
    assert (ratio / ratio.mean()).std() < 0.01 / 3.0
    np.testing.assert_allclose(mean.sigma, many[0].sigma / 4.0, rtol=0.1)
    np.testing.assert_allclose(mean.even_sigma[0], many[0].even_sigma[0] / 4.0, rtol=0.1)
    np.testing.assert_allclose(mean.even[0], alone.even[0], rtol=0.02)
    np.testing.assert_allclose(mean.black, alone.black, rtol=0.02)
    np.testing.assert_allclose(mean.chart, CARD, rtol=0.02)
    assert average(many[:1]) is many[0]
