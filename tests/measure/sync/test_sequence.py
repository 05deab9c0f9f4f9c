from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.measure.sync.sequence import read_sequence

if TYPE_CHECKING:
    from ledcal.values.arrays import AnyArray, FloatArray
    from ledcal.values.sync_take import Sequence

N = 256


def seen(moment: AnyArray, exposure: float) -> FloatArray:
    """What a shutter sees of a wall that steps at whole numbers."""
    part = moment % 1.0
    return np.asarray(moment - part + np.maximum(part + exposure - 1.0, 0.0) / exposure, np.float64)


def judged(position: FloatArray, exposure: float | None = None, seed: int = 0) -> Sequence:
    noise = 0.01 * np.random.default_rng(seed).standard_normal(len(position))
    names = [f"c{i}" for i in range(len(position))]
    follows = np.ones(len(position), dtype=np.bool_)
    return read_sequence((position + noise) % N, names, follows, N, exposure=exposure)


@pytest.mark.parametrize(
    ("rate", "locked"),
    [(1.0, (1, 1)), (2.0, (2, 1)), (3.0, (3, 1)), (0.5, (1, 2)), (1 / 3, (1, 3)), (2.5, (5, 2))],
)
def test_whole_rates_lose_nothing(rate: float, locked: tuple[int, int]) -> None:
    for phase in (0.02, 0.3, 0.49, 0.55, 0.8):
        for share in (0.1, 0.5, 1.0):
            exposure = share * min(rate, 1.0)
            found = judged(seen(250.0 + phase + rate * np.arange(60), exposure))
            assert found.locked == locked
            assert found.rate == pytest.approx(rate)
            assert found.dropped + found.doubled + found.out_of_order + found.never == ()


@pytest.mark.parametrize("rate", [24 / 25, 25 / 24, 30 / 24.1, 24 / 23.976])
def test_rates_that_differ_are_not_taken_for_drops(rate: float) -> None:
    found = judged(seen(13.45 + rate * np.arange(400), 0.5), exposure=0.5)
    assert found.is_continuous
    assert found.locked is None
    assert found.rate == pytest.approx(rate, abs=5e-4)
    assert found.dropped + found.doubled + found.out_of_order == ()


@pytest.mark.parametrize("part", [0.0, 0.3, 0.7])
def test_drops_and_doubles_have_their_numbers_also_where_the_loop_begins(part: float) -> None:
    played = [*range(240, 250), *range(251, 256), 0, 1, 1, 2, 3, 3, 5, 6, 7, 8, 9, 10]
    found = judged(np.array(played) + part)
    assert found.locked == (1, 1)
    # Of two frames in an exposure the one that is seen longer counts.
    assert found.dropped == (250 + round(part), 4 + round(part))
    assert found.doubled == (1 + round(part), 3 + round(part))
    assert not found.out_of_order
    if part == 0.0:
        assert found.never == (4, 250)


def test_each_frame_shown_twice_and_one_three_times() -> None:
    twice = np.repeat(np.arange(30.0), 2)
    assert judged(twice).doubled == ()
    found = judged(np.insert(twice, 21, 10.0))
    assert (found.locked, found.doubled, found.dropped) == ((1, 2), (10,), ())
    found = judged(np.delete(twice, 21))
    assert (found.locked, found.doubled, found.dropped) == ((1, 2), (), (10,))
    found = judged(np.delete(twice, [20, 21]))
    assert (found.locked, found.doubled, found.dropped) == ((1, 2), (), (10,))


def test_steps_back_and_jumps_are_out_of_order() -> None:
    played = np.array([*range(20), 17, 18, 19, 20, 21, 22, *range(90, 110)], float)
    found = judged(played)
    assert found.out_of_order == ("c20", "c26")
    assert found.dropped == found.doubled == ()


def test_stills_by_hand_are_not_judged() -> None:
    found = judged(np.random.default_rng(3).uniform(0, N, 40))
    assert not found.is_continuous
    assert found.dropped + found.doubled == ()


def test_nothing_is_said_across_a_gap_between_clips() -> None:
    position = np.array([*range(10), *range(100, 110)], float)
    follows = np.ones(20, dtype=np.bool_)
    follows[10] = False
    found = read_sequence(position, [""] * 20, follows, N)
    assert found.locked == (1, 1)
    assert found.dropped + found.out_of_order == ()
    position[4] = np.nan
    assert read_sequence(position, [""] * 20, follows, N).dropped == ()
