from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledcal.lut._reference import tetrahedral, trilinear
from ledcal.lut.build import build_lut
from ledcal.lut.interpolate import apply_tetrahedral, apply_trilinear
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import FloatArray

PAIRS = [(apply_trilinear, trilinear), (apply_tetrahedral, tetrahedral)]


def random_lut(size: int, seed: int) -> Lut3d:
    return Lut3d(np.random.default_rng(seed).uniform(-0.2, 1.2, (size, size, size, 3)))


@pytest.mark.parametrize(("fast", "slow"), PAIRS)
@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(2, 6),
    seed=st.integers(0, 1000),
    signal=st.tuples(*[st.one_of(st.floats(-0.2, 1.2), st.sampled_from([0, 0.25, 0.5, 1]))] * 3),
)
def test_fast_equals_slow(
    fast: Callable[..., FloatArray],
    slow: Callable[..., FloatArray],
    size: int,
    seed: int,
    signal: tuple[float, float, float],
) -> None:
    lut = random_lut(size, seed)
    point = np.array(signal, dtype=np.float64)
    np.testing.assert_allclose(fast(lut, point), slow(lut, point), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("apply", "name"), [(apply_trilinear, "LINEAR"), (apply_tetrahedral, "T")])
def test_same_as_ocio(apply: Callable[..., FloatArray], name: str) -> None:
    ocio: Any = pytest.importorskip("PyOpenColorIO")
    lut = random_lut(5, 3)
    transform = ocio.Lut3DTransform(5)
    transform.setInterpolation(ocio.INTERP_LINEAR if name == "LINEAR" else ocio.INTERP_TETRAHEDRAL)
    for index in np.ndindex(5, 5, 5):
        transform.setValue(*index, *lut.table[index])
    config = ocio.Config.CreateRaw()
    processor = config.getProcessor(transform).getDefaultCPUProcessor()
    signal = np.random.default_rng(0).uniform(0, 1, (500, 3)).astype(np.float32)
    theirs = np.array([processor.applyRGB(row.tolist()) for row in signal])
    # float32 throughout in OpenColorIO, whose CPU path may take reciprocal estimates.
    np.testing.assert_allclose(apply(lut, signal), theirs, rtol=0, atol=3e-6)


@pytest.mark.parametrize("apply", [apply_trilinear, apply_tetrahedral])
def test_nodes_are_kept_and_input_is_not_changed(apply: Callable[..., FloatArray]) -> None:
    lut = random_lut(4, 1)
    signal = np.array([[[1 / 3, 2 / 3, 1.0]], [[0.0, 1 / 3, 0.0]]])
    before = signal.copy()
    out = apply(lut, signal)
    assert out.shape == (2, 1, 3)
    np.testing.assert_allclose(out[0, 0], lut.table[1, 2, 3], rtol=0, atol=1e-12)
    np.testing.assert_allclose(out[1, 0], lut.table[0, 1, 0], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(signal, before)


def test_grey_depends_on_grey_nodes_only() -> None:
    lut = build_lut(lambda s: s**2, 5)
    table = lut.table.copy()
    table[0, 2, 4] += 0.5
    table[1, 2, 2] += 0.5
    changed = Lut3d(table)
    grey = np.repeat(np.linspace(0, 1, 41)[:, None], 3, axis=1)
    np.testing.assert_array_equal(apply_tetrahedral(changed, grey), apply_tetrahedral(lut, grey))


@pytest.mark.parametrize("apply", [apply_trilinear, apply_tetrahedral])
def test_bad_signal_is_refused(apply: Callable[..., FloatArray]) -> None:
    lut = random_lut(3, 0)
    with pytest.raises(ValueError, match="not finite"):
        apply(lut, [0.1, np.nan, 0.2])
    with pytest.raises(ValueError, match=r"expected shape \(\.\.\., 3\)"):
        apply(lut, [0.1, 0.2])
