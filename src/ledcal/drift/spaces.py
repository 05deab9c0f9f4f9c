"""Wrong input spaces: what a host makes of code that it takes for something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import gamut, matrix_rgb_to_rgb
from ledcal.colorimetry.transfer import canonical_eotf, eotf, eotf_inverse

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Gamut, Target

_EOTFS = ("ST 2084", "BT.1886", "gamma 2.2", "gamma 2.6", "sRGB", "linear")
_GAMUTS = ("BT.709", "P3-D65", "BT.2020", "ACEScg")
# Where a relative EOTF meets ST 2084: at the peak, or with white at one of these.
_WHITES_NITS = (203.0, 100.0)
# 10-bit codes of black and white in legal range.
_LEGAL_BLACK, _LEGAL_WHITE = 64.0 / 1023.0, 940.0 / 1023.0
# Code that moves less than this is code that stays.
_LEAST_MOVE = 2e-3


@dataclass(frozen=True, slots=True)
class InputSpace:
    """One way of getting the space of code wrong.

    Attributes
    ----------
    words : str
        What happens to code, as a phrase without its subject: ``taken for sRGB``.
    apply : callable
        Code (n, 3) to the code that comes out, 0..1.
    """

    words: str
    apply: Callable[[FloatArray], FloatArray]


def input_spaces(space: Target) -> tuple[InputSpace, ...]:
    """List what can become of code that is encoded in a space.

    Parameters
    ----------
    space : Target
        Gamut, EOTF and peak of the code.

    Returns
    -------
    tuple of InputSpace
        Every usual EOTF and gamut, one, the other or both, in both directions (code is taken for
        the wrong one and converted to its own; code is converted to the wrong one), and legal
        range for full in both directions.

    Examples
    --------
    >>> from ledcal.colorimetry.space import P3_D65
    >>> from ledcal.values.stage import Target
    >>> spaces = input_spaces(Target(P3_D65, "gamma 2.4", 100.0))
    >>> [one.words for one in spaces[:3]]
    ['squeezed into legal range', 'taken for legal range and expanded', 'taken for BT.709']
    >>> spaces[0].apply(np.array([[0.0, 0.5, 1.0]])).round(3).tolist()
    [[0.063, 0.491, 0.919]]
    """
    found = [
        InputSpace("squeezed into legal range", _squeeze),
        InputSpace("taken for legal range and expanded", _expand),
    ]
    curves = _curves(space)
    gamuts = _gamuts(space.gamut)
    for is_taken, verb in ((True, "taken for"), (False, "converted to")):
        for curve_words, curve, peak in curves:
            for gamut_words, primaries in gamuts:
                if not (curve_words or gamut_words):
                    continue
                words = " in ".join(filter(None, (curve_words, gamut_words)))
                other = curve or space.eotf, peak, primaries
                own = space.eotf, _own_peak(space, curve, peak), space.gamut
                ends = (other, own) if is_taken else (own, other)
                found.append(InputSpace(f"{verb} {words}", _converter(*ends)))
    return tuple(found)


def moves(space: InputSpace, code: FloatArray) -> bool:
    """Whether a space makes other code of these, shape (n, 3)."""
    return bool(np.abs(space.apply(code) - code).max() > _LEAST_MOVE)


_End = tuple[str, float, "Gamut"]


def _curves(space: Target) -> list[tuple[str, str, float]]:
    """Words, EOTF and the nits of its white, where code of the space has its own peak."""
    own = canonical_eotf(space.eotf)
    found = [("", "", space.peak_nits)]
    for name in _EOTFS:
        if _exponent_of(name) == _exponent_of(own):
            continue
        found.append((name, name, space.peak_nits))
        if "ST 2084" in {name, own}:
            found += [
                (f"{name} with white at {nits:g} nits", name, nits)
                for nits in _WHITES_NITS
                if abs(nits / space.peak_nits - 1.0) > 0.05
            ]
    return found


def _exponent_of(name: str) -> str:
    return "gamma 2.4" if name == "BT.1886" else name


def _own_peak(space: Target, curve: str, peak: float) -> float:
    """Nits of the code's own white: that of ST 2084, where it meets it, is the relative one's."""
    is_absolute = canonical_eotf(space.eotf) == "ST 2084"
    return space.peak_nits if is_absolute or curve != "ST 2084" else peak


def _gamuts(own: Gamut) -> list[tuple[str, Gamut]]:
    found = [("", own)]
    for name in _GAMUTS:
        other = gamut(name)
        if np.abs(matrix_rgb_to_rgb(other, own) - np.eye(3)).max() > 0.01:
            found.append((name, other))
    return found


def _converter(source: _End, target: _End) -> Callable[[FloatArray], FloatArray]:
    """Code of one space to code of another, held to what the other can hold."""
    (curve, nits, primaries), (curve_out, nits_out, primaries_out) = source, target
    matrix = matrix_rgb_to_rgb(primaries, primaries_out)

    def convert(code: FloatArray) -> FloatArray:
        light = eotf(curve, code, peak_nits=_most(curve, nits)) @ matrix.T
        held = np.maximum(light, 0.0)
        return eotf_inverse(curve_out, held, peak_nits=_most(curve_out, nits_out))

    return convert


def _most(curve: str, nits: float) -> float:
    """ST 2084 goes on above the wall's peak; the wall stops it, not the conversion."""
    return 10000.0 if canonical_eotf(curve) == "ST 2084" else nits


def _squeeze(code: FloatArray) -> FloatArray:
    return _LEGAL_BLACK + code * (_LEGAL_WHITE - _LEGAL_BLACK)


def _expand(code: FloatArray) -> FloatArray:
    return np.clip((code - _LEGAL_BLACK) / (_LEGAL_WHITE - _LEGAL_BLACK), 0.0, 1.0)
