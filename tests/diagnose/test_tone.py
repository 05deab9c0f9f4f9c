"""Another EOTF, range or peak than declared, or a curve on top: told from the wall's ramps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.transfer import eotf
from ledcal.diagnose.tone import range_findings, tone_findings, tone_miss
from ledcal.simulate.player import play
from ledcal.simulate.virtual_wall import VirtualWall
from ledcal.values.measurement import MeasurementFlag
from tests.diagnose.cases import (
    WALL_TO_ACES,
    found_in,
    make_case,
    make_codes,
    make_measurements,
    make_stage,
    said_by,
)
from tests.model.closed_loop import calibrate
from tests.model.synthetic_wall import SyntheticWall

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Stage

PQ, GAMMA = make_stage("ST 2084", 1500.0), make_stage("BT.1886", 400.0)


def shown(name: str, code: FloatArray, peak_nits: float) -> FloatArray:
    """ACES of a wall that is set to an EOTF, over its peak."""
    return np.asarray(eotf(name, code, peak_nits=peak_nits) / peak_nits @ WALL_TO_ACES.T)


@pytest.mark.parametrize(
    ("declared", "real"),
    [("ST 2084", "gamma 2.2"), ("ST 2084", "sRGB"), ("BT.1886", "ST 2084"), ("sRGB", "BT.1886")],
)
def test_another_eotf_is_named_with_where_to_set_it(declared: str, real: str) -> None:
    stage = make_stage(declared, 400.0)
    measured = make_measurements(stage, lambda code, of: shown(real, code, of.wall.peak_nits))
    said = said_by(tone_findings, make_case(measured, stage=stage))
    finding = said["eotf-not-as-declared"]
    assert f"ramps differ from {declared} by" in finding.seen
    assert f"; {real} fits to 0.0" in finding.seen
    assert f"set to {real}, stage.toml says {declared}" in finding.cause
    assert f"set the input EOTF to {declared}" in finding.fix
    assert f"say eotf = {real!r} in stage.toml" in finding.fix


def test_a_wall_with_errors_of_its_own_is_recognised_too() -> None:
    """Three hundred patches of a wall of gamma 2.4 that was declared as sRGB."""
    wall = SyntheticWall("gamma 2.4", 400.0)
    measured = calibrate(wall, 300).measured
    case = make_case(measured, stage=make_stage("sRGB", 400.0))
    finding = said_by(tone_findings, case)["eotf-not-as-declared"]
    assert "BT.1886" in finding.seen  # the same curve as gamma 2.4
    assert "'BT.1886'" in finding.fix


@pytest.mark.parametrize("error", [-0.05, 0.0, 0.05])
def test_an_exponent_that_is_a_little_off_is_the_walls_own(error: float) -> None:
    def bent(code: FloatArray, of: Stage) -> FloatArray:
        light = eotf(of.wall.eotf, code, peak_nits=400.0) / 400.0
        return np.asarray(light ** (1.0 + error) @ WALL_TO_ACES.T)

    for stage in (GAMMA, make_stage("ST 2084", 400.0)):
        case = make_case(make_measurements(stage, bent), stage=stage)
        assert said_by(tone_findings, case) == {}


@pytest.mark.parametrize("stage", [PQ, GAMMA], ids=["pq", "gamma"])
@pytest.mark.parametrize(
    ("signal_range", "cause"),
    [
        ("legal", "the player sends legal range and the processor takes it for full"),
        ("expanded", "the player sends full range and the processor takes it for legal"),
    ],
)
def test_range_is_told_both_ways(stage: Stage, signal_range: str, cause: str) -> None:
    player = VirtualWall(signal_range=signal_range)

    def ranged(code: FloatArray, of: Stage) -> FloatArray:
        return shown(of.wall.eotf, play(player, code), of.wall.peak_nits)

    case = make_case(make_measurements(stage, ranged), stage=stage)
    finding = said_by(range_findings, case)["signal-range"]
    assert finding.cause == cause
    assert finding.severity == "fail"
    assert "full range (0 to 1023)" in finding.fix
    assert finding.reshoot


@pytest.mark.parametrize("share", [0.75, 0.5, 0.3])
def test_a_dimmer_wall_is_told_with_its_nits(share: float) -> None:
    def cut(code: FloatArray, of: Stage) -> FloatArray:
        light = eotf(of.wall.eotf, code, peak_nits=1500.0) / 1500.0
        return np.asarray(np.minimum(light, share) @ WALL_TO_ACES.T)

    case = make_case(make_measurements(PQ, cut))
    finding = said_by(tone_findings, case)["peak-not-as-declared"]
    told = float(finding.seen.split(" of the declared")[0].split()[-1])
    assert told == pytest.approx(1500.0 * share, rel=0.05)
    assert "of the declared 1500 nits" in finding.seen
    assert f"say peak_nits = {told:.0f} in stage.toml" in finding.fix


def test_a_peak_that_is_lower_by_a_tenth_is_let_pass() -> None:
    def cut(code: FloatArray, of: Stage) -> FloatArray:
        light = eotf(of.wall.eotf, code, peak_nits=1500.0) / 1500.0
        return np.asarray(np.minimum(light, 0.9) @ WALL_TO_ACES.T)

    assert said_by(tone_findings, make_case(make_measurements(PQ, cut))) == {}


@pytest.mark.parametrize("stage", [PQ, GAMMA], ids=["pq", "gamma"])
def test_an_s_curve_is_a_curve_and_nothing_else(stage: Stage) -> None:
    player = VirtualWall(contrast=0.8)

    def curved(code: FloatArray, of: Stage) -> FloatArray:
        top = code.max()
        return shown(of.wall.eotf, top * play(player, code / top), of.wall.peak_nits)

    case = make_case(make_measurements(stage, curved), stage=stage)
    said = said_by(tone_findings, case)
    assert set(said) == {"tone-curve"}
    assert f"the wall's ramps differ from {stage.wall.eotf} by" in said["tone-curve"].seen
    assert "turn tone mapping" in said["tone-curve"].fix


def test_few_levels_say_nothing() -> None:
    code = np.concatenate([np.zeros((1, 3)), np.linspace(0.3, 0.7, 5)[:, None] * np.ones(3)])
    measured = make_measurements(PQ, lambda c, _: shown("gamma 2.2", c, 1500.0), code)
    case = make_case(measured)
    assert said_by(tone_findings, case) == {}
    assert np.isnan(tone_miss(case))


def test_the_miss_is_in_stops_rms_and_forgives_exposure() -> None:
    case = make_case(make_measurements(PQ))
    assert tone_miss(case) < 1e-3
    # Pairs of levels that are up and down by 0.1 stops in turn miss by 0.1 stops rms.
    measured = case.measurements
    row = np.arange(len(measured)) % 2
    uneven = (measured.camera - measured.camera[0]) * 2.0 ** (0.1 * (2 * row - 1))[:, None]
    again = make_case(replace(measured, camera=3.0 * (uneven + measured.camera[0])))
    assert tone_miss(again) == pytest.approx(0.1, abs=0.02)


def test_another_eotf_is_all_that_is_said_of_it() -> None:
    measured = make_measurements(PQ, lambda code, of: shown("gamma 2.4", code, of.wall.peak_nits))
    assert list(found_in(make_case(measured))) == ["eotf-not-as-declared"]


@pytest.mark.parametrize("top", [0.4, 0.7])
def test_ramps_that_stop_below_the_peak_do_not_say_where_the_wall_ends(top: float) -> None:
    """Clipped patches are not in the ramps: what is left of them follows the EOTF to its end."""
    codes = make_codes(PQ, top)
    assert said_by(tone_findings, make_case(make_measurements(PQ, code=codes))) == {}


def test_clipped_patches_do_not_make_the_wall_dimmer() -> None:
    measured = make_measurements(PQ)
    bright = measured.code.max(axis=1) > 0.72
    flags = np.where(bright, int(MeasurementFlag.SATURATED), 0)
    said = found_in(make_case(replace(measured, flags=flags)))
    assert list(said) == ["saturated-patches"]
