"""Where the camera stands, by its lines: distance, roll and blur that stage.toml has wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.moire.correct import correct_rig
from ledcal.moire.detect import detect_lines
from ledcal.moire.patch import cut_patch
from ledcal.moire.prior import prior_of, rig_to_wall
from ledcal.moire.rig import jacobian, wall_homography
from ledcal.simulate.fringes import FlatPatch, flat_frame
from tests.moire.walls import fringes_of, rig_at

if TYPE_CHECKING:
    from ledcal.moire.rig import Rig
    from ledcal.values.moire import PatchLines


def look(rig: Rig, said: Rig) -> PatchLines:
    """Lines of a wall, and the raster as it is said."""
    frame = flat_frame(FlatPatch(width=256, height=256, seed=2), fringes_of(rig, most=1))
    prior = prior_of(
        rig_to_wall(said), (0.0, 0.0, 256.0, 256.0), source="stage.toml", is_precise=False
    )
    return detect_lines(cut_patch([frame]), prior=prior)


@pytest.mark.parametrize(
    ("u", "distance", "roll"), [(0.62, 1.03, 0.0), (0.36, 0.96, 1.0), (1.2, 1.05, -0.5)]
)
def test_distance_and_roll_are_recovered(u: float, distance: float, roll: float) -> None:
    rig = rig_at(u)
    said = replace(rig, distance_mm=rig.distance_mm * distance, roll_deg=roll)
    found, better = correct_rig(said, [look(rig, said)])
    assert found is not None
    assert found.distance_m == pytest.approx(rig.distance_mm / 1000.0, rel=1e-3)
    assert found.said_distance_m == pytest.approx(said.distance_mm / 1000.0)
    assert found.roll_deg == pytest.approx(1.7, abs=0.02)
    assert found.said_roll_deg == roll
    assert found.led_frequency == pytest.approx(u, abs=4 * found.led_frequency_sigma)
    assert found.led_frequency_sigma < 1e-5 * u
    # The same the other way round: the distance as said, and another lens.
    other = replace(said, focal_mm=found.focal_mm)
    assert other.led_frequency == pytest.approx(u, rel=2e-3)
    assert better.distance_mm == pytest.approx(1000.0 * found.distance_m)
    assert better.roll_deg == found.roll_deg
    assert found.blur_px is None


def test_lines_weaker_than_said_tell_of_more_blur() -> None:
    rig = rig_at(0.36)
    soft = replace(rig, lens_sigma_px=0.5)
    found, better = correct_rig(rig, [look(soft, rig)])
    assert found is not None
    assert found.blur_px == pytest.approx(0.5, rel=0.03)
    assert better.lens_sigma_px == pytest.approx(0.5, rel=0.03)
    assert better.distance_mm == pytest.approx(rig.distance_mm, rel=1e-3)


def test_nothing_is_corrected_by_what_is_not_sure() -> None:
    rig = rig_at(0.62)
    patch = look(rig, rig)
    unsure = replace(patch, margin=2.9)
    unknown = replace(patch, jacobian=None)
    assert correct_rig(rig, [unsure, unknown]) == (None, rig)
    assert correct_rig(rig, [])[0] is None
    found, _ = correct_rig(rig, [unsure, replace(patch, margin=3.1)])
    assert found is not None


def test_a_prior_is_the_slope_of_the_raster_and_its_bends() -> None:
    rig = rig_at(0.47, side=512, yaw_deg=25.0, pitch_deg=-8.0)
    box = (60.0, 100.0, 300.0, 200.0)
    to_wall = rig_to_wall(rig)
    prior = prior_of(to_wall, box, source="stage.toml", is_precise=False, panel_px=(16, 20))
    middle = np.array([60 + 149.5, 100 + 99.5])
    np.testing.assert_allclose(
        prior.jacobian, jacobian(wall_homography(rig), middle), rtol=1e-4, atol=1e-5
    )
    assert prior.panel_px == (16, 20)
    right = np.array([prior.jacobian @ [150.0, 0.0], -(prior.jacobian @ [150.0, 0.0])])
    beside = np.array([[150.0, 0.0], [-150.0, 0.0]])
    bent = to_wall(middle + beside) - to_wall(middle)
    squares = (bent - right).mean(axis=0)
    np.testing.assert_allclose(prior.bends[:, 0], squares, rtol=0.03, atol=1e-3)
    marks = prior_of(to_wall, box, source="marks", is_precise=True)
    assert marks.scale_spread < 0.2 * prior.scale_spread
    assert marks.turn_spread_deg < 0.2 * prior.turn_spread_deg
