"""Our own JSON and TOML: read with every problem at once, each with its path; and written."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SURROGATES = re.compile("[\ud800-\udfff]")


def read_text(path: Path) -> str:
    """UTF-8 text of a file (a byte-order mark is taken off).

    Raises
    ------
    InputError
        If it is missing, cannot be read, or is not text.
    """
    path = Path(path)
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def read_filled_text(path: Path) -> str:
    """As `read_text`; a file with nothing in it, such as a copy that went wrong, is refused.

    Raises
    ------
    InputError
        If it cannot be read, or is empty.
    """
    text = read_text(path)
    if not text.strip():
        raise InputError(f"{path}: the file is empty; write it again, or leave it out")
    return text


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML document.

    Raises
    ------
    InputError
        If it cannot be read or parsed; the message carries line and column.
    """
    try:
        return tomllib.loads(read_filled_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}; mend that line") from error


def read_json(path: Path) -> dict[str, Any]:
    """A JSON document whose top is an object.

    Raises
    ------
    InputError
        If it cannot be read or parsed; the message carries the line.
    """
    try:
        document = json.loads(read_filled_text(path))
    except json.JSONDecodeError as error:
        message = f"{path}: not valid JSON: {error.msg} in line {error.lineno}; was it cut short?"
        raise InputError(message) from error
    except RecursionError:
        raise InputError(f"{path}: not valid JSON: nested too deeply") from None
    if not isinstance(document, dict):
        raise InputError(f"{path}: expected a JSON object at the top")
    return document


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like `name`.

    Examples
    --------
    >>> nearest("widht_px", ["width_px", "height_px"])
    'width_px'
    """
    names = list(known)
    return difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0] if names else ""


def unknown_keys(where: str, table: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """One sentence for every key of `table` that is not known, with the nearest one."""
    names = list(known)
    return [
        f"{where}: unknown key {key!r}; the nearest known key is {nearest(key, names)!r}"
        for key in table
        if key not in names
    ]


def refuse(path: Path, problems: list[str]) -> None:
    """Raise one InputError that lists every problem; nothing happens where there are none.

    Raises
    ------
    InputError
        If there are problems.
    """
    if problems:
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems))


def format_document(document: Mapping[str, Any]) -> str:
    """Write a document as JSON that people can read: lists of numbers stay on one line.

    Examples
    --------
    >>> print(format_document({"a": [1.0, 0.1], "b": {}}), end="")
    {
     "a": [1.0, 0.1],
     "b": {}
    }
    """
    text = _format(document, 0) + "\n"
    # File names that are not UTF-8 carry lone surrogates: escaped, JSON can hold them.
    return _SURROGATES.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _format(value: object, depth: int) -> str:
    pad = " " * (depth + 1)
    if isinstance(value, dict) and value:
        rows = [
            f"{pad}{json.dumps(key)}: {_format(entry, depth + 1)}" for key, entry in value.items()
        ]
        return "{\n" + ",\n".join(rows) + "\n" + " " * depth + "}"
    if isinstance(value, list) and any(isinstance(entry, dict | list | str) for entry in value):
        rows = [pad + _format(entry, depth + 1) for entry in value]
        return "[\n" + ",\n".join(rows) + "\n" + " " * depth + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
