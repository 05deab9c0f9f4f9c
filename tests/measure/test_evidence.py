"""What a take shows of how it was shot, against what was done to it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.transfer import eotf
from ledcal.measure import FrameSamples, combine, sample_frame
from ledcal.measure.evidence import strip_gains
from ledcal.measure.samples import field_points
from ledcal.pattern import build_pattern, render
from ledcal.values.frame import Exposure
from ledcal.values.marks import build_marks_layout
from ledcal.values.pattern import FrameKind, PatchKind
from tests.measure.camera import PRIMARIES, Camera, make_wall, panels, shoot

if TYPE_CHECKING:
    from ledcal.values.evidence import TakeEvidence
    from ledcal.values.pattern import Pattern, PatternFrame

SIZES = {"landscape": (640, 360), "portrait": (360, 640)}
PLAIN = Camera(width=720, height=480, disc_px=6.0, ambient=0.0005, electrons=200000.0)
TALL = replace(PLAIN, width=480, height=720)


@cache
def pattern_of(size: str = "landscape") -> Pattern:
    return build_pattern("quick", "grid", make_wall(*SIZES[size]))


def known(number: int) -> Pattern | None:
    return next((p for p in map(pattern_of, SIZES) if p.pattern_id == number), None)


@cache
def sampled(camera: Camera, index: int, gain: float = 1.0, size: str = "landscape") -> FrameSamples:
    pattern = pattern_of(size)
    image = render(pattern, pattern.frames[index])
    frame = shoot(image, pattern, camera, seed=index, name=f"{index:04d}.dng", gain=gain)
    return sample_frame(frame, known, walls=[SIZES[size]])


def take(camera: Camera, size: str = "landscape") -> list[FrameSamples]:
    return [sampled(camera, frame.index, size=size) for frame in pattern_of(size).frames]


@cache
def evidence(camera: Camera, size: str = "landscape") -> TakeEvidence:
    return combine(take(camera, size), known, None).evidence


def flat() -> PatternFrame:
    """The grey flat frame."""
    frames = [f for f in pattern_of().frames if f.kind is FrameKind.FLAT]
    return min(frames, key=lambda frame: float(np.ptp(frame.patches[0].code)))


def test_strip_gains_are_those_of_the_camera() -> None:
    frames = take(PLAIN)
    frames[2] = sampled(PLAIN, 2, 1.04)
    frames[4] = sampled(replace(PLAIN, gains=(0.97, 1.0, 1.05)), 4)
    gain, error = strip_gains(pattern_of(), frames)
    wanted = np.ones((len(frames), 3))
    wanted[2], wanted[4] = 1.04, (0.97, 1.0, 1.05)
    np.testing.assert_allclose(gain, wanted, atol=0.004)
    assert (np.abs(gain - wanted) < 6.0 * error).all()
    assert (error < 0.003).all()


def test_strip_gains_are_not_moved_by_what_else_is_lit() -> None:
    """Ambient light, flare and the patches of a frame are in both cells of a pair."""
    room = replace(PLAIN, ambient=0.02, flare=0.04, vignetting=0.4)
    gain, _ = strip_gains(pattern_of(), take(room))
    np.testing.assert_allclose(gain, 1.0, atol=0.012)


def test_frames_without_numbers_have_no_gain() -> None:
    frames = take(PLAIN)
    frames[3] = replace(frames[3], columns=None)
    gain, _ = strip_gains(pattern_of(), frames[:3] + frames[4:])
    assert np.isfinite(gain).all()


def test_columns_are_what_the_frames_say() -> None:
    frames = take(PLAIN)
    frames[1] = replace(frames[1], exposure=Exposure(1 / 96, 4.0, 400.0))
    twice = [*frames, replace(sampled(PLAIN, 5), name="again.dng")]
    columns = combine(twice[::-1], known, None).evidence.frames
    assert columns.numbers.tolist() == sorted([*range(len(frames)), 5])
    assert columns.names.count("again.dng") == 1
    assert columns.exposures[1].time_s == 1 / 96
    assert [e.time_s for e in columns.exposures].count(0.02) == len(frames)
    np.testing.assert_allclose(columns.neutral, np.tile([0.6, 1.0, 0.7], (len(twice), 1)))
    assert columns.outside.max() == 0.0
    assert columns.clipped.max() == 0.0
    # Of a black frame the marks are the brightest, of the last the brightest patch.
    assert columns.brightest[0] < 0.06
    assert columns.brightest.argmax() == 5
    # A disc of 6 wall pixels has a standard deviation of a quarter of it; photosites add theirs.
    assert 1.5 < np.median(columns.blur_px) < 2.1
    # The view is that of the camera.
    wanted = PLAIN.view(640, 360).homography
    np.testing.assert_allclose(columns.homography[2] / columns.homography[2, 2, 2], wanted, atol=1)


def test_the_mean_light_of_the_wall_is_that_of_its_patches() -> None:
    pattern, columns = pattern_of(), evidence(PLAIN).frames
    for frame in pattern.frames[1:]:
        light, flat_light = 0.0, 0.0
        for patch in frame.patches:
            lit = eotf("ST 2084", patch.code[None], peak_nits=1500.0)[0] / 1500.0 @ PRIMARIES[1]
            if patch.kind is PatchKind.FLAT:
                flat_light = float(lit)
            # A flat has dark places in it.
            seen = float(lit) if patch.kind is not PatchKind.DARK else -flat_light
            light += PLAIN.exposure * seen * patch.region.width * patch.region.height
        wanted = light / (pattern.width_px * pattern.height_px)
        assert columns.mean_light[frame.index] == pytest.approx(wanted, rel=0.05, abs=0.001)
    assert columns.mean_light[0] == pytest.approx(0.0, abs=0.002)


def test_peak_and_black_are_the_walls() -> None:
    light = evidence(PLAIN).light
    neutral = [p for f in pattern_of().frames for p in f.patches if p.kind is PatchKind.NEUTRAL]
    code = max(neutral, key=lambda patch: float(patch.code.min())).code
    lit = eotf("ST 2084", code, peak_nits=1500.0) / 1500.0 @ PRIMARIES.T
    np.testing.assert_allclose(light.peak, PLAIN.exposure * lit, rtol=0.01)
    np.testing.assert_allclose(light.black, PLAIN.exposure * PLAIN.ambient, rtol=0.2)


def test_without_black_frames_black_is_not_known() -> None:
    light = combine(take(PLAIN)[1:], known, None).evidence.light
    assert np.isnan(light.black).all()
    assert np.isfinite(light.peak).all()


def test_the_veil_goes_with_the_flare() -> None:
    """Light that the lens spreads, over the mean light of the wall: the wall's part of the view."""
    veils = [evidence(replace(PLAIN, flare=flare)).light.veil for flare in (0.0, 0.03, 0.06)]
    assert veils[0] == pytest.approx(0.0, abs=0.002)
    assert veils[2] - veils[0] == pytest.approx(2.0 * (veils[1] - veils[0]), rel=0.1)
    x, y = PLAIN.view(640, 360).to_frame(np.array([[0.0, 0.0], [640.0, 360.0]])).T
    share = float(np.ptp(x) * np.ptp(y)) / (PLAIN.width * PLAIN.height)
    # 70 % of the spread light is even over the picture, the rest is stronger on the wall.
    assert 0.7 * 0.06 * share < veils[2] < 1.2 * 0.06


