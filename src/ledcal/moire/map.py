"""The map of a frame: tiles of several sizes, the finest that shows anything told.

Small tiles follow a line whose frequency changes over the frame, and large ones alone hold enough
of a wide one. Larger tiles are cut out of the frame made smaller, so that they cost little.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.tiles import SMALL, map_tiles

if TYPE_CHECKING:
    from ledcal.moire.patch import Box
    from ledcal.values.arrays import AnyArray, FloatArray
    from ledcal.values.frame import LinearFrame, Plane
    from ledcal.values.moire import MoireMap

# Halvings of the frame, and tiles that must fit across one that was halved.
_HALVINGS, _LEAST_TILES = 2, 2
# Waves across a tile of a halved frame: the wider ones only, the others the finer tiles show.
_MOST_WAVES = 9.0
# Even halving leaves little of what would fold over: (1, 3, 3, 1) / 8.
_TAPS = (1.0, 3.0, 3.0, 1.0)


def map_frame(
    frame: LinearFrame, box: Box | None = None, *, tile: int = SMALL, false_alarm: float = 1e-3
) -> MoireMap:
    """The strongest line of every tile, from the finest to wide ones.

    Parameters
    ----------
    frame : LinearFrame
        Flat light, or nearly.
    box : tuple of float or None
        Part of the picture that is looked at: x, y, width, height; None is all of it.
    tile : int
        Values of a plane along the smallest tile.
    false_alarm : float
        Probability that noise alone shows a line anywhere in the frame.

    Returns
    -------
    MoireMap
        Of the smallest tiles; each tells the strongest line of the tiles around its middle. NaN
        where a tile is dark, clipped or far from flat.
    """
    is_picture = frame.planes[0].step == 1
    share = false_alarm / (1 + _HALVINGS)
    found = map_tiles(frame, box, tile=tile, false_alarm=share, is_picture=is_picture)
    smaller = frame
    for _ in range(_HALVINGS):
        smaller = _halved(smaller)
        _, _, width, height = box or (0.0, 0.0, float(frame.width), float(frame.height))
        if min(width, height) < _LEAST_TILES * tile * smaller.planes[0].step:
            break
        wide = map_tiles(
            smaller,
            box,
            tile=tile,
            false_alarm=share,
            is_picture=is_picture,
            most_waves=_MOST_WAVES,
        )
        found = _joined(found, wide)
    return found


def _halved(frame: LinearFrame) -> LinearFrame:
    """A frame of half the size, plane by plane: light and black level as before."""
    return replace(frame, planes=tuple(_halved_plane(plane) for plane in frame.planes))


def _halved_plane(plane: Plane) -> Plane:
    values = np.asarray(plane.values, np.float32)
    return replace(plane, values=_halved_along(_halved_along(values).T).T, step=2 * plane.step)


def _halved_along(values: AnyArray) -> AnyArray:
    """Every second of the means of four rows beside each other."""
    rows = (len(values) - 4) // 2 + 1
    total = np.zeros((rows, values.shape[1]), np.float32)
    for k, tap in enumerate(_TAPS):
        total += np.float32(tap / sum(_TAPS)) * values[k : k + 2 * rows : 2]
    return total


def _joined(fine: MoireMap, wide: MoireMap) -> MoireMap:
    """The finer map, with lines of the wider one where they are stronger."""
    rows = _nearest(fine.y, wide.y)
    columns = _nearest(fine.x, wide.x)
    contrast = wide.contrast[np.ix_(rows, columns)]
    take = (fine.contrast >= 0.0) & (contrast > fine.contrast)

    def chosen(name: str) -> FloatArray:
        ours: FloatArray = getattr(fine, name)
        theirs: FloatArray = getattr(wide, name)
        return np.where(take, theirs[np.ix_(rows, columns)], ours)

    return replace(
        fine,
        contrast=chosen("contrast"),
        fx_cpp=chosen("fx_cpp"),
        fy_cpp=chosen("fy_cpp"),
        colour=chosen("colour"),
    )


def _nearest(at: FloatArray, places: FloatArray) -> FloatArray:
    return np.asarray(np.abs(at[:, None] - places[None, :]).argmin(axis=1))
