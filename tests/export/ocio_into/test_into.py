"""Walls into real configs: proven, replaceable, and nothing changed where it cannot be done."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.errors import ExportError, InputError, LedcalError
from ledcal.export._ocio import opencolorio
from ledcal.export.ocio.account import part
from ledcal.export.ocio.compose import compose_config
from ledcal.export.ocio.config import write_config as write_ours
from ledcal.export.ocio.document import read_document
from ledcal.export.ocio.into import Added, add_walls
from ledcal.export.ocio.proof import open_config
from ledcal.export.ocio.theirs import quietly
from ledcal.lut.interpolate import apply_lut
from tests.export.ocio.walls import fake_wall
from tests.export.ocio_into.configs import LISTS, sections_of_theirs, write_config
from tests.profile.fake import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import WallCorrection

BLENDER = Path("/usr/share/blender/datafiles/colormanagement")
BUILT_IN = ("cg-config-v1.0.0_aces-v1.3_ocio-v2.1", "studio-config-v2.1.0_aces-v1.3_ocio-v2.3")
WALL = fake_wall()
LATER = fake_wall(profile="north-2032")
OTHER = fake_wall("ceiling", profile="ceiling", eotf="BT.1886", peak_nits=100.0)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with quietly():
        yield


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A small config with a folder of tables."""
    path = tmp_path / "show" / "config.ocio"
    (path.parent / "luts").mkdir(parents=True)
    path.write_bytes(write_config(sections_of_theirs(), lists=tuple(LISTS)))
    return path


def add(config: Path, *walls: WallCorrection, evaluate: Any = apply_lut, **words: Any) -> Added:
    words.setdefault("overwrite", "out" not in words)
    return add_walls(config, walls or (WALL,), evaluate, **words)


def theirs_in(path: Path) -> bytes:
    return part(read_document(path.read_bytes(), name="x")).theirs.text.encode()


@pytest.mark.parametrize("name", BUILT_IN)
def test_into_configs_of_the_academy(tmp_path: Path, name: str) -> None:
    config, new = tmp_path / "config.ocio", tmp_path / "show.ocio"
    config.write_text(opencolorio().Config.CreateFromBuiltinConfig(name).serialize())
    before = config.read_bytes()
    made = add(config, WALL, OTHER, out=new)
    assert config.read_bytes() == theirs_in(new) == before
    assert made.proof.n_processors > 70
    assert made.proof.checker.startswith("ociocheck 2.")
    assert (made.notes, made.kept, made.replaced) == ((), None, {})
    # They have the roles, the reference and the view transform.
    assert set(made.added) == {
        "search_path", "displays", "active_displays", "display_colorspaces", "named_transforms",
    }  # fmt: skip
    assert [path.relative_to(tmp_path).as_posix() for path in made.tables] == [
        "ledcal/north-2031_17.cube",
        "ledcal/ceiling_17.cube",
    ]
    opened = open_config(new).config
    assert list(opened.getViews("LED Bühne 3 calibrated")) == ["Un-tone-mapped", "Raw"]
    assert "LED ceiling uncalibrated" in list(opened.getDisplays())


@pytest.mark.skipif(not BLENDER.is_dir(), reason="needs the config of Debian's blender")
def test_into_blenders_own_config(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BLENDER, tmp_path / "colormanagement"))
    config = folder / "config.ocio"
    before = config.read_bytes()
    made = add(config)
    assert theirs_in(config) == before
    assert made.kept is not None
    assert made.kept.read_bytes() == before
    assert made.added["roles"] == ["cie_xyz_d65_interchange"]
    assert made.added["active_views"] == ["Un-tone-mapped"]
    opened = open_config(config)
    # Linear Rec.709 1.0 is 100 nits: PQ 0.508 before the correction.
    plain = opened.displayed("Linear", "LED Bühne 3 uncalibrated", "Un-tone-mapped")
    code = opened.apply(plain, np.ones((1, 3)))
    np.testing.assert_allclose(code, 0.508078, rtol=0, atol=3e-3)
    # Raw stands before our view in their list, and would be what Blender starts with.
    assert list(opened.config.getViews("LED Bühne 3 calibrated")) == ["Un-tone-mapped"]


