"""What --overwrite may replace, and what is never deleted; where results cannot be written."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.files.images import read_image, write_image

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run, SmallTake

    Ledcal = Callable[..., Run]

PATTERNS = ("--set", "quick", "--layout", "grid")


@pytest.fixture
def patterns(small_take: SmallTake, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_take.patterns, tmp_path / "patterns"))


@pytest.fixture
def captures(small_take: SmallTake, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_take.captures, tmp_path / "captures"))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    "name",
    [
        "A001_C002.CR3",
        "capture_0000.dng",
        "frames/IMG_0001.dng",
        "frames/0000_take2.tif",
        "frames/roll/0001.png",
        "roll/0001.png",
        "notes.txt",
    ],
)
def test_patterns_never_delete_what_others_put_there(
    ledcal: Ledcal, patterns: Path, name: str
) -> None:
    original = patterns / name
    original.parent.mkdir(exist_ok=True)
    original.write_bytes(b"a camera original")
    before = contents(patterns)
    run = ledcal("patterns", patterns, *PATTERNS, "--overwrite")
    assert run.code == 2
    assert name in run.err
    assert "did not write" in run.err
    assert contents(patterns) == before
    assert [path.name for path in patterns.parent.iterdir()] == ["patterns"]


def test_captures_beside_a_copied_plan_are_safe(
    ledcal: Ledcal, captures: Path, patterns: Path
) -> None:
    # As the guide has it: plan.json and stage.toml lie beside the captures.
    (captures / "truth.json").unlink()
    before = contents(captures)
    for words in (
        ("patterns", captures, *PATTERNS),
        ("simulate", captures, "--patterns", patterns),
    ):
        assert ledcal(*words, "--overwrite").code == 2
    assert contents(captures) == before


@pytest.mark.parametrize("name", ["capture_0007.cr3", "beach.dng", "frames/capture_0000.dng"])
def test_simulate_never_deletes_what_others_put_there(
    ledcal: Ledcal, captures: Path, patterns: Path, name: str
) -> None:
    original = captures / name
    original.parent.mkdir(exist_ok=True)
    original.write_bytes(b"a camera original")
    before = contents(captures)
    run = ledcal("simulate", captures, "--patterns", patterns, "--overwrite")
    assert run.code == 2
    assert name in run.err
    assert contents(captures) == before


def test_what_ledcal_wrote_is_replaced(ledcal: Ledcal, patterns: Path, captures: Path) -> None:
    assert ledcal("patterns", patterns, *PATTERNS, "--format", "dpx", "--overwrite").code == 0
    assert {path.suffix for path in (patterns / "frames").iterdir()} == {".dpx"}
    assert ledcal("patterns", patterns, *PATTERNS, "--overwrite").code == 0
    assert {path.suffix for path in (patterns / "frames").iterdir()} == {".png"}
    for _ in range(2):
        words = ("--patterns", patterns, "--sensor", "480x320", "--format", "exr", "--overwrite")
        run = ledcal("simulate", captures, *words)
        assert run.code == 0, run.err
    assert not list(captures.glob("*.dng"))


def test_a_folder_is_no_file_and_a_file_no_folder(
    ledcal: Ledcal, captures: Path, tmp_path: Path
) -> None:
    file = tmp_path / "afile"
    file.write_text("mine")
    for words in (
        ("patterns", file / "x"),
        ("patterns", file, "--overwrite"),
        ("fit", captures, "-o", file / "x"),
        ("measure", captures, "-o", file / "m.csv"),
    ):
        run = ledcal(*words)
        assert (run.code, "afile is a file, not a folder" in run.err) == (2, True), run.err
    for overwrite in ((), ("--overwrite",)):
        run = ledcal("measure", captures, "-o", captures, *overwrite)
        assert (run.code, run.err) == (2, f"ledcal: {captures} is a folder; name a file\n")
    assert file.read_text() == "mine"


def test_measure_never_replaces_a_capture(ledcal: Ledcal, captures: Path) -> None:
    before = contents(captures)
    run = ledcal("measure", captures, "-o", captures / "capture_0000.dng", "--overwrite")
    assert (run.code, "name a .csv file" in run.err) == (2, True)
    assert contents(captures) == before


@pytest.mark.parametrize("file_format", ["dng", "exr"])
def test_a_full_disk_names_what_was_typed(
    ledcal: Ledcal,
    patterns: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file_format: str,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    # What closes every file that is written: the innermost of three temporary names fails.
    monkeypatch.setattr(Path, "chmod", full)
    out = tmp_path / "out"
    run = ledcal("simulate", out, "--patterns", patterns, "--format", file_format)
    said = f"ledcal: {out}: the disk is full; free some space and run it again\n"
    assert (run.code, run.err) == (1, said)


def test_a_picture_that_cannot_be_written_names_what_was_typed(
    ledcal: Ledcal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr("ledcal.files.images.shutil.disk_usage", lambda _: usage)
    monkeypatch.setattr("ledcal.files.images.oiio.ImageOutput.create", lambda _: None)
    out = tmp_path / "out"
    run = ledcal("patterns", out, *PATTERNS)
    said = f"ledcal: {out}: the disk is full; free some space and run it again\n"
    assert (run.code, run.err) == (1, said)
    assert list(tmp_path.iterdir()) == []


def test_measure_shows_notes_too(ledcal: Ledcal, patterns: Path, tmp_path: Path) -> None:
    captures = tmp_path / "flipped"
    words = ("--sensor", "960x640", "--format", "exr")
    assert ledcal("simulate", captures, "--patterns", patterns, *words).code == 0
    for path in captures.glob("*.exr"):
        pixels, _ = read_image(path)
        write_image(path, np.ascontiguousarray(pixels[:, ::-1]), bits=32)
    run = ledcal("measure", captures, "-o", tmp_path / "m.csv")
    assert run.code == 0, run.err
    assert [line for line in run.out.splitlines() if "mirrored" in line] == [
        "  note: 6 frames show the wall mirrored"
    ]


def test_a_damaged_profile_is_explained_below_its_row(
    ledcal: Ledcal, captures: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    assert ledcal("fit", captures, "-o", root / "good").code == 0
    shutil.copytree(root / "good", root / "spoiled")
    (root / "spoiled" / "correction.npy").write_bytes(b"spoiled")
    lines = ledcal("profiles", "--root", root).out.splitlines()
    assert [line.split()[0] for line in lines] == ["profile", "good", "spoiled", "damaged:"]
    assert lines[2] == "spoiled"
    assert lines[3].startswith("    damaged: ")
    assert "correction.npy was changed" in lines[3]
