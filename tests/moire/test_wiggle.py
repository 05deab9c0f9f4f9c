"""Two takes, the camera moved in between: what sampling took off each line, and by what sign."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.moire.detect import detect_lines, sightings
from ledcal.moire.explain import Sighting
from ledcal.moire.patch import cut_patch
from ledcal.moire.prior import prior_of_lines
from ledcal.moire.rig import order_frequency
from ledcal.moire.wiggle import read_wiggle
from ledcal.simulate.fringes import FlatPatch, flat_frame
from tests.moire.walls import fringes_of, rig_at, truths_of

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray


@cache
def seen(u: float, moved: float, roll: float = 1.7) -> tuple[Sighting, ...]:
    """The strongest lines of a wall with the camera `moved` away by a share of the distance."""
    rig = rig_at(u, roll_deg=roll)
    focus = rig.distance_mm * 12.5 / 14.5
    rig = replace(rig, distance_mm=rig.distance_mm * (1 + moved), focus_mm=focus)
    flat = FlatPatch(width=256, height=256, seed=round(1e4 * (1 + moved)))
    fringes = fringes_of(rig, seed=round(1e4 * (1 + moved)), most=1)
    return sightings(cut_patch([flat_frame(flat, fringes)]))[:4]


def frequencies(u: float) -> FloatArray:
    return order_frequency(rig_at(u), np.array([t.order for t in truths_of(rig_at(u), most=1)]))


def off(found: FloatArray, u: float) -> float:
    """How far the frequencies are from orders of the raster, at most."""
    every = np.concatenate([frequencies(u), -frequencies(u)])
    return float(np.abs(found[:, None] - every[None]).max(axis=-1).min(axis=1).max())


@pytest.mark.parametrize("moved", [0.004, -0.006])
@pytest.mark.parametrize("u", [0.31, 0.47, 0.53, 0.62, 1.2])
def test_a_known_move_tells_the_true_frequencies(u: float, moved: float) -> None:
    found = read_wiggle(seen(u, 0.0), seen(u, moved), scale=moved)
    assert found is not None
    assert len(found.lines) == len(seen(u, 0.0)) >= 2
    # The lens was not focused anew, so that the frequency goes with the distance.
    assert off(found.true_frequency, u) < 2e-3
    assert found.scale == pytest.approx(moved, rel=0.02)
    np.testing.assert_allclose((2 * found.reciprocal) % 1, 0.0, atol=1e-9)


def test_the_size_and_sign_of_an_unknown_move_are_found() -> None:
    found = read_wiggle(seen(1.2, 0.0), seen(1.2, -0.01))
    assert found is not None
    assert found.scale == pytest.approx(-0.01, rel=0.02)
    assert off(found.true_frequency, 1.2) < 2e-3


def test_a_level_wall_moves_alike_both_ways_and_back_is_taken() -> None:
    # f' -> f' + e f: half a cycle less f, moved the other way, shows the same.
    before, after = seen(0.62, 0.0, 0.0), seen(0.62, 0.004, 0.0)
    for scale in (None, 0.004):
        told = read_wiggle(before, after, scale=scale)
        assert told is not None
        assert told.scale > 0.0
        assert np.hypot(*told.true_frequency.T).min() == pytest.approx(0.62, rel=2e-3)


def test_takes_that_have_nothing_to_do_with_each_other_are_refused() -> None:
    before = seen(0.62, 0.0)
    assert read_wiggle(before, seen(0.31, 0.0)) is None
    assert read_wiggle(before, seen(0.62, 0.0, roll=9.0), scale=0.004) is None
    assert read_wiggle(before, ()) is None
    assert read_wiggle((), before) is None


def test_a_camera_that_did_not_move_tells_nothing() -> None:
    before = seen(0.62, 0.0)[:2]
    assert read_wiggle(before, before) is None


def test_lines_of_another_strength_are_others() -> None:
    before, after = seen(0.62, 0.0), seen(0.62, 0.004)
    weaker = [replace(line, contrast=line.contrast / 2.0) for line in after]
    assert read_wiggle(before, weaker, scale=0.004) is None


@pytest.mark.parametrize("u", [0.47, 0.62])
def test_the_moved_camera_explains_orders_without_a_stage(u: float) -> None:
    found = read_wiggle(seen(u, 0.0), seen(u, 0.004), scale=0.004)
    assert found is not None
    prior = prior_of_lines(found.true_frequency)
    assert prior is not None
    assert np.hypot(*prior.jacobian[0]) == pytest.approx(u, rel=2e-3)
    rig = replace(rig_at(u), focus_mm=rig_at(u).distance_mm * 12.5 / 14.5)
    patch = cut_patch([flat_frame(FlatPatch(width=256, height=256), fringes_of(rig, most=1))])
    truths = {t.order: t for t in truths_of(rig, most=2)}
    lines = detect_lines(patch, prior=prior).lines
    assert len(lines) >= 3
    # The raster has no up and right: a quarter turn of all orders is the same.
    for line in lines:
        assert line.order is not None
        m, n = line.order
        at = np.array([line.fx_cpp, line.fy_cpp])
        turned = [(m, n), (-n, m), (n, -m), (-m, -n)]
        assert any(t in truths and truths[t].off(at) < 2e-3 for t in turned)


def test_no_lines_are_no_raster() -> None:
    assert prior_of_lines(np.zeros((0, 2))) is None


@pytest.mark.parametrize("scale", [0.005, -0.005])
def test_on_a_level_wall_back_is_taken_where_both_ways_fit(scale: float) -> None:
    true = np.array([[0.47, 0.0], [0.0, 0.47]])
    taken = np.array([[0.5, 0.0], [0.0, 0.5]])

    likely = (np.array([-30.0, 0.0, -30.0, -30.0]), np.array([-30.0, -30.0, 0.0, -30.0]))

    def lines(frequency: FloatArray) -> list[Sighting]:
        parts = zip(frequency - taken, likely, strict=True)
        return [Sighting(seen, 1e-6, chance, 0.02) for seen, chance in parts]

    told = read_wiggle(lines(true), lines(true * (1.0 + scale)))
    assert told is not None
    assert told.scale > 0.0, "who moves forward is told the mirror image"
    if scale > 0.0:
        assert told.scale == pytest.approx(0.005, rel=0.02)
        np.testing.assert_allclose(np.abs(told.true_frequency), true, atol=1e-9)
