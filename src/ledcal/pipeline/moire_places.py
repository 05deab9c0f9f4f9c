"""The places of a frame that are looked at closely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import minimum_filter

if TYPE_CHECKING:
    from ledcal.moire.patch import Box
    from ledcal.pipeline.moire_frames import MoireFrames
    from ledcal.values.arrays import FloatArray
    from ledcal.values.moire import MoireMap

# Pixels along a patch: the largest that is flat all over.
_SIDES = (512, 384, 256, 192, 128)
_PLACES = 2


def find_places(read: MoireFrames, tiles: MoireMap) -> list[Box]:
    """The patches that are looked at closely: the worst place, and the middle of what is flat.

    Parameters
    ----------
    read : MoireFrames
        The frames, and where they are flat.
    tiles : MoireMap
        Of the first frame.

    Returns
    -------
    list of tuple of float
        x, y, width, height; one or two.
    """
    first = read.frames[0]
    x, y, width, height = read.box or (0.0, 0.0, float(first.width), float(first.height))
    side = float(min(_SIDES[0], int(width), int(height)))
    middle = _whole((x + (width - side) / 2, y + (height - side) / 2, side, side))
    if read.box is not None:
        return [middle]
    for size in _SIDES:
        if size > side:
            continue
        flat = _flat_around(tiles, size)
        if flat.any():
            return _choose(tiles, flat, float(size), (first.width, first.height))
    return [middle]


def _flat_around(tiles: MoireMap, side: int) -> FloatArray:
    """Tiles around which a patch of this side is flat all over. Bool, shape of the map."""
    hop = tiles.tile_px / 2.0
    reach = max(0, round((side - tiles.tile_px) / 2 / hop))
    sound = np.isfinite(tiles.contrast)
    around = minimum_filter(sound.astype(np.uint8), size=2 * reach + 1, mode="constant", cval=0)
    return np.asarray(around == 1)


def _choose(tiles: MoireMap, flat: FloatArray, side: float, size: tuple[int, int]) -> list[Box]:
    """The strongest of these places, and the one nearest to the middle of them all."""
    rows, columns = np.nonzero(flat)
    strength = np.nan_to_num(tiles.contrast[rows, columns], nan=0.0)
    x, y = tiles.x[columns], tiles.y[rows]
    away = np.hypot(x - x.mean(), y - y.mean())
    places = [int(np.argmin(away))]
    if strength.max() > 0.0:
        places.insert(0, int(np.argmax(strength)))
    boxes: list[Box] = []
    for place in places:
        left = float(np.clip(x[place] - side / 2, 0.0, size[0] - side))
        top = float(np.clip(y[place] - side / 2, 0.0, size[1] - side))
        box = _whole((left, top, side, side))
        if not any(_overlaps(box, other) for other in boxes):
            boxes.append(box)
    return boxes[:_PLACES]


def _whole(box: Box) -> Box:
    """A box that begins on an even photosite."""
    return (2.0 * round(box[0] / 2), 2.0 * round(box[1] / 2), box[2], box[3])


def _overlaps(one: Box, other: Box) -> bool:
    return abs(one[0] - other[0]) < 0.5 * (one[2] + other[2]) and abs(one[1] - other[1]) < 0.5 * (
        one[3] + other[3]
    )
