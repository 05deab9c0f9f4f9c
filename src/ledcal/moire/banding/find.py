"""Row profiles of a locked-off camera to bands and flicker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import CaptureError
from ledcal.moire.banding.moving import find_moving
from ledcal.moire.banding.series import row_series
from ledcal.moire.banding.still import find_still
from ledcal.values.banding import Banding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.moire.banding.series import RowSeries
    from ledcal.values.banding import Band, RowProfiles


def find_bands(profiles: Sequence[RowProfiles], *, false_alarm: float = 1e-3) -> Banding:
    """Find the bands of a wall that shows one colour, and its flicker.

    With two frames or more, everything that stands still is divided out, and what moves is found
    far below the wall's own raster. What stands still is looked for in the mean of the frames.

    Parameters
    ----------
    profiles : sequence of RowProfiles
        Frames of a camera that did not move, in shooting order.
    false_alarm : float
        Probability, over each of the two searches, that noise alone gives a band.

    Returns
    -------
    Banding
        Bands that move, then bands that stand still.

    Raises
    ------
    CaptureError
        If there is no frame, or frames differ in size or have rows without light.
    """
    if not profiles:
        message = "no frame to look for bands in; name frames of a wall that shows one colour"
        raise CaptureError(message)
    series = row_series(profiles)
    n = len(profiles)
    bands: tuple[Band, ...] = ()
    known: list[float] = []
    if n > 1:
        moving = find_moving(series, false_alarm)
        bands = moving.bands
        known = [*(band.frequency_cpr for band in bands), *moving.others.tolist()]
        series = replace(series, still=series.still / (1.0 + moving.mean)[:, None])
    still = find_still(series, false_alarm, known, n)
    depth, sigma = _flicker(series)
    return Banding(bands + still, depth, sigma, n)


def _flicker(series: RowSeries) -> tuple[float, float]:
    """Spread of the frames' levels without what noise adds, and that."""
    n = len(series.flicker)
    noise = series.row_sigma / np.sqrt(len(series.y))
    if n < 2:
        return float("nan"), float("nan")
    spread = float(np.var(series.flicker, ddof=1))
    return float(np.sqrt(max(spread - noise**2, 0.0))), float(noise / np.sqrt(n - 1))
