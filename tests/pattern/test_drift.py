"""The drift pattern: three frames that fit on any wall and are known by their id."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ledcal.colorimetry.transfer import eotf
from ledcal.pattern import build_pattern, builtin, render
from ledcal.pattern.arrange import is_central
from ledcal.values.marks import build_marks_layout, describe_pattern_id
from ledcal.values.pattern import FrameKind, PatchKind, Region
from tests.pattern.test_build import make_wall, overlap

WALLS = [
    (1920, 1080), (1080, 1920), (960, 540), (400, 300), (3840, 2160), (3840, 1080), (7680, 1080),
    (1080, 7680), (1024, 1024), (720, 1280), (208, 104), (5504, 768),
]  # fmt: skip
EOTFS = ["ST 2084", "gamma 2.4", "sRGB"]


@pytest.mark.parametrize("size", WALLS)
def test_ten_patches_in_three_frames_and_two_dark_places(size: tuple[int, int]) -> None:
    pattern = build_pattern("drift", "grid", make_wall(*size))
    kinds = [frame.kind for frame in pattern.frames]
    assert kinds == [FrameKind.BLACK, FrameKind.FLAT, FrameKind.PATCHES]
    patches = pattern.frames[2].patches
    lit = [patch for patch in patches if patch.kind is not PatchKind.DARK]
    assert 8 <= len(lit) <= 12
    assert len(patches) - len(lit) == 2
    assert not any(patch.code.any() for patch in patches if patch.kind is PatchKind.DARK)
    colours = [patch for patch in lit if patch.kind is not PatchKind.NEUTRAL]
    assert [patch.kind.value for patch in colours] == ["red", "green", "blue"]
    for channel, patch in enumerate(colours):
        assert np.flatnonzero(patch.code).tolist() == [channel]


@pytest.mark.parametrize("size", WALLS)
def test_patches_stand_in_the_content_and_apart(size: tuple[int, int]) -> None:
    pattern = build_pattern("drift", "grid", make_wall(*size))
    content = build_marks_layout(*size).content
    cells = [patch.region for patch in pattern.frames[2].patches]
    for cell in cells:
        assert min(cell.width, cell.height) >= 4
        assert max(cell.width / cell.height, cell.height / cell.width) < 5.0
        assert content.x <= cell.x
        assert content.y <= cell.y
        assert cell.x + cell.width <= content.x + content.width
        assert cell.y + cell.height <= content.y + content.height
    for one, other in itertools.combinations(cells, 2):
        grown = Region(one.x - 1, one.y - 1, one.width + 2, one.height + 2)
        assert not overlap(grown, other)
    # As large as the wall allows, and none much smaller than the others.
    areas = [cell.width * cell.height for cell in cells]
    assert min(areas) > 0.9 * max(areas)
    assert sum(areas) > 0.5 * content.width * content.height
    assert pattern.frames[1].patches[0].region == content


@pytest.mark.parametrize("size", WALLS)
def test_the_dark_places_are_near_the_walls_middle_and_not_in_it(size: tuple[int, int]) -> None:
    patches = build_pattern("drift", "grid", make_wall(*size)).frames[2].patches
    middles = np.array(
        [(p.region.x + p.region.width / 2, p.region.y + p.region.height / 2) for p in patches]
    )
    dark = np.array([patch.kind is PatchKind.DARK for patch in patches])
    assert not is_central(middles[dark], *size).any()
    offset = np.hypot(*(middles - np.array(size) / 2).T)
    assert offset[dark].max() < np.sort(offset)[-2], "not at the wall's ends"
    one = patches[0].region
    assert np.hypot(*np.diff(middles[dark], axis=0)[0]) > np.hypot(one.width, one.height)


@pytest.mark.parametrize("name", EOTFS)
def test_levels_are_ten_bit_codes_from_peak_to_its_three_thousandth(name: str) -> None:
    wall = make_wall(name=name)
    pattern = build_pattern("drift", "grid", wall)
    codes = np.array([patch.code for frame in pattern.frames for patch in frame.patches])
    np.testing.assert_allclose(codes * 1023, np.rint(codes * 1023), atol=1e-9)
    greys = np.array([p.code for p in pattern.frames[2].patches if p.kind is PatchKind.NEUTRAL])
    light = np.sort(eotf(name, greys[:, 0], peak_nits=1500.0) / 1500.0)[::-1]
    np.testing.assert_allclose(light, [1.0, 0.6, 0.25, 0.09, 0.03, 0.01, 0.003], rtol=0.06)
    assert (eotf(name, codes, peak_nits=1500.0) <= 1500.0 * 1.001).all()
    assert np.ptp(greys, axis=1).max() == 0.0


@pytest.mark.parametrize("name", EOTFS)
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (208, 104)])
def test_it_is_known_by_its_id_without_a_plan(size: tuple[int, int], name: str) -> None:
    wall = make_wall(*size, name)
    pattern = build_pattern("drift", "grid", wall)
    found = builtin(pattern.pattern_id, wall)
    assert found is not None
    assert (found.name, found.layout, found.pattern_id) == ("drift", "grid", pattern.pattern_id)
    for one, other in zip(found.frames, pattern.frames, strict=True):
        assert [(p.kind, p.region, p.code.tolist()) for p in one.patches] == [
            (p.kind, p.region, p.code.tolist()) for p in other.patches
        ]
    assert builtin(pattern.pattern_id, make_wall(size[0] + 16, size[1], name)) is None
    assert "drift" in describe_pattern_id(pattern.pattern_id)


def test_walls_that_differ_have_patterns_that_differ() -> None:
    walls = [make_wall(*size, name) for size in WALLS for name in EOTFS]
    ids = {build_pattern("drift", "grid", wall).pattern_id for wall in walls}
    assert len(ids) == len(walls)


def test_it_is_the_same_whatever_the_layout() -> None:
    wall = make_wall()
    single, grid = (build_pattern("drift", layout, wall) for layout in ("single", "grid"))
    assert single.pattern_id == grid.pattern_id
    with pytest.raises(ValueError, match="unknown set 'drift'"):
        build_pattern("drift", "ring", wall)


def test_frames_show_what_they_say() -> None:
    pattern = build_pattern("drift", "grid", make_wall(960, 540))
    content = build_marks_layout(960, 540).content
    inside = (
        slice(content.y, content.y + content.height),
        slice(content.x, content.x + content.width),
    )
    black, flat, patches = (render(pattern, frame)[inside] for frame in pattern.frames)
    assert not black.any()
    assert np.unique(flat.reshape(-1, 3), axis=0).shape == (1, 3)
    for patch in pattern.frames[2].patches:
        top, left = patch.region.y - content.y, patch.region.x - content.x
        shown = patches[top : top + patch.region.height, left : left + patch.region.width]
        assert np.abs(shown - patch.code).max() < 1e-6
