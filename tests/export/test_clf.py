"""A chain as CLF: OpenColorIO gives what we mean, and a file that does not is not kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.errors import ExportError, InputError
from ledcal.export._ocio import apply_file, format_clf
from ledcal.export.formats import FORMATS, Format, label_clf, require_size, write_table
from ledcal.export.label import label_of
from ledcal.export.readback import READ_BACK_LIMIT, read_back_colours, require_same
from ledcal.lut.build import build_lut
from ledcal.lut.chain import apply_chain
from ledcal.values.chain import Chain, Lut1d
from ledcal.values.lut import Lut3d
from tests.profile.fake import fake_profile, fake_table, tree

if TYPE_CHECKING:
    from pathlib import Path

RAMP = np.linspace(0.0, 1.0, 1024)[:, None]


def curves(powers: tuple[float, float, float], top: float = 1.0) -> Lut1d:
    return Lut1d(RAMP ** np.array(powers), top)


def chain(size: int = 17, *, straight: bool = True, cube_only: bool = False) -> Chain:
    first = Lut1d.straight(0.9, top=0.8) if straight else curves((0.5, 0.5, 0.5))
    last = None if cube_only else curves((1.3, 0.8, 0.45))
    return Chain(first, fake_table(size), last)


CHAINS = {
    "straight": chain(),
    "curved": chain(straight=False),
    "33 nodes": chain(33),
    "no last curves": chain(cube_only=True),
    "channels differ": Chain(curves((0.5, 0.7, 0.9), 0.7), fake_table(17), curves((1, 2, 0.5))),
}


@pytest.mark.parametrize("made", CHAINS.values(), ids=CHAINS)
def test_the_file_does_in_opencolorio_what_the_chain_does(tmp_path: Path, made: Chain) -> None:
    path = tmp_path / "wall.clf"
    path.write_text(format_clf(made, name="t"), "utf-8")
    code = np.random.default_rng(3).uniform(-0.1, 1.1, (20_000, 3))
    # Where the last curves are steep (near black) float32 before them counts for more.
    got, ours = apply_file(path, code), apply_chain(made, code)
    assert np.percentile(np.abs(got - ours), 99) < 1e-6
    assert np.abs(got - ours).max() < 2e-5
    require_same(path, made, apply_chain, name=path)


@pytest.mark.parametrize("made", CHAINS.values(), ids=CHAINS)
def test_odd_input_never_gives_nan(tmp_path: Path, made: Chain) -> None:
    path = tmp_path / "wall.clf"
    path.write_text(format_clf(made, name="t"), "utf-8")
    odd = [np.nan, -np.inf, np.inf, -1e30, 1e30, -0.0, -1e-8, 1e-45, 0.5, 1.0]
    code = np.stack(np.meshgrid(odd, odd, odd, indexing="ij"), axis=-1).reshape(-1, 3)
    with np.errstate(over="ignore"):
        got = apply_file(path, code)
    assert np.isfinite(got).all()
    number = ~np.isnan(code).any(axis=1)
    held = apply_chain(made, np.clip(code[number], 0.0, 1.0))
    np.testing.assert_allclose(got[number], held, rtol=0, atol=2e-5)


def export(path: Path, made: Chain) -> Path:
    return write_table(
        label_of(fake_profile()), made, apply_chain, format_name="clf", path=path, overwrite=True
    )


def test_it_says_what_it_is_in_any_alphabet(tmp_path: Path) -> None:
    text = export(tmp_path / "wall.clf", chain()).read_text("utf-8")
    assert 'compCLFversion="3"' in text or "ST 2136-1" in text
    assert "<OutputDescriptor>code for wall Bühne 3, ST 2084, full range" in text
    assert "<InputDescriptor>content code, P3-D65" in text
    assert text.count("<Description>in: ") == 0
    assert text == label_clf(chain(), label_of(fake_profile()))
    assert 'id="urn:uuid:' in text
    assert text != label_clf(chain(33), label_of(fake_profile()))


def test_a_folder_gets_a_file_with_name_and_size(tmp_path: Path) -> None:
    assert export(tmp_path, chain(33)).name == "buehne-3-kamera-x-2031-05-04_33.clf"


def test_other_sizes_are_refused() -> None:
    with pytest.raises(InputError, match="a clf file takes one of 17, 33, 65"):
        require_size("clf", 9)


def without_last(made: Chain, _profile: object) -> bytes:
    return format_clf(replace(made, last=None), name="t").encode()


def swapped(made: Chain, _profile: object) -> bytes:
    cube = Lut3d(made.cube.table.transpose(2, 1, 0, 3))
    return format_clf(replace(made, cube=cube), name="t").encode()


def one_node_off(made: Chain, _profile: object) -> bytes:
    table = made.cube.table.copy()
    table[5, 5, 5, 1] += 5e-6
    return format_clf(replace(made, cube=Lut3d(table)), name="t").encode()


def one_entry_off(made: Chain, _profile: object) -> bytes:
    assert made.last is not None
    table = made.last.table.copy()
    table[300, 0] += 5e-6
    return format_clf(replace(made, last=Lut1d(table)), name="t").encode()


def other_top(made: Chain, _profile: object) -> bytes:
    return format_clf(replace(made, first=replace(made.first, top=0.8001)), name="t").encode()


def trilinear(made: Chain, _profile: object) -> bytes:
    text = format_clf(made, name="t")
    return text.replace('interpolation="tetrahedral"', 'interpolation="trilinear"').encode()


def no_xml(_made: Chain, _profile: object) -> bytes:
    return b"<ProcessList"


@pytest.mark.parametrize(
    "encode", [without_last, swapped, one_node_off, one_entry_off, other_top, trilinear, no_xml]
)
def test_a_file_that_does_not_read_back_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encode: Any
) -> None:
    monkeypatch.setitem(FORMATS, "clf", Format(".clf", encode, Chain))
    with pytest.raises(ExportError, match=r"differs by|cannot read it"):
        export(tmp_path / "wall.clf", chain())
    assert tree(tmp_path) == {}


def test_steep_curves_are_no_false_alarm(tmp_path: Path) -> None:
    """A wall with a threshold, and a level that it shows for many codes: read backwards, jumps."""
    table = np.repeat(0.05 + 0.7 * RAMP + 0.2 * (RAMP > 0.4), 3, axis=1)
    table[0] = 0.0
    made = Chain(Lut1d.straight(0.9, top=0.8), build_lut(lambda s: s**2, 17), Lut1d(table))
    path = export(tmp_path / "wall.clf", made)
    code = read_back_colours()
    # So it is not idle: float32 before the jump shows behind it.
    assert np.abs(apply_file(path, code) - apply_chain(made, code)).max() > READ_BACK_LIMIT


@pytest.mark.parametrize("last", [None, curves((1.3, 0.8, 0.45))], ids=["cube", "curves"])
def test_a_rough_cube_is_no_false_alarm(tmp_path: Path, last: Lut1d | None) -> None:
    nodes = np.random.default_rng(4).uniform(0, 1, (33, 33, 33, 3))
    export(tmp_path / "wall.clf", Chain(Lut1d.straight(0.976, top=0.796), Lut3d(nodes), last))
