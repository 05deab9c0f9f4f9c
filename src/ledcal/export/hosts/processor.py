"""LED processors that load a 3D table themselves: plain .cube files of three sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.export.hosts.host import Host, Page
from ledcal.export.hosts.tables import words_of, write_tables
from ledcal.export.hosts.words import page_of

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.export import WallCorrection


def _write(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
    (wall,) = walls
    files = write_tables(folder, wall, evaluate)
    return page_of("processor", words_of(wall, files))


HOST = Host(
    "processor",
    "LED processors that load a 3D table (.cube), such as Brompton Tessera 3.2 or newer",
    (17, 33, 65),
    _write,
)
