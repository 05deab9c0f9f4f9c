"""The checker that travels: what it needs, what it sees, what it says."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledcal.export import check_bundle
from ledcal.export.check_bundle import NotABundleError, check_folder, sentences
from tests.export.sealed import FILES, make_bundle

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(check_bundle.__file__)
TABLE = "luts/buehne_17.cube"
NAMED = "luts/b\u00fchne.cube"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle, one name of which is not ASCII; not to be changed."""
    folder = tmp_path_factory.mktemp("sealed") / "host"
    folder.mkdir()
    make_bundle(folder, files={**FILES, NAMED: b"a table\n" * 9})
    return folder


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "copy"))


def test_it_needs_only_the_standard_library_of_an_old_python() -> None:
    tree = ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 7))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    assert "ledcal" not in imported
    # What came after 3.7: assignment in expressions, and parameters by position alone.
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.NamedExpr)]
    assert not [
        node for node in ast.walk(tree) if isinstance(node, ast.arguments) if node.posonlyargs
    ]


def run_copy(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the copy in a bundle as a host does: from elsewhere, with nothing installed."""
    return subprocess.run(
        [sys.executable, "-I", "-S", folder / "check_bundle.py", *map(str, words)],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii"},
    )


def test_the_copy_in_the_bundle_checks_the_folder_that_it_lies_in(copy: Path) -> None:
    done = run_copy(copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{copy}: whole and unchanged, 11 files, 0.0 MB\n  B")
    assert (
        "profile buehne-3-kamera-x-2031-05-04 (sha256 abababababababab), for made-up" in done.stdout
    )
    (copy / TABLE).unlink()
    done = run_copy(copy)
    assert (done.returncode, done.stderr) == (6, "")
    assert done.stdout == f"{copy}: {TABLE} is missing; copy the folder again\n"
    done = run_copy(copy, copy.parent)
    assert done.returncode == 2
    assert done.stdout.endswith(f"there is one in {copy}\n")
    assert not list(copy.rglob("__pycache__"))


def edited(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def replaced(path: Path) -> Path:
    path.unlink()
    return path


DAMAGE: dict[str, tuple[Callable[[Path], object], str, str, str]] = {
    "missing": (
        lambda copy: (copy / TABLE).unlink(),
        *(TABLE, "missing", "is missing"),
    ),
    "changed, as long": (
        lambda copy: edited(copy / TABLE, lambda data: data.replace(b"0.3", b"0.4")),
        *(TABLE, "changed", "was changed; it has its 1210 bytes still"),
    ),
    "cut short": (
        lambda copy: edited(copy / TABLE, lambda data: data[:700]),
        *(TABLE, "shorter", "is 700 bytes, and should be 1210: it was cut short, or edited"),
    ),
    "longer": (
        lambda copy: edited(copy / TABLE, lambda data: data + b"# mine\n"),
        *(TABLE, "longer", "is 1217 bytes, and should be 1210: it was edited"),
    ),
    "empty": (
        lambda copy: edited(copy / TABLE, lambda _: b""),
        *(TABLE, "empty", "is empty, and should be 1210 bytes"),
    ),
    "not empty any more": (
        lambda copy: edited(copy / "empty.txt", lambda _: b"x"),
        *("empty.txt", "longer", "is 1 bytes, and should be 0: it was edited"),
    ),
    "zeros at the end": (
        lambda copy: edited(copy / TABLE, lambda data: data[:600] + bytes(610)),
        *(TABLE, "changed", "ends in nothing but zeros: the copy was cut short"),
    ),
    "line ends to Windows": (
        lambda copy: edited(copy / TABLE, lambda data: data.replace(b"\n", b"\r\n")),
        *(TABLE, "line-ends", "had its line ends changed in transfer (FTP as text, git autocrlf)"),
    ),
    "line ends to Unix": (
        lambda copy: edited(copy / "luts/start.bat", lambda data: data.replace(b"\r\n", b"\n")),
        *(
            "luts/start.bat",
            "line-ends",
            "had its line ends changed in transfer (FTP as text, git autocrlf)",
        ),
    ),
    "saved by an editor": (
        lambda copy: edited(
            copy / TABLE, lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")
        ),
        *(TABLE, "byte-order-mark", "was saved by an editor, which put a mark before its text"),
    ),
    "another case": (
        lambda copy: (copy / TABLE).rename(copy / "luts/BUEHNE_17.cube"),
        *(TABLE, "renamed", "is called luts/BUEHNE_17.cube"),
    ),
    "another case of its folder": (
        lambda copy: (copy / "luts").rename(copy / "LUTs"),
        *(TABLE, "renamed", "is called LUTs/buehne_17.cube"),
    ),
    "a second copy": (
        lambda copy: (copy / TABLE).rename(copy / "luts/buehne_17 (1).cube"),
        *(TABLE, "renamed", "is called luts/buehne_17 (1).cube"),
    ),
    "out of its folder": (
        lambda copy: (copy / TABLE).rename(copy / "buehne_17.cube"),
        *(TABLE, "renamed", "is called buehne_17.cube"),
    ),
    "backslashes in an archive": (
        lambda copy: (copy / TABLE).rename(copy / "luts\\buehne_17.cube"),
        *(TABLE, "renamed", "is called luts\\buehne_17.cube"),
    ),
    "letters and accents apart": (
        lambda copy: (copy / NAMED).rename(copy / unicodedata.normalize("NFD", NAMED)),
        *(NAMED, "renamed", "has its name in another form of Unicode, as macOS writes it"),
    ),
    "a folder in its place": (
        lambda copy: replaced(copy / TABLE).mkdir(),
        *(TABLE, "unreadable", "is a folder here"),
    ),
    "a link to nowhere": (
        lambda copy: replaced(copy / TABLE).symlink_to("/nowhere/at.all"),
        *(TABLE, "missing", "is a link that leads nowhere"),
    ),
    "no document": (
        lambda copy: (copy / "ledcal-bundle.json").unlink(),
        *("ledcal-bundle.json", "missing", "is missing"),
    ),
    "no chain": (
        lambda copy: (copy / "ascmhl/ascmhl_chain.xml").unlink(),
        *("ascmhl/ascmhl_chain.xml", "manifest", "is missing"),
    ),
    "a chain cut short": (
        lambda copy: edited(copy / "ascmhl/ascmhl_chain.xml", lambda data: data[:-30]),
        *("ascmhl/ascmhl_chain.xml", "manifest", "was damaged, it cannot be read"),
    ),
    "no manifests": (
        lambda copy: shutil.rmtree(copy / "ascmhl"),
        *("ascmhl", "manifest", "holds no manifest; nothing is checked"),
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_wrong_is_named_as_what_it_is(copy: Path, damage: str) -> None:
    harm, path, kind, seen = DAMAGE[damage]
    harm(copy)
    first = check_folder(copy).differences[0]
    assert (first.path, first.kind, first.seen) == (path, kind, seen)
    assert ("binary mode" in first.fix) == (kind == "line-ends")
    assert sentences(check_folder(copy))[0].startswith(f"{copy}: {path} {seen}")


def manifest(copy: Path) -> Path:
    (path,) = copy.glob("ascmhl/*.mhl")
    return path


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (
            lambda data: data.replace(b"in-place", b"in_place"),
            "was changed, and it is the manifest",
        ),
        (lambda data: data.replace(b"\n", b"\r\n"), "had its line ends changed in transfer"),
        (lambda data: data[:900], "was damaged, it cannot be read; nothing is checked"),
        (lambda data: data.replace(b">README.md<", b">../README.md<"), "was damaged, it cannot be"),
        (lambda data: data.replace(b">README.md<", b">C:/README.md<"), "was damaged, it cannot be"),
        (
            lambda data: data.replace(b"c4 ", b"md5 ").replace(b"/c4", b"/md5"),
            "was changed, and it",
        ),
    ],
)
def test_a_manifest_that_is_not_ours_any_more_is_said(
    copy: Path, change: Callable[[bytes], bytes], seen: str
) -> None:
    edited(manifest(copy), change)
    first = check_folder(copy).differences[0]
    assert (first.path, first.kind) == (f"ascmhl/{manifest(copy).name}", "manifest")
    assert first.seen.startswith(seen)


def test_a_history_that_was_begun_anew_is_not_ours(copy: Path) -> None:
    (copy / "ascmhl/ascmhl_chain.xml").unlink()
    edited(manifest(copy), lambda data: data.replace(b"<c4 ", b"<md5 ").replace(b"/c4", b"/md5"))
    seen = [one.seen for one in check_folder(copy).differences]
    assert seen == ["is missing", "is not the manifest that ledcal wrote: it has no C4 hashes"]


def test_a_file_of_the_bundle_is_not_another_one_renamed(tmp_path: Path) -> None:
    make_bundle(tmp_path, files={"a.cube": b"small", "A.cube": b"capital"})
    (tmp_path / "a.cube").unlink()
    (one,) = check_folder(tmp_path).differences
    assert (one.path, one.kind) == ("a.cube", "missing")


def test_what_is_renamed_is_not_a_stranger_too(copy: Path) -> None:
    (copy / TABLE).rename(copy / "luts/mine.cube")
    found = check_folder(copy)
    (one,) = found.differences
    assert (one.path, one.kind, one.seen) == (TABLE, "renamed", "is called luts/mine.cube")
    assert found.notes == ()


def test_files_that_cannot_be_ours_are_not_read(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    read_bytes = Path.read_bytes

    def noted(path: Path) -> bytes:
        read.append(path.name)
        return read_bytes(path)

    (copy / "lattice.exr").unlink()
    # One beside the bundle, and one in the place of a table: as long as takes, and holes.
    for name in ("take.mov", TABLE):
        with (copy / name).open("wb") as file:
            file.truncate(2**40)
    monkeypatch.setattr(Path, "read_bytes", noted)
    table, lattice = check_folder(copy).differences
    size = len(FILES[TABLE])
    assert table.seen == f"is {2**40} bytes, and should be {size}: it was edited"
    assert (lattice.path, lattice.kind) == ("lattice.exr", "missing")
    assert "ledcal-bundle.json" in read
    assert not {"take.mov", Path(TABLE).name} & set(read)


def test_many_differences_are_counted_and_the_hosts_files_come_first(copy: Path) -> None:
    (copy / "README.md").write_text("mine")
    (copy / "lattice.exr").unlink()
    edited(copy / TABLE, lambda data: data.replace(b"\n", b"\r\n"))
    lines = sentences(check_folder(copy))
    assert lines[0].startswith(f"{copy}: {TABLE} had its line ends changed in transfer (")
    assert lines[0].endswith(
        " (and 2 more); copy it in binary mode (git: '* -text' in .gitattributes)"
    )
    assert lines[1] == "  lattice.exr is missing"
    assert lines[2].startswith("  README.md is 4 bytes, and should be ")
    assert len(lines) == 3


def test_every_difference_is_named(tmp_path: Path) -> None:
    make_bundle(tmp_path, files={f"{i:02d}.txt": bytes([i]) for i in range(30)})
    for i in range(30):
        (tmp_path / f"{i:02d}.txt").unlink()
    lines = sentences(check_folder(tmp_path))
    assert "00.txt is missing (and 29 more)" in lines[0]
    assert lines[-1] == "  29.txt is missing"
    assert len(lines) == 30


def test_what_stands_beside_it_is_a_note(copy: Path) -> None:
    for name in ("luts/.DS_Store", "luts/buehne_17.cube.meta", "._README.md", "Thumbs.db"):
        (copy / name).write_bytes(b"x")
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__/check_bundle.cpython-311.pyc").write_bytes(b"x")
    for name in ("a.txt", "b.txt", "c.png", "d.txt", "e.blend"):
        (copy / name).write_bytes(b"x")
    found = check_folder(copy)
    assert found.differences == ()
    assert found.notes == (
        "not of the bundle, and not checked: a.txt, b.txt, c.png and 2 more",
        "left here by other programs: 5, such as ._README.md",
    )
    assert sentences(found)[-1] == "  note: left here by other programs: 5, such as ._README.md"


@pytest.mark.parametrize("name", ["luts/of_tv_65.cube", "other.OCIO", "x.clf", "y.spi3d", "z.3dl"])
def test_a_table_of_another_export_can_be_loaded_by_mistake(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b"x")
    (found,) = check_folder(copy).differences
    assert (found.path, found.kind, found.fix) == (name, "stray", "move it away")
    (copy / "lattice.exr").unlink()
    first, second = sentences(check_folder(copy))
    assert "lattice.exr is missing (and 1 more)" in first
    assert second == f"  {name} is not of this bundle, and the host can load it by mistake"


def test_links_to_what_is_right_are_right_and_said(copy: Path, tmp_path: Path) -> None:
    (copy / "lattice.exr").rename(tmp_path / "elsewhere")
    (copy / "lattice.exr").symlink_to(tmp_path / "elsewhere")
    (copy / "luts").rename(tmp_path / "store")
    (copy / "luts").symlink_to(tmp_path / "store")
    found = check_folder(copy)
    assert found.differences == ()
    assert "lattice.exr is a link, not a copy" in found.notes
    assert f"{TABLE} is behind a link, not in a copy" in found.notes
    (tmp_path / "alias").symlink_to(copy)
    assert check_folder(tmp_path / "alias").differences == ()


def test_a_name_whose_bytes_are_no_text_can_be_printed(copy: Path) -> None:
    for name in (b"/\xff.txt", b"/\xff.cube"):
        Path(os.fsdecode(os.fsencode(copy / "luts") + name)).write_bytes(b"x")
    found = check_folder(copy)
    assert found.notes == ("not of the bundle, and not checked: luts/\\udcff.txt",)
    assert [one.path for one in found.differences] == ["luts/\\udcff.cube"]


def test_on_a_disk_that_does_not_tell_cases_apart_it_is_a_note(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy / TABLE).rename(copy / "luts/BUEHNE_17.cube")
    # Such a disk opens both names and lists one.
    real = check_bundle._listing
    shutil.copy(copy / "luts/BUEHNE_17.cube", copy / TABLE)
    monkeypatch.setattr(
        check_bundle, "_listing", lambda folder: (n for n in real(folder) if n != TABLE)
    )
    found = check_folder(copy)
    assert found.differences == ()
    assert found.notes == (
        f"{TABLE} is called luts/BUEHNE_17.cube here; another disk tells the two apart",
    )


def test_a_file_that_cannot_be_read_is_named(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == copy / TABLE:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    found = check_folder(copy)
    assert sentences(found)[0].endswith("(permission denied); check permissions and disk")
    (one,) = found.differences
    assert (one.kind, one.text) == ("unreadable", f"{TABLE} cannot be read (permission denied)")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("..", "there is one in {copy}"),
        ("luts", "it is a part of the one in {copy}"),
        ("README.md", "this is a file; give its folder"),
        ("nothing", "there is no such folder"),
    ],
)
def test_another_folder_than_the_bundle_is_told(copy: Path, name: str, says: str) -> None:
    folder = Path(os.path.normpath(copy / name))
    with pytest.raises(NotABundleError) as caught:
        check_folder(folder)
    assert str(caught.value).startswith(f"{folder}: ")
    assert says.format(copy=copy) in str(caught.value)


def test_one_is_found_two_folders_down_and_more_are_counted(copy: Path, tmp_path: Path) -> None:
    deep = tmp_path / "day" / "hosts" / "one"
    deep.parent.mkdir(parents=True)
    copy.rename(deep)
    with pytest.raises(NotABundleError, match=f"there is one in {deep}$"):
        check_folder(tmp_path / "day")
    shutil.copytree(deep, deep.with_name("two"))
    with pytest.raises(NotABundleError, match=rf"there is one in {deep} \(and 1 more\)$"):
        check_folder(deep.parent)


def test_a_folder_with_none_says_what_to_give(tmp_path: Path) -> None:
    (tmp_path / "ascmhl").mkdir()
    (tmp_path / "ascmhl/0001_rushes_2031-05-04_120000Z.mhl").write_bytes(b"<hashlist/>")
    with pytest.raises(NotABundleError, match="give the folder that 'ledcal export --host' wrote"):
        check_folder(tmp_path)


def test_several_folders_leave_with_the_first_code_that_is_not_good(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "none").mkdir()
    assert check_bundle.main([str(tmp_path / "none"), str(copy)]) == 2
    capsys.readouterr()
    assert check_bundle.main([str(copy), str(tmp_path / "none")]) == 2
    assert len(capsys.readouterr().out.splitlines()) == 3
