"""Names that every disk, host and tool takes."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# What files of tables, configs and pictures end in, ours and those of others.
TABLE_SUFFIXES = (
    *(".3dl", ".ccc", ".clf", ".csp", ".ctf", ".cube", ".exr", ".icc", ".itx", ".look", ".lut"),
    *(".mga", ".ocio", ".ocioz", ".png", ".spi1d", ".spi3d", ".spimtx", ".tif", ".tiff", ".vlt"),
)
# What Windows keeps for devices, whatever the suffix.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_LONGEST = 80


def safe_stem(text: str) -> str:
    """A file's name without its suffix, of ASCII letters, digits, ``-``, ``_`` and ``.``.

    Accents are dropped, what stands between words becomes one ``-``; where nothing is left it is
    ``wall``.

    Examples
    --------
    >>> safe_stem("Bühne 3 / links"), safe_stem("con.1"), safe_stem("舞台")
    ('Buhne-3-links', 'wall-con.1', 'wall')
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    stem = re.sub(r"[^A-Za-z0-9._]+", "-", plain)[:_LONGEST].strip("-._")
    if _RESERVED.match(stem):
        return f"wall-{stem}"
    return stem or "wall"


def other_suffix(path: Path, suffix: str) -> Path:
    """The path with a suffix of ours, in place of one that tables, configs and pictures have.

    Examples
    --------
    >>> from pathlib import Path
    >>> print(other_suffix(Path("wall.lut"), ".cube"), other_suffix(Path("wall.v2"), ".cube"))
    wall.cube wall.v2.cube
    """
    if path.suffix.lower() in TABLE_SUFFIXES:
        return path.with_suffix(suffix)
    return path.with_name(path.name + suffix)
