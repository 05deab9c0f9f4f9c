"""Pictures read back to the code, in every format that patterns are written in."""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.errors import SystemFault, UnreadableFileError
from ledcal.files.images import read_image, write_image

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("suffix", [".png", ".tif", ".exr", ".dpx"])
def test_sixteen_bit_codes_are_exact(tmp_path: Path, suffix: str) -> None:
    codes = np.random.default_rng(3).integers(0, 65536, (31, 47, 3))
    path = tmp_path / f"frame{suffix}"
    write_image(path, (codes / 65535).astype(np.float32))
    pixels, metadata = read_image(path)
    assert np.rint(pixels * 65535).astype(int).tolist() == codes.tolist()
    assert metadata["ledcal:format"] == ("float" if suffix == ".exr" else "uint16")


def test_ten_bit_dpx_is_exact(tmp_path: Path) -> None:
    codes = np.random.default_rng(3).integers(0, 1024, (31, 47, 3))
    write_image(tmp_path / "frame.dpx", (codes / 1023).astype(np.float32), bits=10)
    pixels, _ = read_image(tmp_path / "frame.dpx")
    assert np.rint(pixels * 1023).astype(int).tolist() == codes.tolist()


def test_exr_keeps_negative_and_bright_light(tmp_path: Path) -> None:
    pixels = np.array([[[-0.25, 0.0, 1000.5]]], np.float32)
    write_image(tmp_path / "frame.exr", pixels)
    assert read_image(tmp_path / "frame.exr")[0].tolist() == pixels.tolist()


def test_a_cut_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "frame.png"
    write_image(path, np.random.default_rng(3).random((200, 200, 3)).astype(np.float32))
    path.write_bytes(path.read_bytes()[:40000])
    with pytest.raises(UnreadableFileError, match=r"frame\.png: cannot be read"):
        read_image(path)


def test_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "frame.exr"
    path.write_text("not a picture")
    with pytest.raises(UnreadableFileError, match=r"frame\.exr: cannot be opened"):
        read_image(path)


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemFault, match="its folder is not there"):
        write_image(tmp_path / "nowhere" / "frame.png", np.zeros((2, 2, 3), np.float32))


def test_the_same_light_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for zone in ("UTC0", "XXX-5"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        write_image(tmp_path / f"{zone}.exr", np.full((4, 4, 3), 0.5, np.float32))
    monkeypatch.undo()
    time.tzset()
    first, second = ((tmp_path / f"{zone}.exr").read_bytes() for zone in ("UTC0", "XXX-5"))
    assert first == second


def test_a_png_does_not_say_that_its_codes_are_srgb(tmp_path: Path) -> None:
    """They are codes for a wall: a player that manages colour would convert them."""
    path = tmp_path / "frame.png"
    write_image(path, np.full((4, 4, 3), 0.5, np.float32))
    data, at, chunks = path.read_bytes(), 8, []
    while at < len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        chunks.append(name)
        at += 12 + size
    assert chunks[0] == b"IHDR"
    assert chunks[-1] == b"IEND"
    assert not {b"sRGB", b"gAMA", b"cHRM", b"iCCP", b"cICP"} & set(chunks)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".exr", ".dpx"])
def test_what_the_disk_cuts_short_is_not_taken_for_written(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(1).random((200, 200, 3), np.float32)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, limits[1]))
    try:
        with pytest.raises(SystemFault, match=rf"frame\{suffix}: cannot be written \(.*\)$"):
            write_image(tmp_path / f"frame{suffix}", noise)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
