"""Apply a table to signal between its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.lut import Lut3d


def apply_trilinear(lut: Lut3d, signal: ArrayLike) -> FloatArray:
    """Apply a table by trilinear interpolation: the weighted mean of eight nodes.

    Signal outside 0..1 is clamped to the cube, never extrapolated: the table says nothing
    about it.

    Parameters
    ----------
    lut : Lut3d
        Table over 0..1.
    signal : array_like, shape (..., 3)
        Non-linear RGB that the table takes. Not changed.

    Returns
    -------
    ndarray of float64, shape (..., 3)
        What the table gives, in a new array.

    Raises
    ------
    ValueError
        If the last axis is not 3, or a value is not finite.

    See Also
    --------
    apply_tetrahedral : Mixes four nodes; grey depends on grey nodes only.

    Examples
    --------
    >>> from ledcal.lut.build import build_lut
    >>> identity = build_lut(lambda signal: signal, 5)
    >>> apply_trilinear(identity, [-0.1, 0.5, 1.2]).tolist()
    [0.0, 0.5, 1.0]
    """
    base, share, shape = _cells(lut, signal)
    table = lut.table
    result = np.zeros((len(base), 3))
    for corner in np.ndindex(2, 2, 2):
        at = base + np.array(corner)
        weight = np.prod(np.where(np.array(corner) == 1, share, 1.0 - share), axis=1)
        result += weight[:, None] * table[at[:, 0], at[:, 1], at[:, 2]]
    return np.asarray(result.reshape(shape))


def apply_tetrahedral(lut: Lut3d, signal: ArrayLike) -> FloatArray:
    """Apply a table by tetrahedral interpolation: the reference of this program.

    Each cell is cut into six tetrahedra along its grey diagonal; a colour mixes the four nodes
    of the one it lies in, so grey depends on grey nodes only. Signal outside 0..1 is clamped.

    Parameters
    ----------
    lut : Lut3d
        Table over 0..1.
    signal : array_like, shape (..., 3)
        Non-linear RGB that the table takes. Not changed.

    Returns
    -------
    ndarray of float64, shape (..., 3)
        What the table gives, in a new array.

    Raises
    ------
    ValueError
        If the last axis is not 3, or a value is not finite.

    Examples
    --------
    >>> from ledcal.lut.build import build_lut
    >>> identity = build_lut(lambda signal: signal, 5)
    >>> apply_tetrahedral(identity, [0.1, 0.5, 0.95]).round(12).tolist()
    [0.1, 0.5, 0.95]
    """
    base, share, shape = _cells(lut, signal)
    flat = lut.table.reshape(-1, 3)
    strides = np.array([lut.size**2, lut.size, 1])
    order = np.argsort(-share, axis=1, kind="stable")
    falling = np.take_along_axis(share, order, axis=1)
    node = base @ strides
    result = (1.0 - falling[:, 0])[:, None] * flat[node]
    for step in range(3):
        node = node + strides[order[:, step]]
        below = falling[:, step + 1] if step < 2 else 0.0
        result += (falling[:, step] - below)[:, None] * flat[node]
    return np.asarray(result.reshape(shape))


def _cells(lut: Lut3d, signal: ArrayLike) -> tuple[IntArray, FloatArray, tuple[int, ...]]:
    """Lowest node of the cell of each colour, position inside it 0..1, and the shape."""
    values = np.asarray(signal, dtype=np.float64)
    if values.shape[-1:] != (3,):
        message = f"signal: expected shape (..., 3), got {values.shape}"
        raise ValueError(message)
    if not np.isfinite(values).all():
        message = f"signal: {int((~np.isfinite(values)).sum())} values are not finite"
        raise ValueError(message)
    position = np.clip(values.reshape(-1, 3), 0.0, 1.0) * (lut.size - 1)
    base = np.minimum(position.astype(np.int64), lut.size - 2)
    return base, position - base, values.shape
