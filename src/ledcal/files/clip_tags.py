"""What cameras write beside the pictures of a clip: tags, and Sony's documents in XML."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MOST_BYTES = 1 << 20
_MOST_BOXES = 64
_INDEX_BYTES = 1 << 22
# A sample description: version and flags, one entry, its size, its name.
_SAMPLE_ENTRY = re.compile(rb"stsd\0{4}\0{3}[\x01-\x09].{4}(.{4})", re.DOTALL)
_ITEM = re.compile(rb'<Item\s+name="([A-Za-z]+)"\s+value="([^"]{1,80})"')
_DEVICE = re.compile(rb'<Device\s[^>]*?manufacturer="([^"]{1,80})"[^>]*?modelName="([^"]{1,80})"')


def read_tags(path: Path, known: Mapping[str, str]) -> dict[str, str]:
    """Join a container's tags with what Sony cameras say in XML.

    Parameters
    ----------
    path : Path
        The clip. Sony writes the XML into a ``meta`` box of its MP4, and beside its MP4 and MXF
        as ``NAMEM01.XML``.
    known : mapping of str to str
        Tags that FFmpeg found.

    Returns
    -------
    dict of str to str
        `known`, and the items of the XML as ``sony:NAME``.
    """
    tags = {str(key): str(value) for key, value in known.items()}
    document = _box_document(path) or _sidecar(path)
    for name, value in _ITEM.findall(document):
        tags.setdefault(f"sony:{name.decode()}", value.decode("utf-8", "replace"))
    device = _DEVICE.search(document)
    if device:
        tags.setdefault("make", device[1].decode("utf-8", "replace"))
        tags.setdefault("model", device[2].decode("utf-8", "replace"))
    return tags


def read_sample_entries(path: Path) -> tuple[str, ...]:
    """Four-letter names of the codecs in a MOV or MP4; empty where none is found.

    Parameters
    ----------
    path : Path
        The clip. Its first and its last four megabytes are searched: one of them holds the index.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_INDEX_BYTES)
            end = stream.seek(0, 2)
            stream.seek(max(len(data), end - _INDEX_BYTES))
            data += stream.read(_INDEX_BYTES)
    except OSError:
        return ()
    found = (match[1].decode("latin-1") for match in _SAMPLE_ENTRY.finditer(data))
    return tuple(dict.fromkeys(name for name in found if name.isprintable()))


def _sidecar(path: Path) -> bytes:
    for suffix in (".XML", ".xml"):
        beside = path.with_name(f"{path.stem}M01{suffix}")
        try:
            with beside.open("rb") as stream:
                return stream.read(_MOST_BYTES)
        except OSError:
            continue
    return b""


def _box_document(path: Path) -> bytes:
    """The ``meta`` box at the top of an MP4 or MOV; empty where there is none."""
    try:
        with path.open("rb") as stream:
            for _ in range(_MOST_BOXES):
                head = stream.read(8)
                if len(head) < 8:
                    return b""
                size, kind = struct.unpack(">I4s", head)
                length = 8
                if size == 1:
                    size, length = struct.unpack(">Q", stream.read(8).ljust(8, b"\0"))[0], 16
                if size < length:  # 0 reaches to the end of the file
                    return b""
                if kind == b"meta":
                    return stream.read(min(size - length, _MOST_BYTES))
                stream.seek(size - length, 1)
    except (OSError, struct.error, OverflowError):
        return b""
    return b""
