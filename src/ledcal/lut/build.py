"""Sample a function on a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import FloatArray

MIN_SIZE, MAX_SIZE = 2, 129


def build_lut(function: Callable[[FloatArray], FloatArray], size: int) -> Lut3d:
    """Sample a function of signal at the nodes of a cube.

    Parameters
    ----------
    function : callable
        Signal (n, 3), 0..1, to signal (n, 3).
    size : int
        Nodes along one edge, 2..129 (what OpenColorIO takes).

    Returns
    -------
    Lut3d
        ``table[r, g, b]`` is the function at ``(r, g, b) / (size - 1)``.

    Raises
    ------
    ValueError
        If the size is out of range, or the function returns another shape or a value that is
        not finite.

    Examples
    --------
    >>> lut = build_lut(lambda signal: 0.5 * signal, 3)
    >>> lut.table[2, 1, 0].tolist()
    [0.5, 0.25, 0.0]
    """
    if not MIN_SIZE <= size <= MAX_SIZE:
        message = f"size: {size} is outside {MIN_SIZE}..{MAX_SIZE}"
        raise ValueError(message)
    values = np.asarray(function(grid(size)), dtype=np.float64)
    if values.shape != (size**3, 3):
        message = f"function: expected shape {(size**3, 3)}, got {values.shape}"
        raise ValueError(message)
    return Lut3d(values.reshape(size, size, size, 3))


def grid(size: int) -> FloatArray:
    """The nodes of a cube as signal, shape (size ** 3, 3), blue fastest.

    Examples
    --------
    >>> grid(2)[:3].tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    axis = np.linspace(0.0, 1.0, size)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
