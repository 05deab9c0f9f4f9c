from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.colorimetry.transfer import eotf
from ledcal.errors import CaptureError, LedcalError
from ledcal.measure import Combined, FrameSamples, combine, require_usable, sample_frame
from ledcal.pattern import build_pattern, render
from ledcal.values.camera import CameraTransform
from tests.diagnose.cases import WALL_TO_ACES, case_of, found_in, make_stage
from tests.measure.camera import PRIMARIES, Camera, make_wall, panels, photograph, shoot

if TYPE_CHECKING:
    from ledcal.values.finding import Finding
    from ledcal.values.pattern import Pattern

# The camera sees the wall's own colours, which are purer than declared, as `PRIMARIES`.
CARRY = CameraTransform(np.ones(3), WALL_TO_ACES @ np.linalg.inv(PRIMARIES), "test")
STAGE = Camera(
    vignetting=0.3, flare=0.015, disc_px=16.0, panel_spread=0.01, ambient=0.0003, rotation_deg=1.0
)


@cache
def pattern_of(layout: str) -> Pattern:
    return build_pattern("quick", layout, make_wall(960, 540))


def take(layout: str, camera: Camera, **changes: Any) -> list[FrameSamples]:
    """Shoot and sample a pattern, `only` some frames of it; `gains` are errors of exposure."""
    pattern = pattern_of(layout)
    gains, only = changes.get("gains", {}), changes.get("only")
    return [
        sample_frame(
            shoot(
                render(pattern, frame),
                pattern,
                camera,
                seed=frame.index,
                name=f"{frame.index:04d}.dng",
                gain=gains.get(frame.index, 1.0),
            ),
            known,
            walls=[(960, 540)],
        )
        for frame in pattern.frames
        if only is None or frame.index in only
    ]


def known(number: int) -> Pattern | None:
    found = [pattern_of("grid"), pattern_of("single")]
    return next((pattern for pattern in found if pattern.pattern_id == number), None)


@cache
def grid_take() -> tuple[FrameSamples, ...]:
    return tuple(take("grid", replace(STAGE, disc_px=8.0)))


def findings(measured: Combined) -> dict[str, Finding]:
    """What diagnosis says of the take."""
    return found_in(case_of(measured, CARRY, make_stage()))


