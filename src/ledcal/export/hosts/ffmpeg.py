"""ffmpeg: plain .cube files, and scripts that correct movies and pictures without losing codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.export.cube import ascii_line
from ledcal.export.hosts.host import Host, Page
from ledcal.export.hosts.tables import words_of, write_tables
from ledcal.export.hosts.words import page_of, read_template

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.export import WallCorrection


def filter_of(cube: str) -> str:
    """The filters that correct a picture, for a table in the folder where ffmpeg runs.

    zscale brings anything to full-range RGB of 16 bits without loss, and refuses YUV that does
    not say which it is; in 16 bits what lut3d cuts off is 1/65535.

    Examples
    --------
    >>> filter_of("north_65.cube").split(",")[-1]
    'lut3d=file=north_65.cube:interp=tetrahedral'
    """
    return f"zscale=matrix=gbr:range=full,format=gbrp16le,lut3d=file={cube}:interp=tetrahedral"


def _write(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
    (wall,) = walls
    words = words_of(wall, write_tables(folder, wall, evaluate))
    words |= {"filter": filter_of(words["best"]), "wall": _harmless(wall.wall.name)}
    for script, line_end in (("apply.sh", "\n"), ("apply.bat", "\r\n")):
        text = read_template(f"ffmpeg-{script}").substitute(words)
        (folder / script).write_bytes(text.replace("\n", line_end).encode("ascii"))
    (folder / "apply.sh").chmod(0o755)
    return page_of("ffmpeg", words)


def _harmless(name: str) -> str:
    """A wall's name for a remark in a script: nothing in it that a shell might take up."""
    return "".join(letter for letter in ascii_line(name) if letter not in '%^&|<>!"`$\\')


HOST = Host("ffmpeg", "ffmpeg 5.1 or newer", (33, 65), _write)
