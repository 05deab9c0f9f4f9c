from __future__ import annotations

import itertools

import numpy as np
import pytest

from ledcal.colorimetry.transfer import eotf
from ledcal.pattern import SET_SIZES, build_pattern, builtin, render
from ledcal.values.marks import build_marks_layout
from ledcal.values.pattern import FrameKind, PatchKind, Region
from ledcal.values.stage import Gamut, Wall

GAMUT = Gamut("P3-D65", [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]], [0.3127, 0.329])
WALLS = [(1920, 1080), (7680, 1080), (1080, 1920), (960, 540), (3840, 2160), (400, 300)]


def make_wall(width: int = 1920, height: int = 1080, name: str = "ST 2084") -> Wall:
    return Wall("w", width, height, None, name, 1500.0, GAMUT)


def overlap(a: Region, b: Region) -> bool:
    return (
        a.x < b.x + b.width
        and b.x < a.x + a.width
        and a.y < b.y + b.height
        and b.y < a.y + a.height
    )


@pytest.mark.parametrize("layout", ["single", "grid"])
@pytest.mark.parametrize("size", WALLS)
def test_patches_stand_clear_of_marks_and_of_each_other(size: tuple[int, int], layout: str) -> None:
    pattern = build_pattern("quick", layout, make_wall(*size))
    marks = build_marks_layout(*size)
    taken = [*marks.fiducials, *itertools.chain.from_iterable(marks.cells)]
    for frame in pattern.frames:
        for patch in frame.patches:
            box = patch.region
            assert box.x >= 0
            assert box.y >= 0
            assert box.x + box.width <= size[0]
            assert box.y + box.height <= size[1]
            assert not any(overlap(box, mark) for mark in taken)
        cells = [p.region for p in frame.patches if p.kind is not PatchKind.FLAT]
        assert not any(overlap(a, b) for a, b in itertools.combinations(cells, 2))


@pytest.mark.parametrize("eotf_name", ["ST 2084", "gamma 2.4", "sRGB"])
@pytest.mark.parametrize("name", sorted(SET_SIZES))
def test_colours_are_distinct_ten_bit_and_within_peak(name: str, eotf_name: str) -> None:
    wall = make_wall(name=eotf_name)
    pattern = build_pattern(name, "single", wall)
    patches = [
        frame.patches[0]
        for frame in pattern.frames
        if frame.kind is FrameKind.PATCHES and frame.patches[0].kind is not PatchKind.ANCHOR
    ]
    codes = np.array([patch.code for patch in patches])
    values = np.rint(codes * 1023)
    assert len(np.unique(values, axis=0)) == len(values) == SET_SIZES[name]
    np.testing.assert_allclose(codes * 1023, values, atol=1e-9)
    top = int(values.max())
    assert float(eotf(eotf_name, top / 1023, peak_nits=1500.0)) > 0.985 * 1500.0
    if eotf_name == "ST 2084":
        unheld = float(eotf(eotf_name, top / 1023, peak_nits=1e4))
        assert unheld <= 1500.0 * (1 + 1e-9)
    shown = {tuple(row) for row in values.astype(int).tolist()}
    corners = {row for row in itertools.product((0, top), repeat=3) if any(row)}
    assert corners <= shown


def test_standard_set_is_structured() -> None:
    pattern = build_pattern("standard", "single", make_wall())
    kinds = [frame.patches[0].kind for frame in pattern.frames if frame.patches]
    count = {kind: kinds.count(kind) for kind in PatchKind}
    assert count[PatchKind.RED] == count[PatchKind.GREEN] == count[PatchKind.BLUE] == 36
    assert count[PatchKind.NEUTRAL] == 30
    assert count[PatchKind.CYAN] == 12
    # An anchor every ten patches, one at the end.
    assert count[PatchKind.ANCHOR] == 31


def test_single_order_does_not_follow_level() -> None:
    pattern = build_pattern("standard", "single", make_wall())
    light = [
        float(eotf("ST 2084", frame.patches[0].code, peak_nits=1500.0).mean())
        for frame in pattern.frames
        if frame.kind is FrameKind.PATCHES and frame.patches[0].kind is not PatchKind.ANCHOR
    ]
    order = np.arange(len(light))
    assert abs(np.corrcoef(order, light)[0, 1]) < 0.1


@pytest.mark.parametrize(("size", "n_raws"), [((1920, 1080), 13), ((7680, 1080), 7)])
def test_standard_grid_needs_about_a_dozen_raws(size: tuple[int, int], n_raws: int) -> None:
    assert len(build_pattern("standard", "grid", make_wall(*size)).frames) == n_raws


def test_grid_frames_have_the_same_mean_light() -> None:
    pattern = build_pattern("standard", "grid", make_wall())
    sums = []
    for frame in pattern.frames:
        if frame.kind is FrameKind.PATCHES:
            codes = np.array([patch.code for patch in frame.patches])
            sums.append(float(eotf("ST 2084", codes, peak_nits=1500.0).sum()))
            kinds = [patch.kind for patch in frame.patches]
            assert kinds.count(PatchKind.ANCHOR) == 4
            assert kinds.count(PatchKind.DARK) >= 6
    assert max(sums) / min(sums) < 1.002


def test_grid_gaps_hold_a_blur_disc() -> None:
    pattern = build_pattern("standard", "grid", make_wall())
    cells = [patch.region for patch in pattern.frames[-1].patches]
    beside = [b.x - a.x - a.width for a, b in itertools.pairwise(cells) if b.y == a.y]
    assert min(beside) >= 40


def test_flats_leave_dark_cells_dark() -> None:
    pattern = build_pattern("quick", "grid", make_wall())
    flats = [frame for frame in pattern.frames if frame.kind is FrameKind.FLAT]
    assert [np.flatnonzero(f.patches[0].code).tolist() for f in flats] == [[0, 1, 2], [0], [1], [2]]
    image = render(pattern, flats[0])
    for patch in flats[0].patches[1:]:
        box = patch.region
        assert image[box.y : box.y + box.height, box.x : box.x + box.width].max() == 0.0


def test_render_shows_patches_and_the_same_marks_light_in_every_frame() -> None:
    pattern = build_pattern("quick", "grid", make_wall(960, 540))
    images = [render(pattern, frame) for frame in pattern.frames]
    patch = pattern.frames[-1].patches[1]
    box = patch.region
    middle = images[-1][box.y + box.height // 2, box.x + box.width // 2]
    np.testing.assert_allclose(middle, patch.code, atol=1e-7)
    content = build_marks_layout(960, 540).content
    for image in images:
        assert image.shape == (540, 960, 3)
        image[content.y : content.y + content.height] = 0.0
    lit = [int((image[..., 0] > 0).sum()) for image in images]
    assert max(lit) - min(lit) <= 0.005 * max(lit)


def test_builtin_knows_its_own_and_no_other_wall() -> None:
    wall = make_wall()
    ids = set()
    for name, layout in itertools.product(SET_SIZES, ("single", "grid")):
        pattern = build_pattern(name, layout, wall)
        ids.add(pattern.pattern_id)
        again = builtin(pattern.pattern_id, wall)
        assert again is not None
        assert (again.name, again.layout) == (name, layout)
        assert builtin(pattern.pattern_id, make_wall(name="gamma 2.4")) is None
    assert len(ids) == 6
    assert builtin(0, wall) is None


@pytest.mark.parametrize(("name", "layout"), [("huge", "grid"), ("quick", "rows")])
def test_unknown_names_are_refused(name: str, layout: str) -> None:
    with pytest.raises(ValueError, match="unknown"):
        build_pattern(name, layout, make_wall())
