"""What is no line is left alone: nothing runs away to zero frequency, where any amplitude fits."""

from __future__ import annotations

import numpy as np

from ledcal.moire.lines import find_lines
from ledcal.moire.patch import cut_patch
from ledcal.moire.sinusoid import EVEN, Wave, grid_of, is_sound, refine
from ledcal.simulate.fringes import FlatPatch, flat_frame


def test_a_patch_that_once_ran_away_shows_nothing() -> None:
    patch = cut_patch([flat_frame(FlatPatch(seed=1152299, vignetting=0.35))])
    found = find_lines(patch, false_alarm=0.1).found
    assert [line for line in found if line.unevenness <= 0.1] == []
    assert all(line.strength < 0.01 for line in found)


def test_no_light_and_no_waves_are_no_line() -> None:
    patch = cut_patch([flat_frame(FlatPatch(width=128, height=128))])
    grid = grid_of(patch)
    nothing = np.zeros_like(patch.values)
    wave = refine(nothing, grid, np.array([0.1, 0.05]), np.full(4, 0.01))
    assert np.isfinite(wave.frequency).all()
    np.testing.assert_allclose(wave.amplitude, 0.0, atol=1e-12)

    def sound(frequency: list[float], size: float, bend: float = 0.0) -> bool:
        bends = np.array([bend, 0.0, 0.0])
        amplitude = np.full(4, size, np.complex128)
        tested = Wave(np.array(frequency), amplitude, np.zeros(2), np.full(4, 1e-3), bends)
        return is_sound(tested, grid, 4.0)

    assert sound([0.1, 0.0], 0.3)
    assert not sound([0.01, 0.0], 0.3), "one wave across the patch"
    assert not sound([0.1, 0.0], 9.0), "more than the light there is"
    assert sound([0.0, 0.0], 0.3, bend=1.5), "still in the middle, and waves at the edges"
    assert not EVEN.any()
