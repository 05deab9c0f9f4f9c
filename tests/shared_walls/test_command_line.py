"""Stored measurements of real walls through `ledcal fit`, with the six required columns only."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run

WALLS = Path(__file__).parents[3] / "shared" / "data" / "real_walls"
FITTED = {"grey18", "primary_desaturated", "max_white", "eotf_ramp"}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not WALLS.is_dir(), reason="needs ../shared/data/real_walls"),
]


def write_take(wall: str, folder: Path, *, with_stage: bool) -> Path:
    text = (WALLS / f"{wall}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    columns = ["code_r", "code_g", "code_b", "meas_r", "meas_g", "meas_b"]
    lines = ["code_r,code_g,code_b,camera_r,camera_g,camera_b"]
    lines += [",".join(r[c] for c in columns) for r in rows if r["patch_kind"] in FITTED]
    table = folder / "m.csv"
    table.write_text("\n".join(lines) + "\n")
    if with_stage:
        said = json.loads((WALLS / f"{wall}.json").read_text())
        gamut = said["target_gamut"]
        pairs = [*gamut["primaries_xy"], gamut["whitepoint_xy"]]
        (folder / "stage.toml").write_text(
            f'[wall]\neotf = "{said["target_eotf"]}"\n'
            f"peak_nits = {said['target_max_lum_nits']}\nprimaries = {pairs}\n"
        )
    return table


@pytest.mark.parametrize("with_stage", [True, False])
@pytest.mark.parametrize("wall", ["roe_balanced", "aoto_pretest", "srgb_wall"])
def test_a_real_wall_is_fitted(
    ledcal: Callable[..., Run], tmp_path: Path, wall: str, *, with_stage: bool
) -> None:
    if wall == "srgb_wall" and not with_stage:
        pytest.skip("an sRGB wall fitted as ST 2084 is a mistake of its own")
    table = write_take(wall, tmp_path, with_stage=with_stage)
    run = ledcal("fit", table, "-o", tmp_path / "profile", "--json")
    assert run.code == 0, run.err
    figures = json.loads(run.out)
    # Three colours beside grey: the profile must not promise what the ColorChecker, which is off by
    # 2 to 5, does not keep, and must say that the correction helps all the same.
    assert 1.0 < figures["after"]["median"] < 0.4 * figures["before"]["median"]
    assert (tmp_path / "profile" / "report.html").stat().st_size > 10_000


def test_a_wrong_eotf_is_named(ledcal: Callable[..., Run], tmp_path: Path) -> None:
    table = write_take("srgb_wall", tmp_path, with_stage=False)
    run = ledcal("fit", table, "-o", tmp_path / "profile", "--json")
    assert run.code == 0, run.err
    found = {finding["id"] for finding in json.loads(run.out)["findings"]}
    assert "eotf-not-as-declared" in found
