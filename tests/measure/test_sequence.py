"""Separation by content: the parts, each against a slow or obvious twin."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ledcal.errors import AmbiguousInputError, CaptureError
from ledcal.measure.foreign.align import MISSING, align
from ledcal.measure.foreign.area import find_area
from ledcal.measure.foreign.blocks import FrameBlocks, build_blocks
from ledcal.measure.foreign.ramp import Steps, count_steps, fill_steps, find_ramp
from ledcal.measure.foreign.runs import Runs, find_runs
from ledcal.measure.foreign.series import Series, measure_series
from ledcal.values.frame import Exposure, LinearFrame, Plane

SHAPE = (48, 72)
PATCH = (slice(14, 34), slice(22, 50))


def series_of(luma: list[float], *, is_patch: list[bool] | None = None) -> Series:
    n = len(luma)
    return Series(
        names=tuple(f"f{i}" for i in range(n)),
        light=np.repeat(np.array(luma)[:, None], 3, axis=1),
        sigma=np.full((n, 3), 1e-6),
        saturated=np.zeros(n),
        n_samples=1000,
        is_patch=np.array([True] * n if is_patch is None else is_patch),
        place=np.arange(n),
    )


def runs_of(luma: list[float]) -> Runs:
    return find_runs(series_of(luma))


def blocks_of(picture: np.ndarray, name: str = "f") -> FrameBlocks:
    """A picture of camera light as the frame of a noisy sensor, in blocks."""
    rng = np.random.default_rng(len(name))
    values = np.kron(picture, np.ones((4, 4))) + 2e-4 * rng.standard_normal((192, 288))
    planes = tuple(Plane(values, c, 0, 0, 1, 0.0, 1.0, np.inf) for c in ("R", "G1", "B"))
    return build_blocks(LinearFrame(name, 288, 192, planes, "ACES2065-1", Exposure(), None))


@pytest.mark.parametrize("seed", range(5))
def test_alignment_is_the_cheapest_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.choice([0.5, 3.0, 9.0, 20.0], (5, 3))
    junk = rng.choice([0.5, 6.0, 12.0], 5)

    def price(runs: tuple[int | None, ...]) -> float:
        used = [run for run in runs if run is not None]
        if used != sorted(set(used)):
            return np.inf
        total = sum(MISSING if run is None else cost[run, s] for s, run in enumerate(runs))
        # Junk is free before the first patch is dealt with, and after the last.
        return total + _cheapest_junk(runs, junk)

    every = itertools.product([None, *range(5)], repeat=3)
    assert price(align(cost, junk)) == pytest.approx(min(price(runs) for runs in every))


def _cheapest_junk(runs: tuple[int | None, ...], junk: np.ndarray) -> float:
    """Junk between patches: missing ones may be passed over before the first or after the last."""
    used = [run for run in runs if run is not None]
    if not used:
        return 0.0
    inside = [i for i in range(used[0], used[-1]) if i not in used]
    return float(sum(junk[i] for i in inside))


def test_runs_are_split_where_light_changes_and_blends_are_suspected() -> None:
    runs = runs_of([0.1] * 4 + [0.15] + [0.2] * 4 + [0.5] * 4)
    assert runs.start.tolist() == [0, 4, 5, 9]
    assert runs.is_suspect.tolist() == [False, True, False, False]
    assert runs.usual == 4.0
    # Where every frame is another patch there are no blends.
    assert not runs_of([0.1, 0.15, 0.2, 0.5]).is_suspect.any()


def test_the_ramp_is_found_between_other_patches() -> None:
    runs = runs_of([0.3, 0.9, 0.18, 0.0, 0.1, 0.2, 0.25, 0.4, 0.7, 1.0, 0.5])
    found = find_ramp(runs, runs.is_patch, runs.is_patch)
    assert found.tolist() == [3, 4, 5, 6, 7, 8, 9]


def test_steps_of_a_wall_that_bends_are_counted() -> None:
    # Half a step off in the middle of the ramp, and a step lost: the jump tells which one.
    place = np.linspace(0.0, 1.0, 21) ** 1.1
    kept = [k for k in range(21) if k != 9]
    found = count_steps(place[kept], np.zeros(20), 20, has_top=True, n_darkest=1.0, grey=None)
    assert found.step.tolist() == kept
    others = [
        count_steps(place[kept], np.zeros(20), n, has_top=True, n_darkest=1.0, grey=None).cost
        for n in (19, 21)
    ]
    assert found.cost < min(others)


def test_a_lost_top_step_is_told_by_the_grey() -> None:
    place = np.linspace(0.0, 1.0, 21)
    seen = place[:-1] / place[-2]  # the brightest run is taken for the peak
    grey = (float(0.8 / place[-2]), 0.8, 0.05)
    told = count_steps(seen, np.zeros(20), 20, has_top=False, n_darkest=1.0, grey=grey)
    assert told.step[-1] == 19
    assert told.margin[5] > 2.0


def test_a_single_frame_stands_in_for_a_missing_step() -> None:
    steps = Steps(4, np.array([0, 1, 3, 4]), 0.0, np.zeros(4))
    place = np.array([0.0, 0.25, 0.75, 1.0])
    assert fill_steps(place, steps, np.array([0.40, 0.51])) == [(1, 2)]
    assert fill_steps(place, steps, np.array([0.40])) == []


def take_of(levels: list[float], *, people: float = 0.0) -> list[FrameBlocks]:
    """A patch of changing light beside a lamp, and somebody who walks past."""
    frames = []
    for i, level in enumerate(levels):
        picture = np.full(SHAPE, 0.002)
        picture[2:8, 60:70] = 0.3
        picture[PATCH] += level
        picture[40:46, (3 * i) % 60 : (3 * i) % 60 + 6] += people
        frames.append(blocks_of(picture, f"f{i}"))
    return frames


def test_the_patch_is_found_beside_a_lamp_and_a_passer_by() -> None:
    area = find_area(take_of([0.0, 0.1, 0.5, 0.2, 0.8, 0.3, 0.6, 0.05, 0.9, 0.7, 1.0, 0.4] * 2,
                             people=0.05))  # fmt: skip
    truth = np.zeros(SHAPE, dtype=bool)
    truth[PATCH] = True
    assert area.inside.sum() > 300
    assert not (area.inside & ~truth).any()
    assert not (area.around & truth).any()


def test_a_take_without_a_patch_is_refused() -> None:
    with pytest.raises(CaptureError, match="no patch is seen"):
        find_area(take_of([0.0] * 12))


def test_a_patch_over_the_whole_picture_needs_a_region() -> None:
    levels = np.linspace(0.1, 1.0, 12)
    frames = [blocks_of(np.full(SHAPE, level), f"f{i}") for i, level in enumerate(levels)]
    with pytest.raises(AmbiguousInputError, match="--region"):
        find_area(frames)


def test_pictures_and_lit_surrounds_are_no_patches() -> None:
    levels = [0.0, 0.3, 0.6, 0.9, 0.2, 0.7, 0.5, 0.8, 1.0, 0.4, 0.1, 0.95]
    frames = take_of(levels)
    area = find_area(frames)
    chart = np.full(SHAPE, 0.002)
    chart[PATCH] = 0.1 + 0.6 * np.indices(SHAPE).sum(axis=0)[PATCH] % 3 / 3.0
    flat = np.full(SHAPE, 0.5)
    series = measure_series([*frames, blocks_of(chart), blocks_of(flat)], area)
    assert series.is_patch[:12].all()
    assert not series.is_patch[12:].any()
    np.testing.assert_allclose(series.light[:12, 1], np.array(levels) + 0.002, atol=1e-4)
