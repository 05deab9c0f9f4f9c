"""A flat part of a frame as planes of relative light: where they lie, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.errors import CaptureError
from ledcal.moire.lines import find_lines
from ledcal.moire.patch import cut_patch, preview_of
from ledcal.simulate.fringes import FlatPatch, Fringe, flat_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import LinearFrame

SMALL = FlatPatch(width=256, height=192)


def lit(frame: LinearFrame, change: Callable[[FloatArray], FloatArray]) -> LinearFrame:
    """The frame with the values of each plane changed."""
    return replace(
        frame,
        planes=tuple(
            replace(plane, values=change(plane.values).astype(np.float32)) for plane in frame.planes
        ),
    )


def numbered() -> LinearFrame:
    """A frame in which the value of a photosite says where it lies."""
    frame = flat_frame(SMALL)
    planes = []
    for plane in frame.planes:
        rows, columns = plane.values.shape
        x = plane.x + 2 * np.arange(columns)
        y = plane.y + 2 * np.arange(rows)
        planes.append(replace(plane, values=(2000.0 + x[None, :] + 4 * y[:, None])))
    return replace(frame, planes=tuple(planes))


@pytest.mark.parametrize("corner", [(0, 0), (64, 40), (65, 41), (63, 42)])
def test_planes_lie_where_their_offsets_say(corner: tuple[int, int]) -> None:
    x, y = corner
    patch = cut_patch([numbered()], (x, y, 100, 90))
    assert patch.channels == ("R", "G1", "G2", "B")
    assert patch.origin == (x + x % 2, y + y % 2), "the first whole repeat inside the box"
    raw = np.rint(patch.raw * 30000.0 - 2000.0)
    for plane, (left, top) in zip(raw, patch.offsets, strict=True):
        assert plane[0, 0] == patch.origin[0] + left + 4 * (patch.origin[1] + top)
        assert plane[0, 1] - plane[0, 0] == patch.step == 2
        assert plane[1, 0] - plane[0, 0] == 4 * patch.step
    rows, columns = patch.size
    assert (2 * columns, 2 * rows) == (100 - 2 * (x % 2), 90 - 2 * (y % 2))


def test_contrast_is_over_the_light_of_each_plane() -> None:
    frame = flat_frame(SMALL, [Fringe(0.08, 0.05, 0.1)])
    tinted = replace(
        frame,
        planes=tuple(
            replace(plane, values=plane.values * gain + 700.0, black=700.0, white=30700.0)
            for plane, gain in zip(frame.planes, (0.4, 1.0, 1.0, 0.6), strict=True)
        ),
    )
    plain, coloured = cut_patch([frame]), cut_patch([tinted])
    np.testing.assert_allclose(coloured.values, plain.values, atol=2e-5)
    np.testing.assert_allclose(coloured.light, plain.light * [0.4, 1.0, 1.0, 0.6], rtol=1e-5)
    assert plain.light == pytest.approx(np.full(4, 0.18), rel=1e-2)
    assert plain.values.std() == pytest.approx(np.hypot(0.1 / np.sqrt(2), 0.0137), rel=0.02)


def test_a_colour_without_light_is_left_out() -> None:
    frame = flat_frame(SMALL)
    dark = replace(frame.planes[3], values=frame.planes[3].values * 0.01)
    assert cut_patch([replace(frame, planes=(*frame.planes[:3], dark))]).channels == (
        "R",
        "G1",
        "G2",
    )


def test_frames_are_averaged() -> None:
    frames = [flat_frame(SMALL, index=i) for i in range(9)]
    one, nine = cut_patch(frames[:1]), cut_patch(frames)
    assert (one.n_frames, nine.n_frames) == (1, 9)
    assert one.values.std() / nine.values.std() == pytest.approx(3.0, rel=0.03)
    assert nine.light == pytest.approx(one.light, rel=2e-3)


def test_vignetting_is_no_line() -> None:
    frame = flat_frame(replace(SMALL, vignetting=0.4, height=256, seed=3))
    patch = cut_patch([frame])
    assert patch.values.std() == pytest.approx(0.0150, rel=0.03), "noise, and no fall-off"
    assert find_lines(patch).found == ()


def test_a_steep_fall_off_is_no_line() -> None:
    frame, planes = flat_frame(FlatPatch(width=256, height=256, seed=3)), []
    for plane in frame.planes:
        y, x = np.mgrid[:128, :128] / 128.0 - 0.5
        fall = 1.0 - 0.4 * (2.0 * (x * x + y * y)) ** 2
        planes.append(replace(plane, values=(plane.values * fall).astype(np.float32)))
    patch = cut_patch([replace(frame, planes=tuple(planes))])
    blocks = patch.values.reshape(4, 8, 16, 8, 16).mean(axis=(2, 4))
    assert np.abs(blocks).max() < 5e-3, "noise of a block is 0.1 %"


@pytest.mark.parametrize(
    ("box", "said"),
    [
        (
            (0, 0, 62, 200),
            "the region has 62 x 192 pixels inside the picture",
        ),
        ((0, 0, 200, 62), "expected at least 64 x 64; choose a larger one"),
        ((220, 0, 100, 100), "has 36 x 100 pixels inside the picture, expected at least 64"),
        ((300, 300, 100, 100), "has 0 x 0 pixels inside"),
    ],
)
def test_too_small_a_region_is_refused(box: tuple[float, float, float, float], said: str) -> None:
    with pytest.raises(CaptureError, match=said):
        cut_patch([flat_frame(SMALL)], box)


def test_the_smallest_region_will_do() -> None:
    assert cut_patch([flat_frame(SMALL)], (3, 5, 66, 66)).size == (32, 32)


def test_light_near_white_and_hardly_any_are_refused() -> None:
    frame = flat_frame(SMALL)
    clipping = replace(
        frame, planes=tuple(replace(plane, saturation=5550.0) for plane in frame.planes)
    )
    with pytest.raises(CaptureError, match=r"flat: 10\.\d % of the region is at white .limit 0\.1"):
        cut_patch([clipping])
    enough = replace(
        frame, planes=tuple(replace(plane, saturation=6000.0) for plane in frame.planes)
    )
    assert cut_patch([enough]).clipped < 1e-3
    with pytest.raises(CaptureError, match=r"0\.009 % of the white level .limit 0\.02 %.*; show a"):
        cut_patch([lit(frame, lambda values: values * 5e-4)])
    with pytest.raises(CaptureError, match="of the white level"):
        cut_patch([lit(frame, lambda values: values * 0.0)])
    assert cut_patch([lit(frame, lambda values: values * 2e-3)]).light.max() < 4e-4


def test_the_preview_is_small_and_neutral() -> None:
    frame = flat_frame(replace(SMALL, vignetting=0.8))
    tinted = replace(
        frame,
        planes=tuple(
            replace(plane, values=plane.values * gain)
            for plane, gain in zip(frame.planes, (0.4, 1.0, 1.0, 0.6), strict=True)
        ),
    )
    seen = preview_of(tinted, widest=50)
    assert seen.shape == (32, 43, 3)
    assert 0.0 <= seen.min() < seen.max() <= 1.0
    np.testing.assert_allclose(seen.mean(axis=(0, 1)), seen.mean(), rtol=0.01)
    middle, corner = seen[14:18, 20:24].mean(), seen[:4, :4].mean()
    assert corner / middle == pytest.approx(0.3 ** (1 / 2.2), rel=0.05)
    grey = replace(frame, planes=frame.planes[:1])
    assert preview_of(grey).shape == (96, 128, 3), "one channel is shown as grey"
