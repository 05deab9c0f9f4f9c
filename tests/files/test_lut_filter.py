"""Tables and pictures as ffmpeg reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.errors import ExportError, SystemFault
from ledcal.export.cube import format_cube
from ledcal.export.picture import hald_pixels, lattice_pixels
from ledcal.files.images import write_image
from ledcal.files.lut_filter import decode_picture, ffmpeg_name, filter_cube, filter_hald
from ledcal.lut.interpolate import apply_lut
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from pathlib import Path

ROUGH = Lut3d(np.random.default_rng(1).uniform(-0.1, 1.1, (17, 17, 17, 3)))
BOTH = ("tetrahedral", "trilinear")


@pytest.fixture(params=["wall.cube", "Bühne 3, [a]:b;'c' = \\d.cube"])
def cube(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    path.write_text(format_cube(ROUGH, title="t"), "ascii")
    return path


@pytest.mark.parametrize("interpolation", BOTH)
@pytest.mark.parametrize("n", [1, 255, 256, 3000])
def test_ffmpeg_does_what_the_table_does(cube: Path, interpolation: str, n: int) -> None:
    code = np.random.default_rng(n).integers(-400, 4500, (n, 3)) / 4096
    got = filter_cube(cube, code, interpolation=interpolation)
    want = apply_lut(ROUGH, code, interpolation=interpolation)
    np.testing.assert_allclose(got, want, rtol=0, atol=3e-7)


@pytest.mark.parametrize("interpolation", BOTH)
def test_nan_is_refused_before_ffmpeg_sees_it(cube: Path, interpolation: str) -> None:
    with pytest.raises(ValueError, match="NaN"):
        filter_cube(cube, np.array([[0.5, np.nan, 0.5]]), interpolation=interpolation)


def test_what_ffmpeg_does_not_read_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wall.cube"
    path.write_text("LUT_3D_SIZE 2\nhello\n")
    with pytest.raises(ExportError, match=r"wall\.cube: ffmpeg cannot read it"):
        filter_cube(path, np.zeros((1, 3)))
    with pytest.raises(SystemFault, match="No such file"):
        filter_cube(tmp_path / "none.cube", np.zeros((1, 3)))
    path.with_suffix(".png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ExportError, match="ffmpeg cannot read it"):
        decode_picture(path.with_suffix(".png"))


@pytest.mark.parametrize("interpolation", BOTH)
def test_a_hald_picture_does_what_its_table_does(tmp_path: Path, interpolation: str) -> None:
    steps = np.random.default_rng(2).integers(0, 65536, (16, 16, 16, 3))
    lut = Lut3d(steps / 65535)
    path = tmp_path / "hald.png"
    write_image(path, hald_pixels(lut).astype(np.float32))
    code = np.random.default_rng(3).integers(-400, 4500, (3000, 3)) / 4096
    got = filter_hald(path, code, interpolation=interpolation)
    want = apply_lut(lut, code, interpolation=interpolation)
    np.testing.assert_allclose(got, want, rtol=0, atol=5e-7)


def test_a_picture_that_is_no_hald_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hald.png"
    write_image(path, np.zeros((60, 64, 3), np.float32))
    with pytest.raises(ExportError, match="ffmpeg cannot read it"):
        filter_hald(path, np.zeros((1, 3)))


@pytest.mark.parametrize("suffix", [".png", ".exr"])
def test_pictures_are_decoded_to_the_last_digit(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"lattice{suffix}"
    pixels = np.clip(lattice_pixels(ROUGH), 0 if suffix == ".png" else -1, 1).astype(np.float32)
    write_image(path, pixels)
    got = decode_picture(path)
    atol = 0.51 / 65535 if suffix == ".png" else 0.0
    np.testing.assert_allclose(got, pixels, rtol=0, atol=atol)


def test_eight_bits_are_not_enough(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    write_image(path, np.zeros((8, 8, 3), np.float32), bits=8)
    with pytest.raises(ExportError, match="not 16 bits"):
        decode_picture(path)


def test_it_has_a_version() -> None:
    assert ffmpeg_name().split()[1][0].isdigit()
