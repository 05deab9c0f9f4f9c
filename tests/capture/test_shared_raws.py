"""Real raw files, good and bad, from the shared measurements; skipped where they are absent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ledcal.capture.raw import read_raw
from ledcal.capture.read import read_frame
from ledcal.errors import AmbiguousInputError, UnreadableFileError

SHARED = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"no measurements in {SHARED.name}"),
]


def test_colour_chart_of_a_real_camera() -> None:
    path = SHARED / "raw" / "tinydng_colorchart.dng"
    frame = read_frame(path)
    assert (frame.width, frame.height) == (1734, 1156)
    assert {(plane.black, plane.white) for plane in frame.planes} == {(2056.0, 15000.0)}
    assert [(plane.channel, plane.x, plane.y) for plane in frame.planes] == [
        ("R", 0, 0),
        ("G1", 1, 0),
        ("G2", 0, 1),
        ("B", 1, 1),
    ]
    assert frame.camera_model == "Canon EOS Kiss X4"
    assert frame.exposure.time_s is None
    libraw = read_raw(path)
    for ours, theirs in zip(frame.planes, libraw.planes, strict=True):
        np.testing.assert_array_equal(ours.values, theirs.values)
        assert (ours.channel, ours.black) == (theirs.channel, theirs.black)


def test_green_comes_first_in_a_kodak() -> None:
    frame = read_frame(SHARED / "raw" / "rawpy_RAW_KODAK_DC50.KDC")
    assert (frame.width, frame.height) == (768, 512)
    assert {(p.y, p.x): p.channel for p in frame.planes} == {
        (0, 0): "G1",
        (0, 1): "R",
        (1, 0): "B",
        (1, 1): "G2",
    }
    assert frame.exposure.f_number == 6.2
    assert frame.camera_model.startswith("Eastman Kodak")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("exiftool_DNG.dng", "1 of 140 strips or tiles"),
        ("exiftool_Nikon.nef", "copy it again"),
        ("exiftool_Panasonic.rw2", "rows are nothing but zeros"),
        ("filetype_LeicaM10.dng", "cut short"),
        ("filetype_fixture.cr3", "copy it again"),
        ("imagemeta_sample.cr2", "cut short"),
        ("imagemeta_sample.dng", "cut short"),
        ("isp_DSC_1339_768x512_rggb.raw", "bare sensor dump"),
    ],
)
def test_bad_files_are_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        read_frame(SHARED / "raw_bad" / name)


def test_photographs_are_ambiguous() -> None:
    for path in sorted((SHARED / "photos").iterdir()):
        with pytest.raises(AmbiguousInputError, match="--encoding"):
            read_frame(path)
