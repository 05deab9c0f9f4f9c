"""OBS Studio: plain .cube files for its filter Apply LUT."""

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
    return page_of("obs", words_of(wall, write_tables(folder, wall, evaluate)))


HOST = Host("obs", "OBS Studio 28 or newer", (33, 65), _write)
