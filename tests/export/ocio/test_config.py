"""A whole config: what is in it, and what hosts get from it."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.space import ACES, matrix_rgb_to_rgb
from ledcal.colorimetry.target import target_code
from ledcal.errors import InputError
from ledcal.export._ocio import opencolorio
from ledcal.export.ocio.config import format_config, write_config
from ledcal.export.ocio.proof import Opened, build_all, open_config, views_of
from ledcal.export.ocio.sections import sections_of
from ledcal.export.ocio.spaces import SPACES
from ledcal.export.readback import odd_colours
from ledcal.lut.interpolate import apply_lut
from ledcal.values.stage import Gamut, Target
from tests.export.ocio.walls import SIZE, fake_wall, several_walls
from tests.profile.fake import fake_table

if TYPE_CHECKING:
    from ledcal.export.ocio.config import ConfigFiles

ODD_NAMES = [
    *("a/b", "a: b", "a, b", "the 'big' \"one\"", "Bühne 3", "舞台", "🎬", "a # b", "#1", "[x]"),
    *("{x}", "100%", "$HOME", "a\\b", "- dash", "<USE_DISPLAY_NAME>", "!tag", "*x", "no", "a|b"),
    *(
        "x\ny",
        " ",
        "ACEScg",
        "e\u0301",
        "ٱلْجِدَار",
        "tab\there",
        "x" * 200,
        "null",
        "1.0",
        "@at",
        "`",
    ),
]


def test_everything_is_in_the_menus_in_order(several: ConfigFiles, opened: Opened) -> None:
    displays = [
        "LED Bühne 3 calibrated for Kamera X",
        "LED Bühne 3 calibrated for Kamera Y",
        *(f"LED {name} calibrated" for name in ("ceiling", "tv", "monitor", "cinema", "light")),
        "LED Bühne 3 uncalibrated",
        *(f"LED {name} uncalibrated" for name in ("ceiling", "tv", "monitor", "cinema", "light")),
        "sRGB Monitor",
    ]
    config = opened.config
    assert list(config.getDisplays()) == displays
    assert config.getDefaultDisplay() == displays[0]
    for display in displays:
        assert list(config.getViews(display)) == ["Un-tone-mapped", "Raw"]
        assert config.getDefaultView(display) == "Un-tone-mapped"
    assert list(config.getNamedTransformNames()) == [one.correction for one in several.displays]
    scene = list(
        config.getColorSpaceNames(
            opened.ocio.SEARCH_REFERENCE_SPACE_SCENE, opened.ocio.COLORSPACE_ALL
        )
    )
    assert scene == [*(space.name for space in SPACES), "sRGB - Texture", "Raw"]
    assert (config.getMajorVersion(), config.getMinorVersion()) == (2, 1)


def test_roles_that_hosts_ask_for(opened: Opened) -> None:
    assert dict(opened.config.getRoles()) == {
        "aces_interchange": "ACES2065-1",
        "cie_xyz_d65_interchange": "CIE-XYZ-D65",
        "color_picking": "sRGB - Texture",
        "color_timing": "ACEScct",
        "compositing_log": "ACEScct",
        "data": "Raw",
        "default": "Raw",
        "matte_paint": "sRGB - Texture",
        "reference": "ACES2065-1",
        "rendering": "ACEScg",
        "scene_linear": "ACEScg",
        "texture_paint": "sRGB - Texture",
    }


def test_one_is_100_nits_is_said_where_it_matters(opened: Opened) -> None:
    config = opened.config
    assert "Scene-linear 1.0 = 100 nits" in config.getDescription()
    for name in config.getDisplays():
        assert "1.0 = 100 nits" in config.getColorSpace(name).getDescription(), name
    for space in SPACES:
        assert "1.0 = 100 nits" in config.getColorSpace(space.name).getDescription(), space.name


def test_files_are_beside_the_config_by_relative_paths(several: ConfigFiles) -> None:
    folder = several.config.parent
    names = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    assert names == sorted(path.relative_to(folder).as_posix() for path in several.files)
    tables = [name for name in names if name.startswith("luts/")]
    assert len(tables) == 7
    assert str(folder) not in several.config.read_text("utf-8")


def test_a_moved_folder_works_as_before(several: ConfigFiles, tmp_path: Path) -> None:
    moved = tmp_path / "ein anderer Ort"
    shutil.copytree(several.config.parent, moved)
    assert build_all(open_config(moved / "config.ocio")) == several.proof.n_processors


def test_calibrated_codes_from_end_to_end(opened: Opened, several: ConfigFiles) -> None:
    """Our own chain as other modules have it, on greys and colours that are clear of black."""
    rng = np.random.default_rng(3)
    for wall, names in zip(several_walls(), several.displays, strict=True):
        target = wall.target
        content = 0.2 + 0.6 * rng.random((4000, 3))
        content[:300] = np.linspace(0.2, 0.8, 300)[:, None]
        top = target.peak_nits / 100.0
        light = top * content**3
        for space in SPACES[:4]:
            aces = light @ matrix_rgb_to_rgb(target.gamut, ACES).T
            value = space.value(aces @ np.linalg.inv(space.matrix()).T)
            value = value.astype(np.float32).astype(np.float64)
            back = space.light(value) @ space.matrix().T
            code = target_code(target, back)
            for display, wanted in (
                (names.uncalibrated, code),
                (names.calibrated, apply_lut(wall.tables[SIZE], code)),
            ):
                processor = opened.displayed(space.name, display, names.view)
                away = np.abs(opened.apply(processor, value) - wanted).max()
                # sRGB: OpenColorIO's constants are not those of IEC 61966-2-1.
                limit = 2e-5 if target.eotf == "sRGB" else 2e-6 if space.is_log else 1e-6
                assert away < limit, (space.name, display)


def test_no_light_and_too_much(opened: Opened, several: ConfigFiles) -> None:
    for wall, names in zip(several_walls(), several.displays, strict=True):
        top = wall.target.peak_nits / 100.0
        for display in (names.uncalibrated, names.calibrated):
            processor = opened.displayed("ACES2065-1", display, names.view)
            codes = opened.apply(
                processor, np.array([[top] * 3, [3 * top] * 3, [6e4] * 3, [0.0] * 3, [-5.0] * 3])
            )
            # A peak that float32 rounds down, or rounds on the way, is a hair below.
            assert np.abs(codes[:3] - codes[1]).max() < 5e-7
            assert np.array_equal(codes[3], codes[4])
            assert (
                np.abs(codes[4] - (0.0 if display == names.uncalibrated else codes[3])).max() < 1e-6
            )


def test_what_is_no_colour_gives_a_code_everywhere(opened: Opened) -> None:
    odd = odd_colours()
    for (display, view), space, fast in product(views_of(opened), SPACES, (False, True)):
        if view == "Raw":
            continue
        got = opened.apply(opened.displayed(space.name, display, view), odd, fast=fast)
        assert np.isfinite(got).all(), (display, space.name)
        assert got.min() >= -1e-6


def test_any_name_of_a_wall_survives(tmp_path: Path) -> None:
    walls = [fake_wall(name, camera=name, profile=name) for name in ODD_NAMES]
    walls += [fake_wall(name, camera="b", profile=f"b {name}") for name in ODD_NAMES[:5]]
    sections = sections_of(walls)
    path = tmp_path / "config.ocio"
    path.write_text(format_config(sections), "utf-8", newline="\n")
    (tmp_path / "luts").mkdir()
    for one in sections.walls:
        (tmp_path / "luts" / one.file).write_text("LUT_3D_SIZE 2\n" + "0 0 0\n1 1 1\n" * 4)
    opened = open_config(path)
    names = [one.names for one in sections.walls]
    # As it is, and as OpenColorIO writes it itself.
    again = opened.ocio.Config.CreateFromStream(opened.config.serialize())
    for config in (opened.config, again):
        assert {one.calibrated for one in names} <= set(config.getDisplays())
        assert {one.uncalibrated for one in names} <= set(config.getDisplays())
        assert {one.correction for one in names} == set(config.getNamedTransformNames())
    for called in names:
        opened.displayed("ACEScg", called.calibrated, called.view)
        opened.displayed("ACEScg", called.uncalibrated, called.view)
        opened.processor(called.correction, "ACEScg")


def test_tables_of_one_name_are_two_files() -> None:
    walls = [
        fake_wall(profile="Bühne"),
        fake_wall("b", profile="BUHNE"),
        fake_wall("c", profile="buhne-2"),
    ]
    files = [one.file for one in sections_of(walls, taken_files=["BUHNE_17.CUBE"]).walls]
    assert files == ["Buhne-2_17.cube", "BUHNE-3_17.cube", "buhne-2-2_17.cube"]


def test_the_largest_table_unless_one_is_asked_for() -> None:
    wall = replace(fake_wall(), tables={5: fake_table(5), 9: fake_table(9)})
    assert sections_of([wall]).walls[0].table.size == 9
    assert sections_of([wall], size=5).walls[0].file == "north-2031_5.cube"
    with pytest.raises(ValueError, match=r"no table of 33 nodes, only \[5, 9\]"):
        sections_of([wall], size=33)


def test_the_same_walls_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = (
        write_config(tmp_path / name, [fake_wall()], apply_lut, archive=True) for name in "ab"
    )
    for file, same in zip(one.files, other.files, strict=True):
        assert file.read_bytes() == same.read_bytes(), file.name


def test_the_archive_is_the_folder(several: ConfigFiles) -> None:
    *files, packed = several.files
    assert packed.name == "Buhne-3-ceiling-tv-monitor-cinema-light.ocioz"
    folder = several.config.parent
    with zipfile.ZipFile(packed) as archive:
        assert archive.testzip() is None
        # The time of day is not in it: the same content is the same file.
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == [path.relative_to(folder).as_posix() for path in files]
        for path in files:
            assert archive.read(path.relative_to(folder).as_posix()) == path.read_bytes()
    opened = open_config(packed)
    assert build_all(opened) == several.proof.n_processors


def test_opencolorios_own_tool_unpacks_the_archive(several: ConfigFiles, tmp_path: Path) -> None:
    tool = shutil.which("ocioarchive", path=str(Path(opencolorio().__file__).parent / "bin"))
    if tool is None:
        pytest.skip("this OpenColorIO comes without ocioarchive")
    where = tmp_path / "out"
    subprocess.run(
        [tool, "--extract", str(several.files[-1]), "--dir", str(where)],
        check=True,
        capture_output=True,
    )
    assert (where / "config.ocio").read_bytes() == several.config.read_bytes()
    assert len(list((where / "luts").iterdir())) == 7


def test_the_proof_says_what_was_tried(several: ConfigFiles) -> None:
    proof = several.proof
    assert proof.reader.startswith("OpenColorIO 2.")
    assert "ociocheck" in proof.checker
    # 14 displays and the XYZ of displays, 7 spaces: both ways; 14 displays of 2 views from 7
    # spaces, both ways; 7 corrections both ways.
    assert proof.n_processors == 2 * (15 + 7) + 2 * 14 * 2 * 7 + 2 * 7
    assert proof.walls.n_colours == 7 * (5 * 10028 + 35014)
    assert proof.walls.beyond < 5e-8
    assert proof.walls.table < 2e-7
    assert (proof.unreal.version, proof.unreal.most_textures) == ("2.1", 2)


def test_names_of_a_gamut_stay_in_their_line() -> None:
    wall = fake_wall()
    space = wall.target.gamut
    odd = Gamut("a\nb: c", space.primaries_xy, space.whitepoint_xy)
    sections = sections_of([replace(wall, target=Target(odd, "ST 2084", 1000.0))])
    assert all("\nb: c" not in entry.text for entry in sections.display_colorspaces)


@pytest.mark.parametrize("name", ["$SHOW", "a %1% b"])
def test_where_no_table_would_be_found_no_config_is_written(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "config"
    folder.mkdir(parents=True)
    with pytest.raises(InputError, match=f"below a folder called {re.escape(repr(name))}"):
        write_config(folder, [fake_wall()], apply_lut)
    assert list(folder.iterdir()) == []


def test_a_single_percent_sign_is_no_variable(tmp_path: Path) -> None:
    folder = tmp_path / "100% done"
    folder.mkdir()
    assert write_config(folder, [fake_wall()], apply_lut).config.is_file()
