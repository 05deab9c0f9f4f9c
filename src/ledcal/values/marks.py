"""Fiducials and identity strip: where they stand on the wall, and what they say."""

from __future__ import annotations

import binascii
import itertools
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.pattern import Region

if TYPE_CHECKING:
    from ledcal.values.arrays import BoolArray

FRAME_BITS = 12
ID_BITS = 20
CRC_BITS = 16
PAYLOAD_BITS = FRAME_BITS + ID_BITS + CRC_BITS

# Four 3x3 patterns, top left, top right, bottom right, bottom left. With their rotations and
# mirror images they are 32 words of 9 bits, all at least 2 bits apart. 1 is lit.
FIDUCIAL_BITS: tuple[tuple[tuple[int, int, int], ...], ...] = (
    ((1, 1, 1), (1, 1, 1), (1, 0, 0)),
    ((1, 1, 1), (1, 0, 0), (0, 1, 1)),
    ((1, 1, 0), (0, 1, 1), (0, 0, 0)),
    ((1, 1, 0), (0, 0, 0), (1, 0, 0)),
)
FIDUCIAL_MODULES = 5
_MODULES_ALONG_SHORT_SIDE = 34
_BAND_MODULES = FIDUCIAL_MODULES + 2
_BITS_PER_BAND = PAYLOAD_BITS // 2


class PatternSet(IntEnum):
    """The first four bits of a pattern id; 8 stands for a correction that is drawn in."""

    CUSTOM = 0
    QUICK = 1
    STANDARD = 2
    FULL = 3
    DRIFT = 4
    SYNC = 5
    CORRECTED_QUICK = 9
    CORRECTED_STANDARD = 10
    CORRECTED_FULL = 11


@dataclass(frozen=True, slots=True)
class MarksLayout:
    """Where the marks stand on a wall of a given size.

    The marks lie in two bands along the wall's long sides: a fiducial at each end, the strip
    between them. All lengths scale with the short side, so that a module keeps its share of
    the picture on every wall.

    Attributes
    ----------
    width_px, height_px : int
        The wall.
    module_px : int
        Side of one fiducial module, the unit of the layout.
    fiducials : tuple of Region
        Top left, top right, bottom right, bottom left; 5 x 5 modules each.
    cells : tuple of (Region, Region)
        For each payload bit the cell that is lit when it is 1, and the one lit when it is 0.
    content : Region
        What is left for patches.
    is_upright : bool
        Whether the bands run along the left and right side (a portrait wall).
    """

    width_px: int
    height_px: int
    module_px: int
    fiducials: tuple[Region, Region, Region, Region]
    cells: tuple[tuple[Region, Region], ...]
    content: Region
    is_upright: bool


def build_marks_layout(width_px: int, height_px: int) -> MarksLayout:
    """Place the marks on a wall.

    Parameters
    ----------
    width_px, height_px : int
        Resolution of the wall.

    Returns
    -------
    MarksLayout
        Regions in wall pixels.

    Raises
    ------
    ValueError
        If the wall's short side is under 102 pixels: a module would be under 3.

    Examples
    --------
    >>> layout = build_marks_layout(1920, 1080)
    >>> layout.module_px, layout.fiducials[0], layout.content
    (32, Region(x=32, y=32, width=160, height=160), Region(x=0, y=224, width=1920, height=632))
    """
    is_upright = height_px > width_px
    length, depth = (height_px, width_px) if is_upright else (width_px, height_px)
    module = round(depth / _MODULES_ALONG_SHORT_SIDE)
    if module < 3:
        message = f"wall of {width_px} x {height_px} px: the short side must be 102 px or more"
        raise ValueError(message)
    side, band = FIDUCIAL_MODULES * module, _BAND_MODULES * module

    def place(along: int, across: int, run: int, rise: int) -> Region:
        if is_upright:
            return Region(across, along, rise, run)
        return Region(along, across, run, rise)

    near, far = module, depth - module - side
    start, end = module, length - module - side
    corners = [place(start, near, side, side), place(end, near, side, side)]
    corners += [place(end, far, side, side), place(start, far, side, side)]
    if is_upright:  # top left, top right, bottom right, bottom left, whichever way bands run
        corners = [corners[0], corners[3], corners[2], corners[1]]
    cells: list[tuple[Region, Region]] = []
    room = length - 2 * band
    rows = 1 if room >= 1.25 * module * _BITS_PER_BAND else 2
    columns = _BITS_PER_BAND // rows
    edges = [band + round(i * room / columns) for i in range(columns + 1)]
    steps = [round(i * side / (2 * rows)) for i in range(2 * rows + 1)]
    for across in (near, far):
        for row in range(rows):
            top, middle, bottom = steps[2 * row : 2 * row + 3]
            cells += [
                (
                    place(a, across + top, b - a, middle - top),
                    place(a, across + middle, b - a, bottom - middle),
                )
                for a, b in itertools.pairwise(edges)
            ]
    return MarksLayout(
        width_px=width_px,
        height_px=height_px,
        module_px=module,
        fiducials=(corners[0], corners[1], corners[2], corners[3]),
        cells=tuple(cells),
        content=place(0, band, length, depth - 2 * band),
        is_upright=is_upright,
    )


