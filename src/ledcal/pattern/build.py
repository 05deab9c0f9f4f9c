"""From a set's name, a layout and a wall to the frames to be shown."""

from __future__ import annotations

import binascii
import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.pattern.arrange import build_cells, build_window, deal
from ledcal.pattern.drift import NAME as DRIFT
from ledcal.pattern.drift import build_drift_frames
from ledcal.pattern.levels import (
    MAX_CODE_VALUE,
    SET_SIZES,
    build_codes,
    code_values_of_light,
    light_of_code,
    shuffled,
)
from ledcal.pattern.sync import NAME as SYNC
from ledcal.pattern.sync import build_sync
from ledcal.values.marks import (
    PatternSet,
    build_marks_layout,
    build_pattern_id,
    split_pattern_id,
)
from ledcal.values.pattern import FrameKind, Patch, PatchKind, Pattern, PatternFrame, Region
from ledcal.values.sync import is_sync_of, read_sync_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Wall

_VERSION = 1
_ANCHOR_LIGHT = 0.25
_FLAT_LIGHT = 0.25
_COLOURED_FLAT_LIGHT = 0.5
_ANCHOR_EVERY = 10
# A set grows into the room that its last grid frame leaves, but not by more than this.
_GROWTH_LIMIT = 1.35
Coloured = tuple[PatchKind, "FloatArray"]


def build_pattern(name: str, layout: str, wall: Wall) -> Pattern:
    """Build the frames of a set for a wall. The same arguments give the same pattern, always.

    Parameters
    ----------
    name : str
        ``quick``, ``standard`` or ``full``; ``drift``, which is three frames whatever the layout;
        or ``sync``, which has the single layout only.
    layout : str
        ``single``: one patch per frame in a window at the centre, an anchor every ten frames.
        ``grid``: many patches per frame, for stills.
    wall : Wall
        Resolution, EOTF and peak are used.

    Returns
    -------
    Pattern
        Codes are multiples of 1/1023, so that a 10-bit link carries them exactly, and never
        above the code of peak.

    Raises
    ------
    ValueError
        If the set or the layout is unknown, or the wall is under 102 px on its short side.

    Examples
    --------
    >>> from ledcal.values.stage import Gamut, Wall
    >>> gamut = Gamut("x", [[0.68, 0.32], [0.27, 0.69], [0.15, 0.06]], [0.31, 0.33])
    >>> wall = Wall("w", 1920, 1080, None, "ST 2084", 1500.0, gamut)
    >>> pattern = build_pattern("standard", "grid", wall)
    >>> len(pattern.frames), pattern.frames[0].kind.value, len(pattern.frames[5].patches)
    (13, 'black', 48)
    """
    if name == SYNC and layout == "single":
        return build_sync(wall)
    if name == DRIFT and layout in {"single", "grid"}:
        return _of_frames(PatternSet.DRIFT, "grid", wall, build_drift_frames(wall), MAX_CODE_VALUE)
    if name not in SET_SIZES:
        message = f"unknown set {name!r}: it is one of {', '.join(SET_SIZES)}, {DRIFT}, {SYNC}"
        raise ValueError(message)
    return lay_out(PatternSet[name.upper()], layout, wall, SET_SIZES[name], partial(_colours, wall))


def lay_out(
    pattern_set: PatternSet,
    layout: str,
    wall: Wall,
    size: int,
    choose: Callable[[int], Sequence[Coloured]],
    *,
    steps: int = MAX_CODE_VALUE,
) -> Pattern:
    """Lay colours out over frames, with everything around them that measuring needs.

    Parameters
    ----------
    pattern_set : PatternSet
        Gives the pattern its name, its shuffle and a part of its id.
    layout : str
        ``single`` or ``grid``.
    wall : Wall
        Resolution, EOTF and peak are used.
    size : int
        Colours that are wanted.
    choose : callable
        From how many colours there are to be (the last grid frame may have room for more) to the
        kind and the wall code of each.
    steps : int
        Codes are multiples of one over this.

    Returns
    -------
    Pattern
        With the id of what it shows.

    Raises
    ------
    ValueError
        If the layout is unknown, or the wall is under 102 px on its short side.
    """
    name = pattern_set.name.lower().replace("_", " ")
    if layout == "single":
        frames = _single_frames(name, wall, choose(size))
    elif layout == "grid":
        frames = _grid_frames(name, wall, size, choose)
    else:
        message = f"unknown layout {layout!r}: it is single or grid"
        raise ValueError(message)
    return _of_frames(pattern_set, layout, wall, frames, steps)


def _of_frames(
    pattern_set: PatternSet, layout: str, wall: Wall, frames: list[PatternFrame], steps: int
) -> Pattern:
    """The pattern of some frames, with its id."""
    digest = _digest(wall, frames, steps)
    return Pattern(
        name=pattern_set.name.lower().replace("_", " "),
        layout=layout,
        pattern_id=build_pattern_id(pattern_set, layout, digest),
        width_px=wall.width_px,
        height_px=wall.height_px,
        eotf=wall.eotf,
        peak_nits=wall.peak_nits,
        frames=tuple(frames),
    )


