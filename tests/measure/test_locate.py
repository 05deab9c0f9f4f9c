from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.measure import build_preview, locate
from ledcal.pattern import build_pattern, render
from ledcal.values.marks import build_marks_layout
from tests.measure.camera import Camera, make_wall, photograph, shoot

if TYPE_CHECKING:
    from ledcal.values.pattern import Pattern

DEFOCUS: dict[str, dict[str, Any]] = {
    "sharp": {},
    "disc 40": {"disc_px": 40.0},
    "gauss 14": {"gauss_px": 14.0},
    "a third": {"fill": 1 / 3},
    "a third, disc 40": {"fill": 1 / 3, "disc_px": 40.0},
    "rotated, disc 28": {"rotation_deg": 10.0, "disc_px": 28.0},
    "rotated back, yaw": {"rotation_deg": -10.0, "yaw": 0.3},
    "barrel": {"k1": -0.05, "fill": 0.95, "disc_px": 28.0},
    "pincushion": {"k1": 0.05, "fill": 0.85},
    "quarter turn": {"rotation_deg": 90.0},
    "half turn": {"rotation_deg": 180.0},
    "three stops under": {"exposure": 0.09, "electrons": 10000.0},
    "ambient and flare": {"ambient": 0.1, "flare": 0.05, "vignetting": 0.5},
}
SLOW: dict[str, dict[str, Any]] = {
    "gauss 14 in a third": {"gauss_px": 14.0, "fill": 1 / 3},
    "noise": {"electrons": 2000.0, "read_noise": 8.0, "disc_px": 36.0, "fill": 0.4},
    "12 bit, under, disc 40": {"bits": 12, "exposure": 0.09, "disc_px": 40.0, "fill": 0.4},
    "turned, disc 30": {"rotation_deg": 270.0, "disc_px": 30.0},
    "mirrored, disc 40": {"is_mirrored": True, "disc_px": 40.0, "rotation_deg": 7.0},
}


@cache
def pattern_of(layout: str) -> Pattern:
    return build_pattern("quick", layout, make_wall())


def check(layout: str, index: int, camera: Camera, *, limit_px: float = 3.0) -> None:
    """The strip is read and the wall lies where it should, in wall pixels."""
    pattern = pattern_of(layout)
    frame = shoot(render(pattern, pattern.frames[index]), pattern, camera, seed=index)
    found = locate(frame, build_preview(frame), [build_marks_layout(1920, 1080)])
    assert found is not None
    assert (found.identity.frame_index, found.identity.pattern_id) == (index, pattern.pattern_id)
    assert found.view.is_mirrored() == camera.is_mirrored
    grid = np.meshgrid(np.linspace(100, 1820, 7), np.linspace(100, 980, 5))
    points = np.stack(grid, axis=-1).reshape(-1, 2)
    truth = camera.view(1920, 1080)
    error = np.linalg.norm(found.view.to_frame(points) - truth.to_frame(points), axis=1)
    assert error.max() / truth.scale(np.array([960.0, 540.0])) < limit_px


@pytest.mark.parametrize("case", sorted(DEFOCUS))
def test_finds_the_wall(case: str) -> None:
    check("grid", 5, Camera(**DEFOCUS[case]))


@pytest.mark.parametrize(("layout", "index"), [("grid", 0), ("grid", 1), ("single", 9)])
@pytest.mark.parametrize("case", ["disc 40", "a third, disc 40"])
def test_finds_the_wall_in_black_flat_and_single_frames(case: str, layout: str, index: int) -> None:
    check(layout, index, Camera(**DEFOCUS[case]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layout", "index"), [("grid", 0), ("grid", 1), ("grid", 5), ("single", 9)]
)
@pytest.mark.parametrize("case", sorted(DEFOCUS | SLOW))
def test_finds_the_wall_everywhere(case: str, layout: str, index: int) -> None:
    check(layout, index, Camera(**(DEFOCUS | SLOW)[case]), limit_px=6.0)


def test_a_sixteen_pixel_checker_is_grey_at_the_defocus_that_is_tested() -> None:
    rows, columns = np.indices((1080, 1920)) // 16
    checker = ((rows + columns) % 2).astype(np.float64)
    light = np.repeat(checker[..., None], 3, axis=2)
    frame = photograph(light, Camera(disc_px=40.0, electrons=1e9, read_noise=0.0))
    middle = build_preview(frame).image[220:260, 340:380]
    assert float(middle.std() / middle.mean()) < 0.15


def test_says_that_a_picture_is_mirrored() -> None:
    check("grid", 5, Camera(is_mirrored=True, disc_px=28.0))


@pytest.mark.parametrize("size", [(1080, 1920), (960, 540), (400, 300)])
def test_other_walls(size: tuple[int, int]) -> None:
    pattern = build_pattern("quick", "grid", make_wall(*size))
    frame = shoot(render(pattern, pattern.frames[-1]), pattern, Camera(fill=0.6))
    found = locate(frame, build_preview(frame), [build_marks_layout(*size)])
    assert found is not None
    assert found.identity.pattern_id == pattern.pattern_id


@pytest.mark.parametrize("seed", range(3))
def test_holiday_pictures_do_not_decode(seed: int) -> None:
    rng = np.random.default_rng(seed)
    picture = np.zeros((540, 960, 3))
    for _ in range(120):
        x, y = rng.integers(0, 900), rng.integers(0, 500)
        picture[y : y + rng.integers(10, 120), x : x + rng.integers(10, 120)] = rng.random(3)
    frame = photograph(picture, Camera(fill=1.3))
    assert locate(frame, build_preview(frame), [build_marks_layout(1920, 1080)]) is None
