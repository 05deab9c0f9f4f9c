"""The .cube file: plain text, red fastest, read by every host.

Only what all readers accept is written: comments, TITLE in quoted ASCII, LUT_3D_SIZE, data. The
domain is 0..1, which is what a file without DOMAIN lines says.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import InputError
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from collections.abc import Iterable

# OBS reads lines in pieces of 255 characters.
_LONGEST_LINE = 240
_LARGEST_SIZE = 256


def format_cube(
    lut: Lut3d, *, title: str, comments: Iterable[str] = (), for_resolve: bool = False
) -> str:
    """Write a table as the text of a .cube file.

    Parameters
    ----------
    lut : Lut3d
        Indexed ``[r, g, b]``; content code to wall code.
    title : str
        Becomes TITLE; brought to ASCII without quotes.
    comments : iterable of str
        One ``#`` line each, before everything else, brought to ASCII.
    for_resolve : bool
        Say the range of the input by ``LUT_3D_INPUT_RANGE``, as Resolve's own files do, and the
        title in a comment; ffmpeg and Unity refuse such a file.

    Returns
    -------
    str
        Seven decimals: as fine as the float32 that readers keep.

    Examples
    --------
    Red runs fastest:

    >>> axis = np.array([0.0, 1.0])
    >>> identity = Lut3d(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1))
    >>> text = format_cube(identity, title='Stage "A"', comments=["full range"])
    >>> for line in text.splitlines()[:5]:
    ...     print(line)
    # full range
    TITLE "Stage 'A'"
    LUT_3D_SIZE 2
    0.0000000 0.0000000 0.0000000
    1.0000000 0.0000000 0.0000000
    """
    head = [f"# {ascii_line(comment)}"[:_LONGEST_LINE] for comment in comments]
    name = ascii_line(title)[: _LONGEST_LINE - 10]
    # OpenColorIO's reader of Resolve's kind knows no TITLE.
    head.append(f"# {name}" if for_resolve else f'TITLE "{name}"')
    head.append(f"LUT_3D_SIZE {lut.size}")
    if for_resolve:
        head.append("LUT_3D_INPUT_RANGE 0.0 1.0")
    # table[r, g, b] -> [b, g, r], so that red is the fastest axis of the flat list.
    rows = lut.table.transpose(2, 1, 0, 3).reshape(-1, 3)
    rows = np.where(np.abs(rows) < 5e-8, 0.0, rows)  # no "-0.0000000"
    data = ("%.7f %.7f %.7f\n" * len(rows)) % tuple(rows.ravel().tolist())
    return "\n".join(head) + "\n" + data


def parse_cube(text: str, *, name: str = "the .cube file") -> Lut3d:
    """Read the text of a .cube file.

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
        With the line number: byte-order mark, unknown keyword, 1D table, domain other than
        0..1, a row that is not three finite numbers, too few or too many rows.
    """
    if text.startswith("\ufeff"):
        raise InputError(f"{name}, line 1: a byte-order mark, which no host reads; save without")
    size = 0
    rows: list[tuple[float, float, float]] = []
    number = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        where = f"{name}, line {number}"
        if line[0].isalpha() and line[:3].lower() not in {"nan", "inf"}:
            size = _parse_keyword(line, where) or size
            continue
        if size == 0:
            raise InputError(f"{where}: numbers before LUT_3D_SIZE; is the header missing?")
        rows.append(_parse_row(line, where))
        if len(rows) > size**3:
            raise InputError(f"{where}: more than the {size**3} rows of LUT_3D_SIZE {size}")
    if size == 0:
        raise InputError(f"{name}: no LUT_3D_SIZE line; it is not a 3D table")
    if len(rows) < size**3:
        raise InputError(
            f"{name}, line {number}: the table ends after {len(rows)} of {size**3} rows; "
            f"was the file cut short?"
        )
    return Lut3d(np.array(rows).reshape(size, size, size, 3).transpose(2, 1, 0, 3))


def _parse_keyword(line: str, where: str) -> int:
    """Give the size a LUT_3D_SIZE line states, and 0 for other known keywords."""
    keyword, *values = line.split()
    if keyword == "TITLE":
        return 0
    if keyword == "LUT_3D_SIZE":
        size = int(values[0]) if len(values) == 1 and values[0].isdecimal() else 0
        if not 2 <= size <= _LARGEST_SIZE:
            raise InputError(f"{where}: LUT_3D_SIZE wants one number, 2 to {_LARGEST_SIZE}")
        return size
    if keyword in {"DOMAIN_MIN", "DOMAIN_MAX"}:
        wanted = 0.0 if keyword == "DOMAIN_MIN" else 1.0
        if _parse_row(" ".join(values), where) != (wanted, wanted, wanted):
            raise InputError(f"{where}: {keyword} other than {wanted:g}; only 0..1 is read")
        return 0
    raise InputError(
        f"{where}: unknown keyword {keyword!r}; TITLE, LUT_3D_SIZE and DOMAIN_MIN/MAX are read"
    )


def _parse_row(line: str, where: str) -> tuple[float, float, float]:
    try:
        red, green, blue = (float(word) for word in line.split())
    except ValueError:
        raise InputError(f"{where}: expected three numbers, got {line[:40]!r}") from None
    if not np.isfinite(red + green + blue):
        raise InputError(f"{where}: a value that is not finite: {line[:40]!r}")
    return red, green, blue


def ascii_line(text: str) -> str:
    """One line of printable ASCII: accents are dropped, what has no letter becomes ``?``.

    Examples
    --------
    >>> ascii_line('Bühne "3" \u2013 Nord')
    "Buhne '3' ? Nord"
    """
    plain = unicodedata.normalize("NFKD", text.replace('"', "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "?" for letter in " ".join(plain.split()))
