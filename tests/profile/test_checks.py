"""Files of checks: whole or absent, none lost, none trusted that is not sound."""

from __future__ import annotations

import json
import math
import re
import shutil
from dataclasses import fields, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from ledcal.errors import ProfileError, SystemFault
from ledcal.profile.checks import check_to_document, read_checks, write_check
from ledcal.values.drift import CheckRecord
from ledcal.values.history import moment
from tests.drift.records import at, drift, event, verify
from tests.profile.test_codec import violations

if TYPE_CHECKING:
    from pathlib import Path

NAME = r"2024-03-04T070000Z-drift-[0-9a-f]{6}\.json"


def same(one: CheckRecord, other: CheckRecord) -> bool:
    """Whether two records say the same; NaN is NaN."""
    return repr(one) == repr(other)


def sound(folder: Path) -> Path:
    """One sound check, for others to stand beside."""
    return write_check(folder, drift(0.0, {"white": 0.5}))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    records = [
        drift(1.0, {"channel_red": -1.5, "white": math.nan}, note="näch dem Essen"),
        drift(0.0, inputs=(("b\udcfchne.dng", "c" * 64), ("A.dng", "d" * 64))),
        event(0.5, "new lens"),
        verify(2.0, 0.75),
    ]
    paths = [write_check(tmp_path, record) for record in records]
    checks = read_checks(tmp_path)
    assert checks.problems == ()
    ordered = sorted(zip(records, paths, strict=True), key=lambda pair: moment(pair[0]))
    assert checks.files == tuple(path.name for _, path in ordered)
    for field in fields(CheckRecord):
        for read, (written, _) in zip(checks.records, ordered, strict=True):
            assert repr(getattr(read, field.name)) == repr(getattr(written, field.name))


def test_names_sort_by_time_in_utc(tmp_path: Path) -> None:
    path = write_check(tmp_path, drift(0.0))
    assert path.parent == tmp_path / "checks"
    assert re.fullmatch(NAME, path.name)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name], "nothing is left over"
    east = replace(drift(0.0), when="2024-03-04T09:00:00+05:00")
    assert write_check(tmp_path, east).name < path.name
    checks = read_checks(tmp_path)
    assert checks.files == tuple(sorted(checks.files))


def test_two_checks_of_one_second_both_stay(tmp_path: Path) -> None:
    one, other = drift(0.0, {"white": 0.1}), drift(0.0, {"white": 0.2})
    first, second = write_check(tmp_path, one), write_check(tmp_path, other)
    assert first != second
    assert len(read_checks(tmp_path).records) == 2


def test_no_file_is_ever_overwritten(tmp_path: Path) -> None:
    record = drift(0.0)
    first = write_check(tmp_path, record)
    own = first.read_bytes()
    assert write_check(tmp_path, record) == first
    assert len(list(first.parent.iterdir())) == 1
    first.write_bytes(b"another check, by chance of the same digest")
    second = write_check(tmp_path, record)
    assert second != first
    assert second.read_bytes() == own
    assert first.read_bytes().startswith(b"another")


