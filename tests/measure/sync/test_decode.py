from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.measure.sync.decode import decode_counters
from ledcal.values.sync import code_table

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray


def cells_of(number: FloatArray, share: FloatArray, n_frames: int, bleed: float) -> FloatArray:
    """Light of the 26 cells of counters, black 0.02 and white 0.22."""
    table, at = code_table(n_frames), number.astype(int)
    bits = table.now[at] + share[:, None] * (table.after[at] - table.now[at])
    cells = np.stack([(1 + bits) / 2, (1 - bits) / 2], axis=-1).reshape(len(number), -1)
    padded = np.pad(cells, ((0, 0), (1, 1)))
    cells = (1 - 2 * bleed) * cells + bleed * (padded[:, :-2] + padded[:, 2:])
    return np.asarray(0.02 + 0.2 * cells, np.float64)


def apart(found: FloatArray, true: FloatArray, n_frames: int) -> FloatArray:
    return np.asarray((found - true + n_frames / 2) % n_frames - n_frames / 2, np.float64)


@pytest.mark.parametrize("n_frames", [256, 4096])
@pytest.mark.parametrize("bleed", [0.0, 0.06, 0.12])
def test_every_blend_is_read_through_noise_defocus_and_fall_off(
    n_frames: int, bleed: float
) -> None:
    rng = np.random.default_rng(n_frames + round(100 * bleed))
    number = rng.integers(0, n_frames, 300).astype(float)
    share = rng.uniform(0.0, 1.0, 300)
    cells = cells_of(number, share, n_frames, bleed)
    cells *= 1.0 + 0.3 * np.linspace(-1, 1, 26) * rng.uniform(-1, 1, (300, 1))
    cells += 0.017 * 0.2 * rng.standard_normal(cells.shape)
    position, misfit = decode_counters(cells[:, ::2], cells[:, 1::2], n_frames)
    error = apart(position, number + share, n_frames)
    assert np.abs(error).max() < 0.2
    assert np.sqrt(np.mean(error**2)) < 0.03
    assert misfit.max() < 0.2


def test_clipped_cells_still_say_the_number() -> None:
    number, share = np.arange(256.0), np.full(256, 0.1)
    cells = np.minimum(cells_of(number, share, 256, 0.05), 0.12)
    position, misfit = decode_counters(cells[:, ::2], cells[:, 1::2], 256)
    assert (np.floor(position) == number).all()
    assert misfit.max() < 0.25


def test_noise_and_torn_counters_are_no_numbers() -> None:
    rng = np.random.default_rng(0)
    noise = 0.2 + 0.01 * rng.standard_normal((400, 26))
    _, misfit = decode_counters(noise[:, ::2], noise[:, 1::2], 256)
    assert misfit.min() > 0.25
    # Left of the fifth bit from the end the next frame, right of it this one.
    one = cells_of(np.arange(255.0), np.zeros(255), 256, 0.0)
    other = cells_of(np.arange(1.0, 256.0), np.zeros(255), 256, 0.0)
    torn = np.hstack([other[:, :24], one[:, 24:]])
    _, misfit = decode_counters(torn[:, ::2], torn[:, 1::2], 256)
    assert misfit.min() > 0.25
