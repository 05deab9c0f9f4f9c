"""The steps of a correction: black is black, the peak is held, and together they are C."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import P3_D65
from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.lut.build import build_lut
from ledcal.lut.chain import apply_chain, apply_curves
from ledcal.model.chain import N_ENTRIES, plan_chain
from ledcal.model.exposure import exposure_scale
from ledcal.model.fit import fit_model
from ledcal.model.invert import correct
from ledcal.model.predict import black, predict
from ledcal.values.chain import Chain
from ledcal.values.stage import Target
from tests.model.closed_loop import Calibrated, calibrate
from tests.model.synthetic_wall import SyntheticWall, measurements, structured_codes
from tests.model.test_premix import ProcessorWall

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

WALLS = (
    SyntheticWall(common_ripple=0.013, shadow=0.45),
    SyntheticWall("gamma 2.4", 600.0, common_ripple=0.013, shadow=0.45),
)


@pytest.fixture(scope="module", params=WALLS, ids=lambda wall: wall.eotf)
def done(request: pytest.FixtureRequest) -> Calibrated:
    return calibrate(request.param, 300)


def chain_of_exact_nodes(done: Calibrated, size: int = 17) -> Chain:
    plan = plan_chain(done.model, done.target, done.k, size)
    return Chain(plan.first, build_lut(plan.nodes, size), plan.last)


def on_nodes(chain: Chain, n: int = 4000) -> FloatArray:
    """Content codes that fall on nodes at or below the peak."""
    last = chain.size - 2
    node = np.random.default_rng(1).integers(0, last + 1, (n, 3)) / (chain.size - 1)
    place = np.linspace(0.0, chain.first.top, len(chain.first))
    return np.asarray(np.interp(node, chain.first.table[:, 0], place), np.float64)


def seen(done: Calibrated, code: FloatArray) -> FloatArray:
    return np.asarray(done.k * (predict(done.model, code) - black(done.model)))


def test_on_its_nodes_the_chain_is_the_exact_correction(done: Calibrated) -> None:
    chain = chain_of_exact_nodes(done)
    code = on_nodes(chain)
    exact, _ = correct(done.model, done.target, done.k, code)
    away = delta_e_itp(seen(done, apply_chain(chain, code)), seen(done, exact))
    assert np.percentile(away, 99) < 0.01
    assert away.max() < 0.1


def test_black_is_code_zero_and_nothing_is_brighter_than_measured(done: Calibrated) -> None:
    chain = chain_of_exact_nodes(done)
    assert chain.last is not None
    assert len(chain.last) == N_ENTRIES
    assert apply_chain(chain, np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    assert apply_chain(chain, np.full(3, -5.0)).tolist() == [0.0, 0.0, 0.0]
    limit = done.model.parameters["code_limit"]
    np.testing.assert_allclose(chain.last.table[-1], limit, rtol=0, atol=1e-5)
    code = np.random.default_rng(2).uniform(0.0, 1.0, (5000, 3))
    assert (apply_chain(chain, code) <= limit + 1e-12).all()


def test_content_above_the_peak_is_held_at_the_peak() -> None:
    done = calibrate(WALLS[0], 300)
    chain = chain_of_exact_nodes(done)
    peak = float(eotf_inverse("ST 2084", done.target.peak_nits, peak_nits=1500.0))
    held = apply_chain(chain, [[peak, 0.3, peak]])
    np.testing.assert_array_equal(apply_chain(chain, [[peak + 0.01, 0.3, 1.0]]), held)


@pytest.mark.parametrize("size", [17, 33])
def test_a_wall_that_could_go_on_is_held_too(size: int) -> None:
    done = calibrate(WALLS[0], 300)
    dim = Target(done.target.gamut, "ST 2084", 600.0)
    k = exposure_scale(done.model, dim)
    plan = plan_chain(done.model, dim, k, size)
    chain = Chain(plan.first, build_lut(plan.nodes, size), plan.last)
    grey = np.repeat(np.linspace(0.3, 1.0, 200)[:, None], 3, axis=1)
    exact, _ = correct(done.model, dim, k, grey)
    assert exact.max() < 0.75
    assert np.abs(apply_chain(chain, grey) - exact).max() < 0.004
    assert np.abs(apply_chain(chain, grey) - exact)[-20:].max() < 0.001


def test_the_cube_is_smoother_than_the_correction(done: Calibrated) -> None:
    chain = chain_of_exact_nodes(done, 33)
    node = np.arange(6, 30)
    grey = chain.cube.table[node, node, node]
    place = np.repeat(np.arange(6, 30)[:, None] / 32, 3, axis=1)
    at = np.linspace(0.0, chain.first.top, len(chain.first))
    code = np.interp(place, chain.first.table[:, 0], at)
    wall, _ = correct(done.model, done.target, done.k, code)

    def bending(values: FloatArray) -> float:
        return float(np.sqrt(np.mean(np.diff(values, 2, axis=0) ** 2)))

    assert bending(grey) < 0.25 * bending(wall)


def test_samples_lie_in_the_cube_and_say_what_it_should_hold(done: Calibrated) -> None:
    plan = plan_chain(done.model, done.target, done.k, 17)
    samples = plan.samples
    assert samples.signal.min() >= 0.0
    assert samples.signal.max() == pytest.approx((16 - 0.75) / 16, abs=1e-9)
    assert plan.last is not None
    assert ((samples.value >= 0.0) & (samples.value <= 1.0)).all()
    rng = np.random.default_rng(3)
    bright = np.flatnonzero((samples.value > 0.3).all(axis=1) & (samples.value < 0.9).all(axis=1))
    chosen = bright[:1500]
    miss = 1e-3 * rng.standard_normal((len(chosen), 3))
    value = samples.value[chosen]
    was, made = (seen(done, apply_curves(plan.last, place)) for place in (value, value + miss))
    said = np.linalg.norm((samples.slope[chosen] @ miss[:, :, None])[:, :, 0], axis=1)
    assert np.median(said / delta_e_itp(made, was)) == pytest.approx(1.0, abs=0.03)


def test_a_wall_whose_processor_mixes_last_gets_no_curves() -> None:
    wall = ProcessorWall(SyntheticWall(seed=3), "ITU-R BT.2020")
    code = structured_codes(100, seed=3)
    clean = wall.camera(code)
    model = fit_model(
        measurements(code, clean, 0.002 * clean + 3e-6), eotf="ST 2084", peak_nits=1500.0
    )
    assert "premix" in model.parameters
    target = Target(P3_D65, "ST 2084", 1500.0)
    k = exposure_scale(model, target)
    plan = plan_chain(model, target, k, 17)
    assert plan.last is None
    chain = Chain(plan.first, build_lut(plan.nodes, 17), None)
    code = on_nodes(chain)
    exact, reachable = correct(model, target, k, code)
    assert reachable.mean() > 0.5
    # Beyond the gamut the search for the nearest colour ends where its start led it.
    shown = apply_chain(chain, code)[reachable]
    np.testing.assert_allclose(shown, exact[reachable], rtol=0, atol=1e-6)