def test_folders_of_two_machines_are_merged_by_copying(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder, days in ((here, (0.0, 1.0, 2.0)), (there, (2.0, 0.5, 3.0))):
        folder.mkdir()
        for day in days:
            write_check(folder, drift(day))
    shutil.copytree(there / "checks", here / "checks", dirs_exist_ok=True)
    merged = read_checks(here)
    assert [record.when for record in merged.records] == [at(d) for d in (0.0, 0.5, 1.0, 2.0, 3.0)]


def test_a_copy_under_another_name_counts_once(tmp_path: Path) -> None:
    path = write_check(tmp_path, drift(0.0, {"white": math.nan}))
    for name in ("a copy.json", f"{path.stem} (conflicted copy).json", "Z.JSON"):
        shutil.copy(path, path.with_name(name))
    crlf = path.read_bytes().replace(b"\n", b"\r\n")
    path.with_name("crlf.json").write_bytes(b"\xef\xbb\xbf" + crlf)
    write_check(tmp_path, drift(0.0, {"white": 0.5}))
    checks = read_checks(tmp_path)
    assert len(checks.records) == 2
    assert checks.problems == ()


SPOILT: dict[str, tuple[bytes, str]] = {
    "half": (b'{"format": "ledcal check", "schema_ver', "copied half"),
    "zeros": (b"\0" * 900, "empty"),
    "empty": (b"", "empty"),
    "other": (b'{"format": "ledcal profile"}', "not a check of ledcal"),
    "list": (b"[1, 2]", "not a check of ledcal"),
    "picture": (b"\x89PNG\r\n\x1a\n\xff\xfe", "not JSON"),
    "deep": (b"[" * 100_000, "not JSON"),
    "huge": (b" " * 4_000_001, "no check of ledcal"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_file_is_a_sentence_and_stops_nothing(tmp_path: Path, name: str) -> None:
    good = sound(tmp_path)
    data, said = SPOILT[name]
    (good.parent / f"{name}.json").write_bytes(data)
    checks = read_checks(tmp_path)
    assert len(checks.records) == 1
    assert len(checks.problems) == 1
    assert checks.problems[0].startswith(f"{name}.json: ")
    assert said in checks.problems[0]
    assert "\n" not in checks.problems[0]


def _changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(check_to_document(drift(0.0))))
    at_: Any = document
    for key in path[:-1]:
        at_ = at_[key]
    if value is Ellipsis:
        del at_[path[-1]]
    else:
        at_[path[-1]] = value
    return document


KEYS: list[tuple[str | int, ...]] = [
    *((key,) for key in check_to_document(drift(0.0))),
    *(("components", 3, key) for key in check_to_document(drift(0.0))["components"][0]),
]


@pytest.mark.parametrize("path", KEYS, ids=lambda path: ".".join(map(str, path)))
@pytest.mark.parametrize(
    "value",
    [..., {}, [{}], True, "x\0", math.inf, 10**400],
    ids=["missing", "object", "objects", "true", "text", "infinite", "huge"],
)
def test_no_key_is_missing_or_of_another_type(
    tmp_path: Path, path: tuple[str | int, ...], value: object
) -> None:
    is_free_text = path[-1] in {"sentence", "note", "profile_sha256", "ledcal_version"} or (
        len(path) == 3 and path[-1] in {"name", "unit", "detail"}
    )
    value = 1 if isinstance(value, str) and is_free_text else value
    sound(tmp_path)
    (tmp_path / "checks" / "bad.json").write_text(json.dumps(_changed(path, value)))
    checks = read_checks(tmp_path)
    assert len(checks.records) == 1
    assert [problem.partition(":")[0] for problem in checks.problems] == ["bad.json"]
    where = f"components[{path[1]}].{path[2]}" if len(path) == 3 else str(path[0])
    # Of a newer schema it says so in words.
    assert where.replace("_", " ") in checks.problems[0].replace("_", " ")


def test_a_newer_schema_is_named(tmp_path: Path) -> None:
    sound(tmp_path)
    (tmp_path / "checks" / "new.json").write_text(json.dumps(_changed(("schema_version",), 2)))
    assert "schema version 2 is newer" in read_checks(tmp_path).problems[0]


@pytest.mark.parametrize("when", ["2024-03-04T08:00:00", "yesterday", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_is_refused_both_ways(tmp_path: Path, when: str) -> None:
    with pytest.raises(ValueError, match=re.escape(when)):
        write_check(tmp_path, replace(drift(0.0), when=when))
    assert list(tmp_path.iterdir()) == []
    sound(tmp_path)
    (tmp_path / "checks" / "bad.json").write_text(json.dumps(_changed(("when",), when)))
    checks = read_checks(tmp_path)
    assert len(checks.records) == 1
    assert checks.problems[0].startswith("bad.json: when: ")


def test_what_is_no_check_by_its_name_is_passed_over(tmp_path: Path) -> None:
    path = sound(tmp_path)
    shutil.copy(path, path.with_name(f"._{path.name}"))
    (path.parent / ".DS_Store").write_bytes(b"\0\1")
    (path.parent / ".part-x.json").write_text("{")
    (path.parent / "notes.txt").write_text("cabinet r3c7")
    (path.parent / "old.json").mkdir()
    checks = read_checks(tmp_path)
    assert (len(checks.records), checks.problems) == (1, ())


def test_a_link_to_nowhere_is_a_sentence(tmp_path: Path) -> None:
    path = sound(tmp_path)
    (path.parent / "gone.json").symlink_to(tmp_path / "nowhere.json")
    checks = read_checks(tmp_path)
    assert len(checks.records) == 1
    assert checks.problems[0].startswith("gone.json: ")


def test_keys_of_later_programs_are_passed_over(tmp_path: Path) -> None:
    path = sound(tmp_path)
    document = json.loads(path.read_bytes())
    document["weather"] = document["components"][0]["weather"] = "rain"
    path.write_text(json.dumps(document))
    assert same(read_checks(tmp_path).records[0], drift(0.0, {"white": 0.5}))


def test_no_folder_is_no_history_and_no_profile_is_refused(tmp_path: Path) -> None:
    assert read_checks(tmp_path).records == ()
    with pytest.raises(ProfileError, match="no such profile"):
        write_check(tmp_path / "absent", drift(0.0))
    with pytest.raises(ValueError, match="kind"):
        write_check(tmp_path, replace(drift(0.0), kind="weather"))


def test_where_nothing_can_be_written_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pathlib import Path as AnyPath

    def full(_self: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(AnyPath, "write_bytes", full)
    with pytest.raises(SystemFault, match="disk is full"):
        write_check(tmp_path, drift(0.0))
    monkeypatch.undo()
    assert list((tmp_path / "checks").iterdir()) == []


SCHEMA: dict[str, Any] = json.loads(
    (files("ledcal.profile") / "schema" / "check-1.json").read_text("utf-8")
)


@pytest.mark.parametrize(
    "record", [drift(0.0, {"white": math.nan}), event(0.0, "new lens"), verify(0.0, 0.5)]
)
def test_the_schema_describes_what_is_written(tmp_path: Path, record: CheckRecord) -> None:
    document = json.loads(write_check(tmp_path, record).read_bytes())
    assert violations(document, SCHEMA, SCHEMA, "") == []


@pytest.mark.parametrize("path", KEYS, ids=lambda path: ".".join(map(str, path)))
def test_the_schema_is_as_strict_as_the_reader(path: tuple[str | int, ...]) -> None:
    found = violations(_changed(path, ...), SCHEMA, SCHEMA, "")
    assert len(found) == 1
    assert found[0].endswith(f"{path[-1]}: missing")
