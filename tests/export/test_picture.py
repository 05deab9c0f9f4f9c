"""Hald and lattice: where each node lies, what the picture says, and OpenColorIO's own tool."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ledcal.errors import InputError
from ledcal.export._ocio import apply_file
from ledcal.export.formats import deliver, write_table
from ledcal.export.label import label_of
from ledcal.export.picture import (
    HALD_SIZES,
    encode_picture,
    hald_pixels,
    identity_of,
    lattice_pixels,
)
from ledcal.files.images import read_image
from ledcal.files.lut_filter import filter_cube
from ledcal.lut.interpolate import apply_lut
from ledcal.values.export import Label
from ledcal.values.lut import Lut3d
from tests.profile.fake import fake_profile, fake_table

TOOL = Path(sys.executable).with_name("ociolutimage")
OIIOTOOL = Path(sys.executable).with_name("oiiotool")
LABEL = label_of(fake_profile())


def extract(picture: Path, size: int) -> Path:
    """Run OpenColorIO's own tool on a lattice; it reads EXR only."""
    if picture.suffix == ".png":
        floats = picture.with_suffix(".exr")
        subprocess.run([OIIOTOOL, picture, "-d", "float", "-o", floats], check=True)
        picture = floats
    out = picture.with_suffix(".spi3d")
    subprocess.run(
        [TOOL, "--extract", "--cubesize", str(size), "--input", picture, "--output", out],
        check=True,
        capture_output=True,
    )
    return out


@pytest.mark.parametrize("size", HALD_SIZES)
def test_hald_red_fastest_then_green_then_blue(size: int) -> None:
    pixels = hald_pixels(identity_of(fake_table(size)))
    edge = round(size**1.5)
    assert pixels.shape == (edge, edge, 3)
    flat = pixels.reshape(-1, 3)
    step = 1 / (size - 1)
    np.testing.assert_allclose(flat[1], [step, 0, 0])
    np.testing.assert_allclose(flat[size], [0, step, 0])
    np.testing.assert_allclose(flat[size**2], [0, 0, step])
    with pytest.raises(ValueError, match="no square"):
        hald_pixels(fake_table(size + 1))


@pytest.mark.parametrize("size", [17, 33, 65])
@pytest.mark.skipif(not TOOL.exists(), reason="ociolutimage is not installed beside Python")
def test_the_identity_is_that_of_opencolorio(tmp_path: Path, size: int) -> None:
    out = tmp_path / "lattice.exr"
    subprocess.run(
        [TOOL, "--generate", "--cubesize", str(size), "--output", out],
        check=True,
        capture_output=True,
    )
    theirs, _ = read_image(out)
    ours = lattice_pixels(identity_of(fake_table(size)))
    np.testing.assert_array_equal(theirs, ours.astype(np.float32))


@pytest.mark.parametrize(("suffix", "atol"), [(".exr", 1e-6), (".png", 9e-6)])
@pytest.mark.parametrize("size", [17, 65])
@pytest.mark.skipif(not TOOL.exists(), reason="ociolutimage is not installed beside Python")
def test_opencolorio_extracts_the_table(
    tmp_path: Path, size: int, suffix: str, atol: float
) -> None:
    lut = fake_table(size)
    path = tmp_path / f"wall{suffix}"
    files = deliver(LABEL, lut, apply_lut, format_name="lattice", path=path).files
    assert [file.name for file in files] == [f"wall{suffix}", f"wall_identity{suffix}"]
    code = np.random.default_rng(4).uniform(0, 1, (2000, 3))
    got = apply_file(extract(files[0], size), code)
    np.testing.assert_allclose(got, apply_lut(lut, code), rtol=0, atol=atol + 1e-6)
    same = apply_file(extract(files[1], size), code)
    np.testing.assert_allclose(same, code, rtol=0, atol=atol)


def test_a_host_that_has_the_table_turns_one_picture_into_the_other(tmp_path: Path) -> None:
    lut = fake_table(33)
    write_table(LABEL, lut, apply_lut, format_name="cube", path=tmp_path / "wall.cube")
    made = deliver(LABEL, lut, apply_lut, format_name="lattice", path=tmp_path / "l.exr").files
    wanted, sent = (read_image(path)[0] for path in made)
    saved = filter_cube(tmp_path / "wall.cube", sent.reshape(-1, 3).astype(np.float64))
    assert np.abs(saved - wanted.reshape(-1, 3)).max() < 1e-6


@pytest.mark.parametrize("suffix", [".png", ".exr"])
def test_the_picture_says_what_it_is_in_ascii(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"p{suffix}"
    path.write_bytes(encode_picture(np.zeros((8, 8, 3)), LABEL, suffix=suffix))
    said = str(read_image(path)[1]["ImageDescription"])
    assert "in: content code, P3-D65, ST 2084, full range, held at 1500 nits" in said
    assert "out: code for wall Buhne 3" in said


@pytest.mark.parametrize("name", ["hald", "lattice"])
def test_a_png_says_nothing_that_programs_convert_colours_by(tmp_path: Path, name: str) -> None:
    path = tmp_path / "p.png"
    size = 16 if name == "hald" else 17
    for file in deliver(LABEL, fake_table(size), apply_lut, format_name=name, path=path).files:
        head = file.read_bytes().split(b"IDAT")[0]
        assert b"tEXt" in head
        for chunk in (b"sRGB", b"gAMA", b"cHRM", b"iCCP", b"cICP"):
            assert chunk not in head


@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_codes_that_a_png_cannot_hold_are_refused(tmp_path: Path, value: float) -> None:
    lut = Lut3d(np.full((17, 17, 17, 3), value))
    with pytest.raises(InputError, match="a PNG only 0 to 1"):
        deliver(LABEL, lut, apply_lut, format_name="lattice", path=tmp_path / "l.png")
    assert list(tmp_path.iterdir()) == []
    deliver(LABEL, lut, apply_lut, format_name="lattice", path=tmp_path / "l.exr")


def test_the_identity_of_a_lattice_replaces_nothing_unasked(tmp_path: Path) -> None:
    (tmp_path / "l_identity.exr").write_text("mine")
    with pytest.raises(InputError, match=r"l_identity\.exr exists already"):
        deliver(LABEL, fake_table(17), apply_lut, format_name="lattice", path=tmp_path / "l.exr")
    assert [path.name for path in tmp_path.iterdir()] == ["l_identity.exr"]


def test_the_identity_says_that_it_changes_nothing(tmp_path: Path) -> None:
    label = Label("north", "content code", "wall code")
    made = deliver(label, fake_table(17), apply_lut, format_name="lattice", path=tmp_path).files
    assert [path.name for path in made] == [
        "north_17_lattice.exr",
        "north_17_lattice_identity.exr",
    ]
    assert "out: the code that goes in" in str(read_image(made[1])[1]["ImageDescription"])
