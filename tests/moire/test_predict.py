"""What is to be expected of a stage: worked examples, laws of scale, safe places by brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.errors import InputError
from ledcal.files.stage import parse_stage
from ledcal.moire.advise import advise
from ledcal.moire.contrast import contrast
from ledcal.moire.rig import Rig, order_frequency
from ledcal.moire.risk import expect, expected_lines, frame_points, risk, risks, seen_of
from ledcal.moire.safe import (
    blur_null,
    changed,
    dangers,
    focal_of,
    risk_map,
    safe_bands,
    setting,
    sufficient_focus,
    sufficient_stop,
)
from ledcal.moire.setup import rig_of_stage
from ledcal.moire.visibility import visibility
from ledcal.values.prediction import DISTANCE, FOCAL, FOCUS, STOP, Band

S35 = Rig(
    pitch_mm=2.3,
    focal_mm=35.0,
    photosite_mm=0.006075,
    distance_mm=8000.0,
    fill=0.4,
    olpf_px=0.6,
    lens_sigma_px=0.3,
    width_px=4608,
    height_px=3164,
)
LARGE = replace(
    S35, photosite_mm=0.00825, pitch_mm=1.5, focal_mm=50.0, width_px=4448, height_px=3096
)


def random_rig(seed: int) -> Rig:
    """Some wall, camera and lens, focused somewhere before the wall."""
    rng = np.random.default_rng(seed)
    rig = Rig(
        pitch_mm=rng.uniform(1.2, 4.0),
        focal_mm=rng.uniform(20.0, 90.0),
        photosite_mm=rng.uniform(0.003, 0.009),
        distance_mm=rng.uniform(4000.0, 12000.0),
        f_stop=rng.uniform(1.4, 5.6),
        fill=rng.uniform(0.2, 0.7),
        olpf_px=rng.uniform(0.0, 0.8),
        wavelength_nm=550.0,
        roll_deg=rng.uniform(0.0, 3.0),
    )
    return replace(rig, focus_mm=rig.distance_mm * rng.uniform(0.4, 0.8))


# u, colour of the worst order (1, 0), period in photosites, visibility with the contrast taken for
# light and dark whatever its colour, blur in pitches that is enough then.
@pytest.mark.parametrize(
    ("rig", "u", "colour", "period", "seen", "blur"),
    [
        (S35, 0.60, "red-blue", 10.0, 137.0, 11.5),
        (replace(S35, distance_mm=12000.0), 0.90, "luminance", 10.3, 4.0, 1.1),
        (LARGE, 0.87, "luminance", 8.0, 3.0, 0.9),
    ],
)
def test_worked_examples(
    rig: Rig, u: float, colour: str, period: float, seen: float, blur: float
) -> None:
    assert rig.led_frequency == pytest.approx(u, abs=0.006)
    line = next(line for line in expected_lines(rig) if line.colour == colour)
    assert line.order in {(1, 0), (0, 1)}
    assert line.kind == "moire"
    assert line.period_photosites == pytest.approx(period, rel=0.02)

    def all_grey(at: Rig) -> float:
        amount = contrast(at, [1, 0], order_frequency(at, [1, 0]), is_guaranteed=True)
        return float(visibility(amount, line.period_px, "luminance", rows=at.rows_delivered))

    # The digits that were printed.
    assert all_grey(rig) == pytest.approx(seen, rel=0.12)
    aperture = rig.focal_mm / rig.f_stop
    focus = rig.distance_mm / (1.0 + blur * rig.pitch_mm / aperture)
    # The example's envelope is a little above ours where the blur is small.
    assert 0.5 < all_grey(replace(rig, focus_mm=focus)) < 1.1


def test_the_focus_that_is_enough_is_on_the_safe_side_and_no_nearer() -> None:
    for rig in (S35, replace(S35, distance_mm=12000.0), LARGE):
        focus = sufficient_focus(rig)
        assert focus is not None
        nearer = focus * np.array([1.0, 0.9, 0.7, 0.5])
        assert (risks([changed(rig, FOCUS, value) for value in nearer])[0] < 1.0).all()
        assert risk(changed(rig, FOCUS, focus * 1.01))[0] >= 1.0


def test_the_stop_that_is_enough() -> None:
    rig = replace(S35, distance_mm=12000.0, focus_mm=11000.0)
    stop = sufficient_stop(rig)
    assert stop is not None
    assert risk(changed(rig, STOP, stop))[0] < 1.0 <= risk(changed(rig, STOP, stop * 1.02))[0]
    assert sufficient_stop(replace(rig, focus_mm=None)) is None


def test_what_is_not_given_is_worse() -> None:
    assert risk(replace(S35, olpf_px=0.0))[0] > risk(S35)[0]
    blurred = replace(S35, focus_mm=5000.0)
    assert risk(blurred)[0] < risk(S35)[0]


def test_colour_is_of_red_and_blue_and_light_and_dark_is_of_green() -> None:
    lines = {(line.order, line.colour): line for line in expected_lines(S35)}
    fringes, dark = lines[(1, 0), "red-blue"], lines[(1, 0), "luminance"]
    assert fringes.reciprocal == (0.5, 0.0)
    assert dark.reciprocal == (1.0, 0.0)
    u = S35.led_frequency
    assert fringes.period_photosites == pytest.approx(1 / (u - 0.5))
    assert dark.period_photosites == pytest.approx(1 / (1 - u))
    # The same contrast, of green alone, but for what scaling does to finer fringes.
    scale = 2160 / 3164
    left = [np.sinc((u - 0.5) / scale), np.sinc((1 - u) / scale)]
    assert dark.contrast / fringes.contrast == pytest.approx(0.7152 * left[1] / left[0], rel=1e-6)


def test_leds_that_are_resolved_are_the_grid() -> None:
    lines = expected_lines(replace(S35, distance_mm=2500.0))
    first = next(line for line in lines if line.order == (1, 0))
    assert (first.kind, first.colour, first.reciprocal) == ("grid", "luminance", (0.0, 0.0))
    assert first.period_photosites == pytest.approx(1 / 0.18784, rel=0.01)


def test_scaling_is_a_second_sampling() -> None:
    rig = replace(S35, distance_mm=4000.0, rows_delivered=3164)
    half = replace(rig, rows_delivered=1080)
    points = frame_points(rig)
    whole, scaled = expect(rig, points), expect(half, points)
    row = int(np.argmax(whole.contrast[:, 0]))
    scale = 1080 / 3164
    frequency = whole.seen[row, 0] / scale
    assert np.abs(frequency).max() > 0.5, "the case is to fold"
    assert scaled.is_folded[row, 0]
    folded = frequency - np.round(frequency)
    assert scaled.period_px[row, 0] == pytest.approx(1 / np.hypot(*folded))
    gain = np.abs(np.sinc(frequency)).prod()
    assert scaled.contrast[row, 0] == pytest.approx(gain * whole.contrast[row, 0])


def test_a_squeezed_picture_is_delivered_wide() -> None:
    rig = replace(S35, squeeze=2.0, rows_delivered=3164)
    line = next(line for line in expected_lines(rig) if line.order == (1, 0))
    assert line.period_px == pytest.approx(2 * line.period_photosites)


def test_distance_and_focal_length_are_one_question() -> None:
    for danger in dangers(S35):
        assert changed(S35, DISTANCE, danger.distance_m).led_frequency == pytest.approx(danger.u)
        assert changed(S35, FOCAL, danger.focal_mm).led_frequency == pytest.approx(danger.u)
    near = replace(S35, focus_mm=4000.0)
    for danger in dangers(near):
        assert changed(near, DISTANCE, danger.distance_m).led_frequency == pytest.approx(danger.u)
        assert changed(near, FOCAL, danger.focal_mm).led_frequency == pytest.approx(danger.u)
    assert focal_of(S35, 0.5, 8.0) == pytest.approx(2 * focal_of(S35, 1.0, 8.0), rel=0.01)


def test_twice_the_wall_twice_as_far_is_the_same_picture() -> None:
    # But for the lens, which focuses a little closer to its focal length.
    twice = replace(S35, pitch_mm=4.6, distance_mm=16000.0 - S35.focal_mm)
    assert twice.led_frequency == pytest.approx(S35.led_frequency)
    assert risk(twice)[0] == pytest.approx(risk(S35)[0], rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("what", [DISTANCE, FOCAL])
def test_safe_bands_by_brute_force(seed: int, what: str) -> None:
    rig = random_rig(seed)
    now = setting(rig, what)
    searched = Band(now / 1.6, now * 1.6)
    bands = safe_bands(rig, what, searched)
    rng = np.random.default_rng(seed + 100)
    anywhere = rng.uniform(searched.low, searched.high, 100)
    bound, _ = risks([changed(rig, what, float(value)) for value in anywhere])
    is_inside = np.array([any(value in band for band in bands) for value in anywhere])
    assert (bound[is_inside] < 1.0).all()
    # Outside it is visible, there or within a hundredth: narrower bands are not offered.
    for value in anywhere[~is_inside][:15]:
        near = value * np.linspace(0.99, 1.01, 21)
        assert risks([changed(rig, what, float(x)) for x in near])[0].max() >= 1.0


def test_some_bands_were_there_to_be_tested() -> None:
    found = 0
    for seed in range(4):
        rig = random_rig(seed)
        now = setting(rig, DISTANCE)
        found += bool(safe_bands(rig, DISTANCE, Band(now / 1.6, now * 1.6)))
    assert 2 <= found <= 4


@pytest.mark.parametrize("yaw", [12.0, 35.0])
def test_an_oblique_wall_is_judged_all_over_the_picture(yaw: float) -> None:
    rig = replace(S35, yaw_deg=yaw, focus_mm=5000.0)
    bands = safe_bands(rig, DISTANCE, Band(6.0, 20.0))
    assert bands
    rng = np.random.default_rng(9)
    for band in bands:
        for far in rng.uniform(band.low, band.high, 5):
            at = changed(rig, DISTANCE, float(far))
            points = rng.uniform(0, [at.width_px - 1, at.height_px - 1], (400, 2))
            assert seen_of(at, expect(at, points), is_bound=True).max() < 1.1


def test_an_oblique_wall_passes_through_the_worst_frequency_somewhere() -> None:
    rig = replace(S35, yaw_deg=30.0)
    line = next(line for line in expected_lines(rig) if line.colour == "red-blue")
    middle = ((rig.width_px - 1) / 2, (rig.height_px - 1) / 2)
    assert line.at_px != middle
    assert risk(rig)[0] > risk(S35)[0]


def test_blur_grows_with_the_depth_of_an_oblique_wall() -> None:
    rig = replace(S35, yaw_deg=40.0, focus_mm=None)
    points = np.array([[0.0, 1581.5], [2303.5, 1581.5], [4607.0, 1581.5]])
    expected = expect(rig, points)
    sharp = expect(replace(rig, f_stop=1e6), points)
    left = expected.bound[20] / sharp.bound[20]
    assert left[1] == pytest.approx(1.0, abs=1e-3)
    assert max(left[0], left[2]) < 0.9


def test_wall_behind_the_camera_shows_nothing() -> None:
    rig = replace(S35, yaw_deg=75.0)
    expected = expect(rig, frame_points(rig))
    assert np.isfinite(expected.bound).all()
    assert (expected.bound.max(axis=0) == 0).any()
    assert (expected.bound.max(axis=0) > 0).any()


@pytest.mark.parametrize("seed", range(10, 12))
def test_every_advice_is_what_is_left_after_it(seed: int) -> None:
    rig = replace(random_rig(seed), f_stop=4.0)
    advice = advise(rig)
    assert (advice.visibility_bound, advice.visibility) == risk(rig)
    assert advice.is_safe == (not advice.visibility_bound >= 1.0)
    for change in advice.changes:
        assert change.before == setting(rig, change.what)
        after = risk(changed(rig, change.what, change.after))[0]
        # What only helps is judged by the worst within a hundredth.
        assert change.visibility == pytest.approx(after) or not change.is_enough
        assert change.visibility >= after * 0.999
        assert change.is_enough == (change.visibility < 1.0)
        assert change.visibility < advice.visibility_bound
    enough = [change.effort for change in advice.changes if change.is_enough]
    assert enough == sorted(enough)


def test_advice_for_a_wall_in_focus() -> None:
    advice = advise(S35)
    assert not advice.is_safe
    assert {FOCUS, DISTANCE} <= {change.what for change in advice.changes if change.is_enough}
    assert STOP not in {change.what for change in advice.changes}
    stricter = advise(S35, limit=0.3)
    focus = [
        next(change.after for change in each.changes if change.what == FOCUS)
        for each in (advice, stricter)
    ]
    assert focus[1] < focus[0]
    assert advise(changed(S35, FOCUS, focus[0])).changes == ()


def test_where_two_rasters_coincide_is_no_place_to_stand() -> None:
    # At u = 1 on the hair the fringes are wider than the picture: a centimetre, and they are back.
    there = changed(S35, DISTANCE, dangers(S35)[-1].distance_m)
    assert risk(there)[0] < 1.0
    places = advise(S35, distances_m=Band(7.0, 14.5)).changes
    for place in places:
        if place.what == DISTANCE:
            near = [changed(S35, DISTANCE, place.after * x) for x in np.linspace(0.995, 1.005, 21)]
            assert risks(near)[0].max() <= max(place.visibility, 1.0)


def test_a_blur_null_is_no_safety() -> None:
    first_null = 1.2197 * S35.pitch_mm / (S35.focal_mm / S35.f_stop)
    rig = replace(S35, focus_mm=S35.distance_mm / (1.0 + first_null))
    found = blur_null(rig)
    assert found is not None
    assert found.visibility < 1.0 < found.visibility_bound
    moved = [changed(rig, FOCUS, setting(rig, FOCUS) + s * found.focus_shift_m) for s in (-1, 1)]
    assert risks(moved)[1].max() >= 1.0
    assert blur_null(S35) is None
    assert advise(rig).null == found


def test_the_map_is_the_risk_of_each_place() -> None:
    chart = risk_map(S35, np.array([6.0, 9.0]), np.array([28.0, 50.0, 75.0]))
    assert chart.visibility.shape == (3, 2)
    place = changed(changed(S35, FOCAL, 50.0), DISTANCE, 9.0)
    assert chart.visibility[1, 1] == pytest.approx(risk(place)[0])
    assert [u for u, _ in chart.curves] == [0.25, pytest.approx(1 / 3), 0.5, 1.0]


STAGE = {
    "wall": {"pitch_mm": 2.6},
    "camera": {"photosite_um": 6.0, "focal_mm": 35, "distance_m": 7},
}


def test_a_stage_with_little_in_it_says_what_is_assumed() -> None:
    stage, problems = parse_stage(STAGE)
    assert problems == []
    rig, said = rig_of_stage(stage)
    assert (rig.pitch_mm, rig.photosite_mm, rig.distance_mm) == (2.6, 0.006, 7000.0)
    assert (rig.fill, rig.olpf_px, rig.focus_mm, rig.wavelength_nm) == (0.35, 0.0, None, 550.0)
    for key in ("wall.fill", "f_stop", "olpf_px", "focus_distance_m", "delivered_height_px"):
        assert sum(key in sentence for sentence in said) == 1, key
    assert any("worst case" in sentence for sentence in said)


def test_a_stage_with_everything_in_it() -> None:
    given = {
        "wall": {"pitch_mm": 2.6, "fill": 0.5, "emitter": "round"},
        "camera": STAGE["camera"]
        | {
            "f_stop": 4,
            "focus_distance_m": 3,
            "active_sensor_width_px": 3840,
            "active_sensor_height_px": 2400,
            "olpf_px": 0.5,
            "photosite_fill": 0.8,
            "line_skip": 2,
            "delivered_height_px": 1080,
            "yaw_deg": 10,
            "roll_deg": 2,
            "anamorphic_squeeze": 2,
        },
    }
    rig, said = rig_of_stage(parse_stage(given)[0])
    assert (rig.fill, rig.emitter, rig.f_stop, rig.focus_mm) == (0.5, "round", 4.0, 3000.0)
    # Pairs that are skipped: as far apart, and no larger.
    assert rig.photosite_mm == pytest.approx(0.012)
    assert rig.photosite_fill * rig.photosite_mm == pytest.approx(0.8 * 0.006)
    assert rig.olpf_px * rig.photosite_mm == pytest.approx(0.5 * 0.006)
    assert (rig.width_px, rig.height_px, rig.rows_delivered) == (3840, 2400, 1080)
    assert (rig.yaw_deg, rig.roll_deg, rig.squeeze) == (10.0, 2.0, 2.0)
    assert not any("not given" in sentence for sentence in said)
    assert any("1 in 2 pairs" in sentence for sentence in said)


def test_every_missing_key_is_named() -> None:
    with pytest.raises(InputError) as caught:
        rig_of_stage(parse_stage({})[0])
    for key in ("wall.pitch_mm", "camera.photosite_um", "camera.focal_mm", "camera.distance_m"):
        assert key in str(caught.value)
    stage, _ = parse_stage({"wall": {"pitch_mm": 2.6}, "camera": {"photosite_um": 6}})
    rig, _ = rig_of_stage(stage, distance_m=5.0, focal_mm=50.0)
    assert (rig.distance_mm, rig.focal_mm) == (5000.0, 50.0)


def test_a_lens_cannot_be_focused_on_itself() -> None:
    stage, _ = parse_stage(STAGE)
    with pytest.raises(InputError, match=r"focused at 0\.06 m.*more than 0\.07 m"):
        rig_of_stage(stage, focus_m=0.06)