def test_again_replaces_ours_and_only_ours(config: Path) -> None:
    first = config.read_bytes()
    made = add(config, WALL, OTHER)
    assert (made.kept, made.is_changed) == (config.with_name("config.ocio.before-ledcal"), True)
    second = config.read_bytes()
    again = add(config, OTHER)
    assert (again.kept, again.is_changed, again.added, again.replaced) == (None, False, {}, {})
    assert config.read_bytes() == second
    later = add(config, LATER)
    assert later.kept == config.with_name("config.ocio.before-ledcal-2")
    assert later.replaced["displays"] == ["LED Bühne 3 calibrated", "LED Bühne 3 uncalibrated"]
    assert later.added == {}
    text = config.read_text()
    assert "north-2032_17.cube" in text
    assert "north-2031_17.cube" not in text
    assert text.count("name: LED ceiling calibrated") == 1
    assert theirs_in(config) == first
    assert made.kept is not None
    assert made.kept.read_bytes() == first
    assert later.kept.read_bytes() == second
    # The table of before stays for the config of before.
    names = {path.name for path in (config.parent / "luts" / "ledcal").iterdir()}
    assert names == {"north-2031_17.cube", "north-2032_17.cube", "ceiling_17.cube"}


def test_a_correction_for_another_camera_is_not_lost(config: Path) -> None:
    add(config)
    before = tree(config.parent)
    other = fake_wall(camera="Kamera Y", profile="y")
    with pytest.raises(InputError, match=r"for camera Kamera X \(profile north-2031\)") as caught:
        add(config, other)
    assert "ledcal export north-2031 y --into" in str(caught.value)
    assert tree(config.parent) == before
    made = add(config, WALL, other)
    assert [names.calibrated for names in made.displays] == [
        "LED Bühne 3 calibrated for Kamera X",
        "LED Bühne 3 calibrated for Kamera Y",
    ]
    assert "LED Bühne 3 calibrated" not in list(open_config(config).config.getDisplays())


def test_names_of_theirs_are_refused(config: Path, tmp_path: Path) -> None:
    sections = sections_of_theirs()
    sections["colorspaces"] += (
        "  - !<ColorSpace>\n    name: x\n    aliases: [led bühne 3 Correction]\n"
    )
    config.write_bytes(write_config(sections))
    with pytest.raises(InputError, match="'LED Bühne 3 correction' is in it already"):
        add(config)
    ours = tmp_path / "ours"
    ours.mkdir()
    write_ours(ours, [WALL], apply_lut)
    with pytest.raises(InputError, match=r"'LED Bühne 3 calibrated', .* are in it already"):
        add(ours / "config.ocio")
    made = add(ours / "config.ocio", OTHER)
    assert made.proof.walls.table < 1e-6
    assert (ours / "luts" / "ledcal" / "ceiling_17.cube").is_file()


def test_files_of_others_are_left_alone(config: Path) -> None:
    folder = config.parent / "luts" / "ledcal"
    folder.mkdir()
    (folder / "north-2031_17.cube").write_text("theirs")
    made = add(config)
    assert [path.name for path in made.tables] == ["north-2031-2_17.cube"]
    assert (folder / "north-2031_17.cube").read_text() == "theirs"
    config.chmod(0o640)
    add(config, OTHER)
    assert config.stat().st_mode & 0o777 == 0o640


def test_where_the_path_leads_elsewhere_our_folder_is_added(config: Path, tmp_path: Path) -> None:
    search_path = f"search_path: $NOWHERE/luts:{tmp_path}"
    config.write_bytes(write_config(sections_of_theirs(), search_path=search_path))
    made = add(config)
    assert made.added["search_path"] == ["ledcal"]
    assert f"{search_path}:ledcal\n" in config.read_text()
    assert made.tables == (config.parent / "ledcal" / "north-2031_17.cube",)