def errors(measured: Combined, spread: float) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Peak of truth of each patch, and its largest error over that, up to one common scale."""
    table = measured.measurements
    light = eotf("ST 2084", table.code[:-1], peak_nits=1500.0) / 1500.0
    centre = panels(960, 540, spread, 99)[185:355, 328:632].mean(axis=(0, 1))
    truth = (light * centre) @ PRIMARIES.T
    seen = (table.camera - table.camera[-1])[:-1]
    scale = np.median((seen / truth)[truth > 0.02])
    top = truth.max(axis=1)
    return top, np.abs(seen / scale - truth).max(axis=1) / top


def test_grid_recovers_patches_through_panels_vignetting_and_flare() -> None:
    measured = combine(grid_take(), known, None)
    table = measured.measurements
    assert len(table) == 38 + 2
    assert table.kind[-2:] == ("anchor", "black")
    top, error = errors(measured, 0.01)
    assert float(np.sqrt((error[top > 0.05] ** 2).mean())) < 0.003
    assert error[top > 0.05].max() < 0.008
    assert np.median(error[(top > 0.001) & (top < 0.05)]) < 0.03
    assert findings(measured) == {}


@pytest.mark.parametrize(("layout", "limit"), [("grid", 0.002), ("single", 0.0005)])
def test_the_reference_is_the_central_tenth_of_the_wall(layout: str, limit: float) -> None:
    # Without flare nothing else is between wall and numbers: no scale is fitted.
    camera = replace(STAGE, panel_spread=0.08, flare=0.0, vignetting=0.0, disc_px=8.0)
    table = combine(take(layout, camera, only=range(20)), known, None).measurements
    grey = table.code.min(axis=1) == table.code.max(axis=1)
    grey &= (table.code[:, 0] > 0.4) & ((table.flags & 1) == 0)
    light = eotf("ST 2084", table.code[grey], peak_nits=1500.0) / 1500.0
    middle = panels(960, 540, 0.08, 99)[185:355, 328:632].mean(axis=(0, 1))
    seen = (table.camera[grey] - table.camera[-1]) / camera.exposure
    ratio = seen / ((light * middle) @ PRIMARIES.T)
    assert grey.sum() > 1
    np.testing.assert_allclose(np.median(ratio, axis=0), 1.0, atol=limit)


def test_without_flats_the_panels_stay_in_and_it_is_said() -> None:
    kept = [s for s in grid_take() if s.identity and s.identity.frame_index not in {1, 2, 3, 4}]
    measured = combine(kept, known, None)
    assert set(findings(measured)) == {"missing-frames", "no-flat-frames"}
    top, error = errors(measured, 0.01)
    assert error[top > 0.05].max() > 0.03


def test_a_missing_black_frame_is_a_finding() -> None:
    kept = [s for s in grid_take() if s.identity and s.identity.frame_index != 0]
    measured = combine(kept, known, None)
    assert set(findings(measured)) == {"missing-frames", "no-black-frame"}
    top, error = errors(measured, 0.01)
    assert error[top > 0.05].max() < 0.02


def test_order_and_doubles_do_not_matter() -> None:
    samples = list(grid_take())
    first = combine(samples, known, None)
    again = combine([*samples[::-1], *samples], known, None)
    np.testing.assert_allclose(again.measurements.camera, first.measurements.camera, rtol=1e-6)
    ratio = again.measurements.sigma[:30] / first.measurements.sigma[:30]
    assert 0.6 < float(np.median(ratio)) < 0.95


def test_single_recovers_patches_and_takes_out_a_trend() -> None:
    drift = {index: 1.0 + 0.02 * index / 36 for index in range(37)}
    camera = replace(STAGE, panel_spread=0.0, disc_px=8.0, width=720, height=480)
    measured = combine(take("single", camera, gains=drift), known, None)
    said = findings(measured)
    assert list(said) == ["warm-up-drift"]
    assert said["warm-up-drift"].severity == "warning"
    assert "changes by 2.0 / " in said["warm-up-drift"].seen
    top, error = errors(measured, 0.0)
    assert error[top > 0.05].max() < 0.006


def test_camera_values_go_through_the_matrix_and_so_do_their_errors() -> None:
    matrix = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.0, 0.3, 0.7]])
    transform = CameraTransform(np.array([2.0, 1.0, 1.5]), matrix, "test")
    plain = combine(grid_take(), known, None).measurements
    moved = combine(grid_take(), known, transform).measurements
    full = matrix * np.array([2.0, 1.0, 1.5])
    np.testing.assert_allclose(moved.camera, plain.camera @ full.T)
    np.testing.assert_allclose(moved.sigma**2, plain.sigma**2 @ (full**2).T)


def test_mirrored_takes_are_measured_and_said() -> None:
    measured = combine(take("grid", replace(STAGE, is_mirrored=True, disc_px=8.0)), known, None)
    assert list(findings(measured)) == ["mirrored"]
    top, error = errors(measured, 0.01)
    assert error[top > 0.05].max() < 0.01


def test_junk_and_unread_files_are_findings() -> None:
    junk = sample_frame(photograph(np.full((540, 960, 3), 0.2), STAGE, name="junk"), known)
    unread = [(Path("cut.dng"), LedcalError("cut"))]
    measured = combine([*grid_take(), junk], known, None, unread=unread)
    found = {name: finding.frames for name, finding in findings(measured).items()}
    assert found == {"unreadable-frames": ("cut.dng",), "unidentified-frames": ("junk",)}


def test_holiday_pictures_are_refused() -> None:
    junk = sample_frame(photograph(np.full((540, 960, 3), 0.2), STAGE), known)
    with pytest.raises(CaptureError, match="marks of a ledcal pattern"):
        combine([junk, junk], known, None)


def test_black_frames_are_refused() -> None:
    frame = photograph(np.zeros((540, 960, 3)), Camera())
    with pytest.raises(CaptureError, match="all 1 frames are black"):
        combine([sample_frame(frame, known)], known, None)


def test_white_frames_are_refused() -> None:
    frame = photograph(np.full((540, 960, 3), 9.0), Camera(fill=1.2))
    with pytest.raises(CaptureError, match="clipped"):
        combine([sample_frame(frame, known)], known, None)


def test_another_pattern_is_named() -> None:
    samples = list(grid_take()[:2])
    with pytest.raises(CaptureError, match=r"quick grid \([0-9a-f]{4}\)"):
        combine(samples, lambda _: None, None)


def test_overexposed_takes_are_refused_with_the_stops() -> None:
    camera = replace(STAGE, exposure=60.0, disc_px=8.0, ambient=0.0, panel_spread=0.0)
    measured = combine(take("grid", camera), known, None)
    numbers = measured.evidence.frames.numbers.tolist()
    with pytest.raises(CaptureError, match="stops"):
        require_usable(measured.pattern, measured.measurements, numbers)


def test_a_few_saturated_patches_are_flagged() -> None:
    camera = replace(STAGE, exposure=1.6, disc_px=8.0)
    measured = combine(take("grid", camera), known, None)
    assert "saturated-patches" in findings(measured)
    flagged = measured.measurements.code[(measured.measurements.flags & 1) > 0]
    assert flagged.max(axis=1).min() > 0.7


def test_too_few_patches_are_refused() -> None:
    kept = [s for s in grid_take() if s.identity and s.identity.frame_index < 5]
    measured = combine(kept, known, None)
    with pytest.raises(CaptureError, match="only 0 patches could be measured") as caught:
        require_usable(measured.pattern, measured.measurements, [0, 1, 2, 3, 4])
    assert "'ledcal patterns OUT --plan plan.json --only 5'" in str(caught.value)


def test_a_drift_pattern_is_not_for_fitting() -> None:
    measured = combine(list(grid_take()), known, None)
    drift = build_pattern("drift", "grid", make_wall(960, 540))
    with pytest.raises(CaptureError, match="'ledcal drift check CAPTURES --profile PROFILE'"):
        require_usable(drift, measured.measurements, [0, 1, 2])
