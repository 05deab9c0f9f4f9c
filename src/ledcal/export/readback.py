"""A written file, read by OpenColorIO and compared with what its table should do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ledcal.errors import ExportError
from ledcal.export._ocio import apply_file
from ledcal.values.chain import Chain
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ledcal.values.arrays import FloatArray

    Table: TypeAlias = Lut3d | Chain
    # Table and code (n, 3) to code (n, 3); the kind of table is that of the format.
    Evaluation: TypeAlias = Callable[[Any, FloatArray], FloatArray]

# Largest difference in code between the file in OpenColorIO and our own evaluation.
READ_BACK_LIMIT = 1e-6
# OpenColorIO computes in float32: what it rounds a value of 0..1 by, twice.
_ROUNDING = 2.0**-23


def require_same(path: Path, table: Table, evaluate: Evaluation, *, name: Path) -> None:
    """Read a file through OpenColorIO and compare it with our evaluation of the table.

    Raises
    ------
    ExportError
        If they differ by more than `READ_BACK_LIMIT` anywhere; of a chain, by more than that and
        what its steps make of the rounding of float32.
    """
    signal = read_back_colours()
    got = apply_file(path, signal)
    low, high = _bounds(table, evaluate, signal)
    outside = np.maximum(np.maximum(low - got, got - high), 0.0)
    worst = int(np.argmax(outside.max(axis=-1)))
    if not float(outside[worst].max()) <= READ_BACK_LIMIT:
        found = float(np.abs(got - evaluate(table, signal))[worst].max())
        raise ExportError(
            f"{name}: read back through OpenColorIO it differs by {found:.2g} in code from the "
            f"table, limit {READ_BACK_LIMIT:g}, at code {signal[worst].tolist()}; the file was "
            f"not kept; please report it"
        )


def _bounds(
    table: Table, evaluate: Evaluation, signal: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What OpenColorIO may make of a table in float32, `READ_BACK_LIMIT` aside.

    The colours of the read-back have places in a plain cube that float32 holds. In a chain the
    place is rounded, then what leaves the cube, and the last curves may be steep there.
    """
    if not isinstance(table, Chain):
        ours = evaluate(table, signal)
        return ours, ours
    nodes = table.cube.table
    steepest = max(float(np.abs(np.diff(nodes, axis=axis)).max()) for axis in range(3))
    slack = _ROUNDING * (1.0 + (table.size - 1) * steepest)
    low, high = (
        evaluate(replace(table, cube=Lut3d(nodes + shift)), signal) for shift in (-slack, slack)
    )
    return low, high


def read_back_colours() -> FloatArray:
    """Give the colours of the read-back: greys, edges of the cube, and many inside, (n, 3).

    All are multiples of 1/4096, which float32 holds exactly together with their place in a cell
    of 17, 33 and 65 nodes; what is left is the rounding of the values themselves.
    """
    steps = np.arange(4097) / 4096
    grey = np.repeat(steps[:, None], 3, axis=1)
    axis = np.arange(0, 4097, 256) / 4096
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = np.random.default_rng(2136).integers(0, 4097, (20000, 3)) / 4096
    face = inside[:6000].copy()
    face[np.arange(6000), np.arange(6000) % 3] = (np.arange(6000) // 3) % 2
    outside = np.array([[-0.25, 0.5, 1.25], [1.5, -1.0, 0.25], [2.0, 2.0, 2.0], [-1.0, -1.0, -1.0]])
    return np.concatenate([grey, grid, inside, face, outside])
