"""The sync pattern: a counter in Gray code, where it stands on the wall, and what its id says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ledcal.values.arrays import FloatArray, readonly
from ledcal.values.marks import PatternSet, build_marks_layout, build_pattern_id, split_pattern_id
from ledcal.values.pattern import Region

COUNTER_BITS = 12
# The twelve bits and their parity.
CODE_BITS = COUNTER_BITS + 1
DEFAULT_FRAMES = 256
# Light of lit cells and bars, as a share of the peak: where LEDs are driven evenly in time.
COUNTER_LIGHT = 0.25
HEIGHTS = ("top", "middle", "bottom")
MOST_COLUMNS = 32

# A column of the wall, in units of a cell: margin, bar, gap, bar, gap, 26 cells, margin.
_MARGIN, _BAR, _GAP = 0.5, 1.0, 0.75
_COLUMN_UNITS = 2 * _MARGIN + 2 * _BAR + 2 * _GAP + 2 * CODE_BITS
# A column is no narrower than this, in modules of the marks, so that cells survive defocus.
_LEAST_COLUMN_MODULES = 29.0
_MODULES_ALONG_SHORT_SIDE = 34
# A strip's height: rows are times, so it is not tall.
_STRIP_SHARE = 0.15
_STRIP_MODULES = 3.5
_STRIP_MARGIN = 0.025
_SIZE_HASH = 61


@dataclass(frozen=True, slots=True)
class Counter:
    """One place where the number of the frame stands.

    Attributes
    ----------
    name : str
        Column from the left, and height: ``2-top``.
    column : int
        From 0, left to right.
    height : str
        ``top``, ``middle`` or ``bottom``.
    cells : tuple of (Region, Region)
        For each bit, the first is the highest and the last the parity, the cell that is lit when
        it is 1 and beside it the one that is lit when it is 0.
    """

    name: str
    column: int
    height: str
    cells: tuple[tuple[Region, Region], ...]


@dataclass(frozen=True, slots=True)
class SyncLayout:
    """Where the parts of the sync pattern stand.

    Attributes
    ----------
    width_px, height_px : int
        The wall.
    n_frames : int
        A power of two: after the last comes the first.
    n_columns : int
        Counters side by side.
    counters : tuple of Counter
        Column by column, in each from the top.
    bars : tuple of (Region, Region)
        Of each column: lit in even frames, lit in odd ones; from the band of the marks above to
        the one below.
    dark : tuple of Region
        Of each column, wall that is never lit, between the heights.
    """

    width_px: int
    height_px: int
    n_frames: int
    n_columns: int
    counters: tuple[Counter, ...]
    bars: tuple[tuple[Region, Region], ...]
    dark: tuple[tuple[Region, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class CodeTable:
    """Every number's bits as +1 and -1.

    Attributes
    ----------
    now, after : ndarray, shape (n_frames, 13)
        Of each number, and of the one that follows it.
    """

    now: FloatArray
    after: FloatArray

    def __post_init__(self) -> None:
        for name in ("now", "after"):
            array = readonly(getattr(self, name), shape=(None, CODE_BITS), name=name)
            object.__setattr__(self, name, array)


def gray_code(number: int) -> int:
    """The reflected binary (Gray) code of a number: neighbours differ in one bit.

    Examples
    --------
    >>> [gray_code(n) for n in range(5)]
    [0, 1, 3, 2, 6]
    """
    return number ^ (number >> 1)


def counter_bits(number: int) -> tuple[bool, ...]:
    """What the cells of a counter say: twelve bits, the highest first, and their parity.

    Parameters
    ----------
    number : int
        0..4095.

    Returns
    -------
    tuple of bool
        Of 13; an even number of them is set.

    Raises
    ------
    ValueError
        If the number does not fit.

    Examples
    --------
    >>> "".join(str(int(bit)) for bit in counter_bits(4))
    '0000000001100'
    >>> sum(counter_bits(5)) % 2
    0
    """
    if not 0 <= number < 1 << COUNTER_BITS:
        message = f"counter {number} is outside 0..{(1 << COUNTER_BITS) - 1}"
        raise ValueError(message)
    code = gray_code(number)
    bits = [bool(code >> (COUNTER_BITS - 1 - i) & 1) for i in range(COUNTER_BITS)]
    return (*bits, bool(sum(bits) % 2))


@lru_cache(maxsize=4)
def code_table(n_frames: int) -> CodeTable:
    """Bits of every number of a loop, and of the number after it.

    Examples
    --------
    >>> table = code_table(256)
    >>> int((table.now[255] != table.after[255]).sum())  # the loop's end: one bit and parity
    2
    """
    now = np.array([counter_bits(n) for n in range(n_frames)], np.float64) * 2.0 - 1.0
    return CodeTable(now, np.roll(now, -1, axis=0))


def count_columns(width_px: int, height_px: int, panel_width_px: int | None = None) -> int:
    """How many counters stand side by side.

    Parameters
    ----------
    width_px, height_px : int
        The wall.
    panel_width_px : int or None
        Where panels are known, columns end where panels do, if that is possible.

    Returns
    -------
    int
        1 to 32.

    Examples
    --------
    >>> [count_columns(w, h) for w, h in ((640, 360), (1920, 1080), (3840, 1080), (7680, 1080))]
    [2, 2, 4, 8]
    >>> count_columns(3840, 1080, 640), count_columns(1080, 1920)
    (3, 1)
    """
    short = min(width_px, height_px)
    band = 0 if width_px >= height_px else 14
    modules = width_px * _MODULES_ALONG_SHORT_SIDE / short - band
    most = max(1, min(MOST_COLUMNS, int(modules / _LEAST_COLUMN_MODULES)))
    if panel_width_px is not None and width_px % panel_width_px == 0:
        n_panels = width_px // panel_width_px
        fitting = [n for n in range(2, most + 1) if n_panels % n == 0]
        return max(fitting, default=most)
    return most


def build_sync_id(width_px: int, height_px: int, n_columns: int, n_frames: int) -> int:
    """The pattern id of a sync pattern: with the wall's size it says all of the layout.

    Parameters
    ----------
    width_px, height_px : int
        The wall.
    n_columns : int
        1 to 32.
    n_frames : int
        A power of two, 4 to 4096.

    Returns
    -------
    int
        0..1048575.

    Raises
    ------
    ValueError
        If a number does not fit.

    Examples
    --------
    >>> read_sync_id(build_sync_id(1920, 1080, 2, 256))[:2]
    (2, 256)
    """
    bits = n_frames.bit_length() - 1
    if n_frames != 1 << bits or not 2 <= bits <= COUNTER_BITS:
        message = f"{n_frames} frames: a sync pattern has a power of two from 4 to 4096"
        raise ValueError(message)
    if not 1 <= n_columns <= MOST_COLUMNS:
        message = f"{n_columns} columns: a sync pattern has 1 to {MOST_COLUMNS}"
        raise ValueError(message)
    digest = bits << 11 | (n_columns - 1) << 6 | _size_hash(width_px, height_px)
    return build_pattern_id(PatternSet.SYNC, "single", digest)


def read_sync_id(pattern_id: int) -> tuple[int, int, int] | None:
    """Columns, frames and the mark of the wall's size; None where the id is of another set.

    Examples
    --------
    >>> read_sync_id(0) is None
    True
    """
    pattern_set, layout, digest = split_pattern_id(pattern_id)
    bits = digest >> 11
    if pattern_set is not PatternSet.SYNC or layout != "single" or not 2 <= bits <= COUNTER_BITS:
        return None
    return (digest >> 6 & 31) + 1, 1 << bits, digest & 63


def is_sync_of(pattern_id: int, width_px: int, height_px: int) -> bool:
    """Whether an id is that of a sync pattern for a wall of this size.

    Examples
    --------
    >>> number = build_sync_id(1920, 1080, 2, 256)
    >>> is_sync_of(number, 1920, 1080), is_sync_of(number, 3840, 1080)
    (True, False)
    """
    read = read_sync_id(pattern_id)
    return read is not None and read[2] == _size_hash(width_px, height_px)


def _size_hash(width_px: int, height_px: int) -> int:
    """A number under 61 that tells the common sizes apart."""
    return (width_px + 2 * height_px) % _SIZE_HASH


@lru_cache(maxsize=16)
def build_sync_layout(width_px: int, height_px: int, n_columns: int, n_frames: int) -> SyncLayout:
    """Place counters and bars between the bands of the marks.

    Parameters
    ----------
    width_px, height_px : int
        The wall.
    n_columns : int
        Counters side by side, `count_columns`.
    n_frames : int
        A power of two.

    Returns
    -------
    SyncLayout
        In wall pixels.

    Raises
    ------
    ValueError
        If the wall's short side is under 102 pixels.

    Examples
    --------
    >>> layout = build_sync_layout(1920, 1080, 2, 256)
    >>> [counter.name for counter in layout.counters][:3], len(layout.bars)
    (['1-top', '1-middle', '1-bottom'], 2)
    >>> layout.counters[0].cells[0][0]
    Region(x=126, y=240, width=31, height=95)
    """
    marks = build_marks_layout(width_px, height_px)
    content = marks.content
    strip = round(min(_STRIP_SHARE * content.height, _STRIP_MODULES * marks.module_px))
    margin = round(_STRIP_MARGIN * content.height)
    tops = (
        content.y + margin,
        content.y + (content.height - strip) // 2,
        content.y + content.height - margin - strip,
    )
    pause = (tops[1] - tops[0] - strip) // 3
    counters: list[Counter] = []
    bars: list[tuple[Region, Region]] = []
    dark: list[tuple[Region, ...]] = []
    for column in range(n_columns):
        left = content.x + content.width * column / n_columns
        unit = content.width / n_columns / _COLUMN_UNITS
        is_last = column == n_columns - 1 and n_columns > 1
        # The last column has its bars at the wall's right edge.
        bars_at = 2 * CODE_BITS + _MARGIN + _GAP if is_last else _MARGIN
        cells_at = _MARGIN if is_last else _MARGIN + 2 * (_BAR + _GAP)

        def span(at: float, size: float, left: float = left, unit: float = unit) -> tuple[int, int]:
            start = round(left + at * unit)
            return start, round(left + (at + size) * unit) - start

        pair = [span(bars_at + i * (_BAR + _GAP), _BAR) for i in range(2)]
        bars.append(
            (
                Region(pair[0][0], content.y, pair[0][1], content.height),
                Region(pair[1][0], content.y, pair[1][1], content.height),
            )
        )
        places = [span(cells_at + i, 1.0) for i in range(2 * CODE_BITS)]
        for height, top in zip(HEIGHTS, tops, strict=True):
            boxes = [Region(x, top, width, strip) for x, width in places]
            cells = tuple(zip(boxes[::2], boxes[1::2], strict=True))
            counters.append(Counter(f"{column + 1}-{height}", column, height, cells))
        x, width = span(cells_at + 2, 2 * CODE_BITS - 4)
        dark.append(tuple(Region(x, top + strip + pause, width, pause) for top in tops[:2]))
    return SyncLayout(
        width_px=width_px,
        height_px=height_px,
        n_frames=n_frames,
        n_columns=n_columns,
        counters=tuple(counters),
        bars=tuple(bars),
        dark=tuple(dark),
    )


def lit_sync_regions(layout: SyncLayout, number: int) -> list[Region]:
    """List the rectangles that are lit in one frame, marks apart.

    Parameters
    ----------
    layout : SyncLayout
        Where the parts stand.
    number : int
        Of the frame.

    Returns
    -------
    list of Region
        As many in every frame: the light of the wall stays the same.

    Examples
    --------
    >>> layout = build_sync_layout(1920, 1080, 2, 256)
    >>> len(lit_sync_regions(layout, 0)), len(lit_sync_regions(layout, 201))
    (80, 80)
    """
    bits = counter_bits(number)
    lit = [pair[number % 2] for pair in layout.bars]
    for counter in layout.counters:
        lit += [one if bit else zero for bit, (one, zero) in zip(bits, counter.cells, strict=True)]
    return lit
