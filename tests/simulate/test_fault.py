"""Everything that goes wrong at a shoot: each fault changes the stage as it says."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.simulate.fault import FAULTS, parse_fault
from ledcal.simulate.mess import junk_pictures, mess_up, picked_frames
from ledcal.simulate.optics import build_geometry, wall_corners, wall_to_sensor
from ledcal.simulate.scenes import scene
from ledcal.simulate.sensor import camera_code_response
from ledcal.simulate.stage import VirtualCamera, VirtualOptics, VirtualStage, with_values
from ledcal.simulate.virtual_wall import VirtualWall
from ledcal.simulate.wall import wall_drive, warm_up
from ledcal.values.marks import build_marks_layout

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import FloatArray

SIZE = {"width_px": 640, "height_px": 360, "width": 960, "height": 640}
SOUND = with_values(VirtualStage(seed=3), **SIZE)
GREYS = np.linspace(0.0, 1.0, 41)[:, None] * np.ones(3)


def faulty(name: str, strength: float, stage: VirtualStage = SOUND) -> VirtualStage:
    change = FAULTS[name].change
    assert change is not None
    return change(stage, strength)


def changed(name: str, strength: float, stage: VirtualStage = SOUND) -> dict[str, object]:
    """Parameters of the stage that a fault changes, with their new values."""
    wrong = faulty(name, strength, stage)
    return {
        field.name: getattr(getattr(wrong, part), field.name)
        for part in ("wall", "optics", "camera")
        for field in fields(getattr(stage, part))
        if getattr(getattr(wrong, part), field.name) != getattr(getattr(stage, part), field.name)
    }


def test_no_two_parts_have_a_parameter_of_the_same_name() -> None:
    """Parameters are named without their part: `with_values` could not tell them apart."""
    names = [
        field.name
        for part in (VirtualWall, VirtualOptics, VirtualCamera, VirtualStage)
        for field in fields(part)
    ]
    assert len(names) == len(set(names))


def test_every_parameter_finds_its_home() -> None:
    for part in ("wall", "optics", "camera"):
        for field in fields(getattr(SOUND, part)):
            value = getattr(getattr(SOUND, part), field.name)
            assert with_values(SOUND, **{field.name: value}) == SOUND, field.name
    moved = with_values(SOUND, flare=0.01, bits=12, white=4095, peak_nits=900.0, seed=7)
    assert (moved.optics.flare, moved.camera.bits, moved.seed) == (0.01, 12, 7)
    assert moved.wall.peak_nits == 900.0
    with pytest.raises(ValueError, match="no parameter 'flair'"):
        with_values(SOUND, flair=0.1)


def test_faults_are_told_in_words_and_strengths() -> None:
    for name, fault in FAULTS.items():
        assert fault.name == name
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert fault.about
        assert fault.unit
        assert fault.file_format in {"", "dng", "exr"}
        assert fault.strengths
        order = sorted(fault.strengths)
        assert list(fault.strengths) in (order, order[::-1]), name


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.change])
def test_every_fault_changes_a_stage_of_every_scene(name: str) -> None:
    for which in ("pq-volume", "sdr-wall", "tv-wall"):
        sound = scene(which, seed=2)
        for strength in (FAULTS[name].strength, *FAULTS[name].strengths):
            assert faulty(name, strength, sound) != sound, (which, strength)


@pytest.mark.parametrize(
    ("name", "strength", "values"),
    [
        ("legal-range", 1.0, {"signal_range": "legal"}),
        ("full-as-legal", 1.0, {"signal_range": "expanded"}),
        ("tone-curve", 0.7, {"contrast": 0.7}),
        ("saturation", 0.75, {"vividness": 0.75}),
        ("processor-gamut", 1.0, {"processor_gamut": "BT.2020"}),
        ("wall-peak", 0.6, {"headroom": (0.6, 0.6, 0.6)}),
        ("auto-exposure", 0.2, {"auto_exposure": 0.2}),
        ("auto-iris", 0.2, {"auto_exposure": 0.2, "auto_iris": True}),
        ("auto-white", 0.5, {"auto_white": 0.5}),
        ("camera-balance", 1.0, {"neutral_illuminant": "A"}),
        ("camera-look", 1.0, {"look": "BT.709"}),
        ("moire", 0.04, {"moire": 0.04}),
        ("scan-lines", 0.04, {"scan_lines": 0.04}),
        ("defocus", 44.0, {"defocus_px": 44.0}),
        ("flare", 0.06, {"flare": 0.06}),
        ("vignetting", 0.9, {"vignetting": 0.9}),
        ("mirrored", 1.0, {"mirrored": True}),
        ("rotated", 90.0, {"roll_deg": 90.0}),
        ("stretched", 1.1, {"stretch": 1.1}),
        ("blended", 0.25, {"unsynced": 0.25}),
        ("torn", 0.25, {"unsynced": 0.25, "torn": True}),
        ("wall-eotf", 1.8, {"eotf": "gamma 1.8"}),
        ("wall-eotf", 0.0, {"eotf": "gamma 2.4"}),
    ],
)
def test_faults_change_what_they_say_and_nothing_else(
    name: str, strength: float, values: dict[str, object]
) -> None:
    assert changed(name, strength) == values


def test_a_gamma_wall_that_is_set_wrong_is_pq() -> None:
    gamma = with_values(SOUND, eotf="gamma 2.4")
    assert faulty("wall-eotf", 0.0, gamma).wall.eotf == "ST 2084"


@pytest.mark.parametrize("strength", [0.3, 0.55])
def test_a_cold_white_misses_that_share_of_red(strength: float) -> None:
    wall = faulty("wall-white", strength).wall
    ratio = wall_drive(wall, GREYS)[20] / wall_drive(SOUND.wall, GREYS)[20]
    np.testing.assert_allclose(ratio, [1.0 - strength, 1.0 - strength / 2, 1.0], rtol=1e-3)


@pytest.mark.parametrize("share", [0.75, 0.45])
def test_a_dim_wall_follows_its_eotf_up_to_its_top(share: float) -> None:
    wrong = wall_drive(faulty("wall-peak", share).wall, GREYS)
    sound = wall_drive(SOUND.wall, GREYS)
    np.testing.assert_allclose(wrong, np.minimum(sound, share), rtol=1e-6)


def test_one_cabinet_is_odd_and_not_the_one_in_the_middle() -> None:
    wall = faulty("cabinet", 0.2).wall
    ((row, column, gain),) = wall.odd_cabinets
    assert gain == pytest.approx((0.8, 0.88, 0.92))
    assert 0 <= row < wall.panel_rows
    assert 0 <= column < wall.panel_columns
    one_piece = faulty("cabinet", 0.2, with_values(SOUND, panel_rows=1, panel_columns=1)).wall
    ((row, column, _),) = one_piece.odd_cabinets
    assert (one_piece.panel_rows, one_piece.panel_columns) == (3, 6)
    assert (row, column) == (1, 1)


def test_a_cold_wall_loses_red_within_a_few_frames() -> None:
    wall = faulty("cold-wall", 0.06).wall
    np.testing.assert_allclose(warm_up(wall, 0), 1.0)
    np.testing.assert_allclose(warm_up(wall, 1000), [0.94, 0.976, 0.988], rtol=1e-6)
    late = warm_up(wall, 5)[0]
    # After so many frames about two thirds have come.
    assert (1.0 - late) / 0.06 == pytest.approx(2 / 3, abs=0.05)


@pytest.mark.parametrize(("name", "stops"), [("overexposed", 1.0), ("underexposed", -4.0)])
def test_stops_are_stops(name: str, stops: float) -> None:
    code = np.array([[0.5, 0.5, 0.5]])
    ratio = camera_code_response(faulty(name, stops), code) / camera_code_response(SOUND, code)
    np.testing.assert_allclose(ratio, 2.0**stops, rtol=1e-3)
    again = faulty(name, stops, faulty(name, stops))
    assert again.camera.exposure_stops == pytest.approx(2 * stops)


def test_stray_light_is_a_share_of_the_peak() -> None:
    wall = faulty("stray-light", 0.02).wall
    assert wall.ambient_nits == pytest.approx(0.02 * wall.peak_nits)
    assert wall.ambient_illuminant == "A"
    assert wall.surround_nits < wall.ambient_nits


def test_off_axis_turns_the_wall_and_steps_back() -> None:
    wrong = faulty("off-axis", 30.0)
    assert wrong.optics.yaw_deg == 30.0
    assert wrong.optics.wall_share < SOUND.optics.wall_share


def outside(stage: VirtualStage) -> FloatArray:
    """How far the wall's corners lie outside of the picture, in modules of its marks."""
    corners = wall_to_sensor(build_geometry(stage), wall_corners(stage))
    size = np.array([stage.camera.width, stage.camera.height])
    module = build_marks_layout(stage.wall.width_px, stage.wall.height_px).module_px
    scale = np.hypot(*(corners[1] - corners[0])) / stage.wall.width_px
    return np.asarray(np.maximum(-corners, corners - size).max() / (module * scale))


