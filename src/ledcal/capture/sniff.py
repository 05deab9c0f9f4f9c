"""What kind of file it is, by its first bytes; which kinds are refused, and what helps then."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ledcal.capture.refused import REFUSED_MAGIC, REFUSED_SUFFIXES, STILLS
from ledcal.errors import UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path


__all__ = [
    "CLIP_SUFFIXES",
    "IMAGE_SUFFIXES",
    "RAW_SUFFIXES",
    "REFUSED_SUFFIXES",
    "FileKind",
    "sniff",
]


class FileKind(StrEnum):
    """How a file is read."""

    TIFF_LIKE = "TIFF-like"
    RAW = "raw"
    EXR = "EXR"
    DPX = "DPX"
    PNG = "PNG"
    JPEG = "JPEG"
    HEIF = "HEIF"
    OTHER_IMAGE = "image"
    CLIP = "clip"


RAW_SUFFIXES = frozenset(
    [
        ".3fr",
        ".arw",
        ".cr2",
        ".cr3",
        ".crm",
        ".crw",
        ".dcr",
        ".dng",
        ".erf",
        ".fff",
        ".iiq",
        ".kdc",
        ".mef",
        ".mos",
        ".mrw",
        ".nef",
        ".nrw",
        ".orf",
        ".pef",
        ".raf",
        ".raw",
        ".rw2",
        ".rwl",
        ".sr2",
        ".srf",
        ".srw",
        ".x3f",
    ]
)
IMAGE_SUFFIXES = frozenset(
    [
        ".avif",
        ".bmp",
        ".dpx",
        ".exr",
        ".heic",
        ".heif",
        ".hif",
        ".jpeg",
        ".jpg",
        ".jpe",
        ".png",
        ".tif",
        ".tiff",
        ".webp",
    ]
)

CLIP_SUFFIXES = frozenset(
    [".mov", ".mp4", ".m4v", ".mxf", ".mkv", ".avi", ".mts", ".m2ts", ".webm", ".qt"]
)

_RAW_MAGIC = (
    (0, b"IIU\x00"),  # Panasonic
    (0, b"IIRO"),  # Olympus
    (0, b"IIRS"),
    (0, b"MMOR"),
    (0, b"FUJIFILMCCD-RAW"),
    (0, b"\x00MRM"),
    (6, b"HEAPCCDR"),
    (4, b"ftypcrx"),
)
_IMAGE_MAGIC = (
    (0, b"\x76\x2f\x31\x01", FileKind.EXR),
    (0, b"SDPX", FileKind.DPX),
    (0, b"XPDS", FileKind.DPX),
    (0, b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (0, b"\xff\xd8\xff", FileKind.JPEG),
    (0, b"BM", FileKind.OTHER_IMAGE),
    (8, b"WEBP", FileKind.OTHER_IMAGE),
)
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}


def _starts(head: bytes, at: int, magic: bytes) -> bool:
    return head[at : at + len(magic)] == magic


def _is_clip(head: bytes, suffix: str) -> bool:
    """Whether it is a container of moving pictures, or is named like one."""
    brand = head[8:12]
    return (
        suffix in CLIP_SUFFIXES
        or (_starts(head, 4, b"ftyp") and brand not in _HEIF_BRANDS and brand != b"crx ")
        or head[4:8] in {b"moov", b"mdat", b"wide"}
        or _starts(head, 0, b"\x1a\x45\xdf\xa3")  # Matroska
        or _starts(head, 0, b"\x06\x0e\x2b\x34")  # MXF
        or (_starts(head, 0, b"RIFF") and _starts(head, 8, b"AVI "))
    )


def sniff(path: Path) -> FileKind:
    """Say how a file is to be read; refuse by name what cannot be measured.

    Parameters
    ----------
    path : Path
        A file. Only its first bytes are read; the suffix decides where they cannot.

    Returns
    -------
    FileKind
        ``TIFF_LIKE`` covers DNG, most makers' raws and plain TIFF: their tags tell them apart.

    Raises
    ------
    UnreadableFileError
        If it is empty, of a kind known to be unreadable (the message says how to transcode it),
        or of no known kind: a dump without a header says neither its size nor its pattern.
    OSError
        If the system cannot open it.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.dng")
    ...     _ = path.write_bytes(b"II*" + bytes(61))
    ...     sniff(path).value
    'TIFF-like'
    """
    name, suffix = path.name, path.suffix.lower()
    with path.open("rb") as stream:
        head = stream.read(64)
    if not head:
        raise UnreadableFileError(f"{name}: is empty; copy it again from the card")
    for at, magic, refused in REFUSED_MAGIC:
        if _starts(head, at, magic):
            suffix = refused
    if suffix in REFUSED_SUFFIXES:
        label, recipe = REFUSED_SUFFIXES[suffix]
        raise UnreadableFileError(f"{name}: {label} is not read by ledcal: {recipe}")
    if head[:4] in {b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"}:
        return FileKind.TIFF_LIKE
    if any(_starts(head, at, magic) for at, magic in _RAW_MAGIC):
        return FileKind.RAW
    for at, magic, kind in _IMAGE_MAGIC:
        if _starts(head, at, magic):
            return kind
    if not any(head) and path.stat().st_size > len(head):
        raise UnreadableFileError(f"{name}: begins with zeros: the copy failed; copy it again")
    if _is_clip(head, suffix):
        return FileKind.CLIP
    if _starts(head, 4, b"ftyp") and head[8:12] in _HEIF_BRANDS:
        return FileKind.HEIF
    if suffix in RAW_SUFFIXES:
        message = f"{name}: no header that says its size, bits and colour pattern: either a bare"
        raise UnreadableFileError(
            f"{message} sensor dump or damaged; copy it again, or convert it to DNG or linear EXR"
        )
    message = f"{name}: neither a camera raw nor a picture or clip that ledcal knows"
    raise UnreadableFileError(f"{message}; shoot raw, or {STILLS.replace(' of it', '')}")
