"""LED spectra: found for given primaries, and what an observer makes of them."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from ledcal.colorimetry.space import xy_to_xyz
from ledcal.colorimetry.spectra import asymmetric_gaussian, colour_matching_functions
from ledcal.simulate.virtual_wall import Led, VirtualWall

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

# Where the search starts, and what it stays near: emission of ordinary LEDs.
ORDINARY_LEDS = (Led(629.0, 9.0, 7.0), Led(525.0, 13.0, 16.0), Led(464.0, 8.0, 11.0))
_NARROWEST_NM, _BROADEST_NM = 6.0, 50.0
# How far a primary may be missed, and how far an emission may leave the ordinary, for one unit.
_XY_UNIT, _PEAK_UNIT_NM, _LOG_SD_UNIT = 0.004, 6.0, 0.45
_DEGREE = 5  # of the polynomial of colour against drive


@cache
def leds_for(
    primaries_xy: tuple[tuple[float, float], tuple[float, float], tuple[float, float]],
) -> tuple[Led, Led, Led]:
    """Spectra whose chromaticities are the given primaries, or as near as bells come.

    The emission stays what LEDs are made like, so a primary may be missed by some 0.01 in x and y;
    broad ones (BT.709) give broad bells, as the filters of a TV do.

    Parameters
    ----------
    primaries_xy : tuple of three (x, y)
        CIE 1931 chromaticities of red, green and blue.

    Returns
    -------
    tuple of Led
        Red, green and blue.

    Examples
    --------
    >>> red, green, blue = leds_for(((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)))
    >>> 600 < red.peak_nm < 640, 510 < green.peak_nm < 550, 440 < blue.peak_nm < 475
    (True, True, True)
    """
    red, green, blue = (
        _led_for(xy, start) for xy, start in zip(primaries_xy, ORDINARY_LEDS, strict=True)
    )
    return red, green, blue


def _led_for(xy: tuple[float, float], start: Led) -> Led:
    cmfs = colour_matching_functions()
    ordinary = np.array([start.peak_nm, np.log(start.sd_short_nm), np.log(start.sd_long_nm)])

    def miss(parameters: FloatArray) -> FloatArray:
        spectrum = asymmetric_gaussian(parameters[0], *np.exp(parameters[1:]))
        xyz = spectrum @ cmfs
        colour = (xyz[:2] / xyz.sum() - np.asarray(xy)) / _XY_UNIT
        habit = (parameters - ordinary) / [_PEAK_UNIT_NM, _LOG_SD_UNIT, _LOG_SD_UNIT]
        return np.concatenate([colour, habit])

    low = [start.peak_nm - 60.0, np.log(_NARROWEST_NM), np.log(_NARROWEST_NM)]
    high = [start.peak_nm + 60.0, np.log(_BROADEST_NM), np.log(_BROADEST_NM)]
    found = least_squares(miss, ordinary, bounds=(low, high), x_scale=[1.0, 0.1, 0.1]).x
    peak, short, long = (float(v) for v in (found[0], *np.exp(found[1:])))
    return Led(round(peak, 3), round(short, 3), round(long, 3))


def led_spectra(leds: tuple[Led, Led, Led], shift_nm: FloatArray | float = 0.0) -> FloatArray:
    """Emission of red, green and blue, height 1, moved by `shift_nm`.

    Returns
    -------
    ndarray, shape (3, 401)
        On the grid of `ledcal.colorimetry.spectra.wavelengths`.
    """
    peaks = np.array([led.peak_nm for led in leds]) + np.asarray(shift_nm, np.float64)
    return asymmetric_gaussian(
        peaks, [led.sd_short_nm for led in leds], [led.sd_long_nm for led in leds]
    )


@lru_cache(maxsize=64)
def led_heights(leds: tuple[Led, Led, Led], white_xy: tuple[float, float]) -> FloatArray:
    """Heights of the three spectra at full drive that give the white, with luminance 1.

    Returns
    -------
    ndarray, shape (3,)
        Read-only.

    Raises
    ------
    ValueError
        If the white lies outside the triangle of the primaries.
    """
    tristimulus = led_spectra(leds) @ colour_matching_functions()
    heights = np.asarray(np.linalg.solve(tristimulus.T, xy_to_xyz(white_xy)), np.float64)
    if not (heights > 0).all():
        message = f"white {white_xy} is outside the primaries of {leds}"
        raise ValueError(message)
    heights.flags.writeable = False
    return heights


def drive_polynomial(wall: VirtualWall, observer: FloatArray) -> FloatArray:
    """What an observer makes of each colour of the wall, as it changes with drive.

    The emission moves with drive, so a colour's primary is not constant. The response to the
    light of one unit of drive is computed spectrally at a handful of drives, and the smooth
    change between them is kept as a polynomial.

    Parameters
    ----------
    wall : VirtualWall
        Its emission and wavelength shift count.
    observer : ndarray, shape (401, 3)
        Sensitivities, such as colour matching functions or a camera's.

    Returns
    -------
    ndarray, shape (degree + 1, 3, 3)
        ``[power of drive, colour of the wall, channel of the observer]``, in units where white
        has luminance 1.
    """
    drives = 0.6 + 0.6 * np.cos(np.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1))
    heights = led_heights(wall.leds, wall.white_xy)
    shift = np.asarray(wall.wavelength_shift_nm)
    seen = np.stack(
        [heights[:, None] * (led_spectra(wall.leds, shift * (1 - d)) @ observer) for d in drives]
    )
    powers = np.vander(drives, _DEGREE + 1, increasing=True)
    solved = np.linalg.solve(powers, seen.reshape(len(drives), 9))
    return np.asarray(solved.reshape(-1, 3, 3), np.float64)
