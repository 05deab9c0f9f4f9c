"""A frame to numbers: find the wall, read the strip, average every region."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.locate import Located, locate
from ledcal.measure.preview import build_preview
from ledcal.measure.region import measure_points, measure_polygons
from ledcal.measure.ripple import find_ripples, shows_flat
from ledcal.measure.samples import (
    FrameSamples,
    RegionColumns,
    central_points,
    field_points,
    pattern_regions,
    uneven_points,
)
from ledcal.measure.strip import measure_contrast, region_points
from ledcal.measure.view import WallView
from ledcal.values.marks import build_marks_layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledcal.measure.preview import Preview
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.evidence import Ripple
    from ledcal.values.frame import LinearFrame
    from ledcal.values.marks import MarksLayout
    from ledcal.values.pattern import Pattern, Region

_DRIFT = "drift"
_CHANNELS = {"R": 0, "G1": 1, "G2": 1, "G": 1, "B": 2}
# Walls that are tried when nothing is known: shapes, not sizes, matter.
_COMMON_WALLS = ((1920, 1080), (1080, 1920), (3840, 1080), (1440, 1080), (7680, 1080))
# How far from a region's border samples keep, in standard deviations of the defocus: a disc's
# radius is two, a Gaussian has 0.6 % left at two and a half.
_MARGIN_SIGMAS = 2.5
_SMALLEST_SHARE = 0.3
_CELL_SHARE = 0.35
# Once round a square, three points a side between corners: an outline bent by the lens is followed.
_TURN = (-1.0, -0.5, 0.0, 0.5)
_OUTLINE = np.array(
    [(t, -1.0) for t in _TURN]
    + [(1.0, t) for t in _TURN]
    + [(-t, 1.0) for t in _TURN]
    + [(-1.0, -t) for t in _TURN]
)


def sample_frame(
    frame: LinearFrame,
    pattern_for: Callable[[int], Pattern | None],
    *,
    walls: Sequence[tuple[int, int]] = (),
    near: WallView | None = None,
) -> FrameSamples:
    """Measure every region of the pattern that a frame shows.

    All regions are measured in every frame, lit or not, so that black and flat frames serve
    each region on its own.

    Parameters
    ----------
    frame : LinearFrame
        Raw planes or a linear image.
    pattern_for : callable
        Pattern of an id, or None where it is not known.
    walls : sequence of (int, int)
        Width and height of the walls it may be; common shapes are tried after them.
    near : WallView or None
        View of another frame of the take (`FrameSamples.view`). Where the strip can be read
        there, the wall is not searched, and where its edges lie as expected the view is kept.

    Returns
    -------
    FrameSamples
        Small: the frame can be let go. A frame that shows no strip gives one without identity.
    """
    preview = build_preview(frame)
    layouts = [build_marks_layout(*size) for size in dict.fromkeys((*walls, *_COMMON_WALLS))]
    located = locate(frame, preview, layouts, near=() if near is None else (near,))
    pattern = None if located is None else pattern_for(located.identity.pattern_id)
    columns = tiles = contrast = uneven = None
    ripples: tuple[Ripple, ...] = ()
    outside = 0.0
    if located is not None and pattern is not None:
        located = _on_its_wall(frame, preview, located, pattern)
        columns = _measure(frame, located, pattern)
        outside = _share_outside(located.view, pattern)
        contrast = measure_contrast(preview, located.view, located.layout)
        if pattern.name == _DRIFT:
            uneven = _measure_uneven(frame, located.view, pattern)
        if shows_flat(pattern, located.identity.frame_index):
            tiles = _measure_tiles(frame, located.view, pattern)
            ripples = find_ripples(frame, located.view, pattern)
    elif near is not None:
        contrast = measure_contrast(preview, near, layouts[0])
    values = [plane.values[::4, ::4] >= plane.saturation for plane in frame.planes]
    return FrameSamples(
        name=frame.name,
        identity=None if located is None else located.identity,
        columns=columns,
        view=None if located is None else located.view,
        blur_px=0.0 if located is None else located.blur_px,
        brightest=preview.top,
        clipped=float(np.mean([share.mean() for share in values])),
        outside=outside,
        contrast=contrast,
        tiles=tiles,
        uneven=uneven,
        ripples=ripples,
        space=frame.space,
        exposure=frame.exposure,
        colour=frame.colour,
        camera_model=frame.camera_model,
    )


def _on_its_wall(
    frame: LinearFrame, preview: Preview, located: Located, pattern: Pattern
) -> Located:
    """Find the wall again in its own pixels, if another of its shape was tried."""
    found = located.layout
    if (found.width_px, found.height_px) == (pattern.width_px, pattern.height_px):
        return located
    sx, sy = found.width_px / pattern.width_px, found.height_px / pattern.height_px
    resize = np.array([[sx, 0.0, (sx - 1) / 2], [0.0, sy, (sy - 1) / 2], [0.0, 0.0, 1.0]])
    matrix = located.view.homography @ resize
    view = WallView(matrix / matrix[2, 2], located.view.k1, frame.width, frame.height)
    layout = build_marks_layout(pattern.width_px, pattern.height_px)
    return locate(frame, preview, [layout], near=[view]) or located


def _measure(frame: LinearFrame, located: Located, pattern: Pattern) -> RegionColumns:
    """Average every patch region, strip cell and tile of the wall's middle, plane by plane."""
    view = located.view
    regions = pattern_regions(pattern)
    shape = (len(regions), len(frame.planes))
    mean, deviation, gradient = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
    count, saturated = np.zeros(shape, dtype=np.int64), np.zeros(shape)
    outlines = view.to_frame(_inner_outlines(regions, located, frame.planes[0].step))
    for row, corners in enumerate(outlines):
        for column, found in enumerate(measure_polygons(frame.planes, corners)):
            mean[row, column], deviation[row, column] = found.mean, found.deviation
            count[row, column], saturated[row, column] = found.n, found.saturated
            gradient[row, column] = found.gradient
    places = [_cell_points(located.layout), central_points(pattern.width_px, pattern.height_px)]
    cells, cell_sigma, n_points = _measure_places(frame, view, places)
    channel = np.array([_CHANNELS[plane.channel] for plane in frame.planes])
    sigma = deviation / np.sqrt(np.maximum(count, 1))
    n_cells = len(cells)
    return RegionColumns(
        mean=np.vstack([_by_channel(mean, channel), _by_channel(cells, channel)]),
        sigma=np.vstack(
            [
                _by_channel(sigma**2, channel, is_variance=True) ** 0.5,
                _by_channel(cell_sigma**2, channel, is_variance=True) ** 0.5,
            ]
        ),
        deviation=np.vstack([_by_channel(deviation, channel), np.full((n_cells, 3), np.nan)]),
        n_samples=np.concatenate([count.sum(axis=1), n_points]),
        saturated=np.concatenate([saturated.max(axis=1), np.zeros(n_cells)]),
        gradient=np.concatenate([gradient.max(axis=1), np.zeros(n_cells)]),
        green_split=np.concatenate([_green_split(frame, mean), np.zeros(n_cells)]),
    )


