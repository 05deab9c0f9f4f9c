"""LEDs that are pulsed, seen by a rolling shutter: time and space integrated exactly, row by row.

It knows no Fourier theory: the light of every LED is on or off, and what a row gathers is the
length of the time it was on, times the height of the LED that the row covers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.banding import PlaneRows, RowProfiles
from ledcal.values.frame import Exposure, LinearFrame, Plane

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray

_BLACK, _WHITE = 512.0, 16383.0
_STRIPS = 8


@dataclass(frozen=True, slots=True)
class PulsedWall:
    """LEDs that are on for part of every refresh.

    Attributes
    ----------
    refresh_hz : float
        Refreshes per second.
    duty : float
        Share of its slot that an LED is on.
    scan : int
        Rows of LEDs that are lit one after the other; row Y in slot Y modulo scan.
    pitches_per_row : float
        Rows of LEDs per row of photosites, where the scan is above 1.
    fill : float
        Height of an LED over its pitch.
    """

    refresh_hz: float
    duty: float
    scan: int = 1
    pitches_per_row: float = 0.41
    fill: float = 0.35


@dataclass(frozen=True, slots=True)
class RollingShutter:
    """When the rows of a sensor look.

    Attributes
    ----------
    line_time_s : float
        From the start of a row to the start of the next.
    exposure_s : float
        How long each looks.
    frame_rate : float
        Frames per second.
    start_s : float
        When row 0 of frame 0 starts.
    """

    line_time_s: float
    exposure_s: float
    frame_rate: float = 24.0
    start_s: float = 0.0


def row_light(
    wall: PulsedWall, shutter: RollingShutter, n_rows: int, frame_index: int = 0
) -> FloatArray:
    """What each row gathers, over what it would if LEDs were always on at their mean.

    Parameters
    ----------
    wall : PulsedWall
        The LEDs.
    shutter : RollingShutter
        The sensor.
    n_rows : int
        Rows of the sensor.
    frame_index : int
        Which frame.

    Returns
    -------
    ndarray, shape (n_rows,)
        1 is the mean over a wall without gaps and a time without end.
    """
    rows = np.arange(n_rows)
    first = shutter.start_s + frame_index / shutter.frame_rate
    start = np.asarray(first + rows * shutter.line_time_s, np.float64)
    if wall.scan == 1:
        return _time_on(wall, start, shutter.exposure_s, 0.0)
    # LED rows whose light may reach a photosite row, of which each covers one row's height.
    reach = int(np.ceil(1.0 + wall.pitches_per_row)) + 1
    nearest = np.round(rows * wall.pitches_per_row).astype(np.int64)
    total = np.zeros(n_rows)
    for step in range(-reach, reach + 1):
        led = nearest + step
        middle, half = led / wall.pitches_per_row, 0.5 * wall.fill / wall.pitches_per_row
        covered = np.minimum(rows + 0.5, middle + half) - np.maximum(rows - 0.5, middle - half)
        on = _time_on(wall, start, shutter.exposure_s, (led % wall.scan) / wall.scan)
        total += np.maximum(covered, 0.0) * on
    return np.asarray(total / wall.fill, np.float64)


def _time_on(wall: PulsedWall, start: FloatArray, exposure_s: float, slot: ArrayLike) -> FloatArray:
    """Time that an LED is on within exposures, over its mean."""
    width = wall.duty / wall.scan

    def until(turn: FloatArray) -> FloatArray:
        return np.asarray(np.floor(turn) * width + np.minimum(turn % 1.0, width), np.float64)

    first = wall.refresh_hz * start - np.asarray(slot, np.float64)
    lit = until(first + wall.refresh_hz * exposure_s) - until(first)
    return np.asarray(lit / (wall.refresh_hz * exposure_s * width), np.float64)


def photograph_rows(
    rows: FloatArray,
    scene: FloatArray,
    *,
    noise: float,
    rng: np.random.Generator,
    name: str = "frame.dng",
) -> LinearFrame:
    """A raw frame of a scene whose rows gather more or less light.

    Parameters
    ----------
    rows : ndarray, shape (height,)
        Light of each row, 1 is the mean.
    scene : ndarray, shape (height, width)
        What photosites see without bands, 1 = white level; lattice and fall-off are in it.
    noise : float
        Standard deviation of a photosite's noise over the light it sees.
    rng : numpy.random.Generator
        For the noise.
    name : str
        File name of the frame.

    Returns
    -------
    LinearFrame
        RGGB, 14 bits.
    """
    light = scene * rows[:, None]
    light = light * (1.0 + noise * rng.standard_normal(light.shape, np.float32))
    dn = np.clip(np.round(_BLACK + (_WHITE - _BLACK) * light), 0, _WHITE).astype(np.uint16)
    planes = tuple(
        Plane(dn[y::2, x::2], channel, x, y, 2, _BLACK, _WHITE, _WHITE)
        for channel, x, y in (("R", 0, 0), ("G1", 1, 0), ("G2", 0, 1), ("B", 1, 1))
    )
    height, width = dn.shape
    return LinearFrame(name, width, height, planes, "camera", Exposure(), None)


def average_rows(
    rows: FloatArray,
    scene: FloatArray,
    *,
    columns: int,
    noise: float,
    rng: np.random.Generator,
    row_noise: float = 0.0,
    name: str = "frame.dng",
) -> RowProfiles:
    """The row means that `photograph_rows` would give, without its pixels.

    Parameters
    ----------
    rows : ndarray, shape (height,)
        Light of each row, 1 is the mean.
    scene : ndarray, shape (height,)
        What rows see without bands, 1 = white level.
    columns : int
        Photosites of a row, of both its colours together.
    noise : float
        Standard deviation of a photosite's noise over the light it sees.
    rng : numpy.random.Generator
        For the noise.
    row_noise : float
        Standard deviation of what the sensor adds to all photosites of a row, over the light.
    name : str
        File name of the frame.

    Returns
    -------
    RowProfiles
        RGGB.
    """
    light = scene * rows * (1.0 + row_noise * rng.standard_normal(len(rows)))
    sigma = noise / np.sqrt(columns / 2 / _STRIPS)
    planes = []
    for channel, y in (("R", 0), ("G1", 0), ("G2", 1), ("B", 1)):
        own = light[y::2, None]
        strips = own * (1.0 + sigma * rng.standard_normal((len(own), _STRIPS)))
        planes.append(PlaneRows(channel, y, 2, strips))
    return RowProfiles(name, columns, tuple(planes))
