from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from ledcal.values.marks import build_marks_layout
from ledcal.values.sync import (
    build_sync_id,
    build_sync_layout,
    code_table,
    count_columns,
    counter_bits,
    is_sync_of,
    lit_sync_regions,
    read_sync_id,
)

if TYPE_CHECKING:
    from ledcal.values.pattern import Region

WALLS = [(640, 360), (1920, 1080), (1080, 1920), (3840, 1080), (7680, 1080), (4096, 2160)]


def overlap(a: Region, b: Region) -> bool:
    return (
        a.x < b.x + b.width
        and b.x < a.x + a.width
        and a.y < b.y + b.height
        and b.y < a.y + a.height
    )


@pytest.mark.parametrize("n_frames", [4, 256, 4096])
def test_neighbours_differ_in_one_bit_and_parity_also_at_the_loops_end(n_frames: int) -> None:
    table = code_table(n_frames)
    changes = table.now != table.after
    assert (changes.sum(axis=1) == 2).all()
    assert changes[:, -1].all()
    assert len({tuple(row) for row in table.now.tolist()}) == n_frames


def test_one_wrong_bit_is_noticed() -> None:
    right = {counter_bits(n) for n in range(4096)}
    for place in range(13):
        bits = list(counter_bits(1234))
        bits[place] = not bits[place]
        assert tuple(bits) not in right


@pytest.mark.parametrize("size", WALLS)
def test_parts_stand_clear_of_marks_and_of_each_other(size: tuple[int, int]) -> None:
    layout = build_sync_layout(*size, count_columns(*size), 256)
    marks = build_marks_layout(*size)
    taken = [*marks.fiducials, *itertools.chain.from_iterable(marks.cells)]
    own = [box for counter in layout.counters for pair in counter.cells for box in pair]
    own += [box for pair in layout.bars for box in pair]
    own += [box for group in layout.dark for box in group]
    for box in own:
        assert min(box.width, box.height) >= 4
        assert box.x >= 0
        assert box.x + box.width <= size[0]
        assert not any(overlap(box, mark) for mark in taken)
    assert not any(overlap(a, b) for a, b in itertools.combinations(own, 2))


@pytest.mark.parametrize("size", WALLS)
def test_cells_are_as_wide_as_a_module_or_two_thirds_of_it_on_portrait_walls(
    size: tuple[int, int],
) -> None:
    layout = build_sync_layout(*size, count_columns(*size), 256)
    module = build_marks_layout(*size).module_px
    least = min(box.width for c in layout.counters for pair in c.cells for box in pair)
    assert least >= (0.9 if size[0] > size[1] else 0.6) * module


def test_the_light_of_the_wall_is_the_same_in_every_frame() -> None:
    layout = build_sync_layout(1920, 1080, 2, 256)
    areas = [sum(b.width * b.height for b in lit_sync_regions(layout, n)) for n in range(256)]
    assert max(areas) - min(areas) < 0.02 * max(areas)


def test_the_bars_change_places_with_every_frame() -> None:
    layout = build_sync_layout(1920, 1080, 2, 256)
    for n in (0, 1, 254, 255):
        lit = lit_sync_regions(layout, n)
        for even, odd in layout.bars:
            assert ((even in lit), (odd in lit)) == ((n % 2 == 0), (n % 2 == 1))


@pytest.mark.parametrize("size", WALLS)
def test_the_id_says_columns_frames_and_size(size: tuple[int, int]) -> None:
    number = build_sync_id(*size, 5, 1024)
    read = read_sync_id(number)
    assert read is not None
    assert read[:2] == (5, 1024)
    assert [other for other in WALLS if is_sync_of(number, *other)] == [size]


@pytest.mark.parametrize(("columns", "frames"), [(0, 256), (33, 256), (2, 200), (2, 2), (2, 8192)])
def test_impossible_numbers_are_refused(columns: int, frames: int) -> None:
    with pytest.raises(ValueError, match="a sync pattern has"):
        build_sync_id(640, 360, columns, frames)


def test_columns_end_where_panels_do() -> None:
    assert count_columns(3840, 1080, 384) == 2  # ten panels: not four
    assert count_columns(3840, 1080, 320) == 4
    assert count_columns(3840, 1080, 349) == 4  # panels that do not fill the wall say nothing
