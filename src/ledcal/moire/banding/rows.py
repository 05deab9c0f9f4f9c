"""A frame to its row means, by strips, so that the frame can be let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import median_filter

from ledcal.errors import CaptureError
from ledcal.values.banding import PlaneRows, RowProfiles

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import LinearFrame, Plane

N_STRIPS = 8
_LEAST_ROWS, _LEAST_COLUMNS = 64, 32
_MOST_CLIPPED, _NEAR_WHITE = 1e-3, 0.99
# A plane with less light than the brightest by more than this is noise.
_LEAST_SHARE, _LEAST_LEVEL = 0.02, 1e-4
# Strips whose mean is further from the others' than this many of their spreads are left out.
_OUTLIER = 8.0
_SLOW_ROWS = 15


def row_profiles(
    frame: LinearFrame, box: tuple[float, float, float, float] | None = None
) -> RowProfiles:
    """Average the rows of a box, for every colour of the CFA by itself.

    Parameters
    ----------
    frame : LinearFrame
        Of a wall that shows one colour.
    box : tuple of float or None
        x, y, width and height in pixels of the frame; None is all of it.

    Returns
    -------
    RowProfiles
        Colours with hardly any light are left out.

    Raises
    ------
    CaptureError
        If the box is too small or too dark, or clipped.
    """
    x, y, width, height = box or (0.0, 0.0, float(frame.width), float(frame.height))
    cuts = [_cut(plane, x, y, width, height) for plane in frame.planes]
    rows = min(cut.shape[0] * plane.step for cut, plane in zip(cuts, frame.planes, strict=True))
    columns = min(cut.shape[1] for cut in cuts)
    if rows < _LEAST_ROWS or columns < _LEAST_COLUMNS:
        message = (
            f"{frame.name}: the region has {max(rows, 0)} rows and {max(columns, 0)} photosites of "
            f"a colour in each, expected at least {_LEAST_ROWS} and {_LEAST_COLUMNS}; choose a "
            "larger one"
        )
        raise CaptureError(message)
    _require_unclipped(frame, cuts)
    planes = [
        PlaneRows(plane.channel, _first_row(plane, y), plane.step, _strips(plane, cut))
        for plane, cut in zip(frame.planes, cuts, strict=True)
    ]
    lightest = max(float(plane.level.mean()) for plane in planes)
    if lightest < _LEAST_LEVEL:
        message = (
            f"{frame.name}: the region's light is {100 * lightest:.3f} % of white, expected at "
            f"least {100 * _LEAST_LEVEL:g} %; show 18 % grey or brighter, or open the lens"
        )
        raise CaptureError(message)
    lit = tuple(p for p in planes if p.level.mean() >= _LEAST_SHARE * lightest)
    return RowProfiles(frame.name, columns * frame.planes[0].step, lit)


def _first_row(plane: Plane, y: float) -> int:
    skipped = max(0, -(-(round(y) - plane.y) // plane.step))
    return plane.y + skipped * plane.step


def _cut(plane: Plane, x: float, y: float, width: float, height: float) -> FloatArray:
    """Values of a plane whose photosites lie in a box."""
    top = (_first_row(plane, y) - plane.y) // plane.step
    left = max(0, -(-(round(x) - plane.x) // plane.step))
    bottom = max(top, (round(y + height) - plane.y - 1) // plane.step + 1)
    right = max(left, (round(x + width) - plane.x - 1) // plane.step + 1)
    return plane.values[top:bottom, left:right]


def _require_unclipped(frame: LinearFrame, cuts: list[FloatArray]) -> None:
    clipped = total = 0
    for plane, cut in zip(frame.planes, cuts, strict=True):
        total += cut.size
        if np.isfinite(plane.saturation):
            limit = plane.black + _NEAR_WHITE * (plane.saturation - plane.black)
            clipped += int(np.count_nonzero(cut >= limit))
    if clipped > _MOST_CLIPPED * total:
        message = (
            f"{frame.name}: {100 * clipped / total:.1f} % of the region is at white (limit "
            f"{100 * _MOST_CLIPPED:.1f} %), which hides bands and makes others; show a darker "
            "grey, 18 to 50 % of the peak, or stop down"
        )
        raise CaptureError(message)


def _strips(plane: Plane, cut: FloatArray) -> FloatArray:
    """Row means of strips; one that does not go with its row (a hot photosite) is mended."""
    edges = np.linspace(0, cut.shape[1], N_STRIPS + 1).astype(int)
    sums = np.add.reduceat(cut, edges[:-1], axis=1, dtype=np.float64)
    level = (sums / np.diff(edges) - plane.black) / (plane.white - plane.black)
    usual = np.median(level, axis=0)
    if np.any(usual <= 0.0):
        return np.asarray(level, np.float64)
    relative = level / usual
    row = np.median(relative, axis=1, keepdims=True)
    apart = relative - row
    # Fall-off differs from strip to strip, but slowly.
    apart = apart - median_filter(apart, size=(_SLOW_ROWS, 1), mode="nearest")
    spread = 1.4826 * np.median(np.abs(apart))
    level = np.where(np.abs(apart) > _OUTLIER * spread, row * usual, level)
    return np.asarray(level, np.float64)
