"""The text of another's config: where its sections stand, and what can be put into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.errors import InputError
from ledcal.export.ocio._yaml import Node, as_flow, read_tree
from ledcal.export.ocio.text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.export.ocio.sections import Entry

_MAPPINGS = ("roles", "displays")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A config as text.

    Attributes
    ----------
    text : str
        All of it; bytes that are no UTF-8 are lone surrogates.
    name : str
        What messages call it.
    root : Node
        Where everything stands.
    """

    text: str
    name: str
    root: Node

    @property
    def newline(self) -> str:
        """How its first line ends."""
        return "\r\n" if self.text.partition("\n")[0].endswith("\r") else "\n"

    def section(self, key: str) -> Node | None:
        """The value of a key at the top."""
        return self.root.get(key)

    def line_end(self, offset: int) -> int:
        """Where the next line starts; the end of the text, if there is none."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def column(self, node: Node) -> int:
        """Where the entries of a section in block form start."""
        if not node.anchor:
            return node.column
        # An anchor stands on the line of the key.
        first = node.items[0].start
        start = first if node.kind == "mapping" else self.text.rindex("-", 0, first)
        return start - self.text.rfind("\n", 0, start) - 1

    def lines(self, start: int, end: int) -> list[str]:
        """The whole lines from one offset to another, without their ends."""
        start = self.text.rfind("\n", 0, start) + 1
        return self.text[start:end].replace("\r\n", "\n").removesuffix("\n").split("\n")

    def refusal(self, offset: int, reason: str) -> InputError:
        """What to raise where the text cannot be changed safely."""
        return InputError(f"{self.name}, line {line_number(self.text, offset)}: {reason}")


def line_number(text: str, offset: int) -> int:
    r"""The line of an offset, from one.

    Examples
    --------
    >>> line_number("a\r\nb\n", 3)
    2
    """
    return text.count("\n", 0, offset) + 1


def read_document(data: bytes, *, name: str) -> Document:
    """Read a config's text.

    Raises
    ------
    InputError
        With the line number, if it cannot be added to.
    """
    text = data.decode("utf-8", "surrogateescape")
    if "\n" not in text and "\r" in text:
        raise InputError(f"{name}: its lines end with CR only; save it with LF or CRLF")
    root = read_tree(text, name=name)
    document = Document(text, name, root)
    if root.kind != "mapping":
        raise document.refusal(root.start, "no key such as displays: stands at the top")
    if root.is_flow:
        raise document.refusal(
            root.start,
            "the whole config stands in { }; write it in lines first: "
            "ociocheck --iconfig OLD.ocio --oconfig NEW.ocio",
        )
    return document


class Insertions:
    """What is put into a config, gathered; `text` does it."""

    def __init__(self, document: Document, *, begin: str, end: str) -> None:
        self._document = document
        self._marks = begin, end
        self._inline: list[tuple[int, str]] = []
        self._blocks: dict[int, list[str]] = {}
        self._at_end: list[str] = []
        self._repeated = {
            node.anchor for node in document.root.walk() if node.kind == "alias" and node.anchor
        }

    def add_entries(self, key: str, entries: Sequence[Entry], *, apart: bool = False) -> None:
        """Put entries at the end of a section, as it is written; make it, if there is none.

        Parameters
        ----------
        key : str
            The section.
        entries : sequence of Entry
            Indented by two.
        apart : bool
            With an empty line between them.
        """
        if not entries:
            return
        node = self._document.section(key)
        lines = [line for entry in entries for line in _lines(entry.text, apart=apart)]
        lines = lines[:-1] if apart else lines
        if node is None:
            column = " " * self._document.root.column
            self._at_end += [f"{column}{line}".rstrip() for line in (f"{key}:", *lines, "")]
            return
        self._require_editable(key, node)
        if node.is_flow:
            parts = [as_flow("".join(f"{line[2:]}\n" for line in _lines(entry.text)))[1:-1]
                     for entry in entries]  # fmt: skip
            self._add_inline(node, parts)
            return
        at = self._document.line_end(_end_of(self._document, node))
        indent = self._document.root.column + 2 if node.is_null else self._document.column(node)
        self._add_block(at, indent, [line[2:] for line in lines])

    def add_names(self, key: str, names: Sequence[str]) -> None:
        """Put names at the end of a list that names what a host shows."""
        node = self._document.section(key)
        if node is None or not names:
            return
        self._require_editable(key, node)
        if node.is_flow:
            self._add_inline(node, [quoted(name) for name in names])
        else:
            at = self._document.line_end(_end_of(self._document, node))
            column = self._document.column(node)
            self._add_block(at, column, [f"- {quoted(name)}" for name in names])

    def add_folder(self, folder: str) -> None:
        """Put a folder behind those of the search path."""
        node = self._document.section("search_path")
        if node is None:
            self.add_lines([f"search_path: {folder}"])
            return
        if node.kind == "sequence":
            self.add_names("search_path", [folder])
            return
        if (
            node.kind != "scalar"
            or node.style in {"|", ">"}
            or (node.value in {"~", "null"} and not node.style)
        ):
            raise self._document.refusal(
                node.start, "search_path is neither a list nor folders in a line; write it so"
            )
        between = " " if node.is_null else ":" if node.value else ""
        self._inline.append((node.end - (1 if node.style else 0), f"{between}{folder}"))

    def add_lines(self, lines: Sequence[str]) -> None:
        """Put lines behind everything."""
        self._at_end += [" " * self._document.root.column + line for line in lines]

    def text(self) -> str:
        """The config with all that was added."""
        document, newline = self._document, self._document.newline
        edits = [(offset, (offset, 0), words) for offset, words in self._inline]
        blocks = {at: list(lines) for at, lines in self._blocks.items()}
        last = document.line_end(_end_of(document, document.root))
        if self._at_end:
            column = " " * document.root.column
            begin, end = (f"{column}{mark}" for mark in self._marks)
            blocks.setdefault(last, []).extend([begin, *self._at_end, end])
        for at, lines in blocks.items():
            words = newline.join(lines)
            if at == len(document.text) and not document.text.endswith("\n"):
                words = newline + words
            else:
                words += newline
            edits.append((at, (at, 1), words))
        text = document.text
        for at, _, words in sorted(edits, key=lambda edit: edit[1], reverse=True):
            text = text[:at] + words + text[at:]
        return text

    def _add_block(self, at: int, column: int, lines: Sequence[str]) -> None:
        begin, end = self._marks
        self._blocks.setdefault(at, []).extend(
            f"{' ' * column}{line}".rstrip() for line in (begin, *lines, end)
        )

    def _add_inline(self, node: Node, parts: Sequence[str]) -> None:
        """Behind the last item in brackets."""
        words = ", ".join(parts)
        if node.items:
            self._inline.append((node.items[-1].end, f", {words}"))
        else:
            opened = self._document.text.index("{" if node.kind == "mapping" else "[", node.start)
            self._inline.append((opened + 1, words))

    def _require_editable(self, key: str, node: Node) -> None:
        wanted = "mapping" if key in _MAPPINGS else "sequence"
        if node.kind == "alias" or (node.anchor and node.anchor in self._repeated):
            raise self._document.refusal(
                node.start,
                f"{key} is an anchor that stands in more than one place; write it out",
            )
        if node.is_null and not (node.tag or node.anchor):
            return
        if node.kind != wanted or node.tag:
            raise self._document.refusal(
                node.start, f"{key} is no plain {wanted}; write it as a config that OCIO saved"
            )


def _end_of(document: Document, node: Node) -> int:
    """Where the text of a section ends: on its last line, or where the next one starts."""
    leaf = node.leaf()
    if leaf.style not in {"|", ">"}:
        return leaf.end
    header = document.text[leaf.start : document.line_end(leaf.start)]
    if "+" in header.partition("#")[0]:
        return leaf.end - 1
    # Empty lines behind a block of text are no part of it.
    return leaf.start + len(document.text[leaf.start : leaf.end].rstrip())


def _lines(text: str, *, apart: bool = False) -> list[str]:
    lines = text.removesuffix("\n").split("\n")
    return [*lines, ""] if apart else lines
