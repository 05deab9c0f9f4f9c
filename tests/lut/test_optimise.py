"""Nodes set by least squares: better between the nodes, sound at the ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.lut.build import build_lut
from ledcal.lut.check import is_neutral_monotone
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.lut.optimise import optimise_nodes
from ledcal.values.lut import Lut3d, LutSamples

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

SIZE = 9


def bent(signal: FloatArray) -> FloatArray:
    """Curved, mixing the channels, 0 at black, within 0..1."""
    mixed = 0.8 * signal + 0.1 * np.roll(signal, 1, axis=-1) + 0.1 * np.roll(signal, 2, axis=-1)
    return np.asarray(mixed**1.8)


def samples_of(n: int, *, seed: int = 3, top: float = 1.0) -> LutSamples:
    signal = top * np.random.default_rng(seed).uniform(size=(n, 3))
    return LutSamples(signal, bent(signal), np.repeat(np.eye(3)[None], n, axis=0))


def misses(lut: Lut3d, *, top: float = 1.0) -> FloatArray:
    unseen = samples_of(5000, seed=44, top=top)
    return np.asarray(
        np.linalg.norm(apply_tetrahedral(lut, unseen.signal) - unseen.value, axis=1), np.float64
    )


def test_halves_the_error_between_nodes() -> None:
    plain = build_lut(bent, SIZE)
    moved = optimise_nodes(plain, samples_of(20_000))
    assert np.median(misses(moved)) < 0.6 * np.median(misses(plain))
    assert np.percentile(misses(moved), 95) < 0.7 * np.percentile(misses(plain), 95)


def test_stays_in_range_and_keeps_black() -> None:
    moved = optimise_nodes(build_lut(bent, SIZE), samples_of(20_000))
    assert moved.table.min() >= 0.0
    assert moved.table.max() <= 1.0
    assert moved.table[0, 0, 0].tolist() == [0.0, 0.0, 0.0]
    assert is_neutral_monotone(moved)


def test_a_linear_table_is_left_alone() -> None:
    signal = samples_of(20_000).signal
    slope = np.repeat(np.eye(3)[None], len(signal), axis=0)
    plain = build_lut(lambda s: 0.5 * s, SIZE)
    moved = optimise_nodes(plain, LutSamples(signal, 0.5 * signal, slope))
    assert np.abs(moved.table - plain.table).max() < 1e-12


def test_returns_the_given_table_where_nothing_is_gained() -> None:
    signal = samples_of(3000).signal
    noise = np.random.default_rng(8).normal(0.0, 0.1, signal.shape)
    slope = np.repeat(np.eye(3)[None], len(signal), axis=0)
    plain = build_lut(lambda s: 0.5 * s, SIZE)
    assert optimise_nodes(plain, LutSamples(signal, 0.5 * signal + noise, slope)) is plain


def test_nodes_above_the_brightest_sample_go_on_repeating() -> None:
    top = 0.7  # inside the cell of nodes 5 and 6 of 0..8
    plain = build_lut(lambda s: bent(np.minimum(s, 0.75)), SIZE)
    moved = optimise_nodes(plain, samples_of(20_000, top=top))
    assert moved is not plain
    above = np.minimum(np.arange(SIZE), 6)
    assert np.array_equal(moved.table, moved.table[np.ix_(above, above, above)])


def test_what_is_not_seen_is_not_moved() -> None:
    unseen = samples_of(20_000)
    slope = unseen.slope.copy()
    slope[:, :, 2] = 0.0
    plain = build_lut(bent, SIZE)
    moved = optimise_nodes(plain, LutSamples(unseen.signal, unseen.value, slope))
    assert np.abs(moved.table - plain.table)[..., 2].max() < 1e-12
    assert np.abs(moved.table - plain.table)[..., 0].max() > 1e-4


def test_samples_are_checked() -> None:
    with pytest.raises(ValueError, match="slope"):
        LutSamples(np.zeros((4, 3)), np.zeros((4, 3)), np.zeros((4, 3)))
