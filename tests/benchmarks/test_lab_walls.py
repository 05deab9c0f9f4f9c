"""The lab walls have the properties that the tables of docs/accuracy.md say of them."""

from __future__ import annotations

import numpy as np
import pytest

from _judge import LabJudge
from _peers import fit_least_squares, fit_ramps
from lab_walls import SCENARIOS, LabWall, codes, lab_wall
from ledcal.colorimetry.space import P3_D65, aces_luminance
from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.values.measurement import MeasurementFlag
from ledcal.values.stage import Target

SEEDS = (0, 1, 2)


def sum_over_white(wall: LabWall) -> float:
    """Luminance of red, green and blue alone over that of white, black off; LED light, not code."""
    drive = np.concatenate([np.zeros((1, 3)), np.eye(3), np.ones((1, 3))])
    black, *channels, white = aces_luminance(wall.seen(drive, steps=False)).tolist()
    return float((sum(channels) - 3 * black) / (white - black))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("scenario", "least", "most"),
    [("easy", 1.003, 1.014), ("std", 1.008, 1.038), ("hard", 1.07, 1.14), ("real", 0.952, 0.968)],
)
def test_white_is_as_much_less_or_more_than_its_parts(
    scenario: str, least: float, most: float, seed: int
) -> None:
    assert least < sum_over_white(lab_wall(scenario, seed)) < most


def test_shadows_of_the_real_wall_are_dim() -> None:
    shares = np.array([0.03, 0.002])
    gains = []
    for seed in range(12):
        real, std = lab_wall("real", seed), lab_wall("std", seed)
        flat = np.repeat(shares[:, None], 3, axis=1)
        with_roughness = real.channel_light(flat, steps=False)
        smooth = std.channel_light(flat, steps=False)
        gains.append((with_roughness / smooth).mean(axis=1))
    assert np.mean(gains, axis=0) == pytest.approx([0.90, 0.55], abs=0.012)


@pytest.mark.parametrize("seed", SEEDS)
def test_curves_of_the_real_wall_are_rough_together(seed: int) -> None:
    at = np.repeat(np.linspace(0.0, 1.0, 3001)[:, None], 3, axis=1)
    rough = lab_wall("real", seed).roughness(at)
    assert np.sqrt(np.mean(rough**2, axis=0)) == pytest.approx([0.013] * 3, rel=0.02)
    together = np.corrcoef(rough.T)
    assert (together > 0.6).all()
    # Knots of 1/29: turning points some two knots apart, not a slow bend and not noise.
    turns = np.sum(np.diff(np.sign(np.diff(rough[:, 0]))) != 0)
    assert 12 <= turns <= 29


def test_processor_cuts_what_the_leds_cannot_show() -> None:
    wall = lab_wall("proc2020", 1)
    top = float(eotf_inverse(wall.eotf, wall.peak_nits, peak_nits=wall.peak_nits))
    assert wall.drive(np.full((1, 3), top)) == pytest.approx(np.ones((1, 3)), abs=2e-3)
    # BT.2020 red asks for less than no green, and half of it leaves all channels alone.
    drive = wall.drive(np.array([[top, 0.0, 0.0], [0.7 * top, 0.69 * top, 0.7 * top]]))
    assert drive[0].min() == 0.0
    assert (drive[1] > 0.0).all()
    back = wall.code_for(drive)
    assert back[1] == pytest.approx([0.7 * top, 0.69 * top, 0.7 * top], abs=1e-9)
    # The LEDs' own red is no code of P3.
    assert np.isnan(lab_wall("procp3", 1).code_for(np.array([[1.0, 0.0, 0.0]]))).all()


def test_clipped_patches_are_cut_and_flagged() -> None:
    wall = lab_wall("clip", 0)
    code = codes(wall, 300)
    measured = wall.measure(code)
    saturated = measured.saturated > 1e-3
    assert 0.02 < saturated.mean() < 0.09
    flagged = measured.flags & MeasurementFlag.SATURATED != 0
    assert (flagged[saturated]).all()
    true = wall.camera(code)
    missed = np.abs(measured.camera - true).max(axis=1) / true.max(axis=1)
    assert missed[saturated].max() > 0.1
    assert missed[(measured.saturated == 0.0) & (code.max(axis=1) > 0.4)].max() < 0.015


def test_noise_is_what_it_says() -> None:
    wall = lab_wall("std", 0)
    code = np.repeat(codes(wall, 30), 200, axis=0)
    measured = wall.measure(code, noise=2.0)
    gap = measured.camera - wall.camera(code)
    flicker = 2e-3 * np.abs(wall.camera(code))
    assert np.std(gap / np.hypot(measured.sigma, flicker)) == pytest.approx(1.0, abs=0.1)
    # Three millionths of full scale, through white balance and IDT; the black row comes first.
    assert ((measured.sigma[0] > 5e-6) & (measured.sigma[0] < 12e-6)).all()
    assert np.isnan(wall.measure(code, with_sigma=False).sigma).all()


def test_slips_mix_two_patches() -> None:
    slips, std = lab_wall("slips", 0), lab_wall("std", 0)
    code = codes(slips, 300)
    clean = std.measure(code, noise=0.0).camera
    seen = slips.measure(code, noise=0.0).camera
    slipped = np.flatnonzero((seen != clean).any(axis=1))
    assert len(slipped) == round(0.02 * len(code))
    other = 2.0 * seen[slipped] - clean[slipped]
    away = np.abs(other[:, None] - clean).max(axis=2).min(axis=1)
    assert away == pytest.approx(np.zeros(len(slipped)), abs=1e-12)


def test_seeds_bring_other_cameras_and_the_same_seed_the_same_numbers() -> None:
    assert len({lab_wall("std", seed).camera_name for seed in SEEDS}) >= 2
    code = codes(lab_wall("gamma", 3), 30)
    first, second = (lab_wall("gamma", 3).measure(code, seed=4).camera for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (lab_wall("gamma", 3).measure(code, seed=5).camera != first).any()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_judge_knows_a_wall_code_for_every_colour(scenario: str) -> None:
    wall = lab_wall(scenario, 1)
    judge = LabJudge(wall, Target(P3_D65, wall.eotf, wall.peak_nits), n=100)
    # Steps of the pulse width modulation are what remains.
    assert np.percentile(judge.errors(judge.oracle), 95) < 0.1
    assert np.median(judge.errors(judge.content)) > 2.0
    assert all(member.sum() >= 3 for member in judge.regions.values())


def test_peers_correct_an_easy_wall() -> None:
    wall = lab_wall("easy", 2)
    target = Target(P3_D65, wall.eotf, wall.peak_nits)
    judge = LabJudge(wall, target, n=200)
    medians = []
    for fit in (fit_ramps, fit_least_squares):
        peer = fit(wall.measure(codes(wall, 300)), eotf_name=wall.eotf, peak_nits=wall.peak_nits)
        code = peer.correct(target, peer.exposure_scale(target), judge.content)
        medians.append(float(np.median(judge.errors(code))))
    assert medians[1] < medians[0] < 0.8
    assert medians[1] < 0.35
