"""What goes wrong between wall and file: each parameter does what it says, by numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ledcal.simulate.header import header_of
from ledcal.simulate.picture import light_on_sensor, linear_frame, mosaic_frame, prepare
from ledcal.simulate.sensor import camera_neutral, dng_header, stage_transform
from ledcal.simulate.stage import VirtualCamera, VirtualStage, with_values
from ledcal.simulate.upset import (
    automatic_gains,
    baked,
    bands,
    is_unsynced,
    raster,
    straddle,
    white_gains,
)

Float32 = np.ndarray[Any, np.dtype[np.float32]]

SMALL: dict[str, Any] = {
    "width_px": 192, "height_px": 108, "width": 240, "height": 160, "photosite_sd": 0.0,
    "read_noise_e": 0.0, "full_well_e": 1e8, "panel_sd": 0.0,
}  # fmt: skip
STAGE = with_values(VirtualStage(seed=4), **SMALL)


def grey(level: float) -> Float32:
    return np.full((108, 192, 3), level, np.float32)


def light(stage: VirtualStage, level: float = 0.6, index: int = 0) -> list[Float32]:
    return light_on_sensor(prepare(stage), grey(level), frame_index=index)


@pytest.mark.parametrize("power", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("mean", [0.02, 0.05, 0.2])
def test_automatic_exposure_goes_with_a_power_of_a_twentieth_over_the_mean(
    power: float, mean: float
) -> None:
    camera = VirtualCamera(auto_exposure=power)
    seen = np.stack([np.full((4, 6), level, np.float32) for level in (9.0, mean, 9.0)])
    assert automatic_gains(camera, seen) == pytest.approx((0.05 / mean) ** power, rel=1e-5)


def test_automatic_exposure_has_two_stops_and_none_is_none() -> None:
    seen = np.full((3, 4, 6), 1e-5, np.float32)
    assert automatic_gains(VirtualCamera(auto_exposure=1.0), seen) == 4.0
    assert automatic_gains(VirtualCamera(auto_exposure=1.0), 1e7 * seen) == 0.25
    assert automatic_gains(VirtualCamera(), seen) is None


def test_automatic_exposure_is_on_the_sensor_and_in_the_file_but_for_the_iris() -> None:
    auto = with_values(STAGE, auto_exposure=0.5)
    bright, plain = light(auto), light(STAGE)
    ratio = bright[0].mean() / plain[0].mean()
    assert ratio < 0.9
    for ours, theirs in zip(bright, plain, strict=True):
        np.testing.assert_allclose(ours, ratio * theirs, rtol=1e-4)
    mosaic = np.zeros((160, 240), np.uint16)
    time_s = header_of(auto, 3, mosaic, 0.5).exposure.time_s
    assert time_s == pytest.approx(0.5 * STAGE.camera.time_s)
    hidden = header_of(with_values(auto, auto_iris=True), 3, mosaic, 0.5)
    assert hidden.exposure == dng_header(STAGE, 3).exposure
    assert header_of(STAGE, 3, mosaic, None).exposure == dng_header(STAGE, 3).exposure


def test_white_gains_bring_the_mean_to_grey() -> None:
    picture = np.zeros((4, 6, 3), np.float32) + np.array([0.2, 0.4, 0.1], np.float32)
    full = white_gains(VirtualCamera(auto_white=1.0), picture)
    np.testing.assert_allclose(full * [0.2, 0.4, 0.1], 0.4, rtol=1e-6)
    half = white_gains(VirtualCamera(auto_white=0.5), picture)
    np.testing.assert_allclose(half, np.sqrt(full), rtol=1e-6)
    np.testing.assert_allclose(white_gains(VirtualCamera(), picture), 1.0)


def test_a_raw_states_its_own_mean_as_neutral() -> None:
    auto = with_values(STAGE, auto_white=1.0)
    mosaic = mosaic_frame(prepare(auto), grey(0.6), 0)
    # The numbers are those of the camera that does not balance.
    np.testing.assert_array_equal(mosaic, mosaic_frame(prepare(STAGE), grey(0.6), 0))
    neutral = header_of(auto, 0, mosaic, None).neutral
    seen = np.array([plane.mean() for plane in light(STAGE)])
    wanted = np.array([seen[0], seen[1:3].mean(), seen[3]])
    np.testing.assert_allclose(neutral / neutral[1], wanted / wanted[1], rtol=2e-3)
    fixed = header_of(STAGE, 0, mosaic, None).neutral
    np.testing.assert_allclose(fixed / fixed[1], camera_neutral(STAGE.camera), rtol=1e-6)


def test_a_picture_of_automatic_white_is_grey_on_average() -> None:
    to_aces = stage_transform(STAGE).combined()
    code = grey(0.6)
    code[:, :96, 2] = 0.0  # half of the wall is yellow
    plain = linear_frame(prepare(STAGE, mosaic=False), code, 0, to_aces)
    auto = linear_frame(prepare(with_values(STAGE, auto_white=1.0), mosaic=False), code, 0, to_aces)
    mean = auto.mean(axis=(0, 1))
    np.testing.assert_allclose(mean / mean[1], 1.0, atol=0.01)
    assert abs(plain.mean(axis=(0, 1))[2] / plain.mean(axis=(0, 1))[1] - 1.0) > 0.05


@pytest.mark.parametrize(("share", "n"), [(1.0, 11), (0.5, 6), (0.25, 3)])
def test_every_nth_frame_is_out_of_step(share: float, n: int) -> None:
    for seed in range(3):
        stage = with_values(STAGE, unsynced=share, seed=seed)
        odd = [index for index in range(12) if is_unsynced(stage, index)]
        assert abs(len(odd) - n) <= 1
        assert 0 not in odd
        assert len(set(np.diff(odd).tolist())) <= 1
    assert not any(is_unsynced(STAGE, index) for index in range(12))


def test_a_blend_is_a_part_of_each_and_a_tear_is_the_one_above_the_other() -> None:
    before, now = np.zeros((3, 80, 6), np.float32), np.ones((3, 80, 6), np.float32)
    shares = []
    for index in range(1, 30):
        mixed = straddle(STAGE, before, now, index)
        assert np.ptp(mixed) < 1e-6
        shares.append(1.0 - float(mixed.mean()))
        torn = straddle(with_values(STAGE, torn=True), before, now, index)
        assert set(np.unique(torn)) == {0.0, 1.0}
        rows = int((torn[0, :, 0] == 0.0).sum())
        assert rows == round(shares[-1] * 80)
        assert (torn[:, :rows] == 0.0).all()
    assert min(shares) >= 0.25
    assert max(shares) <= 0.75
    assert np.ptp(shares) > 0.3
    assert (now == 1.0).all()


def test_a_frame_out_of_step_shows_the_frame_before() -> None:
    stage = with_values(STAGE, unsynced=1.0)
    dark, lit = grey(0.0), grey(0.6)
    alone = mosaic_frame(prepare(stage), lit, 3).astype(float)
    mixed = mosaic_frame(prepare(stage), lit, 3, dark).astype(float)
    share = (mixed - 512.0).mean() / (alone - 512.0).mean()
    assert 0.25 <= share <= 0.75
    np.testing.assert_array_equal(mosaic_frame(prepare(STAGE), lit, 3, dark), alone)


@pytest.mark.parametrize("amplitude", [0.02, 0.1])
def test_the_raster_has_the_pitch_of_the_wall(amplitude: float) -> None:
    x, y = np.meshgrid(np.arange(0, 4, 0.125), np.arange(0, 4, 0.125))
    seen = raster(amplitude, x.astype(np.float32), y.astype(np.float32))
    assert seen.max() == pytest.approx(1.0 + amplitude, rel=1e-4)
    assert seen.min() == pytest.approx(1.0 - amplitude, rel=1e-4)
    assert seen.mean() == pytest.approx(1.0, rel=1e-4)
    np.testing.assert_allclose(seen[:, 8:], seen[:, :-8], atol=1e-5)


def test_moire_is_on_the_sensor_with_its_amplitude() -> None:
    plain, beaten = light(STAGE)[1], light(with_values(STAGE, moire=0.05))[1]
    middle = np.s_[20:60, 30:90]
    ratio = beaten[middle] / plain[middle]
    assert 0.02 < np.abs(ratio - 1.0).max() <= 0.0501


def test_bands_have_their_depth_and_period_and_move() -> None:
    camera = VirtualCamera(scan_lines=0.04, scan_period_rows=30.0)
    seen = bands(camera, 300, 1, 2, 0)
    assert seen.shape == (300, 1)
    assert seen.max() == pytest.approx(1.04, abs=1e-3)
    assert seen.min() == pytest.approx(0.96, abs=1e-3)
    np.testing.assert_allclose(seen[15:], seen[:-15], atol=1e-5)  # 15 rows of a plane are 30
    assert np.abs(bands(camera, 300, 1, 2, 1) - seen).max() > 0.03
    # Both planes of a row show the same.
    np.testing.assert_allclose(bands(camera, 300, 0, 1, 0)[1::2], bands(camera, 150, 1, 2, 0))


def test_scan_lines_are_on_the_sensor() -> None:
    plain, banded = light(STAGE)[1], light(with_values(STAGE, scan_lines=0.04))[1]
    ratio = banded[20:60, 30:90] / plain[20:60, 30:90]
    assert np.ptp(ratio.mean(axis=1)) == pytest.approx(0.08, abs=0.01)
    assert np.ptp(ratio, axis=1).max() < 1e-4


def test_a_baked_look_is_bt709_with_its_curve_and_clip() -> None:
    aces = np.array([[0.0, 0.0, 0.0], [0.01] * 3, [0.18] * 3, [1.0] * 3, [3.0] * 3], np.float32)
    shown = baked("BT.709", aces[None])[0]
    wanted = [0.0, 0.045, 1.099 * 0.18**0.45 - 0.099, 1.0, 1.0]
    np.testing.assert_allclose(shown, np.array(wanted)[:, None] * np.ones(3), atol=2e-3)
    # A green that BT.709 does not hold has its red and blue cut off.
    green = baked("BT.709", np.array([[[0.1, 0.5, 0.05]]], np.float32))[0, 0]
    assert green.min() == 0.0
    with pytest.raises(ValueError, match=r"look 'Film': only BT\.709 is known"):
        baked("Film", aces[None])


def test_a_look_is_in_pictures() -> None:
    to_aces = stage_transform(STAGE).combined()
    looked = prepare(with_values(STAGE, look="BT.709"), mosaic=False)
    plain = linear_frame(prepare(STAGE, mosaic=False), grey(0.5), 0, to_aces)
    shown = linear_frame(looked, grey(0.5), 0, to_aces)
    np.testing.assert_allclose(shown, baked("BT.709", plain), atol=1e-5)


@pytest.mark.parametrize(
    "values", [{"signal_range": "half"}, {"look": "Film"}, {"signal_bits": 7}, {"flare": 1.0}]
)
def test_values_that_mean_nothing_are_refused_by_name(values: dict[str, Any]) -> None:
    (name,) = values
    with pytest.raises(ValueError, match=name):
        with_values(STAGE, **values)
