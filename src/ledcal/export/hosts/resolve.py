"""DaVinci Resolve: its own kind of .cube, and a CLF of the best table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.export.formats import write_table
from ledcal.export.hosts.host import Host, Page
from ledcal.export.hosts.tables import words_of, write_tables
from ledcal.export.hosts.words import page_of
from ledcal.export.names import safe_stem
from ledcal.values.chain import Chain, Lut1d

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import WallCorrection


def _write(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
    (wall,) = walls
    files = write_tables(folder, wall, evaluate, format_name="resolve-cube")

    def evaluate_cube(chain: Chain, code: FloatArray) -> FloatArray:
        return evaluate(chain.cube, code)

    size = max(wall.tables)
    write_table(
        wall.label,
        Chain(Lut1d.straight(1.0), wall.tables[size], None),
        evaluate_cube,
        format_name="clf",
        path=folder / f"{safe_stem(wall.label.name)}_{size}.clf",
    )
    return page_of("resolve", words_of(wall, files))


HOST = Host("resolve", "DaVinci Resolve 17 or newer", (33, 65), _write)
