"""The gain field: there where a wall has structure that the physical model lacks, else not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import P3_D65
from ledcal.colorimetry.target import target_light
from ledcal.model._field import GainField
from ledcal.model.evaluate import cross_validate
from ledcal.model.exposure import exposure_scale
from ledcal.model.fit import fit_model
from ledcal.model.invert import correct
from ledcal.model.predict import black, predict
from ledcal.values.display import DisplayModel
from ledcal.values.stage import Target
from tests.model.synthetic_wall import SyntheticWall, structured_codes

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.measurement import PatchMeasurements

TARGET = Target(P3_D65, "gamma 2.4", 400.0)


WALL = SyntheticWall("gamma 2.4", 400.0, seed=11)


@dataclass(frozen=True)
class BumpyWall:
    """A wall with ten blobs in code space where its light is off by about 1 %."""

    wall: SyntheticWall = WALL
    seed: int = 8

    def gain(self, code: FloatArray) -> FloatArray:
        rng = np.random.default_rng(self.seed)
        centre, height = rng.uniform(0.2, 1.0, (10, 3)), rng.normal(0.0, 0.01, (10, 3))
        square = np.sum((code[:, None] - centre) ** 2, axis=2)
        return np.asarray(1.0 + np.exp(-square / (2 * 0.18**2)) @ height)

    def camera(self, code: FloatArray) -> FloatArray:
        return self.wall.camera(code) * self.gain(code)


@cache
def fitted(n: int) -> tuple[PatchMeasurements, DisplayModel, DisplayModel]:
    """Measurements, the fit, and the fit without its field."""
    bumpy = BumpyWall()
    code = structured_codes(n, eotf_name="gamma 2.4", peak_nits=400.0)
    measured = bumpy.wall.measure(code)
    measured = replace(measured, camera=measured.camera * bumpy.gain(code))
    model = fit_model(measured, eotf="gamma 2.4", peak_nits=400.0)
    bare = {k: v for k, v in model.parameters.items() if k not in {"field", "smoothing"}}
    return measured, model, DisplayModel("parametric-1", bare)


def closed_loop(model: DisplayModel) -> FloatArray:
    """True light against the target through the exact correction, on codes never measured."""
    k = exposure_scale(model, TARGET)
    code = np.random.default_rng(3).uniform(0.2, 1.0, (2000, 3))
    wall, reachable = correct(model, TARGET, k, code)
    bumpy, dark = BumpyWall(), np.zeros((1, 3))
    seen = k * (bumpy.camera(wall[reachable]) - bumpy.camera(dark))
    return delta_e_itp(seen, target_light(TARGET, code[reachable]))


def test_structure_that_the_model_lacks_is_followed() -> None:
    _, model, bare = fitted(300)
    assert "field" in model.parameters
    assert model.kind == "parametric-1+field"
    with_field, without = closed_loop(model), closed_loop(bare)
    assert np.median(with_field) < 0.6 * np.median(without)
    assert np.percentile(with_field, 95) < 0.6 * np.percentile(without, 95)


def test_patches_left_out_are_predicted_better_with_it() -> None:
    measured, model, bare = fitted(300)
    k = exposure_scale(model, TARGET)
    assert (
        cross_validate(measured, model, k).median < 0.85 * cross_validate(measured, bare, k).median
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_wall_that_the_model_describes_gets_none(seed: int) -> None:
    wall = SyntheticWall(seed=seed)
    model = fit_model(
        wall.measure(structured_codes(300, seed=seed)), eotf="ST 2084", peak_nits=1500
    )
    assert model.kind == "parametric-1"
    assert "field" not in model.parameters


def test_few_patches_get_none() -> None:
    assert "field" not in fitted(40)[1].parameters


def test_the_inverse_knows_of_it() -> None:
    _, model, _ = fitted(300)
    k = exposure_scale(model, TARGET)
    code = np.random.default_rng(4).uniform(0.1, 0.95, (500, 3))
    wall, reachable = correct(model, TARGET, k, code)
    seen = k * (predict(model, wall) - black(model))
    gap = delta_e_itp(seen, target_light(TARGET, code))[reachable]
    assert np.percentile(gap, 95) < 0.005
    # Where a channel is nearly off, its position moves fast with its light.
    assert gap.max() < 1.0


def test_black_is_black_with_and_without() -> None:
    _, model, bare = fitted(300)
    np.testing.assert_allclose(black(model), black(bare), rtol=1e-12)


def test_a_field_meets_its_grid_points() -> None:
    grid = np.random.default_rng(6).normal(0.0, 0.01, (17, 17, 17, 3))
    at = np.array([[0.25, 0.5, 0.75], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    wanted = 1.0 + grid[[4, 0, 16], [8, 0, 16], [12, 0, 16]]
    np.testing.assert_allclose(GainField(grid).gain(at), wanted, atol=1e-12)
