from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.colorimetry.space import P3_D65, aces_luminance
from ledcal.colorimetry.target import target_light
from ledcal.errors import CaptureError
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model._compiled import array_to_text
from ledcal.model.evaluate import cross_validate, fit_residual, noise_floor, patch_residuals
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct
from ledcal.model.predict import black, predict
from ledcal.model.trial import before_after, gamut_clipped, trial_codes
from ledcal.values.display import DisplayModel
from ledcal.values.stage import Gamut, Target
from tests.model.closed_loop import Calibrated, calibrate
from tests.model.synthetic_wall import SyntheticWall

WALL = SyntheticWall()


@pytest.fixture(scope="module")
def done() -> Calibrated:
    return calibrate(WALL, 300)


def test_cross_validated_lies_above_the_residual_and_near_the_noise(done: Calibrated) -> None:
    left_out = cross_validate(done.measured, done.model, done.k)
    residual = fit_residual(done.measured, done.model, done.k)
    noise = noise_floor(done.measured, done.model, done.k)
    assert residual.median < left_out.median < 1.5 * noise.median
    assert residual.p95 < left_out.p95
    # 0.2 % of noise and 0.1 % of flicker are about 0.35 at mid-grey.
    assert 0.2 < noise.median < 0.6


def test_more_noise_is_said_to_be_more(done: Calibrated) -> None:
    noisy = calibrate(SyntheticWall(noise=0.008), 300)
    for figure in (cross_validate, noise_floor):
        quiet = figure(done.measured, done.model, done.k)
        loud = figure(noisy.measured, noisy.model, noisy.k)
        assert loud.median > 2.5 * quiet.median


def test_a_noise_floor_is_given_without_standard_errors(done: Calibrated) -> None:
    unknown = replace(done.measured, sigma=np.full((300, 3), np.nan))
    floor = noise_floor(unknown, done.model, done.k)
    assert 0.2 < floor.median < 1.0


def test_few_patches_are_said_to_predict_worse(done: Calibrated) -> None:
    thirty = calibrate(WALL, 30)
    few = cross_validate(thirty.measured, thirty.model, thirty.k)
    assert few.median > 1.5 * cross_validate(done.measured, done.model, done.k).median


def test_a_spoiled_patch_shows_in_its_residual(done: Calibrated) -> None:
    camera = done.measured.camera.copy()
    camera[150] *= 1.2
    spoiled = replace(done.measured, camera=camera)
    before = patch_residuals(done.measured, done.model, done.k)
    after = patch_residuals(spoiled, done.model, done.k)
    assert after[150] > 5.0 > before[150]
    np.testing.assert_array_equal(np.flatnonzero(after != before), [150])


def test_exposure_scale_is_the_median_over_mid_greys(done: Calibrated) -> None:
    grey = np.repeat(np.linspace(0, 1, 1001)[:, None], 3, axis=1)
    wanted = np.asarray(aces_luminance(target_light(done.target, grey)))
    mid = (wanted >= 0.75) & (wanted <= 7.5)
    made = np.asarray(aces_luminance(WALL.camera(grey[mid]) - WALL.camera(np.zeros((1, 3)))))
    assert done.k == pytest.approx(float(np.median(wanted[mid] / made)), rel=3e-3)
    corrected, _ = correct(done.model, done.target, done.k, grey[mid])
    # The median of the ratios is 1: the middle of the range keeps its brightness.
    ratio = aces_luminance(predict(done.model, corrected)) / aces_luminance(
        predict(done.model, grey[mid])
    )
    assert np.median(ratio) == pytest.approx(1.0, abs=2e-3)


def test_a_wall_that_is_dark_in_the_middle_has_no_scale(done: Calibrated) -> None:
    values = dict(done.model.parameters)
    values["curves"] = np.full_like(values["curves"], -200.0)
    with pytest.raises(CaptureError, match="EOTF"):
        exposure_scale(DisplayModel(done.model.kind, values), done.target)


def test_trial_codes_are_a_fixed_set_above_2_nits() -> None:
    for eotf, peak, least in (("ST 2084", 1500.0, 2.0), ("sRGB", 80.0, 1.6)):
        target = Target(P3_D65, eotf, peak)
        codes = trial_codes(target)
        luminance = 100 * np.asarray(aces_luminance(target_light(target, codes)))
        assert len(codes) > 2500
        assert luminance.min() == pytest.approx(least, rel=2e-3)
        np.testing.assert_array_equal(codes, trial_codes(target))
        grey = codes[:64]
        np.testing.assert_allclose(np.ptp(grey, axis=1), 0.0, rtol=0, atol=1e-12)
        assert luminance[63] == pytest.approx(peak, rel=1e-6)


def test_before_and_after(done: Calibrated) -> None:
    result = before_after(
        done.model, done.target, done.k, lambda code: apply_tetrahedral(done.lut, code)
    )
    assert result.before.median > 5.0
    assert result.after.median < 0.2
    assert result.after_de2000.median < result.before_de2000.median / 10
    assert 0.95 < result.peak_kept <= 1.01
    # The camera sees the wall's primaries inside P3: about two fifths cannot be made.
    assert 0.3 < result.gamut_clipped < 0.5


def test_a_smaller_target_is_clipped_less(done: Calibrated) -> None:
    inner = Gamut("small", [[0.5, 0.33], [0.3, 0.5], [0.2, 0.15]], [0.3127, 0.3290])
    small = Target(inner, "ST 2084", 1000.0)
    assert gamut_clipped(done.model, small, done.k) < 0.05
    assert gamut_clipped(done.model, done.target, done.k) > 0.3


def test_the_model_is_its_arrays(done: Calibrated) -> None:
    copied = DisplayModel(
        done.model.kind,
        {name: np.array(values.tolist()) for name, values in done.model.parameters.items()},
    )
    code = np.random.default_rng(0).uniform(0, 1, (200, 3))
    np.testing.assert_array_equal(predict(copied, code), predict(done.model, code))
    assert array_to_text(copied.parameters["eotf"]) == "ST 2084"
    # What the read noise of two black rows leaves is 0.5e-6; three times that.
    np.testing.assert_allclose(black(copied), WALL.camera(np.zeros((1, 3)))[0], atol=1.5e-6)


def test_a_model_of_another_kind_is_refused(done: Calibrated) -> None:
    with pytest.raises(ValueError, match="'spline-9'"):
        predict(DisplayModel("spline-9", done.model.parameters), [0.1, 0.1, 0.1])


def test_predict_wants_three_channels(done: Calibrated) -> None:
    assert predict(done.model, np.zeros((2, 4, 3))).shape == (2, 4, 3)
    with pytest.raises(ValueError, match="expected shape"):
        predict(done.model, [0.1, 0.2])
