from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.errors import CaptureError
from ledcal.model.fit import fit_model, outlying_patches, unused_patches
from ledcal.model.predict import black, predict
from ledcal.values.measurement import MeasurementFlag, PatchMeasurements
from tests.model.closed_loop import calibrate, errors
from tests.model.synthetic_wall import SyntheticWall, measurements, structured_codes

if TYPE_CHECKING:
    from ledcal.values.display import DisplayModel

PQ = SyntheticWall()
WALLS = {
    "pq": PQ,
    "hard": SyntheticWall(
        exponent_error=(0.1, 0.08, -0.1), ripple=0.03, additivity=0.04, drift=0.012, seed=3
    ),
    "brighter": SyntheticWall(additivity=-0.04, noise=0.003, seed=4),
    "gamma": SyntheticWall("gamma 2.4", 400.0, (0.05, 0.1, -0.08), additivity=0.03, seed=5),
    "srgb": SyntheticWall("sRGB", 120.0, (-0.05, 0.06, 0.02), additivity=-0.02, seed=6),
}


def forward_error(wall: SyntheticWall, model: DisplayModel, scale: float = 1.0) -> float:
    """Median delta E ITP of the prediction, on 500 codes never measured, white at the peak."""
    nits = np.random.default_rng(5).uniform(0.2, 1, (500, 3)) ** 4 * wall.peak_nits
    code = eotf_inverse(wall.eotf, nits, peak_nits=wall.peak_nits)
    white = wall.camera(np.ones((1, 3)))
    k = wall.peak_nits / 100 / float(aces_luminance(white)[0])
    truth = wall.camera(code) - wall.camera(np.zeros((1, 3)))
    made = (predict(model, code) - black(model)) / scale
    return float(np.median(delta_e_itp(k * made, k * truth)))


@pytest.mark.parametrize("name", WALLS)
def test_300_patches_reach_the_limits_through_the_table(name: str) -> None:
    wall = WALLS[name]
    gap = errors(wall, calibrate(wall, 300))
    assert np.median(errors(wall, calibrate(wall, 300), corrected=False)) > 5.0
    assert np.median(gap) < 0.3
    assert np.percentile(gap, 95) < 1.0


@pytest.mark.parametrize("name", WALLS)
def test_30_patches_give_a_good_parametric_fit(name: str) -> None:
    wall = WALLS[name]
    gap = errors(wall, calibrate(wall, 30))
    # Eight greys cannot follow a 400-nit wall's dark end: its p95 is the worst here, 3.5.
    assert np.median(gap) < 0.8
    assert np.percentile(gap, 95) < 4.0


def test_without_standard_errors_the_fit_is_as_good() -> None:
    measured = PQ.measure(structured_codes(300), with_sigma=False)
    model = fit_model(measured, eotf="ST 2084", peak_nits=1500.0)
    assert forward_error(PQ, model) < 0.25


def test_the_exposure_of_the_capture_does_not_matter() -> None:
    code = structured_codes(100)
    for scale in (1e-3, 50.0):
        measured = PQ.measure(code)
        scaled = replace(measured, camera=scale * measured.camera, sigma=scale * measured.sigma)
        model = fit_model(scaled, eotf="ST 2084", peak_nits=1500.0)
        assert forward_error(PQ, model, scale) < 0.35


def test_the_same_measurements_give_the_same_model() -> None:
    measured = PQ.measure(structured_codes(60))
    one = fit_model(measured, eotf="PQ", peak_nits=1500.0)
    two = fit_model(measured, eotf="ST 2084", peak_nits=1500.0)
    for name, values in one.parameters.items():
        np.testing.assert_array_equal(values, two.parameters[name], err_msg=name)


def test_wrong_patches_are_named_and_do_not_move_the_result() -> None:
    measured = PQ.measure(structured_codes(300))
    camera = measured.camera.copy()
    wrong = [20, 77, 130, 170, 215, 260]
    # A frame slipped in sync: half of its neighbour's light.
    camera[wrong] = 0.5 * (camera[wrong] + camera[np.array(wrong) - 7])
    model = fit_model(replace(measured, camera=camera), eotf="ST 2084", peak_nits=1500.0)
    assert set(wrong) <= set(outlying_patches(model).tolist())
    assert len(outlying_patches(model)) <= 9
    clean = fit_model(measured, eotf="ST 2084", peak_nits=1500.0)
    assert outlying_patches(clean).size == 0
    assert forward_error(PQ, model) < 1.3 * forward_error(PQ, clean) + 0.03


