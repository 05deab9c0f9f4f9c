"""From the frames of a take to the evidence of how it was shot."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.black import dark_cells, dark_places
from ledcal.measure.samples import pattern_regions
from ledcal.values.evidence import FrameColumns, TakeEvidence, WallLight
from ledcal.values.marks import PAYLOAD_BITS, build_marks_layout
from ledcal.values.pattern import FrameKind, PatchKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.black import Black
    from ledcal.measure.samples import FrameSamples
    from ledcal.measure.stack import Stack
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.evidence import Sorting
    from ledcal.values.pattern import Pattern

# Tiles nearer than this to a dark place of a flat frame, or to the marks, are left out.
_DARK_MODULES = 1.25
# Frames with less light than this share of the brightest say little of the veil.
_LIT_SHARE = 0.2


def gather_evidence(
    pattern: Pattern,
    frames: Sequence[FrameSamples],
    sorting: Sorting,
    stack: Stack,
    black: Black,
    *,
    own_black: FloatArray,
    gain: tuple[FloatArray, FloatArray],
) -> TakeEvidence:
    """Put together what a take shows of how it was shot.

    Parameters
    ----------
    pattern : Pattern
        What was shown.
    frames : sequence of FrameSamples
        Those that are used, at least one.
    sorting : Sorting
        What became of all files.
    stack, black : Stack, Black
        The same frames by regions, and what their black frames show.
    own_black : ndarray, shape (3,)
        What a black wall shows in its middle, the marks' glare off.
    gain : (ndarray, ndarray)
        Of `strip_gains`.

    Returns
    -------
    TakeEvidence
        Camera RGB.
    """
    first = frames[0]
    ripples = [frame.ripples for frame in frames if frame.ripples]
    view = next(frame.view for frame in frames if frame.view is not None)
    return TakeEvidence(
        pattern=pattern,
        is_raw=first.space == "camera",
        frame_px=(view.width, view.height),
        sorting=sorting,
        frames=_columns(pattern, frames, gain),
        light=WallLight(
            black=own_black if black.rows else np.full(3, np.nan),
            peak=_peak(pattern, stack, black),
            veil=_veil(pattern, stack, black),
            fields=_fields(pattern, frames),
        ),
        bands=tuple(band for band, _ in ripples),
        lines=tuple(line for _, line in ripples),
    )


def _columns(
    pattern: Pattern, frames: Sequence[FrameSamples], gain: tuple[FloatArray, FloatArray]
) -> FrameColumns:
    neutral = [
        np.full(3, np.nan) if frame.colour is None else frame.colour.neutral for frame in frames
    ]
    views = [np.eye(3) if frame.view is None else frame.view.homography for frame in frames]
    return FrameColumns(
        names=tuple(frame.name for frame in frames),
        numbers=np.array([_number(frame) for frame in frames], dtype=np.int64),
        exposures=tuple(frame.exposure for frame in frames),
        neutral=np.array([row / row[1] for row in neutral]),
        brightest=np.array([frame.brightest for frame in frames]),
        clipped=np.array([frame.clipped for frame in frames]),
        outside=np.array([frame.outside for frame in frames]),
        blur_px=np.array([frame.blur_px for frame in frames]),
        homography=np.array(views),
        gain=gain[0],
        gain_error=gain[1],
        mean_light=np.array([_mean_light(pattern, frame) for frame in frames]),
    )


def _number(frame: FrameSamples) -> int:
    return -1 if frame.identity is None else frame.identity.frame_index


def _cells(pattern: Pattern, frame: FrameSamples) -> FloatArray:
    """Light of the 96 strip cells."""
    if frame.columns is None:
        return np.full((2 * PAYLOAD_BITS, 3), np.nan)
    return frame.columns.mean[len(pattern_regions(pattern)) :][: 2 * PAYLOAD_BITS]


def strip_gains(pattern: Pattern, frames: Sequence[FrameSamples]) -> tuple[FloatArray, FloatArray]:
    """Compare the light of the strip in each frame with the take's median.

    Returns
    -------
    gain, error : ndarray, shape (frames, 3)
        Per camera channel, and its standard error.
    """
    signs = [np.where(dark_cells(pattern, _number(frame)), -1.0, 1.0) for frame in frames]
    step = np.array(
        [
            (_cells(pattern, frame) * sign[:, None]).reshape(PAYLOAD_BITS, 2, 3).sum(axis=1)
            for frame, sign in zip(frames, signs, strict=True)
        ]
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = step / _median(step, axis=0)
    gain = _median(relative, axis=1)
    apart = _median(np.abs(relative - gain[:, None]), axis=1)
    return gain, 1.4826 * 1.2533 * apart / np.sqrt(PAYLOAD_BITS)


def _mean_light(pattern: Pattern, frame: FrameSamples) -> float:
    """Green light of the patches, averaged over the wall's area."""
    if frame.columns is None:
        return float("nan")
    own = next(f for f in pattern.frames if f.index == _number(frame))
    area = pattern.width_px * pattern.height_px
    if own.kind is FrameKind.FLAT and frame.tiles is not None:
        flat = own.patches[0].region
        level = _mean(frame.tiles[..., 1])
        return float(level * flat.width * flat.height / area)
    rows = {region: row for row, region in enumerate(pattern_regions(pattern))}
    light = 0.0
    for patch in own.patches:
        if patch.kind is not PatchKind.DARK and patch.region in rows:
            seen = frame.columns.mean[rows[patch.region], 1]
            light += float(np.nan_to_num(seen)) * patch.region.width * patch.region.height
    return light / area


