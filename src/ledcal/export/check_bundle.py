"""Is this folder whole, and as ledcal wrote it? Needs nothing but Python 3.7 or later.

    python3 check_bundle.py [FOLDER ...]

Without a folder it checks the one that it lies in. It reads the first generation of the ASC MHL
in ascmhl/, and compares the size and the C4 hash of every file. Exit code 0: whole and unchanged.
6: not. 2: there is no bundle here. 1: it cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

DOCUMENT = "ledcal-bundle.json"
CHECKER = "check_bundle.py"
PAGE = "README.md"
TROUBLE = "IF_IT_LOOKS_WRONG.md"
OWN = (PAGE, TROUBLE, DOCUMENT, CHECKER)
MANIFESTS = "ascmhl"
# What other programs leave in any folder.
LEFT_BEHIND = (".DS_Store", "Thumbs.db", "desktop.ini")

_LEFT = re.compile(r"(^|/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*|[^/]*\.(meta|pyc))$")
_TABLE = re.compile(r"\.(cube|clf|ctf|spi[13]d|3dl|lut|csp|ocioz?)$", re.IGNORECASE)
_STRAY = "is not of this bundle, and the host can load it by mistake"
_AGAIN = "copy the folder again"
_BINARY = "copy it in binary mode (git: '* -text' in .gitattributes)"
_CHAIN = "ascmhl_chain.xml"
_C4_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class NotABundleError(Exception):
    """There is no bundle at that place; the message may say where one is."""


class Entry(NamedTuple):
    """A file as the manifest lists it."""

    path: str
    size: int
    c4: str


class Difference(NamedTuple):
    """One thing that is not as it was written; docs/bundle.md lists the kinds."""

    path: str
    kind: str
    seen: str
    fix: str = _AGAIN

    @property
    def text(self) -> str:
        """What is wrong with what."""
        return f"{self.path} {self.seen}"


class Found(NamedTuple):
    """What the manifest lists, what is wrong, what does no harm, and ledcal-bundle.json."""

    folder: Path
    entries: tuple[Entry, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    document: dict[str, Any]


def check_folder(folder: Path) -> Found:
    """Compare a bundle with its manifest; NotABundleError, or OSError, where there is none."""
    _require_bundle(folder)
    entries, differences, notes = read_manifest(folder)
    listing = set(_listing(folder))
    strangers = listing.difference(entry.path for entry in entries)
    lost = []
    for entry in entries:
        here, note = _place(folder, entry.path, listing, strangers)
        if not here:
            lost.append(entry)
            continue
        strangers.discard(here)
        if note:
            notes.append(note)
        elif here != entry.path:
            differences.append(_renamed(entry, here))
        differences += _content(entry, folder / here)
    for entry in lost:
        elsewhere = _same_content(entry, folder, sorted(strangers))
        strangers.discard(elsewhere)
        if elsewhere:
            differences.append(_renamed(entry, elsewhere))
        else:
            what = "a link that leads nowhere" if (folder / entry.path).is_symlink() else "missing"
            differences.append(Difference(entry.path, "missing", f"is {what}"))
    order = {entry.path: number for number, entry in enumerate(entries)}
    differences.sort(key=lambda one: (one.path in OWN, order.get(one.path, -1)))
    if entries:
        tables = sorted(name for name in strangers if _TABLE.search(name))
        differences += [Difference(_shown(one), "stray", _STRAY, "move it away") for one in tables]
        notes += _beside(strangers.difference(tables))
    return Found(folder, tuple(entries), tuple(differences), tuple(notes), read_document(folder))


def sentences(found: Found) -> list[str]:
    """What a check found, for people: the verdict, then more differences, then notes."""
    folder, differences = found.folder, found.differences
    if differences:
        first, others = differences[0], differences[1:]
        more = f" (and {len(others)} more)" if others else ""
        lines = [f"{folder}: {first.text}{more}; {first.fix}", *(f"  {o.text}" for o in others)]
    else:
        amount = sum(entry.size for entry in found.entries) / 1e6
        lines = [f"{folder}: whole and unchanged, {len(found.entries)} files, {amount:.1f} MB"]
        lines += [f"  {line}" for line in _whose(found.document)]
    return lines + [f"  note: {note}" for note in found.notes]


def read_manifest(folder: Path) -> tuple[list[Entry], list[Difference], list[str]]:
    """Read the first generation: the files in it, what is wrong with it, and notes."""
    name, c4, problems, notes = _read_chain(folder)
    name = name or _first_manifest(folder)
    if not name:
        return [], [Difference(MANIFESTS, "manifest", "holds no manifest; nothing is checked")], []

    def wrong(seen: str) -> None:
        problems.append(Difference(f"{MANIFESTS}/{name}", "manifest", seen))

    try:
        data = (folder / MANIFESTS / name).read_bytes()
        entries = _entries(ET.fromstring(data))
    except (OSError, ET.ParseError, ValueError) as error:
        wrong(f"{_reason(error)}; nothing is checked")
        return [], problems, notes
    if c4 and c4_of(data) != c4:
        wrong(_in_transfer(data, c4)[1] or "was changed, and it is the manifest itself")
    if not entries or not all(entry.c4 for entry in entries):
        wrong("is not the manifest that ledcal wrote: it has no C4 hashes")
    return [entry for entry in entries if entry.c4], problems, notes


def _read_chain(folder: Path) -> tuple[str, str, list[Difference], list[str]]:
    """Name and C4 of the first manifest, as the chain says; what is wrong with it; notes."""
    name, c4, seen, notes = "", "", "", []
    try:
        chain = ET.fromstring((folder / MANIFESTS / _CHAIN).read_bytes())
        links = [one for one in chain if _tag(one) == "hashlist"]
        for link in links:
            if link.get("sequencenr") == "1":
                name, c4 = Path(_text(link, "path")).name, _text(link, "c4")
        if len(links) > 1:
            notes.append(f"{len(links)} MHL generations; the first, ledcal's, was checked")
    except (OSError, ET.ParseError) as error:
        seen = _reason(error)
    return name, c4, [Difference(f"{MANIFESTS}/{_CHAIN}", "manifest", seen)] if seen else [], notes


def _entries(root: ET.Element) -> list[Entry]:
    """All files of a manifest (no size: empty); ValueError for one that leads out of the folder."""
    found = []
    for element in root.iter():
        path = next((one for one in element if _tag(one) == "path"), None)
        if _tag(element) != "hash" or path is None:
            continue
        name = path.text or ""
        if not name or name[0] in "/\\" or ":" in name or ".." in name.split("/"):
            raise ValueError(name)
        found.append(Entry(name, int(path.get("size", "0")), _text(element, "c4")))
    return found


def _tag(element: ET.Element) -> str:
    return str(element.tag).split("}")[-1]


def _text(element: ET.Element, tag: str) -> str:
    return next((one.text or "" for one in element if _tag(one) == tag), "")


def c4_of(data: bytes) -> str:
    """The C4 identifier of some bytes: their SHA-512 in base 58."""
    number, text = int(hashlib.sha512(data).hexdigest(), 16), ""
    while number:
        number, rest = divmod(number, 58)
        text = _C4_LETTERS[rest] + text
    return "c4" + text.rjust(88, "1")


def _require_bundle(folder: Path) -> None:
    if not folder.is_dir():
        what = "this is a file; give its folder" if folder.exists() else "there is no such folder"
        raise NotABundleError(f"{folder}: {what}")
    if _is_bundle(folder):
        return
    any(folder.iterdir())  # a closed folder says so
    says = f"{folder}: no bundle of ledcal (there is no {DOCUMENT} in it)"
    inside = [one.parent for depth in ("*", "*/*") for one in folder.glob(f"{depth}/{DOCUMENT}")]
    if inside:
        more = f" (and {len(inside) - 1} more)" if len(inside) > 1 else ""
        raise NotABundleError(f"{says}; there is one in {min(inside)}{more}")
    for above in list(folder.resolve().parents)[:3]:
        if _is_bundle(above):
            raise NotABundleError(f"{says}; it is a part of the one in {above}")
    raise NotABundleError(f"{says}; give the folder that 'ledcal export --host' wrote")


def _is_bundle(folder: Path) -> bool:
    """Whether a folder holds our document, or a manifest that lists it."""
    try:
        if (folder / DOCUMENT).is_file():
            return True
        name = _first_manifest(folder)
        return bool(name) and DOCUMENT.encode() in (folder / MANIFESTS / name).read_bytes()
    except OSError:
        return False


def _first_manifest(folder: Path) -> str:
    return min((path.name for path in (folder / MANIFESTS).glob("0001*.mhl")), default="")


def _listing(folder: Path) -> Iterator[str]:
    """Every file below a folder, as the manifest would name it."""
    for root, folders, names in os.walk(str(folder)):
        here = Path(root).relative_to(folder)
        if not here.parts:
            folders[:] = [one for one in folders if one != MANIFESTS]
        for name in names:
            yield (here / name).as_posix()


def _place(folder: Path, name: str, listing: set[str], strangers: set[str]) -> tuple[str, str]:
    """What a file is called here, empty where nothing is like it; and a note, or none."""
    path = folder / name
    if name in listing:
        if not path.is_symlink():
            return name, ""
        return (name, f"{name} is a link, not a copy") if _is_there(path) else ("", "")
    alike = min((one for one in strangers if _key(one) == _key(name)), default="")
    if not _is_there(path):
        return alike, ""
    if alike:
        return alike, f"{name} is called {_shown(alike)} here; another disk tells the two apart"
    is_linked = os.access(str(path), os.R_OK) and not os.path.isdir(str(path))  # noqa: PTH112
    return name, f"{name} is behind a link, not in a copy" if is_linked else ""


def _key(name: str) -> str:
    """What names have in common that some disk, archive or copy takes for the same."""
    return unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()


def _is_there(path: Path) -> bool:
    """Whether there is something, also where nobody may look at it."""
    try:
        return bool(path.stat())
    except OSError as error:
        return isinstance(error, PermissionError)


def _shown(name: str) -> str:
    """A name that any console can print, also if its bytes are no text."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _renamed(entry: Entry, name: str) -> Difference:
    seen = "has its name in another form of Unicode, as macOS writes it"
    if unicodedata.normalize("NFC", name) != unicodedata.normalize("NFC", entry.path):
        seen = f"is called {_shown(name)}"
    return Difference(entry.path, "renamed", seen, "give it its name back")


