"""White: the sum of its parts or not, and what it looks like to the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.transfer import eotf
from ledcal.diagnose import white as rules
from ledcal.diagnose.white import additivity, white_over_parts, white_point
from ledcal.values.camera import CameraTransform
from tests.diagnose.cases import (
    WALL_TO_ACES,
    make_case,
    make_measurements,
    make_stage,
    said_by,
)

if TYPE_CHECKING:
    from ledcal.diagnose.case import Case
    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Stage


def wall(gain: tuple[float, float, float] = (1.0, 1.0, 1.0), white: float = 1.0) -> Case:
    """A wall with gains of its channels whose white is `white` times its parts."""

    def light(code: FloatArray, of: Stage) -> FloatArray:
        lit = eotf(of.wall.eotf, code, peak_nits=1500.0) / 1500.0
        grey = lit.min(axis=1, keepdims=True)
        return np.asarray((lit * gain + (white - 1.0) * grey) @ WALL_TO_ACES.T)

    return make_case(make_measurements(make_stage(), light))


def balanced(cct: float | None, case: Case) -> Case:
    transform = CameraTransform(np.ones(3), np.eye(3), "test", neutral_cct_k=cct)
    return make_case(case.measurements, transform=transform)


@pytest.mark.parametrize("white", [0.8, 0.97, 1.0, 1.1, 1.3, 1.6])
def test_white_over_its_parts_is_told(white: float) -> None:
    case = wall(white=white)
    assert white_over_parts(case) == pytest.approx(white, rel=0.01)
    said = said_by(additivity, case)
    assert bool(said) == (white > rules._ABOVE)
    if said:
        finding = said["white-above-its-parts"]
        assert f"white is {100 * (white - 1):.0f} % brighter than its red" in finding.seen
        assert f"(limit {100 * (rules._ABOVE - 1.0):.0f} %)" in finding.seen
        assert "picture mode" in finding.fix


def test_without_parts_nothing_is_said_of_white() -> None:
    greys = np.linspace(0.0, 0.75, 12)[:, None] * np.ones(3)
    case = make_case(make_measurements(code=greys))
    assert white_over_parts(case) is None
    assert said_by(additivity, case) == {}


@pytest.mark.parametrize("gain", [(1.0, 1.0, 1.0), (0.95, 1.0, 1.0), (1.0, 1.0, 0.93)])
def test_a_white_that_is_nearly_right_is_let_pass(gain: tuple[float, float, float]) -> None:
    assert said_by(white_point, wall(gain)) == {}


@pytest.mark.parametrize(
    ("gain", "is_cold"), [((0.7, 0.85, 1.0), True), ((1.0, 0.85, 0.55), False)]
)
def test_another_white_point_is_told_in_kelvin(
    gain: tuple[float, float, float], *, is_cold: bool
) -> None:
    for case in (wall(gain), balanced(6504.0, wall(gain)), balanced(None, wall(gain))):
        finding = said_by(white_point, case)["white-not-as-declared"]
        kelvin = float(finding.seen.split("looks like ")[1].split(" K")[0])
        assert (kelvin > 7500.0) if is_cold else (kelvin < 5500.0)
        assert f"in u'v' (limit {rules._OFF_UV})" in finding.seen
        assert "set the white point to 650" in finding.fix


def test_a_camera_that_is_balanced_to_lamps_is_told_instead() -> None:
    warm = wall((0.7, 0.85, 1.0))
    finding = said_by(white_point, balanced(3200.0, warm))["camera-balance"]
    assert "balanced to 3200 K, the wall is declared as 650" in finding.seen
    assert f"in u'v' (limit {rules._OFF_UV})" in finding.seen
    assert "about 650" in finding.fix
    # As long as its white is neutral to the camera, nothing is wrong with that.
    assert said_by(white_point, balanced(3200.0, wall())) == {}


def test_no_grey_no_white() -> None:
    red = np.linspace(0.1, 0.75, 9)[:, None] * np.array([1.0, 0.0, 0.0])
    assert said_by(white_point, make_case(make_measurements(code=red))) == {}