def test_saturated_patches_flats_and_dark_are_not_used() -> None:
    measured = PQ.measure(structured_codes(300))
    bright = np.argsort(measured.camera.max(axis=1))[-12:-2]
    camera, saturated = measured.camera.copy(), measured.saturated.copy()
    flags = measured.flags.copy()
    camera[bright] *= 0.7
    saturated[bright] = 0.4
    flags[bright] = int(MeasurementFlag.SATURATED)
    kind = list(measured.kind)
    kind[100], kind[101] = "flat", "dark"
    camera[100:102] *= 3.0
    spoiled = replace(measured, camera=camera, saturated=saturated, flags=flags, kind=tuple(kind))
    model = fit_model(spoiled, eotf="ST 2084", peak_nits=1500.0)
    assert unused_patches(model).tolist() == sorted([*bright.tolist(), 100, 101])
    assert forward_error(PQ, model) < 0.25


def test_desaturated_primaries_grey_and_black_are_enough() -> None:
    grey = np.repeat(np.linspace(0.0, 0.79, 31)[:, None], 3, axis=1)
    primary = np.full((3, 3), 0.39) + 0.21 * np.eye(3)
    code = np.concatenate([grey, primary, grey[-1:]])
    measured = PQ.measure(code, with_sigma=False)
    model = fit_model(measured, eotf="ST 2084", peak_nits=1500.0)
    test = np.random.default_rng(0).uniform(0.4, 0.7, (300, 3))
    k = 15.0 / PQ.exposure
    truth = PQ.camera(test)
    gap = delta_e_itp(k * predict(model, test), k * truth)
    assert np.median(gap) < 2.0
    assert np.median(delta_e_itp(k * predict(model, grey[8:]), k * PQ.camera(grey[8:]))) < 0.5


def test_repeats_of_a_code_count_once_by_their_median() -> None:
    code = structured_codes(60)
    grey = np.full((9, 3), 0.4)
    measured = PQ.measure(np.concatenate([code, grey]))
    camera = measured.camera.copy()
    camera[-1] *= 1.5
    model = fit_model(replace(measured, camera=camera), eotf="ST 2084", peak_nits=1500.0)
    seen, truth = predict(model, grey[:1]), PQ.camera(grey[:1])
    np.testing.assert_allclose(seen, truth, rtol=0.01)


def few(code: list[list[float]]) -> PatchMeasurements:
    return PQ.measure(np.array(code))


GREYS = [[0.0] * 3, [0.2] * 3, [0.4] * 3, [0.6] * 3, [0.79] * 3]
RED, GREEN, BLUE = [0.6, 0.1, 0.1], [0.1, 0.6, 0.1], [0.1, 0.1, 0.6]


def test_the_least_set_is_fitted() -> None:
    model = fit_model(few([*GREYS, RED, GREEN, BLUE]), eotf="ST 2084", peak_nits=1500.0)
    assert np.isfinite(predict(model, np.random.default_rng(0).uniform(0, 1, (50, 3)))).all()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ([*GREYS, RED, GREEN, [0.6, 0.6, 0.1]], "in which blue leads"),
        (GREYS, "red and green and blue leads"),
        ([[0.0] * 3, [0.79] * 3, RED, GREEN, BLUE, [0.3, 0.2, 0.1], [0.5, 0.2, 0.3]], "grey ramp"),
        ([[0.5] * 3], "neutral patches"),
    ],
)
def test_too_little_says_what_is_missing(code: list[list[float]], says: str) -> None:
    with pytest.raises(CaptureError, match=says):
        fit_model(few(code), eotf="ST 2084", peak_nits=1500.0)


def test_nothing_usable_is_an_error() -> None:
    measured = PQ.measure(structured_codes(60))
    with pytest.raises(CaptureError, match="none of 60 patches"):
        fit_model(replace(measured, saturated=np.ones(60)), eotf="ST 2084", peak_nits=1500.0)


def test_a_white_darker_than_black_is_an_error() -> None:
    measured = PQ.measure(structured_codes(60))
    camera = measured.camera.max() - measured.camera
    with pytest.raises(CaptureError, match="order of the frames"):
        fit_model(replace(measured, camera=camera), eotf="ST 2084", peak_nits=1500.0)


