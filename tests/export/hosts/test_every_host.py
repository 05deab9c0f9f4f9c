"""What holds of the folder of every host, whoever wrote its files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledcal.export.bundle import seal
from ledcal.export.check_bundle import check_folder
from ledcal.export.hosts.registry import HOSTS
from ledcal.lut.interpolate import apply_lut
from tests.export.sealed import MADE, fake_wall
from tests.profile.fake import fake_stage, fake_table

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.export import WallCorrection


def walls_for(host: str) -> tuple[WallCorrection, ...]:
    """One wall, or two, whose name is not ASCII."""
    wall = fake_wall(tables={17: fake_table(17)})
    other = replace(
        wall,
        wall=replace(fake_stage().wall, name="nördlich, links"),
        label=replace(wall.label, name="nördlich"),
    )
    return (wall, other) if HOSTS[host].takes_several else (wall,)


@pytest.mark.parametrize("name", HOSTS)
def test_a_folder_is_whole_its_names_are_plain_and_its_page_fits(name: str, tmp_path: Path) -> None:
    host, walls = HOSTS[name], walls_for(name)
    page = host.write(tmp_path, walls, apply_lut)
    document = seal(
        tmp_path, name=name, host=host, page=page, walls=walls, evaluate=apply_lut, made=MADE
    )
    found = check_folder(tmp_path)
    assert (found.differences, found.notes) == ((), ())
    assert len(document["walls"]) == len(walls)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in files:
        name_here = path.relative_to(tmp_path).as_posix()
        assert name_here.isascii()
        assert not set(name_here) & set('<>:"|?*\\ '), name_here
        # Nothing knows where it was made.
        assert str(tmp_path).encode() not in path.read_bytes(), name_here
    text = (tmp_path / "README.md").read_text("utf-8")
    lines = text.splitlines()
    assert len(lines) <= 75 + 25 * len(walls)
    # But for commands, which are not to be broken.
    assert max(len(line) for line in lines if not line.startswith(" " * 7)) <= 112
    assert {letter for letter in text if not letter.isascii()} <= set("üö"), "of names alone"
    assert "$" not in text.replace("$OCIO", "")
    assert text.index("is this copy whole?") < text.index("## Steps") < text.index("## Check")
    assert "- " in (tmp_path / "IF_IT_LOOKS_WRONG.md").read_text("utf-8")
    entered = list(tmp_path.glob("check_in*"))
    assert len(entered) == len(list(tmp_path.glob("check_out*.png"))) == len(walls)
    assert {path.suffix for path in entered} == {".exr" if page.is_scene_linear else ".png"}
    displays = [wall["displays"] for wall in document["walls"] if wall["displays"]]
    assert bool(displays) == bool([path for path in files if path.suffix == ".ocio"])
    for names in displays:
        assert names["calibrated"] in next(tmp_path.rglob("config.ocio")).read_text("utf-8")
