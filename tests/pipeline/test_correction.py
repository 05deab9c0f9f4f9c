"""The correction and its table, on a virtual wall whose truth is known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.files.stage import parse_stage
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.fit import fit_model
from ledcal.pattern import build_pattern
from ledcal.pipeline.correction import Correction, correction_of, judge_fit
from ledcal.simulate.judge import Judge
from ledcal.simulate.scenes import scene_for
from ledcal.simulate.truth import camera_response
from ledcal.values.measurement import PatchMeasurements

GREY = np.ones(3)


@cache
def fitted(target_nits: float) -> tuple[Correction, Judge, PatchMeasurements]:
    stage, _ = parse_stage(
        {"wall": {"eotf": "PQ", "peak_nits": 1500}, "target": {"peak_nits": target_nits}}
    )
    virtual = scene_for(stage, seed=3)
    pattern = build_pattern("standard", "single", stage.wall)
    kinds = {"anchor", "dark", "flat"}
    codes = [p.code for f in pattern.frames for p in f.patches if p.kind not in kinds]
    code = np.array([*codes, np.zeros(3)])
    n = len(code)
    measured = PatchMeasurements(
        code=code,
        camera=camera_response(virtual, code, noise=True, n_photosites=1500),
        sigma=np.full((n, 3), np.nan),
        n_samples=np.zeros(n, np.int64),
        saturated=np.zeros(n),
        flags=np.zeros(n, np.int64),
        kind=("",) * n,
        frame=("",) * n,
    )
    model = fit_model(measured, eotf="ST 2084", peak_nits=1500.0)
    return correction_of(model, stage), Judge(virtual, stage.target), measured


@pytest.mark.parametrize("size", [33, 65])
def test_content_above_the_peak_is_held_at_the_peak(size: int) -> None:
    correction, judge, _ = fitted(1000.0)
    table = correction.table(size)
    above = np.array([0.79, 0.85, 1.0])[:, None] * GREY
    nits = 100.0 * aces_luminance(judge.light(apply_tetrahedral(table, above)))
    assert nits == pytest.approx(1000.0, rel=0.01)
    below = np.array([0.5, 0.6, 0.7])[:, None] * GREY
    assert judge.errors(apply_tetrahedral(table, below), below).max() < 1.0


@pytest.mark.parametrize("target_nits", [1000.0, 1500.0])
def test_the_table_is_right_where_it_says_so(target_nits: float) -> None:
    correction, judge, measured = fitted(target_nits)
    table = correction.table(33)
    content = judge.held_out(1500)
    errors = judge.errors(apply_tetrahedral(table, content), content)
    assert np.median(errors) < 0.4
    assert np.percentile(errors, 95) < 2.0
    quality = judge_fit(correction, table, measured)
    assert quality.exposure_scale == pytest.approx(judge.k, rel=0.005)
    assert quality.neutral_monotone
    assert quality.before.median > 5.0 > quality.cross_validated.median


def test_neutral_wall_code_rises_with_content() -> None:
    correction, _, _ = fitted(1500.0)
    table = correction.table(33)
    grey = np.linspace(0.0, 0.78, 2000)[:, None] * GREY
    steps = np.diff(apply_tetrahedral(table, grey), axis=0)
    assert steps.min() > -1e-6


def test_regions_link_and_both_choices_of_peak_are_judged() -> None:
    correction, _, measured = fitted(1500.0)
    quality = judge_fit(correction, correction.table(33), measured)
    assert set(quality.regions) >= {"greys", "saturated", "shadows"}
    assert max(s.max for s in quality.regions.values()) == quality.cross_validated.max
    # The rounding of ten bits is four times that of twelve; it adds as squares.
    after, ten, twelve = quality.after, quality.link_10bit, quality.link_12bit
    assert after.median < twelve.median < ten.median
    added = [(spread.median**2 - after.median**2) ** 0.5 for spread in (ten, twelve)]
    assert added[0] == pytest.approx(4.0 * added[1], rel=0.35)


@pytest.mark.parametrize("peak", ["match", "keep"])
def test_each_choice_of_peak_costs_what_it_says(peak: str) -> None:
    plain, judge, measured = fitted(1500.0)
    correction = Correction(plain.model, plain.target, plain.exposure_scale, peak)
    table = correction.table(33)
    quality = judge_fit(correction, table, measured)
    code = float(eotf_inverse("ST 2084", 1500.0, peak_nits=1500.0)) * GREY[None]
    white = judge.light(apply_tetrahedral(table, code))
    nits = aces_luminance(white)
    uncorrected = aces_luminance(judge.light(code))
    off = delta_e_itp(white, np.repeat(nits[:, None], 3, axis=1))
    chosen = quality.peak_choices[peak]
    assert (
        chosen.peak_kept == quality.peak_kept == pytest.approx(nits[0] / uncorrected[0], abs=0.01)
    )
    assert chosen.white_off_neutral_itp == pytest.approx(off[0], abs=0.5)
    bright, neutral = quality.peak_choices["keep"], quality.peak_choices["match"]
    assert bright.peak_kept > neutral.peak_kept + 0.005
    assert bright.white_off_neutral_itp > neutral.white_off_neutral_itp + 0.5


def test_peak_of_a_dimmer_target_is_measured_at_that_target() -> None:
    correction, _, measured = fitted(1000.0)
    quality = judge_fit(correction, correction.table(33), measured)
    assert 0.9 < quality.peak_kept < 1.1
