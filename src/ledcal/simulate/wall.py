"""The wall: code to drive of the three colours, and what they do to each other."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.spectra import colour_matching_functions
from ledcal.colorimetry.transfer import canonical_eotf, eotf, pq_decode
from ledcal.simulate.curve import pq_position, rough_gain, shadow_gain
from ledcal.simulate.leds import drive_polynomial
from ledcal.simulate.player import play
from ledcal.simulate.processor import mix

if TYPE_CHECKING:
    from ledcal.simulate.virtual_wall import VirtualWall
    from ledcal.values.arrays import FloatArray

# Part of the supply that each colour takes at full drive.
_LOAD = np.array([0.40, 0.32, 0.28])


def wall_drive(wall: VirtualWall, code: FloatArray) -> FloatArray:
    """Code to drive: what each colour would emit alone, if the others did not matter.

    Parameters
    ----------
    wall : VirtualWall
        The wall.
    code : ndarray, shape (..., 3)
        Non-linear R'G'B', clipped to 0..1.

    Returns
    -------
    ndarray, shape (..., 3)
        1.0 is the colour's part in the white of `wall.peak_nits`.

    Examples
    --------
    >>> from ledcal.simulate.stage import VirtualWall
    >>> wall = VirtualWall(eotf="gamma 2.0", gain=(1.0, 0.5, 1.0))
    >>> wall_drive(wall, np.array([0.5, 0.5, 1.0])).round(3).tolist()
    [0.25, 0.125, 1.0]
    """
    steps = (1 << wall.signal_bits) - 1
    sent = play(wall, np.clip(np.asarray(code, np.float64), 0.0, 1.0))
    signal = np.rint(sent * steps) / steps
    if canonical_eotf(wall.eotf) == "ST 2084":
        drive = pq_decode(signal) / wall.peak_nits
    else:
        drive = eotf(wall.eotf, signal, peak_nits=1.0)
    if wall.processor_gamut:
        drive = mix(wall, drive)
    bent = np.power(drive, 1.0 + np.asarray(wall.exponent_error))
    bent = bent * np.asarray(wall.gain) * _ripple(wall, drive)
    if wall.roughness:
        bent = bent * rough_gain(wall, drive)
    if wall.shadow_gain != 1.0:
        bent = bent * shadow_gain(wall, drive)
    drive = bent
    nits = drive * wall.peak_nits
    drive = drive * (1.0 - np.asarray(wall.toe_depth) * np.exp(-nits / wall.toe_nits))
    drive = np.maximum(drive - np.asarray(wall.threshold_nits) / wall.peak_nits, 0.0)
    drive = _held(drive, np.asarray(wall.headroom), wall.knee)
    if wall.pwm_steps:
        stepped = np.rint(drive * wall.pwm_steps) / wall.pwm_steps
        drive = stepped + wall.pwm_dither * (drive - stepped)
    return np.asarray(drive, np.float64)


def _ripple(wall: VirtualWall, drive: FloatArray) -> FloatArray:
    """Factor on the light, slowly waving over what the eye calls even steps."""
    position = pq_position(wall, drive)
    factor = np.ones_like(position)
    for channel, harmonics in enumerate(wall.ripple):
        for number, amplitude, phase in harmonics:
            wave = np.sin(2 * np.pi * number * position[..., channel] + phase)
            factor[..., channel] += amplitude * wave
    return factor


def _held(drive: FloatArray, top: FloatArray, knee: float) -> FloatArray:
    """Drive held at `top`, through a soft turn `knee` wide."""
    if knee <= 0:
        return np.minimum(drive, top)
    return np.asarray(top - knee * np.logaddexp(0.0, (top - drive) / knee), np.float64)


@lru_cache(maxsize=64)
def luminance_shares(wall: VirtualWall) -> FloatArray:
    """Part of red, green and blue in the luminance of white at full drive; sums to 1."""
    shares: FloatArray = drive_polynomial(wall, colour_matching_functions()).sum(axis=0)[:, 1]
    shares.flags.writeable = False
    return shares


def wall_emission(wall: VirtualWall, drive: FloatArray) -> FloatArray:
    """Drive to what the colours emit together: crosstalk, and a supply that droops.

    The droop is ``1 - d * load^p``, with d such that the luminance of full white over the sum of
    its three parts is `wall.additivity`, and normalised so that full white keeps its luminance.

    Parameters
    ----------
    wall : VirtualWall
        The wall.
    drive : ndarray, shape (..., 3)
        As `wall_drive` gives it.

    Returns
    -------
    ndarray, shape (..., 3)
        Emission of each colour in the units of drive.
    """
    root = np.sqrt(np.maximum(drive, 0.0))
    emission = drive * (1.0 + root @ np.asarray(wall.crosstalk).T)
    if wall.additivity != 1.0:
        shares_of_parts = float(luminance_shares(wall) @ _LOAD**wall.droop_power)
        droop = (1.0 - wall.additivity) / (1.0 - wall.additivity * shares_of_parts)
        load = np.maximum(drive @ _LOAD, 0.0)[..., None]
        emission = emission * (1.0 - droop * load**wall.droop_power) / (1.0 - droop)
    return np.asarray(emission, np.float64)


def wall_response(wall: VirtualWall, code: FloatArray, polynomial: FloatArray) -> FloatArray:
    """What an observer sees of the emission, the three colours of the wall apart.

    Parameters
    ----------
    wall : VirtualWall
        The wall.
    code : ndarray, shape (n, 3)
        Non-linear R'G'B', 0..1.
    polynomial : ndarray, shape (degree + 1, 3, 3)
        Of `drive_polynomial`, for the observer.

    Returns
    -------
    ndarray, shape (n, 3, 3)
        ``[sample, colour of the wall, channel of the observer]``; without black and ambient.
    """
    drive = wall_drive(wall, code)
    per_unit = np.zeros((*drive.shape, polynomial.shape[-1]))
    for coefficients in polynomial[::-1]:
        per_unit = per_unit * drive[..., None] + coefficients
    return np.asarray(per_unit * wall_emission(wall, drive)[..., None], np.float64)


def warm_up(wall: VirtualWall, frame_index: float) -> FloatArray:
    """Gains of the three colours at a frame, 1 at the first. Shape (3,)."""
    share = 1.0 - np.exp(-frame_index / wall.drift_frames)
    return np.asarray(1.0 + np.asarray(wall.drift) * share, np.float64)
