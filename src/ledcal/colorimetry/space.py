"""Gamuts and the matrices between them, ACES2065-1 in the middle."""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.stage import Gamut

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray

# SMPTE ST 2065-1: primaries and white of ACES2065-1.
ACES = Gamut("ACES2065-1", [[0.7347, 0.2653], [0.0, 1.0], [0.0001, -0.0770]], [0.32168, 0.33767])
# ITU-R BT.2020 and BT.2100.
BT2020 = Gamut("BT.2020", [[0.708, 0.292], [0.170, 0.797], [0.131, 0.046]], [0.3127, 0.3290])
# SMPTE EG 432-1 primaries with D65.
P3_D65 = Gamut("P3-D65", [[0.680, 0.320], [0.265, 0.690], [0.150, 0.060]], [0.3127, 0.3290])
BT709 = Gamut("BT.709", [[0.640, 0.330], [0.300, 0.600], [0.150, 0.060]], [0.3127, 0.3290])
_OURS = {gamut.name: gamut for gamut in (ACES, BT2020, P3_D65, BT709)}
_COMMON = (*_OURS, "ACEScg")
# Short names of camera gamuts, without punctuation.
_SHORT = {
    "awg3": "ARRI Wide Gamut 3",
    "awg4": "ARRI Wide Gamut 4",
    "rwg": "REDWideGamutRGB",
    "redwidegamut": "REDWideGamutRGB",
    "blackmagicwidegamutgen5": "Blackmagic Wide Gamut",
    "bmdwidegamut": "Blackmagic Wide Gamut",
    "canoncinemagamut": "Cinema Gamut",
    "panasonicvgamut": "V-Gamut",
    "rec709": "BT.709",
    "rec2020": "BT.2020",
    "ap0": "ACES2065-1",
    "ap1": "ACEScg",
}
_SIMILAR = 0.55

_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def gamut(name: str) -> Gamut:
    """A gamut by its colour-science name.

    Parameters
    ----------
    name : str
        Such as ``P3-D65``, ``ITU-R BT.2020``, ``ACEScg``, ``sgamut3.cine``, ``AWG4``; neither case
        nor punctuation matters.

    Returns
    -------
    Gamut
        Its primaries and white.

    Raises
    ------
    ValueError
        If it is unknown; the message names the nearest, or the common ones where none is like it.

    Examples
    --------
    >>> gamut("p3-d65").primaries_xy.tolist()
    [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]]
    """
    key = _key(name)
    name_or_short = _SHORT.get(key, name)
    for ours in _OURS.values():
        if _key(name_or_short) == _key(ours.name):
            return ours
    from ledcal.colorimetry._colour import colour  # noqa: PLC0415 - slow to import

    spaces = colour.RGB_COLOURSPACES
    for known in spaces:
        if _key(known) == _key(name_or_short):
            return Gamut(known, spaces[known].primaries, spaces[known].whitepoint)
    for names in (_COMMON, tuple(spaces)):
        folded = {n.casefold(): n for n in names}
        near = difflib.get_close_matches(name.casefold(), folded, 1, _SIMILAR)
        if near:
            message = f"unknown gamut {name!r}: the nearest known is {folded[near[0]]!r}"
            raise ValueError(message)
    message = f"unknown gamut {name!r}: the common ones are {', '.join(_COMMON)}"
    raise ValueError(message)


def xy_to_xyz(xy: ArrayLike) -> FloatArray:
    """Chromaticities (..., 2) to XYZ (..., 3) with Y = 1."""
    chromaticity = np.asarray(xy, np.float64)
    x, y = chromaticity[..., 0], chromaticity[..., 1]
    return np.stack([x / y, np.ones_like(y), (1.0 - x - y) / y], axis=-1)


def xyz_to_uv(xyz: ArrayLike) -> FloatArray:
    """CIE 1976 u', v' of tristimulus values (..., 3), shape (..., 2).

    Examples
    --------
    >>> xyz_to_uv([0.95047, 1.0, 1.08883]).round(4).tolist()
    [0.1978, 0.4683]
    """
    values = np.asarray(xyz, np.float64)
    total = values @ np.array([1.0, 15.0, 3.0])
    return np.asarray(values[..., :2] * [4.0, 9.0] / total[..., None], np.float64)


def matrix_adaptation(source_xyz: ArrayLike, target_xyz: ArrayLike) -> FloatArray:
    """Bradford matrix that takes XYZ under one white to XYZ under another.

    Examples
    --------
    >>> white = xy_to_xyz([0.3127, 0.3290])
    >>> np.allclose(matrix_adaptation(white, white), np.eye(3))
    True
    """
    gains = (_BRADFORD @ np.asarray(target_xyz)) / (_BRADFORD @ np.asarray(source_xyz))
    return np.asarray(np.linalg.solve(_BRADFORD, gains[:, None] * _BRADFORD), np.float64)


def matrix_rgb_to_xyz(space: Gamut) -> FloatArray:
    """3x3 from linear RGB of a gamut to XYZ of its own white, Y of white = 1."""
    primaries = xy_to_xyz(space.primaries_xy).T
    white = np.linalg.solve(primaries, xy_to_xyz(space.whitepoint_xy))
    return np.asarray(primaries * white[None, :], np.float64)


def matrix_rgb_to_rgb(source: Gamut, target: Gamut) -> FloatArray:
    """3x3 from one linear RGB to another, Bradford between the whites: white stays white.

    Examples
    --------
    >>> (matrix_rgb_to_rgb(BT709, ACES) @ [1.0, 1.0, 1.0]).round(12).tolist()
    [1.0, 1.0, 1.0]
    """
    whites = xy_to_xyz(source.whitepoint_xy), xy_to_xyz(target.whitepoint_xy)
    adapted = matrix_adaptation(*whites) @ matrix_rgb_to_xyz(source)
    return np.asarray(np.linalg.solve(matrix_rgb_to_xyz(target), adapted), np.float64)


def matrix_rgb_to_aces(space: Gamut) -> FloatArray:
    """3x3 from linear RGB of a gamut to ACES2065-1, Bradford: neutral gives equal channels."""
    return matrix_rgb_to_rgb(space, ACES)


@cache
def _aces_to_xyz() -> FloatArray:
    d65 = xy_to_xyz(BT2020.whitepoint_xy)
    matrix = matrix_adaptation(xy_to_xyz(ACES.whitepoint_xy), d65) @ matrix_rgb_to_xyz(ACES)
    matrix.flags.writeable = False
    return matrix


def matrix_aces_to_xyz() -> FloatArray:
    """3x3 from ACES2065-1 to XYZ under D65 (Bradford); ACES (1, 1, 1) has Y = 1. Read-only."""
    return _aces_to_xyz()


@cache
def _aces_to_bt2020() -> FloatArray:
    matrix = matrix_rgb_to_rgb(ACES, BT2020)
    matrix.flags.writeable = False
    return matrix


def matrix_aces_to_bt2020() -> FloatArray:
    """3x3 from ACES2065-1 to linear BT.2020 (Bradford). Read-only."""
    return _aces_to_bt2020()


def aces_luminance(aces: ArrayLike) -> FloatArray:
    """Y under D65 of ACES2065-1 (..., 3), in the units of the input.

    Examples
    --------
    >>> float(aces_luminance([2.0, 2.0, 2.0]).round(12))
    2.0
    """
    return np.asarray(np.asarray(aces, np.float64) @ _aces_to_xyz()[1], np.float64)