def test_patches_of_another_pattern_are_refused() -> None:
    measured = PQ.measure(structured_codes(100))
    order = np.random.default_rng(8).permutation(98) + 2
    # Black and the brightest grey stay, so that only the fit can tell.
    white = int(np.argmax(measured.code.min(axis=1)))
    order = np.concatenate([[0, 1], np.where(order == white, 0, order)])
    order[white] = white
    shuffled = replace(measured, camera=measured.camera[order])
    with pytest.raises(CaptureError, match="do not follow their codes"):
        fit_model(shuffled, eotf="ST 2084", peak_nits=1500.0)


def test_other_spaces_and_unknown_eotfs_are_refused() -> None:
    measured = PQ.measure(structured_codes(60))
    with pytest.raises(ValueError, match="needs ACES2065-1"):
        fit_model(replace(measured, space="camera"), eotf="ST 2084", peak_nits=1500.0)
    with pytest.raises(ValueError, match="unknown EOTF"):
        fit_model(measured, eotf="S-Log3", peak_nits=1500.0)


def test_a_wall_without_black_row_is_fitted() -> None:
    code = structured_codes(100)[2:]
    clean = PQ.camera(code)
    model = fit_model(
        measurements(code, clean, np.full_like(clean, np.nan)), eotf="ST 2084", peak_nits=1500.0
    )
    assert forward_error(PQ, model) < 0.4


def _flagged(flag: MeasurementFlag, index: int, factor: float) -> PatchMeasurements:
    """The usual take with one patch off by a factor, and a flag on it."""
    measured = PQ.measure(structured_codes(100))
    camera, flags = measured.camera.copy(), measured.flags.copy()
    camera[index] *= factor
    flags[index] |= int(flag)
    return replace(measured, camera=camera, flags=flags)


def test_a_saturated_flag_without_a_share_counts() -> None:
    measured = _flagged(MeasurementFlag.SATURATED, 60, 0.6)
    model = fit_model(measured, eotf="ST 2084", peak_nits=1500.0)
    assert unused_patches(model).tolist() == [60]


def test_a_flagged_patch_counts_less_and_its_good_repeat_alone() -> None:
    measured = _flagged(MeasurementFlag.NOISY, 60, 1.03)
    again = PQ.measure(structured_codes(100))
    rows = np.append(np.arange(len(measured)), 60)
    last = np.arange(len(rows)) == len(measured)
    both = replace(
        measurements(
            measured.code[rows],
            np.where(last[:, None], again.camera[rows], measured.camera[rows]),
            measured.sigma[rows],
        ),
        flags=np.where(last, 0, measured.flags[rows]),
    )
    alone = fit_model(measured, eotf="ST 2084", peak_nits=1500.0)
    # Three per cent are three times what a flagged patch is believed to: it is in doubt, not out.
    assert outlying_patches(alone).size == 0
    repeated = fit_model(both, eotf="ST 2084", peak_nits=1500.0)
    assert unused_patches(repeated).tolist() == [60]
    clean = fit_model(again, eotf="ST 2084", peak_nits=1500.0)
    assert forward_error(PQ, repeated) < 1.1 * forward_error(PQ, clean)


@pytest.mark.parametrize("neighbour", ["black", "green"])
def test_a_white_that_slipped_into_its_neighbour_moves_nothing(neighbour: str) -> None:
    """It is the only witness of the top of grey: the fit meets it, and leaves no residual."""
    measured = PQ.measure(structured_codes(300))
    white = int(np.argmax(measured.code.min(axis=1)))
    green = int(np.argmax(measured.code[:, 1] - measured.code[:, 0] - measured.code[:, 2]))
    other = green if neighbour == "green" else int(np.argmin(measured.code.sum(axis=1)))
    camera = measured.camera.copy()
    camera[white] = 0.5 * (camera[white] + camera[other])
    slipped = fit_model(replace(measured, camera=camera), eotf="ST 2084", peak_nits=1500.0)
    clean = fit_model(measured, eotf="ST 2084", peak_nits=1500.0)
    assert white in outlying_patches(slipped)
    assert forward_error(PQ, slipped) < 1.3 * forward_error(PQ, clean)
    grey = np.repeat(np.linspace(0.6, 0.8, 20)[:, None], 3, axis=1)
    np.testing.assert_allclose(predict(slipped, grey), predict(clean, grey), rtol=0.03)
