"""The sync pattern: frames that count, for a wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.pattern.levels import MAX_CODE_VALUE, code_values_of_light
from ledcal.values.pattern import FrameKind, Pattern, PatternFrame
from ledcal.values.stage import Gamut, Wall
from ledcal.values.sync import (
    COUNTER_LIGHT,
    DEFAULT_FRAMES,
    build_sync_id,
    build_sync_layout,
    count_columns,
    lit_sync_regions,
    read_sync_id,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.sync import SyncLayout

NAME = "sync"


def build_sync(
    wall: Wall, *, n_frames: int = DEFAULT_FRAMES, n_columns: int | None = None
) -> Pattern:
    """Build the sync pattern of a wall.

    Parameters
    ----------
    wall : Wall
        Resolution, panels, EOTF and peak are used.
    n_frames : int
        A power of two: the pattern is played in a loop.
    n_columns : int or None
        Counters side by side; None goes by the wall.

    Returns
    -------
    Pattern
        Frames without patches; `draw_counter` draws them.

    Raises
    ------
    ValueError
        If a number is not possible, or the wall is under 102 px on its short side.

    Examples
    --------
    >>> from ledcal.values.stage import Gamut, Wall
    >>> gamut = Gamut("x", [[0.68, 0.32], [0.27, 0.69], [0.15, 0.06]], [0.31, 0.33])
    >>> pattern = build_sync(Wall("w", 1920, 1080, None, "ST 2084", 1500.0, gamut))
    >>> len(pattern.frames), pattern.frames[7].kind.value, sync_layout(pattern).n_columns
    (256, 'counter', 2)
    """
    columns = n_columns or count_columns(wall.width_px, wall.height_px, wall.raster.panel_width_px)
    build_sync_layout(wall.width_px, wall.height_px, columns, n_frames)
    return Pattern(
        name=NAME,
        layout="single",
        pattern_id=build_sync_id(wall.width_px, wall.height_px, columns, n_frames),
        width_px=wall.width_px,
        height_px=wall.height_px,
        eotf=wall.eotf,
        peak_nits=wall.peak_nits,
        frames=tuple(PatternFrame(n, FrameKind.COUNTER, ()) for n in range(n_frames)),
    )


def sync_layout(pattern: Pattern) -> SyncLayout:
    """Where the parts of a sync pattern stand.

    Raises
    ------
    ValueError
        If the pattern is another one.
    """
    read = read_sync_id(pattern.pattern_id)
    if read is None:
        message = f"pattern id {pattern.pattern_id} is not that of a sync pattern"
        raise ValueError(message)
    return build_sync_layout(pattern.width_px, pattern.height_px, read[0], read[1])


def draw_counter(image: NDArray[np.float32], pattern: Pattern, number: int) -> None:
    """Draw counters and bars of one frame into the wall's picture.

    Parameters
    ----------
    image : ndarray of float32, shape (height_px, width_px, 3)
        Wall code; changed.
    pattern : Pattern
        A sync pattern.
    number : int
        Of the frame.
    """
    wall = Wall(
        "", pattern.width_px, pattern.height_px, None, pattern.eotf, pattern.peak_nits, _ANY
    )
    level = int(code_values_of_light(wall, np.array(COUNTER_LIGHT))) / MAX_CODE_VALUE
    for box in lit_sync_regions(sync_layout(pattern), number):
        image[box.y : box.y + box.height, box.x : box.x + box.width] = level


_ANY = Gamut("", [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06]], [0.3127, 0.329])
