"""Flat frames: a cabinet that differs, and light that falls off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.diagnose import uniformity
from ledcal.diagnose.uniformity import cabinet, vignetting
from tests.diagnose.cases import make_case, make_take, said_by

if TYPE_CHECKING:
    from ledcal.diagnose.case import Case
    from ledcal.values.arrays import FloatArray

ROWS, COLUMNS = 12, 30
STEP, CORNER = uniformity._STEP, uniformity._CORNER


def fall_off(corner: float = 0.3) -> FloatArray:
    """Light of a lens, 1 in the middle."""
    v, u = np.mgrid[-1 : 1 : ROWS * 1j, -1 : 1 : COLUMNS * 1j]
    return np.asarray(1.0 - corner * (u**2 + v**2) / 2.0)


def field(
    step: tuple[float, float, float] = (0.0, 0.0, 0.0),
    *,
    corner: float = 0.3,
    noise: float = 0.002,
    spread: float = 0.0,
    seed: int = 0,
) -> FloatArray:
    """Tiles of a flat frame with one part, 3 x 4 tiles left above the middle, that differs."""
    rng = np.random.default_rng(seed)
    light = np.repeat(fall_off(corner)[..., None], 3, axis=2)
    cabinets = rng.normal(1.0, spread, (4, 5, 3)).repeat(3, axis=0).repeat(6, axis=1)
    light = light * cabinets * rng.normal(1.0, noise, light.shape)
    light[2:5, 6:10] *= 1.0 + np.array(step)
    light[5:7, 14:16] = np.nan  # the marks of a flat frame
    return light


def of(*fields: FloatArray) -> Case:
    return make_case(take=make_take(fields=fields))


@pytest.mark.parametrize("step", [1.4 * STEP, -1.4 * STEP, 2.0 * STEP, 0.3, -0.3])
@pytest.mark.parametrize("channel", range(3))
def test_an_odd_cabinet_is_told_with_place_channel_and_step(step: float, channel: int) -> None:
    steps = np.zeros(3)
    steps[channel] = step
    finding = said_by(cabinet, of(field((steps[0], steps[1], steps[2]))))["cabinet-differs"]
    way = "brighter" if step > 0 else "darker"
    told = float(finding.seen.split(f" % {way}")[0].split()[-1])
    assert told == pytest.approx(100 * abs(step), rel=0.2)
    assert f"in the camera's {('red', 'green', 'blue')[channel]} (limit" in finding.seen
    assert f"(limit {100 * STEP:.0f} %)" in finding.seen
    assert "around 27 % of its width and 29 % of the height" in finding.seen
    assert finding.severity == ("fail" if abs(step) > 0.2 else "warning")
    assert not finding.reshoot


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("corner", [0.0, 0.3, 0.6])
def test_an_even_wall_is_silent(seed: int, corner: float) -> None:
    assert said_by(cabinet, of(field(corner=corner, seed=seed))) == {}
    small = (-0.7 * STEP,) * 3
    assert said_by(cabinet, of(field(small, corner=corner, seed=seed))) == {}


@pytest.mark.parametrize("seed", range(4))
def test_cabinets_that_all_differ_a_little_are_no_odd_one(seed: int) -> None:
    assert said_by(cabinet, of(field(spread=0.015, seed=seed))) == {}


def test_the_largest_step_of_all_fields_counts() -> None:
    small, large = field((-2.0 * STEP, 0.0, 0.0)), field((0.0, -4.0 * STEP, 0.0), seed=3)
    finding = said_by(cabinet, of(small, large))["cabinet-differs"]
    assert "% darker than its surroundings in the camera's green" in finding.seen


def test_a_field_that_is_mostly_unknown_says_nothing() -> None:
    sparse = field((-0.3,) * 3)
    sparse[:, 4:] = np.nan
    assert said_by(cabinet, of(sparse)) == {}
    assert said_by(vignetting, of(np.full((ROWS, COLUMNS, 3), np.nan))) == {}


def test_colours_that_a_field_does_not_show_are_left_out() -> None:
    """Grey, then red, green and blue flats: each of these counts in its own channel."""
    even = field()
    in_red = field((0.0, -0.3, 0.0))
    assert said_by(cabinet, of(even, in_red, even, even)) == {}
    in_green = said_by(cabinet, of(even, even, in_red, even))["cabinet-differs"]
    assert "30 % darker than its surroundings in the camera's green" in in_green.seen


@pytest.mark.parametrize("is_said", [False, True])
def test_dark_corners_are_told_with_what_is_left(*, is_said: bool) -> None:
    # Two per cent of the tiles may be darker, corners among them.
    corner = 1.3 * (1.0 - CORNER) if is_said else 1.0 - CORNER
    said = said_by(vignetting, of(field(corner=corner, noise=0.0)))
    assert bool(said) == is_said
    if is_said:
        left = float(said["vignetting"].seen.split(" show ")[1].split(" %")[0])
        assert left == pytest.approx(100 * (1.0 - corner), abs=6.0)
        assert f"(limit {100 * CORNER:.0f} %)" in said["vignetting"].seen
        assert "the flat frames took it out" in said["vignetting"].seen


def test_vignetting_is_no_cabinet() -> None:
    assert said_by(cabinet, of(field(corner=0.55))) == {}


def test_without_flats_nothing_is_said() -> None:
    for rule in (cabinet, vignetting):
        assert said_by(rule, of()) == {}
        assert said_by(rule, make_case()) == {}