def builtin(pattern_id: int, wall: Wall) -> Pattern | None:
    """Rebuild the built-in pattern an identity strip names, without plan.json.

    Parameters
    ----------
    pattern_id : int
        From the strip.
    wall : Wall
        The wall it was made for.

    Returns
    -------
    Pattern or None
        None where the set is not built in, or where the pattern was made for a wall of another
        resolution, EOTF or peak than `wall`.

    Examples
    --------
    >>> from ledcal.values.stage import Gamut, Wall
    >>> gamut = Gamut("x", [[0.68, 0.32], [0.27, 0.69], [0.15, 0.06]], [0.31, 0.33])
    >>> wall = Wall("w", 1920, 1080, None, "ST 2084", 1500.0, gamut)
    >>> shown = build_pattern("quick", "grid", wall)
    >>> builtin(shown.pattern_id, wall).name, builtin(shown.pattern_id ^ 1, wall)
    ('quick', None)
    """
    pattern_set, layout, _ = split_pattern_id(pattern_id)
    sync = read_sync_id(pattern_id)
    if sync is not None:
        if not is_sync_of(pattern_id, wall.width_px, wall.height_px):
            return None
        return build_sync(wall, n_columns=sync[0], n_frames=sync[1])
    name = pattern_set.name.lower()
    if name not in {*SET_SIZES, DRIFT}:
        return None
    pattern = build_pattern(name, layout, wall)
    return pattern if pattern.pattern_id == pattern_id else None


def _single_frames(name: str, wall: Wall, colours: Sequence[Coloured]) -> list[PatternFrame]:
    """Black, flat, the patches with an anchor every ten, black."""
    window, beside = build_window(wall.width_px, wall.height_px)
    dark = tuple(Patch((0.0, 0.0, 0.0), region, PatchKind.DARK) for region in beside)
    anchor = (PatchKind.ANCHOR, _grey(wall, _ANCHOR_LIGHT))
    shown: list[Coloured] = []
    for turn, patch in enumerate(shuffled(len(colours), f"{name} single")):
        if turn % _ANCHOR_EVERY == 0:
            shown.append(anchor)
        shown.append(colours[patch])
    shown.append(anchor)
    frames = [_black(0), _flat(1, wall, _grey(wall, _FLAT_LIGHT), [])]
    frames += [
        PatternFrame(index, FrameKind.PATCHES, (Patch(code, window, kind), *dark))
        for index, (kind, code) in enumerate(shown, start=2)
    ]
    return [*frames, _black(len(frames))]


def _grid_frames(
    name: str, wall: Wall, wanted: int, choose: Callable[[int], Sequence[Coloured]]
) -> list[PatternFrame]:
    """Black, four flats, then frames full of cells with nearly the same light in each."""
    cells, dark, anchors = build_cells(wall.width_px, wall.height_px)
    fixed = set(dark) | set(anchors)
    free = [i for i in range(len(cells)) if i not in fixed]
    n_frames = math.ceil(wanted / len(free))
    room = n_frames * len(free)
    colours = choose(room if room <= _GROWTH_LIMIT * wanted else wanted)
    light = [float(light_of_code(wall, code).mean()) for _, code in colours]
    hands = deal(light, n_frames)
    holes = [Patch((0.0, 0.0, 0.0), cells[i], PatchKind.DARK) for i in dark]
    frames = [_black(0), _flat(1, wall, _grey(wall, _FLAT_LIGHT), holes)]
    for channel in range(3):
        code = np.zeros(3)
        code[channel] = _grey(wall, _COLOURED_FLAT_LIGHT)[channel]
        frames.append(_flat(2 + channel, wall, code, holes))
    for hand in hands:
        index = len(frames)
        content: dict[int, Coloured] = dict.fromkeys(
            anchors, (PatchKind.ANCHOR, _grey(wall, _ANCHOR_LIGHT))
        )
        seats = shuffled(len(free), f"{name} seat {index}")
        for seat, patch in zip(seats, sorted(hand), strict=False):
            content[free[seat]] = colours[patch]
        patches = [
            Patch(code, cell, kind)
            for i, cell in enumerate(cells)
            for kind, code in (content.get(i, (PatchKind.DARK, np.zeros(3))),)
        ]
        frames.append(PatternFrame(index, FrameKind.PATCHES, tuple(patches)))
    return frames


def _colours(wall: Wall, n_patches: int) -> list[Coloured]:
    """The set's colours as codes."""
    return [
        (kind, np.array(values) / MAX_CODE_VALUE) for kind, values in build_codes(wall, n_patches)
    ]


def _grey(wall: Wall, light: float) -> FloatArray:
    """Code of a grey of some share of peak light."""
    return code_values_of_light(wall, np.full(3, light)) / MAX_CODE_VALUE


def _black(index: int) -> PatternFrame:
    return PatternFrame(index, FrameKind.BLACK, ())


def _flat(index: int, wall: Wall, code: FloatArray, holes: list[Patch]) -> PatternFrame:
    """One colour over everything between the marks, dark cells left out."""
    region: Region = build_marks_layout(wall.width_px, wall.height_px).content
    return PatternFrame(index, FrameKind.FLAT, (Patch(code, region, PatchKind.FLAT), *holes))


def _digest(wall: Wall, frames: list[PatternFrame], steps: int) -> int:
    """A number that changes with any code or rectangle."""
    eotf = canonical_eotf(wall.eotf)
    lines = [f"{_VERSION} {wall.width_px} {wall.height_px} {eotf} {wall.peak_nits:.6g}"]
    for frame in frames:
        for patch in frame.patches:
            values = np.rint(patch.code * steps).astype(int).tolist()
            box = patch.region
            lines.append(f"{frame.index} {values} {box.x} {box.y} {box.width} {box.height}")
    return binascii.crc32("\n".join(lines).encode())
