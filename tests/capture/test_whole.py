"""A file that is cut is told from one that is whole, and a whole one is never called cut."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.capture.whole import ends_in_zeros, is_cut
from ledcal.files._oiio import oiio
from ledcal.files.dng import DngHeader, write_dng
from ledcal.files.images import write_image
from ledcal.files.movie import write_movie
from ledcal.values.frame import Exposure

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NOISE = np.random.default_rng(1).random((96, 128, 3), dtype=np.float32)
KINDS = [
    *("a.exr", "a.png", "a.dpx", "a.tif", "plain.dng", "lossless.dng", "a.mov", "a.mp4"),
    *("a.cr3", "a.jpg"),
]


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def save(path: Path, spec: Any, pixels: Any) -> None:
    out: Any = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), spec)
    assert out.write_image(pixels)
    assert out.close()


def write(path: Path) -> None:
    if path.suffix == ".dng":
        header = DngHeader(
            make="Test",
            model="One",
            pattern="RGGB",
            black=(64.0,) * 4,
            white=4095,
            colour_matrices=((21, np.eye(3)),),
            neutral=np.array([0.5, 1.0, 0.7]),
            exposure=Exposure(),
        )
        mosaic = (NOISE[..., 0] * 4000).astype(np.uint16)
        packing = "none" if path.stem == "plain" else "lossless-jpeg"
        write_dng(path, mosaic, header, bits=12, compression=packing)
    elif path.suffix in {".mov", ".mp4"}:
        image: NDArray[np.uint16] = (NOISE * 1023).astype(np.uint16) // 64 * 64
        image[:] = image[:1, :1]
        write_movie(
            path,
            lambda place: image + np.uint16(place),
            holds=(3, 3),
            fps=Fraction(24),
            name="a",
            progress=lambda *_: None,
        )
    elif path.suffix == ".cr3":
        boxes = (box(b"ftyp", b"crx isom"), box(b"moov", b"x" * 900), box(b"uuid", b"y" * 99))
        path.write_bytes(b"".join(boxes) + struct.pack(">I4sQ", 1, b"mdat", 5016) + b"z" * 5000)
    elif path.suffix == ".jpg":
        save(path, oiio.ImageSpec(128, 96, 3, "uint8"), (NOISE * 255).astype(np.uint8))
    else:
        write_image(path, NOISE)


@pytest.mark.parametrize("name", KINDS)
def test_a_cut_file_is_told_from_a_whole_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write(path)
    assert not is_cut(path)
    assert not ends_in_zeros(path)
    content = path.read_bytes()
    for share in (0.05, 0.3, 0.7, 0.98):
        path.write_bytes(content[: int(len(content) * share)])
        assert is_cut(path), share
    path.write_bytes(b"")
    assert is_cut(path)


@pytest.mark.parametrize(
    "compression", ["none", "rle", "zips", "zip", "piz", "pxr24", "b44", "dwaa", "dwab"]
)
@pytest.mark.parametrize("height", [96, 97])
def test_every_packing_of_exr(tmp_path: Path, compression: str, height: int) -> None:
    path = tmp_path / "a.exr"
    spec = oiio.ImageSpec(128, height, 3, "half")
    spec["compression"] = compression
    save(path, spec, np.resize(NOISE, (height, 128, 3)))
    assert not is_cut(path)
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert is_cut(path)


def test_an_exr_that_nobody_closed_has_holes_in_its_table(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    write(path)
    content = bytearray(path.read_bytes())
    table = content.index(b"\0", content.index(b"screenWindowWidth") + 18 + 6 + 4 + 4) + 1
    assert struct.unpack("<Q", content[table : table + 8])[0] < len(content)
    content[table : table + 8] = bytes(8)
    path.write_bytes(content)
    assert is_cut(path)


def test_what_says_nothing_of_its_length_is_not_called_cut(tmp_path: Path) -> None:
    for name, content in (
        ("a.mkv", b"\x1a\x45\xdf\xa3" + b"x" * 500),
        ("a.raf", b"FUJIFILMCCD-RAW" + b"x" * 500),
        ("tiled.exr", b"\x76\x2f\x31\x01\x02\x02\0\0" + b"x" * 500),
        ("odd.exr", b"\x76\x2f\x31\x01\x02\0\0\0" + b"channels\0chlist\0\xff\xff\xff\xff"),
        ("a.txt", b"x"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert not is_cut(path), name


@pytest.mark.parametrize(("mark", "order"), [(b"II*\0", "<"), (b"MM\0*", ">")])
def test_a_directory_behind_the_end(tmp_path: Path, mark: bytes, order: str) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(mark + struct.pack(f"{order}I", 5000) + b"x" * 4000)
    assert is_cut(path)


def test_a_clip_without_its_index_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(box(b"ftyp", b"qt  ") + box(b"mdat", b"x" * 500))
    assert is_cut(path)
    path.write_bytes(box(b"ftyp", b"qt  ") + box(b"mdat", b"x" * 500) + box(b"moov", b"x"))
    assert not is_cut(path)


def test_room_that_was_reserved_and_not_filled(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    path.write_bytes(b"II*\0" + b"x" * 5000 + bytes(4096))
    assert ends_in_zeros(path)
    path.write_bytes(b"II*\0" + b"x" * 5000 + bytes(4095) + b"x")
    assert not ends_in_zeros(path)
    path.write_bytes(bytes(100))
    assert not ends_in_zeros(path)
