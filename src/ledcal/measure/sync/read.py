"""One capture of the sync pattern: find it, read every counter, look along the bars."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.imaging.resample import sample_at
from ledcal.measure.locate import locate
from ledcal.measure.preview import build_preview
from ledcal.measure.strip import region_points
from ledcal.measure.sync.decode import decode_counters
from ledcal.values.marks import build_marks_layout
from ledcal.values.sync import build_sync_layout, is_sync_of, read_sync_id
from ledcal.values.sync_take import SyncReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.preview import Preview
    from ledcal.measure.view import WallView
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.frame import LinearFrame
    from ledcal.values.sync import SyncLayout

# A number that explains its bits worse than this is none; noise alone starts at 0.27.
_MISFIT_LIMIT = 0.25
# Cells with less contrast than this part of that of the typical counter are behind something.
_LEAST_CONTRAST = 0.2
# Light that counts as clipped, as a share of the end of the range.
_CLIPPED = 0.97
_BAR_PLACES = 240
_POINTS = 5


@dataclass(frozen=True, slots=True, eq=False)
class SyncView:
    """Where the pattern was found, which serves the captures after it.

    Attributes
    ----------
    view : WallView
        Where the wall lies.
    layout : SyncLayout
        Of the pattern.
    pattern_id : int
        What the strip says.
    is_of_size : bool
        Whether the wall's size is known; otherwise one of its shape was taken.
    """

    view: WallView
    layout: SyncLayout
    pattern_id: int
    is_of_size: bool


def find_sync(
    frame: LinearFrame, walls: Sequence[tuple[int, int]], near: SyncView | None = None
) -> SyncView | int | None:
    """Find the sync pattern in a capture.

    Parameters
    ----------
    frame : LinearFrame
        Raw or picture.
    walls : sequence of (int, int)
        Width and height of the walls it may be, likeliest first.
    near : SyncView or None
        Where an earlier capture shows it.

    Returns
    -------
    SyncView, int or None
        The id of another pattern where that is shown; None where no strip can be read.
    """
    preview = build_preview(frame)
    return _find(frame, preview, walls, near)


def _find(
    frame: LinearFrame,
    preview: Preview,
    walls: Sequence[tuple[int, int]],
    near: SyncView | None,
) -> SyncView | int | None:
    layouts = [build_marks_layout(*size) for size in dict.fromkeys(walls)]
    if near is not None:
        own = build_marks_layout(near.layout.width_px, near.layout.height_px)
        found = locate(frame, preview, [own], near=[near.view])
    else:
        found = locate(frame, preview, layouts)
    if found is None:
        return None
    read = read_sync_id(found.identity.pattern_id)
    if read is None:
        return found.identity.pattern_id
    number = found.identity.pattern_id
    if near is not None and number == near.pattern_id:
        return SyncView(found.view, near.layout, number, near.is_of_size)
    # A wall of another shape may have been tried first, and its strip be read all the same: of
    # those that the id may mean, the one whose counters can be read.
    sizes = [size for size in dict.fromkeys(walls) if is_sync_of(number, *size)]
    best, least = None, np.inf
    for size in sizes or dict.fromkeys(walls):
        again = locate(frame, preview, [build_marks_layout(*size)])
        if again is None:
            continue
        layout = build_sync_layout(*size, read[0], read[1])
        misfit = _misfit(preview, again.view, layout)
        if best is None or misfit < least:
            best, least = SyncView(again.view, layout, number, bool(sizes)), misfit
        if sizes and misfit < _MISFIT_LIMIT:
            break
    return best


def _misfit(preview: Preview, view: WallView, layout: SyncLayout) -> float:
    """How badly the typical counter is read; 1 where it is out of the picture."""
    light = _cell_light(preview, view, layout)
    misfit = _positions(light, preview, layout.n_frames)[1]
    return float(np.median(np.nan_to_num(misfit, nan=1.0)))


def read_sync(
    frame: LinearFrame,
    near: SyncView,
    *,
    source: str = "",
) -> SyncReading | None:
    """Read one capture.

    Parameters
    ----------
    frame : LinearFrame
        Raw or picture; linear light.
    near : SyncView
        Where an earlier capture shows the pattern. Where the strip cannot be read, as behind
        somebody, that place is taken.
    source : str
        File that it is of.

    Returns
    -------
    SyncReading or None
        None where no counter can be read, or another pattern is shown.
    """
    preview = build_preview(frame)
    size = (near.layout.width_px, near.layout.height_px)
    found = _find(frame, preview, [size], near)
    if isinstance(found, int):
        return None
    view = near.view if found is None else found.view
    if (view.width, view.height) != (frame.width, frame.height):
        return None
    layout = near.layout
    light = _cell_light(preview, view, layout)
    position, misfit, is_read = _positions(light, preview, layout.n_frames)
    if not is_read.any():
        return None
    bars, bar_rows = _bars(preview, view, layout)
    top = _top(frame)
    lit = np.nanmax(light, axis=(1, 2))[is_read]
    return SyncReading(
        name=frame.name,
        source=source or frame.name,
        position=np.where(is_read, position, np.nan),
        row=view.to_frame(_counter_centres(layout))[:, 1],
        misfit=np.where(is_read, misfit, np.nan),
        bars=bars,
        bar_rows=bar_rows,
        is_clipped=bool(np.median(lit) >= _CLIPPED * top),
        height_px=frame.height,
    )


def _cell_light(preview: Preview, view: WallView, layout: SyncLayout) -> FloatArray:
    """Light of every cell, shape (n_counters, 13, 2); NaN outside of the picture."""
    points = preview.from_frame(view.to_frame(_cell_points(layout)))
    return np.asarray(sample_at(preview.image, points).mean(axis=-1), np.float64)


def _positions(
    light: FloatArray, preview: Preview, n_frames: int
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Positions and misfits of all counters, and which of them count."""
    n = len(light)
    position, misfit = np.full(n, np.nan), np.full(n, np.nan)
    whole = np.isfinite(light).all(axis=(1, 2))
    if whole.any():
        found = decode_counters(light[whole, :, 0], light[whole, :, 1], n_frames)
        position[whole], misfit[whole] = found
    contrast = np.median(np.abs(light[..., 0] - light[..., 1]), axis=1)
    typical = float(np.nanquantile(contrast, 0.75)) if whole.any() else 0.0
    with np.errstate(invalid="ignore"):
        is_read = (misfit < _MISFIT_LIMIT) & (contrast > _LEAST_CONTRAST * typical)
    is_read = np.asarray(is_read & (typical > preview.noise / 4), np.bool_)
    return position, misfit, is_read


