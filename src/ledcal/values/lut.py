"""Lookup tables."""

from __future__ import annotations

from dataclasses import dataclass

from ledcal.values.arrays import FloatArray, readonly


@dataclass(frozen=True, slots=True, eq=False)
class Lut3d:
    """A correction sampled on a grid: content code to wall code, domain 0..1.

    Attributes
    ----------
    table : ndarray, shape (n, n, n, 3)
        Indexed ``[r, g, b, channel]``; a file's own order is the exporter's business.
    """

    table: FloatArray

    def __post_init__(self) -> None:
        table = readonly(self.table, shape=(None, None, None, 3), name="table")
        if len({*table.shape[:3]}) != 1 or table.shape[0] < 2:
            message = f"table: expected shape (n, n, n, 3) with n >= 2, got {table.shape}"
            raise ValueError(message)
        object.__setattr__(self, "table", table)

    @property
    def size(self) -> int:
        """Nodes along one edge."""
        return int(self.table.shape[0])
