"""What a fit says of the take."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.space import P3_D65
from ledcal.model.evaluate import cross_validate, cross_validated_regions
from ledcal.model.exposure import exposure_scale
from ledcal.model.findings import fit_findings
from ledcal.model.fit import fit_model
from ledcal.values.measurement import MeasurementFlag
from ledcal.values.stage import Gamut, Target
from tests.model.closed_loop import calibrate
from tests.model.synthetic_wall import SyntheticWall

if TYPE_CHECKING:
    from ledcal.values.finding import Finding
    from ledcal.values.measurement import PatchMeasurements

WALL = SyntheticWall()
GAMMA = SyntheticWall("gamma 2.4", 400.0)


def found(
    measured: PatchMeasurements, wall: SyntheticWall, *, eotf: str, gamut: Gamut = P3_D65
) -> dict[str, Finding]:
    model = fit_model(measured, eotf=eotf, peak_nits=wall.peak_nits)
    target = Target(gamut, eotf, wall.peak_nits)
    k = exposure_scale(model, target)
    return {finding.id: finding for finding in fit_findings(model, measured, k, target)}


@pytest.mark.parametrize("wall", [WALL, GAMMA], ids=["pq", "gamma"])
def test_a_good_take_gives_no_findings(wall: SyntheticWall) -> None:
    done = calibrate(wall, 300)
    assert fit_findings(done.model, done.measured, done.k, done.target) == ()


def test_wrong_patches_are_named_with_code_frame_and_size() -> None:
    measured = calibrate(WALL, 300).measured
    camera = measured.camera.copy()
    camera[120] *= 1.3
    frames = tuple(f"{index:04d}.dng" for index in range(300))
    said = found(replace(measured, camera=camera, frame=frames), WALL, eotf="ST 2084")
    finding = said["patches-not-believed"]
    assert finding.frames == ("0120.dng",)
    assert finding.severity == "note"
    assert "1 of 300" in finding.seen
    assert " ".join(f"{value:.3f}" for value in measured.code[120]) in finding.seen


def test_few_patches_are_said() -> None:
    ramps = np.kron(np.array([0.3, 0.5, 0.74])[:, None], np.eye(3))
    grey = np.repeat(np.array([0.0, 0.2, 0.4, 0.6, 0.74])[:, None], 3, axis=1)
    said = found(WALL.measure(np.concatenate([grey, ramps])), WALL, eotf="ST 2084")
    assert "14 different colours" in said["few-patches"].seen


def test_a_white_far_from_the_wall_costs_peak_and_is_said() -> None:
    warm = Gamut("warm", P3_D65.primaries_xy, [0.40, 0.39])
    measured = calibrate(WALL, 300).measured
    camera = measured.camera @ np.diag([1.0, 1.0, 0.6])
    said = found(replace(measured, camera=camera), WALL, eotf="ST 2084", gamut=warm)
    dim = said["peak-given-up"]
    assert dim.severity == "warning"
    assert "far from the target's" in dim.cause
    assert "--peak keep, which keeps" in dim.fix
    assert not dim.reshoot


def test_a_peak_that_was_not_measured_is_told_from_a_white_that_is_off() -> None:
    measured = calibrate(WALL, 300).measured
    green = measured.code[:, 1] > 0.72
    flags = np.where(green, int(MeasurementFlag.SATURATED), 0)
    said = found(
        replace(measured, flags=flags, saturated=green.astype(float)), WALL, eotf="ST 2084"
    )
    dim = said["peak-given-up"]
    assert "no green brighter than code 0.7" in dim.cause
    assert "unclipped" in dim.fix
    assert dim.reshoot


def test_a_target_dimmer_than_the_wall_gives_nothing_up() -> None:
    done = calibrate(WALL, 300)
    target = replace(done.target, peak_nits=0.6 * WALL.peak_nits)
    k = exposure_scale(done.model, target)
    assert fit_findings(done.model, done.measured, k, target) == ()


def test_regions_hold_the_whole_and_agree_with_it() -> None:
    done = calibrate(WALL, 300)
    regions = cross_validated_regions(done.measured, done.model, done.k)
    assert {"all", "greys", "saturated", "shadows"} <= set(regions)
    assert regions["all"] == cross_validate(done.measured, done.model, done.k)
    assert max(spread.max for spread in regions.values()) == regions["all"].max
    # Shadows are noisier than the rest, and greys are the best measured.
    assert regions["shadows"].p95 > regions["greys"].median
