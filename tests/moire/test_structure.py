"""Combs and panels: what repeats on a wall and is no moire; bands along the rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.moire.detect import detect_lines
from ledcal.moire.patch import cut_patch
from ledcal.moire.structure import comb_of, is_panel
from ledcal.simulate.fringes import FlatPatch, Fringe, flat_frame
from ledcal.values.moire import BANDING, STRUCTURE, UNEXPLAINED, MoireLine
from tests.moire.walls import fringes_of, prior_at, rig_at

TOLERANCE = np.full(2, 1e-3)


def told(*fringes: Fringe, **prior: object) -> tuple[MoireLine, ...]:
    patch = cut_patch([flat_frame(FlatPatch(width=192, height=192, seed=6), fringes)])
    return detect_lines(patch, **prior).lines  # type: ignore[arg-type]


def test_a_comb_is_the_largest_even_step() -> None:
    slope = np.array([0.02, 0.005])
    comb = comb_of([k * slope for k in (2, -4, 6)], TOLERANCE)
    assert comb is not None
    assert np.abs(comb) == pytest.approx(2 * slope)
    missing = comb_of([k * slope for k in (2, 3, 4, 5)], TOLERANCE)
    assert missing is not None, "the step itself need not show"
    assert np.abs(missing) == pytest.approx(slope)
    assert comb_of([1 * slope, 2 * slope], TOLERANCE) is None
    assert comb_of([slope, 2.2 * slope, 3.3 * slope], TOLERANCE) is None
    assert comb_of([], TOLERANCE) is None


def test_even_steps_of_light_are_structure() -> None:
    # Dark seams every 32 photosites, in all colours.
    seams = [Fringe(k / 32.0, 0.0007 * k, 0.01 / k, 0.1 * k) for k in range(1, 5)]
    lines = told(*seams)
    assert [line.kind for line in lines] == [STRUCTURE] * 4
    assert all("several even steps of 32 photosites" in line.note for line in lines)
    # Multiples of which only two are there are lines.
    assert {line.kind for line in told(*seams[:2])} == {UNEXPLAINED}


def test_what_a_tone_curve_makes_of_a_line_is_no_panel() -> None:
    curve = [Fringe(k * 0.021, k * 0.013, 0.08 / 9.0 ** (k - 1), 0.1) for k in (1, 2, 3)]
    assert {line.kind for line in told(*curve)} == {UNEXPLAINED}


def test_narrow_steps_are_leds_and_no_panels() -> None:
    # Resolved LEDs of 12.5 photosites, and their second and third order.
    leds = [Fringe(0.08 * k, 0.001 * k, 0.2 / k, 0.1 * k) for k in (1, 2, 3)]
    assert told(*leds)[0].kind == UNEXPLAINED


def test_lines_that_repeat_with_the_panels_are_structure() -> None:
    rig = rig_at(0.62, side=192)
    prior = prior_at(rig)
    panelled = replace(prior, panel_px=(16, 20))
    along = np.array([2 / 16, 0.0]) @ prior.jacobian
    other = np.array([2.5 / 16, 0.0]) @ prior.jacobian
    for frequency, kind in ((along, STRUCTURE), (other, UNEXPLAINED)):
        seam = Fringe(frequency[0], frequency[1], 0.01, 0.2)
        lines = told(seam, *fringes_of(rig, most=1), prior=panelled)
        assert [line.kind for line in lines if line.order is None] == [kind]
    lines = told(Fringe(along[0], along[1], 0.01, 0.2), *fringes_of(rig, most=1), prior=prior)
    assert [line.kind for line in lines if line.order is None] == [UNEXPLAINED]


def test_panels_have_rows_and_columns_of_their_own() -> None:
    jacobian = np.array([[0.6, 0.02], [-0.02, 0.6]])
    for times, is_one in (((3, 0), True), ((0, 3), True), ((2, 1), False), ((0, 0), False),
                          ((60, 0), False)):  # fmt: skip
        seen = (np.array(times) / (100, 160)) @ jacobian
        assert is_panel(seen, jacobian, (100, 160), TOLERANCE) == is_one, times


@pytest.mark.parametrize("is_known", [True, False])
def test_a_line_along_the_rows(is_known: bool) -> None:  # noqa: FBT001 - a parameter
    rig = rig_at(0.62, side=192)
    fringes = (*fringes_of(rig, most=1), Fringe(0.0, 0.0571, 0.01, 0.3))
    lines = told(*fringes, prior=prior_at(rig) if is_known else None)
    (band,) = [line for line in lines if abs(line.fx_cpp) < 1e-3]
    assert band.order is None
    assert band.kind == (BANDING if is_known else UNEXPLAINED)
    assert ("no order of the LEDs" if is_known else "bands move, LEDs do not") in band.note
    assert band.contrast == pytest.approx(0.01, rel=0.05)
    assert band.period_px == pytest.approx(1 / 0.0571, rel=2e-3)


@pytest.mark.parametrize("frequency", [0.0433, 0.0462])
def test_a_band_does_not_pull_the_raster_to_it(frequency: float) -> None:
    # Near where order (-4, 1) is seen, and on it: high orders are dense, one is near anything.
    rig = rig_at(0.62)
    fringes = (*fringes_of(rig, most=1), Fringe(0.0, frequency, 0.01, 0.3))
    frame = flat_frame(FlatPatch(width=256, height=256, seed=6), fringes)
    result = detect_lines(cut_patch([frame]), prior=prior_at(rig))
    assert {line.order for line in result.lines} == {(1, 0), (0, 1), (1, 1), (-1, 1), None}
    assert result.jacobian is not None
    np.testing.assert_allclose(result.jacobian, prior_at(rig).jacobian, atol=1e-5)


def test_a_level_wall_is_no_band() -> None:
    rig = rig_at(0.62, side=192, roll_deg=0.0)
    lines = told(*fringes_of(rig, most=1), prior=prior_at(rig))
    assert (0, 1) in {line.order for line in lines}
    assert BANDING not in {line.kind for line in lines}


def test_pixels_of_the_delivered_picture_and_what_an_eye_sees() -> None:
    patch = cut_patch([flat_frame(FlatPatch(width=256, height=256), [Fringe(0.06, 0.08, 0.02)])])
    (raw,) = detect_lines(patch).lines
    (half,) = detect_lines(patch, scale=0.5, rows_delivered=1080).lines
    assert raw.period_px == pytest.approx(10.0, rel=2e-3)
    assert half.period_px == pytest.approx(5.0, rel=2e-3)
    assert raw.angle_deg == pytest.approx(np.degrees(np.arctan2(0.08, 0.06)), abs=0.1)
    assert (raw.x, raw.y) == (127.5, 127.5)
    assert 16.5 < raw.visibility < 18.0, "of the worst viewing distance"
    (display,) = detect_lines(patch, has_contrast=False).lines
    assert np.isnan([display.contrast, display.contrast_sigma, display.visibility]).all()
    assert display.period_px == raw.period_px
