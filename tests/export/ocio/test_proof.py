"""A config with one thing wrong is never kept."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.colorimetry.space import BT2020
from ledcal.errors import ExportError
from ledcal.export.ocio import config as config_module
from ledcal.export.ocio.colours import proof_colours
from ledcal.export.ocio.config import write_config
from ledcal.export.ocio.encoding import matrix_xyz_to_rgb
from ledcal.export.ocio.ociocheck import check_by_tool, find_tool
from ledcal.export.ocio.ours import expected_code
from ledcal.export.ocio.preflight import preflight
from ledcal.export.ocio.proof import Opened, build_all, open_config, prove_same, prove_walls
from ledcal.export.ocio.sections import PlannedWall, sections_of
from ledcal.export.ocio.spaces import SPACES
from ledcal.export.ocio.text import matrix_transform
from ledcal.lut.interpolate import apply_lut
from ledcal.values.stage import Target
from tests.export.ocio.walls import fake_wall
from tests.profile.fake import fake_table

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.ocio.spaces import Space
    from ledcal.values.arrays import FloatArray

PQ = "!<BuiltinTransform> {style: CURVE - LINEAR_to_ST-2084}"
HELD = "!<RangeTransform> {min_in_value: 0, min_out_value: 0, max_in_value: 15, max_out_value: 15}"
TABLE = "!<FileTransform> {src: north-2031_17.cube, interpolation: tetrahedral}"
TO_XYZ = "!<BuiltinTransform> {style: UTILITY - ACES-AP0_to_CIE-XYZ-D65_BFD}"


@dataclass
class Folder:
    """A good config that a test spoils."""

    path: Path
    walls: tuple[PlannedWall, ...]

    @property
    def config(self) -> Path:
        return self.path / "config.ocio"

    def change(self, old: str, new: str, *, count: int = -1) -> None:
        text = self.config.read_text("utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new, count), "utf-8")

    def prove(self) -> None:
        opened = open_config(self.config)
        build_all(opened)
        prove_walls(opened, self.walls, apply_lut)


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("good")
    write_config(folder, [fake_wall()], apply_lut)
    return folder


@pytest.fixture
def folder(good: Path, tmp_path: Path) -> Folder:
    shutil.copytree(good, tmp_path / "config")
    return Folder(tmp_path / "config", sections_of([fake_wall()]).walls)


def test_a_good_one_passes(folder: Folder) -> None:
    folder.prove()
    preflight(open_config(folder.config))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (HELD, "!<RangeTransform> {min_in_value: 0, min_out_value: 0}", "instead of"),
        (HELD, HELD.replace("15", "16"), "instead of"),
        (HELD, HELD.replace("15", "14.99"), "instead of"),
        (f"        - {HELD}\n", "", "instead of"),
        (PQ, "!<ExponentTransform> {value: 2.4, direction: inverse}", "instead of"),
        (f"        - {PQ}\n", "", "instead of"),
        (TO_XYZ, "!<BuiltinTransform> {style: UTILITY - ACES-AP1_to_CIE-XYZ-D65_BFD}", "instead"),
        (TABLE, TABLE.replace("tetrahedral", "linear"), "'LED Bühne 3 calibrated' code"),
        (f"        - {TABLE}\n", "", "'LED Bühne 3 calibrated' code"),
        (f"transform: {TABLE}", "transform: !<MatrixTransform> {}", "by 'LED Bühne 3 correction'"),
        ("LED Bühne 3 correction", "LED Bühne 4 correction", "no transform"),
        ("ACEScg_to_ACES2065-1", "ACEScc_to_ACES2065-1", "from ACEScg"),
        ("LED Bühne 3 calibrated", "LED Bühne 4 calibrated", "OpenColorIO cannot go"),
        ("north-2031_17.cube", "north-2031_33.cube", "north-2031_33.cube"),
        ("rendering: ACEScg", "rendering: ACESxx", "OpenColorIO refuses it"),
        ("name: Raw, colorspace: Raw", "name: Raw, colorspace: Row", "OpenColorIO refuses it"),
    ],
)
def test_what_is_wrong_is_found(folder: Folder, old: str, new: str, says: str) -> None:
    folder.change(old, new)
    with pytest.raises(ExportError, match=re.escape(says)) as caught:
        folder.prove()
    assert "it was not kept" in str(caught.value)
    assert str(caught.value).startswith("config.ocio: ")


def test_a_matrix_of_another_gamut_is_found(folder: Folder) -> None:
    p3 = matrix_transform(matrix_xyz_to_rgb(fake_wall().target.gamut))
    folder.change(p3, matrix_transform(matrix_xyz_to_rgb(BT2020)))
    with pytest.raises(ExportError, match="from ACES2065-1 to 'LED Bühne 3 uncalibrated'"):
        folder.prove()


def test_a_matrix_that_is_off_a_little_is_found(folder: Folder) -> None:
    exact = matrix_xyz_to_rgb(fake_wall().target.gamut)
    folder.change(matrix_transform(exact), matrix_transform(exact * (1.0 + 2e-5)))
    with pytest.raises(ExportError, match="instead of"):
        folder.prove()


@pytest.mark.parametrize("spoil", ["swapped", "one row", "missing"])
def test_a_table_that_is_not_ours_is_found(folder: Folder, spoil: str) -> None:
    path = folder.path / "luts" / "north-2031_17.cube"
    lines = path.read_text().splitlines()
    first = lines.index("LUT_3D_SIZE 17") + 1
    if spoil == "swapped":
        lines[first:] = [" ".join(line.split()[::-1]) for line in lines[first:]]
    if spoil == "one row":
        lines[first + 2100] = "0.5 0.5 0.5"
    path.write_text("\n".join(lines) + "\n")
    if spoil == "missing":
        path.unlink()
    with pytest.raises(ExportError):
        folder.prove()


def test_a_table_of_another_wall_is_found(folder: Folder) -> None:
    (one,) = folder.walls
    other = fake_table(17).table.copy()
    other[8, 8, 8] += 3e-5
    walls = [replace(one, table=replace(one.table, table=other))]
    with pytest.raises(ExportError, match=r"code .* becomes"):
        prove_walls(open_config(folder.config), walls, apply_lut)


def test_another_curve_behind_the_range_must_stand_nan(folder: Folder) -> None:
    """Without the range NaN goes through, or becomes light."""
    folder.change(HELD, "!<MatrixTransform> {}")
    opened = open_config(folder.config)
    with pytest.raises(ExportError):
        prove_walls(opened, folder.walls, apply_lut)


@pytest.mark.parametrize(
    ("off", "by"),
    # Of the table of a display only the part below the peak is reached.
    [(1, 1e-4), (2, 0.05), (11, 1e-4)],
    ids=["uncalibrated", "calibrated", "correction"],
)
def test_what_only_quick_powers_make_of_no_colour_is_found(
    folder: Folder, off: int, by: float
) -> None:
    calls = []

    class Quick(Opened):
        def apply(self, processor: Any, value: FloatArray, *, fast: bool = False) -> FloatArray:
            got = super().apply(processor, value, fast=fast)
            calls.extend([processor] * fast)
            return got + by * (fast and len(calls) == off)

    opened = open_config(folder.config)
    quick = Quick(opened.name, opened.ocio, opened.config)
    with pytest.raises(ExportError, match="which is no code of it"):
        prove_walls(quick, folder.walls, apply_lut)
    assert len(calls) == off


def test_a_second_form_that_differs_is_found(folder: Folder, good: Path) -> None:
    whole = open_config(good / "config.ocio")
    folder.change(HELD, HELD.replace("15", "14"))
    with pytest.raises(ExportError, match=r"is not what it is in config\.ocio"):
        prove_same(whole, open_config(folder.config), folder.walls)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("ocio_profile_version: 2.1", "ocio_profile_version: 2.2", "newest that Unreal 5.1 reads"),
        ("  aces_interchange: ACES2065-1\n", "", "role aces_interchange is missing"),
    ],
)
def test_what_unreal_cannot_use_is_found(folder: Folder, old: str, new: str, says: str) -> None:
    folder.change(old, new)
    with pytest.raises(ExportError, match=says):
        preflight(open_config(folder.config))


def test_what_changes_while_it_runs_is_found(folder: Folder) -> None:
    (folder.path / "luts" / "dynamic.ctf").write_text(
        """<?xml version="1.0" encoding="UTF-8"?>
