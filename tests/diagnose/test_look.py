"""Looks: baked into pictures, a wall that is corrected already, saturation that is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.encoding import canonical_encoding, decode
from ledcal.colorimetry.target import target_light
from ledcal.diagnose.look import already_corrected, baked_in, saturation
from ledcal.simulate.player import play
from ledcal.simulate.virtual_wall import VirtualWall
from ledcal.values.camera import PATH_KEY, WALL_PATH
from tests.diagnose.cases import (
    found_in,
    make_case,
    make_codes,
    make_measurements,
    make_stage,
    make_take,
    said_by,
    uncorrected,
)

if TYPE_CHECKING:
    from ledcal.diagnose.case import Case
    from ledcal.values.arrays import FloatArray
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.stage import Stage

PQ = make_stage()
PICTURES = make_take(is_raw=False)


def curved(name: str) -> PatchMeasurements:
    """Measurements of pictures whose numbers are still in a curve."""
    linear = make_measurements(PQ)
    if name == "Rec.709":
        light = np.clip(linear.camera, 0.0, 1.0)
        bent = np.where(light < 0.018, 4.5 * light, 1.099 * light**0.45 - 0.099)
    elif name.startswith("gamma"):
        bent = np.clip(linear.camera, 0.0, 1.0) ** (1.0 / float(name.split()[1]))
    else:
        signal = np.linspace(0.0, 1.0, 20001)
        bent = np.interp(linear.camera, decode(canonical_encoding(name), signal), signal)
    return replace(linear, camera=bent)


@pytest.mark.parametrize("name", ["Rec.709", "gamma 2.4"])
def test_a_display_look_is_told_and_cannot_be_undone(name: str) -> None:
    finding = said_by(baked_in, make_case(curved(name), take=PICTURES))["camera-look"]
    assert "the numbers miss ST 2084 by" in finding.seen
    assert f"taken as {name} they fit to 0.0" in finding.seen
    assert "display look" in finding.cause
    assert finding.severity == "fail"
    assert finding.reshoot


@pytest.mark.parametrize("name", ["LogC3", "S-Log3", "V-Log"])
def test_a_log_curve_that_was_not_undone_is_told_with_the_option(name: str) -> None:
    finding = said_by(baked_in, make_case(curved(name), take=PICTURES))["camera-look"]
    assert "they are still in" in finding.cause
    assert "--encoding" in finding.fix
    assert not finding.reshoot


def test_raws_have_no_look() -> None:
    assert said_by(baked_in, make_case(curved("Rec.709"), take=make_take())) == {}


def test_linear_pictures_have_no_look() -> None:
    assert said_by(baked_in, make_case(take=PICTURES)) == {}


def test_a_look_is_all_that_is_said() -> None:
    assert list(found_in(make_case(curved("Rec.709"), take=PICTURES))) == ["camera-look"]


def corrected(code: FloatArray, of: Stage) -> FloatArray:
    return np.asarray(100.0 * target_light(of.target, code) / of.wall.peak_nits)


def off_by(share: float) -> Case:
    """A wall that is that share of the way from what it should show to an uncorrected one."""

    def light(code: FloatArray, of: Stage) -> FloatArray:
        return (1.0 - share) * corrected(code, of) + share * uncorrected(code, of)

    return make_case(make_measurements(PQ, light))


def test_a_wall_that_is_right_is_corrected_already() -> None:
    finding = said_by(already_corrected, off_by(0.0))["correction-already-on"]
    assert "0.0" in finding.seen
    assert "(limits " in finding.seen
    assert "take the LUT off" in finding.fix
    assert "'ledcal verify'" in finding.fix
    assert finding.reshoot


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_wall_that_is_off_is_not(share: float) -> None:
    assert said_by(already_corrected, off_by(share)) == {}


def test_a_matrix_from_the_walls_own_primaries_makes_it_right_by_definition() -> None:
    measured = off_by(0.0).measurements
    header = {PATH_KEY: f"{WALL_PATH} (code 0.5); assumes that they are as declared"}
    assert said_by(already_corrected, make_case(replace(measured, header=header))) == {}
    other = {PATH_KEY: "DNG ColorMatrix1; assumes that the wall is as declared"}
    assert said_by(already_corrected, make_case(replace(measured, header=other)))


def test_few_patches_or_no_black_say_nothing() -> None:
    codes = make_codes(PQ)
    for chosen in (codes[1:], codes[:10]):
        measured = make_measurements(PQ, corrected, chosen)
        assert said_by(already_corrected, make_case(measured)) == {}


@pytest.mark.parametrize("vividness", [0.6, 0.8, 1.25, 1.5])
def test_changed_saturation_is_told(vividness: float) -> None:
    player = VirtualWall(vividness=vividness)

    def light(code: FloatArray, of: Stage) -> FloatArray:
        return uncorrected(play(player, code), of)

    case = make_case(make_measurements(PQ, light))
    finding = said_by(saturation, case)["saturation-changes-with-level"]
    assert "limit" in finding.seen
    assert "vibrance" in finding.cause
    assert finding.severity == "fail"
    assert next(iter(found_in(case))) == "saturation-changes-with-level"


@pytest.mark.parametrize("vividness", [0.98, 1.0, 1.02])
def test_saturation_that_is_left_alone_is_silent(vividness: float) -> None:
    player = VirtualWall(vividness=vividness)
    case = make_case(make_measurements(PQ, lambda c, of: uncorrected(play(player, c), of)))
    assert said_by(saturation, case) == {}
