from __future__ import annotations

import numpy as np
import pytest

from ledcal.lut.build import build_lut, grid


@pytest.mark.parametrize("size", [2, 17, 33, 129])
def test_nodes_hold_the_function_on_their_own_axes(size: int) -> None:
    lut = build_lut(lambda s: s * [0.9, 0.5, 0.25] + [0.0, 0.1, 0.2], size)
    last = size - 1
    np.testing.assert_allclose(lut.table[last, 0, 0], [0.9, 0.1, 0.2], rtol=0, atol=1e-15)
    np.testing.assert_allclose(lut.table[0, last, 0], [0.0, 0.6, 0.2], rtol=0, atol=1e-15)
    np.testing.assert_allclose(lut.table[0, 0, last], [0.0, 0.1, 0.45], rtol=0, atol=1e-15)
    assert lut.size == size


@pytest.mark.parametrize("size", [-1, 0, 1, 130])
def test_a_size_that_hosts_refuse_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=rf"size: {size} is outside 2\.\.129"):
        build_lut(lambda s: s, size)


def test_a_function_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected shape \(8, 3\), got \(8, 2\)"):
        build_lut(lambda s: s[:, :2], 2)


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        build_lut(lambda s: np.where(s > 0.5, np.nan, s), 3)


def test_grid_counts_blue_fastest() -> None:
    assert grid(3)[1].tolist() == [0.0, 0.0, 0.5]
    assert grid(3)[9].tolist() == [0.5, 0.0, 0.0]
