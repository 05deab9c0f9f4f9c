"""Sound takes: nothing is said of them."""

from __future__ import annotations

import pytest

from ledcal.colorimetry.space import aces_luminance
from tests.diagnose.cases import (
    found_in,
    make_case,
    make_codes,
    make_stage,
    make_take,
    uncorrected,
)


@pytest.mark.parametrize("eotf", ["ST 2084", "gamma 2.4", "sRGB"])
def test_a_sound_take_has_no_findings(eotf: str) -> None:
    stage = make_stage(eotf)
    assert found_in(make_case(stage=stage, take=make_take())) == {}


def test_a_sound_table_has_no_findings() -> None:
    assert found_in(make_case()) == {}


def test_the_sound_wall_is_a_wall() -> None:
    """Neutral where code is, and never darker than black."""
    light = uncorrected(make_codes(make_stage()), make_stage())
    assert aces_luminance(light).min() >= 0.0
    grey = light[1:15]
    assert abs(grey / grey[:, :1] - 1.0).max() < 1e-9
