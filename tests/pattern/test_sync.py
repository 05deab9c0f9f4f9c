from __future__ import annotations

import numpy as np
import pytest

from ledcal.pattern import build_pattern, builtin, render, sync_layout
from ledcal.values.marks import build_marks_layout, decode_payload
from tests.pattern.test_build import make_wall


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080), (1080, 1920)])
def test_the_strip_says_the_pattern_and_never_changes(size: tuple[int, int]) -> None:
    pattern = build_pattern("sync", "single", make_wall(*size))
    marks = build_marks_layout(*size)
    for number in (0, 1, 255):
        image = render(pattern, pattern.frames[number])[..., 0]
        lit = [
            image[a.y + a.height // 2, a.x + a.width // 2]
            > image[b.y + b.height // 2, b.x + b.width // 2]
            for a, b in marks.cells
        ]
        assert decode_payload(np.array(lit)) == (0, pattern.pattern_id)


def test_a_frame_shows_its_number_in_every_counter() -> None:
    pattern = build_pattern("sync", "single", make_wall())
    image = render(pattern, pattern.frames[201])[..., 0]
    for counter in sync_layout(pattern).counters:
        code = 0
        for one, zero in counter.cells[:-1]:
            inside = image[one.y : one.y + one.height, one.x : one.x + one.width]
            beside = image[zero.y : zero.y + zero.height, zero.x : zero.x + zero.width]
            assert np.unique(inside).size == np.unique(beside).size == 1
            assert (inside[0, 0] == 0) != (beside[0, 0] == 0)
            code = code << 1 | int(inside[0, 0] > 0)
        assert code == 201 ^ (201 >> 1)


def test_it_is_known_by_its_id() -> None:
    wall = make_wall(3840, 1080)
    pattern = build_pattern("sync", "single", wall)
    known = builtin(pattern.pattern_id, wall)
    assert known is not None
    assert (known.name, len(known.frames), known.pattern_id) == ("sync", 256, pattern.pattern_id)
    assert builtin(pattern.pattern_id, make_wall(1920, 1080)) is None


def test_it_has_one_layout() -> None:
    with pytest.raises(ValueError, match="unknown set 'sync'"):
        build_pattern("sync", "grid", make_wall())
