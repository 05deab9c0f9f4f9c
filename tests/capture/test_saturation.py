"""Clips below the white level are found; bright light, dark frames and renderings are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledcal.capture.read import read_frame
from ledcal.capture.saturation import find_saturation
from tests.capture.odd_dng import make_mosaic, write_odd_dng

if TYPE_CHECKING:
    from pathlib import Path

BLACK, WHITE, FULL_WELL_E = 512.0, 16383.0, 40000.0


def photograph(levels: list[float], *, seed: int, read_noise: float = 2.0) -> Any:
    """Patches of light 0..1 with shot noise, side by side, unclipped, in dn."""
    rng = np.random.default_rng(seed)
    light = np.repeat(np.array(levels), 60)[None, :] * np.ones((120, 1))
    electrons = rng.poisson(light * FULL_WELL_E)
    dn = BLACK + electrons / FULL_WELL_E * (WHITE - BLACK)
    return np.round(dn + rng.normal(0.0, read_noise, dn.shape))


@given(
    top=st.floats(0.31, 0.97),
    others=st.lists(st.floats(0.0, 0.9), min_size=1, max_size=6),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=40, deadline=None)
def test_bright_light_that_is_not_clipped_stays_so(
    top: float, others: list[float], seed: int
) -> None:
    dn = np.clip(photograph([top, *others], seed=seed), 0, WHITE).astype(np.uint16)
    assert find_saturation(dn, BLACK, WHITE) == WHITE


@given(clip=st.floats(0.4, 0.95), over=st.floats(1.05, 1.6), seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_a_clip_below_the_white_level_is_found(clip: float, over: float, seed: int) -> None:
    level = round(BLACK + clip * (WHITE - BLACK))
    dn = photograph([0.02, 0.2 * clip, 0.5 * clip, over * clip], seed=seed)
    spread = np.random.default_rng(seed).integers(0, 3, dn.shape)  # clips are not quite one value
    clipped = np.where(dn >= level, level - spread, dn).clip(0).astype(np.uint16)
    found = find_saturation(clipped, BLACK, WHITE)
    assert level - 40 <= found <= level - 2


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_renderings_without_noise_are_left_alone(noise: float) -> None:
    steps = np.repeat(np.linspace(600, 9000, 8), 40)[None, :] * np.ones((100, 1))
    steps = steps + np.random.default_rng(1).normal(0.0, noise, steps.shape)
    assert find_saturation(np.round(steps).astype(np.uint16), BLACK, WHITE) == WHITE


def test_a_dark_frame_is_not_searched() -> None:
    dn = np.minimum(photograph([0.01, 0.05, 0.2], seed=1), 2000).astype(np.uint16)
    assert find_saturation(dn, BLACK, WHITE) == WHITE


def test_the_frame_says_that_it_clips_early(tmp_path: Path) -> None:
    mosaic = np.minimum(make_mosaic((128, 192)), 9000).astype(np.uint16)
    frame = read_frame(write_odd_dng(tmp_path / "a.dng", mosaic))
    assert {plane.white for plane in frame.planes} == {16383.0}
    assert all(8970 < plane.saturation <= 8990 for plane in frame.planes)
    assert frame.notes[0].startswith("R, G1, G2, B clip from 89")
    unclipped = read_frame(write_odd_dng(tmp_path / "b.dng", make_mosaic((128, 192))))
    assert {plane.saturation for plane in unclipped.planes} == {16383.0}
