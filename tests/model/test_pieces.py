"""The parts of the solver against finite differences and against `colorimetry`."""

from __future__ import annotations

import numpy as np
import pytest

from ledcal.colorimetry.difference import aces_to_ictcp, matrix_aces_to_lms
from ledcal.colorimetry.transfer import pq_decode, pq_encode
from ledcal.model._boundary import solve_symmetric
from ledcal.model._curves import (
    N_COEFFICIENTS,
    NominalCurve,
    ToneCurves,
    basis,
    bending_rows,
)
from ledcal.model._mixing import Mixing, emission_slope, interaction
from ledcal.model._perceptual import MATRIX_LMS_TO_ITP, pq_light_with_slope, pq_with_slope
from ledcal.model._rows import prepare_rows
from ledcal.model._solve import N_PARAMETERS, Problem
from tests.model.synthetic_wall import SyntheticWall, structured_codes

NITS = np.geomspace(1e-4, 9000.0, 60)


def test_pq_is_the_one_of_colorimetry() -> None:
    signal, _ = pq_with_slope(NITS)
    np.testing.assert_allclose(signal, pq_encode(NITS), rtol=0, atol=1e-14)
    np.testing.assert_allclose(pq_light_with_slope(signal)[0], pq_decode(signal), rtol=1e-12)


def test_pq_slopes_are_the_derivatives() -> None:
    step = 1e-5
    rise = pq_encode(NITS * (1 + step)) - pq_encode(NITS * (1 - step))
    np.testing.assert_allclose(pq_with_slope(NITS)[1], rise / (2 * step * NITS), rtol=1e-7)
    signal = pq_encode(NITS)
    np.testing.assert_allclose(
        pq_light_with_slope(signal)[1] * pq_with_slope(NITS)[1], np.ones(60), rtol=1e-9
    )


def test_no_light_has_no_slope() -> None:
    nits, slope = pq_light_with_slope(np.array([-0.01, 0.0]))
    assert nits.tolist() == [0.0, 0.0]
    assert slope.tolist() == [0.0, 0.0]


def test_itp_is_ictcp_with_half_ct() -> None:
    aces = np.random.default_rng(0).uniform(0.05, 10, (20, 3))
    signal = pq_encode(100 * aces @ matrix_aces_to_lms().T)
    ours = signal @ MATRIX_LMS_TO_ITP.T
    np.testing.assert_allclose(ours, aces_to_ictcp(aces) * [1.0, 0.5, 1.0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["ST 2084", "sRGB", "BT.1886", "gamma 2.2"])
def test_nominal_position_and_code_are_inverse(name: str) -> None:
    nominal = NominalCurve(name, 400.0)
    top = float(pq_encode(400.0)) if name == "ST 2084" else 1.0
    code = np.concatenate([[0.0], np.geomspace(0.02, top, 50)])
    np.testing.assert_allclose(nominal.code(nominal.position(code)), code, rtol=0, atol=1e-9)


def test_curves_invert_themselves_and_never_fall() -> None:
    nominal = NominalCurve("ST 2084", 1500.0)
    wild = np.random.default_rng(1).normal(0, 8, (3, N_COEFFICIENTS))
    curves = ToneCurves.from_coefficients(nominal, wild)
    assert np.diff(curves.table, axis=1).min() > 0.0
    gentle = ToneCurves.from_coefficients(nominal, wild / 20)
    code = np.linspace(0.05, float(pq_encode(1500.0)), 200)[:, None] * np.ones(3)
    np.testing.assert_allclose(gentle.code(gentle.light(code)), code, rtol=0, atol=1e-9)


def test_black_code_gives_no_light_whatever_the_curve() -> None:
    nominal = NominalCurve("gamma 2.4", 500.0)
    curves = ToneCurves.from_coefficients(nominal, np.full((3, N_COEFFICIENTS), 3.0))
    assert curves.light(np.zeros((1, 3))).max() == 0.0
    assert curves.code(np.zeros((1, 3))).tolist() == [[0.0, 0.0, 0.0]]


def test_basis_is_a_partition_of_one_and_straight_lines_do_not_bend() -> None:
    where = np.linspace(0, 1, 300)
    values = basis(where)
    np.testing.assert_allclose(values.sum(axis=1), np.ones(300), rtol=0, atol=1e-12)
    straight = np.linalg.lstsq(values, where, rcond=None)[0]
    np.testing.assert_allclose(bending_rows() @ straight, 0.0, rtol=0, atol=1e-9)


def random_mixing(rng: np.random.Generator) -> Mixing:
    return Mixing(
        rng.uniform(0.1, 0.5, (3, 3)),
        rng.normal(0, 1, (3, 3)),
        rng.normal(0, 2, (3, 7)),
        rng.uniform(0, 0.01, 3),
    )


def test_mixing_slopes_are_the_derivatives() -> None:
    rng = np.random.default_rng(2)
    mixing = random_mixing(rng)
    light = rng.uniform(0.05, 1.0, (30, 3))
    step = 1e-6
    for c in range(3):
        move = step * np.eye(3)[c]
        rise = (mixing.colour(light + move) - mixing.colour(light - move)) / (2 * step)
        np.testing.assert_allclose(mixing.slope(light)[:, :, c], rise, rtol=1e-6, atol=1e-9)

        def emitted(at: np.ndarray) -> np.ndarray:
            return at * (1 + interaction(mixing.cross, at))

        rise = (emitted(light + move) - emitted(light - move)) / (2 * step)
        slope = emission_slope(mixing.cross, light)[:, :, c]
        np.testing.assert_allclose(slope, rise, rtol=1e-6, atol=1e-9)


def test_the_jacobian_is_the_derivative_of_the_residual() -> None:
    nominal = NominalCurve("ST 2084", 1500.0)
    wall = SyntheticWall(seed=3)
    problem = Problem(prepare_rows(wall.measure(structured_codes(60)), nominal), nominal)
    rng = np.random.default_rng(4)
    theta = problem.start + 0.05 * rng.standard_normal(N_PARAMETERS)
    _, jacobian = problem.jacobian(theta)
    step = 1e-5
    for at in rng.choice(N_PARAMETERS, 40, replace=False).tolist():
        move = step * np.eye(N_PARAMETERS)[at]
        rise = (problem.residual(theta + move) - problem.residual(theta - move)) / (2 * step)
        scale = np.abs(rise).max() + 1e-9
        np.testing.assert_allclose(jacobian[:, :, at], rise, rtol=0, atol=2e-4 * scale)


def test_small_systems_are_solved() -> None:
    rng = np.random.default_rng(5)
    half = rng.normal(size=(50, 3, 3))
    matrix = half @ np.swapaxes(half, 1, 2) + 0.01 * np.eye(3)
    right = rng.normal(size=(50, 3))
    expected = np.linalg.solve(matrix, right[:, :, None])[:, :, 0]
    np.testing.assert_allclose(solve_symmetric(matrix, right), expected, rtol=1e-7, atol=1e-9)
