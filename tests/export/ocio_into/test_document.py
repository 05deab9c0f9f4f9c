"""Where things stand in a text, what is put there, and what is refused with its line."""

from __future__ import annotations

import pytest

from ledcal.errors import InputError
from ledcal.export.ocio._yaml import as_flow, read_tree
from ledcal.export.ocio.account import BEGIN, END, Account, Unit, part
from ledcal.export.ocio.document import Insertions, read_document
from ledcal.export.ocio.sections import Entry

DISPLAY = Entry("LED a", "  LED a:\n    - !<View> {name: Raw, colorspace: Raw}\n")
SPACE = Entry("LED a", "  - !<ColorSpace>\n    name: LED a\n    description: |\n      a: b\n")


def add(text: str, key: str, *entries: Entry) -> str:
    insertions = Insertions(read_document(text.encode(), name="c.ocio"), begin=BEGIN, end=END)
    insertions.add_entries(key, entries)
    return insertions.text()


def names(text: str, key: str, *more: str) -> str:
    insertions = Insertions(read_document(text.encode(), name="c.ocio"), begin=BEGIN, end=END)
    insertions.add_names(key, more)
    return insertions.text()


def folder(text: str) -> str:
    insertions = Insertions(read_document(text.encode(), name="c.ocio"), begin=BEGIN, end=END)
    insertions.add_folder("ledcal")
    return insertions.text()


def refusal(text: str, key: str = "displays") -> str:
    with pytest.raises(InputError) as caught:
        add(text, key, DISPLAY)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_block_gets_lines_at_its_own_indentation() -> None:
    text = (
        "displays:\n   x:\n      - !<View> {name: a, colorspace: b}  # theirs\n\n# c\nluma: [1]\n"
    )
    lines = add(text, "displays", DISPLAY).splitlines()
    assert lines[3] == f"   {BEGIN}"
    assert lines[4:6] == ["   LED a:", "     - !<View> {name: Raw, colorspace: Raw}"]
    assert lines[6:] == [f"   {END}", "", "# c", "luma: [1]"]


def test_brackets_stay_brackets() -> None:
    text = "displays: {x: [!<View> {name: a, colorspace: b}]}  # one\n"
    assert add(text, "displays", DISPLAY) == (
        "displays: {x: [!<View> {name: a, colorspace: b}], "
        "LED a: [!<View> {name: Raw, colorspace: Raw}]}  # one\n"
    )
    assert add("displays: {}\n", "displays", DISPLAY) == (
        "displays: {LED a: [!<View> {name: Raw, colorspace: Raw}]}\n"
    )
    assert add("colorspaces: [ ]\n", "colorspaces", SPACE) == (
        'colorspaces: [!<ColorSpace> {name: LED a, description: "a: b\\n"} ]\n'
    )


def test_an_empty_section_is_filled_and_a_missing_one_is_made() -> None:
    filled = add("displays:  # none yet\nluma: [1]\n", "displays", DISPLAY)
    assert filled.splitlines()[1:3] == [f"  {BEGIN}", "  LED a:"]
    made = add("luma: [1]", "displays", DISPLAY)
    assert made == f"luma: [1]\n{BEGIN}\ndisplays:\n{DISPLAY.text}\n{END}"


@pytest.mark.parametrize("header", ["|", ">-", "|2-", "|+"])
def test_a_text_at_the_end_keeps_its_lines(header: str) -> None:
    text = f"colorspaces:\n  - name: a\n    description: {header}\n      # one\n\n\n"
    new = add(text, "colorspaces", SPACE)
    before, after = (
        read_tree(words, name="x").get("colorspaces").items[0].get("description").value  # type: ignore[union-attr]
        for words in (text, new)
    )
    assert before == after
    assert [item[0] for item in read_tree(new, name="x").get("colorspaces").entries()] == [  # type: ignore[union-attr]
        "a",
        "LED a",
    ]


