"""Samples for a table's nodes: exact, within the content, and their slopes are true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.lut.optimise import optimise_nodes
from ledcal.model.invert import correct
from ledcal.model.predict import black, predict
from ledcal.model.samples import node_samples
from tests.model.closed_loop import Calibrated, calibrate, errors
from tests.model.synthetic_wall import SyntheticWall

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.lut import Lut3d

WALLS = (
    SyntheticWall(),
    SyntheticWall("gamma 2.4", 400.0, (0.05, 0.1, -0.08), additivity=0.03, seed=5),
)


@pytest.fixture(scope="module", params=WALLS, ids=lambda wall: wall.eotf)
def done(request: pytest.FixtureRequest) -> Calibrated:
    return calibrate(request.param, 300)


def test_samples_are_the_exact_correction(done: Calibrated) -> None:
    samples = node_samples(done.model, done.target, done.k, n=4000)
    top = eotf_inverse(done.target.eotf, done.target.peak_nits, peak_nits=done.target.peak_nits)
    assert samples.signal.min() >= 0.0
    assert samples.signal.max() == pytest.approx(float(top), abs=1e-9)
    exact, reachable = correct(done.model, done.target, done.k, samples.signal)
    assert reachable[:4000].mean() > 0.95

    def seen(code: FloatArray) -> FloatArray:
        return done.k * (predict(done.model, code) - black(done.model))

    lit = target_light(done.target, samples.signal).max(axis=1) > 0.01
    assert np.percentile(delta_e_itp(seen(exact), seen(samples.value))[lit], 99) < 0.02


def test_slopes_say_what_a_miss_is_seen_as(done: Calibrated) -> None:
    samples = node_samples(done.model, done.target, done.k, n=4000)
    rng = np.random.default_rng(2)
    bright = target_light(done.target, samples.signal).min(axis=1) > 0.02
    chosen = np.flatnonzero(bright)[:1500]
    miss = 1e-3 * rng.standard_normal((len(chosen), 3))
    value = samples.value[chosen]
    inner = np.all((value + miss < done.model.parameters["code_limit"]) & (value > 0.02), axis=1)
    said = np.linalg.norm((samples.slope[chosen] @ miss[:, :, None])[:, :, 0], axis=1)
    offset = black(done.model)
    made = done.k * (predict(done.model, value + miss) - offset)
    was = done.k * (predict(done.model, value) - offset)
    ratio = (said / delta_e_itp(made, was))[inner]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.03)


def test_optimised_nodes_bring_the_table_nearer_to_the_model() -> None:
    wall = WALLS[0]
    done = calibrate(wall, 300)
    moved = optimise_nodes(done.lut, node_samples(done.model, done.target, done.k))
    assert moved is not done.lut
    before = errors(wall, done)
    after = errors(wall, Calibrated(done.measured, done.model, done.target, done.k, moved))
    assert np.percentile(after, 95) < 0.9 * np.percentile(before, 95)
    assert np.median(after) < np.median(before)


def test_greys_are_no_less_neutral_than_in_the_plain_table(done: Calibrated) -> None:
    moved = optimise_nodes(done.lut, node_samples(done.model, done.target, done.k))
    top = float(
        eotf_inverse(done.target.eotf, 0.9 * done.target.peak_nits, peak_nits=done.target.peak_nits)
    )
    grey = np.repeat(np.linspace(0.2, top, 300)[:, None], 3, axis=1)
    wanted = target_light(done.target, grey)

    def error(lut: Lut3d) -> FloatArray:
        code = apply_tetrahedral(lut, grey)
        return delta_e_itp(done.k * (predict(done.model, code) - black(done.model)), wanted)

    assert np.median(error(moved)) <= np.median(error(done.lut))
    assert np.percentile(error(moved), 95) < 1.3 * np.percentile(error(done.lut), 95)


def test_the_same_seed_gives_the_same_samples(done: Calibrated) -> None:
    one, two = (node_samples(done.model, done.target, done.k, n=2000, seed=5) for _ in range(2))
    assert np.array_equal(one.signal, two.signal)
