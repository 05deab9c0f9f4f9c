"""The door to PyYAML: where the parts of a YAML text stand, without changing it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from ledcal.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

# OpenColorIO's reader takes tabs between words and any byte in comments; PyYAML refuses them,
# and takes some of these for line ends.
_STRANGE = re.compile("[^\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd"
                      "\U00010000-\U0010ffff]")  # fmt: skip


@dataclass(slots=True, eq=False)
class Node:
    """A part of a YAML text, and where it stands.

    Attributes
    ----------
    kind : str
        ``scalar``, ``sequence``, ``mapping``, or ``alias``: a part that stands elsewhere.
    start, end : int
        Offsets in the text. A collection in block form ends where its last part does.
    column : int
        Of its start.
    value : str
        Of a scalar.
    style : str
        Of a scalar: ``""`` plain, ``'``, ``"``, ``|`` or ``>``; ``{`` of a collection in brackets.
    anchor : str
        Its name, if others may repeat it.
    tag : str
        Such as ``ColorSpace``; empty where it has none.
    items : list of Node
        Of a sequence; the keys and values of a mapping, by turns.
    """

    kind: str
    start: int
    end: int
    column: int
    value: str = ""
    style: str = ""
    anchor: str = ""
    tag: str = ""
    items: list[Node] = field(default_factory=list)

    @property
    def is_flow(self) -> bool:
        """Whether it is a collection in brackets."""
        return self.style == "{"

    @property
    def is_null(self) -> bool:
        """Whether nothing is written where a value could be."""
        return self.kind == "scalar" and self.start == self.end and not self.style

    def pairs(self) -> list[tuple[Node, Node]]:
        """Keys and values of a mapping."""
        return list(zip(self.items[::2], self.items[1::2], strict=True))

    def get(self, key: str) -> Node | None:
        """The value of a key of a mapping."""
        if self.kind != "mapping":
            return None
        return next((value for name, value in self.pairs() if name.value == key), None)

    def leaf(self) -> Node:
        """The part that ends last: itself, if it is no collection in block form."""
        return self if self.is_flow or not self.items else self.items[-1].leaf()

    def entries(self) -> list[tuple[str, Node, Node]]:
        """What is in a section: name, and the parts it starts and ends with.

        Of a mapping keys and values, of a sequence its items, by the value of their ``name``, or
        by their own.
        """
        if self.kind == "mapping":
            return [(key.value, key, value) for key, value in self.pairs()]
        named = ((item.get("name") or item, item) for item in self.items)
        return [(name.value, item, item) for name, item in named]

    def walk(self) -> Iterator[Node]:
        """Itself and all in it."""
        yield self
        for item in self.items:
            yield from item.walk()


def read_tree(text: str, *, name: str) -> Node:
    r"""Read the first document of a YAML text.

    Parameters
    ----------
    text : str
        All of it; offsets count its characters, a byte-order mark among them.
    name : str
        What messages call it.

    Returns
    -------
    Node
        The outermost part.

    Raises
    ------
    InputError
        With the line number, if it is no YAML.

    Examples
    --------
    >>> tree = read_tree("a: [1, 2]  # two\nb:\n- c: d\n", name="some text")
    >>> for key, value in tree.pairs():
    ...     print(key.value, value.kind, value.start, value.end)
    a sequence 3 9
    b sequence 20 26
    """
    plain = _STRANGE.sub(lambda found: " " if found[0] == "\t" else "?", text)
    if text.startswith("\ufeff"):
        plain = "\ufeff" + plain[1:]
    try:
        events = iter(list(_first_document(plain)))
        return _compose(events, next(events))
    except StopIteration:
        raise InputError(f"{name}: nothing is in it") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{name}{where}: {error.problem or 'no YAML'}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{name}: {' '.join(str(error).split())}") from error


def as_flow(text: str) -> str:
    r"""A YAML text in one line, in brackets, without its comments.

    Examples
    --------
    >>> as_flow("- !<View>\n  name: a\n  # some say\n  colorspace: 'b, c'\n")
    "[!<View> {name: a, colorspace: 'b, c'}]"
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    _make_flow(node)
    return str(
        yaml.serialize(node, Dumper=yaml.SafeDumper, width=float("inf"), allow_unicode=True)
    ).strip("\n")


def _make_flow(node: Any) -> None:
    if isinstance(node, yaml.ScalarNode):
        if node.style in {"|", ">"}:
            node.style = '"'
        return
    node.flow_style = True
    for child in node.value:
        for part in child if isinstance(child, tuple) else (child,):
            _make_flow(part)


def _first_document(text: str) -> Iterator[Any]:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, (yaml.DocumentEndEvent, yaml.StreamEndEvent)):
            return
        if not isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent)):
            yield event


def _compose(events: Iterator[Any], event: Any) -> Node:
    start, end = event.start_mark, event.end_mark
    node = Node("alias", start.index, end.index, start.column, anchor=event.anchor or "")
    if isinstance(event, yaml.AliasEvent):
        return node
    node.tag = event.tag or ""
    if isinstance(event, yaml.ScalarEvent):
        node.kind, node.value, node.style = "scalar", event.value, event.style or ""
        return node
    node.kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
    node.style = "{" if event.flow_style else ""
    for part in events:
        if isinstance(part, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            # A block ends, to PyYAML, where the next part starts.
            node.end = part.end_mark.index if node.is_flow else node.leaf().end
            break
        node.items.append(_compose(events, part))
    return node
