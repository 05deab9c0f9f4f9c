"""The map of a frame: where fringes are, of what frequency and colour, and where it is silent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.moire.lattice import canonical, colour_of, nearest_reciprocal
from ledcal.moire.map import map_frame
from ledcal.moire.rig import order_frequency
from ledcal.simulate.fringes import FlatPatch, Fringe, flat_frame
from ledcal.values.frame import LinearFrame, Plane
from ledcal.values.moire import COLOURS
from tests.moire.walls import oblique_frame, rig_at

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

WIDE = FlatPatch(width=768, height=512, vignetting=0.3)


def test_noise_shows_nothing_in_any_tile() -> None:
    for seed in range(4):
        tiles = map_frame(flat_frame(replace(WIDE, seed=seed)))
        assert tiles.contrast.shape == (7, 11)
        assert (tiles.contrast == 0.0).all()
        assert np.isnan(tiles.fx_cpp).all()
        assert (tiles.colour == -1).all()


def test_the_stated_rate_of_false_alarms_is_used() -> None:
    small = [flat_frame(FlatPatch(width=192, height=192, seed=seed)) for seed in range(24)]
    alarms = {
        rate: sum(bool((map_frame(f, false_alarm=rate).contrast > 0.0).any()) for f in small)
        for rate in (0.5, 0.01)
    }
    assert alarms[0.5] <= 12
    assert alarms[0.01] <= 1


@pytest.mark.parametrize("reciprocal", [(0.0, 0.0), (0.5, 0.0), (0.5, 0.5)])
def test_every_tile_shows_a_line(reciprocal: tuple[float, float]) -> None:
    f = np.array([0.061, -0.043]) + reciprocal
    tiles = map_frame(flat_frame(WIDE, [Fringe(f[0], f[1], 0.02, 0.2)]))
    assert tiles.contrast == pytest.approx(np.full((7, 11), 0.02), rel=0.15)
    seen = np.stack([tiles.fx_cpp, tiles.fy_cpp], axis=-1)
    assert np.abs(seen - canonical([0.061, -0.043])).max() < 1.5e-3
    assert {COLOURS[int(k)] for k in tiles.colour.ravel()} == {colour_of(reciprocal)}
    assert (tiles.tile_px, tiles.x[:2].tolist(), tiles.y[-1]) == (128, [64.0, 128.0], 448.0)


def test_dark_clipped_and_uneven_tiles_are_left_out() -> None:
    frame = flat_frame(WIDE, [Fringe(0.061, 0.043, 0.02)])
    planes = []
    for plane in frame.planes:
        values = plane.values.copy()
        values[:, :64] *= 1e-3  # dark
        values[:, 320:] = plane.white  # clipped
        values[128:192, 128:192] *= 0.2  # the edge of something
        planes.append(replace(plane, values=values, saturation=plane.white))
    tiles = map_frame(replace(frame, planes=tuple(planes)))
    assert np.isnan(tiles.contrast[:, 0]).all()
    assert np.isnan(tiles.contrast[:, -1]).all()
    assert np.isnan(tiles.contrast[3:6, 3:6]).sum() == 8, "all but the one inside it"
    sound = np.isfinite(tiles.contrast)
    assert sound.sum() > 20
    assert (tiles.contrast[sound] > 0.015).all()
    assert (tiles.colour[~sound] == -1).all()


def test_a_line_in_a_part_of_the_frame_is_there_alone() -> None:
    still, moving = flat_frame(WIDE), flat_frame(WIDE, [Fringe(0.061, 0.043, 0.03)])
    for plane, other in zip(still.planes, moving.planes, strict=True):
        plane.values[:, 192:] = other.values[:, 192:]
    tiles = map_frame(still)
    assert (tiles.contrast[:, :5] == 0.0).all()
    assert (tiles.contrast[:, 6:] > 0.02).all()


def test_the_part_that_is_asked_for() -> None:
    frame = flat_frame(WIDE, [Fringe(0.061, 0.043, 0.02)])
    tiles = map_frame(frame, (100.0, 50.0, 300.0, 260.0))
    assert (tiles.x.min() - 64, tiles.y.min() - 64) == (100.0, 50.0)
    assert tiles.x.max() + 64 <= 400.0
    assert tiles.y.max() + 64 <= 310.0
    assert (tiles.contrast > 0.015).all()
    small = map_frame(frame, (100.0, 50.0, 128.0, 128.0))
    assert (small.tile_px, small.contrast.shape) == (64, (3, 3))
    tiny = map_frame(frame, (100.0, 50.0, 20.0, 20.0))
    assert np.isnan(tiny.contrast).all()


def test_the_frequency_changes_over_a_wall_seen_from_the_side() -> None:
    rig = rig_at(0.62, side=768, yaw_deg=25.0)
    tiles = map_frame(oblique_frame(rig, (1, 0), 0.05, seed=1))
    x, y = np.meshgrid(tiles.x - 0.5, tiles.y - 0.5)
    true = order_frequency(rig, [1, 0], np.stack([x, y], axis=-1))
    seen = canonical(true - nearest_reciprocal(true))
    found = np.stack([tiles.fx_cpp, tiles.fy_cpp], axis=-1)
    there = tiles.contrast > 0.0
    slow = np.hypot(*np.moveaxis(seen, -1, 0)) * 128 < 6.0
    assert there[~slow].mean() > 0.97
    assert np.abs((found - seen)[there & ~slow]).max() < 2.5e-3
    assert tiles.contrast[there & ~slow] == pytest.approx(0.05, rel=0.25)
    assert np.ptp(seen[..., 0]) > 0.03, "it does change"


def picture(*sizes: float) -> LinearFrame:
    """A demosaiced picture with a line, channel by channel."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:256, :320]
    wave: FloatArray = np.cos(2 * np.pi * (0.083 * x + 0.121 * y))
    planes = tuple(
        Plane((0.2 * (1 + a * wave + 0.01 * rng.standard_normal(x.shape))).astype(np.float32),
              channel, 0, 0, 1, 0.0, 1.0, np.inf)
        for a, channel in zip(sizes, ("R", "G1", "B"), strict=False)
    )  # fmt: skip
    plain = flat_frame(FlatPatch(width=64, height=64))
    return LinearFrame("p", 320, 256, planes, "ACES2065-1", plain.exposure, None)


@pytest.mark.parametrize(
    ("sizes", "colour"),
    [((0.02, 0.02, 0.02), "luminance"), ((0.02, 0.0, -0.02), "red-blue"),
     ((0.01, -0.02, 0.01), "green-magenta"), ((0.02,), "luminance")],
)  # fmt: skip
def test_pictures(sizes: tuple[float, ...], colour: str) -> None:
    tiles = map_frame(picture(*sizes))
    assert tiles.tile_px == 64
    assert tiles.contrast == pytest.approx(0.02, rel=0.2)
    assert {COLOURS[int(k)] for k in tiles.colour.ravel()} == {colour}
    assert np.abs(tiles.fx_cpp - 0.083).max() < 3e-3
    assert np.abs(tiles.fy_cpp - 0.121).max() < 3e-3
    assert (map_frame(picture(*(0.0 * s for s in sizes))).contrast == 0.0).all()


def test_cloth_is_no_flat_light() -> None:
    frame = picture(0.02, 0.02, 0.02)
    rng = np.random.default_rng(4)
    rough = rng.standard_normal((256, 320)) * 0.07
    planes = tuple(
        replace(plane, values=(plane.values * (1.0 + rough)).astype(np.float32))
        for plane in frame.planes
    )
    assert np.isnan(map_frame(replace(frame, planes=planes)).contrast).all()
