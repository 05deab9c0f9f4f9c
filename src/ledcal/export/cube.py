"""The .cube file: plain text, red fastest, read by every host.

Only what all readers accept is written: comments, TITLE in quoted ASCII, LUT_3D_SIZE, data. The
domain is 0..1, which is what a file without DOMAIN lines says.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledcal.values.lut import Lut3d

# OBS reads lines in pieces of 255 characters.
_LONGEST_LINE = 240


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

    >>> from ledcal.values.lut import Lut3d
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
