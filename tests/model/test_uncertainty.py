"""What a fit predicts of itself against what the true wall then shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.target import target_light
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.exposure import exposure_scale
from ledcal.model.fit import fit_model
from ledcal.model.predict import black, predict
from ledcal.model.trial import before_after, shown_codes
from ledcal.model.uncertainty import draw_models
from tests.model.closed_loop import Calibrated, calibrate
from tests.model.synthetic_wall import SyntheticWall

WALLS = {
    "pq": SyntheticWall(seed=21),
    "noisy": SyntheticWall(noise=0.006, seed=22),
    "rough": SyntheticWall(common_ripple=0.013, shadow=0.4, additivity=-0.03, seed=23),
    "gamma": SyntheticWall("gamma 2.4", 600.0, (0.05, 0.08, -0.06), additivity=0.03, seed=24),
}


@pytest.mark.parametrize("name", WALLS)
def test_predicted_p95_is_within_30_percent_of_what_the_wall_shows(name: str) -> None:
    wall = WALLS[name]
    done = calibrate(wall, 300)

    def table(code: np.ndarray) -> np.ndarray:
        return apply_tetrahedral(done.lut, code)

    others = draw_models(done.measured, done.model)
    said = before_after(done.model, done.target, done.k, table, others=others).after
    codes = shown_codes(done.model, done.target, done.k)
    light = wall.camera(table(codes)) - wall.camera(np.zeros((1, 3)))
    # The judge's k is of the true wall: its greys decide, as those of the model do for its own k.
    wanted = target_light(done.target, codes)
    k = done.k * np.median(_ratio(done, wall))
    shown = delta_e_itp(k * light, wanted)
    assert 0.7 < said.p95 / np.percentile(shown, 95) < 1.3
    assert 0.6 < said.median / np.median(shown) < 1.6


def _ratio(done: Calibrated, wall: SyntheticWall) -> np.ndarray:
    """Model over truth on greys from 5 to 50 % of peak."""
    grey = np.repeat(np.linspace(0.45, 0.62, 50)[:, None], 3, axis=1)
    model = done.model
    made = (predict(model, grey) - black(model)).sum(axis=1)
    return np.asarray(made / (wall.camera(grey) - wall.camera(np.zeros((1, 3)))).sum(axis=1))


def test_draws_are_the_same_again_and_spread_with_the_noise() -> None:
    quiet, loud = (SyntheticWall(noise=noise, seed=5) for noise in (0.001, 0.008))
    code = np.random.default_rng(1).uniform(0.3, 0.8, (200, 3))
    spreads = []
    for wall in (quiet, loud):
        done = calibrate(wall, 100)
        one, two = (draw_models(done.measured, done.model, n=6) for _ in range(2))
        seen = [exposure_scale(m, done.target) * predict(m, code) for m in one]
        np.testing.assert_array_equal(predict(one[3], code), predict(two[3], code))
        spreads.append(np.std(np.log(np.stack(seen)), axis=0).mean())
    assert spreads[1] > 3.0 * spreads[0]


def test_few_colours_leave_the_saturated_open() -> None:
    """Greys and three weak colours say little of full drive, and the figures say so."""
    wall = replace(WALLS["pq"], seed=7)
    grey = np.repeat(np.linspace(0.0, 0.8, 31)[:, None], 3, axis=1)
    weak = np.full((3, 3), 0.4) + 0.2 * np.eye(3)
    few = wall.measure(np.concatenate([grey, weak]), with_sigma=False)
    model = fit_model(few, eotf="ST 2084", peak_nits=1500.0)
    strong = np.array([[0.8, 0.0, 0.0], [0.0, 0.8, 0.0], [0.0, 0.0, 0.8]])
    draws = draw_models(few, model)

    def unsure(code: np.ndarray) -> float:
        seen = np.stack([predict(one, code) / predict(one, grey[-1:]) for one in draws])
        return float(np.std(seen, axis=0).mean() / seen.mean())

    assert unsure(strong) > 3.0 * unsure(grey[15:])
