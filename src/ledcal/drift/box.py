"""Where on the wall a box stands out, when nobody said how large its cabinets are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

# Sides of the boxes that are tried, as parts of the wall's sides.
_PARTS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24)
_LEAST_CELLS = 3
_N_CELLS = 60
_Box = tuple[int, int, int, int]


def find_box(
    places: FloatArray,
    rest: FloatArray,
    sigma: FloatArray,
    *,
    wall_px: tuple[int, int],
    least: int,
) -> tuple[tuple[float, float, float, float], FloatArray, float] | None:
    """Find the box whose mean stands out most from noise, over all camera channels.

    Parameters
    ----------
    places : ndarray, shape (m, 2)
        Wall pixels.
    rest, sigma : ndarray, shape (m, 3)
        What is left of the change of each, and its standard error.
    wall_px : (int, int)
        Width and height of the wall.
    least : int
        Places that a box must hold.

    Returns
    -------
    box : (float, float, float, float)
        Left, top, right, bottom in wall pixels.
    change : ndarray, shape (3,)
        Mean in it.
    error : float
        Largest standard error of the three.
    None where no box holds enough.
    """
    weight, value, count, side = _grid(places, rest, sigma, wall_px)
    sums = [np.pad(x, ((1, 0), (1, 0), (0, 0))).cumsum(0).cumsum(1) for x in (weight, value)]
    counts = np.pad(count, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    rows, columns = count.shape
    heights = sorted({max(_LEAST_CELLS, round(rows / part)) for part in _PARTS})
    widths = sorted({max(_LEAST_CELLS, round(columns / part)) for part in _PARTS})
    best: tuple[float, _Box] | None = None
    for height in heights:
        for width in widths:
            if height > rows or width > columns or height * width > 0.4 * rows * columns:
                continue
            clear = _clearness(sums, counts, height, width, least)
            at = np.unravel_index(int(np.argmax(clear)), clear.shape)
            if np.isfinite(clear[at]) and (best is None or clear[at] > best[0]):
                top, left = int(at[0]), int(at[1])
                best = float(clear[at]), (left, top, left + width, top + height)
    if best is None:
        return None
    box = _grown(best, sums, counts, (columns, rows), least)
    total, summed = (_inside(table, box) for table in sums)
    x0, y0, x1, y1 = (side * edge for edge in box)
    return (
        (x0, y0, min(x1, wall_px[0]), min(y1, wall_px[1])),
        summed / total,
        float((1.0 / np.sqrt(total)).max()),
    )


def _grid(
    places: FloatArray, rest: FloatArray, sigma: FloatArray, wall_px: tuple[int, int]
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Weights, weighted values and numbers of places in square cells, and the side of a cell."""
    side = max(wall_px) / _N_CELLS
    columns, rows = (int(np.ceil(length / side)) for length in wall_px)
    cell = np.clip(np.floor((places + 0.5) / side).astype(np.int64), 0, [columns - 1, rows - 1])
    weight, value = np.zeros((rows, columns, 3)), np.zeros((rows, columns, 3))
    count = np.zeros((rows, columns))
    own = 1.0 / sigma**2
    where = cell[:, 1], cell[:, 0]
    np.add.at(weight, where, own)
    np.add.at(value, where, own * rest)
    np.add.at(count, where, 1.0)
    return weight, value, count, side


def _clearness(
    sums: list[FloatArray], counts: FloatArray, height: int, width: int, least: int
) -> FloatArray:
    """How many standard errors the clearest channel of each box of a size is off."""

    def boxed(table: FloatArray) -> FloatArray:
        return np.asarray(
            table[height:, width:]
            - table[:-height, width:]
            - table[height:, :-width]
            + table[:-height, :-width]
        )

    weight, value = (boxed(table) for table in sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        clear = np.abs(value / np.sqrt(weight)).max(axis=2)
    return np.where(boxed(counts) >= least, np.nan_to_num(clear, nan=-np.inf), -np.inf)


def _inside(table: FloatArray, box: _Box) -> FloatArray:
    left, top, right, bottom = box
    return np.asarray(
        table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
    )


def _grown(
    best: tuple[float, _Box],
    sums: list[FloatArray],
    counts: FloatArray,
    limits: tuple[int, int],
    least: int,
) -> _Box:
    """Move each edge by a cell at a time while that makes the box clearer."""
    clear, box = best
    for _ in range(40):
        found = False
        for edge in range(4):
            for step in (-1, 1):
                tried = [*box]
                tried[edge] += step
                left, top, right, bottom = tried
                if not (0 <= left < right <= limits[0] and 0 <= top < bottom <= limits[1]):
                    continue
                one: _Box = (left, top, right, bottom)
                if float(_inside(counts, one)) < least:
                    continue
                weight, value = (_inside(table, one) for table in sums)
                if (weight <= 0).any():
                    continue
                now = float(np.abs(value / np.sqrt(weight)).max())
                if now > clear * (1.0 + 1e-9):
                    clear, box, found = now, one, True
        if not found:
            break
    return box
