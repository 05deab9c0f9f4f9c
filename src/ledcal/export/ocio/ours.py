"""What a display should give: our own chain in float64, and what float32 may make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import matrix_aces_to_xyz, matrix_rgb_to_aces
from ledcal.colorimetry.transfer import canonical_eotf, eotf_inverse, pq_encode
from ledcal.export.ocio.encoding import matrix_xyz_to_rgb

if TYPE_CHECKING:
    from ledcal.export.ocio.spaces import Space
    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Target

# What float32 rounds a number by, at most.
_UNIT = 2.0**-24
# Three matrices: of each the coefficients, the products and the sums are rounded.
_MATRIX_ROUNDINGS = 8 * _UNIT
# ACEScct's curve takes 17.52 times the code as an exponent: factor, product and sum are rounded.
_LOG_ROUNDINGS = 3 * _UNIT


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Codes, and between which values float32 may put them.

    Attributes
    ----------
    code : ndarray, shape (n, 3)
        Our own, as exact as float64.
    low, high : ndarray, shape (n, 3)
        What comes out where the light before the curve is off by its rounding in float32, and
        where the curve of OpenColorIO is not quite ours.
    """

    code: FloatArray
    low: FloatArray
    high: FloatArray


def expected_code(target: Target, space: Space, value: FloatArray) -> Bounds:
    """Content code of numbers in a scene space, by our own matrices and curves.

    Parameters
    ----------
    target : Target
        What code means.
    space : Space
        What `value` means.
    value : ndarray, shape (n, 3)
        Finite numbers that float32 holds.

    Returns
    -------
    Bounds
        Near black ST 2084 is so steep that the rounding of float32 is seen: the bounds are
        evaluated at the light that it may make, and are no constant.

    Examples
    --------
    >>> from ledcal.colorimetry.space import P3_D65
    >>> from ledcal.export.ocio.spaces import SPACES
    >>> from ledcal.values.stage import Target
    >>> white = expected_code(Target(P3_D65, "ST 2084", 1500.0), SPACES[0], np.ones((1, 3)))
    >>> white.code.round(5).tolist(), bool((white.high - white.low).max() < 5e-7)
    ([[0.50808, 0.50808, 0.50808]], True)
    """
    light, off = _light(target, space, value)
    top = target.peak_nits / 100.0
    code = eotf_inverse(target.eotf, 100.0 * light, peak_nits=target.peak_nits)
    low = np.clip(light - off, 0.0, top * (1.0 - _UNIT))
    high = np.clip(light + off, 0.0, top * (1.0 + _UNIT))
    return Bounds(code, _curve(target, low).min(axis=0), _curve(target, high).max(axis=0))


def _light(target: Target, space: Space, value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Linear light of the target's gamut, 1.0 = 100 nits, and what float32 may be off by."""
    matrix = np.linalg.inv(matrix_rgb_to_aces(target.gamut)) @ space.matrix()
    # As OpenColorIO goes: to ACES2065-1, to XYZ, to the target.
    steps = (matrix_xyz_to_rgb(target.gamut), matrix_aces_to_xyz(), space.matrix())
    sizes = np.linalg.multi_dot([np.abs(step) for step in steps])
    light = space.light(value)
    off = _MATRIX_ROUNDINGS * np.abs(light)
    if space.is_log:
        step = _LOG_ROUNDINGS * np.maximum(np.abs(value), 1.0)
        off += space.light(value + step) - space.light(value - step)
    return light @ matrix.T, off @ sizes.T


def _curve(target: Target, light: FloatArray) -> FloatArray:
    """Light 0..peak to code, by our curve and by OpenColorIO's; (2, n, 3)."""
    name, nits = canonical_eotf(target.eotf), 100.0 * light
    ours = eotf_inverse(name, nits, peak_nits=target.peak_nits * (1.0 + _UNIT))
    if name == "ST 2084":
        # Theirs gives 7e-7 for no light, and is straight between the numbers that a half holds.
        return np.stack([ours, pq_encode(nits), _between_halves(light)])
    if name == "sRGB":
        return np.stack([ours, srgb_of_ocio(100.0 * light / target.peak_nits)])
    return ours[None]


def _between_halves(light: FloatArray) -> FloatArray:
    """ST 2084 as a table with a row for each 16-bit float: 1.0 = 100 nits to code."""
    near = light.astype(np.float16)
    below = np.where(near.astype(np.float64) > light, np.nextafter(near, np.float16(0)), near)
    above = np.nextafter(below, np.float16(np.inf))
    start, end = below.astype(np.float64), above.astype(np.float64)
    share = (light - start) / (end - start)
    low, high = pq_encode(100.0 * start), pq_encode(100.0 * end)
    return np.asarray(low + share * (high - low), np.float64)


def srgb_of_ocio(light: FloatArray) -> FloatArray:
    """OpenColorIO's ExponentWithLinear of 2.4 and 0.055: sRGB whose two parts meet smoothly.

    IEC 61966-2-1 rounds the constants of the lower part; the codes differ by 1e-5 at most.

    Examples
    --------
    >>> srgb_of_ocio(np.array([0.003, 0.5])).round(5).tolist()
    [0.03877, 0.73536]
    """
    slope = 0.055 / 1.4 * (1.4 * 1.055 / (0.055 * 2.4)) ** 2.4
    knee = 0.055 / 1.4 / slope
    power = 1.055 * np.power(np.maximum(light, knee), 1.0 / 2.4) - 0.055
    return np.asarray(np.where(light <= knee, slope * light, power), np.float64)
