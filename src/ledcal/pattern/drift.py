"""The drift pattern: black, flat, and one frame of ten patches. Three frames, under a minute."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ledcal.pattern.arrange import GAP_MODULES, is_central
from ledcal.pattern.levels import MAX_CODE_VALUE, code_values_of_light
from ledcal.values.marks import build_marks_layout
from ledcal.values.pattern import FrameKind, Patch, PatchKind, PatternFrame, Region

if TYPE_CHECKING:
    from ledcal.values.stage import Wall

NAME = "drift"
_FLAT_LIGHT = 0.25
# Where wall and camera are surely not at their ends, and where walls go wrong.
_COLOUR_LIGHT = 0.6
_GREY_LIGHT = (1.0, 0.6, 0.25, 0.09, 0.03, 0.01, 0.003)
_N_CELLS = 12
_CELL_ASPECT = 1.8


def build_drift_frames(wall: Wall) -> list[PatternFrame]:
    """Lay out the frames that `drift check` compares with a baseline.

    Parameters
    ----------
    wall : Wall
        Resolution, EOTF and peak are used.

    Returns
    -------
    list of PatternFrame
        Black; flat grey; red, green and blue at 60 % of their light, greys from peak to 0.3 %,
        and two dark places, in cells that are as large as the wall allows.

    Examples
    --------
    >>> from ledcal.values.stage import Gamut, Wall
    >>> gamut = Gamut("x", [[0.68, 0.32], [0.27, 0.69], [0.15, 0.06]], [0.31, 0.33])
    >>> frames = build_drift_frames(Wall("w", 1920, 1080, None, "ST 2084", 1500.0, gamut))
    >>> [frame.kind.value for frame in frames], len(frames[2].patches)
    (['black', 'flat', 'patches'], 12)
    """
    content = build_marks_layout(wall.width_px, wall.height_px).content
    grey = code_values_of_light(wall, np.full(3, _FLAT_LIGHT)) / MAX_CODE_VALUE
    return [
        PatternFrame(0, FrameKind.BLACK, ()),
        PatternFrame(1, FrameKind.FLAT, (Patch(grey, content, PatchKind.FLAT),)),
        PatternFrame(2, FrameKind.PATCHES, _patches(wall)),
    ]


def _patches(wall: Wall) -> tuple[Patch, ...]:
    """Dark greys stand away from bright ones, the dark places away from the wall's middle."""
    cells = _cells(wall)
    colours = []
    for channel, kind in enumerate((PatchKind.RED, PatchKind.GREEN, PatchKind.BLUE)):
        light = np.zeros(3)
        light[channel] = _COLOUR_LIGHT
        colours.append((kind, light))
    colours += [(PatchKind.NEUTRAL, np.full(3, share)) for share in _GREY_LIGHT]
    codes = [(kind, code_values_of_light(wall, x) / MAX_CODE_VALUE) for kind, x in colours]
    red, green, blue, *greys = codes
    # Row by row where four stand in a row: white is at one end, the darkest at the other.
    lit = [greys[0], greys[2], greys[6], red, green, blue, greys[4], greys[1], greys[3], greys[5]]
    dark = _dark_cells(wall, cells)
    shown = iter(lit)
    return tuple(
        Patch(np.zeros(3), cell, PatchKind.DARK)
        if place in dark
        else Patch((patch := next(shown))[1], cell, patch[0])
        for place, cell in enumerate(cells)
    )


def _dark_cells(wall: Wall, cells: list[Region]) -> set[int]:
    """Two cells beside the wall's middle, not in it, and apart from each other."""
    middles = np.array([(c.x + c.width / 2, c.y + c.height / 2) for c in cells])
    inside = is_central(middles, wall.width_px, wall.height_px)
    offset = middles - np.array([wall.width_px, wall.height_px]) / 2
    order = np.argsort(np.where(inside, np.inf, np.hypot(*offset.T)), kind="stable")[:4].tolist()
    first = order[0]
    apart = {place: float(np.hypot(*(middles[place] - middles[first]))) for place in order}
    return {first, max(apart, key=lambda place: apart[place])}


def _cells(wall: Wall) -> list[Region]:
    """Twelve cells, row by row, in the grid whose cells are nearest to the wall's own shape."""
    layout = build_marks_layout(wall.width_px, wall.height_px)
    content, gap = layout.content, round(GAP_MODULES * layout.module_px)
    shapes = [(columns, _N_CELLS // columns) for columns in (2, 3, 4, 6, 12)]

    def strangeness(shape: tuple[int, int]) -> float:
        columns, rows = shape
        aspect = content.width / columns / (content.height / rows)
        return abs(math.log(aspect / _CELL_ASPECT))

    columns, rows = min(shapes, key=strangeness)
    x = [content.x + round(i * content.width / columns) for i in range(columns + 1)]
    y = [content.y + round(i * content.height / rows) for i in range(rows + 1)]
    return [
        Region(x[i] + gap // 2, y[j] + gap // 2, x[i + 1] - x[i] - gap, y[j + 1] - y[j] - gap)
        for j in range(rows)
        for i in range(columns)
    ]
