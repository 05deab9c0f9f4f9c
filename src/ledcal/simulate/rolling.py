"""A rolling shutter in front of a wall that plays: which part of each exposure sees which frame."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ledcal.simulate.picture import light_on_sensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.simulate.picture import Setup
    from ledcal.values.arrays import FloatArray
    from ledcal.values.pattern import Region

Float32 = NDArray[np.float32]

# Composites of the wall that are kept: neighbouring captures share one or two.
_KEPT = 4


@dataclass(frozen=True, slots=True)
class LatePart:
    """A part of the wall that shows each frame later than the rest.

    Attributes
    ----------
    region : Region
        Wall pixels.
    delay_s : float
        By how much.
    periods : frozenset of int or None
        Frames played, by their place, in which it is late; None: always.
    """

    region: Region
    delay_s: float
    periods: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Rolling:
    """When the camera's rows are exposed, and what the wall plays.

    Attributes
    ----------
    frame_rate : float
        Of the camera, Hz. Capture j begins at ``j / frame_rate``.
    exposure_s : float
        Of each row.
    line_time_s : float
        From the beginning of one row to that of the next.
    wall_rate : float
        Frames of the wall a second.
    start_s : float
        When the first frame played begins; before it, it stands too.
    played : tuple of int
        Numbers of the frames, in the order in which the wall shows them; the last one stays.
    n_captures : int
        How many captures are made.
    late : tuple of LatePart
        Parts that are late.
    """

    frame_rate: float
    exposure_s: float
    line_time_s: float
    wall_rate: float
    start_s: float
    played: tuple[int, ...]
    n_captures: int = 1
    late: tuple[LatePart, ...] = ()

    def shown(self, time_s: float) -> tuple[int, ...]:
        """Numbers that the wall, and each of its late parts, shows at a moment.

        Examples
        --------
        >>> Rolling(24.0, 1 / 48, 0.0, 24.0, 0.0, (7, 8, 9)).shown(1.5 / 24)
        (8,)
        """
        numbers = [self.played[self._place(time_s)]]
        for part in self.late:
            place = self._place(time_s)
            is_late = part.periods is None or place in part.periods
            numbers.append(self.played[self._place(time_s - part.delay_s if is_late else time_s)])
        return tuple(numbers)

    def _place(self, time_s: float) -> int:
        place = math.floor((time_s - self.start_s) * self.wall_rate)
        return min(max(place, 0), len(self.played) - 1)

    def changes(self, first_s: float, last_s: float) -> list[float]:
        """Moments between two at which some part of the wall changes, rising."""
        found: set[float] = set()
        for delay in (0.0, *(part.delay_s for part in self.late)):
            begin = (first_s - self.start_s - delay) * self.wall_rate
            end = (last_s - self.start_s - delay) * self.wall_rate
            for place in range(math.floor(begin), math.ceil(end) + 1):
                moment = self.start_s + delay + place / self.wall_rate
                if first_s < moment < last_s:
                    found.add(moment)
        return sorted(found)


def row_shares(
    rolling: Rolling, capture_index: int, rows: FloatArray
) -> list[tuple[tuple[int, ...], FloatArray]]:
    """Which part of each row's exposure sees what, exactly.

    Parameters
    ----------
    rolling : Rolling
        When and what.
    capture_index : int
        From 0.
    rows : ndarray, shape (n,)
        Rows of the sensor.

    Returns
    -------
    list of (tuple of int, ndarray of shape (n,))
        What wall and late parts show, and the share of the exposure that sees it; the shares of a
        row add up to 1.

    Examples
    --------
    >>> rolling = Rolling(24.0, 1 / 48, 0.0, 24.0, -0.995 / 24 + 1 / 96, (5, 6))
    >>> [(shown, part.round(3).tolist()) for shown, part in row_shares(rolling, 0, np.zeros(1))]
    [((5,), [0.51]), ((6,), [0.49])]
    """
    begin = capture_index / rolling.frame_rate + rows * rolling.line_time_s
    end = begin + rolling.exposure_s
    first, last = float(begin.min()), float(end.max())
    moments = [first, *rolling.changes(first, last), last]
    shares: dict[tuple[int, ...], FloatArray] = {}
    for low, high in itertools.pairwise(moments):
        overlap = np.minimum(end, high) - np.maximum(begin, low)
        part = np.maximum(overlap, 0.0) / rolling.exposure_s
        if part.max() > 0.0:
            shown = rolling.shown((low + high) / 2)
            shares[shown] = shares.get(shown, np.zeros_like(part)) + part
    return list(shares.items())


class RollingCamera:
    """Photographs a playing wall, capture after capture; what did not change is kept.

    Parameters
    ----------
    setup : Setup
        Stage, prepared.
    rolling : Rolling
        When and what.
    picture : callable
        Wall code of a frame by its number, shape (height, width, 3).
    """

    def __init__(self, setup: Setup, rolling: Rolling, picture: Callable[[int], Float32]) -> None:
        self._setup = setup
        self._rolling = rolling
        self._picture = picture
        self._kept: dict[tuple[int, ...], list[Float32]] = {}

    def planes(self, capture_index: int) -> list[Float32]:
        """Light on each group of photosites, noise-free, as `picture.light_on_sensor` gives it."""
        sites = self._setup.sites
        total = [np.zeros(group.x.shape, np.float32) for group in sites]
        rows = np.arange(self._setup.stage.camera.height, dtype=np.float64)
        for shown, share in row_shares(self._rolling, capture_index, rows):
            lit = self._light(shown)
            for place, group in enumerate(sites):
                own = share[group.row :: group.step].astype(np.float32)
                total[place] += own[:, None] * lit[place]
        return total

    def _light(self, shown: tuple[int, ...]) -> list[Float32]:
        if shown not in self._kept:
            code = self._picture(shown[0])
            if self._rolling.late:
                code = code.copy()
            for part, number in zip(self._rolling.late, shown[1:], strict=True):
                box = part.region
                where = (slice(box.y, box.y + box.height), slice(box.x, box.x + box.width))
                code[where] = self._picture(number)[where]
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[shown] = light_on_sensor(self._setup, code)
        return self._kept[shown]