@pytest.mark.parametrize("modules", [0.4, 0.7])
def test_a_cut_wall_is_outside_by_modules_and_its_marks_are_not(modules: float) -> None:
    assert outside(SOUND) < 0.0
    # The marks begin one module from the wall's edge.
    assert modules < outside(faulty("wall-cut", modules)) < 1.0


def test_names_and_strengths_are_read() -> None:
    assert parse_fault("flare") == (FAULTS["flare"], 0.06)
    assert parse_fault("flare=0.1") == (FAULTS["flare"], 0.1)
    assert parse_fault("underexposed=-3") == (FAULTS["underexposed"], -3.0)
    with pytest.raises(ValueError, match="unknown fault 'flair'; did you mean 'flare'"):
        parse_fault("flair")
    with pytest.raises(ValueError, match=r"unknown fault 'xyzzy'.*blended") as caught:
        parse_fault("xyzzy")
    assert "did you mean" not in str(caught.value)
    with pytest.raises(ValueError, match=r"strength 'much' is no number \(share of the light\)"):
        parse_fault("flare=much")


def folder_of(tmp_path: Path, n: int = 10) -> Path:
    for i in range(n):
        (tmp_path / f"capture_{i:04d}.dng").write_bytes(bytes([i]) * 1000)
    return tmp_path


