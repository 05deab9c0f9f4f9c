"""Which files of a folder are captures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledcal.capture.folder import find_beside, find_captures, scan
from ledcal.errors import CaptureError, InputError

if TYPE_CHECKING:
    from pathlib import Path


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def test_captures_come_in_natural_order_without_what_lies_beside_them(tmp_path: Path) -> None:
    fill(tmp_path, "take10.dng", "take9.DNG", "take100.dng", "plan.json", "stage.toml")
    fill(tmp_path, "truth.json", "measurements.csv", "take9.xmp", "take9.thm", ".take9.dng")
    fill(tmp_path, "._take9.dng", ".part-abc.dng", "take11.dng.part", "notes.txt", "Thumbs.db")
    fill(tmp_path, "take9_thumb.jpg", "frames/0000.png", "take12.exr")
    names = [path.name for path in find_captures(tmp_path)]
    assert names == ["take9.DNG", "take10.dng", "take12.exr", "take100.dng"]


def test_files_and_several_folders_keep_their_order(tmp_path: Path) -> None:
    fill(tmp_path, "b/2.dng", "b/1.dng", "a/3.dng", "x.dng")
    given: list[str | Path] = [
        tmp_path / "b",
        tmp_path / "x.dng",
        str(tmp_path / "a"),
        tmp_path / "x.dng",
    ]
    found = [path.relative_to(tmp_path).as_posix() for path in find_captures(given)]
    assert found == ["b/1.dng", "b/2.dng", "x.dng", "a/3.dng"]
    assert find_captures(str(tmp_path / "x.dng")) == [tmp_path / "x.dng"]


def test_of_raw_and_jpeg_the_raw_is_used(tmp_path: Path) -> None:
    fill(tmp_path, "1.NEF", "1.JPG", "2.nef", "2.jpg", "2.heic", "3.jpg")
    found = scan(tmp_path)
    assert [path.name for path in found.paths] == ["1.NEF", "2.nef", "3.jpg"]
    assert found.notes == (
        "3 HEIC, JPG pictures were left out: the raw of the same name is measured",
    )


def test_captures_one_folder_down_as_on_a_card(tmp_path: Path) -> None:
    fill(tmp_path, "101CANON/2.cr3", "100CANON/1.cr3", "100CANON/.x.cr3", "proxy/1.jpg")
    fill(tmp_path, "pattern/plan.json", "pattern/0.png", "frames/0.png")
    assert [path.name for path in find_captures(tmp_path)] == ["1.cr3", "2.cr3"]


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(
        CaptureError, match=r"no captures here; looked for .*\.dng.*\.exr"
    ) as caught:
        find_captures(fill(tmp_path, "readme.txt"))
    assert caught.value.exit_code == 3


def test_the_pattern_itself_is_no_capture(tmp_path: Path) -> None:
    fill(tmp_path, "plan.json", "frames/0000.png")
    with pytest.raises(InputError, match=r"this is the pattern itself.*play its frames/"):
        find_captures(tmp_path)
    with pytest.raises(InputError, match="the pattern's own pictures"):
        find_captures(tmp_path / "frames")
    fill(tmp_path, "captures/1.dng")
    assert [path.name for path in find_captures(tmp_path)] == ["1.dng"]
    fill(tmp_path, "2.dng")
    assert [path.name for path in find_captures(tmp_path)] == ["2.dng"]


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file or folder"):
        find_captures(tmp_path / "nothing")


def test_documents_beside_and_two_folders_above(tmp_path: Path) -> None:
    fill(tmp_path, "a/b/c/d/1.dng", "a/plan.json", "a/b/plan.json", "a/stage.toml")
    captures = [tmp_path / "a/b/c/d/1.dng"]
    assert find_beside(captures, "plan.json") == (tmp_path / "a/b/plan.json")
    assert find_beside(captures, "stage.toml") is None
    fill(tmp_path, "a/b/c/d/plan.json")
    assert find_beside(captures, "plan.json") == (tmp_path / "a/b/c/d/plan.json")
    assert find_beside([], "plan.json") is None
