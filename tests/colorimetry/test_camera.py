"""DNG matrices: neutral becomes neutral, and two illuminants mix by inverse temperature."""

from __future__ import annotations

import numpy as np
import pytest

from ledcal.colorimetry.camera import camera_transform
from ledcal.colorimetry.space import (
    ACES,
    matrix_adaptation,
    matrix_rgb_to_xyz,
    xy_to_xyz,
)
from ledcal.values.frame import CameraColour

# Any plausible pair: XYZ to camera under tungsten and daylight.
WARM = np.array([[0.9, -0.2, -0.1], [-0.4, 1.2, 0.2], [-0.1, 0.2, 0.6]])
COOL = np.array([[0.8, -0.1, -0.1], [-0.5, 1.3, 0.2], [-0.1, 0.3, 0.8]])


@pytest.mark.parametrize("neutral", [[0.5, 1.0, 0.6], [0.8, 1.0, 0.4], [0.45, 0.9, 0.81]])
def test_neutral_becomes_neutral(neutral: list[float]) -> None:
    colour = CameraColour(np.array(neutral), ((2856.0, WARM), (6504.0, COOL)), "test")
    transform = camera_transform(colour)
    aces = transform.combined() @ neutral
    assert aces / aces[1] == pytest.approx(1.0, abs=1e-12)
    assert transform.matrix.sum(axis=1) == pytest.approx(1.0, abs=1e-12)


def test_daylight_white_uses_the_daylight_matrix_exactly() -> None:
    """The way of the DNG specification, by hand, for a white at the second illuminant."""
    white = xy_to_xyz([0.3127, 0.3290])
    neutral = COOL @ white
    colour = CameraColour(neutral, ((2856.0, WARM), (6504.0, COOL)), "test")
    adapted = matrix_adaptation(white, xy_to_xyz(ACES.whitepoint_xy)) @ np.linalg.inv(COOL)
    expected = np.linalg.inv(matrix_rgb_to_xyz(ACES)) @ adapted
    got = camera_transform(colour).combined()
    assert got / got.sum() == pytest.approx(expected / expected.sum(), abs=2e-4)


def test_one_matrix_is_used_as_it_is() -> None:
    neutral = COOL @ xy_to_xyz([0.40, 0.38])
    one = camera_transform(CameraColour(neutral, ((6504.0, COOL),), "test")).combined()
    same = camera_transform(
        CameraColour(neutral, ((2856.0, COOL), (6504.0, COOL)), "test")
    ).combined()
    assert one == pytest.approx(same, abs=1e-12)


def test_between_the_illuminants_both_count() -> None:
    # A white half way in inverse temperature.
    cct = 2.0 / (1.0 / 2856.0 + 1.0 / 6504.0)
    assert 3900.0 < cct < 4000.0
    middle = (WARM + COOL) / 2
    neutral = middle @ xy_to_xyz([0.3837, 0.3827])  # about that temperature
    both = camera_transform(
        CameraColour(neutral, ((2856.0, WARM), (6504.0, COOL)), "test")
    ).combined()
    between = camera_transform(CameraColour(neutral, ((5000.0, middle),), "test")).combined()
    assert both == pytest.approx(between, rel=0.02, abs=0.01)


def test_useless_matrices_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be inverted"):
        camera_transform(CameraColour(np.ones(3), ((6504.0, np.zeros((3, 3))),), "test"))
    with pytest.raises(ValueError, match="not positive"):
        camera_transform(CameraColour(np.array([0.0, 1, 1]), ((6504.0, COOL),), "test"))
    with pytest.raises(ValueError, match="no colour matrix"):
        camera_transform(CameraColour(np.ones(3), (), "test"))
