"""`ledcal moire predict` on stage.toml files: what is missing, ranges, JSON, charts, exit codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ledcal.files.images import read_image
from ledcal.values.prediction import Band

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

STAGE = """
[wall]
pitch_mm = 2.3
fill = 0.4
[camera]
photosite_um = 6.075
focal_mm = 35
distance_m = 8
f_stop = 2.8
olpf_px = 0.6
active_sensor_width_px = 4608
active_sensor_height_px = 3164
delivered_height_px = 2160
"""


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """A stage that says what is needed, and more."""
    path = tmp_path / "stage.toml"
    path.write_text(STAGE, encoding="utf-8")
    return path


def test_words_for_a_wall_in_focus(ledcal: Callable[..., Run], stage: Path) -> None:
    run = ledcal("moire", "predict", "--stage", stage)
    assert run.code == 0, run.err
    first = " ".join(run.out.split("\n\n")[0].split())
    assert first.startswith("VISIBLE at 8 m with 35 mm: orange/blue fringes")
    assert "(order 1,0)" in first
    assert "times over what an eye sees" in first
    for label in ("place", "shows", "do one", "distance", "lens", "avoid", "assumed"):
        assert f"\n  {label:10}" in run.out, label
    assert "camera.focus_distance_m" in " ".join(run.out.split())
    assert "wall.fill" not in run.out, "it was given"
    assert all(len(line) <= 80 for line in run.out.splitlines())


def test_json_and_a_chart(ledcal: Callable[..., Run], stage: Path, tmp_path: Path) -> None:
    chart = tmp_path / "risk.png"
    words = ("moire", "predict", "--stage", stage, "--focus", 5, "--distance", "4-12")
    run = ledcal(*words, "--chart", chart, "--json")
    assert run.code == 0, run.err
    said: dict[str, Any] = json.loads(run.out)
    assert said["schema_version"] == 1
    assert (said["distance_m"], said["focus_m"], said["chart"]) == (8.0, 5.0, str(chart))
    assert said["searched"]["distance_m"] == [4.0, 12.0]
    assert said["lines"][0]["order"] in ([1, 0], [0, 1])
    assert {line["colour"] for line in said["lines"]} >= {"red-blue", "luminance"}
    strengths = [line["visibility_bound"] for line in said["lines"]]
    assert strengths == sorted(strengths, reverse=True)
    assert said["visibility_bound"] == pytest.approx(strengths[0])
    for low, high in said["safe"]["distance_m"]:
        assert 4.0 <= low < high <= 12.0
    assert said["null"]["focus_shift_m"] > 0.0
    assert all(change["text"] for change in said["changes"])
    pixels, _ = read_image(chart)
    assert pixels.shape[:2] == (1050, 1500)
    assert pixels.std() > 0.1 * pixels.max()
    again = ledcal(*words, "--chart", chart)
    assert again.code == 2
    assert "--overwrite" in again.err


@pytest.mark.parametrize(
    ("angle", "said"),
    [
        (172.8, "up to 0.49 % of the light, every 76.6 rows, standing; shutters of 173.25"),
        (180.0, "no bands: the shutter lasts whole refreshes"),
    ],
)
def test_bands_are_expected_of_a_shutter(
    ledcal: Callable[..., Run], stage: Path, angle: float, said: str
) -> None:
    timing = f"capture_frame_rate = 24\nline_time_us = 3.4\nshutter_angle_deg = {angle}"
    text = STAGE.replace("[camera]", f"refresh_hz = 3840\n[camera]\n{timing}")
    stage.write_text(text, encoding="utf-8")
    run = ledcal("moire", "predict", "--stage", stage)
    assert said in " ".join(run.out.split())
    bands = json.loads(ledcal("moire", "predict", "--stage", stage, "--json").out)["bands"]
    strongest = max((band["depth"] for band in bands), default=0.0)
    assert (strongest > 0.004) == (angle != 180.0)


def test_a_move_that_is_offered_is_safe(ledcal: Callable[..., Run], stage: Path) -> None:
    words = ("moire", "predict", "--stage", stage, "--json", "--strict")
    run = ledcal(*words, "--focus", 5)
    assert run.code == 4
    changes = {change["what"]: change["after"] for change in json.loads(run.out)["changes"]}
    moved = ledcal(*words, "--focus", 5, "--distance", changes["distance"])
    assert moved.code == 0
    assert json.loads(moved.out)["verdict"] == "safe"
    opened = ledcal(*words, "--focus", 5, "--f-stop", changes["stop"])
    assert opened.code == 0
    assert json.loads(opened.out)["safe"]["f_stop"] >= changes["stop"]


def test_a_safe_place_says_how_far_it_goes(ledcal: Callable[..., Run], stage: Path) -> None:
    run = ledcal("moire", "predict", "--stage", stage, "--focus", 3, "--f-stop", 2, "--strict")
    assert run.code == 0
    assert run.out.startswith("SAFE  at 8 m with 35 mm")
    assert "or nearer is safe; focused at 3 m it is safe at T" in " ".join(run.out.split())
    assert "do one" not in run.out


def test_every_missing_key_is_named_at_once(ledcal: Callable[..., Run], tmp_path: Path) -> None:
    path = tmp_path / "stage.toml"
    path.write_text('[wall]\nname = "north"\n', encoding="utf-8")
    run = ledcal("moire", "predict", "--stage", path)
    assert run.code == 2
    for key in ("wall.pitch_mm", "camera.photosite_um", "camera.focal_mm", "camera.distance_m"):
        assert key in run.err
    path.write_text("[wall]\npitch_mm = 2.6\n[camera]\nphotosite_um = 6\n", encoding="utf-8")
    given = ledcal("moire", "predict", "--stage", path, "--distance", "4-9", "--focal", "50mm")
    assert given.code == 0, given.err
    assert "judged at 6 m, the middle of the range" in " ".join(given.out.split())


def test_stage_toml_is_found_here(
    ledcal: Callable[..., Run], stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = stage.parent / "day 1"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert ledcal("moire", "predict", "--focus", 3).code == 0
    stage.unlink()
    run = ledcal("moire", "predict")
    assert run.code == 2
    assert "--stage" in run.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--distance", "12-3"), "the second must be larger"),
        (("--distance", "near"), "8 or 3-12"),
        (("--distance", "0"), "0.05 to 1000 m"),
        (("--focal", "24-9000"), "0.5 to 5000 mm"),
        (("--focus", "0.06"), "more than 0.07 m"),
        (("--chart", "risk.pdf"), "a .png or a .svg"),
    ],
)
def test_what_was_typed_wrong(
    ledcal: Callable[..., Run], stage: Path, words: tuple[str, str], said: str
) -> None:
    run = ledcal("moire", "predict", "--stage", stage, *words)
    assert run.code == 2
    assert said in run.err


def test_the_nearest_command_of_the_group_is_named(ledcal: Callable[..., Run]) -> None:
    run = ledcal("moire", "predikt")
    assert run.code == 2
    assert "Did you mean 'predict'?" in run.err


def test_ends_belong_to_a_range() -> None:
    assert 8.0 in Band(8.0, 9.0)
    assert 9.0 in Band(8.0, 9.0)
    assert 9.1 not in Band(8.0, 9.0)