@pytest.mark.parametrize("size", SIZES)
def test_fields_are_flat_where_the_wall_is_and_hide_what_is_dark(size: str) -> None:
    camera = PLAIN if size == "landscape" else TALL
    fields = evidence(camera, size).light.fields
    pattern = pattern_of(size)
    flats = [f for f in pattern.frames if f.kind is FrameKind.FLAT]
    assert len(fields) == len(flats)
    points = field_points(pattern.width_px, pattern.height_px).mean(axis=2)
    dark = [p.region for f in flats for p in f.patches if p.kind is PatchKind.DARK]
    margin = build_marks_layout(pattern.width_px, pattern.height_px).module_px
    grey = fields[0]
    assert grey.shape[:2] == points.shape[:2]
    known_tiles = np.isfinite(grey).all(axis=2)
    assert 0.4 < known_tiles.mean() < 1.0
    np.testing.assert_allclose(grey[known_tiles], 1.0, atol=0.03)
    for box in dark:
        inside = (points >= [box.x, box.y]).all(axis=2)
        inside &= (points < [box.x + box.width, box.y + box.height]).all(axis=2)
        assert not (inside & known_tiles).any()
    low, high = points[known_tiles].min(axis=0), points[known_tiles].max(axis=0)
    assert (low > margin).all()
    assert (high < np.array(SIZES[size]) - margin).all()


def test_fields_show_cabinets_and_fall_off() -> None:
    camera = replace(PLAIN, panel_spread=0.05, vignetting=0.3)
    field = evidence(camera).light.fields[0]
    points = field_points(640, 360)
    cabinet = panels(640, 360, 0.05, 99)
    view = camera.view(640, 360)
    code = flat().patches[0].code
    light = eotf("ST 2084", code, peak_nits=1500.0) / 1500.0
    size = np.array([camera.width, camera.height])
    r2 = (((view.to_frame(points) - (size - 1) / 2) / np.hypot(*(size - 1) / 2)) ** 2).sum(axis=-1)
    x, y = np.rint(points).astype(int).transpose(3, 0, 1, 2)
    seen = (cabinet[y, x] * light) @ PRIMARIES.T * (1.0 - camera.vignetting * r2)[..., None]
    wanted = seen.mean(axis=2)
    rows, columns = wanted.shape[:2]
    middle = wanted[rows // 3 : -(rows // 3), columns // 3 : -(columns // 3)].reshape(-1, 3)
    wanted /= np.median(middle, axis=0)
    good = np.isfinite(field)
    off = (field / wanted)[good]
    # The middle is another set of tiles: a common factor is left.
    assert np.std(np.log(off)) < 0.012
    assert np.std(np.log(wanted[good])) > 0.04
    assert np.median(off) == pytest.approx(1.0, abs=0.04)


def test_raws_and_pictures_are_told_apart() -> None:
    assert evidence(PLAIN).is_raw
    pictures = [replace(frame, space="ACES2065-1") for frame in take(PLAIN)]
    found = combine(pictures, known, None).evidence
    assert not found.is_raw
    assert found.frame_px == (720, 480)
    assert found.pattern.pattern_id == pattern_of().pattern_id
    assert found.sorting.n_used == len(pictures)
