"""Which part of the wall changed: a cabinet by its name, a box, or all of it, smoothly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.drift.evenness import SMOOTH, compare_evenness
from tests.drift.made import Day, places_of, reading_of, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.drift.evenness import Evenness
    from ledcal.values.arrays import BoolArray, FloatArray

    Uneven = Callable[[FloatArray], FloatArray]

WALL, PANEL = (1920, 1080), (160, 135)
SPREAD = 0.001


def inside(box: tuple[float, float, float, float]) -> Callable[[FloatArray], BoolArray]:
    """Which places lie in a box: left, top, right, bottom in wall pixels."""
    corner, end = np.array(box[:2]) - 0.5, np.array(box[2:]) - 0.5
    return lambda places: np.asarray(((places > corner) & (places < end)).all(axis=1))


def cabinet(row: int, column: int, panel: tuple[int, int] = PANEL) -> tuple[float, ...]:
    """The box of a cabinet, counted from 1 at the top left."""
    left, top = (column - 1) * panel[0], (row - 1) * panel[1]
    return left, top, left + panel[0], top + panel[1]


def odd(box: tuple[float, ...], change: FloatArray | float) -> Uneven:
    """A part of the wall whose light has changed by a share."""
    where = inside((box[0], box[1], box[2], box[3]))
    return lambda places: np.where(where(places)[:, None], np.log1p(np.broadcast_to(change, 3)), 0)


def falling(places: FloatArray) -> FloatArray:
    """Another fall-off of the lens: 4 % more light in the corners, off the middle a little."""
    offset = (places - [1000.0, 520.0]) / 960.0
    return np.asarray(np.repeat(0.03 * (offset**2).sum(axis=1)[:, None], 3, axis=1))


def compared(
    uneven: Uneven,
    *,
    seed: int = 0,
    panel: tuple[int, int] | None = PANEL,
    has_moved: bool = False,
    wall: tuple[int, int] = WALL,
) -> Evenness:
    then = reading_of(Day(wall_px=wall), seed=2 * seed, spread=SPREAD)
    now = reading_of(Day(wall_px=wall, uneven=uneven), seed=2 * seed + 1, spread=SPREAD)
    return compare_evenness(then, now, has_moved=has_moved, panel_px=panel)


@pytest.mark.parametrize("has_moved", [False, True])
@pytest.mark.parametrize(
    ("row", "column"),
    [(3, 7), (1, 12), (8, 1), (6, 2), (1, 1)],
    ids=["in the middle", "in a corner", "in another", "at a side", "at the start"],
)
def test_a_cabinet_is_named_from_one_at_the_top_left(
    row: int, column: int, *, has_moved: bool
) -> None:
    found = compared(odd(cabinet(row, column), -0.03), has_moved=has_moved)
    assert found.spot is not None
    assert found.spot.where == f"cabinet r{row}c{column}"
    assert found.spot.value == pytest.approx(-0.03, abs=max(4.0 * found.spot.sigma, 0.0015))
    assert found.spot.sigma < 0.002
    assert found.unseen == ()


def test_rows_and_columns_are_those_of_an_upright_wall() -> None:
    panel = (90, 160)
    found = compared(odd(cabinet(9, 2, panel), 0.02), panel=panel, wall=(1080, 1920))
    assert found.spot is not None
    assert found.spot.where == "cabinet r9c2"
    assert found.spot.value > 0.015


def test_a_channel_by_itself_is_said() -> None:
    found = compared(odd(cabinet(3, 7), np.array([0.0, 0.0, -0.02])))
    assert found.spot is not None
    assert found.spot.channel == 2
    said = re.fullmatch(
        r"cabinet r3c7: red [+-]0\.[01] %, green [+-]0\.[01] %, blue (-.*) %", found.spot.words
    )
    assert said
    assert float(said[1]) == pytest.approx(-2.0, abs=0.2)


def test_what_the_whole_wall_does_is_no_part_of_it() -> None:
    def dimmer(places: FloatArray) -> FloatArray:
        return np.full((len(places), 3), -0.3)

    found = compared(dimmer)
    assert found.spot is not None
    assert abs(found.spot.value) < 0.005
    assert np.abs(found.centre).max() < 0.0005


def test_an_unchanged_wall_has_no_spot_to_speak_of() -> None:
    for seed in range(10):
        for panel in (PANEL, None):
            spot = compared(lambda places: 0.0 * np.ones((len(places), 3)), seed=seed, panel=panel)
            assert spot.spot is not None
            assert abs(spot.spot.value) < 4.5 * spot.spot.sigma


# Nobody said how large the cabinets are.


def test_the_largest_counts_and_not_the_clearest() -> None:
    corner, middle = odd(cabinet(1, 12), -0.05), odd(cabinet(4, 6), -0.035)
    found = compared(lambda places: corner(places) + middle(places))
    assert found.spot is not None
    assert found.spot.where == "cabinet r1c12"
    alone = compared(middle).spot
    assert alone is not None
    assert alone.value / alone.sigma < found.spot.value / found.spot.sigma < 0.0, "less clear"


@pytest.mark.parametrize("has_moved", [False, True])
@pytest.mark.parametrize(
    "box",
    [(960, 270, 1120, 405), (320, 540, 480, 675), (1440, 405, 1920, 675), (320, 288, 544, 448)],
)
def test_a_box_is_found_within_a_cell(
    box: tuple[float, float, float, float], *, has_moved: bool
) -> None:
    found = compared(odd(box, -0.02), panel=None, has_moved=has_moved)
    assert found.spot is not None
    numbers = re.fullmatch(
        r"the part at x (\d+)-(\d+), y (\d+)-(\d+) px of the wall", found.spot.where
    )
    assert numbers
    left, right, top, bottom = map(int, numbers.groups())
    cell = 1920 / 60
    is_of_cells = not np.mod(box, cell).any()
    off = np.abs(np.array([left, top, right, bottom]) - box).max()
    assert off <= (0.5 * cell if is_of_cells else cell)
    assert found.spot.value == pytest.approx(-0.02, abs=0.0025)


# What the lens does is smooth.


@pytest.mark.parametrize("panel", [PANEL, None], ids=["cabinets", "blind"])
def test_a_lens_that_was_moved_falls_off_in_another_way_and_that_is_nothing(
    panel: tuple[int, int] | None,
) -> None:
    found = compared(falling, panel=panel, has_moved=True)
    assert found.spot is not None
    assert abs(found.spot.value) < 4.5 * found.spot.sigma
    assert np.abs(found.centre).max() < 0.0005


@pytest.mark.parametrize("panel", [PANEL, None], ids=["cabinets", "blind"])
def test_where_the_camera_stands_as_it_stood_a_smooth_change_is_called_one(
    panel: tuple[int, int] | None,
) -> None:
    found = compared(falling, panel=panel)
    assert found.spot is not None
    assert found.spot.where.startswith(f"{SMOOTH}, most at ")
    assert abs(found.spot.value) > 0.005
    # The mean of the wall's middle is its light then: nothing is to be taken off.
    assert np.abs(found.centre).max() < 0.0005


@pytest.mark.parametrize("has_moved", [False, True])
def test_a_cabinet_beside_a_smooth_change_keeps_its_name(*, has_moved: bool) -> None:
    dim = odd(cabinet(3, 7), -0.04)
    found = compared(lambda places: falling(places) + dim(places), has_moved=has_moved)
    assert found.spot is not None
    assert found.spot.where == "cabinet r3c7"
    if has_moved:
        assert found.spot.value == pytest.approx(-0.04, abs=0.002)


# What was not seen.


def test_cabinets_under_the_marks_that_were_not_seen_are_listed() -> None:
    small = (64, 54)
    found = compared(odd(cabinet(10, 9, small), -0.03), panel=small)
    places, _ = places_of(WALL)
    cells = np.floor((places + 0.5) / small).astype(int)
    counts = np.zeros((20, 30), int)
    np.add.at(counts, (cells[:, 1], cells[:, 0]), 1)
    hidden = {f"r{row + 1}c{column + 1}" for row, column in np.argwhere(counts < 2)}
    assert hidden
    assert set(found.unseen) == hidden
    assert found.spot is not None
    assert found.spot.where == "cabinet r10c9"


def test_places_that_were_not_seen_tell_nothing() -> None:
    then = reading_of(Day(), spread=SPREAD)
    dark = odd(cabinet(3, 7), -0.5)
    now = without(reading_of(Day(uneven=dark), 1, spread=SPREAD), inside((960, 270, 1120, 405)))
    found = compare_evenness(then, now, has_moved=False, panel_px=PANEL)
    assert found.unseen == ("r3c7",)
    assert found.spot is not None
    assert abs(found.spot.value) < 0.01
    assert np.isnan(found.rest[inside((960, 270, 1120, 405))(then.places)]).all()
    blind = without(now, inside((0, 0, 1920, 1060)))
    nothing = compare_evenness(then, blind, has_moved=False, panel_px=PANEL)
    assert nothing.spot is None
    assert not nothing.centre.any()


# A cabinet in the wall's middle is in what patches are measured against.


def test_what_an_odd_cabinet_makes_of_the_middle_is_known() -> None:
    box = (800.0, 405.0, 960.0, 540.0)
    change = np.array([-0.10, -0.06, -0.04])
    found = compared(odd(box, change))
    places, n_flat = places_of(WALL)
    half = 0.5 * np.sqrt(0.1) * np.array(WALL)
    middle = (np.abs(places - (np.array(WALL) - 1) / 2) <= half).all(axis=1)
    middle[n_flat:] = False
    share = (inside((800, 405, 960, 540))(places) & middle).sum() / middle.sum()
    assert share > 0.05
    np.testing.assert_allclose(found.centre, share * np.log1p(change), atol=0.0005)
    aside = compared(odd(cabinet(8, 1), -0.1))
    assert np.abs(aside.centre).max() < 0.0005