def _top(frame: LinearFrame) -> float:
    """Where green ends, in units of white above black."""
    return min(
        (plane.saturation - plane.black) / (plane.white - plane.black)
        for plane in frame.planes
        if plane.channel.startswith("G")
    )


def _bars(preview: Preview, view: WallView, layout: SyncLayout) -> tuple[FloatArray, FloatArray]:
    """Light along the bars, and the rows of the picture."""
    bars, middle = _bar_points(layout)
    light = sample_at(preview.image, preview.from_frame(view.to_frame(bars))).mean(axis=-1)
    dark = sample_at(preview.image, preview.from_frame(view.to_frame(_dark_points(layout))))
    level = dark.mean(axis=-1)
    both = np.concatenate(
        [light, np.broadcast_to(level[:, None, None], (*light.shape[:2], 1))], axis=-1
    )
    return both, view.to_frame(middle)[..., 1]


@lru_cache(maxsize=4)
def _cell_points(layout: SyncLayout) -> FloatArray:
    """Points in the middle of every cell, shape (n_counters, 13, 2, 25, 2)."""
    return np.stack(
        [
            np.stack(
                [
                    np.stack([region_points(one, _POINTS), region_points(zero, _POINTS)])
                    for one, zero in counter.cells
                ]
            )
            for counter in layout.counters
        ]
    )


@lru_cache(maxsize=4)
def _counter_centres(layout: SyncLayout) -> FloatArray:
    points = []
    for counter in layout.counters:
        first, last = counter.cells[0][0], counter.cells[-1][1]
        x = (first.x + last.x + last.width - 1) / 2
        points.append((x, first.y + (first.height - 1) / 2))
    return np.array(points, np.float64)


@lru_cache(maxsize=4)
def _bar_points(layout: SyncLayout) -> tuple[FloatArray, FloatArray]:
    """Points across the bars, (columns, places, 2, 5, 2), and between them, (columns, places, 2).

    The ends, where defocus brings the dark in, are left out.
    """
    module = build_marks_layout(layout.width_px, layout.height_px).module_px
    points, middles = [], []
    for even, odd in layout.bars:
        y = np.linspace(even.y + module, even.y + even.height - 1 - module, _BAR_PLACES)
        pair = []
        for box in (even, odd):
            steps = 0.4 * box.width * ((np.arange(_POINTS) + 0.5) / _POINTS - 0.5)
            x = box.x + (box.width - 1) / 2 + steps
            pair.append(np.stack(np.meshgrid(x, y), axis=-1))
        points.append(np.stack(pair, axis=1))
        x_middle = (even.x + odd.x + odd.width - 1) / 2
        middles.append(np.stack([np.full_like(y, x_middle), y], axis=-1))
    return np.stack(points), np.stack(middles)


@lru_cache(maxsize=4)
def _dark_points(layout: SyncLayout) -> FloatArray:
    """Points on wall that is never lit, (columns, n, 2)."""
    return np.stack(
        [np.concatenate([region_points(box, _POINTS) for box in boxes]) for boxes in layout.dark]
    )
