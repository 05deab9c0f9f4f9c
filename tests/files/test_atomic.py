"""Files appear whole or not at all; nothing is overwritten or deleted unasked."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from ledcal.errors import ExportError, InputError, SystemFault
from ledcal.files.atomic import PathFault, atomic_file, atomic_folder

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


@pytest.mark.parametrize(
    "stranger", ["b.dng", "frames/b.dng", "frames/deep/0.png", "empty", "0.png"]
)
def test_a_folder_with_anything_else_in_it_is_never_replaced(tmp_path: Path, stranger: str) -> None:
    path = tmp_path / "out"
    (path / "frames").mkdir(parents=True)
    for name in ("plan.json", "frames/0.png", "frames/1.png"):
        (path / name).write_text("ours")
    if stranger == "empty":
        (path / stranger).mkdir()
    else:
        (path / stranger).parent.mkdir(exist_ok=True)
        (path / stranger).write_text("theirs")
    before = sorted(path.rglob("*"))
    written = ("plan.json", "frames/[0-9].png")
    with (
        pytest.raises(InputError, match=f"holds {stranger}, which ledcal did not write"),
        atomic_folder(path, overwrite=True, marker="plan.json", written=written),
    ):
        pytest.fail("the block must not run")
    assert sorted(path.rglob("*")) == before


def test_a_link_is_not_followed_to_what_is_not_ours(tmp_path: Path) -> None:
    path, card = tmp_path / "out", tmp_path / "card"
    path.mkdir()
    card.mkdir()
    (path / "plan.json").write_text("ours")
    (path / "frames").symlink_to(card)
    written = ("plan.json", "frames/[0-9].png")
    with (
        pytest.raises(InputError, match="holds frames"),
        atomic_folder(path, overwrite=True, marker="plan.json", written=written),
    ):
        pytest.fail("the block must not run")


def test_what_is_put_there_meanwhile_is_safe(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    (path / "plan.json").write_text("old")
    with (
        pytest.raises(InputError, match=r"holds shot\.dng"),
        atomic_folder(path, overwrite=True, marker="plan.json", written=("plan.json",)) as part,
    ):
        (part / "plan.json").write_text("new")
        (path / "shot.dng").write_text("theirs")
    assert (path / "shot.dng").read_text() == "theirs"
    assert (path / "plan.json").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_the_old_folder_survives_where_nothing_can_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out"
    path.mkdir()
    (path / "plan.json").write_text("old")
    real = type(path).replace

    def stuck(self: Path, target: Path) -> Path:
        if target == path:
            raise OSError(errno.EIO, "Input/output error")
        return real(self, target)

    with (
        pytest.raises(SystemFault, match="Input/output error"),
        atomic_folder(path, overwrite=True, marker="plan.json") as part,
    ):
        (part / "plan.json").write_text("new")
        monkeypatch.setattr(type(path), "replace", stuck)
    assert [p.read_text() for p in tmp_path.rglob("plan.json")] == ["old"]


def test_faults_name_what_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "out"
    for depth in (1, 2):
        with (
            pytest.raises(SystemFault) as caught,
            atomic_folder(path) as part,
            atomic_folder(part / "deep") as inner,
            atomic_file(inner / "a.dng") as file,
        ):
            raise PathFault(file if depth == 1 else part, "the disk is full")
        assert str(caught.value) == f"{path}: the disk is full"
    elsewhere = tmp_path / "elsewhere"
    with pytest.raises(SystemFault, match="elsewhere"), atomic_folder(path):
        raise PathFault(elsewhere, "the disk is full")


def test_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "afile"
    file.write_text("mine")
    for inside in (file / "x", file / "x" / "y"):
        with pytest.raises(InputError, match="afile is a file, not a folder"), atomic_file(inside):
            pytest.fail("the block must not run")
        with (
            pytest.raises(InputError, match="afile is a file, not a folder"),
            atomic_folder(inside),
        ):
            pytest.fail("the block must not run")
    with (
        pytest.raises(InputError, match="afile is a file, not a folder"),
        atomic_folder(file, overwrite=True),
    ):
        pytest.fail("the block must not run")
    with pytest.raises(InputError, match="name a file"), atomic_file(tmp_path, overwrite=True):
        pytest.fail("the block must not run")


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    with atomic_folder(path, marker="plan.json") as part:
        (part / "plan.json").write_text("new")
    assert (path / "plan.json").read_text() == "new"


def test_a_fault_inside_names_what_was_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with (
        pytest.raises(ExportError) as caught,
        atomic_folder(folder) as part,
        atomic_file(part / "wall.cube") as file,
    ):
        raise ExportError(f"{file}: cannot be read")
    assert str(caught.value) == f"{folder / 'wall.cube'}: cannot be read"


def test_a_link_to_nothing_is_not_replaced_unasked(tmp_path: Path) -> None:
    link = tmp_path / "wall.cube"
    link.symlink_to(tmp_path / "away.cube")
    with pytest.raises(InputError, match="exists already"), atomic_file(link):
        pytest.fail("the block must not run")
    assert link.is_symlink()
