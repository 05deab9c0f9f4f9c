"""Look through a CLF of any origin before OpenColorIO reads it.

OpenColorIO passes over nodes and attributes that it does not know, and takes NaN; its messages
have no line for what is wrong in an array. So the document is read here first, strictly, by the
elements of CLF 3 (ST 2136-1).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from math import isfinite, prod
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from ledcal.errors import InputError
from ledcal.export.cube_reader import MOST_NODES
from ledcal.files.document import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NAMESPACES = ("", "urn:AMPAS:CLF:v2.0", "urn:AMPAS:CLF:v3.0")
_SMPTE = "http://www.smpte-ra.org/ns/2136-1/"
_VERSIONS = re.compile(r"[123](\.\d+){0,2}|ST2136-1:\d{4}")
_NODE = ("id", "name", "inBitDepth", "outBitDepth")
_NODES = {
    "LUT1D": (*_NODE, "interpolation", "halfDomain", "rawHalfs"),
    "LUT3D": (*_NODE, "interpolation"),
    "Matrix": _NODE,
    "Range": (*_NODE, "style"),
    "Log": (*_NODE, "style"),
    "Exponent": (*_NODE, "style"),
    "ASC_CDL": (*_NODE, "style"),
}
_LOG = "base logSideSlope logSideOffset linSideSlope linSideOffset linSideBreak linearSlope channel"
_RANGE = ("minInValue", "maxInValue", "minOutValue", "maxOutValue")
_WORDS = ("Description", "InputDescriptor", "OutputDescriptor")
# What may stand in what, and the attributes of each.
_CHILDREN: dict[str, tuple[str, ...]] = {
    "": ("ProcessList",),
    "ProcessList": (*_NODES, *_WORDS, "Info"),
    "LUT1D": ("Array", "Description"),
    "LUT3D": ("Array", "Description"),
    "Matrix": ("Array", "Description"),
    "Range": (*_RANGE, "Description"),
    "Log": ("LogParams", "Description"),
    "Exponent": ("ExponentParams", "Description"),
    "ASC_CDL": ("SOPNode", "SatNode", "Description"),
    "SOPNode": ("Slope", "Offset", "Power", "Description"),
    "SatNode": ("Saturation", "Description"),
}
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "ProcessList": ("id", "name", "compCLFversion", "inverseOf", "xmlns"),
    **_NODES,
    "Array": ("dim",),
    "LogParams": tuple(_LOG.split()),
    "ExponentParams": ("exponent", "offset", "channel"),
    **dict.fromkeys(_WORDS, ("language",)),
}
_NUMERIC = {"Array", *_RANGE, "Slope", "Offset", "Power", "Saturation"}
_NEEDS_ARRAY = ("LUT1D", "LUT3D", "Matrix")
# In a table over all half floats: the place of 1.0, beyond which are larger ones, infinity, those
# that are no numbers, and those below 0.
_HALF_ONE = 0x3C00


@dataclass(frozen=True, slots=True)
class ClfWords:
    """What a CLF says of itself.

    Attributes
    ----------
    name : str
        Of the process list.
    descriptions : tuple of str
        Its own Description elements.
    takes, gives : str
        InputDescriptor and OutputDescriptor; may be empty.
    nodes : tuple of str
        Its process nodes, in order.
    """

    name: str
    descriptions: tuple[str, ...]
    takes: str
    gives: str
    nodes: tuple[str, ...]


@dataclass(slots=True)
class _Element:
    """One that is open."""

    name: str
    line: int
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    children: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def read_clf(data: bytes, *, name: str = "the .clf file") -> ClfWords:
    """Check a CLF and give what it says of itself.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What the file is called in messages.

    Returns
    -------
    ClfWords
        Name, descriptions, nodes.

    Raises
    ------
    InputError
        With the line number: no XML, another namespace or version, an element or attribute that
        CLF does not know, an array that is short, long or not of finite numbers.
    """
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if not start:
        raise InputError(f"{name}, line 1: the file is empty ({len(data)} bytes); copy it again")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(
            f"{name}, line 1: UTF-16 text, which OpenColorIO does not read; save it as UTF-8"
        )
    if start.startswith((b"<!doctype html", b"<html")):
        raise InputError(
            f"{name}, line 1: a web page, not a table; the download failed: fetch it again"
        )
    if not start.startswith(b"<"):
        raise InputError(
            f"{name}, line 1: not XML, so not a CLF; if it is another kind of table, give it its "
            "own suffix"
        )
    return _Reader(name).read(data)


class _Reader:
    """Goes through the elements with the line at hand."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.XmlDeclHandler = self._declaration
        self.open: list[_Element] = [_Element("", 1, {})]
        self.found: dict[str, list[str]] = {word: [] for word in _WORDS}
        self.nodes: list[str] = []
        self.title = ""
        self.n_info = 0

    def read(self, data: bytes) -> ClfWords:
        try:
            self.parser.Parse(data, True)  # this is all
        except expat.ExpatError as error:
            raise InputError(
                f"{self.name}, line {error.lineno}: not whole XML "
                f"({expat.errors.messages[error.code]}); was the file cut short? copy it again"
            ) from error
        if not self.nodes:
            raise InputError(f"{self.name}, line {self._line}: no process node; it does nothing")
        return ClfWords(
            name=self.title,
            descriptions=tuple(self.found["Description"]),
            takes=" ".join(self.found["InputDescriptor"]),
            gives=" ".join(self.found["OutputDescriptor"]),
            nodes=tuple(self.nodes),
        )

    @property
    def _line(self) -> int:
        return int(self.parser.CurrentLineNumber)

    def _refuse(self, what: str, *, line: int | None = None) -> InputError:
        return InputError(f"{self.name}, line {line or self._line}: {what}")

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.upper() not in {"UTF-8", "US-ASCII", "ASCII"}:
            # Seen with OpenColorIO 2.6: one and the same file is read, and at times refused.
            raise self._refuse(
                f"encoding {encoding}, in which OpenColorIO may break numbers; save it as UTF-8"
            )

    def _doctype(self, *_: Any) -> None:
        raise self._refuse("a DOCTYPE, which a CLF does not have; take it out")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self.n_info or name == "Info":
            self.n_info += 1
            return
        parent = self.open[-1]
        if name not in _CHILDREN.get(parent.name, ()):
            raise self._stranger(name, parent.name)
        known = _ATTRIBUTES.get(name, ())
        if name == "ProcessList":
            self._require_version(attributes)
        for key in attributes:
            if key not in known and not key.startswith("xmlns:"):
                like = f"; the nearest known is {nearest(key, known)!r}" if known else ""
                raise self._refuse(
                    f"unknown attribute {key!r} of {name}, which readers pass over{like}"
                )
        if name == "ProcessList":
            self.title = attributes.get("name", "")
        if name in _NODES:
            self.nodes.append(name)
        if name == "Array" and "Array" in parent.children:
            raise self._refuse(f"a second Array in one {parent.name}")
        for key, value in attributes.items():
            if name in {"LogParams", "ExponentParams"} and key != "channel":
                self._require_finite(value.split(), lambda _: self._line)
        parent.children.append(name)
        self.open.append(_Element(name, self._line, attributes))

    def _stranger(self, name: str, parent: str) -> InputError:
        if not parent:
            return self._refuse(f"<{name[:40]}>, not a ProcessList, so not a CLF")
        if parent == "ProcessList":
            return self._refuse(
                f"unknown process node {name[:40]!r}, which readers pass over (known: "
                f"{', '.join(_NODES)}); without it the table would be another"
            )
        return self._refuse(f"unknown element {name[:40]!r} in {parent}, which readers pass over")

    def _require_version(self, attributes: dict[str, str]) -> None:
        namespace = attributes.get("xmlns", "")
        version = attributes.get("compCLFversion", "")
        if "version" in attributes:
            raise self._refuse(
                "a CTF (Autodesk's kind: attribute 'version'), not a CLF; convert it"
            )
        if namespace not in _NAMESPACES and not namespace.startswith(_SMPTE):
            raise self._refuse(
                f"namespace {namespace[:60]!r}; that of CLF is {_NAMESPACES[-1]} or {_SMPTE}..."
            )
        if version and not _VERSIONS.fullmatch(version):
            raise self._refuse(f"compCLFversion {version[:20]!r}; versions 1 to 3 are read")
        if not version and not namespace.startswith(_SMPTE):
            raise self._refuse("neither compCLFversion nor SMPTE's namespace; which CLF is it?")

    def _text(self, text: str) -> None:
        if not self.n_info:
            self.open[-1].pieces.append(text)
            self.open[-1].lines.append(self._line)

    def _end(self, _: str) -> None:
        if self.n_info:
            self.n_info -= 1
            return
        element = self.open.pop()
        if element.name in _NUMERIC:
            self._check_numbers(element, parent=self.open[-1])
        if element.name in _NEEDS_ARRAY and "Array" not in element.children:
            raise self._refuse(f"{element.name} without an Array", line=element.line)
        if self.open[-1].name == "ProcessList" and element.name in _WORDS:
            self.found[element.name].append(" ".join(element.text.split()))

    def _check_numbers(self, element: _Element, *, parent: _Element) -> None:
        """Refuse what is not finite, and an array of another length than it says."""
        words = element.text.split()
        self._require_finite(_of_codes(words, element, parent), lambda at: _line_of(element, at))
        if element.name != "Array":
            return
        wanted = self._wanted(element, parent)
        if len(words) < wanted:
            raise self._refuse(
                f"the array of {parent.name} (from line {element.line}) ends after {len(words)} of "
                f"{wanted} values; was the file cut short? copy it again"
            )
        if len(words) > wanted:
            raise self._refuse(
                f"more than the {wanted} values of the array of {parent.name} (from line "
                f"{element.line})",
                line=_line_of(element, wanted),
            )

    def _wanted(self, element: _Element, parent: _Element) -> int:
        """How many values an array has, by its ``dim``."""
        dim = element.attributes.get("dim", "")
        sizes = [int(word) for word in dim.split() if word.isascii() and word.isdecimal()]
        place = f"dim {dim[:40]!r} of {parent.name}"
        if len(sizes) != len(dim.split()) or not sizes:
            raise self._refuse(f"{place}: whole numbers are wanted", line=element.line)
        if parent.name == "LUT3D" and not (
            len(sizes) == 4 and sizes[3] == 3 and len({*sizes[:3]}) == 1
        ):
            raise self._refuse(f"{place}: 'N N N 3' is wanted", line=element.line)
        if parent.name == "LUT3D" and not 2 <= sizes[0] <= MOST_NODES:
            raise self._refuse(f"{place}: 2 to {MOST_NODES} nodes are read", line=element.line)
        if parent.name == "LUT1D" and not (len(sizes) == 2 and sizes[1] in {1, 3}):
            raise self._refuse(f"{place}: 'N 1' or 'N 3' is wanted", line=element.line)
        return prod(sizes[:2]) if parent.name == "Matrix" else prod(sizes)

    def _require_finite(self, words: Iterable[str], line_of: Callable[[int], int]) -> None:
        for index, word in enumerate(words):
            try:
                value = float(word)
            except ValueError:
                comma = "; write decimal points" if "," in word else ""
                raise self._refuse(
                    f"{word[:40]!r} is not a number{comma}", line=line_of(index)
                ) from None
            if not isfinite(value):
                raise self._refuse(
                    f"a value that is not finite, {word[:40]!r}; the program that made the table "
                    "failed there: make it again",
                    line=line_of(index),
                )


def _of_codes(words: list[str], element: _Element, parent: _Element) -> list[str]:
    """The numbers that codes of 0..1 can meet: all, but of a table over all half floats."""
    if parent.attributes.get("halfDomain") != "true":
        return words
    n_columns = int((element.attributes.get("dim", "").split() or ["1"])[-1] == "3") * 2 + 1
    return words[: (_HALF_ONE + 1) * n_columns]


def _line_of(element: _Element, index: int) -> int:
    """In which line the `index`-th word of an element's text begins."""
    words = re.finditer(r"\S+", element.text)
    start = next(word.start() for place, word in enumerate(words) if place == index)
    ends = list(accumulate(len(piece) for piece in element.pieces))
    piece = bisect_right(ends, start)
    # A piece is mostly one line; some parsers hand out several at once.
    before = ends[piece - 1] if piece else 0
    return element.lines[piece] + element.pieces[piece].count("\n", 0, start - before)
