"""A processor that takes code as encoded in a gamut of its own, and mixes it for the LEDs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import gamut, matrix_rgb_to_rgb
from ledcal.colorimetry.spectra import colour_matching_functions
from ledcal.simulate.leds import led_spectra
from ledcal.values.stage import Gamut

if TYPE_CHECKING:
    from ledcal.simulate.virtual_wall import VirtualWall
    from ledcal.values.arrays import FloatArray


def led_gamut(wall: VirtualWall) -> Gamut:
    """Primaries of the LEDs at full drive, and the wall's white.

    Examples
    --------
    >>> from ledcal.simulate.virtual_wall import VirtualWall
    >>> led_gamut(VirtualWall()).primaries_xy.round(2).tolist()
    [[0.7, 0.3], [0.17, 0.76], [0.13, 0.05]]
    """
    xyz = led_spectra(wall.leds) @ colour_matching_functions()
    return Gamut("LEDs", xyz[:, :2] / xyz.sum(axis=1, keepdims=True), wall.white_xy)


@lru_cache(maxsize=64)
def premix(wall: VirtualWall) -> FloatArray:
    """3x3 from light in the processor's gamut to drive of the LEDs; white stays white. Read-only.

    Examples
    --------
    >>> from ledcal.simulate.virtual_wall import VirtualWall
    >>> matrix = premix(VirtualWall(processor_gamut="BT.2020"))
    >>> matrix.sum(axis=1).round(9).tolist(), bool((matrix < 0).any())
    ([1.0, 1.0, 1.0], True)
    """
    said = wall.processor_gamut
    if isinstance(said, str):
        source = gamut(said)
    else:
        *primaries, white = said
        source = Gamut("processor", primaries, white)
    matrix = matrix_rgb_to_rgb(source, led_gamut(wall))
    matrix.flags.writeable = False
    return matrix


def mix(wall: VirtualWall, light: FloatArray) -> FloatArray:
    """Light in the processor's gamut to drive of the LEDs, cut off at 0 and 1.

    Parameters
    ----------
    wall : VirtualWall
        Its `processor_gamut` counts.
    light : ndarray, shape (..., 3)
        Linear, 1.0 is peak; more where ST 2084 asks for more.

    Returns
    -------
    ndarray, shape (..., 3)
        0..1.
    """
    return np.clip(light @ premix(wall).T, 0.0, 1.0)
