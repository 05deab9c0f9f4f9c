"""On a rough wall the curves behind the cube carry what nodes cannot: seen on the true wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.target import target_light
from ledcal.export._ocio import apply_file, format_clf
from ledcal.export.cube import format_cube
from ledcal.model.invert import correct
from ledcal.pipeline.chain import chain_of
from ledcal.pipeline.correction import table_of
from tests.model.closed_loop import calibrate, held_out_codes
from tests.model.synthetic_wall import SyntheticWall

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import FloatArray

ROUGH = {
    "pq": SyntheticWall(common_ripple=0.013, shadow=0.45),
    "another pq": SyntheticWall(common_ripple=0.013, shadow=0.45, seed=1),
    "gamma": SyntheticWall("gamma 2.4", 600.0, common_ripple=0.013, shadow=0.45),
}


def true_errors(wall: SyntheticWall, path: Path, text: str) -> tuple[float, float]:
    """Median and p95 of delta E ITP on the true wall, through a file in OpenColorIO."""
    path.write_text(text, "utf-8")
    done = calibrate(wall, 300)
    code = held_out_codes(wall)
    wanted = target_light(done.target, code)
    _, reachable = correct(done.model, done.target, done.k, code)
    judged = reachable & (100 * np.asarray(aces_luminance(wanted)) > 1.0)
    shown: FloatArray = apply_file(path, code)
    seen = done.k * (wall.camera(shown) - wall.camera(np.zeros((1, 3))))
    away = delta_e_itp(seen[judged], wanted[judged])
    return float(np.median(away)), float(np.percentile(away, 95))


@pytest.mark.parametrize(
    "wall",
    [
        ROUGH["pq"],
        ROUGH["gamma"],
        pytest.param(ROUGH["another pq"], marks=pytest.mark.slow),
    ],
    ids=lambda wall: f"{wall.eotf} {wall.seed}",
)
def test_17_nodes_with_curves_are_as_good_as_65_without(
    tmp_path: Path, wall: SyntheticWall
) -> None:
    done = calibrate(wall, 300)
    cubes = {
        size: true_errors(
            wall,
            tmp_path / f"{size}.cube",
            format_cube(table_of(done.model, done.target, done.k, size), title="t"),
        )
        for size in (33, 65)
    }
    chains = {
        size: true_errors(
            wall,
            tmp_path / f"{size}.clf",
            format_clf(chain_of(done.model, done.target, done.k, size), name="t"),
        )
        for size in (17, 33)
    }
    for size in (17, 33):
        assert chains[size][0] <= 1.02 * cubes[65][0]
    assert chains[33][1] <= 1.15 * cubes[65][1]
    assert chains[17][1] <= 1.25 * cubes[65][1]
    assert chains[33][0] < 0.6 * cubes[33][0]
