"""Is this folder whole, and as ledcal wrote it? Needs nothing but Python 3.7 or later.

    python check_bundle.py [FOLDER ...]

Without a folder it checks the one that it lies in. It reads the first generation of the ASC MHL
manifest in ascmhl/, and compares the size and the C4 hash of every file. Exit code 0: whole and
unchanged. 6: not. 2: there is no bundle here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import unicodedata
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

DOCUMENT = "ledcal-bundle.json"
CHECKER = "check_bundle.py"
PAGE = "README.md"
MANIFESTS = "ascmhl"
CHAIN = "ascmhl_chain.xml"

# What other programs leave in any folder.
LEFT_BEHIND = (".DS_Store", "Thumbs.db", "desktop.ini")
_LEFT_ENDINGS = (".meta", ".pyc")
_C4_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PIECE = 1 << 20
# Files up to this size are looked into where they differ.
_LOOKED_INTO = 256 << 20
_TAIL = 512
_MOST_LINES = 12
_AGAIN = "copy the folder again"


class NotABundleError(Exception):
    """There is no bundle at that place; the message says where one is, if there is."""


class Entry(NamedTuple):
    """A file as the manifest lists it; size None where the manifest does not say."""

    path: str
    size: int | None
    c4: str


class Difference(NamedTuple):
    """One thing that is not as it was written.

    `kind` is missing, renamed, empty, shorter, longer, changed, line-ends, byte-order-mark,
    unreadable or manifest.
    """

    path: str
    kind: str
    seen: str
    fix: str = _AGAIN

    @property
    def text(self) -> str:
        """What is wrong with what."""
        return f"{self.path} {self.seen}"


class Found(NamedTuple):
    """What a check found.

    `entries` is what the manifest lists, `document` what ledcal-bundle.json says (empty where it
    cannot be read), `notes` what does no harm.
    """

    folder: str
    entries: tuple[Entry, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    document: dict[str, Any]


def check_folder(folder: str | os.PathLike[str]) -> Found:
    """Compare a bundle with the manifest in it; NotABundleError where there is none."""
    name = os.fspath(folder)
    _require_bundle(name)
    entries, differences, notes = read_manifest(name)
    listing = dict(_listing(name))
    strangers = set(listing)
    lost = []
    for entry in entries:
        here = _place(name, entry.path, listing)
        if here is None:
            lost.append(entry)
            continue
        strangers.discard(here.name)
        if here.note:
            notes.append(here.note)
        if here.is_renamed:
            differences.append(_renamed(entry, here.name))
        differences.extend(_content(entry, here.path))
    for entry in lost:
        elsewhere = _same_content(entry, {one: listing[one] for one in sorted(strangers)})
        if elsewhere:
            strangers.discard(elsewhere)
            differences.append(_renamed(entry, elsewhere))
        else:
            is_link = os.path.islink(_join(name, entry.path))
            seen = "is a link that leads nowhere" if is_link else "is missing"
            differences.append(Difference(entry.path, "missing", seen))
    order = {entry.path: number for number, entry in enumerate(entries)}
    differences.sort(key=lambda one: order.get(one.path, -1))
    notes.extend(_beside(strangers))
    return Found(name, tuple(entries), tuple(differences), tuple(notes), _document(name))


def sentences(found: Found) -> list[str]:
    """What a check found, for people: the verdict, then more differences, then notes."""
    folder, differences = found.folder, found.differences
    if differences:
        first, others = differences[0], differences[1:]
        more = f" (and {len(others)} more)" if others else ""
        lines = [f"{folder}: {first.text}{more}; {first.fix}"]
        lines += [f"  {one.text}" for one in others[:_MOST_LINES]]
        if len(others) > _MOST_LINES:
            lines.append(f"  and {len(others) - _MOST_LINES} more")
    else:
        amount = _amount(sum(entry.size or 0 for entry in found.entries))
        lines = [f"{folder}: whole and unchanged, {len(found.entries)} files, {amount}"]
        lines += [f"  {line}" for line in whose(found.document)]
    return lines + [f"  note: {note}" for note in found.notes]


def whose(document: dict[str, Any]) -> list[str]:
    """What ledcal-bundle.json says of the calibrations in it, a line each."""
    try:
        made = document["made"][:16].replace("T", " ")
        title = document["host"]["title"]
        return [
            f"for {title}: wall {one['wall']['name']}, {one['identity']['kind']} "
            f"{one['identity']['name']} (sha256 {one['identity']['sha256'][:16]}), written {made}"
            for one in document["walls"]
        ]
    except (KeyError, TypeError):
        return []


def read_manifest(folder: str) -> tuple[list[Entry], list[Difference], list[str]]:
    """Read the first generation: the files in it, what is wrong with it, and notes."""
    problems = []
    notes = []
    name = stated = ""

    def wrong(name: str, seen: str) -> None:
        problems.append(Difference(f"{MANIFESTS}/{name}", "manifest", seen))

    try:
        chain = ElementTree.fromstring(_bytes(os.path.join(folder, MANIFESTS, CHAIN)))
        links = [one for one in chain if _tag(one) == "hashlist"]
        for link in links:
            if link.get("sequencenr") == "1":
                name, stated = os.path.basename(_text(link, "path")), _text(link, "c4")
        if len(links) > 1:
            notes.append(f"{len(links)} MHL generations; the first, ledcal's, was checked")
    except OSError as error:
        wrong(CHAIN, _reason(error))
    except ElementTree.ParseError:
        wrong(CHAIN, "cannot be read; it was damaged")
    name = name or _first_manifest(folder)
    if not name:
        return [], [Difference(MANIFESTS, "manifest", "has no manifest; nothing is checked")], []
    try:
        data = _bytes(os.path.join(folder, MANIFESTS, name))
        entries = _entries(ElementTree.fromstring(data))
    except OSError as error:
        wrong(name, f"{_reason(error)}; nothing is checked")
        return [], problems, notes
    except (ElementTree.ParseError, ValueError):
        wrong(name, "cannot be read, it was damaged; nothing is checked")
        return [], problems, notes
    if stated and c4_of(data) != stated:
        wrong(name, _in_transfer(data, stated)[1] or "was changed, and it is the manifest itself")
    if not entries or not all(entry.c4 for entry in entries):
        wrong(name, "is not the manifest that ledcal wrote: it has no c4 hashes")
    return [entry for entry in entries if entry.c4], problems, notes


def c4_of(data: bytes) -> str:
    """The C4 identifier of some bytes: their SHA-512 in base 58."""
    return _c4(hashlib.sha512(data))


def _c4(digest: Any) -> str:
    number = int.from_bytes(digest.digest(), "big")
    letters = []
    while number:
        number, rest = divmod(number, 58)
        letters.append(_C4_LETTERS[rest])
    return "c4" + "".join(reversed(letters)).rjust(88, "1")


def _require_bundle(folder: str) -> None:
    if not os.path.isdir(folder):
        what = "is a file; give its folder" if os.path.exists(folder) else "there is no such folder"
        raise NotABundleError(f"{folder}: {what}")
    if _is_bundle(folder):
        return
    says = f"{folder}: no bundle of ledcal (there is no {DOCUMENT} in it)"
    inside = _bundles_inside(folder)
    if inside:
        more = f" (and {len(inside) - 1} more)" if len(inside) > 1 else ""
        raise NotABundleError(f"{says}; there is one in {inside[0]}{more}")
    parent = os.path.dirname(os.path.abspath(folder))
    for above in (parent, os.path.dirname(parent)):
        if _is_bundle(above):
            raise NotABundleError(f"{says}; it is a part of the one in {above}")
    raise NotABundleError(f"{says}; give the folder that 'ledcal export --host' wrote")


def _is_bundle(folder: str) -> bool:
    """Whether a folder holds our document, or a manifest that lists it."""
    if os.path.isfile(os.path.join(folder, DOCUMENT)):
        return True
    name = _first_manifest(folder)
    try:
        return bool(name) and DOCUMENT.encode() in _bytes(os.path.join(folder, MANIFESTS, name))
    except OSError:
        return False


def _bundles_inside(folder: str) -> list[str]:
    """Bundles up to two folders down."""
    found = []
    for root, folders, _ in os.walk(folder):
        depth = len(os.path.relpath(root, folder).split(os.sep)) if root != folder else 0
        if depth and _is_bundle(root):
            found.append(root)
            depth = 2
        folders[:] = sorted(folders)[:200] if depth < 2 else []
    return found


def _first_manifest(folder: str) -> str:
    try:
        names = sorted(os.listdir(os.path.join(folder, MANIFESTS)))
    except OSError:
        return ""
    return next((name for name in names if name.startswith("0001") and name.endswith(".mhl")), "")


def _entries(root: ElementTree.Element) -> list[Entry]:
    """All files of a manifest; ValueError for one that leads out of the folder."""
    found = []
    for element in root.iter():
        path = next((one for one in element if _tag(one) == "path"), None)
        if _tag(element) != "hash" or path is None:
            continue
        name, size = path.text or "", path.get("size")
        if not name or name[0] in "/\\" or ":" in name or ".." in name.split("/"):
            raise ValueError(name)
        # Of an empty file the manifest says no size.
        found.append(Entry(name, None if size is None else int(size), _text(element, "c4")))
    return found


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).split("}")[-1]


def _text(element: ElementTree.Element, tag: str) -> str:
    return next((one.text or "" for one in element if _tag(one) == tag), "")


def _listing(folder: str) -> Iterator[tuple[str, str]]:
    """Every file below a folder: as the manifest would name it, and where it is."""
    for root, folders, names in os.walk(folder):
        if root == folder:
            folders[:] = [one for one in folders if one != MANIFESTS]
        for name in names:
            path = os.path.join(root, name)
            yield os.path.relpath(path, folder).replace(os.sep, "/"), path


class _Here(NamedTuple):
    """A file of the manifest on this disk: what it is called here, and where it is."""

    name: str
    path: str
    is_renamed: bool = False
    note: str = ""


def _place(folder: str, name: str, listing: dict[str, str]) -> _Here | None:
    """Find a file; None where nothing is like it."""
    path = _join(folder, name)
    if name in listing:
        if not os.path.islink(path):
            return _Here(name, path)
        return _Here(name, path, note=f"{name} is a link") if os.path.exists(path) else None
    alike = next((one for one in listing if _key(one) == _key(name)), None)
    if os.path.exists(path):
        if alike is None:
            return _Here(name, path, note=f"{name} lies behind a link")
        note = f"{name} is called {alike} here, which another disk takes for a different name"
        return _Here(alike, path, note=note)
    return None if alike is None else _Here(alike, listing[alike], is_renamed=True)


def _key(name: str) -> str:
    """What names have in common that some disk, archive or copy takes for the same."""
    return unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()


def _join(folder: str, name: str) -> str:
    return os.path.join(folder, *name.split("/"))


def _renamed(entry: Entry, name: str) -> Difference:
    same = unicodedata.normalize("NFC", name) == unicodedata.normalize("NFC", entry.path)
    how = "in another form of Unicode, as macOS writes it" if same else name
    return Difference(entry.path, "renamed", f"is called {how}", "give it its name back")


def _same_content(entry: Entry, others: dict[str, str]) -> str:
    """The name of a file that holds what is missed elsewhere; empty where there is none."""
    for name, path in others.items():
        try:
            if os.path.getsize(path) == (entry.size or 0) and _file_c4(path) == entry.c4:
                return name
        except OSError:
            continue
    return ""


def _content(entry: Entry, path: str) -> list[Difference]:
    """Whether a file holds what it should."""
    try:
        size = os.path.getsize(path)
        if size == (entry.size or 0) and _file_c4(path) == entry.c4:
            return []
        data = _bytes(path) if size <= _LOOKED_INTO else b""
    except OSError as error:
        return [Difference(entry.path, "unreadable", _reason(error))]
    return [_difference(entry, size, data)]


def _difference(entry: Entry, size: int, data: bytes) -> Difference:
    """Why a file is not what it was, as far as it can be told."""
    wanted = entry.size or 0
    if not size:
        return Difference(entry.path, "empty", f"is empty, and should be {_amount(wanted)}")
    kind, seen = _in_transfer(data, entry.c4)
    if kind:
        return Difference(entry.path, kind, seen, "copy it in binary mode")
    if size != wanted:
        kind = "shorter" if size < wanted else "longer"
        return Difference(
            entry.path, kind, f"is {size} bytes, and should be {wanted}: {_KINDS[kind]}"
        )
    if len(data) >= _TAIL and not any(data[-_TAIL:]):
        return Difference(entry.path, "changed", "ends in nothing but zeros: it was cut short")
    return Difference(
        entry.path,
        "changed",
        f"was changed: as long as it was, {size} bytes, but not the same",
        "copy the folder again, or export again if the change is meant",
    )


_KINDS = {"shorter": "it was cut short, or edited", "longer": "it was edited, or written over"}


def _in_transfer(data: bytes, c4: str) -> tuple[str, str]:
    """Whether bytes are what they were but for what a transfer or an editor does to text."""
    text = data[3:] if data.startswith(b"\xef\xbb\xbf") else data
    unix = text.replace(b"\r\n", b"\n")
    for again in (text, unix, unix.replace(b"\n", b"\r\n")):
        if c4_of(again) == c4:
            if len(text) != len(data):
                return "byte-order-mark", "was saved by an editor, which put a mark before its text"
            return "line-ends", "had its line ends changed in transfer (FTP as text, git autocrlf)"
    return "", ""


def _beside(strangers: set[str]) -> list[str]:
    """What there is that the manifest does not list."""
    left = sorted(name for name in strangers if _is_left_behind(name))
    others = sorted(strangers.difference(left))
    notes = []
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        notes.append(f"not of the bundle: {', '.join(others[:3])}{more}")
    if left:
        notes.append(f"left here by other programs: {len(left)} files such as {left[0]}")
    return notes


def _is_left_behind(name: str) -> bool:
    last = name.split("/")[-1]
    return last in LEFT_BEHIND or last.startswith("._") or last.endswith(_LEFT_ENDINGS)


def _document(folder: str) -> dict[str, Any]:
    try:
        document = json.loads(_bytes(os.path.join(folder, DOCUMENT)).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _bytes(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _file_c4(path: str) -> str:
    digest = hashlib.sha512()
    with open(path, "rb") as stream:
        for piece in iter(lambda: stream.read(_PIECE), b""):
            digest.update(piece)
    return _c4(digest)


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "is missing"
    if isinstance(error, IsADirectoryError):
        return "is a folder here"
    return f"cannot be read ({(error.strerror or str(error)).lower()})"


def _amount(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size} bytes"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check folders, say what was found, and give the exit code."""
    parser = argparse.ArgumentParser(description="Is this copy of a ledcal bundle whole?")
    own = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("folders", nargs="*", metavar="FOLDER", default=[own])
    code = 0
    for folder in parser.parse_args(arguments).folders:
        try:
            found = check_folder(folder)
        except NotABundleError as error:
            lines, result = [str(error)], 2
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
