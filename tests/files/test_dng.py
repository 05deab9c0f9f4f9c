"""DNGs we write are what other readers find in them."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rawpy
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from ledcal.errors import InputError
from ledcal.files.dng import DngHeader, camera_colour, pack_samples, write_dng
from ledcal.values.frame import Exposure

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MATRIX_A = np.array([[1.1, -0.2, -0.12345], [-0.5, 1.3, 0.2], [-0.1, 0.3, 0.6]])
MATRIX_D65 = np.array([[1.0, -0.3, -0.1], [-0.4, 1.2, 0.15], [-0.05, 0.2, 0.7]])


def header(**changes: Any) -> DngHeader:
    values: dict[str, Any] = {
        "make": "Ledcal",
        "model": "Test",
        "pattern": "RGGB",
        "black": (100.0, 110.0, 120.0, 130.0),
        "white": 4000,
        "colour_matrices": ((17, MATRIX_A), (21, MATRIX_D65)),
        "neutral": np.array([0.5, 1.0, 0.65]),
        "exposure": Exposure(1 / 48, 5.6, 800, "2026:01:31 10:00:01"),
    }
    return DngHeader(**(values | changes))


def mosaic(height: int, width: int, bits: int, seed: int = 0) -> NDArray[np.uint16]:
    rng = np.random.default_rng(seed)
    smooth = np.linspace(0.1, 0.9, width)[None, :] * np.linspace(0.5, 1.0, height)[:, None]
    noisy = smooth * (1 << bits) + rng.normal(0, 4, (height, width))
    values = np.clip(noisy, 0, (1 << bits) - 1).astype(np.uint16)
    values[0, 0], values[-1, -1] = 0, (1 << bits) - 1
    return values


@pytest.mark.parametrize(
    ("bits", "compression", "pattern"),
    [
        *product((12, 14, 16), ("none", "lossless-jpeg"), ("RGGB",)),
        (14, "none", "BGGR"),
        (14, "lossless-jpeg", "GRBG"),
        (12, "none", "GBRG"),
    ],
)
@pytest.mark.parametrize("size", [(64, 96), (300, 514)])
def test_readers_find_every_sample_and_level(
    tmp_path: Path, bits: int, compression: str, pattern: str, size: tuple[int, int]
) -> None:
    path = tmp_path / "one.dng"
    samples = mosaic(*size, bits)
    black = (100.0, 110.0, 120.0, 130.0)
    written = header(pattern=pattern, white=(1 << bits) - 96, black=black)
    write_dng(path, samples, written, bits=bits, compression=compression)

    assert np.array_equal(tifffile.imread(path), samples)
    with rawpy.imread(str(path)) as raw:
        assert np.array_equal(raw.raw_image, samples)
        assert raw.white_level == (1 << bits) - 96
        colours = raw.raw_pattern.ravel()  # 0 red, 1 green, 2 blue, 3 second green
        assert "".join("RGBG"[c] for c in colours) == pattern
        found = [raw.black_level_per_channel[c] for c in colours]
        assert found == list(black)
        balance = np.array(raw.camera_whitebalance[:3])
        np.testing.assert_allclose(balance / balance[1], [2.0, 1.0, 1 / 0.65], rtol=1e-3)


def test_exposure_and_time_are_read_from_the_exif_directory(tmp_path: Path) -> None:
    path = tmp_path / "one.dng"
    write_dng(path, mosaic(64, 64, 12), header(), bits=12)
    with rawpy.imread(str(path)) as raw:
        raw.unpack()
        other = raw.other
        assert other.iso_speed == 800
        assert other.shutter_speed == pytest.approx(1 / 48)
        assert other.aperture == pytest.approx(5.6)
    with tifffile.TiffFile(path) as file:
        exif = file.pages[0].tags["ExifTag"].value
        assert exif["ExposureTime"] == (1, 48)
        assert exif["DateTimeOriginal"] == "2026:01:31 10:00:01"
        assert file.pages[0].tags["DateTime"].value == "2026:01:31 10:00:01"


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "one.dng"
    write_dng(path, mosaic(64, 64, 12), header(exposure=Exposure()), bits=12)
    with tifffile.TiffFile(path) as file:
        assert "ExposureTime" not in file.pages[0].tags["ExifTag"].value
        assert "DateTime" not in file.pages[0].tags


def test_colour_tags_are_what_camera_colour_says(tmp_path: Path) -> None:
    path = tmp_path / "one.dng"
    neutral = np.array([0.43219876, 1.0, 0.71])
    written = header(neutral=neutral)
    write_dng(path, mosaic(64, 64, 12), written, bits=12)
    said = camera_colour(written)
    with tifffile.TiffFile(path) as file:
        tags = file.pages[0].tags

        def numbers(name: str) -> NDArray[np.float64]:
            pairs = np.array(tags[name].value, np.float64).reshape(-1, 2)
            return np.asarray(pairs[:, 0] / pairs[:, 1])

        assert np.array_equal(numbers("AsShotNeutral"), said.neutral)
        assert np.array_equal(numbers("ColorMatrix1").reshape(3, 3), said.matrices[0][1])
        assert np.array_equal(numbers("ColorMatrix2").reshape(3, 3), said.matrices[1][1])
        assert tags["CalibrationIlluminant1"].value == 17
        assert tags["CalibrationIlluminant2"].value == 21
    assert [cct for cct, _ in said.matrices] == [2856.0, 6504.0]
    np.testing.assert_allclose(said.neutral, neutral, atol=5e-5)
    assert said.neutral[0] != neutral[0]


def test_libraw_uses_the_matrix(tmp_path: Path) -> None:
    path = tmp_path / "one.dng"
    only = header(colour_matrices=((21, MATRIX_D65),))
    write_dng(path, mosaic(64, 64, 12), only, bits=12)
    with rawpy.imread(str(path)) as raw:
        seen = np.array(raw.daylight_whitebalance[:3])
    white = MATRIX_D65 @ np.array([0.9505, 1.0, 1.089])
    np.testing.assert_allclose(seen / seen[1], white[1] / white, rtol=2e-3)


@pytest.mark.parametrize(("orientation", "flip"), [(1, 0), (3, 3), (6, 6), (8, 5)])
def test_orientation_is_said_and_not_applied(tmp_path: Path, orientation: int, flip: int) -> None:
    path = tmp_path / "one.dng"
    samples = mosaic(64, 96, 12)
    write_dng(path, samples, header(orientation=orientation), bits=12)
    with rawpy.imread(str(path)) as raw:
        assert raw.sizes.flip == flip
        assert np.array_equal(raw.raw_image, samples)


def test_active_area_moves_the_visible_picture(tmp_path: Path) -> None:
    path = tmp_path / "one.dng"
    samples = mosaic(70, 100, 14)
    black = (200.0, 210.0, 220.0, 230.0)
    written = header(active_area=(4, 8, 68, 98), black=black, white=16000)
    write_dng(path, samples, written, bits=14, compression="lossless-jpeg")
    with rawpy.imread(str(path)) as raw:
        assert np.array_equal(raw.raw_image_visible, samples[4:68, 8:98])
        colours = raw.raw_pattern.ravel()
        assert [raw.black_level_per_channel[c] for c in colours] == list(black)


def _slow_pack(samples: NDArray[np.uint16], bits: int) -> bytes:
    rows = []
    for row in samples.tolist():
        text = "".join(f"{value:0{bits}b}" for value in row)
        text += "0" * (-len(text) % 8)
        rows.append(bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)))
    return b"".join(rows)


@given(st.sampled_from([12, 14]), st.integers(1, 3), st.integers(1, 17), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=60)
def test_packing_equals_the_slow_twin(bits: int, height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples = rng.integers(0, 1 << bits, (height, width)).astype(np.uint16)
    assert pack_samples(samples, bits) == _slow_pack(samples, bits)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pattern": "RGBG"}, "pattern"),
        ({"colour_matrices": ()}, "colour matrices"),
        ({"neutral": np.array([0.5, 0.0, 1.0])}, "neutral"),
        ({"orientation": 9}, "orientation"),
        ({"black": (100.0, 100.0, 100.0, 5000.0)}, "black"),
    ],
)
def test_impossible_headers_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        header(**changes)


def test_impossible_mosaics_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.dng"
    with pytest.raises(ValueError, match="fit into 12 bits"):
        write_dng(path, np.full((8, 8), 4096, np.uint16), header(), bits=12)
    with pytest.raises(ValueError, match="12, 14 or 16"):
        write_dng(path, mosaic(8, 8, 8), header(white=255), bits=8)
    with pytest.raises(ValueError, match="outside the mosaic"):
        write_dng(path, mosaic(8, 8, 12), header(active_area=(0, 0, 8, 10)), bits=12)
    with pytest.raises(ValueError, match="odd photosite"):
        write_dng(path, mosaic(8, 8, 12), header(active_area=(1, 0, 8, 8)), bits=12)
    with pytest.raises(ValueError, match="compression"):
        write_dng(path, mosaic(8, 8, 12), header(), bits=12, compression="zip")
    assert list(tmp_path.iterdir()) == []


def test_a_standing_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "one.dng"
    path.write_bytes(b"mine")
    with pytest.raises(InputError, match="--overwrite"):
        write_dng(path, mosaic(8, 8, 12), header(), bits=12)
    assert path.read_bytes() == b"mine"
    write_dng(path, mosaic(8, 8, 12), header(), bits=12, overwrite=True)
    assert path.read_bytes()[:4] == b"II*\0"
