"""Unreal's folder: the script in an Unreal that behaves as documented, and what a node shows."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.colorimetry.space import BT709, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_code
from ledcal.export.bundle import seal
from ledcal.export.check_colours import best_table
from ledcal.export.hosts.linear709 import in_space
from ledcal.export.hosts.unreal import HOST, SCRIPT, ascii_walls
from ledcal.export.ocio.proof import open_config
from ledcal.lut.interpolate import apply_lut
from ledcal.values.export import CheckColour
from tests.export.hosts.fake_unreal import (
    DisplayClusterRootActor,
    Enum,
    Stage,
    Struct,
    Thing,
)
from tests.export.ocio.walls import fake_wall

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Page

STAGE, CEILING = "LED Buhne 3 calibrated", "LED ceiling calibrated"
PLAIN = "LED Buhne 3 uncalibrated"
VIEW = "Un-tone-mapped"
ASSET = "/Game/Ledcal/OCIO_ledcal"
WALLS = (fake_wall(), fake_wall("ceiling", profile="ceiling", space="BT.2020"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Page]:
    folder = tmp_path_factory.mktemp("project") / "ledcal"
    folder.mkdir()
    return folder, HOST.write(folder, WALLS, apply_lut)


@pytest.fixture
def folder(made: tuple[Path, Page], tmp_path: Path) -> Path:
    return shutil.copytree(made[0], tmp_path / "project" / "ledcal")


def run(stage: Stage, folder: Path, **options: Any) -> None:
    """Run the script in a fake Unreal, with some of its options changed."""
    text = (folder / SCRIPT).read_text("ascii")
    for name, value in options.items():
        before = next(line for line in text.splitlines() if line.startswith(f"{name} = "))
        text = text.replace(before, f"{name} = {value!r}", 1)
    code = compile(text, str(folder / SCRIPT), "exec")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "unreal", stage.module)
        exec(code, {"__name__": "__main__", "__file__": str(folder / SCRIPT)})


def at(thing: Thing, *names: str) -> Any:
    for name in names:
        thing = thing.get_editor_property(name)
    return thing


def conversion(settings: Thing) -> tuple[Any, ...]:
    """What an nDisplay OCIO struct of any version does."""
    inner = settings
    if "color_configuration" not in settings.values:
        inner = at(settings, "ocio_configuration")
    assert at(settings, "is_enabled") is at(inner, "is_enabled") is True
    made = at(inner, "color_configuration")
    assert at(made, "display_view_direction").name == "FORWARD"
    target = at(made, "destination_display_view")
    source = at(made, "source_color_space", "color_space_name")
    asset = at(made, "configuration_source")
    return asset.path, source, at(target, "display"), at(target, "view")


def outer(actor: DisplayClusterRootActor) -> Thing:
    ocio: Thing = at(actor, "current_config_data", "stage_settings", "viewport_ocio")
    return ocio


def inner(actor: DisplayClusterRootActor, camera: int = 0) -> Thing:
    ocio: Thing = at(actor.cameras[camera], "camera_settings", "camera_ocio")
    return ocio


def settings_of(actor: DisplayClusterRootActor) -> tuple[Any, Any]:
    return (
        conversion(at(outer(actor), "all_viewports_ocio_configuration")),
        conversion(at(inner(actor), "all_nodes_ocio_configuration")),
    )


@pytest.mark.parametrize("version", ["5.1", "5.3", "5.7"])
def test_all_is_set_in_every_version(folder: Path, version: str) -> None:
    stage = Stage(folder.parent, version)
    run(stage, folder)
    asset = stage.assets[ASSET]
    assert at(asset, "configuration_file", "file_path") == "ledcal/config.ocio"
    (source,) = at(asset, "desired_color_spaces")
    assert at(source, "color_space_name") == "Linear Rec.709 (sRGB)"
    views = [(at(one, "display"), at(one, "view")) for one in at(asset, "desired_display_views")]
    names = (STAGE, PLAIN, CEILING, "LED ceiling uncalibrated", "sRGB Monitor")
    assert views == [(name, VIEW) for name in names]
    set_to = (ASSET, "Linear Rec.709 (sRGB)", STAGE, VIEW)
    assert settings_of(stage.actors[0]) == (set_to, set_to)
    assert stage.saved == [ASSET, "level"]
    assert stage.words("error") == ""
    assert stage.log[-1] == ("log", "ledcal: done: the wall is set to calibrated")
    assert ("as it should be" in stage.words("log")) is (version == "5.7")
    # Once more: the asset is taken as it is.
    run(stage, folder)
    assert list(stage.assets) == [ASSET]
    assert settings_of(stage.actors[0]) == (set_to, set_to)


@pytest.mark.parametrize("version", ["5.3", "5.7"])
def test_a_name_that_unreal_dropped_is_noticed(folder: Path, tmp_path: Path, version: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    HOST.write(other, WALLS[:1], apply_lut)
    stage = Stage(folder.parent, version)
    if version == "5.3":
        # It looks only at a file that is new to it.
        stage.assets[ASSET] = stage.module.AssetToolsHelpers.get_asset_tools().create_asset(
            *("OCIO_ledcal", "/Game/Ledcal", stage.module.OpenColorIOConfiguration, "factory")
        )
    stage.reads[folder / "config.ocio"] = other / "config.ocio"
    with pytest.raises(RuntimeError, match=r"Unreal dropped .* display 'LED ceiling calibrated'"):
        run(stage, folder)
    assert "ledcal: Unreal dropped what it did not find in ledcal/config.ocio" in stage.words()
    assert stage.saved == []
    assert not at(outer(stage.actors[0]), "all_viewports_ocio_configuration", "is_enabled")


def test_ndisplay_that_is_off_is_noticed_and_the_asset_is_kept(folder: Path) -> None:
    stage = Stage(folder.parent)
    del stage.module.DisplayClusterRootActor
    with pytest.raises(RuntimeError, match="nDisplay plug-in is off"):
        run(stage, folder)
    assert stage.saved == [ASSET]


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ("OpenColorIOConfiguration", "OpenColorIO plug-in is off"),
        ("OpenColorIODisplayView", "5.1 or newer is needed"),
    ],
)
def test_what_unreal_lacks_is_named(folder: Path, gone: str, words: str) -> None:
    stage = Stage(folder.parent)
    delattr(stage.module, gone)
    with pytest.raises(RuntimeError, match=words):
        run(stage, folder)
    assert stage.assets == {}


def test_a_property_that_a_version_lacks_is_named(folder: Path) -> None:
    stage = Stage(folder.parent)
    del stage.actors[0].cameras[0].values["camera_settings"].values["camera_ocio"]
    with pytest.raises(RuntimeError, match=r"no 'camera_ocio' in the camera settings; set it by"):
        run(stage, folder)


def test_a_level_without_a_wall_is_noticed(folder: Path) -> None:
    stage = Stage(folder.parent)
    stage.actors.clear()
    with pytest.raises(RuntimeError, match="no nDisplay root actor in the level"):
        run(stage, folder)
    stage.actors.append(stage.root_actor("Wall", []))
    run(stage, folder, LEVEL="/Game/Maps/Stage")
    assert "/Game/Maps/Stage" in stage.saved
    assert "Wall: no ICVFX camera, so there is no inner frustum to set" in stage.words("warning")


def test_several_walls_cameras_and_nodes(folder: Path) -> None:
    stage = Stage(folder.parent)
    stage.actors[:] = [stage.root_actor("Wall", ["CamA", "CamB"]), stage.root_actor("Other", [])]
    old = Struct(**stage.ocio().values, apply_ocio_to_objects=["VP_left"])
    outer_settings = at(stage.actors[0], "current_config_data").values["stage_settings"]
    outer_settings.values["viewport_ocio"].values["per_viewport_ocio_profiles"] = [old]
    run(
        stage,
        folder,
        ROOT_ACTORS=["Wall"],
        OUTER_BY_VIEWPORT={"VP_ceiling": CEILING},
        INNER_BY_CAMERA={"CamB": CEILING},
        INNER_BY_NODE={"CamB/Node_1": STAGE, "Node_1": CEILING},
    )
    actor = stage.actors[0]
    (override,) = at(outer(actor), "per_viewport_ocio_profiles")
    assert at(override, "apply_ocio_to_objects") == ["VP_ceiling"]
    assert conversion(override)[2] == CEILING
    assert "OCIO override for VP_left is taken out" in stage.words("warning")
    found = []
    for camera in range(2):
        everywhere = conversion(at(inner(actor, camera), "all_nodes_ocio_configuration"))
        (node,) = at(inner(actor, camera), "per_node_ocio_profiles")
        assert at(node, "apply_ocio_to_objects") == ["Node_1"]
        found.append((everywhere[2], conversion(node)[2]))
    assert found == [(STAGE, CEILING), (CEILING, STAGE)]
    assert not at(outer(stage.actors[1]), "all_viewports_ocio_configuration", "is_enabled")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"OUTER": "LED x"}, f"no correction 'LED x' in this folder; there are: {STAGE}; "),
        ({"OUTER_BY_VIEWPORT": {"VP": STAGE}}, "no viewport VP; it has: VP_left, VP_right, VP_c"),
        ({"INNER_BY_NODE": {"Node_9": STAGE}}, "no cluster node Node_9; it has: Node_0, Node_1"),
        ({"INNER_BY_CAMERA": {"Cam": STAGE}}, "no ICVFX camera Cam; it has: ICVFXCamera"),
        ({"ROOT_ACTORS": ["W"]}, "no nDisplay root actor W in the level; there are: Wall"),
    ],
)
def test_names_that_are_not_there_are_refused(
    folder: Path, options: dict[str, Any], words: str
) -> None:
    stage = Stage(folder.parent)
    with pytest.raises(RuntimeError, match=words):
        run(stage, folder, **options)
    assert "level" not in stage.saved


def test_uncalibrated_and_dry_run(folder: Path) -> None:
    stage = Stage(folder.parent)
    run(stage, folder, DRY_RUN=True)
    assert (stage.assets, stage.saved) == ({}, [])
    assert not at(outer(stage.actors[0]), "all_viewports_ocio_configuration", "is_enabled")
    assert f"Wall, inner frustum of ICVFXCamera: {STAGE} / {VIEW}" in stage.words("log")
    run(stage, folder, CALIBRATED=False)
    assert [one[2] for one in settings_of(stage.actors[0])] == [PLAIN, PLAIN]
    assert stage.log[-1][1] == "ledcal: done: the wall is set to UNCALIBRATED"


def test_the_source_is_the_working_space_of_the_project(folder: Path) -> None:
    for working, source in (
        ("ACESAP1", "ACEScg"),
        ("REC2020", "Linear Rec.2020"),
        ("P3D65", "Working Color Space"),
    ):
        stage = Stage(folder.parent, working=working)
        run(stage, folder)
        assert {one[1] for one in settings_of(stage.actors[0])} == {source}
    stage = Stage(folder.parent)
    run(stage, folder, SOURCE="ACEScg")
    assert {one[1] for one in settings_of(stage.actors[0])} == {"ACEScg"}
    stage = Stage(folder.parent, "5.1")
    run(stage, folder)
    assert "working color space cannot be read here" in stage.words("warning")


def test_a_folder_elsewhere_gets_an_absolute_path_and_a_warning(
    folder: Path, tmp_path: Path
) -> None:
    stage = Stage(tmp_path / "elsewhere")
    run(stage, folder)
    path = at(stage.assets[ASSET], "configuration_file", "file_path")
    assert path == (folder / "config.ocio").as_posix()
    assert "every node must have the folder at that very path" in stage.words("warning")


def test_a_copy_that_is_not_whole_is_refused(folder: Path) -> None:
    table = next((folder / "luts").iterdir())
    table.rename(folder / "table.cube")
    with pytest.raises(RuntimeError, match=f"luts/{table.name} is missing beside the script"):
        run(Stage(folder.parent), folder)
    (folder / "table.cube").rename(table)
    text = (folder / "config.ocio").read_text("utf-8")
    (folder / "config.ocio").write_text(text.replace("ceiling", "floor"), "utf-8")
    with pytest.raises(RuntimeError, match="config and script are of two exports"):
        run(Stage(folder.parent), folder)


def test_what_does_not_stay_is_a_problem(folder: Path) -> None:
    stage = Stage(folder.parent)
    stage.actors[0].cameras[0].deaf.add("camera_settings")
    with pytest.raises(RuntimeError, match=r"1 problems: Wall, inner frustum .* reads back as"):
        run(stage, folder)
    stage = Stage(folder.parent, off=0.01)
    with pytest.raises(RuntimeError, match=r"calibrated, grey: .* and it should be 0\.3613"):
        run(stage, folder)
    assert "level" in stage.saved


def test_settings_that_change_colours_are_told(folder: Path) -> None:
    stage = Stage(folder.parent)
    run(stage, folder)
    told = stage.words("warning")
    assert "r.DefaultFeature.AutoExposure.Bias is 1" in told
    assert "no unbound Post Process Volume sets Vignette Intensity to 0" in told
    assert "auto exposure is on" in told
    stage = Stage(folder.parent)
    stage.actors.append(stage.neutral_volume())
    run(stage, folder)
    assert stage.words("warning") == ""
    stage = Stage(folder.parent)
    stage.actors.append(stage.neutral_volume(auto_exposure_bias=1.0))
    camera = stage.actors[0].cameras[0].values["post_process_settings"].values
    camera.update(override_bloom_intensity=True, bloom_intensity=0.675)
    run(stage, folder)
    told = stage.words("warning")
    assert "PPV: Exposure Compensation is 1; it must be 0" in told
    assert "ICVFXCamera: Bloom Intensity is 0.675; it must be 0" in told


def test_colour_grading_and_light_cards_are_told(folder: Path) -> None:
    stage = Stage(folder.parent)
    stage.actors.append(stage.neutral_volume())
    values = stage.actors[0].values["current_config_data"].values["stage_settings"].values
    cards = values["lightcard"].values["lightcard_ocio"].values
    cards["lightcard_ocio_mode"] = Enum("CUSTOM")
    values["entire_cluster_color_grading"].values["enable_entire_cluster_color_grading"] = True
    run(stage, folder)
    told = stage.words("warning")
    assert "Wall: light cards have OCIO of their own" in told
    assert "Wall: Entire Cluster color grading is on" in told


def test_the_script_is_python_of_all_unreals(made: tuple[Path, Page]) -> None:
    data = (made[0] / SCRIPT).read_bytes()
    text = data.decode("ascii")
    for minor in (9, 11):
        ast.parse(text, feature_version=(3, minor))
    assert b"\r" not in data
    assert "$" not in text


def test_names_are_ascii_and_stay_different() -> None:
    walls = [fake_wall("Bühne"), fake_wall("Buhne"), fake_wall("舞台"), fake_wall("壁")]
    walls.append(fake_wall("Bühne", camera="Kamera Ö"))
    named = ascii_walls(walls)
    assert [one.wall.name for one in named] == ["Buhne", "Buhne 2", "wall", "wall 2", "Buhne"]
    assert named[-1].camera.model == "Kamera O"
    assert named[0].target is walls[0].target


def test_the_page_names_what_is_in_the_config(made: tuple[Path, Page], tmp_path: Path) -> None:
    folder = shutil.copytree(made[0], tmp_path / "bundle")
    document = seal(
        folder,
        name="bundle",
        host=HOST,
        page=made[1],
        walls=WALLS,
        evaluate=apply_lut,
        made=datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC),
    )
    displays = set(open_config(folder / "config.ocio").config.getDisplays())
    text = (folder / "README.md").read_text("utf-8")
    for wall in document["walls"]:
        for name in (wall["displays"]["calibrated"], wall["displays"]["uncalibrated"]):
            assert name in displays
            assert name in text
    script = ast.parse((folder / SCRIPT).read_text())
    assigned = {
        node.targets[0].id: node.value
        for node in script.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    corrections = ast.literal_eval(assigned["CORRECTIONS"])
    assert set(corrections) == {STAGE, CEILING}
    check = corrections[STAGE]["checks"][1]
    told = json.loads((folder / "ledcal-bundle.json").read_text("utf-8"))["walls"][0]
    assert check["calibrated"] == told["check_colours"][1]["calibrated"]
    numbers = " ".join(f"{part:.4f}" for part in check["linear"]["Linear Rec.709 (sRGB)"])
    assert f"skin   {numbers}  " in text
    acescg = told["check_colours"][1]["acescg"]
    assert f"    skin   {' '.join(f'{value:.3f}' for value in acescg)}\n" in text
    # Saturated colours of a wide target have no place in Unreal's default working space.
    assert "Linear Rec.709 (sRGB)" not in corrections[CEILING]["checks"][2]["linear"]
    assert "(not in this space)" in text


def test_check_colours_in_other_spaces() -> None:
    triple = (0.2, 0.3, 0.1)
    colour = CheckColour("c", triple, triple, triple, triple)
    assert in_space(colour, "ACEScg") == pytest.approx(triple, abs=1e-6)
    aces = np.array(in_space(colour, "ACES2065-1"))
    rec709 = np.array(in_space(colour, "Linear Rec.709 (sRGB)"))
    assert matrix_rgb_to_aces(BT709) @ rec709 == pytest.approx(aces, abs=2e-6)


def test_a_node_shows_what_it_should(made: tuple[Path, Page]) -> None:
    """The working space, held at none, to the interchange space, then the config's display."""
    rng = np.random.default_rng(8)
    light = rng.uniform(-0.2, 1.0, (4000, 3)) * 10.0 ** rng.uniform(-1.5, 1.5, (4000, 1))
    aces = np.maximum(light, 0.0) @ matrix_rgb_to_aces(BT709).T
    opened = open_config(made[0] / "config.ocio")
    for wall, name in zip(WALLS, (STAGE, CEILING), strict=True):
        got = aces.astype(np.float32)
        opened.displayed("ACES2065-1", name, VIEW).getDefaultCPUProcessor().applyRGB(got)
        content = target_code(wall.target, aces)
        wanted = apply_lut(best_table(wall), content)
        # Near black float32 is seen through ST 2084; the config's own proof bounds it.
        fine = (content > 0.1).all(axis=1)
        assert fine.sum() > 2000
        assert np.abs(got - wanted)[fine].max() < 2e-5


def test_one_wall_needs_no_choice(tmp_path: Path) -> None:
    folder = tmp_path / "project" / "ledcal"
    folder.mkdir(parents=True)
    wall = replace(WALLS[0], wall=replace(WALLS[0].wall, name='Dan\'s "wall"'))
    page = HOST.write(folder, (wall,), apply_lut)
    stage = Stage(tmp_path / "project")
    run(stage, folder)
    assert settings_of(stage.actors[0])[0][2] == page.displays[0].calibrated
