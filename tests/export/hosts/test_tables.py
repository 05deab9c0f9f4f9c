"""Hosts that load plain tables: what is in their folders, read by others; what their pages say."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import PyOpenColorIO as ocio
import pytest

from ledcal.export._ocio import apply_file
from ledcal.export.hosts import disguise, ffmpeg, obs, processor, resolve
from ledcal.export.hosts.tables import distinct_stems
from ledcal.export.hosts.words import page_of, parse_paragraphs
from ledcal.files.lut_filter import filter_cube
from ledcal.lut.interpolate import apply_lut, apply_tetrahedral
from ledcal.values.lut import Lut3d
from ledcal.values.stage import Wall
from tests.export.sealed import fake_wall

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Page

HOSTS = {host.name: host for host in (m.HOST for m in (disguise, ffmpeg, obs, processor, resolve))}
CODE = np.random.default_rng(11).uniform(-0.05, 1.05, (800, 3))


@dataclass(frozen=True)
class Written:
    """The folder of a host."""

    folder: Path
    page: Page

    @property
    def files(self) -> list[str]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    def table(self, tail: str) -> Path:
        return self.folder / f"{fake_wall().label.name}{tail}"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Written]:
    """The folders of all of them."""
    made = {}
    for name, host in HOSTS.items():
        folder = tmp_path_factory.mktemp(name)
        made[name] = Written(folder, host.write(folder, (fake_wall(),), apply_lut))
    return made


@pytest.mark.parametrize("name", HOSTS)
def test_a_page_says_all_that_the_host_needs(name: str, folders: dict[str, Written]) -> None:
    page, files = folders[name].page, folders[name].files
    words = [page.takes, page.gives, page.interpolation, page.check, *page.steps, *page.traps]
    assert all(words)
    text = "\n".join(words)
    assert "$" not in text
    assert len(page.steps) >= 5
    assert len(page.traps) >= 5
    assert "full range" in text
    assert page.is_scene_linear is False
    assert page.interpolates == "tetrahedral"
    assert fake_wall().label.takes in page.takes
    assert fake_wall().label.gives in page.gives
    # Every table that the page names is there, and the best of them is named.
    named = set(re.findall(r"[\w.-]+_\d+(?:_resolve)?\.(?:cube|clf)", text))
    have = {name.rpartition("/")[2] for name in files}
    assert named
    assert named <= have
    assert any("_17" in name for name in named)
    assert all(name.isascii() for name in files)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("processor", ["NAME_17.cube", "NAME_9.cube"]),
        ("obs", ["NAME_17.cube", "NAME_9.cube"]),
        ("ffmpeg", ["NAME_17.cube", "NAME_9.cube", "apply.bat", "apply.sh"]),
        ("resolve", ["NAME_17.clf", "NAME_17_resolve.cube", "NAME_9_resolve.cube"]),
        (
            "disguise",
            [
                "lutfiles/NAME_17.cube",
                "lutfiles/NAME_9.cube",
                "ocio/config.ocio",
                "ocio/luts/NAME_17.cube",
            ],
        ),
    ],
)
def test_what_is_in_the_folder(name: str, expected: list[str], folders: dict[str, Written]) -> None:
    own = fake_wall().label.name
    assert folders[name].files == sorted(text.replace("NAME", own) for text in expected)


@pytest.mark.parametrize("name", HOSTS)
def test_other_programs_read_the_tables(name: str, folders: dict[str, Written]) -> None:
    tables = fake_wall().tables
    paths = [folders[name].folder / file for file in folders[name].files]
    for path in (path for path in paths if path.suffix in {".cube", ".clf"}):
        size = 9 if "_9" in path.name else 17
        expected = apply_tetrahedral(tables[size], CODE)
        np.testing.assert_allclose(apply_file(path, CODE), expected, atol=1e-6, rtol=0)
        if path.suffix == ".cube" and "_resolve" not in path.name:
            np.testing.assert_allclose(filter_cube(path, CODE), expected, atol=1e-6, rtol=0)


def test_the_usual_sizes() -> None:
    assert {name: host.sizes for name, host in HOSTS.items()} == {
        "disguise": (33, 65),
        "ffmpeg": (33, 65),
        "obs": (33, 65),
        "processor": (17, 33, 65),
        "resolve": (33, 65),
    }
    assert [name for name, host in HOSTS.items() if host.takes_several] == ["disguise"]


def test_resolve_gets_its_own_header(folders: dict[str, Written]) -> None:
    lines = folders["resolve"].table("_17_resolve.cube").read_text("ascii").split("\n")
    header = [line for line in lines[:20] if not line[:1].isdigit()]
    assert header[-2:] == ["LUT_3D_SIZE 17", "LUT_3D_INPUT_RANGE 0.0 1.0"]
    assert all(line.startswith("#") for line in header[:-2])
    clf = folders["resolve"].table("_17.clf").read_text("utf-8")
    assert 'interpolation="tetrahedral"' in clf


def test_disguise_names_the_displays_of_its_config(tmp_path: Path) -> None:
    second = fake_wall(
        wall=replace(fake_wall().wall, name="Decke"), label=replace(fake_wall().label, name="decke")
    )
    page = disguise.HOST.write(tmp_path, (fake_wall(), second), apply_lut)
    config = ocio.Config.CreateFromFile(str(tmp_path / "ocio" / "config.ocio"))
    displays = [name for name in config.getDisplays() if name.endswith(" calibrated")]
    assert len(displays) == 2
    for name in displays:
        assert any(f"'{name}'" in step for step in page.steps)
        space = config.getColorSpace(name)
        assert space is not None
    assert len(list((tmp_path / "lutfiles").iterdir())) == 4
    best = [step for step in page.steps if "decke_17.cube" in step]
    assert len(best) == 1


def test_disguise_numbers_calibrations_of_one_name(tmp_path: Path) -> None:
    first = fake_wall(tables={17: fake_wall().tables[17]})
    stage = replace(first.wall, name="Decke")
    own = Lut3d(0.5 * first.tables[17].table)
    second = replace(first, wall=stage, tables={17: own})
    page = disguise.HOST.write(tmp_path, (first, second), apply_lut)
    name = first.label.name
    expected = {f"{name}_17.cube": first.tables[17], f"{name}-2_17.cube": own}
    for folder in (tmp_path / "lutfiles", tmp_path / "ocio" / "luts"):
        assert {path.name for path in folder.iterdir()} == set(expected)
        for file, table in expected.items():
            wanted = apply_tetrahedral(table, CODE)
            np.testing.assert_allclose(apply_file(folder / file, CODE), wanted, atol=1e-6, rtol=0)
    (step,) = [step for step in page.steps if "LUT layer" in step]
    assert f"Bühne 3: {name}_17.cube; Decke: {name}-2_17.cube" in step


def test_files_that_differ_by_case_alone_are_one_to_many_disks() -> None:
    walls = [
        fake_wall(label=replace(fake_wall().label, name=name))
        for name in ("north", "North", "north", "nörth", "north-2")
    ]
    stems = distinct_stems(walls)
    assert stems == ("north", "North-2", "north-3", "north-4", "north-2-2")


def obs_apply(data: bytes, code: np.ndarray) -> np.ndarray:
    """What OBS does with a .cube, as its color-grade-filter.c and .effect are described.

    Lines in pieces of 255 bytes; the first with three numbers begins the table; curves win over
    a table; half floats; four of the eight nodes around a colour, tetrahedrally.
    """
    rows: list[list[float]] = []
    sizes: dict[str, int] = {}
    for line in data.decode("latin-1").splitlines():
        assert len(line) < 255
        words = line.split()
        try:
            rows.append([float(word) for word in words[:3]])
        except ValueError:
            if words[0] in {"LUT_1D_SIZE", "LUT_3D_SIZE"}:
                sizes[words[0]] = int(words[1])
    assert "LUT_1D_SIZE" not in sizes
    size = sizes["LUT_3D_SIZE"]
    rows = [row for row in rows if len(row) == 3]
    assert len(rows) == size**3
    table = np.array(rows, np.float16).astype(float).reshape(size, size, size, 3)
    table = table.transpose(2, 1, 0, 3)
    place = code * (size - 1)
    base = np.minimum(np.floor(place).astype(int), size - 2)
    share = place - base
    mixed = np.empty_like(code)
    for i, (node, part) in enumerate(zip(base, share, strict=True)):
        falling = np.argsort(-part)
        weights = -np.diff(np.concatenate([[1.0], part[falling], [0.0]]))
        at = node.copy()
        value = weights[0] * table[tuple(at)]
        for weight, axis in zip(weights[1:], falling, strict=True):
            at[axis] += 1
            value = value + weight * table[tuple(at)]
        mixed[i] = value
    return mixed


def test_obs_shows_the_codes_that_the_page_promises(folders: dict[str, Written]) -> None:
    code = np.random.default_rng(3).uniform(0.0, 1.0, (300, 3))
    data = folders["obs"].table("_17.cube").read_bytes()
    away = np.abs(obs_apply(data, code) - apply_tetrahedral(fake_wall().tables[17], code))
    # Half floats: a quarter of a 10-bit step below 1.
    assert 1e-5 < away.max() <= 2.0**-12 + 1e-7


def test_a_walls_name_does_no_harm_in_scripts(tmp_path: Path) -> None:
    stage = fake_wall().wall
    name = 'a & del "x" %PATH% `ls` $(ls)\n"; rm -rf ü'
    evil = Wall(name, *(getattr(stage, slot) for slot in stage.__slots__[1:]))
    page = ffmpeg.HOST.write(tmp_path, (fake_wall(wall=evil),), apply_lut)
    for script in ("apply.sh", "apply.bat"):
        text = (tmp_path / script).read_bytes().decode("ascii")
        remark = next(line for line in text.split("\n") if "for LED wall" in line)
        assert remark.startswith(("# ", "rem "))
        assert "a  del 'x' PATH ls (ls) '; rm -rf u with ffmpeg." in remark
    assert "\n" not in page.takes


def test_a_text_that_is_no_page_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError, match="takes"):
        page_of("obs", {})
    monkeypatch.setattr("ledcal.export.hosts.words._ONCE", ("takes", "gives", "author"))
    words = dict.fromkeys(("takes", "gives", "best"), "x")
    with pytest.raises(ValueError, match=r"obs-page.template: unknown \['check'"):
        page_of("obs", words)


def test_commands_in_steps_stay_on_their_lines() -> None:
    parts = parse_paragraphs("step: Run:\n\n      sh a.sh\n      b.bat\n\n  Then\n  wait.\n")
    assert parts == [("step", "Run:\n    sh a.sh\n    b.bat\nThen wait.")]
