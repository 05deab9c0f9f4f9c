"""What ledcal put into another's config: marked, written down in it, and taken out again.

Whole lines of ours stand between two comments. Names in lists of theirs in one line, and all else,
are in the account: comments with JSON.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ledcal.errors import InputError
from ledcal.export.ocio._yaml import read_tree
from ledcal.export.ocio.document import Document, line_number
from ledcal.export.ocio.sections import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ledcal.export.ocio._yaml import Node

# Section of a config to the names in it that are ours.
Names: TypeAlias = dict[str, list[str]]

BEGIN = "# ledcal begin: by ledcal export --into, which replaces what is above ledcal end"
END = "# ledcal end"
_ACCOUNT = "# ledcal account: "
_SCHEMA = 1
_BLOCK = re.compile(
    r"^ *# ledcal begin\b[^\n]*\n(?P<inside>(?:(?! *# ledcal (?:begin|end)\b)[^\n]*\n)*)"
    r" *# ledcal end\b[^\n]*(?:\n|\Z)",
    re.MULTILINE,
)
_MARK = re.compile(r"^ *# ledcal (?:begin|end|account)\b[^\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Unit:
    """One correction in a config.

    Attributes
    ----------
    wall, camera, profile, sha256 : str
        Whose it is; the digest is that of its identity.
    names : Names
        What of it stands where.
    tables : list of str
        Its files, relative to the config.
    """

    wall: str
    camera: str
    profile: str
    sha256: str
    names: Names
    tables: list[str]


@dataclass(frozen=True, slots=True)
class Account:
    """All of ours in a config.

    Attributes
    ----------
    base : Names
        What walls stand on.
    units : tuple of Unit
        The walls, in order.
    """

    base: Names = field(default_factory=dict)
    units: tuple[Unit, ...] = ()

    def added(self) -> Names:
        """Every name of ours, by section.

        Examples
        --------
        >>> unit = Unit("a", "", "p", "", {"displays": ["LED a calibrated"]}, [])
        >>> Account({"roles": ["aces_interchange"]}, (unit,)).added()
        {'roles': ['aces_interchange'], 'displays': ['LED a calibrated']}
        """
        return merged([self.base, *(unit.names for unit in self.units)])

    def lines(self) -> list[str]:
        """Itself as comments, ASCII."""
        whole = {"schema_version": _SCHEMA, "base": self.base}
        return [
            _ACCOUNT + json.dumps(part) for part in (whole, *(asdict(unit) for unit in self.units))
        ]


def merged(parts: Iterable[Mapping[str, Iterable[str]]]) -> Names:
    """Several names by section in one, each once."""
    whole: dict[str, dict[str, None]] = {}
    for part in parts:
        for section, names in part.items():
            whole.setdefault(section, {}).update(dict.fromkeys(names))
    return {section: list(names) for section, names in whole.items()}


@dataclass(frozen=True, slots=True)
class Parted:
    """A config without what ledcal put into it.

    Attributes
    ----------
    theirs : Document
        The config as it was before.
    account : Account
        What was taken out.
    entries : dict of str to dict of str to Entry
        The same as text: section, name.
    """

    theirs: Document
    account: Account
    entries: dict[str, dict[str, Entry]]


def part(document: Document) -> Parted:
    """Take out of a config what ledcal put into it.

    Raises
    ------
    InputError
        With the line number, if marks or account are damaged.
    """
    text, name = document.text, document.name
    account = _read_account(document)
    if account is None:
        return Parted(document, Account(), {})
    added = account.added()
    entries = {
        section: _entries(document, node, names)
        for section, names in added.items()
        if (node := document.section(section)) is not None
    }
    text = _without_blocks(text)
    stray = _MARK.search(text)
    if stray:
        raise InputError(
            f"{name}, line {line_number(document.text, document.text.index(stray[0].strip()))}: "
            f"{stray[0].strip()[:40]!r} has lost its other half; take back a copy of the config "
            "from before (config.ocio.before-ledcal), or delete what ledcal wrote"
        )
    text = _without_names(text, added, name)
    return Parted(Document(text, name, read_tree(text, name=name)), account, entries)


def _read_account(document: Document) -> Account | None:
    """None where nothing of ours is in it."""
    text, name = document.text, document.name
    found = re.findall(rf"^ *{re.escape(_ACCOUNT)}([^\r\n]*)", text, re.MULTILINE)
    if not found:
        mark = _MARK.search(text)
        if mark:
            raise InputError(
                f"{name}, line {line_number(text, mark.start())}: ledcal's marks without its "
                "account; take back a copy of the config from before "
                "(config.ocio.before-ledcal), or delete what ledcal wrote"
            )
        return None
    try:
        whole, *units = (json.loads(line) for line in found)
        version = whole["schema_version"]
        if version <= _SCHEMA:
            return Account(whole["base"], tuple(Unit(**unit) for unit in units))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{name}: ledcal's account in it is damaged ({error}); take back a copy of the config "
            "from before (config.ocio.before-ledcal), or delete what ledcal wrote"
        ) from error
    raise InputError(
        f"{name}: walls were added by a newer ledcal (account {version}, known: {_SCHEMA}); use "
        "that one"
    )


def _entries(document: Document, section: Node, names: Iterable[str]) -> dict[str, Entry]:
    """Entries of ours as text indented by two, whatever form they have."""
    wanted, found = set(names), {}
    column = 0 if section.is_flow else document.column(section)
    dash = "- " if section.kind == "sequence" else ""
    for name, first, last in section.entries():
        if name not in wanted:
            continue
        if section.is_flow:
            text = f"  {dash}{document.text[first.start : last.end]}\n"
        else:
            lines = document.lines(first.start, last.end)
            text = "".join(f"  {line[column:]}\n" if line.strip() else "\n"
                           for line in lines)  # fmt: skip
        found[name] = Entry(name, text)
    return found


def _without_blocks(text: str) -> str:
    """Without the lines between our comments, and without a line end that they brought."""
    while blocks := list(_BLOCK.finditer(text)):
        found = blocks[-1]
        start, end = found.span()
        if end == len(text) and not found[0].endswith("\n") and start:
            start -= 2 if text[start - 2 : start] == "\r\n" else 1
        text = text[:start] + text[end:]
    return text


def _without_names(text: str, added: Names, name: str) -> str:
    """Without entries of ours that stand in brackets of theirs, and our folder in their path."""
    tree = read_tree(text, name=name)
    cuts: list[tuple[int, int]] = []
    for section, names in added.items():
        node = tree.get(section)
        if node is None:
            continue
        if node.kind == "scalar":
            cuts += _scalar_cut(node, names)
        elif node.is_flow:
            cuts += _flow_cuts(node, set(names))
    for start, end in sorted(cuts, reverse=True):
        text = text[:start] + text[end:]
    return text


def _scalar_cut(node: Node, folders: list[str]) -> list[tuple[int, int]]:
    end, folder = node.end - (1 if node.style else 0), folders[0]
    if node.value == folder:
        return [(node.start - (0 if node.style else 1) + len(node.style), end)]
    return [(end - len(folder) - 1, end)] if node.value.endswith(f":{folder}") else []


def _flow_cuts(node: Node, names: set[str]) -> list[tuple[int, int]]:
    entries = node.entries()
    cuts = []
    for index, (name, first, last) in enumerate(entries):
        if name not in names:
            continue
        if index:
            cuts.append((entries[index - 1][2].end, last.end))
        elif len(entries) > 1 and entries[1][0] not in names:
            # Somebody moved ours to the front.
            cuts.append((first.start, entries[1][1].start))
        else:
            cuts.append((first.start, last.end))
    return cuts