def contents(folder: Path) -> dict[str, int]:
    """First byte of each file: which capture it was."""
    return {path.name: path.read_bytes()[0] for path in sorted(folder.glob("*.dng"))}


def test_dropped_frames_leave_no_gap_in_the_count(tmp_path: Path) -> None:
    mess_up(folder_of(tmp_path), "dropped", 0.3, seed=1)
    left = contents(tmp_path)
    assert list(left) == [f"capture_{i:04d}.dng" for i in range(7)]
    assert list(left.values()) == sorted(left.values())
    assert set(range(10)) - set(left.values()) == set(picked_frames(10, 0.3, seed=1))


def test_shuffled_files_are_all_there_in_another_order(tmp_path: Path) -> None:
    mess_up(folder_of(tmp_path), "shuffled", 1.0, seed=1)
    assert sorted(contents(tmp_path).values()) == list(range(10))
    assert list(contents(tmp_path).values()) != list(range(10))


def test_a_cut_file_is_shorter(tmp_path: Path) -> None:
    mess_up(folder_of(tmp_path), "cut-file", 2.0, seed=1)
    sizes = [path.stat().st_size for path in sorted(tmp_path.iterdir())]
    assert sizes == [1000] * 8 + [400] * 2


def test_lost_numbers_leave_a_gap(tmp_path: Path) -> None:
    mess_up(folder_of(tmp_path), "lost-numbers", 3.0, seed=1)
    numbers = [int(path.stem[-4:]) for path in sorted(tmp_path.iterdir())]
    assert numbers == [0, 1, 2, 3, 4, 8, 9, 10, 11, 12]
    assert list(contents(tmp_path).values()) == list(range(10))


def test_other_types_lie_beside(tmp_path: Path) -> None:
    mess_up(folder_of(tmp_path), "mixed-types", 2.0, seed=1)
    assert sorted(path.name for path in tmp_path.glob("*.exr")) == [
        "still_0000.exr", "still_0001.exr",
    ]  # fmt: skip


def test_an_unknown_mess_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such mess of files: 'spilt'"):
        mess_up(folder_of(tmp_path), "spilt", 1.0, seed=1)


def test_some_frames_are_picked_never_all() -> None:
    for n in (2, 5, 40):
        for share in (0.01, 0.5, 1.0):
            picked = picked_frames(n, share, seed=3)
            assert 1 <= len(picked) <= n - 1
            assert picked == sorted(set(picked))
            assert set(picked) <= set(range(n))
    assert picked_frames(40, 0.5, seed=3) == picked_frames(40, 0.5, seed=3)
    assert picked_frames(40, 0.5, seed=3) != picked_frames(40, 0.5, seed=4)


def test_junk_is_what_shows_no_strip() -> None:
    pictures = junk_pictures(64, 36, 4, seed=2)
    assert [picture.shape for picture in pictures] == [(36, 64, 3)] * 4
    assert pictures[2].max() == 0.0
    assert pictures[0].max() > 0.1
    assert not np.array_equal(pictures[0], pictures[1])
