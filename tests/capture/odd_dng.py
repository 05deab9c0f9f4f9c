"""DNGs with every tag that a reader trips over, which ledcal's own writer never makes."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL = 1, 2, 3, 4, 5, 7, 10
LETTERS = {BYTE: "B", SHORT: "H", LONG: "I", UNDEFINED: "B"}
MATRIX = [0.9, -0.2, -0.1, -0.4, 1.2, 0.2, -0.05, 0.15, 0.7]

X_TRANS = np.array(
    [
        [1, 1, 0, 1, 1, 2],
        [1, 1, 2, 1, 1, 0],
        [2, 0, 1, 0, 2, 1],
        [1, 1, 2, 1, 1, 0],
        [1, 1, 0, 1, 1, 2],
        [0, 2, 1, 2, 0, 1],
    ]
)

Tags = dict[int, tuple[int, Any]]


def _encoded(order: str, kind: int, value: Any) -> tuple[int, bytes]:
    if kind == ASCII:
        text = value.encode() + b"\0"
        return len(text), text
    values = list(value) if isinstance(value, bytes | list | tuple) else np.ravel(value).tolist()
    if kind in {RATIONAL, SRATIONAL}:
        letter = "I" if kind == RATIONAL else "i"
        parts = [
            item if isinstance(item, tuple) else Fraction(item).limit_denominator(10**6)
            for item in values
        ]
        pairs = [p if isinstance(p, tuple) else (p.numerator, p.denominator) for p in parts]
        return len(pairs), b"".join(struct.pack(f"{order}2{letter}", *pair) for pair in pairs)
    return len(values), struct.pack(f"{order}{len(values)}{LETTERS[kind]}", *values)


def _directory(order: str, tags: Tags, at: int) -> bytes:
    entries, data, pos = b"", b"", at + 2 + 12 * len(tags) + 4
    for code in sorted(tags):
        kind, value = tags[code]
        count, raw = _encoded(order, kind, value)
        if len(raw) <= 4:
            entries += struct.pack(f"{order}HHI", code, kind, count) + raw.ljust(4, b"\0")
        else:
            entries += struct.pack(f"{order}HHII", code, kind, count, pos + len(data))
            data += raw + b"\0" * (len(raw) & 1)
    return struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + data


def packed(mosaic: Any, bits: int, order: str) -> bytes:
    """MSB first, each row padded to a byte; 16 bit and floats in the file's byte order."""
    if mosaic.dtype.kind == "f" or bits == 16:
        return bytes(mosaic.astype(mosaic.dtype.newbyteorder(order)).tobytes())
    if bits == 8:
        return bytes(mosaic.astype(np.uint8).tobytes())
    shifts = np.arange(bits - 1, -1, -1, dtype=np.uint16)
    planes = ((mosaic[..., None] >> shifts) & 1).astype(np.uint8)
    return np.packbits(planes.reshape(mosaic.shape[0], -1), axis=1).tobytes()