def lit_regions(layout: MarksLayout, frame_index: int, pattern_id: int) -> list[Region]:
    """List the rectangles that are lit in one frame: fiducial modules and strip cells.

    Parameters
    ----------
    layout : MarksLayout
        Where the marks stand.
    frame_index, pattern_id : int
        What the strip says.

    Returns
    -------
    list of Region
        In wall pixels; they do not overlap. Everything else of the bands is dark.

    Examples
    --------
    >>> len(lit_regions(build_marks_layout(1920, 1080), 0, 0))
    132
    """
    module = layout.module_px
    regions: list[Region] = []
    for fiducial, bits in zip(layout.fiducials, FIDUCIAL_BITS, strict=True):
        regions += [
            Region(fiducial.x + column * module, fiducial.y + row * module, module, module)
            for row, column in np.argwhere(fiducial_modules(bits)).tolist()
        ]
    payload = encode_payload(frame_index, pattern_id)
    regions += [
        one if bit else zero for (one, zero), bit in zip(layout.cells, payload, strict=True)
    ]
    return regions


def fiducial_modules(bits: tuple[tuple[int, int, int], ...]) -> BoolArray:
    """Draw a fiducial as 5 x 5 modules, True is lit: a lit border around its 3 x 3 bits.

    Examples
    --------
    >>> fiducial_modules(FIDUCIAL_BITS[0]).astype(int)[3].tolist()
    [1, 1, 0, 0, 1]
    """
    modules = np.ones((FIDUCIAL_MODULES, FIDUCIAL_MODULES), dtype=np.bool_)
    modules[1:-1, 1:-1] = np.array(bits, dtype=np.bool_)
    return modules


def encode_payload(frame_index: int, pattern_id: int) -> BoolArray:
    """Turn frame number and pattern id into the strip's bits, CRC last.

    Parameters
    ----------
    frame_index : int
        0..4095.
    pattern_id : int
        0..1048575.

    Returns
    -------
    ndarray of bool, shape (48,)
        Most significant bit first: 12 bits frame, 20 bits id, 16 bits CRC-16/CCITT.

    Raises
    ------
    ValueError
        If a number does not fit.

    Examples
    --------
    >>> decode_payload(encode_payload(7, 123456))
    (7, 123456)
    """
    if not 0 <= frame_index < 1 << FRAME_BITS:
        message = f"frame number {frame_index} is outside 0..{(1 << FRAME_BITS) - 1}"
        raise ValueError(message)
    if not 0 <= pattern_id < 1 << ID_BITS:
        message = f"pattern id {pattern_id} is outside 0..{(1 << ID_BITS) - 1}"
        raise ValueError(message)
    word = (frame_index << ID_BITS) | pattern_id
    value = (word << CRC_BITS) | _crc(word)
    return np.array(
        [(value >> (PAYLOAD_BITS - 1 - i)) & 1 for i in range(PAYLOAD_BITS)], dtype=np.bool_
    )


def decode_payload(bits: BoolArray) -> tuple[int, int] | None:
    """Read frame number and pattern id, or None where the CRC does not fit.

    Parameters
    ----------
    bits : ndarray of bool, shape (48,)
        As `encode_payload` makes them.

    Returns
    -------
    (int, int) or None
        Frame number and pattern id.

    Examples
    --------
    >>> import numpy as np
    >>> decode_payload(np.zeros(48, dtype=bool)) is None
    True
    """
    value = 0
    for bit in bits.tolist():
        value = (value << 1) | int(bit)
    word, crc = value >> CRC_BITS, value & ((1 << CRC_BITS) - 1)
    if _crc(word) != crc:
        return None
    return word >> ID_BITS, word & ((1 << ID_BITS) - 1)


def _crc(word: int) -> int:
    """CRC-16/CCITT (polynomial 0x1021, start 0xFFFF) of a 32-bit word, big endian."""
    return binascii.crc_hqx(word.to_bytes(4, "big"), 0xFFFF)


def build_pattern_id(pattern_set: PatternSet, layout: str, digest: int) -> int:
    """Pack set (4 bits), layout (1 bit) and digest of codes and geometry (15 bits).

    Parameters
    ----------
    pattern_set : PatternSet
        Which set.
    layout : str
        ``single`` or ``grid``.
    digest : int
        Any integer; its low 15 bits are used.

    Returns
    -------
    int
        0..1048575.

    Examples
    --------
    >>> split_pattern_id(build_pattern_id(PatternSet.FULL, "grid", 0x8123))
    (<PatternSet.FULL: 3>, 'grid', 291)
    """
    return (int(pattern_set) << 16) | (int(layout == "grid") << 15) | (digest & 0x7FFF)


def split_pattern_id(pattern_id: int) -> tuple[PatternSet, str, int]:
    """Read what `build_pattern_id` packed; an unknown set is `PatternSet.CUSTOM`.

    Examples
    --------
    >>> split_pattern_id(0)
    (<PatternSet.CUSTOM: 0>, 'single', 0)
    """
    number = pattern_id >> 16
    known = PatternSet(number) if number in set(PatternSet) else PatternSet.CUSTOM
    return known, "grid" if pattern_id & 0x8000 else "single", pattern_id & 0x7FFF


def is_corrected_id(pattern_id: int) -> bool:
    """Whether a pattern's frames are drawn with a profile's correction in them.

    Examples
    --------
    >>> is_corrected_id(build_pattern_id(PatternSet.CORRECTED_FULL, "grid", 7)), is_corrected_id(7)
    (True, False)
    """
    return split_pattern_id(pattern_id)[0].name.startswith("CORRECTED_")


def describe_pattern_id(pattern_id: int) -> str:
    """Say a pattern id in words, for messages.

    Examples
    --------
    >>> describe_pattern_id(build_pattern_id(PatternSet.QUICK, "single", 26))
    'quick single (001a)'
    """
    pattern_set, layout, digest = split_pattern_id(pattern_id)
    name = pattern_set.name.lower().replace("_", " ")
    return f"{name} {layout} ({digest:04x})"
