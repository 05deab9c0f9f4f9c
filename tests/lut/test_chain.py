"""Curves, cube, curves: in that order, each as it is."""

from __future__ import annotations

import numpy as np
import pytest

from ledcal.lut._reference import tetrahedral
from ledcal.lut.build import build_lut
from ledcal.lut.chain import apply_chain, apply_curves
from ledcal.values.chain import Chain, Lut1d
from ledcal.values.lut import Lut3d


def random_chain(seed: int = 0) -> Chain:
    rng = np.random.default_rng(seed)
    first = Lut1d(np.sort(rng.uniform(0, 1, (7, 3)), axis=0), 0.8)
    last = Lut1d(np.sort(rng.uniform(0, 1, (9, 3)), axis=0), 0.9)
    return Chain(first, Lut3d(rng.uniform(-0.2, 1.2, (4, 4, 4, 3))), last)


def slow_curve(curves: Lut1d, channel: int, value: float) -> float:
    """One value, by hand."""
    position = min(max(value / curves.top, 0.0), 1.0) * (len(curves) - 1)
    below = min(int(position), len(curves) - 2)
    low, high = curves.table[below, channel], curves.table[below + 1, channel]
    return float(low + (position - below) * (high - low))


def test_the_steps_follow_each_other() -> None:
    chain = random_chain()
    assert chain.last is not None
    for signal in np.random.default_rng(1).uniform(-0.2, 1.2, (200, 3)):
        place = np.array([slow_curve(chain.first, c, signal[c]) for c in range(3)])
        cube = tetrahedral(chain.cube, place)
        wanted = [slow_curve(chain.last, c, cube[c]) for c in range(3)]
        np.testing.assert_allclose(apply_chain(chain, signal), wanted, rtol=0, atol=1e-12)


def test_without_last_curves_the_cube_has_the_last_word() -> None:
    chain = random_chain()
    cube_only = Chain(chain.first, chain.cube, None)
    signal = np.full((2, 5, 3), 0.3)
    assert apply_chain(cube_only, signal).shape == (2, 5, 3)
    assert (signal == 0.3).all()
    assert (
        apply_chain(cube_only, np.ones(3)).tolist()
        == tetrahedral(chain.cube, chain.first.table[-1]).tolist()
    )


def test_identity() -> None:
    straight = Lut1d(np.repeat(np.linspace(0, 1, 5)[:, None], 3, axis=1))
    chain = Chain(straight, build_lut(lambda s: s, 5), straight)
    signal = np.random.default_rng(2).uniform(0, 1, (100, 3))
    np.testing.assert_allclose(apply_chain(chain, signal), signal, rtol=0, atol=1e-12)


@pytest.mark.parametrize("signal", [[0.1, np.nan, 0.2], [np.inf, 0.0, 0.0]])
def test_what_is_no_number_is_refused(signal: list[float]) -> None:
    with pytest.raises(ValueError, match="not finite"):
        apply_curves(random_chain().first, signal)
    with pytest.raises(ValueError, match="not finite"):
        apply_chain(random_chain(), signal)


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected shape \(\.\.\., 3\)"):
        apply_curves(random_chain().first, [0.1, 0.2])
