"""Bands that the ticking of LEDs and of sensor rows make: row means, what was found, why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.values.arrays import FloatArray, readonly

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class PlaneRows:
    """Row means of one colour of the CFA, in strips from left to right.

    Attributes
    ----------
    channel : str
        ``R``, ``G1``, ``G2`` or ``B``.
    y, step : int
        Row of the frame that the first mean belongs to, and rows from one to the next.
    level : ndarray, shape (rows, strips)
        Mean light, 1 = white level; strips of equal width.
    """

    channel: str
    y: int
    step: int
    level: FloatArray

    def __init__(self, channel: str, y: int, step: int, level: ArrayLike) -> None:
        object.__setattr__(self, "channel", channel)
        object.__setattr__(self, "y", y)
        object.__setattr__(self, "step", step)
        object.__setattr__(self, "level", readonly(level, shape=(None, None), name="level"))


@dataclass(frozen=True, slots=True)
class RowProfiles:
    """What is kept of a frame for the search for bands.

    Attributes
    ----------
    name : str
        File name, for messages.
    columns : int
        Frame columns that the strips span.
    planes : tuple of PlaneRows
        In the frame's order.
    """

    name: str
    columns: int
    planes: tuple[PlaneRows, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """One wave along the rows of the sensor that was measured.

    Attributes
    ----------
    frequency_cpr : float
        Cycles per sensor row, above 0 and up to 1/2: of a wave and its negative, this one.
    frequency_sigma : float
        Its standard error.
    depth, depth_sigma : float
        Amplitude over mean light, and its standard error.
    drift_cycles : float or None
        Cycles by which the wave's phase moves on from frame to frame, -1/2 to 1/2; 0 where the
        band stands still. None where the phase does not advance evenly, or with two frames.
    drift_sigma : float
        Its standard error; NaN where the drift is None.
    is_static : bool
        Found in the mean of the frames: it may be the wall's own raster.
    false_alarm : float
        Probability that noise alone shows a wave as strong anywhere in what was searched.
    """

    frequency_cpr: float
    frequency_sigma: float
    depth: float
    depth_sigma: float
    drift_cycles: float | None
    drift_sigma: float
    is_static: bool
    false_alarm: float

    @property
    def period_rows(self) -> float:
        """Sensor rows from band to band."""
        return 1.0 / self.frequency_cpr

    @property
    def roll_rows(self) -> float | None:
        """Rows by which the bands move down from frame to frame, at least; None if not known."""
        if self.drift_cycles is None:
            return None
        return -self.drift_cycles / self.frequency_cpr


@dataclass(frozen=True, slots=True)
class Banding:
    """Everything that frames of a flat wall show of bands and flicker.

    Attributes
    ----------
    bands : tuple of Band
        Those that move, strongest first, then those that stand still, strongest first.
    flicker_depth : float
        Root mean square of the frames' light about its mean, over the mean; noise taken off. NaN
        for a single frame.
    flicker_sigma : float
        What noise alone makes of it.
    n_frames : int
        Frames that were looked at.
    """

    bands: tuple[Band, ...]
    flicker_depth: float
    flicker_sigma: float
    n_frames: int


@dataclass(frozen=True, slots=True)
class PredictedBand:
    """One wave that a stage will show.

    Attributes
    ----------
    harmonic : int
        k: cycles per refresh of the LEDs. With multiplexed rows of LEDs its sign counts.
    order : int
        n: cycles per row of LEDs that it rides on; 0 where it needs no LED resolved.
    frequency_cpr : float
        Cycles per sensor row, from 0 to 1/2: as it is seen.
    period_rows : float
        Sensor rows from band to band; infinite where all rows see the same.
    depth : float
        Amplitude over mean light, at most: that of short pulses. Longer ones show less.
    drift_cycles : float or None
        Cycles from frame to frame; None without a frame rate.
    is_reversed : bool
        Whether rows show the wave the other way round, so that its drift has the other sign than
        the harmonic's.
    """

    harmonic: int
    order: int
    frequency_cpr: float
    period_rows: float
    depth: float
    drift_cycles: float | None
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class SafeShutter:
    """An exposure that lasts whole refreshes of the LEDs: no row sees more light than another.

    Attributes
    ----------
    angle_deg : float
        Shutter angle.
    time_s : float
        Exposure time.
    refreshes : int
        Refreshes that fit.
    """

    angle_deg: float
    time_s: float
    refreshes: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a band is there, as far as the stage is known.

    Attributes
    ----------
    band : Band
        What was measured.
    predicted : PredictedBand or None
        The wave of the stage that it is; None where none fits or the stage does not say enough.
    refresh_hz : float or None
        The refresh that fits frequency and drift exactly, near the one of the stage.
    is_genlocked : bool or None
        Whether the LEDs keep step with the camera; None where it cannot be known.
    cause : str
        One or two sentences.
    fix : str
        What to do, the best first.
    missing : tuple of str
        Keys of stage.toml that would have said more.
    """

    band: Band
    predicted: PredictedBand | None
    refresh_hz: float | None
    is_genlocked: bool | None
    cause: str
    fix: str
    missing: tuple[str, ...] = ()
