"""Play, shoot, fit, export: colours that were never captured come out right.

Three virtual stages with different seeds. Everything goes the user's way: pattern files, real
DNGs, `ledcal fit`, `ledcal export`, and OpenColorIO applies the .cube. The judge knows the true
wall. Not covered: moire, frames that are not what they say, lenses that do not fit a homography
with one radial term.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.files.stage import read_stage
from ledcal.simulate.scenes import scene_for
from tests.closed_loop import Judge, apply_cube

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

STAGES = {
    "pq-volume": '[wall]\neotf = "ST 2084"\npeak_nits = 1500\nprimaries = "P3-D65"\n',
    "sdr-wall": '[wall]\neotf = "gamma 2.4"\npeak_nits = 600\nprimaries = "ITU-R BT.709"\n',
    "tv-wall": '[wall]\neotf = "sRGB"\npeak_nits = 300\nprimaries = "ITU-R BT.709"\n',
}


@pytest.mark.parametrize(("scene", "seed"), [("pq-volume", 11), ("sdr-wall", 12), ("tv-wall", 13)])
def test_colours_never_captured_come_out_right(
    ledcal: Callable[..., Run], tmp_path: Path, scene: str, seed: int
) -> None:
    stage_path = tmp_path / "stage.toml"
    stage_path.write_text(STAGES[scene])
    patterns, captures = tmp_path / "patterns", tmp_path / "captures"
    profile, cube = tmp_path / "profile", tmp_path / "wall.cube"
    words = ("--set", "standard", "--layout", "grid", "--stage", stage_path)
    assert ledcal("patterns", patterns, *words).code == 0
    made = ledcal(
        *("simulate", captures, "--patterns", patterns, "--stage", stage_path),
        *("--scene", scene, "--seed", seed, "--sensor", "1296x864"),
    )
    assert made.code == 0
    (captures / "truth.json").unlink()  # from the DNGs alone
    fitted = ledcal("fit", captures, "-o", profile, "--json")
    assert fitted.code == 0, fitted.err
    assert ledcal("export", profile, "--size", "33", "-o", cube).code == 0

    stage = read_stage(stage_path)
    judge = Judge(scene_for(stage, name=scene, seed=seed), stage.target)
    content = judge.held_out()
    assert len(content) > 1000
    before = judge.errors(content, content)
    after = judge.errors(apply_cube(cube, content), content)
    assert np.median(before) > 4.0
    assert np.median(after) < 1.0
    assert np.percentile(after, 95) < 3.0

    figures = json.loads(fitted.out)
    assert figures["after"]["median"] < 1.0
    assert figures["peak_kept"] > 0.85
