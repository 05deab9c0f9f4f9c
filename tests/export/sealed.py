"""A small bundle of a host that is made up, and the corrections in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ledcal.export.bundle import seal
from ledcal.export.hosts.host import Host, Page
from ledcal.export.label import label_of
from ledcal.lut.interpolate import apply_lut
from ledcal.values.export import Identity, WallCorrection
from tests.profile.fake import fake_profile, fake_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MADE = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
# A text file of its own line ends, one with other line ends, and one that is not text.
FILES = {
    "luts/buehne_17.cube": b"# a table\n" + b"0.1000000 0.2000000 0.3000000\n" * 40,
    "luts/start.bat": b"@echo off\r\nstart host.exe\r\n",
    "lattice.exr": bytes(range(256)) * 8,
    "empty.txt": b"",
}
# What sealing adds.
ADDED = (
    *("README.md", "IF_IT_LOOKS_WRONG.md", "ledcal-bundle.json", "check_bundle.py"),
    *("check_in.exr", "check_out.png"),
)
PAGE = Page(
    takes="scene-linear ACEScg, 1.0 = 100 nits",
    gives="wall code, full range",
    interpolation="tetrahedral, in the node's menu",
    steps=("Copy the folder.", "Load the table:\n  load luts/buehne_17.cube"),
    traps=("The table is missing: colours are as if there were none.",),
    check="Show a constant of these values, and read the code that is sent.",
    is_scene_linear=True,
)


def fake_wall(**changes: Any) -> WallCorrection:
    """The fake profile as hosts get it."""
    profile = fake_profile()
    made = profile.provenance
    wall = WallCorrection(
        identity=Identity("profile", profile.name, "ab" * 32, made.created, made.ledcal_version),
        label=label_of(profile),
        wall=profile.stage.wall,
        camera=profile.stage.camera,
        target=profile.stage.target,
        tables={9: fake_table(9), 17: fake_table(17)},
        quality=profile.quality,
    )
    return replace(wall, **changes)


def make_bundle(
    folder: Path,
    *walls: WallCorrection,
    files: Mapping[str, bytes] = FILES,
    made: datetime = MADE,
    host: str = "made-up",
    **page: Any,
) -> dict[str, Any]:
    """Write a bundle, and give its document."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return seal(
        folder,
        name=folder.name,
        host=Host(host, "Made-up 1.0", (17,), lambda *_: PAGE, takes_several=True),
        page=replace(PAGE, **page),
        walls=walls or (fake_wall(),),
        evaluate=apply_lut,
        made=made,
    )
