"""A processor left in the mode of a gamut: recognised, modelled, inverted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import gamut, matrix_rgb_to_xyz
from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.model.evaluate import cross_validate
from ledcal.model.findings import fit_findings
from ledcal.model.fit import fit_model
from ledcal.model.invert import reach
from ledcal.model.predict import black, predict
from ledcal.values.stage import Gamut, Target
from tests.model.synthetic_wall import SyntheticWall, measurements, structured_codes

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.measurement import PatchMeasurements

P3 = Target(gamut("P3-D65"), "ST 2084", 1500.0)
_LEDS = Gamut("LEDs", [[0.69, 0.305], [0.19, 0.735], [0.132, 0.06]], [0.3127, 0.3290])


@dataclass(frozen=True)
class ProcessorWall:
    """A closed form wall behind a 3x3 that clips."""

    wall: SyntheticWall
    mode: str

    @property
    def matrix(self) -> FloatArray:
        to_leds = np.linalg.solve(matrix_rgb_to_xyz(_LEDS), matrix_rgb_to_xyz(gamut(self.mode)))
        return np.asarray(to_leds / to_leds.sum(axis=1, keepdims=True))

    def camera(self, code: FloatArray) -> FloatArray:
        nits = eotf(self.wall.eotf, code, peak_nits=self.wall.peak_nits)
        light = np.minimum(nits / self.wall.peak_nits, 1.0)
        driven = np.clip(light @ self.matrix.T, 0.0, 1.0) * self.wall.peak_nits
        return self.wall.camera(eotf_inverse(self.wall.eotf, driven, peak_nits=self.wall.peak_nits))


def _fit(mode: str, n: int) -> tuple[ProcessorWall, DisplayModel, PatchMeasurements]:
    wall = ProcessorWall(SyntheticWall(seed=3), mode)
    code = structured_codes(n, seed=3)
    clean = wall.camera(code)
    rng = np.random.default_rng(3)
    sigma = 0.002 * clean + 3e-6
    seen = measurements(code, clean + sigma * rng.standard_normal(clean.shape), sigma)
    return wall, fit_model(seen, eotf="ST 2084", peak_nits=1500.0), seen


@pytest.mark.parametrize("mode", ["P3-D65", "ITU-R BT.2020"])
@pytest.mark.parametrize("n", [60, 300])
def test_mode_is_recognised_and_its_matrix_found(mode: str, n: int) -> None:
    wall, model, seen = _fit(mode, n)
    assert model.kind == "parametric-1+premix"
    found = model.parameters["premix"]
    # 60 patches leave an entry to a tenth, 300 to a few hundredths (P3 hardly clips).
    assert np.abs(found - wall.matrix).max() < (0.12 if n == 60 else 0.05)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-12)
    said = {finding.id: finding for finding in fit_findings(model, seen, 37.5, P3)}
    assert mode in said["processor-mixes-channels"].seen


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_native_wall_has_none(seed: int) -> None:
    wall = SyntheticWall(seed=seed, additivity=0.04)
    seen = wall.measure(structured_codes(100, seed=seed))
    assert "premix" not in fit_model(seen, eotf="ST 2084", peak_nits=1500.0).parameters


@pytest.mark.parametrize("mode", ["P3-D65", "ITU-R BT.2020"])
def test_what_the_wall_shows_is_found_again(mode: str) -> None:
    wall, model, _ = _fit(mode, 300)
    code = np.random.default_rng(8).uniform(0.25, 0.8, (400, 3))
    k = 1.0 / wall.wall.exposure * 15.0
    wanted = k * (wall.camera(code) - wall.camera(np.zeros((1, 3))))
    found, reachable = reach(model, k, wanted)
    made = k * (wall.camera(found) - wall.camera(np.zeros((1, 3))))
    miss = delta_e_itp(made, wanted)
    assert reachable.mean() > 0.9
    assert np.median(miss) < 0.25
    assert np.percentile(miss, 95) < 0.8


def test_colours_beyond_the_wall_go_to_its_edge() -> None:
    """No code among many is much nearer than the one that was found."""
    wall, model, _ = _fit("P3-D65", 300)
    k = 15.0 / wall.wall.exposure
    edge = k * (predict(model, np.array([[0.7, 0.1, 0.1], [0.2, 0.75, 0.1]])) - black(model))
    grey = edge.mean(axis=1, keepdims=True)
    wanted = grey + 1.4 * (edge - grey)
    found, reachable = reach(model, k, wanted)
    assert not reachable.any()
    codes = np.random.default_rng(4).uniform(0.0, 0.81, (60_000, 3))
    others = k * (predict(model, codes) - black(model))
    made = k * (predict(model, found) - black(model))
    for row in range(2):
        nearest = delta_e_itp(others, np.broadcast_to(wanted[row], others.shape)).min()
        # Hue is held more than chroma, so the plain distance may be somewhat larger.
        assert delta_e_itp(made[row : row + 1], wanted[row : row + 1])[0] < 1.3 * nearest


def test_patches_left_out_are_predicted_through_the_mode() -> None:
    wall, model, seen = _fit("ITU-R BT.2020", 100)
    assert cross_validate(seen, model, 15.0 / wall.wall.exposure).median < 0.5
