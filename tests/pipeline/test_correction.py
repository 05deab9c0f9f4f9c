"""The correction and its table, on a virtual wall whose truth is known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ledcal.colorimetry.space import aces_luminance
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
