"""Bands in closed form: rows that start one after the other look at light that comes in pulses.

Row y of frame j starts at ``j / frame_rate + y * line_time``, so harmonic k of the refresh is seen
with a phase that turns by ``k * refresh * line_time`` from row to row and by ``k * refresh /
frame_rate`` from frame to frame. An exposure that lasts whole refreshes gathers the same light
wherever it starts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.banding import SafeShutter

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray

_FULL_TURN = 360.0


def wrap(turns: ArrayLike) -> FloatArray:
    """Turns without whole ones: from -1/2, left out, to 1/2.

    Examples
    --------
    >>> wrap([0.75, -0.5, 160.0]).tolist()
    [-0.25, 0.5, 0.0]
    """
    value = np.asarray(turns, np.float64)
    return np.asarray(value - np.ceil(value - 0.5), np.float64)


def row_frequency(harmonic: int, refresh_hz: float, line_time_s: float) -> float:
    """Cycles per row of a harmonic of the refresh, -1/2 to 1/2.

    Parameters
    ----------
    harmonic : int
        k.
    refresh_hz : float
        Refreshes per second.
    line_time_s : float
        From the start of a row to the start of the next.

    Returns
    -------
    float
        In cycles per row.

    Examples
    --------
    >>> round(row_frequency(1, 3840.0, 3.4e-6), 6)
    0.013056
    """
    return float(wrap(harmonic * refresh_hz * line_time_s))


def frame_advance(harmonic: int, refresh_hz: float, frame_rate: float) -> float:
    """Cycles by which a harmonic's phase moves from frame to frame, -1/2 to 1/2.

    0 is a band that stands still: LEDs and camera keep step.

    Examples
    --------
    >>> frame_advance(1, 3840.0, 24.0), round(frame_advance(1, 3836.16, 24.0), 2)
    (0.0, -0.16)
    """
    return float(wrap(harmonic * refresh_hz / frame_rate))


def band_depth(harmonic: int, refresh_hz: float, exposure_s: float, duty: float = 0.0) -> float:
    """Amplitude over mean light of a harmonic of the refresh.

    Parameters
    ----------
    harmonic : int
        k.
    refresh_hz : float
        Refreshes per second.
    exposure_s : float
        How long a row looks.
    duty : float
        Share of a refresh that LEDs are on; 0, short pulses, gives the most.

    Returns
    -------
    float
        0 where the exposure lasts whole refreshes.

    Examples
    --------
    >>> round(band_depth(1, 1920.0, 150 / 360 / 24, 0.3), 4)
    0.0142
    >>> round(band_depth(1, 3840.0, 180 / 360 / 24), 12)
    0.0
    """
    return float(
        2.0 * abs(np.sinc(harmonic * duty)) * abs(np.sinc(harmonic * refresh_hz * exposure_s))
    )


def scan_frequency(
    harmonic: int,
    order: int,
    *,
    refresh_hz: float,
    line_time_s: float,
    scan: int,
    pitches_per_row: float,
) -> float:
    """Cycles per row of what rows of LEDs make that are lit one after the other; not folded.

    Row Y of the LEDs is lit in slot Y modulo `scan`: harmonic k is a wave of light of n - k / scan
    cycles per row of LEDs.

    Parameters
    ----------
    harmonic, order : int
        k, with its sign, and n.
    refresh_hz, line_time_s : float
        Of the LEDs, and of the sensor.
    scan : int
        Rows of LEDs that are lit one after the other.
    pitches_per_row : float
        Rows of LEDs per row of photosites.

    Returns
    -------
    float
        ``n u + k (refresh line_time - u / scan)``.
    """
    slip = refresh_hz * line_time_s - pitches_per_row / scan
    return order * pitches_per_row + harmonic * slip


def scan_depth(
    harmonic: int,
    order: int,
    *,
    refresh_hz: float,
    exposure_s: float,
    scan: int,
    pitches_per_row: float,
    fill: float,
    duty: float = 0.0,
    photosite_fill: float = 1.0,
) -> float:
    """Amplitude over mean light of the same wave, with a perfect lens in focus.

    Photosites and lens blur the wave of light on the wall, n - k / scan cycles per row of LEDs;
    the time of the rows only moves it to another frequency.

    Parameters
    ----------
    harmonic, order, refresh_hz, scan, pitches_per_row
        As in `scan_frequency`.
    exposure_s : float
        How long a row looks.
    fill : float
        Height of an LED over its pitch.
    duty : float
        Share of its slot that an LED is on; 0 gives the most.
    photosite_fill : float
        Height of a photosite over its pitch.

    Returns
    -------
    float
        Up to 2.
    """
    wave = order - harmonic / scan
    parts = (
        fill * wave,
        harmonic * duty / scan,
        harmonic * refresh_hz * exposure_s,
        photosite_fill * pitches_per_row * wave,
    )
    return float(2.0 * abs(np.prod(np.sinc(parts))))


def flash_counts(refresh_hz: float, exposure_s: float) -> tuple[int, float]:
    """Fewest short flashes that a row sees, and the share of the rows that see one more.

    Few rows with one more are light lines; few with one less are dark ones. The step between them
    is 1 / flashes.

    Examples
    --------
    >>> count, share = flash_counts(3840.0, 80.1 / 3840.0)
    >>> count, round(share, 6)
    (80, 0.1)
    """
    flashes = refresh_hz * exposure_s
    # What is a whole number but for rounding is one.
    count = math.floor(flashes + 1e-9)
    return count, max(0.0, flashes - count)


def safe_shutter_angles(
    refresh_hz: float, frame_rate: float, *, near: float = 180.0, count: int = 5
) -> tuple[SafeShutter, ...]:
    """Shutter angles that last whole refreshes, the nearest to one first.

    Parameters
    ----------
    refresh_hz : float
        Refreshes per second.
    frame_rate : float
        Frames per second.
    near : float
        Angle in degrees.
    count : int
        How many, where there are as many up to 360 degrees.

    Returns
    -------
    tuple of SafeShutter
        Empty where a refresh takes longer than a frame.

    Examples
    --------
    >>> [round(s.angle_deg, 2) for s in safe_shutter_angles(3840.0, 24.0, near=172.8, count=3)]
    [173.25, 171.0, 175.5]
    """
    most = math.floor(refresh_hz / frame_rate + 1e-9)
    degrees = _FULL_TURN * frame_rate / refresh_hz
    wanted = round(near / degrees)
    whole = range(max(1, min(wanted, most) - count), min(most, wanted + count) + 1)
    nearest = sorted(whole, key=lambda n: (abs(n * degrees - near), n))[:count]
    return tuple(SafeShutter(n * degrees, n / refresh_hz, n) for n in nearest)