def _same_content(entry: Entry, folder: Path, names: Sequence[str]) -> str:
    """The name of a file that holds what is missed elsewhere; empty where there is none."""
    for path in (folder / name for name in names):
        if path.is_file() and path.stat().st_size == entry.size and not _content(entry, path):
            return path.relative_to(folder).as_posix()
    return ""


def _content(entry: Entry, path: Path) -> list[Difference]:
    """Why a file is not what it was, as far as it can be told; empty where it is."""
    if os.path.isdir(str(path)):  # noqa: PTH112 - no error where nobody may look
        return [Difference(entry.path, "unreadable", "is a folder here")]
    try:
        size = path.stat().st_size
        # Longer than any change of line ends makes it: not read, it may be a camera's take.
        data = path.read_bytes() if size <= 2 * entry.size + 3 else b""
    except OSError as error:
        return [Difference(entry.path, "unreadable", _reason(error), "check permissions and disk")]
    if size == entry.size and c4_of(data) == entry.c4:
        return []
    if not size:
        return [Difference(entry.path, "empty", f"is empty, and should be {entry.size} bytes")]
    kind, seen = _in_transfer(data, entry.c4) if data else ("", "")
    if kind:
        return [Difference(entry.path, kind, seen, _BINARY if kind == "line-ends" else _AGAIN)]
    seen = f"is {size} bytes, and should be {entry.size}: it was "
    if size < entry.size:
        return [Difference(entry.path, "shorter", f"{seen}cut short, or edited")]
    if size > entry.size:
        return [Difference(entry.path, "longer", f"{seen}edited")]
    seen = f"was changed; it has its {size} bytes still"
    if not any(data[-512:]):
        seen = "ends in nothing but zeros: the copy was cut short"
    return [Difference(entry.path, "changed", seen)]


