"""Is a table sound? Its neutral axis, its smoothness, and what interpolation costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.values.quality import Spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import FloatArray
    from ledcal.values.lut import Lut3d

_FALL_TOLERANCE = 1e-9


def is_neutral_monotone(lut: Lut3d) -> bool:
    """Whether no channel falls along the grey diagonal.

    Parameters
    ----------
    lut : Lut3d
        Any table.

    Returns
    -------
    bool
        True if every step of every channel is level or up.

    Examples
    --------
    >>> from ledcal.lut.build import build_lut
    >>> is_neutral_monotone(build_lut(lambda s: s, 5))
    True
    >>> is_neutral_monotone(build_lut(lambda s: 1.0 - s, 5))
    False
    """
    node = np.arange(lut.size)
    grey = lut.table[node, node, node]
    return bool(np.all(np.diff(grey, axis=0) >= -_FALL_TOLERANCE))


def roughness(lut: Lut3d) -> float:
    """Root mean square of the second differences along the three axes.

    Parameters
    ----------
    lut : Lut3d
        Any table of three or more nodes.

    Returns
    -------
    float
        In units of signal; 0 for a table that is linear along its axes.

    Examples
    --------
    >>> from ledcal.lut.build import build_lut
    >>> round(roughness(build_lut(lambda s: 0.5 * s, 5)), 12)
    0.0
    """
    second = [np.diff(lut.table, n=2, axis=axis).ravel() for axis in range(3)]
    return float(np.sqrt(np.mean(np.concatenate(second) ** 2)))


def interpolation_error(
    lut: Lut3d,
    function: Callable[[FloatArray], FloatArray],
    signal: FloatArray,
    difference: Callable[[FloatArray, FloatArray], FloatArray],
) -> Spread:
    """What the table loses between its nodes.

    Parameters
    ----------
    lut : Lut3d
        A table built from `function`.
    function : callable
        Signal (n, 3) to signal (n, 3): what the table samples.
    signal : ndarray, shape (n, 3)
        Where to compare, off the nodes.
    difference : callable
        Two signals (n, 3) to a difference (n,), such as delta E ITP of the light they make.

    Returns
    -------
    Spread
        Of the difference between table (tetrahedral) and function.
    """
    gap = difference(apply_tetrahedral(lut, signal), function(signal))
    return Spread(float(np.median(gap)), float(np.percentile(gap, 95)), float(np.max(gap)))
