"""Which known curve or range the greys follow now, where it is not the declared one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import canonical_eotf, eotf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledcal.values.arrays import FloatArray

_CURVES = ("ST 2084", "BT.1886", "sRGB", "gamma 2.2", "gamma 2.6", "gamma 1.8", "linear")
_LEGAL = (64.0 / 1023.0, 940.0 / 1023.0)
# Natural logarithm, root mean square over the greys: a curve is named that fits this well, and
# this much better than the next of another name.
_FITS, _BETTER = 0.06, 0.5
_FEW = 4


def name_curve(code: FloatArray, ratio: FloatArray, *, declared: str, peak_nits: float) -> str:
    """Name what the greys follow.

    Parameters
    ----------
    code : ndarray, shape (n,)
        Codes of greys.
    ratio : ndarray, shape (n,)
        Their light now over then: what the wall did to the declared curve by itself is in both.
    declared : str
        EOTF that the wall was set to.
    peak_nits : float
        Of the wall.

    Returns
    -------
    str
        ``gamma 2.4``, ``legal range taken for full`` ...; empty where no known curve fits.

    Examples
    --------
    >>> code = np.linspace(0.2, 0.8, 6)
    >>> made = [eotf(name, code, peak_nits=100.0) for name in ("gamma 2.2", "sRGB")]
    >>> name_curve(code, made[0] / made[1], declared="sRGB", peak_nits=100.0)
    'gamma 2.2'
    """
    if len(code) < _FEW or (ratio <= 0.0).any():
        return ""
    own = _light(declared, code, peak_nits)
    with np.errstate(divide="ignore", invalid="ignore"):
        misses = [
            (_miss(np.log(ratio * own / made(code))), name)
            for name, made in _tried(declared, peak_nits)
        ]
    (best, name), (second, _) = sorted(misses)[:2]
    return name if best < _FITS and best < _BETTER * second else ""


def _miss(off: FloatArray) -> float:
    """Scatter about the mean, infinite where a curve has no light for a grey."""
    return float(np.std(off)) if np.isfinite(off).all() else np.inf


def _light(name: str, code: FloatArray, peak_nits: float) -> FloatArray:
    return np.asarray(eotf(name, code, peak_nits=peak_nits) / peak_nits, np.float64)


def _tried(
    declared: str, peak_nits: float
) -> Iterator[tuple[str, Callable[[FloatArray], FloatArray]]]:
    """The declared curve, which needs no name, every other, and the declared in another range."""
    own = canonical_eotf(declared)
    yield "", partial(_light, declared, peak_nits=peak_nits)
    for name in _CURVES:
        if canonical_eotf(name) != own:
            yield name, partial(_light, name, peak_nits=peak_nits)
    low, high = _LEGAL

    def squeezed(code: FloatArray) -> FloatArray:
        return _light(declared, low + code * (high - low), peak_nits)

    def stretched(code: FloatArray) -> FloatArray:
        return _light(declared, np.clip((code - low) / (high - low), 0.0, 1.0), peak_nits)

    yield "legal range taken for full", squeezed
    yield "full range taken for legal", stretched
