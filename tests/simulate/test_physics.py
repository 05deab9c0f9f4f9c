"""The virtual wall and camera do what their parameters say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.camera import camera_transform
from ledcal.colorimetry.spectra import (
    CAMERAS,
    camera_sensitivities,
    colour_matching_functions,
    illuminant,
    reflectances,
)
from ledcal.colorimetry.transfer import eotf
from ledcal.files.dng import camera_colour
from ledcal.files.stage import default_stage
from ledcal.simulate.leds import drive_polynomial, led_heights, led_spectra, leds_for
from ledcal.simulate.scenes import SCENES, scene, scene_for
from ledcal.simulate.sensor import (
    dng_header,
    fit_colour_matrix,
    sensitivities,
    stage_transform,
)
from ledcal.simulate.stage import VirtualStage, VirtualWall, with_values
from ledcal.simulate.truth import camera_response
from ledcal.simulate.wall import wall_drive, wall_emission, wall_response, warm_up
from ledcal.values.stage import Gamut

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray

OBSERVER = colour_matching_functions()
P3 = ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
BT709 = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))


def _seen(wall: VirtualWall, code: ArrayLike) -> FloatArray:
    """XYZ, white luminance 1."""
    response = wall_response(
        wall, np.atleast_2d(np.asarray(code, np.float64)), drive_polynomial(wall, OBSERVER)
    )
    return np.asarray(response.sum(axis=1))


@pytest.mark.parametrize("primaries", [P3, BT709])
def test_emission_is_near_the_primaries_and_like_an_led(
    primaries: tuple[tuple[float, float], tuple[float, float], tuple[float, float]],
) -> None:
    leds = leds_for(primaries)
    xyz = led_spectra(leds) @ OBSERVER
    xy = xyz[:, :2] / xyz.sum(axis=1, keepdims=True)
    assert np.abs(xy - primaries).max() < 0.018
    assert all(6.0 <= led.sd_short_nm <= 50.0 and 6.0 <= led.sd_long_nm <= 50.0 for led in leds)


def test_equal_drive_is_the_declared_white() -> None:
    wall = VirtualWall(leds=leds_for(P3), white_xy=(0.3127, 0.3290))
    xyz = led_heights(wall.leds, wall.white_xy) @ led_spectra(wall.leds) @ OBSERVER
    np.testing.assert_allclose(xyz[:2] / xyz.sum(), [0.3127, 0.3290], atol=1e-9)
    assert xyz[1] == pytest.approx(1.0)
    np.testing.assert_allclose(_seen(wall, [1.0, 1.0, 1.0]), [xyz], rtol=1e-9)


@pytest.mark.parametrize("name", ["ST 2084", "BT.1886", "sRGB", "gamma 2.2"])
def test_an_ideal_wall_follows_its_eotf(name: str) -> None:
    wall = VirtualWall(eotf=name, peak_nits=800.0)
    code = np.linspace(0.0, 1.0, 65)[:, None].repeat(3, axis=1)
    expected = eotf(name, np.rint(code * 65535) / 65535, peak_nits=800.0)
    np.testing.assert_allclose(wall_drive(wall, code) * 800.0, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(_seen(wall, code)[:, 1] * 800.0, expected[:, 0], rtol=1e-9)


@pytest.mark.parametrize("additivity", [0.96, 1.0, 1.04])
def test_white_is_the_sum_of_its_parts_times_additivity(additivity: float) -> None:
    wall = VirtualWall(leds=leds_for(P3), additivity=additivity, droop_power=1.7)
    red, green, blue, white = _seen(wall, [*np.eye(3), np.ones(3)])
    assert white[1] / (red + green + blue)[1] == pytest.approx(additivity, rel=1e-9)
    assert white[1] == pytest.approx(1.0, rel=1e-9)


def test_each_deviation_moves_what_it_names() -> None:
    ideal = VirtualWall(eotf="gamma 2.0", peak_nits=100.0)
    code = np.array([[0.5, 0.5, 0.5]])

    def drive(**changes: object) -> list[float]:
        wall = replace(ideal, **changes)  # type: ignore[arg-type]
        return [float(v) for v in wall_drive(wall, code)[0]]

    light = drive()[0]
    assert drive(gain=(1.0, 1.1, 1.0)) == pytest.approx([light, 1.1 * light, light])
    assert drive(exponent_error=(0.1, 0.0, 0.0)) == pytest.approx([light**1.1, light, light])
    toe = drive(toe_depth=(0.2, 0.0, 0.0), toe_nits=25.0)
    assert toe == pytest.approx([light * (1 - 0.2 * np.exp(-light * 100 / 25)), light, light])
    assert drive(threshold_nits=(0.0, 0.0, 3.0)) == pytest.approx([light, light, light - 0.03])
    assert drive(headroom=(0.2, 1.0, 1.0)) == pytest.approx([0.2, light, light])
    assert drive(headroom=(light, 1.0, 1.0), knee=0.01)[0] == pytest.approx(
        light - 0.01 * np.log(2.0)
    )
    wave = drive(ripple=(((2.0, 0.05, np.pi / 2),), (), ()))
    assert 0.949 * light <= wave[0] <= 1.051 * light
    assert wave[0] != pytest.approx(light, rel=1e-4)
    assert drive(pwm_steps=10) == pytest.approx([round(light * 10) / 10] * 3)
    half = drive(pwm_steps=10, pwm_dither=0.5)
    assert half == pytest.approx([(round(light * 10) / 10 + light) / 2] * 3)
    assert drive(signal_bits=8) == pytest.approx([(128 / 255) ** 2] * 3)


def test_threshold_leaves_true_black() -> None:
    wall = VirtualWall(threshold_nits=(0.01, 0.01, 0.01), toe_depth=(0.3, 0.3, 0.3))
    assert wall_drive(wall, np.zeros((1, 3))).tolist() == [[0.0, 0.0, 0.0]]
    dark = np.linspace(0, 0.2, 200)[:, None].repeat(3, axis=1)
    assert (np.diff(wall_drive(wall, dark)[:, 0]) >= 0).all()


def test_crosstalk_is_signed_and_from_row_to_column() -> None:
    crosstalk = ((0.0, 0.01, 0.0), (0.0, 0.0, 0.0), (-0.02, 0.0, 0.0))
    wall = VirtualWall(crosstalk=crosstalk)
    emission = wall_emission(wall, np.array([[0.25, 0.64, 0.5], [0.0, 0.64, 0.0]]))
    np.testing.assert_allclose(emission[0], [0.25 * 1.008, 0.64, 0.5 * 0.99])
    np.testing.assert_allclose(emission[1], [0.0, 0.64, 0.0])


def test_primaries_move_with_drive_as_the_spectrum_says() -> None:
    wall = VirtualWall(leds=leds_for(P3), wavelength_shift_nm=(0.5, 2.0, -1.0))
    heights = led_heights(wall.leds, wall.white_xy)
    code = np.array([[0.0, 0.5, 0.0]])
    drive = wall_drive(wall, code)[0, 1]
    moved = led_spectra(wall.leds, np.array(wall.wavelength_shift_nm) * (1 - drive))[1]
    expected = drive * heights[1] * (moved @ OBSERVER)
    np.testing.assert_allclose(_seen(wall, code)[0], expected, rtol=1e-5)
    still = replace(wall, wavelength_shift_nm=(0.0, 0.0, 0.0))
    assert np.abs(_seen(wall, code) / _seen(still, code) - 1).max() > 0.01


def test_warming_up_starts_at_one_and_settles() -> None:
    wall = VirtualWall(drift=(0.003, 0.0, -0.002), drift_frames=50.0)
    assert warm_up(wall, 0).tolist() == [1.0, 1.0, 1.0]
    np.testing.assert_allclose(warm_up(wall, 1e6), [1.003, 1.0, 0.998])
    assert warm_up(wall, 50)[0] == pytest.approx(1 + 0.003 * (1 - np.exp(-1)))


@pytest.mark.parametrize("name", CAMERAS)
@pytest.mark.parametrize("light", ["A", "D65"])
def test_colour_matrix_keeps_white_and_is_a_usable_camera(name: str, light: str) -> None:
    matrix = fit_colour_matrix(name, 0.0, light)
    source, curves = illuminant(light), camera_sensitivities(name)
    white_camera, white_xyz = source @ curves, source @ OBSERVER
    kept = matrix @ (white_xyz / white_xyz[1])
    np.testing.assert_allclose(kept, white_camera / white_camera[1], rtol=1e-9)
    surfaces = (reflectances() * source[:, None]).T
    camera = surfaces @ curves / white_camera[1]
    xyz = camera @ np.linalg.inv(matrix).T
    wanted = surfaces @ OBSERVER / white_xyz[1]
    assert np.median(np.abs(xyz / wanted - 1)) < 0.05


def test_another_specimen_sees_shifted_colours() -> None:
    plain, shifted = sensitivities("Cinema", 0.0), sensitivities("Cinema", 3.0)
    np.testing.assert_allclose(shifted[100:300], plain[97:297], atol=1e-12)


def test_camera_to_aces_makes_its_neutral_neutral() -> None:
    stage = scene("sdr-wall", seed=2)
    header = dng_header(stage, 0)
    transform = stage_transform(stage)
    aces = transform.combined() @ camera_colour(header).neutral
    assert np.ptp(aces) < 1e-9 * aces[0]
    said = camera_transform(camera_colour(header))
    assert np.array_equal(said.combined(), transform.combined())


@pytest.mark.parametrize("name", sorted(SCENES))
def test_scenes_are_sound(name: str) -> None:
    stage = scene(name, seed=5)
    ramp = np.linspace(0.05, 1.0, 200)[:, None].repeat(3, axis=1)
    response = camera_response(stage, ramp)
    assert (np.diff(response, axis=0) > -1e-6 * response[-1]).all()
    black, white = camera_response(stage, [np.zeros(3), np.ones(3)])
    assert (black > 0).all()
    assert (black < 0.01 * white).all()
    ratio = white / white.mean()
    assert np.abs(ratio - 1).max() < 0.08
    assert scene(name, seed=5) == stage
    assert hash(scene(name, seed=5)) == hash(stage)
    assert scene(name, seed=6).wall != stage.wall


def test_peak_white_lands_where_the_exposure_says() -> None:
    stage = scene("pq-volume", seed=1, black_nits=0.0, ambient_nits=0.0, exposure_stops=-1.0)
    camera_rgb = np.linalg.solve(
        stage_transform(stage).combined(), camera_response(stage, np.ones(3))
    )
    assert camera_rgb.max() == pytest.approx(0.35, rel=1e-9)
    said = dng_header(stage, 0).exposure.time_s
    assert said == pytest.approx(1 / 96)


def test_ambient_is_in_the_response_in_its_own_colour() -> None:
    dark = scene("pq-volume", seed=1, ambient_nits=0.0, black_nits=0.0)
    lit = with_values(dark, ambient_nits=100.0, ambient_illuminant="D65")
    assert np.abs(camera_response(dark, np.zeros(3))).max() == 0.0
    added = camera_response(lit, np.zeros(3))
    assert np.ptp(added) < 2e-3 * added.mean()  # the camera is balanced to D65
    warm = camera_response(with_values(lit, ambient_illuminant="A"), np.zeros(3))
    assert warm[0] > 1.5 * warm[2]
    code = np.array([0.4, 0.3, 0.5])
    np.testing.assert_allclose(
        camera_response(lit, code) - added, camera_response(dark, code), rtol=1e-9
    )
    nits = camera_response(with_values(dark, black_nits=100.0), np.zeros(3))
    assert added.mean() / nits.mean() == pytest.approx(1.0, abs=0.15)


def test_response_noise_averages_to_the_response() -> None:
    stage = scene("pq-volume", seed=1)
    code = np.full((4000, 3), 0.45)
    noisy = camera_response(stage, code, noise=True, n_photosites=100)
    clean = camera_response(stage, code[:1])
    spread = noisy.std(axis=0)
    assert (spread > 0).all()
    assert (np.abs(noisy.mean(axis=0) - clean[0]) < 5 * spread / np.sqrt(4000)).all()
    with pytest.raises(ValueError, match=r"\(\.\.\., 3\)"):
        camera_response(stage, [0.1, 0.2])


def test_a_stage_file_decides_the_wall() -> None:
    given = default_stage()
    wall = replace(given.wall, width_px=640, height_px=360, eotf="gamma 2.2", peak_nits=250.0)
    camera = replace(given.camera, model="Other", distance_m=8.0)
    stage = replace(given, wall=replace(wall, pitch_mm=10.0), camera=camera)
    made = scene_for(stage, seed=3)
    assert made.name == "tv-wall"
    assert (made.wall.width_px, made.wall.height_px) == (640, 360)
    assert (made.wall.eotf, made.wall.peak_nits) == ("gamma 2.2", 250.0)
    assert made.camera.model == "Other"
    assert made.optics.distance_widths == pytest.approx(1.25)
    assert made.wall.gain != (1.0, 1.0, 1.0)
    assert scene_for(given, seed=3).name == "pq-volume"
    assert scene_for(stage, name="sdr-wall", seed=3).name == "sdr-wall"
    xyz = led_spectra(made.wall.leds) @ OBSERVER
    xy = xyz[:, :2] / xyz.sum(axis=1, keepdims=True)
    assert np.abs(xy - given.wall.gamut.primaries_xy).max() < 0.03


def test_odd_gamuts_still_give_a_wall() -> None:
    given = default_stage()
    wide = Gamut("custom", [[0.7347, 0.2653], [0.0, 1.0], [0.0001, -0.077]], [0.3217, 0.3377])
    made = scene_for(replace(given, wall=replace(given.wall, gamut=wide)), seed=0)
    assert made.wall.white_xy == (0.3217, 0.3377)
    assert np.isfinite(camera_response(made, np.ones(3))).all()


def test_wrong_names_and_impossible_values_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown scene 'nowhere'"):
        scene("nowhere")
    with pytest.raises(ValueError, match="no parameter 'flair'"):
        scene("pq-volume", flair=1.0)
    with pytest.raises(ValueError, match=r"camera\.white"):
        scene("pq-volume", bits=12)
    with pytest.raises(ValueError, match=r"camera\.width"):
        VirtualStage(camera=replace(VirtualStage().camera, width=641))
    with pytest.raises(ValueError, match="outside the primaries"):
        camera_response(scene("pq-volume", white_xy=(0.7, 0.29)), np.ones(3))
    with pytest.raises(ValueError, match="unknown camera"):
        camera_sensitivities("Box")
    with pytest.raises(ValueError, match="unknown illuminant"):
        illuminant("candle")
