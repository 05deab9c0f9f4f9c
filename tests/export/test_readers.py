"""Every kind of table through every program that reads it: same codes, no NaN, else not kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.errors import ExportError, InputError
from ledcal.export._ocio import apply_file
from ledcal.export.formats import FORMATS, deliver
from ledcal.export.label import inverse_label, label_of
from ledcal.export.picture import encode_picture, hald_pixels
from ledcal.export.readback import (
    FFMPEG_CUBE,
    FFMPEG_HALD,
    OPENCOLORIO,
    READ_BACK_LIMIT,
    Reader,
    odd_colours,
    read_back_colours,
    require_nodes,
    require_same,
)
from ledcal.export.spi3d import format_spi3d
from ledcal.lut.chain import apply_chain
from ledcal.lut.interpolate import apply_lut
from ledcal.values.chain import Chain, Lut1d
from ledcal.values.export import Label
from ledcal.values.lut import Lut3d
from tests.profile.fake import fake_profile, fake_table, tree

if TYPE_CHECKING:
    from pathlib import Path

LABEL = label_of(fake_profile())
ROUGH = np.random.default_rng(7).uniform(0.2, 0.8, (17, 17, 17, 3))
HALF_STEP = 0.5 / 65535
BOTH = ["tetrahedral", "trilinear"]
READERS = {
    "cube": [(OPENCOLORIO, BOTH), (FFMPEG_CUBE, BOTH)],
    "resolve-cube": [(OPENCOLORIO, BOTH)],
    "spi3d": [(OPENCOLORIO, BOTH)],
    "hald": [(FFMPEG_HALD, BOTH)],
}
CASES = [
    pytest.param(name, reader, way, id=f"{name}, {reader.name().split()[0]}, {way}")
    for name, readers in READERS.items()
    for reader, ways in readers
    for way in ways
]


def rough(name: str) -> Lut3d:
    if name == "hald":
        return Lut3d(np.random.default_rng(7).uniform(0.2, 0.8, (16, 16, 16, 3)))
    return Lut3d(ROUGH)


def written(folder: Path, name: str, lut: Lut3d) -> Path:
    return deliver(LABEL, lut, apply_lut, format_name=name, path=folder).files[0]


@pytest.mark.parametrize(("name", "reader", "way"), CASES)
def test_the_same_codes(tmp_path: Path, name: str, reader: Reader, way: str) -> None:
    lut = rough(name)
    path = written(tmp_path, name, lut)
    code = read_back_colours()
    got = reader.apply(path, code, interpolation=way)
    limit = READ_BACK_LIMIT + (HALF_STEP if name == "hald" else 0.0)
    assert np.abs(got - apply_lut(lut, code, interpolation=way)).max() < limit


@pytest.mark.parametrize(("name", "reader", "way"), CASES)
def test_what_is_no_code_gives_one(tmp_path: Path, name: str, reader: Reader, way: str) -> None:
    lut = rough(name)
    path = written(tmp_path, name, lut)
    code = odd_colours(with_nan=reader.takes_nan)
    got = reader.apply(path, code, interpolation=way)
    assert np.isfinite(got).all()
    number = ~np.isnan(code).any(axis=1)
    held = apply_lut(lut, np.clip(code[number], 0.0, 1.0), interpolation=way)
    np.testing.assert_allclose(got[number], held, rtol=0, atol=9e-6)


@pytest.mark.parametrize("name", [*READERS, "lattice"])
def test_who_read_it_and_how_well_is_said(tmp_path: Path, name: str) -> None:
    proofs = deliver(LABEL, rough(name), apply_lut, format_name=name, path=tmp_path).proofs
    said = {(proof.reader.split()[0], proof.interpolation) for proof in proofs}
    wanted = {
        (reader.name().split()[0], way) for reader, ways in READERS.get(name, []) for way in ways
    }
    nodes = {("ffmpeg", "nodes")} if name in {"hald", "lattice"} else set()
    assert said == wanted | nodes
    assert all(0.0 <= proof.worst <= proof.limit < 1e-5 for proof in proofs)
    assert all(proof.n_colours >= 16**3 for proof in proofs)


def test_resolves_kind_comments_first_then_size_and_range(tmp_path: Path) -> None:
    path = written(tmp_path, "resolve-cube", rough("cube"))
    assert path.name == "buehne-3-kamera-x-2031-05-04_17_resolve.cube"
    lines = path.read_text("ascii").splitlines()
    head = [line for line in lines if line.startswith("#")]
    assert lines[: len(head)] == head
    assert lines[len(head) : len(head) + 2] == ["LUT_3D_SIZE 17", "LUT_3D_INPUT_RANGE 0.0 1.0"]
    assert len(lines) == len(head) + 2 + 17**3
    assert any("in: content code" in line for line in head)


def test_spi3d_says_each_node(tmp_path: Path) -> None:
    path = written(tmp_path, "spi3d", rough("cube"))
    lines = path.read_text("ascii").splitlines()
    assert lines[:3] == ["SPILUT 1.0", "3 3", "17 17 17"]
    assert len(lines) == 3 + 17**3
    words = lines[3 + (4 * 17 + 2) * 17 + 9].split()
    assert words[:3] == ["4", "2", "9"]
    np.testing.assert_allclose([float(word) for word in words[3:]], ROUGH[4, 2, 9], atol=5.1e-8)


def swapped(lut: Lut3d) -> Lut3d:
    return Lut3d(lut.table.transpose(2, 1, 0, 3))


def nearly(lut: Lut3d) -> Lut3d:
    table = lut.table.copy()
    table[5, 6, 7, 1] += 2.5e-5
    return Lut3d(table)


def all_nearly(lut: Lut3d) -> Lut3d:
    return Lut3d(lut.table + 2e-5)


@pytest.mark.parametrize("spoil", [swapped, nearly, all_nearly])
@pytest.mark.parametrize("name", [*READERS, "lattice"])
def test_a_file_that_does_not_read_back_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, spoil: Any
) -> None:
    right = FORMATS[name]

    def wrong(lut: Lut3d, label: Any) -> bytes:
        return right.encode(spoil(lut), label)

    changed = {field: getattr(right, field) for field in right.__slots__} | {"encode": wrong}
    monkeypatch.setitem(FORMATS, name, type(right)(**changed))
    with pytest.raises(ExportError, match="the file was not kept; please report it"):
        deliver(LABEL, rough(name), apply_lut, format_name=name, path=tmp_path)
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("reader", [OPENCOLORIO, FFMPEG_CUBE], ids=["OpenColorIO", "ffmpeg"])
@pytest.mark.parametrize("way", BOTH)
def test_each_program_alone_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Reader, way: str
) -> None:
    """One reader that sees it differently, in one interpolation, is enough."""

    def bent(path: Path, code: Any, *, interpolation: str = "tetrahedral") -> Any:
        got = reader.apply(path, code, interpolation=interpolation)
        return got + 2e-6 * (interpolation == way)

    right = FORMATS["cube"]
    readers = tuple(
        (Reader(one.name, bent, one.takes_nan) if one is reader else one, ways)
        for one, ways in right.readers
    )
    changed = {field: getattr(right, field) for field in right.__slots__} | {"readers": readers}
    monkeypatch.setitem(FORMATS, "cube", type(right)(**changed))
    with pytest.raises(ExportError, match=reader.name().split()[0]):
        deliver(LABEL, fake_table(17), apply_lut, format_name="cube", path=tmp_path)
    assert tree(tmp_path) == {}


def test_nan_out_of_a_program_stops_it(tmp_path: Path) -> None:
    path = tmp_path / "wall.spi3d"
    path.write_text(format_spi3d(Lut3d(ROUGH)))
    reader = Reader(lambda: "another program 1.0", lambda _, code, **__: code * np.nan)
    with pytest.raises(ExportError, match=r"another program 1\.0"):
        require_same(path, Lut3d(ROUGH), apply_lut, name=path, reader=reader)

    def passes_nan_on(path: Path, code: Any, *, interpolation: str) -> Any:
        got = apply_file(path, code, interpolation=interpolation)
        return np.where(np.isnan(code), np.nan, got)

    reader = Reader(lambda: "another program 1.0", passes_nan_on)
    with pytest.raises(ExportError, match="which the table never gives"):
        require_same(path, Lut3d(ROUGH), apply_lut, name=path, reader=reader)


@pytest.mark.parametrize("name", ["cube", "resolve-cube", "spi3d", "lattice"])
def test_tables_of_others_keep_their_size(tmp_path: Path, name: str) -> None:
    lut = Lut3d(np.random.default_rng(1).uniform(0, 1, (20, 20, 20, 3)))
    assert "_20" in written(tmp_path, name, lut).name


def test_names_of_files_are_ascii(tmp_path: Path) -> None:
    label = Label("Bühne 3/links", "content code", "wall code")
    made = deliver(label, rough("cube"), apply_lut, format_name="cube", path=tmp_path).files
    assert [path.name for path in made] == ["Buhne-3-links_17.cube"]


def test_a_hald_takes_only_squares(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a hald file takes one of 16, 25, 36, 49, 64"):
        written(tmp_path, "hald", fake_table(17))


def test_an_inverse_is_labelled(tmp_path: Path) -> None:
    label = inverse_label(LABEL, lost=0.4231)
    chain = Chain(Lut1d.straight(1.0), fake_table(17), None)
    path = deliver(label, chain, apply_chain, format_name="clf", path=tmp_path).files[0]
    text = path.read_text("utf-8").split("<Range")[0]
    assert path.name == "buehne-3-kamera-x-2031-05-04-inverse_17.clf"
    assert "<InputDescriptor>code for wall" in text
    assert "<OutputDescriptor>content code" in text
    assert "INVERSE of an LED wall correction: never for the wall" in text
    assert "42.3 % of the content" in text
    assert "last step before the LED processor" not in text


@pytest.mark.parametrize("name", ["cube", "spi3d"])
def test_a_folder_called_like_a_variable_is_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SHOW", "elsewhere")
    folder = tmp_path / "$SHOW" / "%SHOW%"
    folder.mkdir(parents=True)
    path = written(folder, name, rough(name))
    assert np.abs(apply_file(path, np.full((1, 3), 0.5)) - ROUGH[8, 8, 8]).max() < 1e-6


def test_a_file_that_opencolorio_does_not_find_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"none\.cube: OpenColorIO cannot read it"):
        apply_file(tmp_path / "none.cube", np.zeros((1, 3)))


def test_a_refusal_names_the_file_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        FORMATS, "cube", replace(FORMATS["cube"], encode=lambda *_: b"LUT_3D_SIZE 17\n")
    )
    with pytest.raises(ExportError, match=r"cannot read it") as caught:
        deliver(LABEL, rough("cube"), apply_lut, format_name="cube", path=tmp_path / "wall.cube")
    assert str(caught.value).startswith(f"{tmp_path / 'wall.cube'}: ")
    assert ".part-" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("off", [-1e-5, 1e-5])
def test_no_colour_becomes_less_or_more_than_the_table_gives(tmp_path: Path, off: float) -> None:
    path = tmp_path / "wall.spi3d"
    path.write_text(format_spi3d(Lut3d(ROUGH)))
    n_odd = len(odd_colours())

    def beyond(path: Path, code: Any, **words: Any) -> Any:
        got = apply_file(path, code, **words)
        end = ROUGH.min() if off < 0 else ROUGH.max()
        got[-n_odd:] = end + off
        return got

    reader = Reader(lambda: "another program 1.0", beyond)
    with pytest.raises(ExportError, match="which the table never gives"):
        require_same(path, Lut3d(ROUGH), apply_lut, name=path, reader=reader)


def test_a_picture_of_another_size_is_found(tmp_path: Path) -> None:
    pixels = hald_pixels(rough("hald"))
    path = tmp_path / "wall.png"
    # As bright everywhere: only the size tells.
    path.write_bytes(encode_picture(np.full((1, 64, 3), 0.5), LABEL, suffix=".png"))
    with pytest.raises(ExportError, match="reads 64 x 1 px instead of 64 x 64;"):
        require_nodes(path, np.full_like(pixels, 0.5), name=path, rounding=HALF_STEP)


def test_the_read_back_looks_beside_the_codes_too() -> None:
    code = read_back_colours()
    below, above = (code < 0.0).any(axis=1), (code > 1.0).any(axis=1)
    assert (below & above).any()
    assert (below & ~above).any()
    assert (~below & above).any()
    # Exact in float32, as is the place in a cell of 65 nodes.
    assert np.array_equal(code * 64, (code * 64).astype(np.float32))
