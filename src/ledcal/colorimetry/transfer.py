"""Transfer functions of walls and content: EOTFs and their inverses."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray

# ITU-R BT.2100-2, table 4.
_PQ_M1 = 2610 / 16384
_PQ_M2 = 2523 / 4096 * 128
_PQ_C1 = 3424 / 4096
_PQ_C2 = 2413 / 4096 * 32
_PQ_C3 = 2392 / 4096 * 32

_NAMES = {
    "st2084": "ST 2084",
    "smptest2084": "ST 2084",
    "pq": "ST 2084",
    "bt2100pq": "ST 2084",
    "bt1886": "BT.1886",
    "rec1886": "BT.1886",
    "itubt1886": "BT.1886",
    "itur1886": "BT.1886",
    "srgb": "sRGB",
    "linear": "linear",
}


def canonical_eotf(name: str) -> str:
    """The one spelling of an EOTF's name.

    Parameters
    ----------
    name : str
        ``ST 2084`` (or ``PQ``), ``BT.1886``, ``sRGB``, ``linear``, or ``gamma`` and an exponent
        between 1 and 4, in any case and punctuation.

    Returns
    -------
    str
        ``ST 2084``, ``BT.1886``, ``sRGB``, ``linear`` or ``gamma 2.2``.

    Raises
    ------
    ValueError
        If the name is none of them; the message names the nearest.

    Examples
    --------
    >>> canonical_eotf("pq"), canonical_eotf("Gamma2.4"), canonical_eotf("BT 1886")
    ('ST 2084', 'gamma 2.4', 'BT.1886')
    """
    gamma = re.fullmatch(r"\s*gamma[\s_-]*([0-9]+(?:\.[0-9]+)?)\s*", name, re.IGNORECASE)
    if gamma and 1.0 <= float(gamma[1]) <= 4.0:
        return f"gamma {float(gamma[1]):g}"
    key = re.sub(r"[^a-z0-9]", "", name.lower())
    if key in _NAMES:
        return _NAMES[key]
    known = ["ST 2084", "BT.1886", "sRGB", "gamma 2.2", "gamma 2.4", "linear"]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
    message = f"unknown EOTF {name!r}: known are {', '.join(known)}; the nearest is {near!r}"
    raise ValueError(message)


def pq_encode(nits: ArrayLike) -> FloatArray:
    """Luminance in nits to ST 2084 code 0..1 (BT.2100). Negative light counts as none.

    Examples
    --------
    >>> float(pq_encode(100.0).round(5)), float(pq_encode(10000.0))
    (0.50808, 1.0)
    """
    power = np.power(np.maximum(np.asarray(nits, np.float64), 0.0) / 10000.0, _PQ_M1)
    encoded: FloatArray = np.power((_PQ_C1 + _PQ_C2 * power) / (1.0 + _PQ_C3 * power), _PQ_M2)
    return encoded


def pq_decode(code: ArrayLike) -> FloatArray:
    """ST 2084 code (clipped to 0..1) to luminance in nits (BT.2100).

    Examples
    --------
    >>> float(pq_decode(0.5080784).round(2)), float(pq_decode(0.0))
    (100.0, 0.0)
    """
    root = np.power(np.clip(np.asarray(code, np.float64), 0.0, 1.0), 1.0 / _PQ_M2)
    ratio = np.maximum(root - _PQ_C1, 0.0) / (_PQ_C2 - _PQ_C3 * root)
    nits: FloatArray = 10000.0 * np.power(ratio, 1.0 / _PQ_M1)
    return nits


def _exponent(name: str) -> float:
    if name == "BT.1886":
        return 2.4
    if name == "linear":
        return 1.0
    return float(name.removeprefix("gamma "))


def eotf(name: str, code: ArrayLike, *, peak_nits: float) -> FloatArray:
    """Code to luminance of an ideal display.

    Parameters
    ----------
    name : str
        As `canonical_eotf` takes it. BT.1886 has its black at 0.
    code : array_like
        Non-linear signal; clipped to 0..1.
    peak_nits : float
        ST 2084 is absolute and held at the peak; the others are relative to it.

    Returns
    -------
    ndarray
        Luminance in nits, 0..peak_nits.

    Examples
    --------
    >>> eotf("gamma 2.0", [0.0, 0.5, 1.0], peak_nits=100.0).tolist()
    [0.0, 25.0, 100.0]
    """
    canonical = canonical_eotf(name)
    signal = np.clip(np.asarray(code, np.float64), 0.0, 1.0)
    if canonical == "ST 2084":
        return np.minimum(pq_decode(signal), peak_nits)
    if canonical == "sRGB":
        # IEC 61966-2-1.
        low = signal / 12.92
        light = np.where(signal <= 0.04045, low, np.power((signal + 0.055) / 1.055, 2.4))
    else:
        light = np.power(signal, _exponent(canonical))
    return np.asarray(peak_nits * light, np.float64)


def eotf_inverse(name: str, nits: ArrayLike, *, peak_nits: float) -> FloatArray:
    """Luminance to code: the inverse of `eotf`, with light held to 0..peak_nits.

    Examples
    --------
    >>> eotf_inverse("gamma 2.0", [0.0, 25.0, 400.0], peak_nits=100.0).tolist()
    [0.0, 0.5, 1.0]
    """
    canonical = canonical_eotf(name)
    held = np.clip(np.asarray(nits, np.float64), 0.0, peak_nits)
    if canonical == "ST 2084":
        # The formula gives 7e-7 for no light; code 0 is what is meant.
        return np.where(held > 0.0, pq_encode(held), 0.0)
    light = held / peak_nits
    if canonical == "sRGB":
        high = 1.055 * np.power(np.maximum(light, 0.0031308), 1.0 / 2.4) - 0.055
        return np.where(light <= 0.0031308, 12.92 * light, high)
    return np.asarray(np.power(light, 1.0 / _exponent(canonical)), np.float64)
