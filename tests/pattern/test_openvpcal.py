"""OpenVPCal's sequence: order, codes, and the codes of real takes where they are at hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from ledcal.pattern.openvpcal import build_openvpcal, ramp_light
from ledcal.values.stage import Gamut, Wall

REAL = Path(__file__).parents[3] / "shared" / "data" / "real_walls"
GAMUT = Gamut("x", [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]], [0.3127, 0.329])


def wall_of(eotf: str, peak_nits: float) -> Wall:
    return Wall("wall", 1920, 1080, None, eotf, peak_nits, GAMUT)


def test_the_order_is_colours_grey_primaries_white_and_the_ramp() -> None:
    pattern = build_openvpcal(wall_of("ST 2084", 1500.0))
    assert [patch.name for patch in pattern.patches[:9]] == [
        "desaturated red", "desaturated green", "desaturated blue", "18 % grey",
        "red primary", "green primary", "blue primary", "white", "ramp 0 of 30",
    ]  # fmt: skip
    assert len(pattern.patches) == 8 + 31
    assert pattern.patches[-1].name == "ramp 30 of 30"
    assert [patch.kind for patch in pattern.patches if not patch.code.any()] == ["black"]


def test_a_relative_wall_takes_the_same_light_as_a_100_nit_one() -> None:
    # Gamma and sRGB walls are 100 nits to OpenVPCal, whatever they really make.
    pattern = build_openvpcal(wall_of("gamma 2.2", 600.0))
    grey = pattern.patches[3]
    np.testing.assert_allclose(grey.code, 0.18 ** (1 / 2.2), rtol=1e-12)
    np.testing.assert_allclose(pattern.patches[-1].code, 1.0)
    np.testing.assert_allclose(pattern.patches[8 + 15].light, ramp_light(100.0, 30)[15])
    assert all(patch.is_fitted for patch in pattern.patches)


def test_the_white_of_a_pq_pattern_is_beyond_the_peak_and_not_fitted() -> None:
    pattern = build_openvpcal(wall_of("ST 2084", 1500.0))
    assert [patch.name for patch in pattern.patches if not patch.is_fitted] == ["white"]
    assert pattern.patches[7].code.tolist() == [1.0, 1.0, 1.0]
    assert pattern.patches[-1].code.max() < 0.8


@pytest.mark.parametrize("values", [{"n_steps": 0}, {"saturation": 1.5}])
def test_what_openvpcal_cannot_play_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be 1 or more"):
        build_openvpcal(wall_of("ST 2084", 1500.0), **values)  # type: ignore[arg-type]


@pytest.mark.shared
@pytest.mark.skipif(not REAL.is_dir(), reason="no measurements of real walls in ../shared")
@pytest.mark.parametrize(
    ("name", "n_steps"), [("roe_balanced", 30), ("aoto_pretest", 30), ("srgb_wall", 33)]
)
def test_the_codes_are_those_of_real_takes(name: str, n_steps: int) -> None:
    said = json.loads((REAL / f"{name}.json").read_text())
    pattern = build_openvpcal(
        wall_of(said["target_eotf"], said["target_max_lum_nits"]), n_steps=n_steps
    )
    with (REAL / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    code = {
        (row["patch_kind"], int(row["patch_index"])): [float(row[f"code_{c}"]) for c in "rgb"]
        for row in rows
    }
    kinds = {
        **{s: ("primary_desaturated", s) for s in range(3)},
        3: ("grey18", 0),
        **{8 + k: ("eotf_ramp", k) for k in range(n_steps + 1)},
    }
    for s, key in kinds.items():
        # The formula of ST 2084 gives 7e-7 for no light.
        np.testing.assert_allclose(pattern.patches[s].code, code[key], atol=1e-6)
    assert ("eotf_ramp", n_steps + 1) not in code
