"""Files that are damaged, growing, mixed or badly named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledcal.diagnose.files import growing, mixed_types, names, unreadable
from ledcal.values.evidence import Sorting
from ledcal.values.folder import FolderFacts, Numbering
from tests.diagnose.cases import found_in, make_case, make_take, said_by

if TYPE_CHECKING:
    from ledcal.diagnose.case import Case

DAY = Path("day")


def numbered(*missing: int) -> Numbering:
    numbers = tuple(i for i in range(40) if i not in missing)
    return Numbering(DAY, "IMG_", ".CR3", 4, numbers, missing)


def of_folder(*, sorting: Sorting | None = None, **facts: Any) -> Case:
    take = make_take(sorting=sorting or Sorting(n_used=6))
    return make_case(take=take, folder=FolderFacts(n_files=40, **facts))


@pytest.mark.parametrize(("n", "words"), [(1, "1 file could not"), (3, "3 files could not")])
def test_unreadable_files_are_named_with_the_first_reason(n: int, words: str) -> None:
    unread = tuple((f"{i}.dng", f"{i}.dng is cut off after {i + 3} kB") for i in range(n))
    case = make_case(take=make_take(sorting=Sorting(unread=unread, n_used=6)))
    finding = said_by(unreadable, case)["unreadable-frames"]
    assert finding.seen == f"{words} be read; the first: 0.dng is cut off after 3 kB"
    assert finding.frames == tuple(name for name, _ in unread)
    assert "card" in finding.fix


def test_growing_files_say_to_wait() -> None:
    finding = said_by(growing, of_folder(growing=(DAY / "a.dng", DAY / "b.dng")))
    assert finding["files-still-growing"].seen == "2 files are still being copied: a.dng, b.dng"
    # What a program left behind long ago is called the same: it says nothing of today.
    assert said_by(growing, of_folder(partial=(DAY / "c.dng.part",))) == {}
    one = said_by(growing, of_folder(growing=(DAY / "a.dng",)))["files-still-growing"]
    assert one.seen == "1 file is still being copied: a.dng"
    assert "ledcal check --watch" in one.fix


def test_long_lists_are_cut_short() -> None:
    many = tuple(DAY / f"{i}.dng" for i in range(9))
    finding = said_by(growing, of_folder(growing=many))["files-still-growing"]
    assert finding.seen.endswith("0.dng, 1.dng, 2.dng, 3.dng and 5 more")
    assert len(finding.frames) == 9


def test_what_is_still_being_copied_explains_what_is_not_there() -> None:
    case = of_folder(
        growing=(DAY / "a.dng",),
        sorting=Sorting(missing=(3,), unread=(("a.dng", "a.dng is cut off"),), n_used=5),
        numberings=(numbered(7),),
    )
    assert list(found_in(case)) == ["files-still-growing"]


def test_several_kinds_are_counted() -> None:
    case = of_folder(kinds=(("DNG", 38), ("EXR", 2)), others=(DAY / "x.exr", DAY / "y.exr"))
    finding = said_by(mixed_types, case)["mixed-file-types"]
    assert finding.seen == "the folder holds 38 DNG, 2 EXR"
    assert finding.frames == ("x.exr", "y.exr")
    assert said_by(mixed_types, of_folder(kinds=(("DNG", 40),))) == {}


def test_a_gap_is_a_warning_only_where_a_frame_is_missing() -> None:
    harmless = said_by(names, of_folder(numberings=(numbered(7, 8),)))["file-names"]
    assert harmless.seen == "the count skips 2 files: IMG_0007.CR3, IMG_0008.CR3"
    assert harmless.severity == "note"
    assert harmless.fix == "nothing: every frame of the pattern is there"
    sorting = Sorting(missing=(3,), n_used=5)
    wanting = said_by(names, of_folder(numberings=(numbered(7),), sorting=sorting))["file-names"]
    assert wanting.seen == "the count skips 1 file: IMG_0007.CR3"
    assert wanting.severity == "warning"
    assert "on the card" in wanting.fix


def test_copies_are_named() -> None:
    copies = ((DAY / "a (1).dng", DAY / "a.dng"),)
    finding = said_by(names, of_folder(copies=copies, numberings=(numbered(7),)))["file-names"]
    assert finding.seen == (
        "the count skips 1 file: IMG_0007.CR3; 1 holds the same as others: a (1).dng"
    )
    assert finding.frames == ("a (1).dng",)
    two = said_by(names, of_folder(copies=copies * 2))["file-names"]
    assert two.seen == "2 hold the same as others: a (1).dng, a (1).dng"


def test_a_tidy_folder_is_silent() -> None:
    case = of_folder(kinds=(("CR3", 40),), numberings=(numbered(),))
    for rule in (unreadable, growing, mixed_types, names):
        assert said_by(rule, case) == {}
        assert said_by(rule, make_case()) == {}
