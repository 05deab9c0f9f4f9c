"""Files that must not be measured: cut, empty, dark, of another kind."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.capture.read import read_frame
from ledcal.errors import (
    AmbiguousInputError,
    InputError,
    SystemFault,
    UnreadableFileError,
)
from ledcal.files.images import write_image
from tests.capture.odd_dng import (
    RATIONAL,
    SHORT,
    lossless_tiles,
    make_mosaic,
    packed,
    write_odd_dng,
)

if TYPE_CHECKING:
    from pathlib import Path

ACES_AP1 = (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)


@pytest.mark.parametrize("share", [0.99, 0.7, 0.5])
def test_a_cut_dng_is_refused(tmp_path: Path, share: float) -> None:
    path = write_odd_dng(tmp_path / "a.dng", make_mosaic())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(
        UnreadableFileError, match=r"cut short: its picture ends at byte .* copy it"
    ):
        read_frame(path)


@pytest.mark.parametrize("n_bytes", [1, 7, 20, 300, 500])
def test_a_dng_cut_within_its_tags_is_refused(tmp_path: Path, n_bytes: int) -> None:
    path = write_odd_dng(tmp_path / "a.dng", make_mosaic())
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(UnreadableFileError, match=r"a\.dng"):
        read_frame(path)


def test_a_dng_filled_up_with_zeros_is_refused(tmp_path: Path) -> None:
    path = write_odd_dng(tmp_path / "a.dng", make_mosaic((200, 96)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
    with pytest.raises(UnreadableFileError, match="% of its rows are nothing but zeros"):
        read_frame(path)


def test_lossless_jpeg_with_zeros_instead_of_a_tile_is_refused(tmp_path: Path) -> None:
    mosaic = make_mosaic((128, 128))
    tiles = lossless_tiles(mosaic, 14)
    tiles[-1] = bytes(len(tiles[-1]))
    path = write_odd_dng(
        tmp_path / "a.dng", mosaic, segments=tiles, tile=64, raw_tags={259: (SHORT, 7)}
    )
    with pytest.raises(UnreadableFileError, match="1 of its strips or tiles end in zeros"):
        read_frame(path)


def test_lossless_jpeg_with_a_hole_at_the_end_of_a_tile_is_refused(tmp_path: Path) -> None:
    mosaic = make_mosaic((128, 128))
    tiles = lossless_tiles(mosaic, 14)
    tiles[1] = tiles[1][: len(tiles[1]) // 2] + bytes(len(tiles[1]) - len(tiles[1]) // 2)
    path = write_odd_dng(
        tmp_path / "a.dng", mosaic, segments=tiles, tile=64, raw_tags={259: (SHORT, 7)}
    )
    with pytest.raises(UnreadableFileError, match="1 of its strips or tiles end in zeros"):
        read_frame(path)


def test_a_missing_tile_is_refused(tmp_path: Path) -> None:
    mosaic = make_mosaic((128, 128))
    tiles = lossless_tiles(mosaic, 14)[:3]
    path = write_odd_dng(
        tmp_path / "a.dng", mosaic, segments=tiles, tile=64, raw_tags={259: (SHORT, 7)}
    )
    with pytest.raises(UnreadableFileError, match="3 of 4 strips or tiles"):
        read_frame(path)


def test_a_strip_that_is_too_short_is_refused(tmp_path: Path) -> None:
    mosaic = make_mosaic()
    strip = packed(mosaic, 14, "<")[:-100]
    path = write_odd_dng(tmp_path / "a.dng", mosaic, segments=[strip])
    path.write_bytes(path.read_bytes() + bytes(1000))
    with pytest.raises(UnreadableFileError, match="bytes of pixels where"):
        read_frame(path)


@pytest.mark.parametrize("level", [0, 700])
def test_a_constant_mosaic_is_refused(tmp_path: Path, level: int) -> None:
    tags = {50714: (RATIONAL, (0, 0, 0, 0))}
    mosaic = np.full((64, 64), level, np.uint16)
    path = write_odd_dng(tmp_path / "a.dng", mosaic, raw_tags=tags)
    with pytest.raises(UnreadableFileError, match=f"every photosite is {level} dn"):
        read_frame(path)


def test_a_mosaic_without_light_is_refused(tmp_path: Path) -> None:
    mosaic = np.random.default_rng(1).integers(400, 500, (64, 64)).astype(np.uint16)
    with pytest.raises(UnreadableFileError, match="no light reached the sensor"):
        read_frame(write_odd_dng(tmp_path / "a.dng", mosaic))


@pytest.mark.parametrize(
    ("name", "head", "said"),
    [
        ("a.ari", b"ARRI", "ARRIRAW is not read.*linear EXR.*ARRI Reference Tool"),
        ("a.dng", b"ARRI", "ARRIRAW is not read"),
        ("a.arx", b"any", "ARRICORE"),
        ("a.R3D", b"\0\0\0\0RED2", "REDCINE-X"),
        ("a.krw", b"any", "KineRAW.*KineStation"),
        ("a.mov", b"\0\0\0\0RED2", "REDCINE-X"),
        ("a.mlv", b"MLVI", "Magic Lantern.*CinemaDNG"),
        ("a.mxf", b"\x06\x0e\x2b\x34", "cannot be opened as a clip.*copy it again"),
        ("a.braw", b"\0\0\0\x08wide", "Blackmagic RAW.*DaVinci Resolve"),
        ("a.nev", b"\0\0\0\x18ftypniko", "N-RAW"),
        ("a.mov", b"\0\0\0\x14ftypqt  ", "cannot be opened as a clip"),
        ("a.mp4", b"\0\0\0\x18ftypmp42", "cannot be opened as a clip"),
        ("a.dat", b"\x1aE\xdf\xa3", "cannot be opened as a clip"),
        ("a.raw", b"\n\x03\xd9\x03", "no header.*bare sensor dump"),
        ("a.cr3", b"\x01\x02\x03\x04", "no header"),
        ("a.dng", b"", "is empty"),
        ("a.exr", bytes(16), "begins with zeros"),
        ("a.txt", b"hello there", "neither a camera raw nor a picture or clip"),
        ("a.cr3", b"\0\0\0\x18ftypcrx \0\0\0\x01", "copy it again"),
        ("a.crm", b"\0\0\0\x18ftypcrx \0\0\0\x01", "Cinema RAW Light.*Cinema RAW Development"),
        ("a.raf", b"FUJIFILMCCD-RAW 0201", r"a\.raf"),
    ],
)
def test_kinds_that_are_refused_say_what_helps(
    tmp_path: Path, name: str, head: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(head + (bytes(500) if head else b""))
    with pytest.raises(UnreadableFileError, match=said):
        read_frame(path)


def picture() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(4).uniform(0.0, 0.9, (24, 32, 3)).astype(np.float32)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".dpx"])
def test_an_image_without_a_declared_space_is_ambiguous(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_image(path, picture())
    with pytest.raises(AmbiguousInputError, match=r"--camera-space NAME") as caught:
        read_frame(path)
    assert caught.value.exit_code == 5
    frame = read_frame(path, image_space="p3-d65")
    assert (frame.space, frame.width, frame.height) == ("P3-D65", 32, 24)
    assert [plane.channel for plane in frame.planes] == ["R", "G1", "B"]
    for index, plane in enumerate(frame.planes):
        assert (plane.black, plane.white, plane.saturation, plane.step) == (0.0, 1.0, 1.0, 1)
        np.testing.assert_allclose(plane.values, picture()[..., index], atol=1e-4)


@pytest.mark.parametrize("head", [b"\xff\xd8\xff\xe0", b"\0\0\0\x18ftypheic"], ids=["jpeg", "heic"])
def test_developed_pictures_are_ambiguous(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(head + bytes(100))
    with pytest.raises(AmbiguousInputError, match=r"developed picture.*--encoding"):
        read_frame(path)


def test_exr_is_aces_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    light = picture() * 40.0
    write_image(path, light)
    frame = read_frame(path)
    assert frame.space == "ACES2065-1"
    assert frame.planes[0].saturation == math.inf
    np.testing.assert_array_equal(frame.planes[2].values, light[..., 2])
    assert "no chromaticities" in frame.assumptions[0]
    assert read_frame(path, image_space="BT.2020").space == "BT.2020"


def exr_with(path: Path, chromaticities: tuple[float, ...]) -> Path:
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(32, 24, 3, "float")
    spec.attribute("chromaticities", oiio.TypeDesc("float[8]"), chromaticities)
    out = oiio.ImageOutput.create(str(path))
    assert out is not None
    out.open(str(path), spec)
    out.write_image(picture())
    out.close()
    return path


def test_chromaticities_of_an_exr_are_honoured(tmp_path: Path) -> None:
    frame = read_frame(exr_with(tmp_path / "a.exr", ACES_AP1))
    assert frame.space == "ACEScg"
    assert frame.assumptions == ("captures: linear ACEScg, as the EXR's chromaticities say",)


def test_unknown_chromaticities_of_an_exr_are_ambiguous(tmp_path: Path) -> None:
    odd = (0.6, 0.3, 0.2, 0.7, 0.1, 0.05, 0.3, 0.3)
    path = exr_with(tmp_path / "a.exr", odd)
    with pytest.raises(AmbiguousInputError, match=r"\(0\.6, 0\.3\).*--camera-space"):
        read_frame(path)
    assert read_frame(path, image_space="ACES2065-1").space == "ACES2065-1"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_exr_with_values_that_are_no_numbers_is_refused(tmp_path: Path, value: float) -> None:
    light = picture()
    light[3, 4, 1] = value
    write_image(tmp_path / "a.exr", light)
    with pytest.raises(UnreadableFileError, match="1 values are not finite"):
        read_frame(tmp_path / "a.exr")


def test_a_constant_picture_is_refused(tmp_path: Path) -> None:
    write_image(tmp_path / "a.exr", np.zeros((8, 8, 3), np.float32))
    with pytest.raises(UnreadableFileError, match="every pixel is 0"):
        read_frame(tmp_path / "a.exr")


def test_a_cut_exr_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    write_image(path, picture())
    path.write_bytes(path.read_bytes()[:-1500])
    with pytest.raises(UnreadableFileError, match=r"a\.exr"):
        read_frame(path)


def test_a_grey_picture_is_refused(tmp_path: Path) -> None:
    write_image(tmp_path / "a.exr", picture()[..., :1])
    with pytest.raises(UnreadableFileError, match="1 channels"):
        read_frame(tmp_path / "a.exr")


def test_an_unknown_space_is_the_callers_mistake(tmp_path: Path) -> None:
    write_image(tmp_path / "a.exr", picture())
    with pytest.raises(InputError, match=r"--camera-space: unknown gamut 'P3-D56'.*'P3-D65'"):
        read_frame(tmp_path / "a.exr", image_space="P3-D56")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_frame(tmp_path / "a.dng")
    with pytest.raises(SystemFault, match="cannot be read"):
        read_frame(tmp_path)


def test_the_file_may_go_once_it_is_read(tmp_path: Path) -> None:
    mosaic = make_mosaic(bits=16)
    path = write_odd_dng(tmp_path / "a.dng", mosaic, bits=16)
    frame = read_frame(path)
    path.write_bytes(b"")
    path.unlink()
    np.testing.assert_array_equal(frame.planes[0].values, mosaic[::2, ::2])


def test_pixels_are_not_to_be_written_to(tmp_path: Path) -> None:
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", make_mosaic()))
    with pytest.raises(ValueError, match="read-only"):
        frame.planes[0].values[0, 0] = 1


def test_planes_are_views_and_nothing_is_made_float(tmp_path: Path) -> None:
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", make_mosaic()))
    assert len({id(plane.values.base) for plane in frame.planes}) == 1
    assert {plane.values.dtype for plane in frame.planes} == {np.dtype(np.uint16)}
