"""What a player does to code that it should have left alone, by numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledcal.simulate.player import play
from ledcal.simulate.virtual_wall import VirtualWall

CODES = np.random.default_rng(5).uniform(0.0, 1.0, (200, 3))
GREYS = np.linspace(0.0, 1.0, 101)[:, None] * np.ones(3)


def test_a_sound_player_changes_nothing() -> None:
    np.testing.assert_array_equal(play(VirtualWall(), CODES), CODES)


def test_legal_range_is_64_to_940_of_1023() -> None:
    wall = VirtualWall(signal_range="legal")
    shown = play(wall, np.array([[0.0, 0.5, 1.0]]))
    np.testing.assert_allclose(1023.0 * shown, [[64.0, 502.0, 940.0]])


def test_full_range_taken_for_legal_is_stretched_and_cut() -> None:
    wall = VirtualWall(signal_range="expanded")
    code = np.array([[0.0, 63.0, 64.0], [502.0, 940.0, 1023.0]]) / 1023.0
    wanted = np.array([[0.0, 0.0, 0.0], [0.5, 1.0, 1.0]])
    np.testing.assert_allclose(play(wall, code), wanted, atol=1e-12)


def test_the_one_undoes_the_other() -> None:
    squeezed = play(VirtualWall(signal_range="legal"), CODES)
    np.testing.assert_allclose(play(VirtualWall(signal_range="expanded"), squeezed), CODES)


@pytest.mark.parametrize("contrast", [0.3, 1.0])
def test_an_s_curve_keeps_ends_and_middle_and_is_steep_between(contrast: float) -> None:
    curved = play(VirtualWall(contrast=contrast), GREYS)[:, 0]
    code = GREYS[:, 0]
    np.testing.assert_allclose(curved[[0, 50, 100]], [0.0, 0.5, 1.0], atol=1e-12)
    assert (curved[1:50] < code[1:50]).all()
    assert (curved[51:100] > code[51:100]).all()
    assert (np.diff(curved) > 0).all()
    # At a quarter, 3/16 less 2/64 is 5/32: that much of the way there.
    assert curved[25] == pytest.approx(0.25 + contrast * (5 / 32 - 0.25))


@pytest.mark.parametrize("vividness", [0.0, 0.5, 1.3])
def test_vividness_scales_the_distance_from_grey(vividness: float) -> None:
    wall = VirtualWall(vividness=vividness)
    np.testing.assert_allclose(play(wall, GREYS), GREYS, atol=1e-12)
    code = np.array([[0.5, 0.4, 0.3]])
    luma = 0.2126 * 0.5 + 0.7152 * 0.4 + 0.0722 * 0.3
    np.testing.assert_allclose(play(wall, code) - luma, vividness * (code - luma))


@given(
    vividness=st.floats(0.0, 2.0),
    contrast=st.floats(0.0, 1.0),
    signal_range=st.sampled_from(["full", "legal", "expanded"]),
)
def test_code_stays_code(vividness: float, contrast: float, signal_range: str) -> None:
    wall = VirtualWall(vividness=vividness, contrast=contrast, signal_range=signal_range)
    shown = play(wall, CODES)
    assert shown.min() >= -1e-9
    assert shown.max() <= 1.0 + 1e-9
    assert shown.shape == CODES.shape
