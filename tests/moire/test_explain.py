"""Which order of the LED raster each line is: found from what people say, right or wrong."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.moire.detect import detect_lines
from ledcal.moire.explain import Sighting, fit_lattice
from ledcal.moire.patch import cut_patch
from ledcal.simulate.fringes import FlatPatch, flat_frame
from ledcal.values.moire import UNEXPLAINED
from tests.moire.walls import fringes_of, prior_at, rig_at, truths_of

if TYPE_CHECKING:
    from ledcal.moire.patch import Patch
    from ledcal.moire.rig import Rig
    from ledcal.values.moire import MoireLine, Prior


def blurred(u: float, side: int = 192) -> Rig:
    """A wall a bit out of focus: few orders stand out, as on a stage."""
    rig = rig_at(u, side=side)
    return replace(rig, focus_mm=rig.distance_mm * 12.5 / 14.5)


@cache
def patch_at(u: float, dies: float = 0.0, weaker: float = 1.0) -> Patch:
    fringes = fringes_of(blurred(u), seed=4, dies=dies, weaker=weaker, most=2)
    return cut_patch([flat_frame(FlatPatch(width=192, height=192, seed=4), fringes)])


def lines_at(u: float, prior: Prior, **more: float) -> tuple[MoireLine, ...]:
    return detect_lines(patch_at(u, **more), prior=prior).lines


def mistakes(u: float, lines: tuple[MoireLine, ...]) -> list[MoireLine]:
    """Lines that are none of the wall, or another order, kind or colour than is told."""
    truths, wrong = truths_of(blurred(u)), []
    for line in lines:
        near = [t for t in truths if t.off(np.array([line.fx_cpp, line.fy_cpp])) < 2e-3]
        told = (line.order, line.kind, line.colour)
        if not near or told != (near[0].order, near[0].kind, near[0].colour):
            wrong.append(line)
    return wrong


@pytest.mark.parametrize("u", [0.47, 0.62, 1.2])
@pytest.mark.parametrize(("scale", "turn"), [(1.05, 2.0), (0.95, -2.0)])
def test_orders_are_right_though_the_stage_is_wrong(u: float, scale: float, turn: float) -> None:
    lines = lines_at(u, prior_at(blurred(u), scale=scale, turn_deg=turn))
    assert mistakes(u, lines) == []
    assert {(1, 0), (0, 1)} <= {line.order for line in lines}
    for line in lines[:2]:
        assert line.true_frequency is not None
        true = np.array(line.true_frequency)
        assert np.hypot(*true) == pytest.approx(u, rel=2e-3)
        truth = next(t for t in truths_of(blurred(u)) if t.order == line.order)
        assert line.contrast == pytest.approx(truth.contrast, rel=0.03)


@pytest.mark.parametrize("u", [0.36, 0.62])
def test_dies_beside_each_other_do_not_mislead(u: float) -> None:
    lines = lines_at(u, prior_at(blurred(u), scale=1.04, turn_deg=1.0), dies=0.18)
    assert mistakes(u, lines) == []
    assert len(lines) >= 6


@pytest.mark.parametrize("scale", [1.2, 1.35, 0.8, 0.65])
def test_a_stage_far_off_explains_nothing(scale: float) -> None:
    for u in (0.47, 0.62):
        result = detect_lines(patch_at(u), prior=prior_at(blurred(u), scale=scale, turn_deg=0.7))
        assert result.jacobian is None
        assert result.margin == 0.0
        assert result.lines
        assert {line.order for line in result.lines} == {None}
        notes = [line.note for line in result.lines if line.kind == UNEXPLAINED]
        assert all("of stage.toml" in note for note in notes if "along the rows" not in note)


def test_without_a_prior_no_order_is_told() -> None:
    result = detect_lines(patch_at(0.47))
    assert {line.order for line in result.lines} == {None}
    assert (result.jacobian, result.margin) == (None, 0.0)
    assert result.lines[0].kind == "moire", "its colours say so"


def test_a_marked_wall_shows_weak_orders_where_they_are() -> None:
    told = {True: 0, False: 0}
    for seed in range(2):
        rig = blurred(0.62, side=256)
        fringes = fringes_of(rig, weaker=0.0045, seed=seed, most=1)
        patch = cut_patch([flat_frame(FlatPatch(width=256, height=256, seed=seed), fringes)])
        for is_precise in (True, False):
            prior = prior_at(rig, scale=1.003, turn_deg=0.2, is_precise=is_precise)
            lines = detect_lines(patch, prior=prior).lines
            assert not is_precise or mistakes(0.62, lines) == []
            told[is_precise] += len([line for line in lines if line.order])
    assert told[True] == 4, "both first orders of 0.06 %"
    assert told[False] == 0


def test_where_the_raster_says_noise_shows_nothing() -> None:
    prior = prior_at(rig_at(0.47, side=96), is_precise=True)
    for seed in range(5):
        patch = cut_patch([flat_frame(FlatPatch(width=96, height=96, seed=seed))])
        assert detect_lines(patch, prior=prior).lines == ()


def sighting(frequency: tuple[float, float], half: int | None = None) -> Sighting:
    """A line of 30 %; `half`, if known, is the one of `HALVES` that sampling took off."""
    likely = None if half is None else np.where(np.arange(4) == half, 0.0, -50.0)
    return Sighting(np.array(frequency), 1e-5, likely, 0.3)


def test_a_lattice_needs_a_line() -> None:
    prior = np.array([[0.47, 0.01], [-0.01, 0.47]])
    assert fit_lattice([], prior) is None
    assert fit_lattice([sighting((0.2, 0.2))], prior) is None, "no order is near"
    found = fit_lattice([sighting((0.472 - 0.5, 0.011)), sighting((-0.011, -0.028))], prior)
    assert found is not None
    assert found.orders == ((1, 0), (0, 1))
    np.testing.assert_allclose(found.jacobian, [[0.472, 0.011], [-0.011, 0.472]], atol=1e-4)
    np.testing.assert_allclose(np.array(found.reciprocals), [[0.5, 0.0], [0.0, 0.5]])


def test_lines_that_fit_two_rasters_leave_doubt() -> None:
    # Red against blue: 0.47 or 0.53 of a cycle, both within what the prior allows.
    prior = np.array([[0.5, 0.0], [0.0, 0.5]])
    lines = [sighting((0.03, 0.0), 1), sighting((0.0, 0.03), 2)]
    doubtful = fit_lattice(lines, prior, scale_spread=0.08)
    assert doubtful is not None
    assert doubtful.margin < 1.0
    for scale, u in ((1.05, 0.53), (0.95, 0.47)):
        sure = fit_lattice(lines, prior * scale, scale_spread=0.03)
        assert sure is not None
        assert sure.jacobian[0, 0] == pytest.approx(u, abs=1e-6)
        assert sure.margin > 3.0
