"""`ledcal export --format ocio`: a config that works, or no folder."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.colorimetry.space import BT709
from ledcal.colorimetry.target import target_light
from ledcal.export.ocio import config as config_module
from ledcal.export.ocio.proof import build_all, open_config
from ledcal.export.ocio.seal import sealed_files
from ledcal.files.digest import sha256_file
from ledcal.pipeline.export_config_words import size_for_config
from ledcal.profile.store import write_profile
from ledcal.values.stage import Target
from tests.profile.fake import fake_correct, fake_profile, fake_stage, tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

    Ledcal = Callable[..., Run]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cameras on one wall, and a wall of another kind."""
    folder: Path = tmp_path_factory.mktemp("profiles")
    stage = fake_stage()
    tv = replace(
        stage,
        wall=replace(stage.wall, name="tv / left: 1"),
        target=Target(BT709, "BT.1886", 120.0),
    )
    other = replace(stage, camera=replace(stage.camera, model="Kamera Y"))
    for name, of in (("north-x", stage), ("north-y", other), ("tv", tv)):
        write_profile(folder / name, fake_profile(size=17, name=name, stage=of), files={})
    return folder


def export(ledcal: Ledcal, *words: object) -> dict[str, Any]:
    run = ledcal("export", *words, "--format", "ocio", "--size", 17, "--json")
    assert run.code == 0, run.err
    made: dict[str, Any] = json.loads(run.out)
    return made


def test_several_profiles_in_one_config(ledcal: Ledcal, root: Path, tmp_path: Path) -> None:
    out = tmp_path / "Bühne" / "config"
    names = ("north-x", "north-y", "tv")
    made = export(ledcal, *names, "--root", root, "-o", out)
    assert made["schema_version"] == 1
    assert made["format"] == "ocio"
    assert made["version"] == "2.1"
    assert made["sizes"] == [17, 17, 17]
    assert made["profiles"] == [str(root / name) for name in names]
    assert made["config"] == str(out / "config.ocio")
    assert made["archive"] == str(out / "Buhne-3-tv-left-1.ocioz")
    assert [shown["calibrated"] for shown in made["displays"]] == [
        "LED Bühne 3 calibrated for Kamera X",
        "LED Bühne 3 calibrated for Kamera Y",
        "LED tv / left: 1 calibrated",
    ]
    assert made["displays"][1] == {
        "calibrated": "LED Bühne 3 calibrated for Kamera Y",
        "uncalibrated": "LED Bühne 3 uncalibrated",
        "view": "Un-tone-mapped",
        "correction": "LED Bühne 3 correction for Kamera Y",
        "wall": "Bühne 3",
        "camera": "Kamera Y",
        "profile": "north-y",
    }
    assert made["spaces"][:2] == ["ACES2065-1", "ACEScg"]
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {file["path"] for file in made["files"]} == there
    for file in made["files"]:
        assert sha256_file(out / file["path"]) == file["sha256"]
    assert made["sha256"] == sha256_file(out / "config.ocio")
    proof = made["proof"]
    assert proof["table"] < proof["limit"] == 1e-6
    assert proof["beyond_float32"] < 1e-6
    opened = open_config(out / "config.ocio")
    assert build_all(opened) == proof["processors"]


def test_a_scene_comes_out_as_the_wall_wants_it(ledcal: Ledcal, root: Path, tmp_path: Path) -> None:
    made = export(ledcal, root / "north-x", "-o", tmp_path / "c")
    (names,) = made["displays"]
    assert names["calibrated"] == "LED Bühne 3 calibrated"
    # On the diagonal of the table, where its nodes are exact.
    content = np.repeat(np.arange(5, 12)[:, None] / 16, 3, axis=1)
    aces = target_light(fake_stage().target, content)
    opened = open_config(tmp_path / "c" / "config.ocio")
    for display, wanted in (
        (names["calibrated"], fake_correct(content)),
        (names["uncalibrated"], content),
    ):
        got = opened.apply(opened.displayed("ACES2065-1", display, names["view"]), aces)
        assert np.abs(got - wanted).max() < 1e-6


def test_the_summary_says_what_to_choose(ledcal: Ledcal, root: Path, tmp_path: Path) -> None:
    out = tmp_path / "c"
    run = ledcal(
        *("export", root / "north-x", root / "tv", "--format", "ocio", "--size", 17, "-o", out)
    )
    assert run.code == 0
    lines = run.out.splitlines()
    assert lines[0].startswith(f"{out}: OCIO config 2.1, ")
    for words in (
        "1.0 = 100 nits",
        "display:      LED Bühne 3 calibrated",
        "              LED tv / left: 1 calibrated",
        "view:         Un-tone-mapped",
        "code to code: LED Bühne 3 correction",
        str(out / "config.ocio"),
        "Buhne-3-tv-left-1.ocioz",
        "proven: OpenColorIO",
        "ociocheck",
        "shaders for Unreal, at most 2 textures",
        "copy config.ocio and luts/ together",
        "ociocheck --iconfig DIR/config.ocio",
    ):
        assert words in run.out, words
    assert all(len(line) <= 100 for line in lines if str(out) not in line)