def _in_transfer(data: bytes, c4: str) -> tuple[str, str]:
    """Whether bytes are as they were but for what a transfer or an editor does to text."""
    text = data[3:] if data.startswith(b"\xef\xbb\xbf") else data
    unix = text.replace(b"\r\n", b"\n")
    for again in (text, unix, unix.replace(b"\n", b"\r\n")):
        if c4_of(again) == c4:
            if text is not data:
                return "byte-order-mark", "was saved by an editor, which put a mark before its text"
            return "line-ends", "had its line ends changed in transfer (FTP as text, git autocrlf)"
    return "", ""


def _beside(strangers: set[str]) -> list[str]:
    """What there is that the manifest does not list."""
    left = sorted(name for name in strangers if _LEFT.search(name))
    others = sorted(strangers.difference(left))
    notes = []
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        names = ", ".join(_shown(name) for name in others[:3])
        notes.append(f"not of the bundle, and not checked: {names}{more}")
    if left:
        notes.append(f"left here by other programs: {len(left)}, such as {_shown(left[0])}")
    return notes


def read_document(folder: Path) -> dict[str, Any]:
    """What ledcal-bundle.json of a folder says; empty where there is none that can be read."""
    try:
        document = json.loads((folder / DOCUMENT).read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _whose(document: dict[str, Any]) -> list[str]:
    """What ledcal-bundle.json says of the calibrations in it, a line each."""
    try:
        written = document["made"][:16].replace("T", " ")
        return [
            f"{one['wall']['name']}: {one['identity']['kind']} {one['identity']['name']} (sha256 "
            f"{one['identity']['sha256'][:16]}), for {document['host']['name']}, written {written}"
            for one in document["walls"]
        ]
    except (KeyError, TypeError):
        return []


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "is missing"
    if isinstance(error, OSError):
        return f"cannot be read ({(error.strerror or str(error)).lower()})"
    return "was damaged, it cannot be read"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check folders, say what was found, and give the exit code."""
    parser = argparse.ArgumentParser(description="Is this copy of a ledcal bundle whole?")
    own = str(Path(__file__).resolve().parent)
    parser.add_argument("folders", nargs="*", metavar="FOLDER", default=[own])
    code = 0
    for folder in parser.parse_args(arguments).folders:
        try:
            found = check_folder(Path(folder))
        except NotABundleError as error:
            lines, result = [str(error)], 2
        except OSError as error:
            lines, result = [f"{folder}: {_reason(error)}"], 1
        else:
            lines, result = sentences(found), 6 if found.differences else 0
        sys.stdout.write("\n".join(lines) + "\n")
        code = code or result
    return code


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        # A console that cannot show a wall's name must not stop the check.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main())
