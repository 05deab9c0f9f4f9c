"""The script for Nuke, on a stand-in of Nuke that computes with OpenColorIO."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ledcal.lut.interpolate import apply_lut
from tests.export.hosts.fake_nuke import FakeNuke, Knob, Node
from tests.export.hosts.scripted import (
    change_a_row,
    load_script,
    two_walls,
    write_folder,
    write_sealed,
)

CALIBRATED, UNCALIBRATED = "LED Bühne 3 calibrated", "LED Bühne 3 uncalibrated"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder("nuke", tmp_path_factory.mktemp("nuke") / "for nuke", two_walls())


@pytest.fixture(autouse=True)
def _no_ocio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)


@pytest.fixture
def nuke() -> FakeNuke:
    return FakeNuke()


@pytest.fixture
def script(folder: Path, nuke: FakeNuke) -> Any:
    return load_script(folder / "ledcal_nuke.py", {"nuke": nuke})


def constant(nuke: FakeNuke, colour: list[float]) -> Node:
    node: Node = nuke.nodes.Constant()
    node["color"].setValue([*colour, 1.0])
    return node


def test_the_project_gets_the_config(script: Any, nuke: FakeNuke, folder: Path) -> None:
    script.set_project()
    root = nuke.root()
    assert root["colorManagement"].value() == "OCIO"
    assert root["OCIO_config"].value() == "custom"
    assert Path(root["customOCIOConfigPath"].value()) == folder / "config.ocio"


def test_a_display_gives_wall_codes(script: Any, nuke: FakeNuke) -> None:
    script.set_project()
    nuke.selected = constant(nuke, [0.371, 0.257, 0.174])
    node = script.make_display(CALIBRATED)
    (wall, _) = two_walls()
    (skin,) = [one for one in script.WALLS[0]["checks"] if one["name"] == "skin"]
    assert node["colorspace"].value() == "ACES/ACEScg"
    assert node.colour() == pytest.approx(skin["calibrated"], abs=2e-6)
    plain = script.make_display(CALIBRATED, is_calibrated=False)
    assert plain["display"].value() == UNCALIBRATED
    assert plain.colour() == pytest.approx(skin["uncalibrated"], abs=2e-6)
    assert max(abs(node.colour() - plain.colour())) > 0.004
    table = wall.tables[17]
    assert apply_lut(table, plain.colour()) == pytest.approx(node.colour(), abs=2e-6)


def test_what_was_left_in_a_display_is_set_to_nothing(script: Any) -> None:
    script.set_project()
    node = script.make_display("tv")
    for name, value in (("gain", 2.0), ("gamma", 0.5), ("invert", True)):
        node[name].setValue(value)
    script.set_display(node, script.choose_wall("tv"), is_calibrated=True)
    assert [node[name].value() for name in ("gain", "gamma", "invert")] == [1.0, 1.0, False]


@pytest.mark.parametrize("is_calibrated", [True, False])
def test_check_passes_and_leaves_nothing(
    script: Any, nuke: FakeNuke, capsys: pytest.CaptureFixture[str], *, is_calibrated: bool
) -> None:
    script.set_project()
    for wall in ("Bühne 3", "tv"):
        assert script.check(wall, is_calibrated) < 2e-5
    assert nuke.alive == []
    assert "7 check colours, off by" in capsys.readouterr().out


def test_check_notices_what_nuke_does_to_colours(
    script: Any, nuke: FakeNuke, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.set_project()
    right = Node.colour

    def brighter(node: Node) -> Any:
        return right(node) * (1.01 if node.kind == "Constant" else 1.0)

    monkeypatch.setattr(Node, "colour", brighter)
    with pytest.raises(script.Failure, match=r"for grey .* do not use it on the wall"):
        script.check("tv")
    assert nuke.alive == []


def test_the_table_alone_is_tetrahedral(script: Any, nuke: FakeNuke) -> None:
    script.set_project()
    code = [0.41, 0.62, 0.27]
    nuke.selected = constant(nuke, code)
    node = script.make_file_transform("Bühne 3")
    assert node["interpolation"].value() == "tetrahedral"
    assert Path(node["file"].value()).is_file()
    table = two_walls()[0].tables[17]
    expected = apply_lut(table, [code])[0]
    assert node.colour() == pytest.approx(expected, abs=2e-6)
    linear = apply_lut(table, [code], interpolation="trilinear")[0]
    assert max(abs(expected - linear)) > 1e-5


def test_another_working_space_is_refused(script: Any, nuke: FakeNuke) -> None:
    nuke.root()["workingSpaceLUT"].setValue("Utility/Linear Rec.709 (sRGB)")
    with pytest.raises(script.Failure, match=r"working space is Utility/Linear Rec.709 \(sRGB\)"):
        script.set_project()
    for fine in ("scene_linear", "ACES/ACEScg", "scene_linear (ACEScg)", "Roles/scene_linear"):
        nuke.root()["workingSpaceLUT"].setValue(fine)
        script.set_project()


def test_an_environment_that_decides_is_named(
    script: Any, nuke: FakeNuke, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCIO", "/show/config.ocio")
    with pytest.raises(script.Failure, match=r"OCIO is /show/config.ocio"):
        script.set_project()
    # Where it leads here, Nuke has it already, and its own settings are locked.
    monkeypatch.setenv("OCIO", str(folder / "config.ocio"))
    script.set_project()
    assert nuke.root()["OCIO_config"].value() == "nuke-default"


def test_a_nuke_that_takes_another_config_is_noticed(script: Any, nuke: FakeNuke) -> None:
    with pytest.raises(
        script.Failure, match=r"does not take 'ACEScg'; is .*config.ocio the project"
    ):
        script.make_display("tv")
    nuke.project.own["OCIO_config"] = Knob("aces_1.2", lambda: ("aces_1.2",))
    with pytest.raises(script.Failure, match=r"keeps OCIO_config at 'aces_1.2' and does not take"):
        script.set_project()
    del nuke.project.own["OCIO_config"]
    with pytest.raises(script.Failure, match=r"this Nuke has no knob 'OCIO_config'"):
        script.set_project()


def test_a_folder_that_is_not_whole_is_refused(
    folder: Path, nuke: FakeNuke, tmp_path: Path
) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "luts" / "tv_17.cube").write_bytes(b"")
    script = load_script(copy / "ledcal_nuke.py", {"nuke": nuke})
    with pytest.raises(script.Failure, match=r"luts/tv_17.cube is missing or empty in"):
        script.set_project()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sealed("nuke", tmp_path_factory.mktemp("sealed") / "for nuke", two_walls())


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("luts/tv_17.cube", None, r"luts/tv_17.cube was changed; .*; copy the folder again"),
        ("luts/tv_17.cube", b"no table", r"luts/tv_17.cube is 8 bytes, and should be \d+"),
        ("config.ocio", b"x", r"config.ocio is 1 bytes, and should be \d+"),
        ("check_bundle.py", b"def (", r"copy cannot be checked \(invalid syntax.*copy the whole"),
        ("check_bundle.py", b"x = 1", r"copy cannot be checked \(.*check_folder.*copy the whole"),
    ],
)
def test_a_folder_that_was_changed_is_refused(
    sealed: Path, nuke: FakeNuke, tmp_path: Path, name: str, data: bytes | None, said: str
) -> None:
    copy = Path(shutil.copytree(sealed, tmp_path / "copy"))
    change_a_row(copy / name) if data is None else (copy / name).write_bytes(data)
    _require_refusals(copy, nuke, said)


def _require_refusals(copy: Path, nuke: FakeNuke, said: str) -> None:
    script = load_script(copy / "ledcal_nuke.py", {"nuke": nuke})
    with pytest.raises(script.Failure, match=said):
        script.set_project()
    for function in (script.make_file_transform, script.check):
        with pytest.raises(script.Failure, match=said):
            function("tv")
    assert nuke.alive == []


def test_a_bundle_without_what_it_is_checked_with_is_refused(
    sealed: Path, nuke: FakeNuke, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(sealed, tmp_path / "copy"))
    shutil.rmtree(copy / "ascmhl")
    _require_refusals(copy, nuke, "ascmhl holds no manifest; nothing is checked; copy the folder")
    (copy / "check_bundle.py").unlink()
    _require_refusals(copy, nuke, "check_bundle.py is missing in .*; copy the whole folder again")


def test_a_whole_bundle_is_used_and_a_page_may_be_edited(
    sealed: Path, nuke: FakeNuke, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(sealed, tmp_path / "copy"))
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    script = load_script(copy / "ledcal_nuke.py", {"nuke": nuke})
    script.set_project()
    assert capsys.readouterr().out == ""
    # The check leaves nothing behind.
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before
    (copy / "README.md").write_bytes(b"# a note of ours")
    script.set_project()
    assert capsys.readouterr().out.startswith("ledcal: note: README.md is 16 bytes")


def test_one_of_several_walls_has_to_be_named(script: Any) -> None:
    with pytest.raises(script.Failure, match=r"holds 2 corrections; say which: 'LED Bühne 3 cal"):
        script.choose_wall()
    with pytest.raises(script.Failure, match=r"nothing for 'nowhere'; it has 'LED Bühne 3 cal"):
        script.choose_wall("nowhere")
    for name in ("bühne 3", "north-2031", CALIBRATED):
        assert script.choose_wall(name)["wall"] == "Bühne 3"


def test_the_menu_shows_what_goes_wrong(script: Any, nuke: FakeNuke) -> None:
    script.add_menu()
    assert len(nuke.commands) == 1 + 2 * 5
    nuke.commands[f"ledcal/OCIODisplay/{CALIBRATED}"]()
    assert len(nuke.messages) == 1
    assert nuke.messages[0].startswith("ledcal: NOT ready for the wall: Nuke keeps colorspace")
    nuke.commands["ledcal/Set project"]()
    nuke.commands[f"ledcal/Check/{UNCALIBRATED}"]()
    nuke.commands["ledcal/Table alone/LED tv correction"]()
    assert len(nuke.messages) == 1
    assert nuke.alive[-1]["file"].value().endswith("luts/tv_17.cube")


def test_in_a_terminal_it_ends_with_a_code(folder: Path, tmp_path: Path) -> None:
    """`nuke -t ledcal_nuke.py`, with Python in Nuke's place."""
    (tmp_path / "nuke.py").write_text(
        "import sys\nfrom tests.export.hosts.fake_nuke import FakeNuke\n"
        "sys.modules['nuke'] = FakeNuke()\n"
    )
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(root)))}

    def run(**changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, folder / "ledcal_nuke.py"],
            env={**environment, **changes},
            capture_output=True,
            text=True,
            check=False,
        )

    done = run(PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("7 check colours, off by") == 2
    # A console without the letter does not stop it.
    assert "B\\xfchne" in done.stdout
    done = run(OCIO="/show/config.ocio")
    assert done.returncode == 1
    assert done.stderr.startswith("ledcal: FAILED: the environment variable OCIO is /show/")
