"""`ledcal patterns --set sync`: as a folder, and as a movie that is played in a loop."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

    Ledcal = Callable[..., Run]


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    path = tmp_path / "stage.toml"
    path.write_text('[wall]\nwidth_px = 480\nheight_px = 272\npeak_nits = 1000\neotf = "ST 2084"\n')
    return path


def test_a_movie_of_it_holds_no_frame_longer(ledcal: Ledcal, tmp_path: Path, stage: Path) -> None:
    words = ("patterns", tmp_path / "o", "--set", "sync", "--only", "0-7", "--stage", stage)
    done = ledcal(*words, "--movie", tmp_path / "a.mkv", "--fps", 25, "--json")
    assert done.code == 0, done.err
    movie = json.loads(done.out)["movie"]
    assert (movie["frames"], movie["hold"], movie["lead"], movie["fps"]) == (8, 1, 0, "25")
    again = ledcal(*words, "--movie", tmp_path / "b.mkv", "--hold", 2, "--overwrite")
    assert "16 frames" in again.out
    assert "in a loop without a pause" in " ".join(again.out.split())
    assert "ledcal sync CAPTURES" in again.out


def test_its_plan_writes_it_again(ledcal: Ledcal, tmp_path: Path, stage: Path) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    words = ("--set", "sync", "--stage", stage, "--only", "4,9")
    assert ledcal("patterns", whole, *words).code == 0
    assert ledcal("patterns", part, "--plan", whole / "plan.json", "--only", 9).code == 0
    assert (part / "frames/0009.png").read_bytes() == (whole / "frames/0009.png").read_bytes()
    assert len(json.loads((part / "plan.json").read_text())["frames"]) == 256


def test_a_layout_is_refused(ledcal: Ledcal, tmp_path: Path) -> None:
    done = ledcal("patterns", tmp_path / "o", "--set", "sync", "--layout", "grid")
    assert done.code == 2
    assert "--layout does not go with --set sync" in done.err