def write_odd_dng(
    path: Path,
    mosaic: Any,
    *,
    bits: int = 14,
    order: str = "<",
    segments: list[bytes] | None = None,
    tile: int = 0,
    rows_per_strip: int | None = None,
    sub: bool = False,
    raw_tags: Tags | None = None,
    colour_tags: Tags | None = None,
    exif: Tags | None = None,
) -> Path:
    """Write one DNG; a tag whose type is 0 is left out.

    With `sub` the mosaic stands in a sub-directory, and the first one holds a thumbnail.
    """
    height, width = mosaic.shape[:2]
    raw: Tags = {
        254: (LONG, 0),
        256: (LONG, width),
        257: (LONG, height),
        258: (SHORT, bits),
        259: (SHORT, 1),
        262: (SHORT, 32803),
        277: (SHORT, 1),
        284: (SHORT, 1),
        33421: (SHORT, (2, 2)),
        33422: (BYTE, (0, 1, 1, 2)),
        50710: (BYTE, (0, 1, 2)),
        50711: (SHORT, 1),
        50713: (SHORT, (2, 2)),
        50714: (RATIONAL, (512, 505, 520, 500)),
        50717: (LONG, 2 ** min(bits, 16) - 1),
        **(raw_tags or {}),
    }
    colour: Tags = {
        271: (ASCII, "LEDCAL"),
        272: (ASCII, "Odd"),
        274: (SHORT, 1),
        50706: (BYTE, (1, 4, 0, 0)),
        50707: (BYTE, (1, 1, 0, 0)),
        50708: (ASCII, "LEDCAL Odd"),
        50721: (SRATIONAL, MATRIX),
        50728: (RATIONAL, (0.5, 1.0, 0.65)),
        50778: (SHORT, 21),
        **(colour_tags or {}),
    }
    settings: Tags = {
        33434: (RATIONAL, (Fraction(1, 48),)),
        33437: (RATIONAL, (2.8,)),
        34855: (SHORT, 800),
        36867: (ASCII, "2026:05:04 10:20:30"),
        **(exif or {}),
    }
    if segments is None:
        segments = [packed(mosaic, bits, order)]
    offsets, counts = (324, 325) if tile else (273, 279)
    raw |= (
        {322: (LONG, tile), 323: (LONG, tile)} if tile else {278: (LONG, rows_per_strip or height)}
    )
    raw |= {offsets: (LONG, [0] * len(segments)), counts: (LONG, [len(s) for s in segments])}
    thumbnail: Tags = {254: (LONG, 1), 256: (LONG, 8), 257: (LONG, 8), 258: (SHORT, (8, 8, 8))}
    thumbnail |= {259: (SHORT, 1), 262: (SHORT, 2), 277: (SHORT, 3), 278: (LONG, 8)}
    thumbnail |= {279: (LONG, 192), 284: (SHORT, 1), 273: (LONG, 0), 330: (LONG, 0)}
    first = colour | thumbnail | {34665: (LONG, 0)} if sub else colour | raw | {34665: (LONG, 0)}
    first, raw, settings = (
        {code: tag for code, tag in tags.items() if tag[0]} for tags in (first, raw, settings)
    )

    def even(position: int) -> int:
        return (position + 15) & ~15

    exif_at = even(8 + len(_directory(order, first, 8)))
    sub_at = even(exif_at + len(_directory(order, settings, exif_at)))
    data_at = even(sub_at + (len(_directory(order, raw, sub_at)) if sub else 0))
    places = [data_at]
    for segment in segments:
        places.append(even(places[-1] + len(segment)))
    raw[offsets] = (LONG, places[:-1])
    if sub:
        first |= {330: (LONG, sub_at), 273: (LONG, places[-1]), 34665: (LONG, exif_at)}
    else:
        first |= {offsets: raw[offsets], 34665: (LONG, exif_at)}
    blocks = [(8, _directory(order, first, 8)), (exif_at, _directory(order, settings, exif_at))]
    blocks += [(sub_at, _directory(order, raw, sub_at))] if sub else []
    blocks += list(zip(places, [*segments, bytes(192) if sub else b""], strict=True))
    content = bytearray((b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8))
    for at, block in blocks:
        content += bytes(at - len(content)) + block
    path.write_bytes(content)
    return path


def lossless_tiles(mosaic: Any, bits: int, tile: int = 64) -> list[bytes]:
    """Tiles of lossless JPEG, two components, predictor 1."""
    rows, columns = mosaic.shape
    full = np.pad(mosaic, ((0, -rows % tile), (0, -columns % tile)), mode="edge")
    return [
        bytes(
            imagecodecs.jpeg8_encode(
                np.ascontiguousarray(full[y : y + tile, x : x + tile].reshape(tile, -1, 2)),
                lossless=True,
                predictor=1,
                bitspersample=bits,
            )
        )
        for y in range(0, full.shape[0], tile)
        for x in range(0, full.shape[1], tile)
    ]


def make_mosaic(
    shape: tuple[int, int] = (64, 96), *, bits: int = 14, seed: int = 5, low: float = 0.05
) -> Any:
    """A noisy ramp of dn, from just above nothing to most of the range."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(low, 0.8, shape[1])[None, :] * np.linspace(0.6, 1.0, shape[0])[:, None]
    full = 2.0**bits - 1
    noisy = ramp * full + rng.normal(0.0, 0.004 * full, shape)
    return np.clip(np.round(noisy), 0, full).astype(np.uint16)
