"""Every way a DNG can say what its numbers mean, against arithmetic done by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
import pytest

from ledcal.capture.dng import LIGHT_SOURCE_K
from ledcal.capture.raw import read_raw
from ledcal.capture.read import read_frame
from ledcal.errors import UnreadableFileError
from tests.capture.odd_dng import (
    ASCII,
    BYTE,
    LONG,
    MATRIX,
    RATIONAL,
    SHORT,
    SRATIONAL,
    X_TRANS,
    lossless_tiles,
    make_mosaic,
    packed,
    write_odd_dng,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.frame import LinearFrame, Plane

FLAT_BLACK = {50713: (SHORT, (1, 1)), 50714: (RATIONAL, (512,))}


def by_channel(frame: LinearFrame) -> dict[str, Plane]:
    return {plane.channel: plane for plane in frame.planes}


def light(frame: LinearFrame) -> Any:
    """Black-subtracted dn of the whole frame, put together again from its planes."""
    whole = np.full((frame.height, frame.width), np.nan)
    for plane in frame.planes:
        whole[plane.y :: plane.step, plane.x :: plane.step] = plane.values - plane.black
    return whole


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("sub", [False, True])
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_stored_numbers_arrive_unchanged(
    tmp_path: Path, order: str, bits: int, *, sub: bool
) -> None:
    mosaic = make_mosaic(bits=bits)
    black = {50714: (RATIONAL, (2, 5, 3, 1))}
    path = write_odd_dng(
        tmp_path / "a.dng", mosaic, bits=bits, order=order, sub=sub, raw_tags=black
    )
    frame = read_frame(path)
    planes = by_channel(frame)
    assert [planes[name].black for name in ("R", "G1", "G2", "B")] == [2, 5, 3, 1]
    np.testing.assert_array_equal(planes["R"].values, mosaic[::2, ::2])
    np.testing.assert_array_equal(planes["G1"].values, mosaic[::2, 1::2])
    np.testing.assert_array_equal(planes["G2"].values, mosaic[1::2, ::2])
    np.testing.assert_array_equal(planes["B"].values, mosaic[1::2, 1::2])
    assert planes["B"].values.dtype.itemsize == (1 if bits == 8 else 2)
    assert planes["B"].values.dtype.isnative
    assert planes["B"].white == 2**bits - 1
    assert (frame.exposure.time_s, frame.exposure.f_number) == (1 / 48, 2.8)
    assert (frame.exposure.iso, frame.exposure.when) == (800, "2026:05:04 10:20:30")
    assert frame.camera_model == "LEDCAL Odd"
    assert frame.colour is not None
    assert frame.colour.neutral.tolist() == [0.5, 1.0, 0.65]


@pytest.mark.parametrize("bits", [12, 16])
def test_several_strips_and_plain_tiles(tmp_path: Path, bits: int) -> None:
    mosaic = make_mosaic((70, 96), bits=bits)
    strips = [packed(mosaic[row : row + 16], bits, "<") for row in range(0, 70, 16)]
    path = write_odd_dng(tmp_path / "a.dng", mosaic, bits=bits, segments=strips, rows_per_strip=16)
    np.testing.assert_array_equal(read_frame(path).planes[0].values, mosaic[::2, ::2])
    full = np.pad(mosaic, ((0, 26), (0, 0)))
    tiles = [
        packed(full[row : row + 32, column : column + 32], bits, "<")
        for row in range(0, 96, 32)
        for column in range(0, 96, 32)
    ]
    path = write_odd_dng(tmp_path / "b.dng", mosaic, bits=bits, segments=tiles, tile=32)
    np.testing.assert_array_equal(read_frame(path).planes[0].values, mosaic[::2, ::2])


def test_sensitivity_beyond_16_bits(tmp_path: Path) -> None:
    exif = {34855: (SHORT, 65535), 34866: (LONG, 102400)}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", make_mosaic(), exif=exif))
    assert frame.exposure.iso == 102400


def test_lossless_jpeg_tiles(tmp_path: Path) -> None:
    mosaic = make_mosaic((80, 150))
    tiles = lossless_tiles(mosaic, 14)
    path = write_odd_dng(
        tmp_path / "a.dng", mosaic, segments=tiles, tile=64, raw_tags={259: (SHORT, 7)}
    )
    frame = read_frame(path)
    assert (frame.width, frame.height) == (150, 80)
    np.testing.assert_array_equal(by_channel(frame)["B"].values, mosaic[1::2, 1::2])


def test_lossy_jpeg_tiles_are_refused(tmp_path: Path) -> None:
    mosaic = make_mosaic((64, 64), bits=12)
    tile = bytes(imagecodecs.jpeg8_encode(mosaic, level=100, bitspersample=12))
    path = write_odd_dng(
        tmp_path / "a.dng",
        mosaic,
        bits=12,
        segments=[tile],
        tile=64,
        raw_tags={259: (SHORT, 7)},
    )
    with pytest.raises(UnreadableFileError, match=r"lossy JPEG.*lossless DNG"):
        read_frame(path)


def test_active_area_with_odd_origin_moves_pattern_and_black_along(tmp_path: Path) -> None:
    mosaic = make_mosaic((71, 97))
    path = write_odd_dng(tmp_path / "a.dng", mosaic, raw_tags={50829: (LONG, (3, 5, 67, 95))})
    frame = read_frame(path)
    assert (frame.width, frame.height) == (90, 64)
    planes = by_channel(frame)
    np.testing.assert_array_equal(planes["R"].values, mosaic[3:67:2, 5:95:2])
    np.testing.assert_array_equal(planes["G1"].values, mosaic[3:67:2, 6:95:2])
    assert (planes["G1"].x, planes["G1"].y, planes["G1"].black) == (1, 0, 505)
    assert (planes["G2"].x, planes["G2"].y, planes["G2"].black) == (0, 1, 520)


@pytest.mark.parametrize(
    ("pattern", "where"),
    [
        ((0, 1, 1, 2), "R00 G101 G210 B11"),
        ((2, 1, 1, 0), "R11 G110 G201 B00"),
        ((1, 0, 2, 1), "R01 G100 G211 B10"),
        ((1, 2, 0, 1), "R10 G111 G200 B01"),
    ],
)
def test_the_first_green_stands_in_the_row_of_red(
    tmp_path: Path, pattern: tuple[int, ...], where: str
) -> None:
    path = write_odd_dng(tmp_path / "a.dng", make_mosaic(), raw_tags={33422: (BYTE, pattern)})
    frame = read_frame(path)
    assert " ".join(f"{plane.channel}{plane.y}{plane.x}" for plane in frame.planes) == where


def test_fractional_black(tmp_path: Path) -> None:
    tags = {50713: (SHORT, (1, 1)), 50714: (RATIONAL, (512.5,))}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", make_mosaic(), raw_tags=tags))
    assert {plane.black for plane in frame.planes} == {512.5}


def test_black_pattern_of_four_by_four_gives_finer_planes(tmp_path: Path) -> None:
    mosaic = make_mosaic()
    levels = np.arange(500, 516).reshape(4, 4)
    tags = {50713: (SHORT, (4, 4)), 50714: (RATIONAL, levels)}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", mosaic, raw_tags=tags))
    assert len(frame.planes) == 16
    assert {plane.step for plane in frame.planes} == {4}
    assert [plane.channel for plane in frame.planes] == ["R"] * 4 + ["G1"] * 4 + ["G2"] * 4 + [
        "B"
    ] * 4
    expected = mosaic - np.tile(levels, (16, 24)).astype(np.float64)
    np.testing.assert_array_equal(light(frame), expected)


@pytest.mark.parametrize("shape", [(3, 5), (1, 96), (64, 1)])
def test_black_pattern_of_any_size(tmp_path: Path, shape: tuple[int, int]) -> None:
    mosaic = make_mosaic()
    levels = np.random.default_rng(2).integers(400, 600, shape)
    tags = {50713: (SHORT, shape), 50714: (RATIONAL, levels)}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", mosaic, raw_tags=tags))
    repeated = np.tile(levels, (64, 96))[:64, :96]
    np.testing.assert_allclose(light(frame), mosaic - repeated.astype(np.float64), atol=2e-3)


def test_black_deltas_along_rows_and_columns(tmp_path: Path) -> None:
    mosaic = make_mosaic()
    rng = np.random.default_rng(3)
    across = [int(value) for value in rng.integers(-20, 20, 96)]
    down = [int(value) for value in rng.integers(-20, 20, 64)]
    tags = {50715: (SRATIONAL, across), 50716: (SRATIONAL, down)}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", mosaic, raw_tags=tags))
    levels = (
        np.tile([[512, 505], [520, 500]], (32, 48)) + np.array(across) + np.array(down)[:, None]
    )
    np.testing.assert_allclose(light(frame), mosaic - levels.astype(np.float64), atol=2e-3)
    clipped = frame.planes[0].saturation
    assert 16383 - 60 < clipped < 16383  # the highest numbers moved down with their black


def test_equal_deltas_only_shift_the_black(tmp_path: Path) -> None:
    tags = {50715: (SRATIONAL, [1.5] * 96), 50716: (SRATIONAL, [-0.25] * 64)}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", make_mosaic(), raw_tags=tags))
    assert [plane.black for plane in frame.planes] == [513.25, 506.25, 521.25, 501.25]
    assert frame.planes[0].values.dtype == np.uint16


def test_deltas_of_the_wrong_length_are_refused(tmp_path: Path) -> None:
    tags = {50715: (SRATIONAL, [1, 2, 3])}
    path = write_odd_dng(tmp_path / "a.dng", make_mosaic(), raw_tags=tags)
    with pytest.raises(UnreadableFileError, match="3 x 64 black level deltas for 96 x 64"):
        read_frame(path)


def test_masked_areas_do_not_touch_the_black(tmp_path: Path) -> None:
    tags = {50829: (LONG, (0, 8, 64, 96)), 50830: (LONG, (0, 0, 64, 8))}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", make_mosaic(), raw_tags=tags))
    assert by_channel(frame)["G2"].black == 520


def test_linearisation_table_is_applied(tmp_path: Path) -> None:
    codes = (make_mosaic(bits=12) >> 4).astype(np.uint16)
    table = (np.arange(150) ** 2 // 4).astype(np.int64)
    assert codes.max() > 150  # beyond its end the last entry holds
    tags = {50712: (SHORT, table), 50717: (LONG, 5550), **FLAT_BLACK}
    path = write_odd_dng(tmp_path / "a.dng", codes, bits=8, raw_tags=tags)
    frame = read_frame(path)
    np.testing.assert_array_equal(light(frame), table[np.minimum(codes, 149)] - 512.0)
    libraw = read_raw(path)
    np.testing.assert_array_equal(libraw.planes[0].values, table[np.minimum(codes, 149)][::2, ::2])


@pytest.mark.parametrize("dtype", ["f2", "f4"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_floating_point(tmp_path: Path, dtype: str, order: str) -> None:
    bits = int(dtype[1]) * 8
    mosaic = (make_mosaic() / 16383.0).astype(dtype)
    tags = {339: (SHORT, 3), 50713: (SHORT, (1, 1)), 50714: (RATIONAL, (0.03125,)), 50717: (0, 0)}
    path = write_odd_dng(tmp_path / "a.dng", mosaic, bits=bits, order=order, raw_tags=tags)
    frame = read_frame(path)
    assert {(p.black, p.white, p.saturation) for p in frame.planes} == {(0.03125, 1.0, 1.0)}
    np.testing.assert_allclose(light(frame), mosaic.astype(np.float64) - 0.03125, atol=1e-7)


def test_merged_floating_point_has_no_saturation(tmp_path: Path) -> None:
    mosaic = (make_mosaic() / 4096.0).astype("f4")
    tags = {339: (SHORT, 3), 50713: (SHORT, (1, 1)), 50714: (RATIONAL, (0,)), 50717: (LONG, 1)}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", mosaic, bits=32, raw_tags=tags))
    assert {plane.saturation for plane in frame.planes} == {math.inf}


def test_deflated_floating_point_with_predictor(tmp_path: Path) -> None:
    mosaic = (make_mosaic((64, 64)) / 16383.0).astype("f4")
    predicted = imagecodecs.floatpred_encode(mosaic, axis=-1).tobytes()
    data = bytes(imagecodecs.zlib_encode(predicted))
    tags = {
        259: (SHORT, 8),
        317: (SHORT, 3),
        339: (SHORT, 3),
        50713: (SHORT, (1, 1)),
        50714: (RATIONAL, (0,)),
        50717: (0, 0),
    }
    path = write_odd_dng(
        tmp_path / "a.dng", mosaic, bits=32, segments=[data], tile=64, raw_tags=tags
    )
    np.testing.assert_array_equal(light(read_frame(path)), mosaic)


def test_x_trans_mosaic_gives_36_planes_of_three_colours(tmp_path: Path) -> None:
    mosaic = make_mosaic((66, 96))
    tags = {33421: (SHORT, (6, 6)), 33422: (BYTE, X_TRANS), **FLAT_BLACK}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", mosaic, raw_tags=tags))
    assert len(frame.planes) == 36
    assert {plane.step for plane in frame.planes} == {6}
    for plane in frame.planes:
        assert plane.channel == ("R", "G1", "B")[X_TRANS[plane.y, plane.x]]
    np.testing.assert_array_equal(light(frame), mosaic - 512.0)


def test_colour_of_two_lights_with_calibration_and_balance(tmp_path: Path) -> None:
    calibration = np.diag([1.02, 1.0, 0.97])
    balance = np.array([1.0, 1.0, 1.1])
    second = np.array(MATRIX).reshape(3, 3) + 0.05
    tags = {
        50722: (SRATIONAL, second),
        50778: (SHORT, 17),
        50779: (SHORT, 23),
        50723: (SRATIONAL, calibration),
        50724: (SRATIONAL, calibration),
        50727: (RATIONAL, balance),
    }
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", make_mosaic(), colour_tags=tags))
    assert frame.colour is not None
    assert [cct for cct, _ in frame.colour.matrices] == [2856.0, 5003.0]
    expected = np.diag(balance) @ calibration @ np.array(MATRIX).reshape(3, 3)
    np.testing.assert_allclose(frame.colour.matrices[0][1], expected, atol=1e-6)
    np.testing.assert_allclose(
        frame.colour.matrices[1][1], np.diag(balance) @ calibration @ second, atol=1e-6
    )
    assert frame.colour.source == "DNG ColorMatrix1 and 2"


def test_calibration_of_another_camera_is_not_used(tmp_path: Path) -> None:
    tags = {50723: (SRATIONAL, np.diag([2.0, 1.0, 1.0])), 50931: (ASCII, "another one's")}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", make_mosaic(), colour_tags=tags))
    assert frame.colour is not None
    np.testing.assert_allclose(frame.colour.matrices[0][1].ravel(), MATRIX, atol=1e-6)


def test_white_given_as_chromaticity(tmp_path: Path) -> None:
    tags = {50728: (0, 0), 50729: (RATIONAL, (0.3127, 0.3290))}
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", make_mosaic(), colour_tags=tags))
    assert frame.colour is not None
    white = np.array(MATRIX).reshape(3, 3) @ [0.3127 / 0.3290, 1.0, 0.3583 / 0.3290]
    np.testing.assert_allclose(frame.colour.neutral, white / white.max(), atol=1e-6)


@pytest.mark.parametrize("missing", [50721, 50728])
def test_without_matrix_or_white_there_is_no_colour(tmp_path: Path, missing: int) -> None:
    path = write_odd_dng(tmp_path / "a.dng", make_mosaic(), colour_tags={missing: (0, 0)})
    frame = read_frame(path)
    assert frame.colour is None
    assert any(("ColorMatrix", "AsShotNeutral")[missing == 50728] in note for note in frame.notes)


def test_light_sources_are_those_of_the_cie() -> None:
    assert (LIGHT_SOURCE_K[17], LIGHT_SOURCE_K[21], LIGHT_SOURCE_K[23]) == (2856, 6504, 5003)


def test_nought_over_nought_is_an_unknown_exposure(tmp_path: Path) -> None:
    exif = {33434: (RATIONAL, [(0, 1000000)]), 33437: (RATIONAL, [(0, 0)]), 34855: (SHORT, 0)}
    exif |= {36867: (ASCII, "0000:00:00 00:00:00")}
    exposure = read_frame(write_odd_dng(tmp_path / "a.dng", make_mosaic(), exif=exif)).exposure
    assert (exposure.time_s, exposure.f_number, exposure.iso, exposure.when) == (None,) * 4


def test_orientation_is_noted_and_pixels_stay(tmp_path: Path) -> None:
    mosaic = make_mosaic()
    path = write_odd_dng(tmp_path / "a.dng", mosaic, colour_tags={274: (SHORT, 6)})
    frame = read_frame(path)
    assert (frame.width, frame.height) == (96, 64)
    assert frame.notes == ("Orientation 6 ignored: pixels are read as stored",)


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({262: (SHORT, 34892)}, "already demosaiced"),
        ({259: (SHORT, 52546)}, "JPEG XL.*lossless JPEG or uncompressed"),
        ({259: (SHORT, 9)}, r"a way ledcal does not read \(9\)"),
        ({50975: (SHORT, 2)}, "interleaved"),
        ({50711: (SHORT, 2)}, "staggered"),
        ({33422: (BYTE, (0, 1, 1, 3))}, "not red, green and blue"),
        ({33422: (0, 0)}, "CFAPattern is missing"),
        ({50829: (LONG, (0, 0, 65, 96))}, "ActiveArea"),
        ({50714: (RATIONAL, (1, 2, 3))}, "3 numbers for a 2 x 2 repeat"),
        ({50717: (LONG, 300)}, "white level 300 dn is not above black level 520 dn"),
    ],
)
def test_what_cannot_be_measured_is_refused_by_name(
    tmp_path: Path, tags: dict[int, Any], reason: str
) -> None:
    path = write_odd_dng(tmp_path / "a.dng", make_mosaic(), raw_tags=tags)
    with pytest.raises(UnreadableFileError, match=reason) as caught:
        read_frame(path)
    assert str(caught.value).startswith("a.dng: ")
