"""Nothing leaves that OpenColorIO does not read as we mean it."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ledcal.errors import ExportError, InputError, SystemFault
from ledcal.export._ocio import apply_file
from ledcal.export.cube import format_cube
from ledcal.export.cube_reader import parse_cube
from ledcal.export.formats import (
    FORMATS,
    SIZES,
    Format,
    checked_file,
    label_cube,
    require_size,
    write_table,
)
from ledcal.export.label import label_of
from ledcal.export.readback import READ_BACK_LIMIT, read_back_colours, require_same
from ledcal.lut.interpolate import apply_lut, apply_tetrahedral, apply_trilinear
from ledcal.values.lut import Lut3d
from tests.profile.fake import fake_correct, fake_profile, fake_table, tree


def export(path: Path, *, size: int = 17, name: str = "cube", overwrite: bool = False) -> Path:
    return write_table(
        label_of(fake_profile()),
        fake_table(size),
        apply_lut,
        format_name=name,
        path=path,
        overwrite=overwrite,
    )


@pytest.mark.parametrize("size", SIZES)
def test_the_file_does_in_opencolorio_what_the_correction_does(tmp_path: Path, size: int) -> None:
    path = export(tmp_path / "wall.cube", size=size)
    assert parse_cube(path.read_text("ascii")).size == size
    code = np.random.default_rng(11).uniform(0, 1, (5000, 3))
    got = apply_file(path, code)
    lut = fake_table(size)
    # Colours that float32 does not hold exactly: OpenColorIO is within 6e-7 here.
    np.testing.assert_allclose(got, apply_tetrahedral(lut, code), rtol=0, atol=2e-6)
    # And the table is the exact correction, not the stored 9-point one, resampled.
    nodes = np.array([[1, 0, 0], [5, 3, 2], [16, 16, 16], [2, 9, 15]]) / 16
    np.testing.assert_allclose(apply_file(path, nodes), fake_correct(nodes), rtol=0, atol=2e-7)


def test_opencolorio_interpolates_as_asked(tmp_path: Path) -> None:
    path = export(tmp_path / "wall.cube")
    code = read_back_colours()
    lut = fake_table(17)
    trilinear = apply_file(path, code, interpolation="trilinear")
    np.testing.assert_allclose(trilinear, apply_trilinear(lut, code), rtol=0, atol=1e-6)
    assert np.abs(trilinear - apply_file(path, code)).max() > 1e-3


def test_shape_is_kept_and_the_input_not_touched(tmp_path: Path) -> None:
    path = export(tmp_path / "wall.cube")
    code = np.full((2, 5, 3), 0.25)
    assert apply_file(path, code).shape == (2, 5, 3)
    assert (code == 0.25).all()


def test_the_comments_say_what_goes_in_and_out() -> None:
    head = label_cube(fake_table(2), label_of(fake_profile())).split("TITLE")[0]
    for part in (
        "in: content code, P3-D65, ST 2084, full range, held at 1500 nits",
        "out: code for wall Buhne 3, ST 2084, full range, peak 1500 nits",
        "camera: Kamera X",
        "2031-05-04",
        "interpolate tetrahedrally",
    ):
        assert part in head
    assert len(label_of(fake_profile()).comments) < 10


def test_a_folder_gets_a_file_with_name_and_size(tmp_path: Path) -> None:
    assert export(tmp_path).name == "buehne-3-kamera-x-2031-05-04_17.cube"


@pytest.mark.parametrize(
    ("suffix", "better"),
    [("wall", "wall.cube"), ("wall.lut", "wall.cube"), ("wall.cube.txt", "wall.cube.txt.cube")],
)
def test_another_suffix_is_refused_with_the_name_that_works(
    tmp_path: Path, suffix: str, better: str
) -> None:
    with pytest.raises(InputError, match=rf"must end in \.cube.*try -o \S*/{better}$"):
        export(tmp_path / suffix)
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("size", [2, 16, 32, 64, 130])
def test_other_sizes_are_refused(size: int) -> None:
    with pytest.raises(InputError, match="a cube file takes one of 17, 33, 65"):
        require_size("cube", size)


def test_what_opencolorio_does_not_read_is_refused(tmp_path: Path) -> None:
    table = Lut3d(np.zeros((130, 130, 130, 3)))
    with pytest.raises(InputError, match="--size 130"):
        write_table(
            label_of(fake_profile()),
            table,
            apply_lut,
            format_name="cube",
            path=tmp_path / "wall.cube",
        )


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose one of cube"):
        export(tmp_path / "wall.cube", name="cub")


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "wall.cube"
    path.write_text("mine")
    with pytest.raises(InputError, match="--overwrite"):
        export(path)
    assert path.read_text() == "mine"
    export(path, overwrite=True)
    assert path.read_text().startswith("# LED wall correction")


def swapped(lut: Lut3d, _profile: object) -> bytes:
    return format_cube(Lut3d(lut.table.transpose(2, 1, 0, 3)), title="blue fastest").encode()


def nearly(lut: Lut3d, _profile: object) -> bytes:
    table = lut.table.copy()
    table[5, 5, 5, 1] += 5 * READ_BACK_LIMIT
    return format_cube(Lut3d(table), title="one node off").encode()


def coarse(lut: Lut3d, _profile: object) -> bytes:
    return format_cube(Lut3d(lut.table.round(5)), title="five digits").encode()


def unreadable(_lut: Lut3d, _profile: object) -> bytes:
    return b"LUT_3D_SIZE 17\nhello\n"


@pytest.mark.parametrize(
    ("encode", "says"),
    [
        (swapped, "differs by"),
        (nearly, "differs by"),
        (coarse, "differs by"),
        (unreadable, "OpenColorIO cannot read it"),
    ],
)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_file_that_does_not_read_back_is_not_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    encode: Any,
    says: str,
    is_there: bool,  # noqa: FBT001
) -> None:
    path = tmp_path / "wall.cube"
    if is_there:
        path.write_text("the one before")
    before = tree(tmp_path)
    monkeypatch.setitem(FORMATS, "cube", Format(".cube", encode))
    with pytest.raises(ExportError, match=says) as caught:
        export(path, overwrite=True)
    assert caught.value.exit_code == 1
    assert tree(tmp_path) == before
    with pytest.raises(ExportError, match=says):
        checked_file(label_of(fake_profile()), fake_table(17), apply_lut)


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes = Path.write_bytes

    def failing(path: Path, data: bytes) -> int:
        write_bytes(path, data[:100])
        raise OSError(errno.ENOSPC, "made up")

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(SystemFault, match="the disk is full"):
        export(tmp_path / "wall.cube")
    with pytest.raises(SystemFault, match="the disk is full"):
        checked_file(label_of(fake_profile()), fake_table(9), apply_lut)
    assert tree(tmp_path) == {}


def test_a_folder_that_is_closed_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: Path, **_: object) -> None:
        raise PermissionError(errno.EACCES, "made up", str(path))

    monkeypatch.setattr(Path, "mkdir", failing)
    with pytest.raises(SystemFault, match="no permission"):
        export(tmp_path / "closed" / "wall.cube")


def test_the_stored_table_is_checked_too() -> None:
    data = checked_file(label_of(fake_profile()), fake_table(9), apply_lut)
    np.testing.assert_allclose(
        parse_cube(data.decode("ascii")).table, fake_table(9).table, rtol=0, atol=5.1e-8
    )


def test_a_steep_table_is_no_false_alarm(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    rough = Lut3d(rng.uniform(0, 1, (33, 33, 33, 3)))
    path = tmp_path / "rough.cube"
    path.write_text(format_cube(rough, title="t"))
    require_same(path, rough, apply_tetrahedral, name=path)


def test_the_read_back_looks_everywhere() -> None:
    colours = read_back_colours()
    assert len(colours) > 30000
    inside = colours[((colours >= 0) & (colours <= 1)).all(axis=1)]
    cells = np.minimum((inside * 16).astype(int), 15)
    assert len(np.unique(cells, axis=0)) == 16**3
    assert len(colours) > len(inside)
