"""What every place shows when nothing but the marks is lit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.marks import build_marks_layout, encode_payload, lit_regions
from ledcal.values.pattern import FrameKind, PatchKind

if TYPE_CHECKING:
    from ledcal.measure.glare import FallOff
    from ledcal.measure.stack import Stack
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.pattern import Pattern

# How far the learnt glare of the marks may be off, as a share of it.
_MARKS_ERROR = 0.1
# The same of the dark wall's own: what the bells make of it, and the room beside it, is not known.
_WALL_ERROR = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Black:
    """The black frames of a take, averaged.

    Attributes
    ----------
    light, variance : ndarray, shape (n, 3)
        Of every place of the stack. Strip cells: of the frames where they are dark, NaN where
        there are none. Without black frames 0, and all cells NaN.
    rows : tuple of int
        Which rows of the stack they are.
    """

    light: FloatArray
    variance: FloatArray
    rows: tuple[int, ...]


def measure_black(pattern: Pattern, stack: Stack) -> Black:
    """Average the black frames of a take.

    Parameters
    ----------
    pattern : Pattern
        Says which frames are black.
    stack : Stack
        What was measured.

    Returns
    -------
    Black
        To be taken off every frame.
    """
    kinds = {frame.index: frame.kind for frame in pattern.frames}
    rows = [f for f, n in enumerate(stack.numbers) if kinds[n] is FrameKind.BLACK]
    light, variance = np.zeros((2, *stack.light.shape[1:]))
    light[stack.cells] = variance[stack.cells] = np.nan
    if rows:
        # A strip cell that is lit in one black frame may be dark in another.
        used = np.ones((len(rows), len(light)), dtype=np.bool_)
        used[:, stack.cells] = [dark_cells(pattern, stack.numbers[f]) for f in rows]
        n = used.sum(axis=0)[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            light = np.where(used[..., None], stack.light[rows], 0.0).sum(axis=0) / n
            variance = np.where(used[..., None], stack.variance[rows], 0.0).sum(axis=0) / n**2
    return Black(light, variance, tuple(rows))


def dark_cells(pattern: Pattern, number: int) -> BoolArray:
    """Which of the 96 strip cells are dark in a frame.

    Examples
    --------
    >>> from ledcal.values.pattern import Pattern
    >>> shown = dark_cells(Pattern("x", "grid", 0, 640, 360, "sRGB", 100.0, ()), 1)
    >>> int(shown.sum()), shown[20:24].tolist()
    (48, [True, False, False, True])
    """
    payload = encode_payload(number, pattern.pattern_id)
    return np.stack([~payload, payload], axis=1).ravel()


def dark_places(pattern: Pattern, stack: Stack) -> BoolArray:
    """Places that show nothing of their own: dark patches, and the strip's unlit cells.

    A cell that is lit in all black frames has no black to take off: its `Black.light` is NaN.

    Parameters
    ----------
    pattern : Pattern
        Says what is dark.
    stack : Stack
        What was measured.

    Returns
    -------
    ndarray of bool, shape (frames, n)
        The wall's central tenth is never among them.
    """
    dark = np.zeros(stack.light.shape[:2], dtype=np.bool_)
    frames = {frame.index: frame for frame in pattern.frames}
    for f, number in enumerate(stack.numbers):
        dark[f, stack.cells] = dark_cells(pattern, number)
        for patch in frames[number].patches:
            if patch.kind is PatchKind.DARK:
                dark[f, stack.region_row[patch.region]] = True
    return dark


def measure_own(
    pattern: Pattern, stack: Stack, black: Black, fall_off: FallOff | None
) -> tuple[FloatArray, FloatArray]:
    """Tell what a black wall shows in its middle when the marks are off too.

    On a dark stage the glare of the marks is a fifth of what is seen there. It is told from the
    lens's fall-off, and so is the even part of what the lens makes of the dark wall itself.

    Parameters
    ----------
    pattern : Pattern
        Says where the marks stand.
    stack : Stack
        What was measured.
    black : Black
        Its black frames.
    fall_off : FallOff or None
        Of the lens. None: nothing is taken off, and all of the black may be glare.

    Returns
    -------
    light, variance : ndarray, shape (3,)
        0 without black frames.
    """
    tiles = black.light[stack.central], black.variance[stack.central]
    known = np.isfinite(tiles[0]).all(axis=1)
    if not black.rows or not known.any():
        return np.zeros(3), np.zeros(3)
    light, variance = tiles[0][known].mean(axis=0), tiles[1][known].mean(axis=0) / known.sum()
    marks = None if fall_off is None else _glare_of_marks(pattern, stack, black.rows[0], fall_off)
    if fall_off is None or marks is None:
        return light, variance + light**2
    size = np.array([pattern.width_px, pattern.height_px])
    wall = fall_off.even * (2.0 * size / size.max()).prod()
    own = np.asarray((light - marks) / (1.0 + wall), np.float64)
    variance = variance + (_MARKS_ERROR * marks) ** 2 + (_WALL_ERROR * wall * own) ** 2
    return own, np.asarray(variance, np.float64)


def _glare_of_marks(
    pattern: Pattern, stack: Stack, row: int, fall_off: FallOff
) -> FloatArray | None:
    """Glare of the marks of a black frame in the wall's middle; None where they are not seen."""
    number = stack.numbers[row]
    off = dark_cells(pattern, number)
    cells, points = stack.light[row, stack.cells], stack.points[stack.cells]
    seen = np.isfinite(cells).all(axis=1)
    if not (seen & off).any() or not (seen & ~off).any():
        return None
    size = np.array([pattern.width_px, pattern.height_px])
    layout = build_marks_layout(pattern.width_px, pattern.height_px)
    boxes = np.array(
        [
            (box.x, box.y, box.width, box.height)
            for box in lit_regions(layout, number, pattern.pattern_id)
        ]
    )
    sizes = boxes[:, 2:] / (size.max() / 2)
    middles = (boxes[:, :2] + (boxes[:, 2:] - size) / 2) / (size.max() / 2)
    # Fiducials are as bright as the lit cell next to them.
    apart = ((middles[:, None] - points[seen & ~off]) ** 2).sum(axis=-1)
    light = (cells[seen & ~off] - cells[seen & off].mean(axis=0))[apart.argmin(axis=1)]
    glare = fall_off.glare(stack.points[stack.central], middles, sizes, light)
    return np.asarray(glare.mean(axis=0), np.float64)