def test_a_config_is_replaced_by_the_next_one(ledcal: Ledcal, root: Path, tmp_path: Path) -> None:
    out = tmp_path / "c"
    export(ledcal, root / "north-x", "-o", out)
    refused = ledcal(*("export", root / "north-y", "--format", "ocio", "--size", 17, "-o", out))
    assert refused.code == 2
    assert "--overwrite" in refused.err
    export(ledcal, root / "north-y", "-o", out, "--overwrite")
    assert sorted(tree(out)) == ["config.ocio", "luts", "luts/north-y_17.cube", "north-y.ocioz"]
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def add_note(folder: Path) -> None:
    (folder / "luts" / "show_look.cube").write_text("theirs")


def edit(folder: Path) -> None:
    config = folder / "config.ocio"
    config.write_text(config.read_text("utf-8").replace("exposure 0", "exposure 1"), "utf-8")


def put_another_config(folder: Path) -> None:
    (folder / "config.ocio").write_text("ocio_profile_version: 2\n")


def take_config_away(folder: Path) -> None:
    (folder / "config.ocio").unlink()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (add_note, "luts/show_look.cube, which ledcal did not write"),
        (edit, "not written by ledcal, or changed since"),
        (put_another_config, "not written by ledcal, or changed since"),
        (take_config_away, "holds no config.ocio"),
    ],
)
def test_what_is_not_ours_is_never_replaced(
    ledcal: Ledcal, root: Path, tmp_path: Path, change: Callable[[Path], None], says: str
) -> None:
    out = tmp_path / "c"
    export(ledcal, root / "north-x", "-o", out)
    change(out)
    before = tree(tmp_path)
    run = ledcal(
        *("export", root / "tv", "--format", "ocio", "--size", 17, "-o", out, "--overwrite")
    )
    assert run.code == 2
    assert says in run.err
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("north-x", "north-x"), "given twice; leave one out"),
        (("north-x", "--size", "32"), "one of 17, 33, 65 nodes"),
        (("north-x", "--inverse"), "--inverse is for single files"),
        (("nothing",), "nothing"),
    ],
)
def test_what_cannot_be_is_said(
    ledcal: Ledcal, root: Path, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    run = ledcal(*("export", *words, "--root", root, "--format", "ocio", "-o", tmp_path / "c"))
    assert run.code == 2
    assert says in run.err
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_it_asks_for_one(ledcal: Ledcal, root: Path) -> None:
    run = ledcal("export", root / "tv", "--format", "ocio")
    assert run.code == 2
    assert "wants -o" in run.err


def test_a_file_in_the_way_is_left_alone(ledcal: Ledcal, root: Path, tmp_path: Path) -> None:
    (tmp_path / "c").write_text("mine")
    run = ledcal(
        *("export", root / "tv", "--format", "ocio", "--size", 17, "-o", tmp_path / "c"),
        "--overwrite",
    )
    assert run.code == 2
    assert "is a file, not a folder" in run.err
    assert (tmp_path / "c").read_text() == "mine"


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_config_that_fails_its_proof_is_not_left_behind(
    ledcal: Ledcal,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    overwrite: bool,  # noqa: FBT001
) -> None:
    out = tmp_path / "c"
    if overwrite:
        export(ledcal, root / "tv", "-o", out)
    before = tree(tmp_path)
    right = config_module.format_config

    def wrong(*args: Any, **words: Any) -> str:
        return right(*args, **words).replace("interpolation: tetrahedral", "interpolation: linear")

    monkeypatch.setattr(config_module, "format_config", wrong)
    run = ledcal(
        *("export", root / "north-x", "--format", "ocio", "--size", 17, "-o", out),
        *(["--overwrite"] if overwrite else []),
    )
    assert run.code == 1
    assert "config.ocio: from ACES2065-1 to 'LED Bühne 3 calibrated' code" in run.err
    assert "Traceback" not in run.err
    assert tree(tmp_path) == before


def test_the_seal_is_in_what_is_written(ledcal: Ledcal, root: Path, tmp_path: Path) -> None:
    export(ledcal, root / "tv", "-o", tmp_path / "c")
    data = (tmp_path / "c" / "config.ocio").read_bytes()
    assert sealed_files(data) == ["luts/tv_17.cube", "tv.ocioz"]


class Stored:
    """A source of which only this is asked."""

    foreign = None


def test_tables_are_fine_where_nobody_asks() -> None:
    assert size_for_config(Stored(), None) == 65  # type: ignore[arg-type]
    assert size_for_config(Stored(), 33) == 33  # type: ignore[arg-type]
