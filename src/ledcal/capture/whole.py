"""Whether a file is all there, told from its head and its end without decoding it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from ledcal.files.tiff import find_cut

if TYPE_CHECKING:
    from pathlib import Path

_TIFF = (b"II*\x00", b"MM\x00*", b"IIU\x00", b"IIRO", b"IIRS", b"MMOR")
_EXR, _PNG, _JPEG = b"\x76\x2f\x31\x01", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# Lines in a chunk, by the number that an EXR's header gives for its compression.
_EXR_LINES = {0: 1, 1: 1, 2: 1, 3: 16, 4: 32, 5: 16, 6: 32, 7: 32, 8: 32, 9: 256}
_EXR_SCANLINE_FLAGS = 0x400  # long names; tiles, depth and parts are left alone
_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}
_TAIL = 4096
_MOST_BOXES = 4096


def is_cut(path: Path) -> bool:
    """Say whether a file ends before it should, as one does that is still being copied.

    DNG, TIFF and most makers' raws, EXR of scan lines, DPX, PNG, JPEG, CR3, MOV and MP4 are
    tested against what they say of themselves.

    Parameters
    ----------
    path : Path
        A file.

    Returns
    -------
    bool
        False where the kind says nothing of its length, or is too odd to tell.

    Raises
    ------
    OSError
        If the system cannot read it.
    """
    size = path.stat().st_size
    if size == 0:
        return True
    with path.open("rb") as stream:
        head = stream.read(24)
        stream.seek(max(0, size - _TAIL))
        tail = stream.read(_TAIL)
        if head.startswith(_EXR):
            return _is_exr_cut(stream, size)
        if head[:4] in {b"SDPX", b"XPDS"}:
            order = ">" if head[:4] == b"SDPX" else "<"
            said = struct.unpack(f"{order}I", head[16:20])[0] if len(head) == 24 else 0xFFFFFFFF
            return said != 0xFFFFFFFF and said > size
        if head[4:8] in _BOXES:
            return _is_box_file_cut(stream, size)
    if head.startswith(_PNG):
        return b"IEND" not in tail
    if head.startswith(_JPEG):
        return b"\xff\xd9" not in tail
    if head[:4] not in _TIFF:
        return False
    # A directory may stand behind its pictures: then it is what is missing first.
    first = int.from_bytes(head[4:8], "big" if head[:1] == b"M" else "little")
    return first >= size or find_cut(path) is not None


def ends_in_zeros(path: Path) -> bool:
    """Say whether the last 4096 bytes of a file are zeros.

    Some systems reserve the room of a file first and fill it later, and a few pictures are black
    to their end: worth waiting for, not worth refusing.

    Raises
    ------
    OSError
        If the system cannot read it.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        if size < _TAIL:
            return False
        stream.seek(size - _TAIL)
        return not any(stream.read(_TAIL))


def _is_exr_cut(stream: BinaryIO, size: int) -> bool:
    """Whether the table of chunks is unfinished, or its last chunk goes beyond the end."""
    stream.seek(0)
    try:
        _, version = struct.unpack("<4sI", stream.read(8))
        if (version & ~0xFF) & ~_EXR_SCANLINE_FLAGS:
            return False
        header: dict[bytes, bytes] = {}
        while name := _read_word(stream):
            _read_word(stream)
            header[name] = _read_exactly(stream, struct.unpack("<i", _read_exactly(stream, 4))[0])
        lines = _EXR_LINES.get(header[b"compression"][0])
        top, bottom = struct.unpack("<4x i 4x i", header[b"dataWindow"])
        if lines is None:
            return False
        n_chunks = -(-(bottom - top + 1) // lines)
        table = struct.unpack(f"<{n_chunks}Q", _read_exactly(stream, 8 * n_chunks))
        if not all(table):
            return True
        stream.seek(max(table) + 4)
        return bool(stream.tell() + 4 + struct.unpack("<i", _read_exactly(stream, 4))[0] > size)
    except EOFError:
        return True
    except (KeyError, IndexError, struct.error, ValueError, OverflowError, MemoryError):
        return False


def _read_exactly(stream: BinaryIO, n_bytes: int) -> bytes:
    if n_bytes < 0:
        raise ValueError
    read = stream.read(n_bytes)
    if len(read) < n_bytes:
        raise EOFError
    return read


def _read_word(stream: BinaryIO) -> bytes:
    """Bytes up to a zero byte."""
    word = b""
    while (byte := _read_exactly(stream, 1)) != b"\0":
        word += byte
        if len(word) > 255:
            raise ValueError
    return word


def _is_box_file_cut(stream: BinaryIO, size: int) -> bool:
    """Whether a box goes beyond the end, or the index, which is written last, is not there."""
    at, kinds = 0, set()
    for _ in range(_MOST_BOXES):
        if at + 8 > size:
            break
        stream.seek(at)
        length, kind = struct.unpack(">I4s", stream.read(8))
        kinds.add(kind)
        if length == 1:
            long = stream.read(8)
            length = struct.unpack(">Q", long)[0] if len(long) == 8 else size + 1
        if length == 0:
            length = size - at
        if length < 8:
            return False
        at += length
    is_clip = b"mdat" in kinds or b"moov" in kinds
    return at > size or (is_clip and not {b"moov", b"moof", b"meta"} & kinds)