def test_tables_go_below_a_folder_of_theirs_that_is_there(config: Path) -> None:
    (config.parent / "a" / "b").mkdir(parents=True)
    (config.parents[1] / "shared").mkdir()
    for search_path, folder in (
        ("../shared:gone:./a/b:luts", "a/b/ledcal"),
        ("../shared:.", "ledcal"),
    ):
        config.write_bytes(
            write_config(sections_of_theirs(), search_path=f"search_path: {search_path}")
        )
        made = add(config)
        assert made.tables == (config.parent / folder / "north-2031_17.cube",)
        assert "search_path" not in made.added
    assert not list((config.parents[1] / "shared").iterdir())


def test_a_file_that_our_folder_would_bring_in_is_noticed(config: Path, tmp_path: Path) -> None:
    """What could not be built before must not do something now."""
    sections = sections_of_theirs()
    lost = "    from_scene_reference: !<FileTransform> {src: lost.spimtx}\n"
    sections["colorspaces"] += f"  - !<ColorSpace>\n    name: x\n{lost}"
    config.write_bytes(write_config(sections, search_path=f"search_path: {tmp_path}"))
    (config.parent / "ledcal").mkdir()
    (config.parent / "ledcal" / "lost.spimtx").write_text("2 0 0 0 0 2 0 0 0 0 2 0\n")
    before = tree(config.parent)
    with pytest.raises(ExportError, match="ACES2065-1 to x would no longer do what it did"):
        add(config)
    assert tree(config.parent) == before


def test_a_view_of_theirs_that_comes_to_light_is_said(config: Path) -> None:
    sections = sections_of_theirs()
    view = "    - !<View> {name: Un-tone-mapped, colorspace: Raw}\n"
    sections["displays"] = sections["displays"].replace("desk:\n", f"desk:\n{view}")
    config.write_bytes(write_config(sections, lists=("active_views",)))
    (note,) = add(config).notes
    assert "so the view of that name of desk is shown too" in note


def test_walls_that_go_with_a_replaced_config_are_said(config: Path) -> None:
    new = config.with_name("new.ocio")
    assert add(config, OTHER, out=new).notes == ()
    made = add(config, out=new, overwrite=True)
    assert made.kept == config.with_name("new.ocio.before-ledcal")
    (note,) = made.notes
    assert "had wall ceiling in it, which config.ocio has not" in note
    assert f"--into {new}" in note
    assert add(new, WALL, OTHER).notes == ()


def test_what_is_wrong_in_theirs_before_is_said(config: Path) -> None:
    sections = sections_of_theirs()
    gone = "    from_scene_reference: !<FileTransform> {src: gone.cube}\n"
    sections["colorspaces"] += f"  - !<ColorSpace>\n    name: x\n{gone}"
    config.write_bytes(write_config(sections))
    checker = add(config).proof.checker
    assert checker.startswith("ociocheck refuses the config as it was, too")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("- !<View> {name: Raw", "- !<View> {name: Roh", 1), "view"),
        (lambda text: text.replace("search_path: luts", "search_path: more"), "search_path"),
        (lambda text: text.replace("desk:", "desk 2:", 1), "active displays"),
        (lambda text: text.replace("isdata: true", "isdata: false", 1), "colorspaces Raw"),
        (lambda text: text.replace("AP0_to_CIE-XYZ-D65_BFD", "AP1_to_CIE-XYZ-D65_BFD", 1), "view_"),
        (lambda text: text.replace("default: Raw", "default: ACES2065-1"), "role default"),
        (lambda text: text.replace("north-2031_17", "gone_17"), "gone_17.cube"),
        (lambda text: text.replace("matrix: [2.49", "matrix: [2.48"), "LED Bühne 3"),
        (lambda text: text.replace("desk, ", "", 1), "default display|active_displays"),
    ],
)
def test_nothing_is_changed_where_something_would_be_lost(
    config: Path, monkeypatch: pytest.MonkeyPatch, change: Any, words: str
) -> None:
    before = tree(config.parent)

    def spoilt(*args: Any) -> Any:
        made = compose_config(*args)
        assert change(made.text) != made.text
        return replace(made, text=change(made.text))

    monkeypatch.setattr("ledcal.export.ocio.into.compose_config", spoilt)
    with pytest.raises(ExportError, match=words) as caught:
        add(config)
    assert str(config) in str(caught.value)
    assert "it was not kept" in str(caught.value)
    assert tree(config.parent) == before


