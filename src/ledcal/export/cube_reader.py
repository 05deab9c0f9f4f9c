"""Read a .cube of any origin, strictly: what a host could take in two ways is refused.

Every refusal says which line, what is there, and what to do. What is read is what all hosts
read alike: three numbers a row, red fastest, codes 0..1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import InputError
from ledcal.files.document import nearest
from ledcal.values.chain import Chain, Lut1d
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.values.arrays import FloatArray

# What OpenColorIO takes, through which every file is read back.
MOST_NODES = 129
_MOST_PLACES = 65536
# Wall codes are 0..1; what goes further than this is no code with a little to spare.
FARTHEST = (-1.0, 2.0)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity|1\.#)", re.IGNORECASE)
_SIZES = {"LUT_1D_SIZE": _MOST_PLACES, "LUT_3D_SIZE": MOST_NODES}
_RANGES = ("LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE")
_DOMAINS = {"DOMAIN_MIN": 0.0, "DOMAIN_MAX": 1.0}
_KNOWN = ("TITLE", *_SIZES, *_RANGES, *_DOMAINS)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Row = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class CubeFile:
    """What a .cube holds.

    Attributes
    ----------
    content : Lut3d or Chain
        The table; a chain where the file has curves before it (Resolve's shaper).
    title : str
        Of its TITLE line; may be empty.
    comments : tuple of str
        Its ``#`` lines.
    notes : tuple of str
        What is odd and harmless.
    """

    content: Lut3d | Chain
    title: str
    comments: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Header:
    """What has been read before the numbers."""

    title: str = ""
    comments: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def size(self, keyword: str) -> int:
        return self.seen.get(keyword, 0)


def parse_cube(text: str, *, name: str = "the .cube file") -> Lut3d:
    """Read the text of a plain .cube file.

    Parameters
    ----------
    text : str
        The whole file.
    name : str
        What the file is called in messages.

    Returns
    -------
    Lut3d
        Its table, indexed ``[r, g, b]``.

    Raises
    ------
    InputError
        With the line number, for whatever `read_cube` refuses; and for curves before the table.
    """
    content = read_cube(text.encode(), name=name).content
    if isinstance(content, Chain):
        raise InputError(f"{name}: LUT_1D_SIZE beside LUT_3D_SIZE; a table without curves is read")
    return content


def read_cube(data: bytes, *, name: str = "the .cube file") -> CubeFile:
    """Read a .cube file.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What the file is called in messages.

    Returns
    -------
    CubeFile
        Table, title, comments.

    Raises
    ------
    InputError
        With the line number: byte-order mark, no text, web page, unknown or repeated keyword, 1D
        table, video range, input other than 0..1, a row that is not three finite numbers, too few
        or too many rows.

    Examples
    --------
    >>> rows = [f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    >>> data = chr(10).join(["LUT_3D_SIZE 2", *rows]).encode()
    >>> read_cube(data).content.table[1, 0, 0].tolist()
    [1.0, 0.0, 0.0]
    """
    text, notes = _decode(data, name)
    header, rows = _Header(), []
    last = 0
    for number, line in _lines(text):
        where, last = f"{name}, line {number}", number
        if _is_row(line):
            rows.append(_row(line, where))
            if len(rows) == 1:
                _require_sizes(header, where)
            elif len(rows) > _n_rows(header):
                raise InputError(_too_many(header, where))
        elif rows:
            raise InputError(
                f"{where}: {line[:40]!r} after {len(rows)} rows; keywords stand before the "
                "numbers: were two files joined?"
            )
        else:
            _read_keyword(header, line, where)
    if not rows:
        _require_sizes(header, f"{name}, line {max(last, 1)}")
    if len(rows) < _n_rows(header):
        raise InputError(_too_few(header, rows, f"{name}, line {last}"))
    _require_codes(np.array(rows), text, name)
    comments = tuple(line[1:].strip() for line in text.split("\n") if line.startswith("#"))
    return CubeFile(_content(header, rows), header.title, comments, notes)


def _decode(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Text with the line ends of Unix, and what is odd about it."""
    where = f"{name}, line 1"
    if not data.strip():
        raise InputError(f"{where}: the file is empty ({len(data)} bytes); copy it again")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{where}: UTF-16 text, which no host reads; save it as plain ASCII text")
    if data.startswith(b"\xef\xbb\xbf"):
        raise InputError(
            f"{where}: a byte-order mark, which no host reads; save it as UTF-8 without one, or "
            "as plain ASCII text"
        )
    start = data.lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise InputError(f"{where}: a web page, not a table; the download failed: fetch it again")
    if start.startswith(b"<"):
        raise InputError(f"{where}: XML, not a .cube; if it is a CLF, name it .clf")
    found = _CONTROL.search(data)
    if found:
        line = data.count(b"\n", 0, found.start()) + 1
        raise InputError(
            f"{name}, line {line}: byte {data[found.start()]:#04x}, so this is not text (packed, "
            "or damaged on the way); unpack it, or copy it again"
        )
    return _decode_text(data, name)


def _decode_text(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    unix = data.replace(b"\r\n", b"\n")
    if b"\r" in unix:
        line = unix.count(b"\n", 0, unix.index(b"\r")) + 1
        raise InputError(
            f"{name}, line {line}: a carriage return without a line feed (line ends of old Macs), "
            "which hosts read as one line; save it with line ends of Unix or Windows"
        )
    n_windows = len(data) - len(unix)
    mixed = 0 < n_windows < unix.count(b"\n")
    notes = ("line ends of Windows and of Unix mixed: it was edited or joined",) if mixed else ()
    try:
        return unix.decode("utf-8"), notes
    except UnicodeDecodeError:
        # Titles in a Western code page; numbers are ASCII, and rows are looked at one by one.
        return unix.decode("latin-1"), notes


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip(" \t")
        if line and not line.startswith("#"):
            yield number, line


def _read_keyword(header: _Header, line: str, where: str) -> None:
    keyword, _, rest = line.replace("\t", " ").partition(" ")
    values = rest.split()
    if "VIDEO_RANGE" in keyword:
        raise InputError(
            f"{where}: {keyword}, a table for legal range, as only Resolve reads it; a correction "
            "of a wall is full range: export it again as full range"
        )
    if keyword not in _KNOWN:
        raise InputError(
            f"{where}: unknown keyword {keyword[:40]!r}; the nearest known is "
            f"{nearest(keyword.upper(), _KNOWN)!r}"
        )
    if keyword in header.seen:
        raise InputError(f"{where}: {keyword} a second time; were two files joined?")
    header.seen[keyword] = 0
    if keyword == "TITLE":
        header.title = rest.strip().strip('"')
    elif keyword in _SIZES:
        header.seen[keyword] = _size(keyword, values, where)
    else:
        _require_unit(keyword, values, where)


def _size(keyword: str, values: list[str], where: str) -> int:
    most = _SIZES[keyword]
    is_number = len(values) == 1 and values[0].isascii() and values[0].isdecimal()
    size = int(values[0][:9]) if is_number else 0
    if not 2 <= size <= most:
        found = " ".join(values)[:40]
        raise InputError(f"{where}: {keyword} wants one number, 2 to {most}, not {found!r}")
    return size


def _require_unit(keyword: str, values: list[str], where: str) -> None:
    """Refuse an input range other than 0..1."""
    wanted = (0.0, 1.0) if keyword in _RANGES else (_DOMAINS[keyword],) * 3
    numbers = tuple(_number(value, where) for value in values)
    if len(numbers) != len(wanted):
        raise InputError(f"{where}: {keyword} wants {len(wanted)} numbers, not {len(numbers)}")
    if numbers != wanted:
        found = " ".join(values)
        raise InputError(
            f"{where}: {keyword} {found[:40]}: only codes of 0..1 are read (many hosts pass over "
            "this line, and would read the table wrong); make it again for 0..1"
        )


def _row(line: str, where: str) -> Row:
    words = line.split()
    if len(words) != 3:
        if "," in line or ";" in line:
            raise InputError(
                f"{where}: {line[:40]!r}: commas or semicolons (a spreadsheet?); three numbers "
                "with decimal points and spaces between them are wanted"
            )
        raise InputError(f"{where}: expected three numbers, got {len(words)}: {line[:40]!r}")
    red, green, blue = (_number(word, where) for word in words)
    return red, green, blue


def _number(word: str, where: str) -> float:
    if _NUMBER.fullmatch(word):
        value = float(word)
        if np.isfinite(value):
            return value
    elif not _NOT_FINITE.match(word):
        if "," in word:
            raise InputError(f"{where}: a decimal comma, {word[:40]!r}; write decimal points")
        raise InputError(f"{where}: expected three numbers, got {word[:40]!r}")
    raise InputError(
        f"{where}: a value that is not finite, {word[:40]!r}; the program that made the table "
        "failed there: make it again"
    )


def _n_rows(header: _Header) -> int:
    return int(header.size("LUT_1D_SIZE") + header.size("LUT_3D_SIZE") ** 3)


def _require_sizes(header: _Header, where: str) -> None:
    """Refuse rows of an unknown number, and curves without a table."""
    if header.size("LUT_3D_SIZE"):
        return
    if header.size("LUT_1D_SIZE"):
        raise InputError(
            f"{where}: a 1D table (curves) only; a correction of a wall is a 3D table, with "
            "LUT_3D_SIZE"
        )
    raise InputError(f"{where}: no LUT_3D_SIZE before this; is the header missing?")


def _too_many(header: _Header, where: str) -> str:
    size = header.size("LUT_3D_SIZE")
    return (
        f"{where}: more than the {_n_rows(header)} rows of LUT_3D_SIZE {size}; is the size wrong, "
        "or were two files joined?"
    )


def _too_few(header: _Header, rows: list[Row], where: str) -> str:
    other = round(len(rows) ** (1 / 3))
    why = (
        f"as many as a table of {other} nodes has: is LUT_3D_SIZE wrong?"
        if other > 1 and other**3 == len(rows)
        else "was the file cut short? copy it again"
    )
    return f"{where}: the table ends after {len(rows)} of {_n_rows(header)} rows; {why}"


def _require_codes(numbers: FloatArray, text: str, name: str) -> None:
    """Refuse a table of light, or of code values that are not scaled to 0..1."""
    low, high = FARTHEST
    far = ((numbers < low) | (numbers > high)).any(axis=-1)
    if far.any():
        first = int(np.argmax(far))
        lines = (number for number, line in _lines(text) if _is_row(line))
        line = next(line for at, line in enumerate(lines) if at == first)
        raise InputError(
            f"{name}, line {line}: {numbers[first].tolist()}, where wall codes are 0..1 (the table "
            f"gives {numbers.min():.4g} to {numbers.max():.4g}): a table of light, or of code "
            "values that are not scaled? make it again for codes of 0..1"
        )


def _is_row(line: str) -> bool:
    return not (line[0].isalpha() or line[0] == "_") or _NOT_FINITE.match(line) is not None


def _content(header: _Header, rows: list[Row]) -> Lut3d | Chain:
    size, n_places = header.size("LUT_3D_SIZE"), header.size("LUT_1D_SIZE")
    numbers = np.array(rows)
    # Red is the fastest axis of the file: [b, g, r] -> table[r, g, b].
    cube = Lut3d(numbers[n_places:].reshape(size, size, size, 3).transpose(2, 1, 0, 3))
    return Chain(Lut1d(numbers[:n_places]), cube, None) if n_places else cube
