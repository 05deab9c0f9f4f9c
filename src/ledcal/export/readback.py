"""A written file, read by other programs and compared with what its table should do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ledcal.errors import ExportError
from ledcal.export._ocio import apply_file, opencolorio_name
from ledcal.files.lut_filter import decode_picture, ffmpeg_name, filter_cube, filter_hald
from ledcal.values.chain import Chain
from ledcal.values.export import Proof
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ledcal.values.arrays import FloatArray

    Table: TypeAlias = Lut3d | Chain
    # Table and code (n, 3) to code (n, 3); the kind of table is that of the format. A Lut3d is
    # asked for trilinear too: ``evaluate(table, code, interpolation="trilinear")``.
    Evaluation: TypeAlias = Callable[..., FloatArray]

# Largest difference in code between the file in another program and our own evaluation.
READ_BACK_LIMIT = 1e-6
# Other programs compute in float32: what it rounds a value of 0..1 by, twice.
_ROUNDING = 2.0**-23
_ODD = (np.nan, -np.inf, np.inf, -1e30, 1e30, -0.25, 1.5, -0.0, -1e-8, 1e-45, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Reader:
    """Another program that applies a file.

    Attributes
    ----------
    name : callable
        What it is called, with its version.
    apply : callable
        Path, code (n, 3) and ``interpolation`` to code (n, 3).
    takes_nan : bool
        Whether it can be shown NaN.
    rounding : float
        What the kind of file rounds a code by.
    """

    name: Callable[[], str]
    apply: Callable[..., FloatArray]
    takes_nan: bool = True
    rounding: float = 0.0


OPENCOLORIO = Reader(opencolorio_name, apply_file)
FFMPEG_CUBE = Reader(lambda: f"{ffmpeg_name()} lut3d", filter_cube, takes_nan=False)
FFMPEG_HALD = Reader(
    lambda: f"{ffmpeg_name()} haldclut", filter_hald, takes_nan=False, rounding=0.5 / 65535.0
)


def require_same(
    path: Path,
    table: Table,
    evaluate: Evaluation,
    *,
    name: Path,
    reader: Reader = OPENCOLORIO,
    interpolation: str = "tetrahedral",
) -> Proof:
    """Send colours through a file by another program, and compare with our evaluation of it.

    Parameters
    ----------
    path : Path
        The file.
    table : Lut3d or Chain
        What it should hold.
    evaluate : callable
        Our own: table and code to code; with ``interpolation="trilinear"`` where that is asked.
    name : Path
        What messages call the file.
    reader : Reader
        The other program.
    interpolation : str
        ``tetrahedral`` or ``trilinear``.

    Returns
    -------
    Proof
        How well they agree.

    Raises
    ------
    ExportError
        If they differ by more than `READ_BACK_LIMIT` (and the rounding of the kind of file)
        anywhere; of a chain, by more than that and what its steps make of the rounding of
        float32. If a colour that is no colour (NaN, infinite, out of range) gives something else
        than a code of the table.
    """
    signal = read_back_colours()
    limit = READ_BACK_LIMIT + reader.rounding
    words = {} if interpolation == "tetrahedral" else {"interpolation": interpolation}
    odd = odd_colours(with_nan=reader.takes_nan)
    # At once: most of the time goes into reading the file.
    both = reader.apply(path, np.concatenate([signal, odd]), interpolation=interpolation)
    low, high = _bounds(table, evaluate, signal, words)
    worst = _require_within(both[: len(signal)], low, high, signal, limit, name, reader)
    _require_codes(both[len(signal) :], table, odd, name, reader)
    return Proof(reader.name(), interpolation, worst, limit, len(signal))


def require_nodes(path: Path, pixels: FloatArray, *, name: Path, rounding: float) -> Proof:
    """Decode a picture by another program, and compare every pixel.

    Parameters
    ----------
    path : Path
        The picture.
    pixels : ndarray, shape (height, width, 3)
        What it should hold.
    name : Path
        What messages call it.
    rounding : float
        What the kind of file rounds a code by.

    Returns
    -------
    Proof
        How well they agree.

    Raises
    ------
    ExportError
        If a pixel differs by more than `rounding` and `READ_BACK_LIMIT`.
    """
    found = decode_picture(path)
    reader, limit = ffmpeg_name(), READ_BACK_LIMIT + rounding
    if found.shape != pixels.shape:
        raise ExportError(
            f"{name}: {reader} reads {found.shape[1]} x {found.shape[0]} px instead of "
            f"{pixels.shape[1]} x {pixels.shape[0]}; the file was not kept; please report it"
        )
    away = np.abs(found - pixels).max(axis=-1)
    if not float(away.max()) <= limit:
        row, column = np.unravel_index(int(np.argmax(away)), away.shape)
        raise ExportError(
            f"{name}: {reader} reads a code that is off by {away.max():.2g}, limit {limit:.2g}, "
            f"at pixel {column}, {row}; the file was not kept; please report it"
        )
    return Proof(reader, "nodes", float(away.max()), limit, away.size)


def _require_within(
    got: FloatArray,
    low: FloatArray,
    high: FloatArray,
    signal: FloatArray,
    limit: float,
    name: Path,
    reader: Reader,
) -> float:
    """The largest difference to the middle of two bounds; refuse what lies outside of them."""
    outside = np.maximum(np.maximum(low - got, got - high), 0.0).max(axis=-1)
    # NaN is the worst of all: argmax finds the first one.
    worst = int(np.argmax(outside))
    if not float(outside[worst]) <= limit:
        found = float(np.abs(got - 0.5 * (low + high))[worst].max())
        raise ExportError(
            f"{name}: read back through {reader.name()} it differs by {found:.2g} in code from "
            f"the table, limit {limit:.2g}, at code {signal[worst].tolist()}; the file was not "
            "kept; please report it"
        )
    return float(outside[worst])


def _require_codes(
    got: FloatArray, table: Table, odd: FloatArray, name: Path, reader: Reader
) -> None:
    """Refuse a file from which odd colours come out as something that the table never gives."""
    cube = table if isinstance(table, Lut3d) else table.last or table.cube
    slack = READ_BACK_LIMIT + reader.rounding + _ROUNDING * float(np.abs(cube.table).max())
    fine = (got >= cube.table.min() - slack) & (got <= cube.table.max() + slack)
    if not fine.all():
        at = int(np.argmin(fine.all(axis=-1)))
        raise ExportError(
            f"{name}: {reader.name()} makes {got[at].tolist()} of code {odd[at].tolist()}, which "
            "the table never gives; the file was not kept; please report it"
        )


def _bounds(
    table: Table, evaluate: Evaluation, signal: FloatArray, words: dict[str, str]
) -> tuple[FloatArray, FloatArray]:
    """What another program may make of a table in float32, `READ_BACK_LIMIT` aside.

    The colours of the read-back have places in a plain cube that float32 holds. In a chain the
    place is rounded, then what leaves the cube, and the last curves may be steep there.
    """
    if not isinstance(table, Chain):
        ours = evaluate(table, signal, **words)
        return ours, ours
    nodes = table.cube.table
    steepest = max(float(np.abs(np.diff(nodes, axis=axis)).max()) for axis in range(3))
    slack = _ROUNDING * (1.0 + (table.size - 1) * steepest)
    low, high = (
        evaluate(replace(table, cube=Lut3d(nodes + shift)), signal, **words)
        for shift in (-slack, slack)
    )
    return low, high


def odd_colours(*, with_nan: bool = True) -> FloatArray:
    """Every mix of what is no code: NaN, infinite, far out of range, below float32; (n, 3)."""
    levels = _ODD if with_nan else _ODD[1:]
    return np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)


def read_back_colours() -> FloatArray:
    """Give the colours of the read-back: greys, edges of the cube, and many inside, (n, 3).

    All are multiples of 1/4096, which float32 holds exactly together with their place in a cell
    of any cube; what is left is the rounding of the values themselves.
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