<ProcessList id="a" version="1.4">
    <ExposureContrast inBitDepth="32f" outBitDepth="32f" style="linear">
        <ECParams exposure="0.5" contrast="1" gamma="1" pivot="0.18" />
        <DynamicParameter param="EXPOSURE" />
    </ExposureContrast>
</ProcessList>
"""
    )
    folder.change(TABLE, "!<FileTransform> {src: dynamic.ctf}")
    with pytest.raises(ExportError, match="properties that change while it runs"):
        preflight(open_config(folder.config))


def test_more_textures_than_unreal_has_are_found(folder: Folder) -> None:
    nine = "".join(f"        - {TABLE}\n        - {PQ}\n" for _ in range(4))
    folder.change(f"        - {TABLE}\n", f"        - {TABLE}\n{nine}")
    with pytest.raises(ExportError, match="needs 10 textures, limit 8 in Unreal"):
        preflight(open_config(folder.config))


def test_nothing_hides_a_view_from_the_proof(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = build_all(open_config(folder.config))
    for name, value in (
        ("OCIO_ACTIVE_VIEWS", "Raw"),
        ("OCIO_ACTIVE_DISPLAYS", "sRGB Monitor"),
        ("OCIO_INACTIVE_COLORSPACES", "ACEScg"),
        ("OCIO", "/none/config.ocio"),
    ):
        monkeypatch.setenv(name, value)
    assert build_all(open_config(folder.config)) == whole
    folder.prove()
    assert check_by_tool(folder.config) is not None


def test_a_config_that_fails_says_so_and_is_not_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = config_module.format_config

    def wrong(*args: object, **words: object) -> str:
        text: str = right(*args, **words)  # type: ignore[arg-type]
        return text.replace("max_out_value: 15", "max_out_value: 14")

    monkeypatch.setattr(config_module, "format_config", wrong)
    with pytest.raises(ExportError, match="it was not kept"):
        write_config(tmp_path, [fake_wall()], apply_lut)


def test_the_tool_finds_a_missing_table(folder: Folder) -> None:
    if find_tool() is None:
        pytest.skip("there is no ociocheck here")
    found = check_by_tool(folder.config)
    assert found is not None
    assert found.startswith("ociocheck 2.")
    (folder.path / "luts" / "north-2031_17.cube").unlink()
    with pytest.raises(ExportError, match=r"ociocheck: ERROR: .*north-2031_17\.cube"):
        check_by_tool(folder.config)


SAYS = "#!/bin/sh\necho 'OpenColorIO Library Version: 2.9.1'\necho 'Loading x'\n"


@pytest.mark.parametrize(
    "rest", ["echo 'ERROR: no'\necho 'Tests complete.'", "echo 'Tests complete.'\nexit 1", "exit 0"]
)
def test_a_tool_that_is_not_content_is_heard(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str
) -> None:
    tool = tmp_path / "ociocheck"
    monkeypatch.setattr("ledcal.export.ocio.ociocheck.find_tool", lambda: str(tool))
    tool.write_text(f"{SAYS}echo 'Tests complete.'\n")
    tool.chmod(0o755)
    assert check_by_tool(folder.config) == "ociocheck 2.9.1"
    tool.write_text(f"{SAYS}{rest}\n")
    with pytest.raises(ExportError, match=r"ociocheck: (ERROR: no|it ended with [01])"):
        check_by_tool(folder.config)


@pytest.mark.parametrize("text", ["#!/no/such/interpreter\n", "#!/bin/sh\nexit 127\n", None])
def test_a_tool_that_does_not_start_is_none(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    tool = tmp_path / "ociocheck"
    if text is not None:
        tool.write_text(text)
        tool.chmod(0o755)
    monkeypatch.setattr(
        "ledcal.export.ocio.ociocheck.find_tool", lambda: None if text is None else str(tool)
    )
    assert check_by_tool(folder.config) is None


# -- the bounds of the proof ---------------------------------------------------------------------


def width(space: Space, value: FloatArray, *, eotf: str = "ST 2084") -> FloatArray:
    bounds = expected_code(Target(BT2020, eotf, 1000.0), space, value)
    assert (bounds.low <= bounds.code + 1e-12).all()
    assert (bounds.code <= bounds.high + 1e-12).all()
    return np.asarray(bounds.high - bounds.low)


def test_bounds_are_no_excuse() -> None:
    """Wide only where light is next to nothing, beside a lot."""
    for space in SPACES:
        grey = np.repeat(np.geomspace(1e-3, 9.0, 500)[:, None], 3, axis=1)
        value = space.value(grey)
        assert width(space, value).max() < (1e-5 if space.is_log else 1.5e-6), space.name
        assert width(space, value, eotf="gamma 2.4").max() < 1e-5
        # A ten-thousandth of a nit.
        dark = width(space, space.value(np.full((1, 3), 1e-6))).max()
        assert dark < (5e-2 if space.is_log else 5e-4), space.name


def test_bounds_hold_what_the_curves_differ_by() -> None:
    light = np.repeat(np.linspace(0.0, 0.2, 4000)[:, None], 3, axis=1)
    assert 9e-6 < width(SPACES[4], light, eotf="sRGB").max() < 1.2e-5


def test_colours_reach_what_a_show_has() -> None:
    target = Target(BT2020, "ST 2084", 1000.0)
    for space in SPACES:
        value = proof_colours(target, space)
        assert np.array_equal(value, value.astype(np.float32))
        assert np.isfinite(value).all()
        light = space.light(value)
        some = (light < -1e-3 * light.max(axis=1, keepdims=True)).any(axis=1) & (
            light.max(axis=1) > 0
        )
        assert np.count_nonzero(some) > 900, space.name
        code = expected_code(target, space, value).code
        top = float(code.max())
        assert ((code == 0.0).any(axis=1) & (code == top).any(axis=1)).any()
        inside = code[((code > 0) & (code < top)).all(axis=1)]
        cells = np.unique(np.floor(inside / top * 8), axis=0)
        assert len(cells) > 0.6 * 8**3, space.name
