"""`ledcal export`, typed a little wrong: done as it was meant, or the right words are named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from ledcal.cli.export import command
from tests.profile.fake import tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run

    Ledcal = Callable[..., Run]

SAMPLE = Path(__file__).parents[2] / "calibration_profiles" / "pq-wall-sample"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a profile P beside calibration_profiles, and what people confuse with it."""
    (tmp_path / "calibration_profiles").mkdir()
    shutil.copytree(SAMPLE, tmp_path / "P")
    (tmp_path / "show").mkdir()
    (tmp_path / "show" / "config.ocio").write_text("ocio_profile_version: 2.1\n")
    (tmp_path / "for_obs").mkdir()
    identity = {"kind": "profile", "name": "north 2"}
    (tmp_path / "for_obs" / "ledcal-bundle.json").write_text(
        json.dumps({"walls": [{"identity": identity}]})
    )
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "ledcal-bundle.json").write_text("{")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("P --format clf -o wall.cube", "try -o wall.clf"),
        ("P -o wall.lut", "try -o wall.cube"),
        ("P -o wall.v2", "try -o wall.v2.cube"),
        ("P --format matrix -o wall.cube", "try -o wall.spimtx"),
        ("P -o wall.exr", "a picture of a table is a lattice: add --format lattice"),
        ("P -o wall.png", "add --format hald, or --format lattice"),
        ("P -o my.ocio", "--format ocio -o my"),
        ("P --host OBS -o wall.cube", "looks like a file; --host writes a folder: try -o for_obs"),
        ("P --host d3 -o a/w.cube", "--host writes a folder: try -o a/for_disguise"),
        ("P --format ocio -o my.ocioz", "--format ocio writes a folder: try -o my"),
        ("P --into show", "show is a folder; did you mean show/config.ocio?"),
        ("P --into P", "P is a folder, and no .ocio is in it"),
        ("P wall.cube", "did you mean: ledcal export P -o wall.cube"),
        ("P -o show/config.ocio/", "a file, not a folder"),
        ("for_obs -o x.cube", "for_obs is a bundle, of profile north 2: ledcal export 'north 2'"),
        ("torn -o x.cube", "torn is a bundle"),
        ("P2 --root gone -o x.cube", "P2: no such profile here, and no gone in "),
    ],
)
def test_the_right_words_are_named(words: str, says: str, ledcal: Ledcal, here: Path) -> None:
    before = tree(here)
    run = ledcal("export", *words.split())
    assert (run.code, says in run.err) == (2, True), run.err
    assert run.err.count("\n") == 1
    assert tree(here) == before


@pytest.mark.parametrize(
    ("words", "made", "kind"),
    [
        ("P --size 17 -o new/luts/", "new/luts/pq-wall-sample_17.cube", "cube"),
        ("P --format matrix -o new/", "new/pq-wall-sample_matrix.spimtx", "matrix"),
        ("P -o wall.spimtx", "wall.spimtx", "matrix"),
        ("P --size 17 -o wall.CLF", "wall.CLF", "clf"),
        ("P --size 17 -o wall.spi3d", "wall.spi3d", "spi3d"),
        ("P/profile.json --size 17 --format Resolve-Cube -o w.cube", "w.cube", "resolve-cube"),
    ],
)
def test_it_is_done_as_it_was_meant(
    words: str, made: str, kind: str, ledcal: Ledcal, here: Path
) -> None:
    run = ledcal("export", *words.split(), "--json")
    assert run.code == 0, run.err
    document: dict[str, Any] = json.loads(run.out)
    assert (document["out"], document["format"]) == (made, kind)
    assert (here / made).is_file()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *[("D3", "disguise"), ("DaVinci Resolve", "resolve"), ("UE5", "unreal"), ("OBS", "obs")],
        *[("unreal_engine", "unreal"), ("td", "touchdesigner"), ("Brompton", "processor")],
        *[("novastar", "processor"), ("bpy", "blender"), ("helios", "processor")],
    ],
)
def test_hosts_by_other_names(typed: str, meant: str) -> None:
    (option,) = (one for one in command.params if one.name == "host")
    assert option.type.convert(typed, option, None) == meant
    with pytest.raises(click.BadParameter, match="'vmix' is not one of 'unreal'"):
        option.type.convert("vmix", option, None)


@pytest.mark.usefixtures("here")
def test_bundle_without_its_check(ledcal: Ledcal) -> None:
    run = ledcal("bundle", "for_obs", "show")
    assert run.code == 2
    assert "did you mean: ledcal bundle check for_obs show" in run.err
    run = ledcal("bundle", "check", "P")
    assert run.code == 2
    assert "P is a profile, not a copy of a bundle" in run.err
    assert "ledcal bundle check DIR --profile P" in run.err
