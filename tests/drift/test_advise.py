"""One sentence, and what to do about it: for everything that may have changed."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.transfer import eotf
from ledcal.drift.advise import advice_of, can_be_moved, leading, out_of_limits, sentence_of
from ledcal.drift.compare import compare_readings
from ledcal.drift.curve import name_curve
from ledcal.values.drift import Component, DriftLimits, judge
from tests.drift.made import (
    CODE,
    LEVEL,
    PARTS,
    THEN,
    TO_XYZ,
    Day,
    compared,
    dim_cabinet,
    of_camera,
    of_leds,
    reading_of,
    row_of,
)

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

LIMITS = DriftLimits()
MORE = 0.0005 * PARTS.sum(axis=0)
CARD = np.full(3, 0.2)
PURER = np.zeros((3, 3))
PURER[1] = [0.08, -0.02, 0.12]
UPDATE, REFIT, NO_HURRY = "--update", "redo the fit", "no hurry"


def falling(places: FloatArray) -> FloatArray:
    offset = (places - [1000.0, 520.0]) / 960.0
    return np.asarray(np.repeat(0.05 * (offset**2).sum(axis=1)[:, None], 3, axis=1))


@pytest.mark.parametrize(
    ("now", "sentence", "advice"),
    [
        (
            replace(THEN, stops=1 / 3),
            r"The wall is as it was calibrated; everything is 0\.33 stops brighter: iris, ND or .*",
            ["check iris, ND and shutter", "--chart"],
        ),
        (
            replace(THEN, stops=-0.5, settings=2**-0.5),
            r"The wall is as it was calibrated; the camera's exposure has changed by -0\.50 .*",
            ["nothing"],
        ),
        (
            replace(THEN, gain=of_camera(0.02, 0.0, -0.03)),
            r"Camera, lens or filter see white differently \(u'v' 0\.00\d+\)",
            ["put back the lens, ND and filters", UPDATE],
        ),
        (
            replace(THEN, gain=of_leds(math.log(0.98), 0.0, 0.0)),
            r"Red of the wall is 2 % dimmer",
            ["let the wall warm up", "set red to 102.0 % of what it is", UPDATE],
        ),
        (
            replace(THEN, gain=of_leds(0.0, 0.0, math.log(1.04))),
            r"Blue of the wall is (4|3\.9|4\.1) % brighter",
            ["let the wall warm up", "set blue to 96.", UPDATE],
        ),
        (
            replace(THEN, gain=of_leds(-0.02, 0.0, 0.02)),
            r"The wall's white has shifted by 0\.00\d+ in u'v' \(red -[12]\.\d+ %, green .*\)",
            ["let the wall warm up", UPDATE],
        ),
        (
            replace(THEN, exponent=0.03),
            r"The tone curve has changed: exponent \+3\.0 %",
            ["check EOTF, brightness and presets of the processor", REFIT],
        ),
        (
            replace(THEN, gain=PURER),
            r"The wall's green changed colour by 0\.0\d+ in u'v'",
            ["check the gamut and colour mode", REFIT],
        ),
        (
            replace(THEN, black=THEN.black + MORE),
            r"Black is 0\.05 % of peak brighter \(the colour of the wall's white: .*\)",
            ["switch off lights that fall on the wall"],
        ),
        (
            replace(THEN, black=THEN.black - MORE),
            r"Black is 0\.05 % of peak darker \(.*\)",
            ["check the processor's black level"],
        ),
        (
            replace(THEN, uneven=dim_cabinet),
            r"Cabinet r3c7 is (4|3\.9|4\.1) % dimmer than the rest",
            ["call the panel vendor about cabinet r3c7"],
        ),
        (
            replace(THEN, uneven=falling),
            r"Light falls off over the wall in another way, by up to [1-9]\.?\d* %",
            ["check iris, lens and filters"],
        ),
        (
            replace(THEN, move=lambda outline: np.array([72.0, 0.0]) + outline),
            r"The wall is as it was calibrated; the wall stands 5\.0 % to the right in the picture",
            ["put the camera back where it stood, if the shot allows"],
        ),
        (THEN, r"The wall is as it was calibrated", ["nothing"]),
    ],
    ids=[
        "exposure", "exposure as set", "camera white", "red", "blue", "white", "tone curve",
        "primaries", "black", "black down", "cabinet", "fall-off", "moved", "nothing",
    ],
)  # fmt: skip
def test_what_has_changed_is_one_sentence_with_what_to_do(
    now: Day, sentence: str, advice: list[str]
) -> None:
    made = compared(now)
    assert re.fullmatch(sentence, sentence_of(made)), sentence_of(made)
    lines = advice_of(made, 5.0, 0.5)
    for part in advice:
        assert part in " / ".join(lines), lines
    said = " / ".join(lines)
    assert (UPDATE in said) == (UPDATE in advice)
    assert (REFIT in said) == (REFIT in advice)
    assert (advice == ["nothing"]) == (lines == ["nothing"])
    assert NO_HURRY not in said
    assert len(set(lines)) == len(lines)


def test_a_dimmer_wall_by_the_chart_is_said_with_the_way_back() -> None:
    then = replace(THEN, card=CARD)
    made = compared(replace(then, dimmed=-0.5 * math.log(2.0)), then)
    assert sentence_of(made) == "The wall is 0.50 stops dimmer"
    lines = advice_of(made, 5.0, 0.5)
    assert lines[0] == "check the brightness of the processor; set it to 141 % of what it is"
    camera = compared(replace(then, stops=-0.5), then)
    assert sentence_of(camera).endswith("the camera's exposure has changed by -0.50 stops")
    assert advice_of(camera, 5.0, 0.5) == ["nothing"]


def test_a_box_says_how_the_cabinet_gets_a_name() -> None:
    made = compared(replace(THEN, uneven=dim_cabinet), panel_px=None)
    assert re.fullmatch(
        r"The part at x \d+-\d+, y \d+-\d+ px of the wall is .* % dimmer than the rest",
        sentence_of(made),
    )
    said = " ".join(advice_of(made, 5.0, 0.5))
    assert "wall.panel_width_px and wall.panel_height_px in stage.toml" in said


def test_moire_is_looked_at_before_the_vendor_is_called() -> None:
    def dim(places: FloatArray) -> FloatArray:
        return 2.0 * dim_cabinet(places)

    said = " ".join(advice_of(compared(replace(THEN, uneven=dim), ripple=0.025), 5.0, 0.5))
    assert "a little out of focus it is gone" in said
    assert "vendor" not in said
    # A little of it does not make a cabinet that dim.
    said = " ".join(advice_of(compared(replace(THEN, uneven=dim), ripple=0.006), 5.0, 0.5))
    assert "call the panel vendor about cabinet r3c7" in said
    assert "out of focus" not in said


def test_what_failed_comes_first_furthest_over_its_limit_and_warnings_in_brackets() -> None:
    made = compared(
        replace(
            THEN, gain=of_leds(0.0, -0.02, 0.0), stops=0.5, settings=2**0.5,
            black=THEN.black + 2 * MORE,
        )
    )  # fmt: skip
    assert [one.name for one in out_of_limits(made.components)] == ["black", "channel_green"]
    assert re.fullmatch(
        r"Black is 0\.1 % .*; green of the wall is 2 % dimmer \(the camera's exposure has changed "
        r"by \+0\.50 stops, as its settings say\)",
        sentence_of(made),
    )
    lines = advice_of(made, 5.0, 0.5)
    assert lines[0].startswith("switch off lights")
    assert any(REFIT in line for line in lines), "black cannot be moved"


def test_a_correction_that_still_holds_is_no_hurry() -> None:
    made = compared(replace(THEN, gain=of_leds(-0.01, 0.0, 0.0)))
    said = " / ".join(advice_of(made, 0.7, 0.4))
    assert "no hurry: the old correction still holds, 0.7 delta E ITP where it was 0.4" in said
    assert NO_HURRY not in " / ".join(advice_of(compared(THEN), 0.4, 0.4))


def test_another_curve_hides_what_follows_from_it() -> None:
    light = np.asarray(eotf("gamma 1.8", CODE, peak_nits=1.0))
    dimmer = replace(THEN, stops=0.5, gain=of_leds(0.0, 0.0, -0.05))
    before, after = reading_of(THEN, 1), reading_of(dimmer, 2)
    grown = np.where(LEVEL > 0, light / np.maximum(LEVEL, 1e-9), 0.0)
    after = replace(after, light=after.light * grown.max(axis=1)[:, None])
    made = compare_readings(
        before,
        after,
        LIMITS,
        to_xyz=TO_XYZ,
        level=LEVEL,
        name_curve=partial(name_curve, declared="gamma 2.4", peak_nits=1.0),
    )
    assert sentence_of(made) == "The tone curve is another one: gamma 1.8"
    assert {one.name for one in out_of_limits(made.components)} > {"eotf"}
    assert {one.name for one in leading(made.components)} == {"eotf"}
    lines = advice_of(made, 30.0, 0.5)
    assert lines[0].startswith("check EOTF")
    assert not any("warm up" in line or "iris" in line for line in lines)


def test_another_shape_hides_what_follows_from_it_too() -> None:
    before, after = reading_of(THEN, 1), reading_of(replace(THEN, stops=0.5), 2)
    off = np.ones((len(LEVEL), 1))
    off[row_of(1.0)] = 0.8
    made = compare_readings(
        before, replace(after, light=after.light * off), LIMITS, to_xyz=TO_XYZ, level=LEVEL
    )
    said = sentence_of(made)
    assert re.fullmatch(r"The tone curve has another shape: -(20|19\.\d|2[01]\.\d) % at peak", said)


def components(**values: float) -> list[Component]:
    return [judge(name, value, 0.0, LIMITS) for name, value in values.items()]


@pytest.mark.parametrize(
    ("values", "can"),
    [
        ({"channel_red": -1.0}, True),
        ({"white": 0.001, "exposure": 0.3}, True),
        ({"camera_white": 0.001, "geometry": 5.0}, True),
        ({"exposure": 0.3}, True),
        ({"channel_red": -0.1}, False),
        ({"geometry": 5.0}, False),
        ({"channel_red": -1.0, "eotf": 2.0}, False),
        ({"channel_red": -1.0, "black": 0.1}, False),
        ({"uniformity": 3.0}, False),
        ({"primaries": 0.01}, False),
    ],
)
def test_only_brightness_channels_and_white_can_be_moved(
    values: dict[str, float], *, can: bool
) -> None:
    assert can_be_moved(components(**values)) is can
