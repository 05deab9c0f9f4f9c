"""A take of the drift pattern as numbers: patches, black, evenness, where the wall stands."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.colorimetry.transfer import eotf
from ledcal.errors import CaptureError
from ledcal.measure import FrameSamples, sample_frame
from ledcal.measure.drift_take import measure_drift
from ledcal.measure.samples import uneven_points
from ledcal.pattern import build_pattern, render
from ledcal.values.evidence import Ripple
from ledcal.values.frame import Exposure
from ledcal.values.marks import build_marks_layout
from tests.measure.camera import PRIMARIES, Camera, make_wall, panels, shoot

if TYPE_CHECKING:
    from ledcal.values.pattern import Pattern
    from ledcal.values.reading import DriftReading

WALL = (960, 540)
STAGE = Camera(
    width=720, height=480, disc_px=6.0, vignetting=0.3, flare=0.01, ambient=0.0005, rotation_deg=1.0
)
PATTERN = build_pattern("drift", "grid", make_wall(*WALL))


def known(number: int) -> Pattern | None:
    quick = build_pattern("quick", "grid", make_wall(*WALL))
    return next((one for one in (PATTERN, quick) if one.pattern_id == number), None)


@cache
def take(camera: Camera = STAGE, seed: int = 0) -> tuple[FrameSamples, ...]:
    """The three frames."""
    return tuple(
        sample_frame(
            shoot(
                render(PATTERN, frame),
                PATTERN,
                camera,
                seed=10 * seed + frame.index,
                name=f"{frame.index:04d}.dng",
            ),
            known,
            walls=[WALL],
        )
        for frame in PATTERN.frames
    )


@cache
def reading(camera: Camera = STAGE, seed: int = 0) -> DriftReading:
    return measure_drift(take(camera, seed), known)


def changed(**values: Any) -> list[FrameSamples]:
    """Every frame of the take with something else in it."""
    return [replace(frame, **values) for frame in take()]


def test_every_patch_is_there_with_its_code() -> None:
    found = reading()
    shown = [
        patch for patch in PATTERN.frames[2].patches if patch.kind.value not in {"dark", "flat"}
    ]
    assert found.code.tolist() == [patch.code.tolist() for patch in shown]
    assert len(found.code) == 10
    assert found.pattern_id == PATTERN.pattern_id
    assert (found.wall_px, found.picture_px) == (WALL, (720, 480))
    assert (found.space, found.camera_model) == ("camera", "Test")
    assert np.isfinite(found.light).all()


def test_light_is_that_of_the_wall_without_glare_black_and_fall_off() -> None:
    found = reading()
    level = eotf("ST 2084", found.code, peak_nits=1500.0) / 1500.0
    truth = STAGE.exposure * level @ PRIMARIES.T
    scale = np.median(found.light[3:8] / truth[3:8])
    assert scale == pytest.approx(1.0, abs=0.02)
    off = found.light / scale - truth
    assert np.abs(off).max() < 0.004 * truth.max(), "of white"
    greys = level.min(axis=1) > 0.02
    assert np.abs(off / truth)[greys].max() < 0.01, "of itself"


def test_errors_are_as_large_as_two_takes_differ() -> None:
    many = [reading(STAGE, seed) for seed in range(4)]
    spread = np.std([one.light for one in many], axis=0, ddof=1)
    stated = np.mean([one.sigma for one in many], axis=0)
    assert 0.4 < np.median(spread / stated) < 1.6
    assert stated.min() > 0.0
    even = np.std([one.even for one in many], axis=0, ddof=1)
    # Here several points of a place meet one photosite, and count as several.
    assert 0.5 < np.nanmedian(even / many[0].even_sigma) < 2.2


def test_black_is_that_of_the_walls_middle() -> None:
    found = reading()
    np.testing.assert_allclose(found.black, STAGE.exposure * 0.0005, rtol=0.15)
    assert (found.black_sigma > 0.0).all()
    assert (found.black_sigma < 0.05 * found.black).all()
    more = reading(replace(STAGE, ambient=0.001))
    np.testing.assert_allclose(more.black - found.black, STAGE.exposure * 0.0005, rtol=0.1)


def test_places_cover_the_wall_and_show_its_cabinets() -> None:
    plain, odd = reading(), reading(replace(STAGE, panel_spread=0.05))
    points, n_flat = uneven_points(*WALL)
    assert plain.n_flat == n_flat
    assert len(plain.places) == len(points) + 96
    np.testing.assert_allclose(plain.places[: len(points)], points.mean(axis=1))
    assert plain.places.min() > 0.0
    assert (plain.places < WALL).all()
    assert np.isfinite(plain.even[:n_flat]).all()
    lit = np.isfinite(plain.even[-96:, 1])
    assert 48 <= lit.sum() < 96, "of each bit one cell, or the other, or in some frames each"
    # What became of each place is what became of its cabinet.
    gains = panels(*WALL, 0.05, 99)
    x, y = plain.places[:n_flat].round().astype(int).T
    light = eotf("ST 2084", np.full(3, 0.25), peak_nits=1.0)
    truth = (light * gains[y, x]) @ PRIMARIES.T / (light @ PRIMARIES.T)
    found = odd.even[:n_flat] / plain.even[:n_flat]
    size = max(8, round(min(WALL) / 6))
    corner = np.stack([x, y], axis=1) % size
    inner = ((corner > 12) & (corner < size - 12)).all(axis=1)
    off = (found / truth)[inner]
    assert np.abs(off / np.median(off, axis=0) - 1.0).max() < 0.02
    assert np.std(found[:, 0]) > 0.02, "there was something to see"


def test_light_of_the_room_is_no_unevenness() -> None:
    dark, lit = reading(), reading(replace(STAGE, ambient=0.02))
    ratio = (lit.even / dark.even)[: dark.n_flat]
    np.testing.assert_allclose(np.median(ratio, axis=0), 1.0, atol=0.002)


def test_the_outline_is_where_the_wall_stands() -> None:
    found = reading()
    right, bottom = WALL[0] - 0.5, WALL[1] - 0.5
    x, y = (right - 0.5) / 2, (bottom - 0.5) / 2
    wall = [(-0.5, -0.5), (x, -0.5), (right, -0.5), (right, y)]
    wall += [(right, bottom), (x, bottom), (-0.5, bottom), (-0.5, y)]
    truth = STAGE.view(*WALL).to_frame(np.array(wall))
    assert np.abs(found.outline - truth).max() < 0.5


def test_exposure_is_what_the_settings_ask_for() -> None:
    assert reading().exposure == pytest.approx(0.02 / 4.0**2 * 400.0)
    assert np.isnan(measure_drift(changed(exposure=Exposure()), known).exposure)
    first, *others = take()
    some = [replace(first, exposure=Exposure()), *others]
    assert np.isnan(measure_drift(some, known).exposure), "one file does not say it"
    np.testing.assert_allclose(reading().neutral, [0.6, 1.0, 0.7])
    assert np.isnan(measure_drift(changed(colour=None), known).neutral).all()


def test_the_earliest_frame_says_when() -> None:
    times = ["2026-01-31T10:00:02", "2026-01-31T10:00:00", ""]
    frames = [
        replace(frame, exposure=replace(frame.exposure, when=when))
        for frame, when in zip(take(), times, strict=True)
    ]
    assert measure_drift(frames, known).when == times[1]
    assert reading().when == ""


def test_the_order_of_the_files_does_not_matter_and_doubles_are_averaged() -> None:
    twice = [*take(), *(replace(frame, name=f"b{frame.name}") for frame in take(STAGE, 1))]
    found, backwards = measure_drift(twice, known), measure_drift(twice[::-1], known)
    np.testing.assert_allclose(found.light, backwards.light, rtol=1e-9)
    both = [reading(STAGE, 0), reading(STAGE, 1)]
    np.testing.assert_allclose(
        found.light[:8], np.mean([one.light[:8] for one in both], axis=0), rtol=0.001, atol=1e-5
    )
    assert np.median(found.sigma / both[0].sigma) == pytest.approx(0.71, abs=0.1)
    assert np.median(found.even_sigma[:50] / both[0].even_sigma[:50]) == pytest.approx(
        0.71, abs=0.1
    )


def test_ripples_count_only_where_they_are_clear() -> None:
    black, flat, patches = take()

    def seen(*ripples: Ripple) -> float:
        return measure_drift([black, replace(flat, ripples=ripples), patches], known).ripple

    clear, faint = Ripple("f", 0.02, 9.0, 0.0, 3.0), Ripple("f", 0.05, 9.0, 0.0, 1.2)
    assert seen(faint) == 0.0
    assert seen(faint, clear) == 0.02


def test_a_chart_is_passed_on() -> None:
    light = np.array([0.1, 0.2, 0.15])
    assert measure_drift(take(), known, chart=light).chart.tolist() == light.tolist()
    assert np.isnan(reading().chart).all()


def test_a_patch_that_is_clipped_has_no_light() -> None:
    found = reading(replace(STAGE, exposure=1.3))
    level = eotf("ST 2084", found.code, peak_nits=1500.0).min(axis=1) / 1500.0
    assert np.isnan(found.light[level > 0.99]).all()
    assert np.isfinite(found.light[level < 0.3]).all()


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ((0, 1), "of the drift pattern's 3 frames 2 is missing or could not be used"),
        ((0, 2), "3 frames 1 is missing"),
        ((1, 2), "3 frames 0 is missing"),
        ((1,), "3 frames 0,2 are missing"),
    ],
)
def test_a_frame_that_is_missing_is_named(kept: tuple[int, ...], words: str) -> None:
    with pytest.raises(CaptureError) as caught:
        measure_drift([take()[index] for index in kept], known)
    assert words in str(caught.value)
    assert "shoot all of them again" in str(caught.value)


def test_another_pattern_is_refused_with_what_to_type() -> None:
    pattern = build_pattern("quick", "grid", make_wall(*WALL))
    frame = pattern.frames[1]
    shot = shoot(render(pattern, frame), pattern, STAGE, name="q.dng")
    samples = [sample_frame(shot, known, walls=[WALL])]
    with pytest.raises(CaptureError) as caught:
        measure_drift(samples, known)
    assert "show the pattern quick grid, not the drift pattern" in str(caught.value)
    assert "ledcal patterns DIR --set drift" in str(caught.value)


def test_files_that_could_not_be_read_do_not_stop_a_whole_take() -> None:
    unread = [(Path("x.dng"), CaptureError("x.dng: cut short"))]
    found = measure_drift(take(), known, unread=unread)
    assert found.light.tolist() == reading().light.tolist()


def test_points_lie_in_what_is_lit() -> None:
    for size in (WALL, (1920, 1080), (1080, 1920), (400, 300)):
        points, n_flat = uneven_points(*size)
        layout = build_marks_layout(*size)
        content = layout.content
        tiles = points[:n_flat].reshape(-1, 2)
        assert (tiles > [content.x - 0.5, content.y - 0.5]).all()
        assert (tiles < [content.x + content.width, content.y + content.height]).all()
        for place in points[n_flat:]:
            inside = [
                (place >= [one.x - 0.5, one.y - 0.5]).all()
                and (place <= [one.x + one.width - 0.5, one.y + one.height - 0.5]).all()
                for one in layout.fiducials
            ]
            assert sum(inside) == 1
        assert not points.flags.writeable
        picture = render(PATTERN, PATTERN.frames[0])[..., 1] if size == WALL else None
        if picture is not None:
            x, y = points[n_flat:].reshape(-1, 2).round().astype(int).T
            assert (picture[y, x] > 0).all(), "the fiducials' lit modules"
