"""Files appear whole or not at all; nothing is overwritten or deleted unasked."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from ledcal.errors import InputError, SystemFault
from ledcal.files.atomic import atomic_file, atomic_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_appears_when_the_block_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.txt"
    with atomic_file(path) as part:
        part.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_a_failed_block_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with (
        pytest.raises(SystemFault, match="disk is full"),
        atomic_file(path, overwrite=True) as part,
    ):
        part.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(InputError, match="--overwrite"), atomic_file(path):
        pytest.fail("the block must not run")
    assert path.read_text() == "old"


def test_a_failed_folder_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    (path / "plan.json").write_text("old")
    with (
        pytest.raises(SystemFault, match="no permission"),
        atomic_folder(path, overwrite=True, marker="plan.json") as part,
    ):
        (part / "plan.json").write_text("half")
        raise PermissionError(errno.EACCES, "Permission denied")
    assert (path / "plan.json").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "out"
    for text in ("first", "second"):
        with atomic_folder(path, overwrite=True, marker="plan.json") as part:
            (part / "plan.json").write_text(text)
    assert (path / "plan.json").read_text() == "second"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "holiday"
    path.mkdir()
    (path / "photo.jpg").write_text("dear")
    with (
        pytest.raises(InputError, match="will not replace it"),
        atomic_folder(path, overwrite=True, marker="plan.json"),
    ):
        pytest.fail("the block must not run")
    assert (path / "photo.jpg").read_text() == "dear"


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    with atomic_folder(path, marker="plan.json") as part:
        (part / "plan.json").write_text("new")
    assert (path / "plan.json").read_text() == "new"