def test_nothing_is_changed_where_a_wall_gets_something_else(config: Path) -> None:
    add(config)
    before = tree(config.parent)

    def off(table: Any, code: FloatArray, **words: Any) -> FloatArray:
        return np.asarray(apply_lut(table, code, **words) + 1e-5)

    with pytest.raises(ExportError):
        add(config, LATER, evaluate=off)
    with pytest.raises(ExportError, match="instead of"):
        # Its table is there already: only the config is proven.
        add(config, evaluate=off)
    assert tree(config.parent) == before


def test_a_crash_leaves_the_config_of_before(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(config.parent)
    move = Path.replace

    def fail(path: Path, target: Path) -> Path:
        if target.suffix == ".ocio":
            # The tables are there already, and the copy.
            assert (config.parent / "luts" / "ledcal" / "north-2031_17.cube").is_file()
            assert config.with_name("config.ocio.before-ledcal").is_file()
            raise OSError(28, "No space left on device")
        return move(path, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(LedcalError, match="disk is full"):
        add(config)
    assert tree(config.parent) == before


def test_a_config_that_somebody_saves_meanwhile_is_left_to_them(config: Path) -> None:
    def edit(table: Any, code: FloatArray, **words: Any) -> FloatArray:
        if b"edited" not in config.read_bytes():
            config.write_bytes(config.read_bytes() + b"# edited\n")
        return apply_lut(table, code, **words)

    with pytest.raises(InputError, match="changed while walls were added"):
        add(config, evaluate=edit)
    assert config.read_bytes().endswith(b"# edited\n")
    assert not list(config.parent.rglob("*.cube"))


def test_places_that_are_refused(config: Path, tmp_path: Path) -> None:
    def refusal(path: Path, **words: Any) -> str:
        with pytest.raises(InputError) as caught:
            add(path, **words)
        return str(caught.value)

    assert "add --overwrite" in refusal(config, overwrite=False)
    assert "-o names the new config" in refusal(config, out=config.parent)
    assert "-o names the new config" in refusal(config, out=config.with_name("new.txt"))
    assert "must stand in the folder of" in refusal(config, out=tmp_path / "new.ocio")
    assert "add --overwrite" in refusal(config, out=config, overwrite=False)
    assert "no such file" in refusal(config.with_name("gone.ocio"))
    assert "ociocheck --iconfig ocio://default" in refusal(Path("ocio://default"))
    archive = config.with_name("show.ocioz")
    archive.touch()
    assert "ocioarchive --extract" in refusal(archive)
    link = config.with_name("link.ocio")
    link.symlink_to(config)
    assert "is a link" in refusal(link)
    # What a link leads to may be read.
    add(link, out=config.with_name("new.ocio"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"ocio_profile_version: 1\nroles: {}\n", r"line 1: a config of version 1.*--format ocio"),
        (b"ocio_profile_version: 2.99\nroles: {}\n", r"OpenColorIO 2.*is version 2\.99"),
        (b"ocio_profile_version: 3\n", r"OpenColorIO 2.*is version 3"),
        (b"roles: {}\n", "no ocio_profile_version"),
        (b"ocio_profile_version: 2\nroles: [\n", "line"),
        (b"ocio_profile_version: 2\nroles: {default: gone}\n", "does not take it"),
    ],
)
def test_configs_that_are_refused(config: Path, data: bytes, words: str) -> None:
    config.write_bytes(data)
    with pytest.raises(InputError, match=words):
        add(config)
    assert config.read_bytes() == data
