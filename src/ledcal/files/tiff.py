"""The door to tifffile: a DNG's tags and its mosaic as stored, and other raws' tags."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile

from ledcal.errors import UnreadableFileError
from ledcal.files.dng_tags import (
    DngTags,
    read_camera_model,
    read_exposure,
    read_tags,
    tag_numbers,
)
from ledcal.values.frame import Exposure

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import AnyArray

# Complaints about damaged tags go to whoever listens, not to a terminal nobody set up.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

CFA = 32803
LINEAR_RAW = 34892
JPEG = 7
JPEG_XL = 52546
_JPEG_LOSSLESS = 0xC3
_TAIL_BYTES = 256
_JPEG_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}


def _raw_page(tiff: Any) -> Any:
    """The directory of the full mosaic: the first one, or one below it."""
    pages = [page for page in tiff.pages if isinstance(page, tifffile.TiffPage)]
    below = [sub for page in pages if page.pages for sub in page.pages]
    every = [page for page in (*pages, *below) if isinstance(page, tifffile.TiffPage)]
    for wanted in (CFA, LINEAR_RAW):
        found = [page for page in every if int(page.photometric or 0) == wanted]
        full = [page for page in found if int(page.subfiletype or 0) == 0] or found
        if full:
            return max(full, key=lambda page: page.imagelength * page.imagewidth)
    return None


def _require_raw(page: Any, name: str) -> None:
    if page is None:
        message = f"{name}: a DNG without a raw picture in it; shoot raw, or transcode"
        raise UnreadableFileError(f"{message} to linear EXR in ACES2065-1")


def _require_whole(page: Any, tags: DngTags, name: str, size: int) -> None:
    """Every strip or tile is there, long enough, and ends before the file does."""
    wanted = math.prod(page.chunked)
    offsets, counts = tuple(page.dataoffsets), tuple(page.databytecounts)
    advice = "copy it again from the card"
    if len(offsets) != wanted or len(counts) != wanted or not all(offsets) or not all(counts):
        present = sum(1 for at, n in zip(offsets, counts, strict=False) if at and n)
        message = f"{name}: {present} of {wanted} strips or tiles are there: the file is damaged"
        raise UnreadableFileError(f"{message}; {advice}")
    end = max(at + count for at, count in zip(offsets, counts, strict=True))
    if end > size:
        message = f"{name}: cut short: its picture ends at byte {end}, the file at byte {size}"
        raise UnreadableFileError(f"{message}; {advice}")
    if tags.compression == 1:
        samples = int(page.samplesperpixel)
        line = page.tilewidth if page.is_tiled else tags.width
        row_bytes = (int(line) * samples * tags.bits + 7) // 8
        rows = wanted * int(page.tilelength) if page.is_tiled else tags.height
        if sum(counts) < rows * row_bytes:
            message = f"{name}: holds {sum(counts)} bytes of pixels where {rows * row_bytes} belong"
            raise UnreadableFileError(f"{message}; {advice}")


def _is_lossless_jpeg(head: bytes) -> bool:
    """Whether the first frame header of a JPEG stream is that of lossless Huffman coding."""
    at = 2
    while head[:2] == b"\xff\xd8" and at + 4 <= len(head) and head[at] == 0xFF:
        if head[at + 1] in _JPEG_FRAMES:
            return head[at + 1] == _JPEG_LOSSLESS
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return False


def _n_cut_streams(tiff: Any, page: Any) -> int:
    """JPEG streams that end in zeros instead of their end marker: holes in a copied file."""
    n_cut = 0
    for at, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        length = min(count, _TAIL_BYTES)
        tiff.filehandle.seek(at + count - length)
        tail = tiff.filehandle.read(length)
        filled = tail.rstrip(b"\0")
        n_cut += len(tail) - len(filled) >= 16 and not filled.endswith(b"\xff\xd9")
    return n_cut


def _require_exact_packing(tiff: Any, page: Any, tags: DngTags, name: str) -> None:
    """Refuse packings that lose something, or that nobody could test."""
    reason = ""
    if tags.compression == JPEG:
        tiff.filehandle.seek(page.dataoffsets[0])
        if not _is_lossless_jpeg(tiff.filehandle.read(min(page.databytecounts[0], 4096))):
            reason = "its mosaic is packed as lossy JPEG, which bends dark and bright samples"
        elif n_cut := _n_cut_streams(tiff, page):
            message = f"{name}: {n_cut} of its strips or tiles end in zeros: the copy has holes"
            raise UnreadableFileError(f"{message}; copy it again from the card")
    elif tags.compression not in {1, 8}:
        reason = f"its mosaic is packed in a way ledcal does not read ({tags.compression})"
    if int(page.samplesperpixel) != 1 or page.tags.get(52547) or page.tags.get(50975):
        reason = "its mosaic is stored interleaved, which ledcal does not read"
    if not tags.is_float and tags.bits > 16:
        reason = f"its mosaic has {tags.bits} bits, more than the 16 ledcal reads"
    if reason:
        message = f"{name}: {reason}: record or convert to uncompressed or lossless DNG"
        raise UnreadableFileError(f"{message}, or transcode to linear EXR in ACES2065-1")


def read_dng(path: Path) -> tuple[DngTags, AnyArray | None]:
    """Read a DNG's tags and its stored mosaic, which is neither cropped nor scaled.

    A LinearizationTable is applied, because without it the numbers are not light.

    Parameters
    ----------
    path : Path
        A DNG of either byte order; its mosaic may stand in a sub-directory.

    Returns
    -------
    tags : DngTags
        What the numbers mean.
    mosaic : ndarray of uint8, uint16 or float32, shape (height, width), or None
        In the machine's byte order. None if the picture is no mosaic, or is packed as JPEG XL.

    Raises
    ------
    UnreadableFileError
        If the file is damaged, cut short, packed with loss, or holds no raw picture.
    OSError
        If the system cannot open it.
    """
    name = path.name
    with path.open("rb") as stream:
        try:
            with tifffile.TiffFile(stream, name=name) as tiff:
                first, page = tiff.pages[0], _raw_page(tiff)
                _require_raw(page, name)
                tags = read_tags(first, page, name)
                if tags.compression == JPEG_XL or tags.photometric != CFA:
                    return tags, None
                _require_whole(page, tags, name, tiff.filehandle.size)
                _require_exact_packing(tiff, page, tags, name)
                mosaic = np.asarray(page.asarray(maxworkers=1))
                table = tag_numbers(page, 50712)
        except (UnreadableFileError, OSError):
            raise
        except Exception as error:  # decoders raise what they like
            reason = str(error).strip().splitlines()[0][:120] if str(error).strip() else "damaged"
            message = f"{name}: cannot be decoded ({reason}); copy it again from the card"
            raise UnreadableFileError(message) from error
    if mosaic.shape != (tags.height, tags.width):
        message = f"{name}: decoded to {mosaic.shape}, not {(tags.height, tags.width)}"
        raise UnreadableFileError(f"{message}; copy it again, or transcode to linear EXR")
    if not mosaic.dtype.isnative:
        mosaic = mosaic.astype(mosaic.dtype.newbyteorder("="))
    if tags.is_float:
        mosaic = mosaic.astype(np.float32, copy=False)
    elif table is not None:
        mosaic = table.astype(np.uint16).take(mosaic, mode="clip")
    return tags, mosaic


def read_camera_tags(path: Path) -> tuple[Exposure, str]:
    """Read exposure, make and model of any TIFF-like raw; empty where it says nothing.

    Parameters
    ----------
    path : Path
        A NEF, CR2, ARW, PEF, KDC, RW2, ... Anything else gives nothing, not an error.

    Returns
    -------
    exposure : Exposure
        None for what is not stated.
    camera_model : str
        Make and model; empty where unknown.
    """
    try:
        with path.open("rb") as stream, tifffile.TiffFile(stream, name=path.name) as tiff:
            return read_exposure(tiff.pages[0]), read_camera_model(tiff.pages[0])
    except Exception:  # noqa: BLE001 - makers' variations on TIFF; the pixels come from LibRaw
        return Exposure(), ""


def find_cut(path: Path) -> tuple[int, int] | None:
    """Find out whether a TIFF-like raw says that it goes on beyond its own end.

    Parameters
    ----------
    path : Path
        A NEF, CR2, ARW, ...

    Returns
    -------
    tuple of int, or None
        The byte its pictures should reach, and the bytes it has. None if it is whole, or too odd
        to tell.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as stream, tifffile.TiffFile(stream, name=path.name) as tiff:
            pages = [page for page in tiff.pages if isinstance(page, tifffile.TiffPage)]
            below = [sub for page in pages if page.pages for sub in page.pages]
            ends = [
                at + count
                for page in (*pages, *below)
                for at, count in zip(page.dataoffsets, page.databytecounts, strict=False)
            ]
    except Exception:  # noqa: BLE001 - makers' variations on TIFF
        return None
    return (max(ends), size) if ends and max(ends) > size else None


def tiff_flavour(path: Path) -> str:
    """Say whether a TIFF-like file is a ``dng``, another ``raw``, or an ``image``.

    Parameters
    ----------
    path : Path
        A file that begins as TIFF does.

    Returns
    -------
    str
        Raws of other kinds hold a mosaic, or are too odd for a TIFF reader.
    """
    try:
        with path.open("rb") as stream, tifffile.TiffFile(stream, name=path.name) as tiff:
            if tiff.pages[0].tags.get(50706) is not None:
                return "dng"
            return "image" if _raw_page(tiff) is None else "raw"
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - not a TIFF after all
        return "raw"