def _measure_places(
    frame: LinearFrame, view: WallView, places: Sequence[FloatArray]
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Mean light of sets of points: mean and sigma of shape (n, planes), count of all planes."""
    means, sigmas, counts = [], [], []
    for points in places:
        seen = view.to_frame(points)
        found = [measure_points(plane, seen) for plane in frame.planes]
        means.append(np.stack([mean for mean, _ in found], axis=1))
        sigmas.append(np.stack([sigma for _, sigma in found], axis=1))
        counts.append(np.full(len(points), points.shape[1] * len(frame.planes)))
    return np.concatenate(means), np.concatenate(sigmas), np.concatenate(counts)


def _measure_tiles(frame: LinearFrame, view: WallView, pattern: Pattern) -> FloatArray:
    """Mean light of each tile of the wall, camera RGB."""
    points = field_points(pattern.width_px, pattern.height_px)
    rows, columns = points.shape[:2]
    mean, _, _ = _measure_places(frame, view, [points.reshape(rows * columns, -1, 2)])
    channel = np.array([_CHANNELS[plane.channel] for plane in frame.planes])
    return _by_channel(mean, channel).reshape(rows, columns, 3)


def _measure_uneven(
    frame: LinearFrame, view: WallView, pattern: Pattern
) -> tuple[FloatArray, FloatArray]:
    """Light and standard error of every place that the drift pattern lights."""
    points, _ = uneven_points(pattern.width_px, pattern.height_px)
    mean, sigma, _ = _measure_places(frame, view, [points])
    channel = np.array([_CHANNELS[plane.channel] for plane in frame.planes])
    return _by_channel(mean, channel), _by_channel(sigma**2, channel, is_variance=True) ** 0.5


@lru_cache(maxsize=8)
def _cell_points(layout: MarksLayout) -> FloatArray:
    """Points of every cell, shape (96, 144, 2)."""
    return np.stack(
        [region_points(cell, 12, _CELL_SHARE) for pair in layout.cells for cell in pair]
    )


def _inner_outlines(regions: Sequence[Region], located: Located, step: int) -> FloatArray:
    """Outline what defocused borders do not reach of each region, shape (n, 16, 2), wall px."""
    boxes = np.array([(one.x, one.y, one.width, one.height) for one in regions], dtype=np.float64)
    boxes = boxes.reshape(-1, 4)
    size = boxes[:, 2:]
    middle = boxes[:, :2] + (size - 1) / 2
    scale = np.array([located.view.scale(point) for point in middle])
    margin = _MARGIN_SIGMAS * located.blur_px + 0.5 * step / np.maximum(scale, 1e-6)
    half = np.maximum(size / 2 - margin[:, None], _SMALLEST_SHARE * size / 2)
    return np.asarray(middle[:, None, :] + _OUTLINE * half[:, None, :], dtype=np.float64)


def _by_channel(values: FloatArray, channel: IntArray, *, is_variance: bool = False) -> FloatArray:
    """Average planes (n, planes) of the same colour to (n, 3); variances of a mean."""
    columns = []
    for index in range(3):
        own = values[:, channel == index]
        mean = own.mean(axis=1)
        columns.append(mean / own.shape[1] if is_variance else mean)
    return np.stack(columns, axis=1)


def _green_split(frame: LinearFrame, mean: FloatArray) -> FloatArray:
    """(G1 - G2) / G per region, 0 for frames with one green."""
    names = [plane.channel for plane in frame.planes]
    if names.count("G1") != 1 or names.count("G2") != 1:
        return np.zeros(len(mean))
    first, second = mean[:, names.index("G1")], mean[:, names.index("G2")]
    with np.errstate(divide="ignore", invalid="ignore"):
        split = 2 * (first - second) / (first + second)
    return np.where(np.isfinite(split), split, 0.0)


def _share_outside(view: WallView, pattern: Pattern) -> float:
    """Share of the wall's outline that the picture does not hold."""
    steps = np.linspace(0.0, 1.0, 50)
    right, bottom = pattern.width_px - 1, pattern.height_px - 1
    zeros, ones = np.zeros(50), np.ones(50)
    outline = np.concatenate(
        [
            np.stack(side, axis=1)
            for side in (
                (steps * right, zeros),
                (steps * right, ones * bottom),
                (zeros, steps * bottom),
                (ones * right, steps * bottom),
            )
        ]
    )
    points = view.to_frame(outline)
    inside = (points >= -0.5).all(axis=1)
    inside &= (points[:, 0] <= view.width - 0.5) & (points[:, 1] <= view.height - 0.5)
    return float(1.0 - inside.mean())
