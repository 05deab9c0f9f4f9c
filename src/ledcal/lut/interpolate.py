"""Apply a table to signal between its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.lut import Lut3d


def apply_lut(lut: Lut3d, signal: ArrayLike, *, interpolation: str = "tetrahedral") -> FloatArray:
    """Apply a table by ``tetrahedral`` or ``trilinear`` interpolation.

    See Also
    --------
    apply_tetrahedral : The reference of this program.
    apply_trilinear : What hosts do that know no better.

    Examples
    --------
    >>> from ledcal.lut.build import build_lut
    >>> identity = build_lut(lambda signal: signal, 5)
    >>> apply_lut(identity, [0.25, 0.5, 1.0], interpolation="trilinear").tolist()
    [0.25, 0.5, 1.0]
    """
    if interpolation == "tetrahedral":
        return apply_tetrahedral(lut, signal)
    if interpolation == "trilinear":
        return apply_trilinear(lut, signal)
    message = f"interpolation: {interpolation!r} is not tetrahedral or trilinear"
    raise ValueError(message)


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
    values = _checked(signal)
    base, share = _cells(lut.size, values.reshape(-1, 3))
    table = lut.table
    result = np.zeros((len(base), 3))
    for corner in np.ndindex(2, 2, 2):
        at = base + np.array(corner)
        weight = np.prod(np.where(np.array(corner) == 1, share, 1.0 - share), axis=1)
        result += weight[:, None] * table[at[:, 0], at[:, 1], at[:, 2]]
    return np.asarray(result.reshape(values.shape))


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
    values = _checked(signal)
    node, weight = tetrahedral_nodes(lut.size, values.reshape(-1, 3))
    flat = lut.table.reshape(-1, 3)
    result = weight[:, :1] * flat[node[:, 0]]
    for corner in range(1, 4):
        result += weight[:, corner : corner + 1] * flat[node[:, corner]]
    return np.asarray(result.reshape(values.shape))


def tetrahedral_nodes(size: int, signal: FloatArray) -> tuple[IntArray, FloatArray]:
    """The four nodes that each colour mixes, and their weights.

    Parameters
    ----------
    size : int
        Nodes along an edge.
    signal : ndarray, shape (n, 3)
        Finite; outside 0..1 it is clamped.

    Returns
    -------
    node : ndarray of int64, shape (n, 4)
        Indices into ``table.reshape(-1, 3)``.
    weight : ndarray, shape (n, 4)
        0..1, adding up to 1.

    Examples
    --------
    >>> node, weight = tetrahedral_nodes(2, np.array([[0.75, 0.25, 0.25]]))
    >>> node.tolist(), weight.tolist()
    ([[0, 4, 6, 7]], [[0.25, 0.5, 0.0, 0.25]])
    """
    base, share = _cells(size, signal)
    strides = np.array([size**2, size, 1])
    order = np.argsort(-share, axis=1, kind="stable")
    falling = np.take_along_axis(share, order, axis=1)
    node = np.cumsum(np.concatenate([(base @ strides)[:, None], strides[order]], axis=1), axis=1)
    edges = np.concatenate([np.ones((len(base), 1)), falling, np.zeros((len(base), 1))], axis=1)
    return node, edges[:, :-1] - edges[:, 1:]


def _checked(signal: ArrayLike) -> FloatArray:
    values = np.asarray(signal, dtype=np.float64)
    if values.shape[-1:] != (3,):
        message = f"signal: expected shape (..., 3), got {values.shape}"
        raise ValueError(message)
    if not np.isfinite(values).all():
        message = f"signal: {int((~np.isfinite(values)).sum())} values are not finite"
        raise ValueError(message)
    return values


def _cells(size: int, signal: FloatArray) -> tuple[IntArray, FloatArray]:
    """Lowest node of the cell of each colour (n, 3), and the position inside it, 0..1."""
    position = np.clip(signal, 0.0, 1.0) * (size - 1)
    base = np.minimum(position.astype(np.int64), size - 2)
    return base, position - base
