"""Geometry, light and noise of the virtual camera's pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.imaging.warp import aperture_kernel, apply_kernel, glow, sample
from ledcal.simulate.optics import (
    build_geometry,
    centre_grid,
    flat_field_norm,
    photosite_on_wall,
    sensor_to_wall,
    vignette,
    wall_corners,
    wall_field,
    wall_to_sensor,
)
from ledcal.simulate.picture import (
    light_on_sensor,
    linear_frame,
    mosaic_frame,
    prepare,
    wall_picture,
)
from ledcal.simulate.scenes import scene
from ledcal.simulate.sensor import (
    camera_code_response,
    camera_polynomial,
    expose,
    stage_transform,
)
from ledcal.simulate.stage import VirtualCamera, VirtualStage, with_values
from ledcal.simulate.truth import camera_response
from ledcal.simulate.wall import wall_response

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLEAN: dict[str, Any] = {
    "flare": 0.0,
    "halo": 0.0,
    "vignetting": 0.0,
    "off_axis": (0.0, 0.0, 0.0),
    "panel_sd": 0.0,
    "photosite_sd": 0.0,
}
SMALL: dict[str, Any] = {"width_px": 192, "height_px": 108, "width": 240, "height": 160}
POSED: dict[str, Any] = {
    "yaw_deg": 12.0,
    "pitch_deg": -8.0,
    "roll_deg": 10.0,
    "k1": -0.06,
    "k2": 0.02,
    "shift_x": 0.02,
    "shift_y": -0.03,
    "wall_share": 0.4,
}


def small(**changes: Any) -> VirtualStage:
    return scene("pq-volume", seed=1, **(SMALL | CLEAN | changes))


def flat(stage: VirtualStage, code: float | tuple[float, float, float]) -> NDArray[np.float32]:
    picture = np.empty((stage.wall.height_px, stage.wall.width_px, 3), np.float32)
    picture[:] = code
    return picture


def on_centre(stage: VirtualStage, setup: Any, index: int) -> NDArray[np.bool_]:
    """Which photosites of a group see the central tenth of the wall."""
    sites = setup.sites[index]
    rows = np.arange(sites.row, stage.camera.height, sites.step)
    columns = np.arange(sites.column, stage.camera.width, sites.step)
    points = np.stack(np.meshgrid(columns, rows), axis=-1).astype(float)
    wall = sensor_to_wall(setup.geometry, points)
    x, y = centre_grid(stage)
    return np.asarray(
        (wall[..., 0] > x[0])
        & (wall[..., 0] < x[-1])
        & (wall[..., 1] > y[0])
        & (wall[..., 1] < y[-1])
    )


@pytest.mark.parametrize("mirrored", [False, True])
def test_wall_to_sensor_and_back(*, mirrored: bool) -> None:
    stage = small(**POSED, mirrored=mirrored)
    geometry = build_geometry(stage)
    rng = np.random.default_rng(0)
    points = rng.uniform([0, 0], [191, 107], (200, 2))
    there = wall_to_sensor(geometry, points)
    np.testing.assert_allclose(sensor_to_wall(geometry, there), points, atol=1e-8)


def test_the_wall_has_its_share_of_the_picture() -> None:
    stage = small(**(POSED | {"k1": 0.0, "k2": 0.0}))
    x, y = wall_to_sensor(build_geometry(stage), wall_corners(stage)).T
    area = 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    assert area / (240 * 160) == pytest.approx(0.4, rel=1e-9)


def test_roll_is_clockwise_and_mirroring_flips_left_to_right() -> None:
    straight = small(yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0, shift_x=0.0, shift_y=0.0)
    ends = np.array([[0.0, 53.5], [191.0, 53.5]])
    rolled = wall_to_sensor(build_geometry(with_values(straight, roll_deg=10.0)), ends)
    assert rolled[1, 0] > rolled[0, 0]
    assert rolled[1, 1] > rolled[0, 1]  # rows grow downwards: the right end sinks
    slope = (rolled[1, 1] - rolled[0, 1]) / (rolled[1, 0] - rolled[0, 0])
    assert np.degrees(np.arctan(slope)) == pytest.approx(10.0, abs=0.2)
    flipped = wall_to_sensor(build_geometry(with_values(straight, mirrored=True)), ends)
    plain = wall_to_sensor(build_geometry(straight), ends)
    np.testing.assert_allclose(flipped[:, 0], 239 - plain[:, 0])
    np.testing.assert_allclose(flipped[:, 1], plain[:, 1])


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_lit_square_lands_where_the_geometry_says(*, mirrored: bool) -> None:
    stage = small(
        **POSED, mirrored=mirrored, width=480, height=320, black_nits=0.0, ambient_nits=0.0,
        surround_nits=0.0,
    )  # fmt: skip
    setup = prepare(stage)
    for left, top in ((6, 6), (170, 8), (90, 50), (12, 88)):
        code = flat(stage, 0.0)
        code[top : top + 12, left : left + 12] = 0.5
        planes = light_on_sensor(setup, code)
        total = np.zeros(3)
        for sites, plane in zip(setup.sites, planes, strict=True):
            rows = np.arange(sites.row, 320, 2)[:, None]
            columns = np.arange(sites.column, 480, 2)[None, :]
            total += [float((plane * v).sum()) for v in (columns, rows, np.ones_like(plane))]
        middle = wall_to_sensor(setup.geometry, np.array([[left + 5.5, top + 5.5]]))[0]
        near = np.stack(np.meshgrid(*np.arange(-25, 25, 0.1)[None].repeat(2, axis=0)), axis=-1)
        on_wall = sensor_to_wall(setup.geometry, middle + near) - [left - 0.5, top - 0.5]
        inside = ((on_wall > 0) & (on_wall < 12)).all(axis=-1)
        expected = middle + near[inside].mean(axis=0)
        np.testing.assert_allclose(total[:2] / total[2], expected, atol=0.02)


def test_flat_code_gives_the_response_at_the_centre_in_every_channel() -> None:
    stage = small()
    setup = prepare(stage)
    code = (0.42, 0.31, 0.5)
    expected = camera_code_response(stage, np.array([code]))[0]
    for index, plane in enumerate(light_on_sensor(setup, flat(stage, code))):
        seen = plane[on_centre(stage, setup, index)]
        np.testing.assert_allclose(seen, expected[setup.sites[index].channel], rtol=3e-6)


def test_field_and_vignetting_average_to_one_over_the_centre() -> None:
    stage = small(
        vignetting=0.5, off_axis=(1.0, 0.4, 2.0), panel_sd=0.05, **POSED, ambient_nits=0.0,
        black_nits=0.0, width=480, height=320,
    )  # fmt: skip
    geometry = build_geometry(stage)
    norm, vignette_norm = flat_field_norm(stage, geometry)
    x, y = centre_grid(stage)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    falloff = vignette(stage, wall_to_sensor(geometry, grid)) / vignette_norm
    field = wall_field(stage, geometry, x, y) / norm * falloff[..., None]
    np.testing.assert_allclose(field.mean(axis=(0, 1)), 1.0, rtol=1e-12)
    assert np.ptp(field) > 0.02

    # The same through the rendered picture: mean over wall area, by way of wall coordinates.
    setup = prepare(stage)
    expected = camera_code_response(stage, np.array([[0.4, 0.4, 0.4]]))[0]
    planes = light_on_sensor(setup, flat(stage, 0.4))
    at = wall_to_sensor(setup.geometry, grid).astype(np.float32)
    for sites, plane in zip(setup.sites, planes, strict=True):
        columns = np.asarray((at[..., 0] - sites.column) / 2, np.float32)
        rows = np.asarray((at[..., 1] - sites.row) / 2, np.float32)
        seen = sample(plane, columns, rows).mean()
        assert seen == pytest.approx(expected[sites.channel], rel=2e-3)


@pytest.mark.parametrize("panel_sd", [0.0, 0.03])
def test_runs_of_equal_code_are_the_same_as_pixel_by_pixel(panel_sd: float) -> None:
    stage = small(width_px=40, height_px=30, panel_sd=panel_sd)
    setup = prepare(stage)
    rng = np.random.default_rng(0)
    code = np.asarray(rng.integers(0, 3, (30, 40, 3)) / 4, np.float32)  # often equal in one colour
    seen = wall_picture(setup, code)
    gains = np.ones((30, 40, 3)) if setup.field is None else setup.field
    polynomial = camera_polynomial(stage)
    for y, x in np.ndindex(30, 40):
        parts = wall_response(stage.wall, code[y, x][None].astype(float), polynomial)[0]
        np.testing.assert_allclose(seen[:, y, x], gains[y, x] @ parts, rtol=1e-5, atol=1e-12)


def test_off_axis_falls_with_the_angle_and_by_colour() -> None:
    stage = small(off_axis=(1.0, 0.5, 2.0), yaw_deg=0.0, pitch_deg=0.0, distance_widths=1.0)
    geometry = build_geometry(stage)
    edge = wall_field(stage, geometry, np.array([-0.5]), np.array([53.5]))[0, 0]
    cosine = 1 / np.hypot(1.0, 0.5)
    np.testing.assert_allclose(edge, [cosine, cosine**0.5, cosine**2], rtol=1e-9)


def test_off_axis_knows_which_side_faces_the_camera() -> None:
    stage = small(
        off_axis=(1.0, 1.0, 1.0), yaw_deg=30.0, pitch_deg=0.0, roll_deg=0.0, distance_widths=1.0
    )
    geometry = build_geometry(stage)
    left, right = wall_field(stage, geometry, np.array([-0.5, 191.5]), np.array([53.5]))[0, :, 0]
    # The right edge is turned away: in the camera's frame it stands at (0.433, 1.25) and the
    # left one at (-0.433, 0.75), the wall's normal being (-0.5, 0.866).
    assert left == pytest.approx(1.0, abs=1e-4)
    assert right == pytest.approx(0.866025 / np.hypot(0.433013, 1.25), abs=1e-4)
    ends = wall_to_sensor(geometry, wall_corners(stage))
    assert ends[2, 1] - ends[1, 1] < ends[3, 1] - ends[0, 1]  # and so it is seen smaller


def test_fine_detail_is_averaged_in_light_not_aliased() -> None:
    stage = small(
        width_px=960, height_px=540, defocus_px=0.0, yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0,
        k1=0.0, k2=0.0, shift_x=0.0, shift_y=0.0,
    )  # fmt: skip
    setup = prepare(stage)
    assert photosite_on_wall(stage, setup.geometry)[0] > 4
    code = flat(stage, 0.0)
    code[np.indices(code.shape[:2]).sum(axis=0) % 2 == 0] = 0.5
    black, lit = camera_code_response(stage, np.array([[0.0] * 3, [0.5] * 3]))
    for index, plane in enumerate(light_on_sensor(setup, code)):
        seen = plane[on_centre(stage, setup, index)]
        channel = setup.sites[index].channel
        assert seen.mean() == pytest.approx((black + lit)[channel] / 2, rel=2e-3)
        assert seen.std() < 0.02 * seen.mean()


def test_flare_spreads_its_share_of_the_light() -> None:
    stage = small(black_nits=0.0, ambient_nits=0.0, surround_nits=0.0)
    code = flat(stage, 0.0)
    code[40:68, 70:120] = 0.5
    clean = light_on_sensor(prepare(stage), code)
    veiled = light_on_sensor(prepare(with_values(stage, flare=0.02)), code)
    for before, after in zip(clean, veiled, strict=True):
        np.testing.assert_allclose(after, before + 0.02 / 0.98 * before.mean(), rtol=1e-4)
    glowing = light_on_sensor(prepare(with_values(stage, halo=0.05, halo_width=0.05)), code)
    near, far = glowing[0][40, 75], glowing[0][2, 2]
    assert near > far
    assert glowing[0].mean() * 0.95 == pytest.approx(clean[0].mean(), rel=2e-3)


def test_noise_is_shot_and_read_noise_and_unbiased_down_to_black() -> None:
    camera = VirtualCamera(photosite_sd=0.0, full_well_e=20000.0, read_noise_e=4.0)
    gain = (camera.white - 512) / camera.full_well_e  # dn per electron
    rng = np.random.default_rng(3)
    for share in (0.0, 1e-4, 0.01, 0.5):
        light = np.full((400, 500), share, np.float32)
        dn = expose(camera, light, channel=1, black=512.0, sensitivity=None, rng=rng)
        electrons = share * camera.full_well_e
        variance = gain**2 * (electrons + 16.0) + 1 / 12
        mean, n = dn.mean(dtype=np.float64), dn.size
        assert abs(mean - 512 - gain * electrons) < 5 * np.sqrt(variance / n)
        assert dn.var(dtype=np.float64) == pytest.approx(variance, rel=0.02)
        assert dn.min() > 0
    assert (dn < 512).any() or share > 0


def test_saturation_stops_each_channel_at_its_level() -> None:
    camera = VirtualCamera(saturation=(1.0, 0.8, 1.0))
    bright = np.full((20, 20), 3.0, np.float32)
    rng = np.random.default_rng(0)
    red = expose(camera, bright, channel=0, black=512.0, sensitivity=None, rng=rng)
    green = expose(camera, bright, channel=1, black=512.0, sensitivity=None, rng=rng)
    assert (red == 16383).all()
    assert (green == round(512 + 0.8 * (16383 - 512))).all()


@pytest.mark.parametrize("pattern", ["RGGB", "BGGR", "GRBG", "GBRG"])
def test_mosaic_means_are_the_camera_truth(pattern: str) -> None:
    black = (500.0, 510.0, 520.0, 530.0)
    stage = small(pattern=pattern, black=black, margin=(8, 4), width=480, height=320)
    setup = prepare(stage)
    code = (0.5, 0.35, 0.45)
    mosaic = mosaic_frame(setup, flat(stage, code), 0)
    assert mosaic.shape == (324, 488)
    visible = mosaic[4:, 8:]
    sums: dict[str, list[float]] = {"R": [], "G": [], "B": []}
    for index, letter in enumerate(pattern):
        plane = visible[index // 2 :: 2, index % 2 :: 2].astype(np.float64)
        light = (plane - black[index]) / (stage.camera.white - black[index])
        sums[letter].append(float(light[on_centre(stage, setup, index)].mean()))
    camera_rgb = np.array([np.mean(sums[letter]) for letter in "RGB"])
    aces = stage_transform(stage).combined() @ camera_rgb
    np.testing.assert_allclose(aces, camera_response(stage, np.array(code)), rtol=3e-3)
    margin = mosaic[:4].astype(np.float64)
    assert margin.mean() == pytest.approx(515.0, abs=0.5)


def test_linear_pictures_are_the_truth_in_aces() -> None:
    stage = small()
    setup = prepare(stage, mosaic=False)
    code = (0.5, 0.35, 0.45)
    picture = linear_frame(setup, flat(stage, code), 0, stage_transform(stage).combined())
    assert picture.shape == (160, 240, 3)
    seen = picture[on_centre(stage, setup, 0)].mean(axis=0)
    np.testing.assert_allclose(seen, camera_response(stage, np.array(code)), rtol=5e-3)


def test_warming_up_dims_a_colour_from_frame_to_frame() -> None:
    stage = small(drift=(-0.1, 0.0, 0.0), drift_frames=10.0, ambient_nits=0.0, black_nits=0.0)
    setup = prepare(stage)
    code = flat(stage, (0.5, 0.0, 0.0))
    first = light_on_sensor(setup, code, frame_index=0)[0].max()
    later = light_on_sensor(setup, code, frame_index=10_000)[0].max()
    assert later / first == pytest.approx(0.9, rel=1e-4)


def test_frames_are_repeatable_and_differ_from_each_other() -> None:
    stage = small()
    code = flat(stage, 0.4)
    one, again = mosaic_frame(prepare(stage), code, 3), mosaic_frame(prepare(stage), code, 3)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, mosaic_frame(prepare(stage), code, 4))
    other = with_values(stage, seed=2)
    assert not np.array_equal(one, mosaic_frame(prepare(other), code, 3))


def test_frames_of_another_size_are_refused() -> None:
    stage = small()
    with pytest.raises(ValueError, match="192 x 108"):
        light_on_sensor(prepare(stage), np.zeros((10, 10, 3), np.float32))


@pytest.mark.parametrize(
    ("disc", "box"), [(0.0, (1.0, 1.0)), (0.0, (2.0, 2.5)), (7.0, (0.5, 0.5)), (5.0, (3.3, 4.1))]
)
def test_kernel_is_centred_and_as_wide_as_disc_and_box(
    disc: float, box: tuple[float, float]
) -> None:
    kernel = aperture_kernel(disc, box).astype(np.float64)
    assert kernel.sum() == pytest.approx(1.0, abs=1e-6)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-7)
    rows, columns = (np.arange(n) - n // 2 for n in kernel.shape)
    width = float((kernel.sum(axis=0) * columns**2).sum())
    height = float((kernel.sum(axis=1) * rows**2).sum())
    # Disc: d^2 / 16, seen through pixels (up to 1/12 more); box: (s^2 - 1) / 12.
    for found, side in ((width, box[0]), (height, box[1])):
        expected = disc**2 / 16 + max(0.0, side**2 - 1) / 12
        assert expected - 1e-4 <= found <= expected + 1 / 12 + 0.02


def test_blur_keeps_light_and_glow_is_broad() -> None:
    picture = np.zeros((64, 64), np.float32)
    picture[32, 32] = 1.0
    blurred = apply_kernel(picture, aperture_kernel(9.0, (1.0, 1.0)))
    assert blurred.sum() == pytest.approx(1.0, abs=1e-5)
    assert np.count_nonzero(blurred > 1e-6) > 50
    spread = glow(np.pad(picture, 64), 12.0)
    rows = np.arange(192) - 96.0
    assert np.sqrt((spread.sum(axis=1) * rows**2).sum()) == pytest.approx(12.0, rel=0.1)
    assert spread.sum() == pytest.approx(1.0, abs=1e-2)
