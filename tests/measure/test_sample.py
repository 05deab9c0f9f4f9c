from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.measure import FrameSamples, WallView, sample_frame
from ledcal.pattern import build_pattern, render
from ledcal.values.frame import Exposure, LinearFrame, Plane
from ledcal.values.pattern import FrameKind
from tests.measure.camera import Camera, make_wall, photograph, shoot

if TYPE_CHECKING:
    from ledcal.values.arrays import AnyArray
    from ledcal.values.pattern import Pattern

PATTERN = build_pattern("quick", "grid", make_wall())
STAGE = Camera(disc_px=14.0, k1=-0.02)


def known(pattern_id: int) -> Pattern | None:
    return PATTERN if pattern_id == PATTERN.pattern_id else None


def take(index: int, camera: Camera = STAGE, near: WallView | None = None) -> FrameSamples:
    frame = shoot(render(PATTERN, PATTERN.frames[index]), PATTERN, camera, seed=index)
    return sample_frame(frame, known, walls=[(1920, 1080)], near=near)


@pytest.fixture(scope="module")
def first() -> FrameSamples:
    return take(1)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how often markers are searched."""
    module = sys.modules["ledcal.measure.locate"]
    found = module.find_markers_and_quads
    calls: list[int] = []

    def counted(image: AnyArray, bits: object) -> object:
        calls.append(image.size)
        return found(image, bits)

    monkeypatch.setattr(module, "find_markers_and_quads", counted)
    return calls


def view_of(samples: FrameSamples) -> WallView:
    assert samples.view is not None
    return samples.view


def test_a_camera_that_stands_still_is_not_searched(
    first: FrameSamples, searches: list[int]
) -> None:
    found = take(5, near=view_of(first))
    assert searches == []
    assert found.identity is not None
    assert found.identity.frame_index == 5
    assert np.array_equal(view_of(found).homography, view_of(first).homography)


def test_near_changes_no_number_beyond_its_noise(first: FrameSamples) -> None:
    alone, beside = take(5).columns, take(5, near=view_of(first)).columns
    assert alone is not None
    assert beside is not None
    apart = np.abs(alone.mean - beside.mean) / np.hypot(alone.sigma, 2e-5)
    assert float(np.sqrt(np.mean(apart**2))) < 0.35
    assert float(apart.max()) < 3.0


def test_a_camera_that_moved_a_little_is_followed(first: FrameSamples, searches: list[int]) -> None:
    camera = Camera(disc_px=14.0, k1=-0.02, shift=(2.0, 1.0), rotation_deg=0.1)
    found = take(5, camera, near=view_of(first))
    assert searches == []
    middle = np.array([960.0, 540.0])
    truth = camera.view(1920, 1080).to_frame(middle[None])
    assert np.linalg.norm(view_of(found).to_frame(middle[None]) - truth) < 0.5


def test_a_camera_that_moved_far_is_searched(first: FrameSamples, searches: list[int]) -> None:
    found = take(5, Camera(fill=0.5, rotation_deg=20.0), near=view_of(first))
    assert searches
    assert found.identity is not None
    assert found.columns is not None


def test_a_nearby_view_finds_frames_that_are_hardly_lit(first: FrameSamples) -> None:
    camera = Camera(disc_px=14.0, k1=-0.02, exposure=0.003, electrons=20000.0)
    found = take(5, camera, near=view_of(first))
    assert found.identity is not None
    assert found.identity.frame_index == 5


@pytest.mark.parametrize("kind", ["grey card", "lens cap", "speckle"])
def test_noise_is_not_searched(kind: str, searches: list[int]) -> None:
    rng = np.random.default_rng(2)
    planes = []
    for name, x, y in (("R", 0, 0), ("G1", 1, 0), ("G2", 0, 1), ("B", 1, 1)):
        dn = {
            "grey card": rng.normal(4000.0, 30.0, (480, 720)),
            "lens cap": rng.normal(512.0, 3.0, (480, 720)),
            "speckle": 512.0 + rng.exponential(900.0, (480, 720)),
        }[kind]
        values = np.rint(dn).astype(np.uint16)
        planes.append(Plane(values, name, x, y, 2, 512.0, 16383.0, 16383.0))
    frame = LinearFrame(kind, 1440, 960, tuple(planes), "camera", Exposure(), None)
    assert sample_frame(frame, known, walls=[(1920, 1080)]).identity is None
    assert searches == []


def test_pictures_of_something_else_cost_few_searches(searches: list[int]) -> None:
    rng = np.random.default_rng(1)
    scene = np.repeat(np.kron(rng.uniform(0, 1, (10, 15)), np.ones((40, 40)))[..., None], 3, axis=2)
    frame = photograph(scene, Camera(fill=1.3))
    assert sample_frame(frame, known, walls=[(1920, 1080)]).identity is None
    assert len(searches) <= 4


def test_a_white_wall_that_fills_the_picture_is_not_taken_for_noise() -> None:
    index = next(frame.index for frame in PATTERN.frames if frame.kind is FrameKind.FLAT)
    found = take(index, Camera(width=960, height=540, fill=1.0))
    assert found.identity is not None
    assert found.identity.frame_index == index
