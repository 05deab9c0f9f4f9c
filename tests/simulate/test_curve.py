"""Rough curves and dark shadows do what their parameters say, and nothing when they are off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.colorimetry.transfer import pq_decode, pq_encode
from ledcal.simulate.curve import draw_roughness, rough_gain, shadow_gain
from ledcal.simulate.scenes import scene
from ledcal.simulate.stage import VirtualWall, with_values
from ledcal.simulate.wall import wall_drive

PEAK = 1500.0


def _grey(share: np.ndarray) -> np.ndarray:
    """Codes of shares of peak, equal in the three colours."""
    return np.repeat(np.asarray(pq_encode(share * PEAK))[:, None], 3, axis=1)


def test_shadow_gain_is_what_is_left_at_a_five_hundredth_of_peak() -> None:
    ideal = VirtualWall(peak_nits=PEAK)
    code = _grey(np.array([0.0, 1e-5, 0.002, 0.03, 0.3, 1.0]))
    dark = wall_drive(replace(ideal, shadow_gain=0.55), code)[1:] / wall_drive(ideal, code)[1:]
    assert dark[1] == pytest.approx([0.55] * 3, abs=1e-3)  # codes are rounded to 16 bits
    assert dark[2] == pytest.approx([0.90] * 3, abs=0.01)
    assert dark[4] == pytest.approx([1.0] * 3, abs=1e-6)
    assert (np.diff(dark[:, 0]) > 0).all()
    lifted = shadow_gain(replace(ideal, shadow_gain=1.2), np.full(3, 0.002))
    assert lifted == pytest.approx([1.2] * 3)


def test_light_rises_with_code_however_dark_the_shadows() -> None:
    code = _grey(np.geomspace(1e-6, 1.0, 3000))
    for gain in (0.26, 0.55, 2.0):
        drive = wall_drive(VirtualWall(peak_nits=PEAK, shadow_gain=gain), code)
        assert (np.diff(drive, axis=0) > 0).all(), gain
        assert (drive > 0).all()


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_roughness_has_the_size_and_the_common_share_that_were_asked_for(share: float) -> None:
    grid = _nits_even(np.linspace(0.0, 1.0, 4001))
    drawn = []
    for rng in map(np.random.default_rng, range(40)):
        knots = draw_roughness(rng, 0.013, common_share=share)
        gain = rough_gain(VirtualWall(peak_nits=PEAK, roughness=knots), grid) - 1.0
        assert np.sqrt(np.mean(gain**2)) == pytest.approx(0.013, rel=0.01)
        drawn.append(gain - gain.mean(axis=0))
    alike = np.asarray(np.corrcoef(np.concatenate(drawn).T))[np.triu_indices(3, 1)]
    assert np.abs(alike - share).max() < 0.08


def _nits_even(position: np.ndarray) -> np.ndarray:
    """Drive of places even on the ST 2084 scale, the three colours alike."""
    light = np.asarray(pq_decode(position * pq_encode(PEAK))) / PEAK
    return np.repeat(light[:, None], 3, axis=1)


def test_roughness_lives_at_its_knots() -> None:
    own = VirtualWall(
        peak_nits=PEAK,
        roughness=draw_roughness(np.random.default_rng(2), 0.013, common_share=0.0),
    )
    at_knots = rough_gain(own, _nits_even(np.linspace(0.0, 1.0, 30))) - 1.0
    np.testing.assert_allclose(at_knots, np.transpose(own.roughness), atol=2e-6)
    gain = np.asarray(rough_gain(own, _nits_even(np.linspace(0.0, 1.0, 3001)))) - 1.0
    turns = (np.diff(np.sign(gain - gain.mean(axis=0)), axis=0) != 0).sum(axis=0)
    assert ((turns >= 8) & (turns <= 24)).all()  # white noise at 30 knots crosses about 15 times
    alike = np.asarray(np.corrcoef(gain.T))[np.triu_indices(3, 1)]
    assert np.abs(alike).max() < 0.6


def test_roughness_multiplies_each_colour_by_its_own() -> None:
    plain = VirtualWall(peak_nits=PEAK, headroom=(2.0, 2.0, 2.0))
    rough = replace(plain, roughness=((0.0, 0.02), (0.0, 0.0), (-0.03, -0.03)))
    code = _grey(np.array([0.05, 1.0]))
    ratio = wall_drive(rough, code) / wall_drive(plain, code)
    half_way = code[0, 0] / code[1, 0]
    np.testing.assert_allclose(ratio[0], [1 + 0.02 * half_way, 1.0, 0.97], atol=1e-5)
    np.testing.assert_allclose(ratio[1], [1.02, 1.0, 0.97], atol=1e-6)


def test_knobs_that_are_impossible_are_refused() -> None:
    stage = scene("pq-volume", seed=1)
    with pytest.raises(ValueError, match="shadow_gain"):
        with_values(stage, shadow_gain=0.1)
    with pytest.raises(ValueError, match="roughness"):
        with_values(stage, roughness=((0.0, 0.1),))
    with pytest.raises(ValueError, match="processor_gamut"):
        with_values(stage, processor_gamut=((0.7, 0.3), (0.2, 0.7), (0.1, 0.1)))
