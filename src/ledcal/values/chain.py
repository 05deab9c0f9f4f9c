"""Curves, and the correction in steps: curves, a cube, curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.arrays import FloatArray, readonly

if TYPE_CHECKING:
    from ledcal.values.lut import Lut3d


@dataclass(frozen=True, slots=True, eq=False)
class Lut1d:
    """Three curves, one a channel: linear between equidistant places, held outside of them.

    Attributes
    ----------
    table : ndarray, shape (n, 3)
        What comes out at n places from 0 to `top`; n is 2 or more.
    top : float
        The highest place.
    """

    table: FloatArray
    top: float = 1.0

    def __post_init__(self) -> None:
        table = readonly(self.table, shape=(None, 3), name="table")
        if len(table) < 2:
            message = f"table: expected two or more places, got {len(table)}"
            raise ValueError(message)
        if not (np.isfinite(self.top) and self.top > 0.0):
            message = f"top: {self.top} is not positive"
            raise ValueError(message)
        object.__setattr__(self, "table", table)

    @classmethod
    def straight(cls, end: float, *, top: float = 1.0) -> Lut1d:
        """From 0 at 0 to `end` at `top`, the same in each channel.

        Examples
        --------
        >>> Lut1d.straight(0.5, top=2.0).is_straight
        True
        """
        return cls(np.array([[0.0] * 3, [end] * 3]), top)

    @property
    def is_straight(self) -> bool:
        """Whether it is one line from 0, the same in each channel: a scale that holds."""
        low, high = self.table[0], self.table[-1]
        return len(self.table) == 2 and not low.any() and bool((high == high[0]).all())

    def __len__(self) -> int:
        return len(self.table)


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """A correction in steps: content code to wall code.

    Attributes
    ----------
    first : Lut1d
        Content code to the place in the cube, 0..1.
    cube : Lut3d
        Tetrahedral. To the place on the last curves; to wall code where there are none.
    last : Lut1d or None
        To wall code. Never falling.
    """

    first: Lut1d
    cube: Lut3d
    last: Lut1d | None

    def __post_init__(self) -> None:
        if self.last is not None and (np.diff(self.last.table, axis=0) < 0.0).any():
            message = "last: a curve falls"
            raise ValueError(message)

    @property
    def size(self) -> int:
        """Nodes along one edge of the cube."""
        return self.cube.size
