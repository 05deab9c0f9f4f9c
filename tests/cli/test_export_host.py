"""`ledcal export --host`: a folder that is whole, or none."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledcal.cli import export as cli_export
from ledcal.errors import ExportError
from ledcal.export.check_bundle import check_folder
from ledcal.export.cube import format_cube
from ledcal.export.hosts.host import Host, Page
from ledcal.export.hosts.registry import HOSTS
from ledcal.files.digest import sha256_file
from ledcal.profile.store import write_profile
from tests.export.sealed import PAGE
from tests.profile.fake import fake_profile, fake_stage, fake_table, tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.export import WallCorrection
    from tests.conftest import Run

    Ledcal = Callable[..., Run]


def write_host(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
    """Write what each wall came with, a file a table."""
    del evaluate
    for wall in walls:
        for size in wall.tables:
            path = folder / "luts" / f"{wall.label.name}_{size}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"{wall.tables[size].size} nodes\n")
    return PAGE


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return write_profile(
        tmp_path / "profiles" / "north", fake_profile(size=17, name="north"), files={}
    )


@pytest.fixture(autouse=True)
def hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hosts that are made up, under names that the command line knows."""
    monkeypatch.setitem(HOSTS, "nuke", Host("nuke", "Made-up 1.0", (17,), write_host, most=33))
    several = Host("blender", "Made-up 2.0", (17,), write_host, takes_several=True)
    monkeypatch.setitem(HOSTS, "blender", several)


