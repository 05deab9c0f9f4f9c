from __future__ import annotations

import numpy as np
import pytest

from ledcal.colorimetry.difference import aces_to_ictcp, delta_e_itp
from ledcal.colorimetry.space import BT2020, P3_D65, aces_luminance
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import pq_encode
from ledcal.lut.build import build_lut
from ledcal.lut.check import is_neutral_monotone
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct, node_function, reach
from ledcal.model.predict import black, predict
from ledcal.values.stage import Target
from tests.model.closed_loop import Calibrated, calibrate
from tests.model.synthetic_wall import SyntheticWall

WALL = SyntheticWall()
PEAK = float(pq_encode(1500.0))
WIDE = Target(BT2020, "ST 2084", 1500.0)


@pytest.fixture(scope="module")
def done() -> Calibrated:
    return calibrate(WALL, 300)


def seen(done: Calibrated, code: np.ndarray) -> np.ndarray:
    return done.k * (predict(done.model, code) - black(done.model))


def codes(n: int, low: float = 0.0) -> np.ndarray:
    return np.random.default_rng(7).uniform(low, PEAK, (n, 3))


def test_reachable_targets_are_met_exactly(done: Calibrated) -> None:
    code = codes(4000)
    wall, reachable = correct(done.model, done.target, done.k, code)
    gap = delta_e_itp(seen(done, wall), target_light(done.target, code))[reachable]
    assert reachable.mean() > 0.4
    assert gap.max() < 0.06
    assert np.median(gap) < 1e-3


def test_what_is_called_unreachable_is_not_met(done: Calibrated) -> None:
    code = codes(4000, 0.2)
    wall, reachable = correct(done.model, WIDE, done.k, code)
    gap = delta_e_itp(seen(done, wall), target_light(WIDE, code))[~reachable]
    assert (~reachable).mean() > 0.3
    assert gap.min() > 0.04
    at_edge = (wall <= 0.02) | (wall >= done.model.parameters["code_limit"] - 1e-5)
    assert np.mean(at_edge[~reachable].any(axis=1)) > 0.99


def test_out_of_gamut_keeps_hue_and_brightness_where_clipping_does_not(done: Calibrated) -> None:
    code = codes(3000, 0.3)
    wall, reachable = correct(done.model, WIDE, done.k, code)
    wanted = aces_to_ictcp(target_light(WIDE, code))[~reachable]
    made = aces_to_ictcp(seen(done, wall))[~reachable]
    angle = [np.arctan2(x[:, 2], 0.5 * x[:, 1]) for x in (made, wanted)]
    turned = np.degrees(np.abs(np.angle(np.exp(1j * (angle[0] - angle[1])))))
    darker = 720 * np.abs(made[:, 0] - wanted[:, 0])
    assert np.median(turned) < 0.5
    assert np.percentile(turned, 95) < 2.5
    assert np.percentile(darker, 95) < 4.0


def test_no_nearer_point_of_the_same_weight_is_close_by(done: Calibrated) -> None:
    """The boundary point is a minimum: what lies around it is not nearer (hue and all)."""
    code = codes(300, 0.3)
    wall, reachable = correct(done.model, WIDE, done.k, code)
    wanted = aces_to_ictcp(target_light(WIDE, code))[~reachable] * [1, 0.5, 1]
    near = np.hypot(wanted[:, 1], wanted[:, 2]) > 0.06
    wall, wanted = wall[~reachable][near], wanted[near]
    along = wanted[:, 1:] / np.linalg.norm(wanted[:, 1:], axis=1)[:, None]

    def cost(at: np.ndarray) -> np.ndarray:
        gap = aces_to_ictcp(seen(done, at)) * [1, 0.5, 1] - wanted
        chroma = np.sum(gap[:, 1:] * along, axis=1)
        hue = gap[:, 2] * along[:, 0] - gap[:, 1] * along[:, 1]
        return np.asarray(gap[:, 0] ** 2 + (0.5 * chroma) ** 2 + (2 * hue) ** 2)

    best = cost(wall)
    limit = done.model.parameters["code_limit"]
    rng = np.random.default_rng(1)
    for _ in range(40):
        nearby = np.clip(wall + rng.normal(0, 0.003, wall.shape), 0, limit)
        assert np.min(cost(nearby) / best) > 0.999


