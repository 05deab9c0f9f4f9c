"""Profile folders: whole or absent, nobody's folder lost, every change noticed."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.errors import InputError, ProfileError, SystemFault
from ledcal.profile.store import list_profiles, read_profile, write_profile
from tests.profile.fake import fake_profile, tree

if TYPE_CHECKING:
    from ledcal.values.profile import Profile

FILES: dict[str, str | bytes] = {"correction.cube": "LUT_3D_SIZE 2\n", "report.html": b"<p>x</p>"}


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Path, Profile]:
    profile = fake_profile()
    return write_profile(tmp_path / "root" / profile.name, profile, files=FILES), profile


def test_the_folder_holds_everything(stored: tuple[Path, Profile]) -> None:
    folder, _ = stored
    assert sorted(tree(folder)) == [
        "checks",
        "correction.cube",
        "correction.npy",
        "measurements.csv",
        "profile.json",
        "report.html",
    ]
    assert (folder / "report.html").read_bytes() == b"<p>x</p>"
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


def test_it_reads_back_exactly(stored: tuple[Path, Profile]) -> None:
    folder, profile = stored
    for path in (folder, folder / "profile.json"):
        back = read_profile(path)
        assert back.correction.table.tobytes() == profile.correction.table.tobytes()
        assert back.measurements.kind == profile.measurements.kind
        np.testing.assert_array_equal(back.measurements.flags, profile.measurements.flags)
        np.testing.assert_allclose(back.measurements.camera, profile.measurements.camera, 1e-6)
        assert back.quality == profile.quality
        assert back.provenance == profile.provenance


def test_nothing_is_replaced_unasked(stored: tuple[Path, Profile]) -> None:
    folder, profile = stored
    before = tree(folder)
    with pytest.raises(InputError, match="--overwrite"):
        write_profile(folder, profile, files={})
    assert tree(folder) == before


def test_overwriting_keeps_the_checks_and_what_people_put_there(
    stored: tuple[Path, Profile],
) -> None:
    folder, _ = stored
    (folder / "checks" / "2031-05-05.json").write_text("{}")
    (folder / "notes.txt").write_text("wall B is the left one")
    (folder / "exports").mkdir()
    (folder / "exports" / "stage_33.cube").write_text("LUT")
    (folder / "link").symlink_to("notes.txt")
    again = fake_profile(pattern="quick single")
    write_profile(folder, again, files={"report.html": "new"}, overwrite=True)
    now = tree(folder)
    assert now["checks/2031-05-05.json"] == b"{}"
    assert now["notes.txt"] == b"wall B is the left one"
    assert now["exports/stage_33.cube"] == b"LUT"
    assert (folder / "link").is_symlink()
    assert now["report.html"] == b"new"
    assert "correction.cube" not in now  # the old one's table must not stay beside the new one
    assert read_profile(folder).pattern == "quick single"
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("contents", [{"a.txt": "mine"}, {"profile.json": '{"format": "other"}'}])
def test_a_folder_that_is_no_profile_is_never_replaced(
    tmp_path: Path, contents: dict[str, str]
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, text in contents.items():
        (folder / name).write_text(text)
    before = tree(tmp_path)
    with pytest.raises(InputError, match="is not a ledcal profile"):
        write_profile(folder, fake_profile(), files={}, overwrite=True)
    assert tree(tmp_path) == before


def test_a_file_in_the_way_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    for overwrite in (False, True):
        with pytest.raises(InputError):
            write_profile(tmp_path / "x", fake_profile(), files={}, overwrite=overwrite)
    assert (tmp_path / "x").read_text() == "mine"


def test_an_empty_folder_is_as_good_as_none(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    write_profile(folder, fake_profile(), files={})
    assert read_profile(folder).n_frames == 12


def test_through_a_link_the_profile_behind_it_is_replaced(
    stored: tuple[Path, Profile], tmp_path: Path
) -> None:
    folder, _ = stored
    link = tmp_path / "current"
    link.symlink_to(folder)
    write_profile(link, fake_profile(pattern="quick"), files={}, overwrite=True)
    assert link.is_symlink()
    assert read_profile(folder).pattern == "quick"


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "no permission")],
)
@pytest.mark.parametrize("nth", [1, 3, 5])
@pytest.mark.parametrize("is_there", [False, True])
def test_when_writing_fails_nothing_is_left_half_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    says: str,
    nth: int,
    is_there: bool,  # noqa: FBT001
) -> None:
    folder = tmp_path / "root" / "x"
    if is_there:
        write_profile(folder, fake_profile(), files=FILES)
        (folder / "checks" / "a.json").write_text("{}")
    before = tree(tmp_path)
    calls = []
    write_bytes = Path.write_bytes

    def failing(path: Path, data: bytes) -> int:
        calls.append(path)
        if len(calls) == nth:
            write_bytes(path, data[: len(data) // 2])
            raise OSError(number, "made up")
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(SystemFault, match=says):
        write_profile(folder, fake_profile(), files=FILES, overwrite=True)
    assert len(calls) == nth
    after = tree(tmp_path)
    after.pop("root", None)
    before.pop("root", None)
    assert after == before


@pytest.mark.parametrize("name", ["correction.npy", "correction.cube", "measurements.csv"])
def test_a_file_changed_by_hand_is_noticed(stored: tuple[Path, Profile], name: str) -> None:
    folder, _ = stored
    data = bytearray((folder / name).read_bytes())
    data[-1] ^= 1
    (folder / name).write_bytes(bytes(data))
    with pytest.raises(ProfileError, match=f"{name} was changed after the fit"):
        read_profile(folder)
    (folder / name).unlink()
    with pytest.raises(ProfileError, match=f"{name} is missing"):
        read_profile(folder)


def test_a_report_rendered_again_is_no_damage(stored: tuple[Path, Profile]) -> None:
    folder, profile = stored
    (folder / "report.html").write_text("another")
    assert read_profile(folder).name == profile.name
    (folder / "report.html").unlink()
    assert read_profile(folder).name == profile.name


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "profile.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"schema_version": 2}, "newer"),
        ({"files": {}}, r"files.correction.npy: missing"),
        ({"files": "none"}, r"files: expected an object"),
        ({"name": 3}, "name: expected a text"),
    ],
)
def test_a_document_changed_by_hand_is_refused(
    stored: tuple[Path, Profile], changes: dict[str, Any], says: str
) -> None:
    folder, _ = stored
    edit(folder, **changes)
    with pytest.raises(ProfileError, match=says):
        read_profile(folder)


def test_a_cut_document_is_refused(stored: tuple[Path, Profile]) -> None:
    folder, _ = stored
    path = folder / "profile.json"
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(ProfileError, match="not valid JSON"):
        read_profile(folder)


def test_a_table_with_pickled_objects_is_not_opened(stored: tuple[Path, Profile]) -> None:
    folder, _ = stored
    np.save(folder / "correction.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    import hashlib

    digest = hashlib.sha256((folder / "correction.npy").read_bytes()).hexdigest()
    document = json.loads((folder / "profile.json").read_text("utf-8"))
    edit(folder, files={**document["files"], "correction.npy": digest})
    with pytest.raises(ProfileError, match="not a correction table"):
        read_profile(folder)


def test_a_digest_cannot_lead_out_of_the_folder(stored: tuple[Path, Profile]) -> None:
    folder, _ = stored
    (folder.parent / "outside").write_text("x")
    document = json.loads((folder / "profile.json").read_text("utf-8"))
    edit(folder, files={**document["files"], "../outside": "0" * 64})
    with pytest.raises(ProfileError, match="outside is missing"):
        read_profile(folder)


def test_what_is_no_profile_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="no such profile"):
        read_profile(tmp_path / "nothing")
    with pytest.raises(ProfileError, match=r"holds no profile\.json"):
        read_profile(tmp_path)


def test_what_may_not_be_read_is_a_sentence(
    stored: tuple[Path, Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, profile = stored
    iterdir, read_bytes = Path.iterdir, Path.read_bytes

    def closed(path: Path) -> Any:
        if folder in {path, path.parent}:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return iterdir(path) if path.is_dir() else read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", closed)
    with pytest.raises(ProfileError, match=r"cannot be read \(Permission denied\)"):
        read_profile(folder)
    assert "Permission denied" in list_profiles(folder.parent)[0].problem
    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(SystemFault, match="no permission"):
        write_profile(folder, profile, files={}, overwrite=True)
    with pytest.raises(ProfileError, match="cannot be read"):
        list_profiles(folder)


def test_listing_skips_damaged_ones_with_the_reason(
    stored: tuple[Path, Profile], tmp_path: Path
) -> None:
    folder, profile = stored
    root = folder.parent
    (root / "README.md").write_text("names")
    (root / "pictures").mkdir()
    (root / ".part-abc").mkdir()
    (root / ".part-abc" / "profile.json").write_text("{}")
    write_profile(root / "a-newer", profile, files={})
    edit(root / "a-newer", schema_version=99)
    (root / "z-cut").mkdir()
    (root / "z-cut" / "profile.json").write_text('{"format"')
    newer, good, cut = list_profiles(root)
    assert (newer.name, good.name, cut.name) == ("a-newer", profile.name, "z-cut")
    assert "newer" in newer.problem
    assert "not valid JSON" in cut.problem
    assert good.problem == ""
    assert (good.wall, good.camera, good.n_patches) == ("Bühne 3", "Kamera X", 60)
    assert good.cross_validated == profile.quality.cross_validated
    assert list_profiles(tmp_path / "nothing") == []


@pytest.mark.parametrize("name", ["../x", "a/b", "profile.json", "checks", "correction.npy", ".."])
def test_our_own_names_are_not_free(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        write_profile(tmp_path / "x", fake_profile(), files={name: "text"})
    assert not (tmp_path / "x").exists()
