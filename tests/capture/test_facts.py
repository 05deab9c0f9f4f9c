"""What is to be seen in a folder of captures without reading them."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.capture.folder import find_changed, scan
from ledcal.capture.numbering import find_numberings, original_name
from ledcal.files.images import write_image

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledcal.values.folder import FolderFacts

OLD_S = 3600.0


def picture(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, np.random.default_rng(seed).random((64, 64, 3), dtype=np.float32))
    return path


def facts_of(folder: Path) -> FolderFacts:
    return scan(folder).facts


def names(paths: Iterable[Path]) -> list[str]:
    return [path.name for path in paths]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are looked at an hour after they were written."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + OLD_S)


def test_a_clean_folder_that_was_just_written_says_nothing(tmp_path: Path) -> None:
    for number in range(1, 6):
        picture(tmp_path / f"wall_{number:04d}.exr", number)
    facts = facts_of(tmp_path)
    assert (facts.n_files, facts.kinds) == (5, (("EXR", 5),))
    assert facts.growing == facts.empty == facts.partial == facts.others == ()
    assert facts.unnumbered == facts.clips == ()
    assert facts.copies == ()
    assert [one.missing for one in facts.numberings] == [()]


def test_a_file_that_is_being_copied(tmp_path: Path) -> None:
    picture(tmp_path / "1.exr", 1)
    whole = picture(tmp_path / "2.exr", 2).read_bytes()
    (tmp_path / "2.exr").write_bytes(whole[: len(whole) // 2])
    # Copying often sets the time of modification first: it does not hide the file.
    os.utime(tmp_path / "2.exr", (1e9, 1e9))
    (tmp_path / "3.exr").write_bytes(b"")
    facts = facts_of(tmp_path)
    assert names(facts.growing) == ["2.exr", "3.exr"]
    assert facts.empty == ()


@pytest.mark.usefixtures("later")
def test_a_file_that_stayed_cut_is_not_growing(tmp_path: Path) -> None:
    whole = picture(tmp_path / "2.exr", 2).read_bytes()
    (tmp_path / "2.exr").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "3.exr").write_bytes(b"")
    facts = facts_of(tmp_path)
    assert facts.growing == ()
    assert names(facts.empty) == ["3.exr"]


def test_two_looks_show_what_changed(tmp_path: Path) -> None:
    for number in range(4):
        picture(tmp_path / f"{number}.exr", number)
    first = scan(tmp_path)
    assert find_changed(first) == ()
    with (tmp_path / "1.exr").open("ab") as stream:
        stream.write(b"more")
    os.utime(tmp_path / "2.exr", (1e9, 1e9))
    (tmp_path / "3.exr").unlink()
    assert names(find_changed(first)) == ["1.exr", "2.exr", "3.exr"]


def test_names_of_programs_that_copy_and_download(tmp_path: Path) -> None:
    picture(tmp_path / "100CANON" / "1.exr")
    for name in ("2.exr.part", ".3.exr.x7Gh2Q", "4.CR3.crdownload", "notes.txt.part", ".5.exr"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "100CANON" / "6.dng.filepart").write_bytes(b"x")
    facts = facts_of(tmp_path)
    assert facts.n_files == 1
    found = ["2.exr.part", "4.CR3.crdownload", ".3.exr.x7Gh2Q", "6.dng.filepart"]
    assert names(facts.partial) == found


def test_mixed_kinds_and_clips(tmp_path: Path) -> None:
    for name in ("1.tif", "2.TIFF", "3.tiff", "4.exr", "5.mov", "6.mp4"):
        (tmp_path / name).write_bytes(b"x")
    facts = facts_of(tmp_path)
    assert facts.kinds == (("TIFF", 3), ("EXR", 1), ("MOV", 1), ("MP4", 1))
    assert names(facts.others) == ["4.exr", "5.mov", "6.mp4"]
    assert names(facts.clips) == ["5.mov", "6.mp4"]


def test_copies_hold_the_same_and_namesakes_do_not(tmp_path: Path) -> None:
    one = picture(tmp_path / "a" / "IMG_0001.exr", 1)
    two = picture(tmp_path / "a" / "IMG_0002.exr", 2)
    shutil.copyfile(one, tmp_path / "a" / "IMG_0001 (1).exr")
    shutil.copyfile(one, tmp_path / "a" / "Copy of IMG_0001.exr")
    shutil.copyfile(two, tmp_path / "a" / "IMG_0001 - Copy.exr")
    picture(tmp_path / "a" / "wall (1).exr", 3)
    (tmp_path / "b").mkdir()
    shutil.copyfile(two, tmp_path / "b" / "IMG_0002.exr")
    picture(tmp_path / "b" / "IMG_0001.exr", 5)
    copies = facts_of(tmp_path).copies
    found = {(copy.parent.name, copy.name): other.name for copy, other in copies}
    assert found == {
        ("a", "IMG_0001 (1).exr"): "IMG_0001.exr",
        ("a", "Copy of IMG_0001.exr"): "IMG_0001.exr",
        ("b", "IMG_0002.exr"): "IMG_0002.exr",
    }


@pytest.mark.parametrize(
    ("name", "original"),
    [
        ("IMG_0001 (12).dng", "IMG_0001.dng"),
        ("IMG_0001 copy.dng", "IMG_0001.dng"),
        ("IMG_0001 copy 2.dng", "IMG_0001.dng"),
        ("IMG_0001 - Kopie (2).dng", "IMG_0001.dng"),
        ("Copia di x.dng", "x.dng"),
        ("IMG_0001.dng", None),
        ("hardcopy.dng", None),
        ("(1).dng", None),
    ],
)
def test_names_of_copies(name: str, original: str | None) -> None:
    assert original_name(Path(name)) == original


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        (["A001_C001_0001.dng", "A001_C001_0002.dng", "A001_C001_0005.dng"], ["0003", "0004"]),
        (["IMG_1234.CR2", "IMG_1236.CR2"], ["IMG_1235.CR2"]),
        (["_DSC0009.ARW", "_DSC0011.ARW"], ["_DSC0010.ARW"]),
        (["frame.1001.exr", "frame.1002.exr", "frame.1004.exr"], ["frame.1003.exr"]),
        (["w_0001_lin_v2.exr", "w_0003_lin_v2.exr"], ["w_0002_lin_v2.exr"]),
        (["take9.dng", "take11.dng"], ["take10.dng"]),
        # A count by twos; frames that were chosen; times of day: nothing is missing.
        ([f"f{n:03d}.exr" for n in range(1, 20, 2)], []),
        ([f"f{n:03d}.exr" for n in (1, 40, 41, 90, 300)], []),
        (["P_20260131_101500.dng", "P_20260131_101742.dng"], []),
    ],
)
def test_numbers_that_are_missing(files: list[str], missing: list[str]) -> None:
    numberings, unnumbered = find_numberings(Path("d", name) for name in files)
    (one,) = numberings
    found = [one.name(number) for number in one.missing]
    assert len(found) == len(missing)
    assert all(end in name for name, end in zip(found, missing, strict=True))
    assert unnumbered == ()


def test_reels_clips_and_folders_are_counted_apart() -> None:
    files = [f"a/A001_C00{clip}_{n:04d}.dng" for clip in (1, 2) for n in (1, 2, 4)]
    files += ["b/A001_C001_0007.dng", "b/A001_C001_0009.dng", "a/white.dng", "a/A001_C009_0001.dng"]
    numberings, unnumbered = find_numberings(map(Path, files))
    assert [(str(one.folder), one.before, one.missing) for one in numberings] == [
        ("a", "A001_C001_", (3,)),
        ("a", "A001_C002_", (3,)),
        ("b", "A001_C001_", (8,)),
    ]
    assert names(unnumbered) == ["white.dng"]


def test_a_folder_counts_its_missing_files(tmp_path: Path) -> None:
    for number in (1, 2, 3, 6, 7, 9):
        (tmp_path / f"_DSC{number:04d}.NEF").write_bytes(b"x" * number)
    (tmp_path / "black.NEF").write_bytes(b"x")
    facts = facts_of(tmp_path)
    assert facts.n_missing == 3
    assert facts.numberings[0].numbers == (1, 2, 3, 6, 7, 9)
    assert names(facts.unnumbered) == ["black.NEF"]
