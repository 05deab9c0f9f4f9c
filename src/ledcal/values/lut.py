"""Lookup tables."""

from __future__ import annotations

from dataclasses import dataclass

from ledcal.values.arrays import BoolArray, FloatArray, readonly


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


@dataclass(frozen=True, slots=True, eq=False)
class LutSamples:
    """Where a table is looked at, what it should give there, and how much a miss is seen.

    Attributes
    ----------
    signal : ndarray, shape (n, 3)
        Content code, 0..1.
    value : ndarray, shape (n, 3)
        Wall code that the table should give.
    slope : ndarray, shape (n, 3, 3)
        ``[sample, component, channel]``: change of the perceived colour per wall code; the length
        of ``slope @ miss`` is a difference in delta E ITP, times the sample's weight.
    """

    signal: FloatArray
    value: FloatArray
    slope: FloatArray

    def __post_init__(self) -> None:
        n = len(self.signal)
        for name, shape in (("signal", (n, 3)), ("value", (n, 3)), ("slope", (n, 3, 3))):
            object.__setattr__(self, name, readonly(getattr(self, name), shape=shape, name=name))

    def __len__(self) -> int:
        return len(self.signal)

    def select(self, chosen: BoolArray) -> LutSamples:
        """Some of the samples."""
        return LutSamples(self.signal[chosen], self.value[chosen], self.slope[chosen])

    def slope_at(self, value: FloatArray) -> FloatArray:  # noqa: ARG002
        """Slope between the samples' own values and others, (n, 3, 3): here the same everywhere.

        A subclass that knows more says what ``value - self.value`` really amounts to.
        """
        return self.slope
