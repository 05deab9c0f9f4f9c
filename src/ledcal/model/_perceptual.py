"""ST 2084 with its slope, and ICtCp from LMS: what the solvers need beside `colorimetry`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_DARKEST_NITS = 1e-9

# ITU-R BT.2124: I, T = Ct / 2, P = Cp from PQ-coded LMS.
MATRIX_LMS_TO_ITP: FloatArray = (
    np.array([[2048.0, 2048.0, 0.0], [3305.0, -6806.5, 3501.5], [17933.0, -17390.0, -543.0]])
    / 4096.0
)
ITP_SCALE = 720.0


def pq_with_slope(nits: FloatArray) -> tuple[FloatArray, FloatArray]:
    """ST 2084 signal of `nits`, and its derivative per nit (that of 1e-9 nits below it).

    >>> signal, slope = pq_with_slope(np.array([100.0]))
    >>> round(float(signal[0]), 4), round(float(slope[0] * 100), 4)
    (0.5081, 0.1004)
    """
    light = np.maximum(nits, _DARKEST_NITS) / 10000.0
    power = light**_M1
    below = 1.0 + _C3 * power
    ratio = (_C1 + _C2 * power) / below
    signal = ratio**_M2
    slope_power = (_C2 - _C3 * ratio) / below
    slope = _M2 * signal / ratio * slope_power * _M1 * power / (light * 10000.0)
    return signal, slope


def pq_light(signal: FloatArray) -> FloatArray:
    """Nits of an ST 2084 signal; 0 below the signal of black."""
    root = np.maximum(signal, 0.0) ** (1.0 / _M2)
    base = np.maximum(root - _C1, 0.0) / np.maximum(_C2 - _C3 * root, 1e-6)
    nits: FloatArray = 10000.0 * base ** (1.0 / _M1)
    return nits


def pq_light_with_slope(signal: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nits of an ST 2084 signal, and their derivative; both 0 below the signal of black."""
    nits = pq_light(signal)
    _, slope = pq_with_slope(nits)
    return nits, np.where(nits > _DARKEST_NITS, 1.0 / slope, 0.0)
