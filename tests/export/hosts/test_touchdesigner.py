"""The script for TouchDesigner, on a stand-in that computes with OpenColorIO."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from ledcal.lut.interpolate import apply_lut
from tests.export.hosts.fake_td import FakeTd, Operator, Par
from tests.export.hosts.scripted import (
    change_a_row,
    load_script,
    two_walls,
    write_folder,
    write_sealed,
)

if TYPE_CHECKING:
    from pathlib import Path

CALIBRATED = "LED Bühne 3 calibrated"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder("touchdesigner", tmp_path_factory.mktemp("td") / "for td", two_walls())


@pytest.fixture
def td() -> FakeTd:
    return FakeTd()


@pytest.fixture
def script(folder: Path, td: FakeTd) -> Any:
    return load_script(folder / "ledcal_touchdesigner.py", {"td": td})


def constant(td: FakeTd, colour: list[float]) -> Operator:
    top = td.operators["/project1"].create(td.constantTOP, "render1")
    top.par.format.val = "rgba32float"
    top.par.parmcolorspace.val = "passthrough"
    top.par.colorr.val, top.par.colorg.val, top.par.colorb.val = colour
    return top


def test_the_top_gives_wall_codes(script: Any, td: FakeTd) -> None:
    constant(td, [0.371, 0.257, 0.174])
    (skin,) = [one for one in script.WALLS[0]["checks"] if one["name"] == "skin"]
    top = script.make("/project1/render1", wall=CALIBRATED)
    assert top.path == "/project1/ledcal_wall"
    assert top.par.reloadconfig.pulsed == 1
    assert top.par.format.eval() == "rgba32float"
    assert top.sample(x=4, y=4)[:3] == pytest.approx(skin["calibrated"], abs=2e-6)
    plain = script.make("/project1/render1", wall="Bühne 3", is_calibrated=False)
    assert plain.sample(x=4, y=4)[:3] == pytest.approx(skin["uncalibrated"], abs=2e-6)


def test_the_table_alone_is_tetrahedral(script: Any, td: FakeTd) -> None:
    code = [0.41, 0.62, 0.27]
    constant(td, code)
    top = script.make_table("/project1/render1", wall="Bühne 3")
    assert top.par.interpolation.eval() == "tetrahedral"
    assert not top.par.useoutput.eval()
    table = two_walls()[0].tables[17]
    assert top.sample(x=4, y=4)[:3] == pytest.approx(apply_lut(table, [code])[0], abs=2e-6)


@pytest.mark.parametrize("is_calibrated", [True, False])
def test_check_passes_and_leaves_nothing(
    script: Any, td: FakeTd, capsys: pytest.CaptureFixture[str], *, is_calibrated: bool
) -> None:
    for wall in ("Bühne 3", "tv"):
        assert script.check(wall, is_calibrated) < 1e-4
    assert list(td.operators) == ["/project1"]
    assert "7 check colours, off by" in capsys.readouterr().out


def test_check_notices_a_format_that_cuts_off(
    script: Any, td: FakeTd, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A build whose pixel formats are other than documented keeps 8 bit.
    right = Operator.colour

    def fixed(top: Operator) -> Any:
        colour = right(top)
        return colour.clip(0.0, 1.0) if top.kind == "constantTOP" else colour

    monkeypatch.setattr(Operator, "colour", fixed)
    with pytest.raises(script.Failure, match=r"for peak white .* do not use it on the wall"):
        script.check("Bühne 3")
    assert list(td.operators) == ["/project1"]


def test_a_config_that_is_not_read_is_noticed(script: Any, td: FakeTd) -> None:
    td.reads_config = False
    with pytest.raises(script.Failure, match=r"nothing was applied at all: a table"):
        script.check("tv")


def test_a_menu_without_the_display_is_noticed(
    script: Any, td: FakeTd, monkeypatch: pytest.MonkeyPatch
) -> None:
    constant(td, [0.1, 0.1, 0.1])
    made = Operator._parameters

    def others(top: Operator) -> dict[str, Par]:
        pars = made(top)
        if "display" in pars:
            pars["display"] = Par("sRGB", lambda: ("sRGB", "P3"))
        return pars

    monkeypatch.setattr(Operator, "_parameters", others)
    with pytest.raises(script.Failure, match=r"offers no display 'LED tv calibrated', only 'sRGB'"):
        script.make("/project1/render1", wall="tv")


def test_a_build_without_a_parameter_is_told_so(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Operator._parameters

    def older(top: Operator) -> dict[str, Par]:
        return {name: par for name, par in made(top).items() if name != "useoutput"}

    monkeypatch.setattr(Operator, "_parameters", older)
    with pytest.raises(script.Failure, match=r"ledcal_wall has no parameter 'useoutput'"):
        script.make(wall="tv")


def test_places_that_are_not_there_are_named(script: Any) -> None:
    with pytest.raises(script.Failure, match=r"there is no component /show"):
        script.make(wall="tv", parent="/show")
    with pytest.raises(script.Failure, match=r"there is no operator /project1/none"):
        script.make("/project1/none", wall="tv")


def test_a_folder_that_is_not_whole_is_refused(folder: Path, td: FakeTd, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "config.ocio").unlink()
    script = load_script(copy / "ledcal_touchdesigner.py", {"td": td})
    for make in (script.make, script.make_table):
        with pytest.raises(script.Failure, match=r"config.ocio is missing or empty in"):
            make(wall="tv")


def test_a_table_that_was_changed_is_refused(td: FakeTd, tmp_path: Path) -> None:
    folder = write_sealed("touchdesigner", tmp_path / "for td", two_walls())
    script = load_script(folder / "ledcal_touchdesigner.py", {"td": td})
    script.make(wall="tv")
    change_a_row(folder / "luts" / "tv_17.cube")
    for function in (script.make, script.make_table, script.check):
        with pytest.raises(script.Failure, match=r"luts/tv_17.cube was changed; .*copy the folder"):
            function(wall="tv")
    assert list(td.operators) == ["/project1", "/project1/ledcal_wall"]