def _peak(pattern: Pattern, stack: Stack, black: Black) -> FloatArray:
    """Light of the whitest patch above black; NaN without one."""
    best, found = -1.0, np.full(3, np.nan)
    kinds = {PatchKind.NEUTRAL}
    for frame in pattern.frames:
        if frame.index not in stack.numbers:
            continue
        row = stack.numbers.index(frame.index)
        for patch in frame.patches:
            if patch.kind in kinds and float(patch.code.min()) > best:
                column = stack.region_row[patch.region]
                best = float(patch.code.min())
                found = stack.light[row, column] - black.light[column]
    return found


def _veil(pattern: Pattern, stack: Stack, black: Black) -> float:
    """Light of dark wall over the mean light of the wall, green, typical of a take.

    NaN without black frames: room light is in the dark wall too then.
    """
    if not black.rows:
        return float("nan")
    dark = dark_places(pattern, stack)[:, : len(stack.region_row)]
    light = stack.light[:, : len(stack.region_row), 1] - black.light[: len(stack.region_row), 1]
    boxes = np.array([(r.width, r.height) for r in stack.region_row], dtype=np.float64)
    weight = boxes.prod(axis=1) / (pattern.width_px * pattern.height_px)
    kinds = {frame.index: frame.kind for frame in pattern.frames}
    shares, means = [], []
    for row, number in enumerate(stack.numbers):
        if kinds[number] is not FrameKind.PATCHES or not dark[row].any():
            continue
        mean = float(np.nansum(light[row, ~dark[row]] * weight[~dark[row]]))
        means.append(mean)
        shares.append(float(_median(light[row, dark[row]])) / max(mean, 1e-9))
    if not shares:
        return float("nan")
    bright = np.array(means) >= _LIT_SHARE * max(means)
    return float(np.median(np.array(shares)[bright]))


def _fields(pattern: Pattern, frames: Sequence[FrameSamples]) -> tuple[FloatArray, ...]:
    """Flat frames in tiles, relative to their middle; grey first."""
    by_number: dict[int, list[FloatArray]] = {}
    for frame in frames:
        if frame.tiles is not None:
            by_number.setdefault(_number(frame), []).append(frame.tiles)
    black = [
        _mean(frame.columns.mean[: len(pattern_regions(pattern))], axis=0)
        for frame in frames
        if frame.columns is not None and _kind(pattern, frame) is FrameKind.BLACK
    ]
    floor = np.nan_to_num(np.mean(black, axis=0)) if black else np.zeros(3)
    codes = {
        frame.index: frame.patches[0].code
        for frame in pattern.frames
        if frame.kind is FrameKind.FLAT
    }
    found = []
    for number in sorted(by_number, key=lambda index: float(np.ptp(codes[index]))):
        light = np.mean(by_number[number], axis=0) - floor
        rows, columns = light.shape[:2]
        middle = light[
            rows // 2 - rows // 6 : rows // 2 + rows // 6 + 1,
            columns // 2 - columns // 6 : columns // 2 + columns // 6 + 1,
        ]
        centre = _median(middle.reshape(-1, 3), axis=0)
        field = light / np.where(np.abs(centre) > 0, centre, np.nan)
        field[_dark_tiles(pattern, number, rows, columns)] = np.nan
        found.append(np.asarray(field, np.float64))
    return tuple(found)


def _dark_tiles(pattern: Pattern, number: int, rows: int, columns: int) -> BoolArray:
    """Tiles that a dark place of a flat frame, or the dark ground of the marks, reaches into."""
    layout = build_marks_layout(pattern.width_px, pattern.height_px)
    margin, content = _DARK_MODULES * layout.module_px, layout.content
    left = content.x + np.arange(columns) * content.width / columns
    top = content.y + np.arange(rows) * content.height / rows
    right, bottom = left + content.width / columns, top + content.height / rows
    edge_x = (left < margin) | (right > pattern.width_px - margin)
    edge_y = (top < margin) | (bottom > pattern.height_px - margin)
    inside_y = (top > content.y + margin) & (bottom < content.y + content.height - margin)
    inside_x = (left > content.x + margin) & (right < content.x + content.width - margin)
    dark = (
        edge_x[None, :]
        | edge_y[:, None]
        | ~(inside_y[:, None] | np.full((1, columns), layout.is_upright))
        | ~(inside_x[None, :] | np.full((rows, 1), not layout.is_upright))
    )
    frame = next(f for f in pattern.frames if f.index == number)
    for patch in frame.patches:
        if patch.kind is PatchKind.DARK:
            box = patch.region
            across = (right > box.x - margin) & (left < box.x + box.width + margin)
            down = (bottom > box.y - margin) & (top < box.y + box.height + margin)
            dark |= down[:, None] & across[None, :]
    return np.asarray(dark)


def _kind(pattern: Pattern, frame: FrameSamples) -> FrameKind:
    return next(f.kind for f in pattern.frames if f.index == _number(frame))


def _median(values: FloatArray, axis: int | None = None) -> FloatArray:
    """Median of what is known; NaN, and no warning, where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(values, axis=axis), np.float64)


def _mean(values: FloatArray, axis: int | None = None) -> FloatArray:
    """Mean of what is known; NaN, and no warning, where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(values, axis=axis), np.float64)
