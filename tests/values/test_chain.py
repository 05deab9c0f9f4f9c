from __future__ import annotations

import numpy as np
import pytest

from ledcal.values.chain import Chain, Lut1d
from ledcal.values.lut import Lut3d

STRAIGHT = Lut1d.straight(1.0)
CUBE = Lut3d(np.zeros((3, 3, 3, 3)))


def test_a_table_is_copied_and_closed() -> None:
    mine = np.zeros((4, 3))
    curves = Lut1d(mine)
    mine[0] = 9.0
    assert curves.table[0].tolist() == [0.0, 0.0, 0.0]
    assert len(curves) == 4
    with pytest.raises(ValueError, match="read-only"):
        curves.table[0] = 1.0


@pytest.mark.parametrize(
    ("table", "top", "says"),
    [
        (np.zeros((1, 3)), 1.0, "two or more places, got 1"),
        (np.zeros((4, 2)), 1.0, r"expected shape \(n, 3\)"),
        (np.full((4, 3), np.nan), 1.0, "not finite"),
        (np.zeros((4, 3)), 0.0, "top: 0.0 is not positive"),
        (np.zeros((4, 3)), np.nan, "top: nan is not positive"),
    ],
)
def test_bad_curves_are_refused(table: np.ndarray, top: float, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Lut1d(table, top)


def test_last_curves_do_not_fall() -> None:
    falling = np.array([[0.0, 0.0, 0.0], [1.0, 0.5, 1.0], [1.0, 0.4, 1.0]])
    with pytest.raises(ValueError, match="a curve falls"):
        Chain(STRAIGHT, CUBE, Lut1d(falling))
    assert Chain(Lut1d(falling), CUBE, None).size == 3


@pytest.mark.parametrize(
    "table",
    [
        [[0.0, 0.0, 0.0], [1.0, 1.0, 0.9]],
        [[0.0, 0.0, 0.1], [1.0, 1.0, 1.0]],
        [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [1.0, 1.0, 1.0]],
    ],
)
def test_only_one_line_from_zero_is_straight(table: list[list[float]]) -> None:
    assert STRAIGHT.is_straight
    assert not Lut1d(np.array(table)).is_straight
