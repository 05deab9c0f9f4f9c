"""Frames that show two frames of the pattern: found at every share, and never where there is one.

Strips are made by hand: the light of 48 pairs of cells as a lens and a room leave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledcal.measure.mixture import find_mixtures
from ledcal.measure.samples import FrameSamples
from ledcal.measure.strip import Identity
from ledcal.pattern import build_pattern
from ledcal.values.frame import Exposure
from ledcal.values.marks import PAYLOAD_BITS, build_marks_layout, decode_payload, encode_payload
from tests.measure.camera import make_wall

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.evidence import Mixture
    from ledcal.values.pattern import Pattern

N_FRAMES = 12
SIZES = {"landscape": (960, 540), "portrait": (540, 960), "wide": (1920, 540)}


@cache
def pattern_of(size: str) -> Pattern:
    return build_pattern("quick", "single", make_wall(*SIZES[size]))


@dataclass(frozen=True)
class Room:
    """What stands between strip and number."""

    noise: float = 0.01
    vignetting: float = 0.4
    glare: float = 0.05
    spread: float = 0.03
    exposure: float = 0.2
    seed: int = 0

    def contrast(self, pattern: Pattern, cells: FloatArray, seed: int) -> FloatArray:
        """Contrast of pairs of cells, of shape (48, 2), whose light is 0..1."""
        layout = build_marks_layout(pattern.width_px, pattern.height_px)
        boxes = np.array([[(c.x, c.y, c.width, c.height) for c in pair] for pair in layout.cells])
        middle = boxes[..., :2] + boxes[..., 2:] / 2.0
        size = np.array([pattern.width_px, pattern.height_px])
        r2 = (((middle - size / 2) / (np.hypot(*size) / 2)) ** 2).sum(axis=-1)
        cabinets = np.random.default_rng(self.seed).normal(1.0, self.spread, cells.shape)
        light = cells * cabinets * (1.0 - self.vignetting * r2)
        # What scatters from the frame's own patches runs across the strip.
        across = middle[..., 1] / size[1]
        light = light + self.glare * (0.5 + across) * np.random.default_rng(seed).uniform(0, 1)
        noise = np.random.default_rng([self.seed, seed, 1]).normal(0.0, self.noise, cells.shape)
        light = self.exposure * (light + noise)
        return np.asarray(light[:, 0] - light[:, 1])


def cells_of(pattern: Pattern, index: int) -> FloatArray:
    bits = encode_payload(index, pattern.pattern_id)
    return np.stack([bits, ~bits], axis=1).astype(float)


def sample(pattern: Pattern, name: str, contrast: FloatArray) -> FrameSamples:
    """A frame with what its strip would be read as."""
    payload = decode_payload(contrast > 0)
    identity = None if payload is None else Identity(payload[0], payload[1], 1.0, 1.0)
    if identity is not None and identity.pattern_id != pattern.pattern_id:
        identity = None
    return FrameSamples(
        name=name, identity=identity, columns=None, view=None, blur_px=0.0, brightest=0.5,
        clipped=0.0, outside=0.0, contrast=contrast, tiles=None, ripples=(), space="camera",
        exposure=Exposure(), colour=None, camera_model="",
    )  # fmt: skip


def clean_take(pattern: Pattern, room: Room) -> list[FrameSamples]:
    return [
        sample(pattern, f"{i:04d}.dng", room.contrast(pattern, cells_of(pattern, i), i))
        for i in range(N_FRAMES)
    ]


def found(pattern: Pattern, room: Room, cells: FloatArray) -> tuple[Mixture, ...]:
    """What is found in a take with one more frame, that shows these cells."""
    odd = sample(pattern, "odd.dng", room.contrast(pattern, cells, 99))
    return find_mixtures(pattern, [*clean_take(pattern, room), odd])


def blended(pattern: Pattern, before: int, share: float) -> FloatArray:
    """`share` of the light is that of the frame after `before`."""
    return (1.0 - share) * cells_of(pattern, before) + share * cells_of(pattern, before + 1)


def torn(pattern: Pattern, before: int, share: float, *, axis: int) -> FloatArray:
    """The frame after `before` has come to `share` of the wall, from its top or left."""
    layout = build_marks_layout(pattern.width_px, pattern.height_px)
    cells, after = cells_of(pattern, before), cells_of(pattern, before + 1)
    limit = share * (pattern.height_px if axis else pattern.width_px)
    for row, pair in enumerate(layout.cells):
        for column, cell in enumerate(pair):
            start, length = (cell.y, cell.height) if axis else (cell.x, cell.width)
            part = float(np.clip((limit - start) / length, 0.0, 1.0))
            cells[row, column] = part * after[row, column] + (1.0 - part) * cells[row, column]
    return cells


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("percent", range(4, 51, 2))
def test_blends_are_found_with_their_share(size: str, percent: int) -> None:
    pattern, share = pattern_of(size), percent / 100
    for before in range(0, N_FRAMES - 1, 3):
        (mixture,) = found(pattern, Room(), blended(pattern, before, share))
        assert mixture.name == "odd.dng"
        assert not mixture.is_torn
        assert mixture.share == pytest.approx(share, abs=0.02)
        pair = {mixture.number, mixture.other}
        assert pair == {before, before + 1}
        if percent < 49:
            assert (mixture.number, mixture.other) == (before, before + 1)


@pytest.mark.parametrize("percent", [60, 75, 90, 95])
def test_the_larger_part_comes_first(percent: int) -> None:
    pattern = pattern_of("landscape")
    (mixture,) = found(pattern, Room(), blended(pattern, 4, percent / 100))
    assert (mixture.number, mixture.other) == (5, 4)
    assert mixture.share == pytest.approx(1.0 - percent / 100, abs=0.02)


@pytest.mark.parametrize("percent", [3.5, 4.0, 5.0])
def test_a_small_part_is_found_where_noise_lets_it(percent: float) -> None:
    pattern, quiet = pattern_of("landscape"), Room(noise=0.003, glare=0.0, spread=0.01)
    (mixture,) = found(pattern, quiet, blended(pattern, 6, percent / 100))
    assert mixture.share == pytest.approx(percent / 100, abs=0.005)


def test_a_part_below_three_percent_is_let_pass() -> None:
    pattern, quiet = pattern_of("landscape"), Room(noise=0.003, glare=0.0, spread=0.01)
    assert found(pattern, quiet, blended(pattern, 6, 0.02)) == ()


@given(
    noise=st.floats(0.0, 0.05),
    vignetting=st.floats(0.0, 0.8),
    glare=st.floats(0.0, 0.3),
    spread=st.floats(0.0, 0.1),
    exposure=st.floats(0.01, 1.0),
    seed=st.integers(0, 10_000),
    size=st.sampled_from(sorted(SIZES)),
)
def test_clean_frames_are_never_mixtures(
    noise: float,
    vignetting: float,
    glare: float,
    spread: float,
    exposure: float,
    seed: int,
    size: str,
) -> None:
    pattern = pattern_of(size)
    room = Room(noise, vignetting, glare, spread, exposure, seed)
    assert find_mixtures(pattern, clean_take(pattern, room)) == ()


@given(
    share=st.floats(0.05, 0.95),
    before=st.integers(0, N_FRAMES - 2),
    vignetting=st.floats(0.0, 0.6),
    glare=st.floats(0.0, 0.1),
    seed=st.integers(0, 10_000),
    size=st.sampled_from(sorted(SIZES)),
)
def test_a_blend_is_found_and_nothing_else_is(
    share: float, before: int, vignetting: float, glare: float, seed: int, size: str
) -> None:
    pattern = pattern_of(size)
    room = Room(vignetting=vignetting, glare=glare, seed=seed)
    (mixture,) = found(pattern, room, blended(pattern, before, share))
    assert mixture.name == "odd.dng"
    assert {mixture.number, mixture.other} == {before, before + 1}
    assert mixture.share == pytest.approx(min(share, 1.0 - share), abs=0.04)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("share", [0.2, 0.35, 0.5, 0.7, 0.8])
def test_tears_between_the_bands_are_found(size: str, share: float) -> None:
    """One band shows one frame, the other the next: nothing says where between them it tears."""
    pattern = pattern_of(size)
    for before in range(0, N_FRAMES - 1, 3):
        cells = torn(pattern, before, share, axis=0 if size == "portrait" else 1)
        (mixture,) = found(pattern, Room(), cells)
        assert mixture.is_torn
        assert {mixture.number, mixture.other} == {before, before + 1}
        assert mixture.share == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("share", [0.5, 0.54, 0.58, 0.62, 0.66, 0.7])
def test_tears_across_the_bands_say_how_much_of_the_wall_is_late(size: str, share: float) -> None:
    pattern = pattern_of(size)
    (mixture,) = found(
        pattern, Room(), torn(pattern, 5, share, axis=1 if size == "portrait" else 0)
    )
    assert mixture.is_torn
    assert {mixture.number, mixture.other} == {5, 6}
    assert mixture.share == pytest.approx(min(share, 1.0 - share), abs=0.05)
    if share >= 0.58:
        assert (mixture.number, mixture.other) == (6, 5)


def test_a_tear_before_the_first_bit_that_differs_cannot_be_seen() -> None:
    """Frame numbers differ in their last bits, which stand in the right half of a band."""
    pattern = pattern_of("landscape")
    assert found(pattern, Room(), torn(pattern, 5, 0.3, axis=0)) == ()


def test_strips_that_are_neither_are_none() -> None:
    """Noise, a frame of another pattern, and a frame that jumps by two."""
    pattern = pattern_of("landscape")
    rng = np.random.default_rng(3)
    for _ in range(40):
        bits = rng.integers(0, 2, PAYLOAD_BITS)
        assert found(pattern, Room(), np.stack([bits, 1 - bits], axis=1).astype(float)) == ()
    for _ in range(10):
        assert found(pattern, Room(), rng.uniform(0, 1, (PAYLOAD_BITS, 2))) == ()
    dark = np.zeros((PAYLOAD_BITS, 2))
    assert found(pattern, Room(), dark) == ()


def test_a_strip_that_is_partly_outside_is_none() -> None:
    pattern = pattern_of("landscape")
    contrast = Room().contrast(pattern, blended(pattern, 3, 0.4), 99)
    contrast[3] = np.nan
    odd = sample(pattern, "odd.dng", contrast)
    assert find_mixtures(pattern, [*clean_take(pattern, Room()), odd]) == ()


def test_two_frames_do_not_say_what_full_contrast_is() -> None:
    pattern = pattern_of("landscape")
    one = clean_take(pattern, Room())[:1]
    odd = sample(pattern, "odd.dng", Room().contrast(pattern, blended(pattern, 3, 0.4), 99))
    assert find_mixtures(pattern, [*one, odd]) == ()


def test_a_take_of_which_every_fourth_is_blended_is_sorted() -> None:
    pattern, room = pattern_of("landscape"), Room()
    frames = clean_take(pattern, room)
    wrong = range(3, N_FRAMES, 4)
    for i in wrong:
        contrast = room.contrast(pattern, blended(pattern, i - 1, 0.7), i)
        frames[i] = sample(pattern, frames[i].name, contrast)
    mixtures = find_mixtures(pattern, frames)
    assert [m.name for m in mixtures] == [f"{i:04d}.dng" for i in wrong]
    assert [(m.number, m.other) for m in mixtures] == [(i, i - 1) for i in wrong]
