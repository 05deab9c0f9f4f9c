"""How long after it was sent a frame is seen, where there is something to compare with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.sync.sequence import wrapped
from ledcal.values.sync_take import Latency

if TYPE_CHECKING:
    from ledcal.values.arrays import BoolArray, FloatArray

_TIMECODE = re.compile(r"(\d{2}):([0-5]\d):([0-5]\d)([:;.])(\d{2,3})", re.ASCII)
# What is sent may be behind what is seen by so much of the loop: clocks that are a little off.
_BEHIND = 1 / 16

UNKNOWN = (
    "latency cannot be known from the wall alone: it needs a reference (--reference a counter that "
    "is driven directly, --timecode, or --sent)"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What the numbers on the wall are compared with.

    Attributes
    ----------
    counters : ndarray of bool or None
        Counters that are driven directly, without the chain whose latency is asked for.
    first_sent : float or None
        Number that was sent when the first capture began.
    is_loop : bool
        The wall shows the number of the newest frame of the camera: a closed loop.
    by : str
        Where the first number is from, for the report.
    """

    counters: BoolArray | None = None
    first_sent: float | None = None
    is_loop: bool = False
    by: str = ""


def parse_timecode(text: str, frame_rate: float) -> int:
    """Frames since midnight of a timecode.

    Parameters
    ----------
    text : str
        ``HH:MM:SS:FF``; with a semicolon before the frames, drop frame at 29.97 or 59.94.
    frame_rate : float
        Frames a second.

    Returns
    -------
    int
        Of frames that are counted.

    Raises
    ------
    ValueError
        If it is no timecode at this rate.

    Examples
    --------
    >>> parse_timecode("01:00:00:12", 24.0), parse_timecode("00:01:00;02", 29.97)
    (86412, 1800)
    """
    match = _TIMECODE.fullmatch(text.strip())
    nominal = round(frame_rate)
    if match is None or int(match[5]) >= nominal or int(match[1]) > 23:
        message = f"timecode {text!r}: expected HH:MM:SS:FF with FF below {nominal}"
        raise ValueError(message)
    hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
    total = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if match[4] == ";":
        whole = 60 * hours + minutes
        total -= (nominal // 15) * (whole - whole // 10)
    return total


def find_latency(
    position: FloatArray,
    wall: FloatArray,
    capture: FloatArray,
    reference: Reference,
    *,
    n_frames: int,
    rate: float,
) -> Latency:
    """Compare what the wall shows with what was sent.

    Parameters
    ----------
    position : ndarray, shape (captures, counters)
        Of the take.
    wall : ndarray, shape (captures,)
        What the wall shows, counters of the reference left out.
    capture : ndarray, shape (captures,)
        Captures since the first one.
    reference : Reference
        What is known.
    n_frames : int
        Of the loop.
    rate : float
        Frames of the wall for each capture.

    Returns
    -------
    Latency
        Modulo the loop.
    """
    if reference.counters is not None:
        own = position[:, reference.counters]
        apart = wrapped(own - wall[:, None], n_frames)
        seen = np.isfinite(apart).any(axis=1)
        behind = np.array([np.nanmean(row) for row in apart[seen]])
        meaning = f"from the counter that is driven directly ({reference.by}) to the wall"
    elif reference.first_sent is not None:
        sent = reference.first_sent + capture * rate
        low = _BEHIND * n_frames
        behind = (sent - wall + low) % n_frames - low
        behind = behind[np.isfinite(behind)]
        way = (
            "of camera, engine and wall together"
            if reference.is_loop
            else "from what was sent to the wall, as the camera sees it"
        )
        meaning = f"{way}; {reference.by}; modulo {n_frames} frames"
    else:
        return Latency(None, UNKNOWN)
    if not len(behind):
        return Latency(None, "the reference, or the wall beside it, cannot be read")
    return Latency(float(np.median(behind)), meaning, float(behind.min()), float(behind.max()))