def test_the_command_line_and_the_registry_name_the_same_hosts() -> None:
    code = (
        "from ledcal.cli import export; from ledcal.export.hosts.registry import HOSTS\n"
        "print(export.HOSTS == tuple(HOSTS), [h.name for h in HOSTS.values()] == list(HOSTS))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
    assert set(cli_export.HOSTS) >= {"nuke", "blender"}


def test_a_folder_is_written_whole_and_says_what_is_in_it(
    ledcal: Ledcal, profile: Path, tmp_path: Path
) -> None:
    out = tmp_path / "for the host"
    run = ledcal("export", profile, "--host", "nuke", "-o", out, "--json")
    assert run.code == 0, run.err
    document: dict[str, Any] = json.loads(run.out)
    assert document["schema_version"] == 1
    assert (document["out"], document["host"], document["sizes"]) == (str(out), "nuke", [17])
    assert document["profiles"] == [str(profile)]
    names = [one["path"] for one in document["files"]]
    assert [name for name in names if not name.startswith("ascmhl")] == [
        *("IF_IT_LOOKS_WRONG.md", "README.md", "check_bundle.py", "check_in.exr", "check_out.png"),
        *("ledcal-bundle.json", "luts/north_17.txt"),
    ]
    assert document["bundle"] == json.loads((out / "ledcal-bundle.json").read_text("utf-8"))
    assert document["bundle"]["walls"][0]["identity"]["name"] == "north"
    assert check_folder(out).differences == ()
    (manifest,) = out.glob("ascmhl/*.mhl")
    assert manifest.name.startswith("0001_for-the-host_")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_people_are_told_what_to_do_next(ledcal: Ledcal, profile: Path, tmp_path: Path) -> None:
    run = ledcal("export", profile, "--host", "nuke", "-o", tmp_path / "out")
    assert run.out.startswith(
        f"{tmp_path / 'out'}: for Made-up 1.0, 7 files, 0.0 MB\n  in: content"
    )
    assert "README.md there" in run.out
    assert "python3 check_bundle.py" in run.out


def test_sizes_are_those_of_the_host(ledcal: Ledcal, profile: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = ledcal("export", profile, "--host", "nuke", "--size", "65", "-o", out)
    assert run.code == 2
    assert "--size 65: Made-up 1.0 takes 17, 33 nodes along an edge" in run.err
    assert not out.exists()
    run = ledcal("export", profile, "--host", "nuke", "--size", "17", "-o", out)
    assert run.code == 0, run.err
    assert [path.name for path in (out / "luts").iterdir()] == ["north_17.txt"]


def test_a_table_of_another_origin_keeps_its_size_where_the_host_takes_it(
    ledcal: Ledcal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, stage, out = tmp_path / "old.cube", tmp_path / "stage.toml", tmp_path / "out"
    table.write_text(format_cube(fake_table(17), title="old"))
    stage.write_text('[wall]\nname = "old wall"\n')
    words = ("export", table, "--stage", stage, "--host", "nuke", "-o", out)
    monkeypatch.setitem(HOSTS, "nuke", Host("nuke", "Made-up 1.0", (33,), write_host, most=9))
    run = ledcal(*words)
    assert run.code == 2
    assert "17 nodes along an edge, and Made-up 1.0 takes no more than 9; give --size" in run.err
    monkeypatch.setitem(HOSTS, "nuke", Host("nuke", "Made-up 1.0", (33,), write_host))
    run = ledcal(*words, "--json")
    assert run.code == 0, run.err
    document = json.loads(run.out)
    assert document["sizes"] == [17]
    identity = document["bundle"]["walls"][0]["identity"]
    assert (identity["kind"], identity["name"]) == ("file", "old.cube")
    assert identity["sha256"] == sha256_file(table)


def test_several_profiles_only_where_the_host_takes_them(
    ledcal: Ledcal, profile: Path, tmp_path: Path
) -> None:
    stage = replace(fake_stage(), wall=replace(fake_stage().wall, name="south"))
    other = write_profile(
        tmp_path / "profiles" / "south", fake_profile(size=17, name="south", stage=stage), files={}
    )
    out = tmp_path / "out"
    run = ledcal("export", profile, other, "--host", "nuke", "-o", out)
    assert run.code == 2
    assert "2 profiles: a folder for Made-up 1.0 holds one wall" in run.err
    assert "blender" in run.err
    run = ledcal("export", profile, profile, "--host", "blender", "-o", out)
    assert run.code == 2
    assert f"{profile}: given twice; leave one out" in run.err
    run = ledcal("export", profile, other, "--host", "blender", "-o", out)
    assert run.code == 0, run.err
    assert len(list((out / "luts").iterdir())) == 2


def test_nothing_is_left_of_what_failed(
    ledcal: Ledcal, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
        write_host(folder, walls, evaluate)
        message = "wall.cube: read back it differs"
        raise ExportError(message)

    monkeypatch.setitem(HOSTS, "nuke", Host("nuke", "Made-up 1.0", (17,), fail))
    before = tree(tmp_path)
    run = ledcal("export", profile, "--host", "nuke", "-o", tmp_path / "out")
    assert run.code == 1
    assert "read back it differs" in run.err
    assert tree(tmp_path) == before


def test_a_bundle_is_replaced_and_nothing_else(
    ledcal: Ledcal, profile: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("export", profile, "--host", "nuke", "-o", out)
    assert ledcal(*words).code == 0
    assert ledcal(*words).code == 2
    assert ledcal(*words, "--overwrite").code == 0
    assert len(list(out.glob("ascmhl/*.mhl"))) == 1
    # What any program leaves there does not hold it up; what people put there does.
    (out / "luts" / ".DS_Store").write_bytes(b"x")
    assert ledcal(*words, "--overwrite").code == 0
    assert not (out / "luts" / ".DS_Store").exists()
    (out / "luts" / "mine.cube").write_text("mine")
    before = tree(out)
    run = ledcal(*words, "--overwrite")
    assert run.code == 2
    assert "luts/mine.cube, which ledcal did not write" in run.err
    assert tree(out) == before


def test_a_folder_of_others_is_never_replaced(
    ledcal: Ledcal, profile: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "project.txt").write_text("mine")
    run = ledcal("export", profile, "--host", "nuke", "-o", out, "--overwrite")
    assert run.code == 2
    assert "ledcal-bundle.json" in run.err
    assert (out / "project.txt").read_text() == "mine"


def test_a_folder_whose_manifest_is_gone_is_not_guessed_at(
    ledcal: Ledcal, profile: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("export", profile, "--host", "nuke", "-o", out)
    assert ledcal(*words).code == 0
    for path in (out / "ascmhl").iterdir():
        path.unlink()
    run = ledcal(*words, "--overwrite")
    assert run.code == 2
    assert "ledcal cannot tell its files from yours" in run.err


def test_a_bundle_for_another_host_or_wall_is_not_replaced(
    ledcal: Ledcal, profile: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert ledcal("export", profile, "--host", "nuke", "-o", out).code == 0
    before = tree(out)
    run = ledcal("export", profile, "--host", "blender", "-o", out, "--overwrite")
    assert run.code == 2
    assert f"{out} holds Bühne 3 for nuke, and this is Bühne 3 for blender: choose" in run.err
    fake = fake_profile(size=17, name="south")
    stage = replace(fake.stage, wall=replace(fake.stage.wall, name="Decke"))
    other = write_profile(tmp_path / "profiles" / "south", replace(fake, stage=stage), files={})
    run = ledcal("export", other, "--host", "nuke", "-o", out, "--overwrite")
    assert run.code == 2
    assert f"{out} holds Bühne 3 for nuke, and this is Decke for nuke: choose" in run.err
    assert tree(out) == before
    # Another day's profile of the same wall is what --overwrite is for.
    again = write_profile(tmp_path / "profiles" / "today", replace(fake, name="today"), files={})
    assert ledcal("export", again, "--host", "nuke", "-o", out, "--overwrite").code == 0
    document = json.loads((out / "ledcal-bundle.json").read_text("utf-8"))
    assert document["walls"][0]["identity"]["name"] == "today"
