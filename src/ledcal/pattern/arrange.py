"""Where patches stand, and which patches share a frame."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.marks import build_marks_layout
from ledcal.values.pattern import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import BoolArray, FloatArray

WINDOW_AREA = 0.10
# A blur disc as wide as the gap does not mix neighbours: 40 px on a wall of 1080 lines.
GAP_MODULES = 1.25
_PITCH_MODULES = 5.0
_DARK_SHARE = 0.12
_ANCHOR_SHARE = 0.08


def build_window(width_px: int, height_px: int) -> tuple[Region, tuple[Region, ...]]:
    """Place the single layout: the window, and the dark regions beside it.

    Parameters
    ----------
    width_px, height_px : int
        The wall.

    Returns
    -------
    (Region, tuple of Region)
        A window of 10 % of the wall's area at its centre, in the wall's aspect; four regions
        left, right, above and below it, or fewer where they do not fit.

    Examples
    --------
    >>> build_window(1920, 1080)[0]
    Region(x=656, y=369, width=608, height=342)
    """
    marks = build_marks_layout(width_px, height_px)
    side = math.sqrt(WINDOW_AREA)
    width = 2 * round(width_px * side / 2)
    height = 2 * round(height_px * side / 2)
    window = Region((width_px - width) // 2, (height_px - height) // 2, width, height)
    gap = round(2 * GAP_MODULES * marks.module_px)
    content = marks.content
    right, bottom = window.x + width, window.y + height
    beside = (
        _region(content.x, window.y, window.x - gap, bottom, width // 3, height),
        _region(right + gap, window.y, content.x + content.width, bottom, width // 3, height),
        _region(window.x, content.y, right, window.y - gap, width, height // 3),
        _region(window.x, bottom + gap, right, content.y + content.height, width, height // 3),
    )
    return window, tuple(region for region in beside if region is not None)


def _region(left: int, top: int, right: int, bottom: int, width: int, height: int) -> Region | None:
    """A rectangle of at most some size in the middle of the given room."""
    width, height = min(width, right - left), min(height, bottom - top)
    if width < 8 or height < 8:
        return None
    return Region((left + right - width) // 2, (top + bottom - height) // 2, width, height)


def build_cells(width_px: int, height_px: int) -> tuple[list[Region], list[int], list[int]]:
    """Place the grid layout: cells, and which of them are dark or anchor in every frame.

    Parameters
    ----------
    width_px, height_px : int
        The wall.

    Returns
    -------
    cells : list of Region
        Row by row.
    dark, anchor : list of int
        Indices of the cells that are dark, and grey, in every frame: so spread over the wall
        that they show its flare and the trend of the exposure everywhere. None of the dark
        ones lies in the central 10 % of the wall, where the flat frames are 1.

    Examples
    --------
    >>> cells, dark, anchor = build_cells(1920, 1080)
    >>> len(cells), cells[0], len(dark), len(anchor)
    (48, Region(x=20, y=244, width=120, height=118), 6, 4)
    """
    marks = build_marks_layout(width_px, height_px)
    content, module = marks.content, marks.module_px
    gap = round(GAP_MODULES * module)
    columns = max(2, round(content.width / (_PITCH_MODULES * module)))
    rows = max(2, round(content.height / (_PITCH_MODULES * module)))
    x_edges = [content.x + round(i * content.width / columns) for i in range(columns + 1)]
    y_edges = [content.y + round(i * content.height / rows) for i in range(rows + 1)]
    cells = [
        Region(left + gap // 2, top + gap // 2, right - left - gap, bottom - top - gap)
        for top, bottom in itertools.pairwise(y_edges)
        for left, right in itertools.pairwise(x_edges)
    ]
    centres = np.array([(c.x + c.width / 2, c.y + c.height / 2) for c in cells])
    inside = is_central(centres, width_px, height_px)
    n_dark = max(4, round(_DARK_SHARE * len(cells)))
    n_anchor = max(3, round(_ANCHOR_SHARE * len(cells)))
    chosen = _spread(centres, np.flatnonzero(~inside).tolist(), n_dark, [])
    free = [i for i in range(len(cells)) if i not in set(chosen)]
    anchors = _spread(centres, free, n_anchor, chosen)
    return cells, sorted(chosen), sorted(anchors)


def is_central(points: FloatArray, width_px: int, height_px: int) -> BoolArray:
    """Whether wall points lie in the central 10 % of the wall's area, in its aspect."""
    half = np.array([width_px, height_px]) * math.sqrt(WINDOW_AREA) / 2
    offset = np.abs(points - np.array([width_px, height_px]) / 2)
    inside: BoolArray = np.all(offset <= half, axis=-1)
    return inside


def _spread(centres: FloatArray, allowed: list[int], n: int, taken: list[int]) -> list[int]:
    """Pick cells one by one, each as far as can be from those picked and those taken."""
    picked: list[int] = []
    for _ in range(n):
        others = taken + picked
        if others:
            apart = centres[allowed][:, None] - centres[others][None]
            nearest = np.hypot(apart[..., 0], apart[..., 1]).min(axis=1)
            best = allowed[int(np.argmax(np.round(nearest, 6)))]
        else:
            best = allowed[0]
        picked.append(best)
        allowed = [i for i in allowed if i != best]
    return picked


def deal(light: Sequence[float], n_frames: int) -> list[list[int]]:
    """Share patches out so that all frames have nearly the same light.

    Parameters
    ----------
    light : sequence of float
        What each patch costs.
    n_frames : int
        Number of hands.

    Returns
    -------
    list of list of int
        Patch indices of each frame; their numbers differ by one at most.

    Examples
    --------
    >>> [sorted(hand) for hand in deal([4.0, 3.0, 2.0, 1.0], 2)]
    [[0, 3], [1, 2]]
    """
    order = sorted(range(len(light)), key=lambda i: (-light[i], i))
    hands: list[list[int]] = [[] for _ in range(n_frames)]
    for turn, patch in enumerate(order):
        lap, seat = divmod(turn, n_frames)
        hands[seat if lap % 2 == 0 else n_frames - 1 - seat].append(patch)
    for _ in range(20 * n_frames):
        sums = [sum(light[i] for i in hand) for hand in hands]
        high, low = int(np.argmax(sums)), int(np.argmin(sums))
        excess = sums[high] - sums[low]
        swaps = [
            (abs(excess - 2 * (light[a] - light[b])), a, b) for a in hands[high] for b in hands[low]
        ]
        best, a, b = min(swaps, default=(excess, 0, 0))
        if best >= excess * (1 - 1e-9):
            break
        hands[high][hands[high].index(a)] = b
        hands[low][hands[low].index(b)] = a
    return hands
