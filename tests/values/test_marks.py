from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledcal.values.marks import (
    FIDUCIAL_BITS,
    build_marks_layout,
    decode_payload,
    encode_payload,
    lit_regions,
)


@given(st.integers(0, 4095), st.integers(0, (1 << 20) - 1))
def test_payload_round_trip(frame_index: int, pattern_id: int) -> None:
    assert decode_payload(encode_payload(frame_index, pattern_id)) == (frame_index, pattern_id)


@given(
    st.integers(0, 4095),
    st.integers(0, (1 << 20) - 1),
    st.sets(st.integers(0, 47), min_size=1, max_size=3),
)
def test_up_to_three_wrong_bits_are_noticed(
    frame_index: int, pattern_id: int, wrong: set[int]
) -> None:
    bits = encode_payload(frame_index, pattern_id)
    bits[list(wrong)] ^= True
    assert decode_payload(bits) is None


def test_random_bits_hardly_ever_decode() -> None:
    rng = np.random.default_rng(1)
    found = [decode_payload(rng.integers(0, 2, 48).astype(bool)) for _ in range(20000)]
    assert sum(payload is not None for payload in found) <= 4


@pytest.mark.parametrize(("frame_index", "pattern_id"), [(4096, 0), (-1, 0), (0, 1 << 20)])
def test_numbers_that_do_not_fit_are_refused(frame_index: int, pattern_id: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        encode_payload(frame_index, pattern_id)


def test_fiducials_differ_in_every_turn_and_in_the_mirror() -> None:
    words = []
    for bits in FIDUCIAL_BITS:
        word = np.array(bits)
        words += [np.rot90(face, k).ravel() for face in (word, word[:, ::-1]) for k in range(4)]
    apart = [int((a != b).sum()) for a, b in itertools.combinations(words, 2)]
    assert min(apart) >= 2


@pytest.mark.parametrize(
    "size",
    [(1920, 1080), (7680, 1080), (1080, 1920), (960, 540), (3840, 2160), (400, 300), (1080, 1080)],
)
def test_marks_do_not_overlap_and_light_is_constant(size: tuple[int, int]) -> None:
    layout = build_marks_layout(*size)
    assert len(layout.cells) == 48
    areas = set()
    for frame_index in (0, 1, 1000):
        picture = np.zeros(size[::-1], dtype=int)
        for box in lit_regions(layout, frame_index, 777):
            picture[box.y : box.y + box.height, box.x : box.x + box.width] += 1
        assert picture.max() == 1
        content = layout.content
        inner = picture[
            content.y : content.y + content.height, content.x : content.x + content.width
        ]
        assert inner.sum() == 0
        areas.add(int(picture.sum()))
    assert max(areas) - min(areas) <= 0.01 * max(areas)
    one, zero = layout.cells[0]
    assert min(one.width, one.height, zero.width, zero.height) >= 0.8 * layout.module_px


def test_a_wall_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="102"):
        build_marks_layout(400, 60)