def test_lists_of_names() -> None:
    assert names("active_displays: [a, b # first\n]\n", "active_displays", "c", "d, e") == (
        "active_displays: [a, b, c, 'd, e' # first\n]\n"
    )
    assert names("active_displays: [a,]\n", "active_displays", "c") == "active_displays: [a, c,]\n"
    block = names("active_displays:\n- a\n- b", "active_displays", "c")
    assert block == f"active_displays:\n- a\n- b\n{BEGIN}\n- c\n{END}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("search_path: luts\n", "search_path: luts:ledcal\n"),
        ("search_path: 'a b:luts'  # c\n", "search_path: 'a b:luts:ledcal'  # c\n"),
        ('search_path: ""', 'search_path: "ledcal"'),
        ("search_path:   # c\nluma: [1]\n", "search_path: ledcal   # c\nluma: [1]\n"),
        ("search_path: [/a, b]\n", "search_path: [/a, b, ledcal]\n"),
        ("luma: [1]\n", f"luma: [1]\n{BEGIN}\nsearch_path: ledcal\n{END}\n"),
    ],
)
def test_a_folder_more_and_back(before: str, after: str) -> None:
    assert folder(before) == after
    account = Account({"search_path": ["ledcal"]}).lines()
    whole = after.rstrip("\n") + "\n" + "\n".join((BEGIN, *account, END)) + "\n"
    back = part(read_document(whole.encode(), name="c")).theirs.text
    assert back.rstrip("\n") == before.rstrip("\n")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x: &d\n  a: b\ndisplays: *d\n", 3, "anchor"),
        ("displays: &d\n  a: b\nx: *d\n", 1, "anchor"),
        ("luma: [1]\ndisplays: [a]\n", 2, "no plain mapping"),
        ("displays: ~\n", 1, "no plain mapping"),
        ("displays: !!map\n  a: b\n", 1, "no plain mapping"),
        ("luma: [1]\nluma\n", 3, "could not find"),
        ("{displays: {}}\n", 1, "ociocheck --iconfig"),
        ("- a\n", 1, "no key such as displays"),
    ],
)
def test_what_cannot_be_changed_safely_is_refused_with_its_line(
    text: str, line: int, words: str
) -> None:
    said = refusal(text)
    assert said.startswith(f"c.ocio, line {line}: ")
    assert words in said


def test_more_refusals() -> None:
    with pytest.raises(InputError, match="nothing is in it"):
        add("# only this\n", "displays", DISPLAY)
    with pytest.raises(InputError, match="CR only"):
        add("displays:\r  a: b\r", "displays", DISPLAY)
    for value in ("|\n  luts", "~", "{a: b}"):
        with pytest.raises(InputError, match="line 1: search_path is neither"):
            folder(f"search_path: {value}\n")


def test_an_anchor_that_nobody_repeats_is_no_hindrance() -> None:
    assert DISPLAY.text in add("displays: &d\n  a: b\n", "displays", DISPLAY)


def test_tabs_strange_bytes_and_other_documents() -> None:
    data = (
        b"\xef\xbb\xbf# \xe9t\xe9 \x01\xc2\x85\ndisplays:\t# tab\n  a:\tb\t\n\t# tab\n...\n--- x\n"
    )
    document = read_document(data, name="c")
    insertions = Insertions(document, begin=BEGIN, end=END)
    insertions.add_entries("displays", [DISPLAY])
    new = insertions.text().encode("utf-8", "surrogateescape")
    at = data.index(b"\t# tab\n...")
    assert new.startswith(data[:at])
    assert new.endswith(data[at:])
    assert b"  LED a:\n" in new


def test_flow_of_a_whole_entry() -> None:
    text = "- !<ColorSpace>\n  name: 'a: b'\n  isdata: false\n  # c\n  t: !<T> {m: [1, 0.5]}\n"
    assert as_flow(text) == ("[!<ColorSpace> {name: 'a: b', isdata: false, t: !<T> {m: [1, 0.5]}}]")


UNIT = Unit("a", "cam", "p", "00", {"displays": ["LED a"], "active_displays": ["LED a"]}, [])


def with_account(text: str, account: Account) -> bytes:
    return (text + "\n".join((BEGIN, *account.lines(), END)) + "\n").encode()


def test_people_may_move_ours_in_a_list() -> None:
    text = "active_displays: [LED a, x, y]\ndisplays: {LED a: [b], x: [c]}\n"
    parted = part(read_document(with_account(text, Account({}, (UNIT,))), name="c"))
    assert parted.theirs.text == "active_displays: [x, y]\ndisplays: {x: [c]}\n"
    assert parted.account.units == (UNIT,)
    assert parted.entries["displays"]["LED a"].text == "  LED a: [b]\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"luma: [1]\n{END}\n", "line 2: ledcal's marks without its account"),
        ("luma: [1]\n# ledcal account: {\n", "account in it is damaged"),
        ('# ledcal account: {"schema_version": 2}\nluma: [1]\n', "a newer ledcal"),
        ("# ledcal account: []\nluma: [1]\n", "account in it is damaged"),
        (
            'luma: [1]\n# ledcal begin\n# ledcal account: {"schema_version": 1, "base": {}}\n',
            "line 2: '# ledcal begin' has lost its other half",
        ),
    ],
)
def test_damaged_marks_are_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=r"before-ledcal|newer") as caught:
        part(read_document(text.encode(), name="c"))
    assert words in str(caught.value)