def test_grey_stays_grey_to_the_top_and_no_code_exceeds_the_measured(done: Calibrated) -> None:
    grey = np.repeat(np.linspace(0, 1, 400)[:, None], 3, axis=1)
    wall, _ = correct(done.model, done.target, done.k, grey)
    assert np.diff(wall, axis=0).min() >= 0.0
    assert np.all(wall <= done.model.parameters["code_limit"])
    assert wall[0].tolist() == [0.0, 0.0, 0.0]
    chroma = 720 * np.abs(aces_to_ictcp(seen(done, wall[40:]))[:, 1:])
    assert chroma.max() < 0.2
    above = wall[grey[:, 0] > PEAK]
    np.testing.assert_array_equal(above, np.broadcast_to(wall[-1], above.shape))


def test_keeping_peak_is_brighter_and_less_neutral(done: Calibrated) -> None:
    white = np.ones((1, 3))
    matched, _ = correct(done.model, done.target, done.k, white, peak="match")
    kept, _ = correct(done.model, done.target, done.k, white, peak="keep")
    bright = [float(aces_luminance(seen(done, w))[0]) for w in (matched, kept)]
    chroma = [float(np.abs(aces_to_ictcp(seen(done, w))[0, 1:]).max()) for w in (matched, kept)]
    assert bright[1] > 1.005 * bright[0]
    assert chroma[1] > 5 * chroma[0]


def test_the_edge_of_the_gamut_is_continuous(done: Calibrated) -> None:
    inside, outside = np.full(3, 0.55), np.array([0.62, 0.05, 0.3])
    share = np.linspace(0, 1, 2001)[:, None]
    wall, reachable = correct(done.model, WIDE, done.k, inside + share * (outside - inside))
    assert reachable[0]
    assert not reachable[-1]
    dark = np.abs(np.diff(aces_to_ictcp(seen(done, wall)), axis=0)).max()
    assert dark < 0.002


@pytest.mark.parametrize("size", [17, 33, pytest.param(65, marks=pytest.mark.slow)])
def test_the_table_is_right_up_to_the_peak(done: Calibrated, size: int) -> None:
    lut = build_lut(node_function(done.model, done.target, done.k, size), size)
    assert is_neutral_monotone(lut)
    cell = 1 / (size - 1)
    last = np.floor(PEAK / cell) * cell
    code = codes(4000, 0.45)
    code[:, 0] = np.random.default_rng(2).uniform(last, PEAK, 4000)
    _, reachable = correct(done.model, done.target, done.k, code)
    wanted = target_light(done.target, code)
    gap = delta_e_itp(seen(done, apply_tetrahedral(lut, code)), wanted)[reachable]
    held = build_lut(lambda x: correct(done.model, done.target, done.k, x)[0], size)
    gap_held = delta_e_itp(seen(done, apply_tetrahedral(held, code)), wanted)[reachable]
    assert np.median(gap) < 0.5
    assert np.median(gap_held) > 2 * np.median(gap)


def test_targets_brighter_than_the_wall_are_not_reachable(done: Calibrated) -> None:
    bright = Target(P3_D65, "ST 2084", 4000.0)
    k = exposure_scale(done.model, done.target)
    code = np.full((1, 3), float(pq_encode(3000.0)))
    wall, reachable = correct(done.model, bright, k, code)
    assert not reachable[0]
    assert wall.max() == pytest.approx(PEAK, abs=1e-5)


def test_reach_takes_light_where_correct_takes_code(done: Calibrated) -> None:
    code = codes(50)
    light = target_light(done.target, code)
    np.testing.assert_array_equal(
        reach(done.model, done.k, light)[0], correct(done.model, done.target, done.k, code)[0]
    )


def test_shapes_and_arguments(done: Calibrated) -> None:
    wall, reachable = correct(done.model, done.target, done.k, np.full((2, 5, 3), 0.4))
    assert wall.shape == (2, 5, 3)
    assert reachable.shape == (2, 5)
    with pytest.raises(ValueError, match="match, keep"):
        correct(done.model, done.target, done.k, [0.1, 0.1, 0.1], peak="clip")
    with pytest.raises(ValueError, match="not positive"):
        correct(done.model, done.target, 0.0, [0.1, 0.1, 0.1])
    with pytest.raises(ValueError, match="expected shape"):
        correct(done.model, done.target, 1.0, [0.1, 0.1])
