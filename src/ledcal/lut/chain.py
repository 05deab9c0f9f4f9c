"""Apply curves, and a correction in steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.lut.interpolate import apply_tetrahedral

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray
    from ledcal.values.chain import Chain, Lut1d


def apply_curves(curves: Lut1d, signal: ArrayLike) -> FloatArray:
    """Send each channel through its curve.

    Parameters
    ----------
    curves : Lut1d
        Linear between its places; signal outside of 0..top is held.
    signal : array_like, shape (..., 3)
        What the curves take. Not changed.

    Returns
    -------
    ndarray of float64, shape (..., 3)
        In a new array.

    Raises
    ------
    ValueError
        If the last axis is not 3, or a value is not finite.

    Examples
    --------
    >>> from ledcal.values.chain import Lut1d
    >>> curves = Lut1d([[0.0, 0.0, 1.0], [1.0, 0.5, 1.0]], top=0.5)
    >>> apply_curves(curves, [0.25, 0.25, 0.25]).tolist()
    [0.5, 0.25, 1.0]
    >>> apply_curves(curves, [-1.0, 0.75, 0.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    values = np.asarray(signal, dtype=np.float64)
    if values.shape[-1:] != (3,):
        message = f"signal: expected shape (..., 3), got {values.shape}"
        raise ValueError(message)
    if not np.isfinite(values).all():
        message = f"signal: {int((~np.isfinite(values)).sum())} values are not finite"
        raise ValueError(message)
    place = np.linspace(0.0, curves.top, len(curves))
    channels = [np.interp(values[..., c], place, curves.table[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1)


def apply_chain(chain: Chain, signal: ArrayLike) -> FloatArray:
    """Apply a correction in steps; the cube by tetrahedral interpolation.

    Parameters
    ----------
    chain : Chain
        Content code to wall code.
    signal : array_like, shape (..., 3)
        Content code; held to what the first curves take. Not changed.

    Returns
    -------
    ndarray of float64, shape (..., 3)
        Wall code, in a new array.

    Raises
    ------
    ValueError
        If the last axis is not 3, or a value is not finite.

    Examples
    --------
    The cube swaps red and blue, the last curves halve:

    >>> from ledcal.lut.build import build_lut
    >>> from ledcal.values.chain import Chain, Lut1d
    >>> straight = Lut1d([[0.0] * 3, [1.0] * 3])
    >>> swap = build_lut(lambda signal: signal[:, ::-1], 3)
    >>> apply_chain(Chain(straight, swap, Lut1d([[0.0] * 3, [0.5] * 3])), [0.2, 0.4, 1.0]).tolist()
    [0.5, 0.2, 0.1]
    """
    place = apply_tetrahedral(chain.cube, apply_curves(chain.first, signal))
    return place if chain.last is None else apply_curves(chain.last, place)
