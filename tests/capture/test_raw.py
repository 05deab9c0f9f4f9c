"""LibRaw's way of reading against our own, which share no code for pixels, black or pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.capture.raw import read_raw
from ledcal.capture.read import read_frame
from ledcal.errors import UnreadableFileError
from ledcal.files.dng import COMPRESSIONS, PATTERNS, DngHeader, camera_colour, write_dng
from ledcal.values.frame import Exposure
from tests.capture.odd_dng import BYTE, LONG, RATIONAL, SHORT, X_TRANS, make_mosaic, write_odd_dng

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.frame import LinearFrame

MATRIX = np.array([[0.9, -0.2, -0.1], [-0.4, 1.2, 0.2], [-0.05, 0.15, 0.7]])


def header(pattern: str = "RGGB", **changes: Any) -> DngHeader:
    settings: dict[str, Any] = {
        "make": "LEDCAL",
        "model": "Cross",
        "pattern": pattern,
        "black": (256, 250, 262, 255),
        "white": 4000,
        "colour_matrices": ((17, MATRIX + 0.02), (21, MATRIX)),
        "neutral": np.array([0.5, 1.0, 0.65]),
        "exposure": Exposure(1 / 48, 2.8, 800.0, "2026:05:04 10:20:30"),
    }
    return DngHeader(**(settings | changes))


def assert_same_measurement(ours: LinearFrame, libraw: LinearFrame) -> None:
    assert (ours.width, ours.height) == (libraw.width, libraw.height)
    assert len(ours.planes) == len(libraw.planes)
    for mine, other in zip(ours.planes, libraw.planes, strict=True):
        assert (mine.channel, mine.x, mine.y, mine.step) == (
            other.channel,
            other.x,
            other.y,
            other.step,
        )
        assert (mine.black, mine.white, mine.saturation) == (
            other.black,
            other.white,
            other.saturation,
        )
        np.testing.assert_array_equal(mine.values, other.values)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("bits", [12, 14, 16])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_both_ways_of_reading_agree(
    tmp_path: Path, pattern: str, bits: int, compression: str
) -> None:
    mosaic = np.minimum(make_mosaic((270, 302), bits=12), 4000).astype(np.uint16)
    told = header(pattern, active_area=(4, 6, 268, 300))
    write_dng(tmp_path / "a.dng", mosaic, told, bits=bits, compression=compression)
    ours, libraw = read_frame(tmp_path / "a.dng"), read_raw(tmp_path / "a.dng")
    assert (ours.width, ours.height) == (294, 264)
    assert_same_measurement(ours, libraw)
    first = next(plane for plane in ours.planes if (plane.x, plane.y) == (0, 0))
    np.testing.assert_array_equal(first.values, mosaic[4:268:2, 6:300:2])
    assert first.black == 256
    assert ours.exposure == told.exposure
    assert libraw.exposure.time_s == pytest.approx(1 / 48, rel=1e-5)
    assert libraw.exposure.iso == 800
    assert ours.colour is not None
    expected = camera_colour(told)
    assert ours.colour.source == expected.source
    np.testing.assert_allclose(ours.colour.neutral, expected.neutral, atol=1e-12)
    for (cct, matrix), (cct_told, matrix_told) in zip(
        ours.colour.matrices, expected.matrices, strict=True
    ):
        assert cct == cct_told
        np.testing.assert_allclose(matrix, matrix_told, atol=1e-12)


@pytest.mark.parametrize("corner", [(0, 0), (12, 12), (32, 120), (2, 8)])
def test_x_trans_behind_wide_margins(tmp_path: Path, corner: tuple[int, int]) -> None:
    top, left = corner
    mosaic = make_mosaic((top + 60, left + 66))
    tags = {
        33421: (SHORT, (6, 6)),
        33422: (BYTE, X_TRANS),
        50713: (SHORT, (1, 1)),
        50714: (RATIONAL, (512,)),
        50829: (LONG, (top, left, top + 60, left + 66)),
    }
    path = write_odd_dng(tmp_path / "a.dng", mosaic, raw_tags=tags)
    ours, libraw = read_frame(path), read_raw(path)
    assert len(libraw.planes) == 36
    assert_same_measurement(ours, libraw)


def test_linear_dng_is_refused_by_libraw_too(tmp_path: Path) -> None:
    rgb = np.stack([make_mosaic((64, 64), bits=16)] * 3, axis=-1)
    tags = {
        258: (SHORT, (16, 16, 16)),
        262: (SHORT, 34892),
        277: (SHORT, 3),
        33421: (0, 0),
        33422: (0, 0),
        50713: (0, 0),
        50714: (0, 0),
        50717: (SHORT, (65535, 65535, 65535)),
    }
    path = write_odd_dng(tmp_path / "a.dng", rgb, bits=16, raw_tags=tags)
    with pytest.raises(UnreadableFileError, match="colours already mixed"):
        read_raw(path)
    with pytest.raises(UnreadableFileError, match="already demosaiced"):
        read_frame(path)


def test_libraw_errors_become_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.nef"
    path.write_bytes(b"II*\x00\x08\x00\x00\x00" + bytes(200))
    with pytest.raises(UnreadableFileError, match=r"a\.nef: .*HE"):
        read_frame(path)
    other = path.rename(tmp_path / "a.arw")
    with pytest.raises(UnreadableFileError, match=r"a\.arw: .*convert it to DNG"):
        read_frame(other)
