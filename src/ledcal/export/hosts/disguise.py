"""disguise Designer: tables for its lutfiles folder, and an OCIO config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.export.hosts.host import Host, Page
from ledcal.export.hosts.tables import distinct_stems, either, words_of, write_tables
from ledcal.export.hosts.words import page_of
from ledcal.export.ocio.config import write_config

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.export import WallCorrection


def _write(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
    config = write_config(folder / "ocio", walls, evaluate)
    tables = [
        write_tables(folder / "lutfiles", wall, evaluate, stem=stem)
        for wall, stem in zip(walls, distinct_stems(walls), strict=True)
    ]
    words = words_of(walls[0], tables[0])
    if len(walls) > 1:
        words |= {
            "takes": "the content of each wall, as its table above says",
            "gives": "the code of each wall",
            "content": "; ".join(
                f"{wall.wall.name}: {wall.target.gamut.name}, {wall.target.eotf}" for wall in walls
            ),
            "best": "; ".join(
                f"{wall.wall.name}: {files[0].name}"
                for wall, files in zip(walls, tables, strict=True)
            ),
        }
    calibrated = either([f"'{names.calibrated}'" for names in config.displays])
    uncalibrated = either(list({f"'{names.uncalibrated}'": 0 for names in config.displays}))
    return page_of("disguise", {**words, "calibrated": calibrated, "uncalibrated": uncalibrated})


HOST = Host("disguise", "disguise Designer r21 or newer", (33, 65), _write, takes_several=True)
