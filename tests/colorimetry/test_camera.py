"""Camera paths: DNG matrices with one or two illuminants, a gamut, the wall's own primaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.capture.odd_dng import SHORT, SRATIONAL, write_odd_dng

from ledcal.capture.read import read_frame
from ledcal.colorimetry.camera import camera_transform, gamut_transform, wall_transform
from ledcal.colorimetry.space import (
    ACES,
    P3_D65,
    matrix_adaptation,
    matrix_rgb_to_aces,
    matrix_rgb_to_xyz,
    xy_to_xyz,
)
from ledcal.values.frame import CameraColour

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import FloatArray

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


@pytest.mark.parametrize(
    ("matrices", "xy", "words"),
    [
        (((6504.0, COOL),), (0.35, 0.36), ["one illuminant (6504 K)", "as it is"]),
        (
            ((2856.0, WARM), (6504.0, COOL)),
            (0.3837, 0.3827),
            ["two illuminants (2856 K and 6504 K) mixed for the file's neutral (39"],
        ),
        # The order in the file does not matter.
        (((6504.0, COOL), (2856.0, WARM)), (0.3837, 0.3827), ["mixed for the file's neutral (39"]),
        (((2856.0, WARM), (6504.0, COOL)), (0.28, 0.29), ["that of 6504 K alone", "lies beyond"]),
        (((2856.0, WARM), (6504.0, COOL)), (0.50, 0.41), ["that of 2856 K alone", "lies beyond"]),
    ],
)
def test_what_was_used_and_what_it_assumes_is_said(
    matrices: tuple[tuple[float, FloatArray], ...], xy: tuple[float, float], words: list[str]
) -> None:
    mixed = WARM if xy[0] > 0.45 else COOL if xy[0] < 0.36 else (WARM + COOL) / 2
    transform = camera_transform(CameraColour(mixed @ xy_to_xyz(xy), matrices, "DNG ColorMatrix1"))
    for part in words:
        assert part in transform.source
    assert "hold for LED light too" in transform.assumes
    assert "balanced" in transform.assumes


def test_one_and_two_illuminants_of_a_dng(tmp_path: Path) -> None:
    """What the tags of a file say, to the sentence in the report."""
    mosaic = np.random.default_rng(0).integers(600, 9000, (32, 32)).astype(np.uint16)
    second = {50722: (SRATIONAL, np.ravel(WARM)), 50779: (SHORT, 17)}
    for name, tags, said in (
        ("one", None, "DNG ColorMatrix1, one illuminant (6504 K)"),
        ("two", second, "DNG ColorMatrix1 and 2, two illuminants (2856 K and 6504 K)"),
    ):
        frame = read_frame(write_odd_dng(tmp_path / f"{name}.dng", mosaic, colour_tags=tags))
        assert frame.colour is not None
        transform = camera_transform(frame.colour)
        assert said in transform.source
        assert transform.combined() @ [0.5, 1.0, 0.65] == pytest.approx(np.ones(3), abs=1e-9)


def test_a_declared_gamut_after_the_balance() -> None:
    colour = CameraColour(np.array([0.5, 1.0, 0.8]), ((6504.0, COOL),), "test")
    transform = gamut_transform(P3_D65, colour)
    assert transform.combined() @ [0.5, 1.0, 0.8] == pytest.approx(np.ones(3), abs=1e-12)
    assert transform.combined() * [0.5, 1.0, 0.8] == pytest.approx(matrix_rgb_to_aces(P3_D65))
    assert "P3-D65" in transform.source
    assert "few sensors" in transform.assumes


def test_the_walls_own_primaries_become_the_declared_ones() -> None:
    seen = np.array([[0.41, 0.06, 0.01], [0.21, 0.73, 0.14], [0.02, 0.11, 0.52]])
    transform = wall_transform(seen, P3_D65, "code 1")
    aces = seen @ transform.combined().T
    declared = matrix_rgb_to_aces(P3_D65).T
    assert aces / aces.sum() == pytest.approx(declared / declared.sum(), abs=1e-12)
    # Its balance is that of the wall's white, its rows sum to 1, as everywhere.
    assert transform.white_balance * seen.sum(axis=0) == pytest.approx(seen.sum(axis=0)[1])
    assert transform.matrix.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    for word in ("P3-D65", "light meter", "nothing of how the camera sees other light"):
        assert word in transform.assumes


def test_a_camera_that_cannot_tell_the_primaries_apart() -> None:
    alike = np.array([[0.4, 0.4, 0.4], [0.4, 0.401, 0.4], [0.4, 0.4, 0.401]])
    with pytest.raises(ValueError, match="look alike"):
        wall_transform(alike, P3_D65, "")
    with pytest.raises(ValueError, match="sees no light"):
        wall_transform(np.diag([0.4, 0.4, 0.0]), P3_D65, "")
