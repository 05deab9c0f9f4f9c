"""Whether an eye sees fringes: their contrast over the least that is seen on flat grey.

The grades are ours and have not been tried on viewers: below 1 nothing is seen on flat grey, from
1 to 3 it is at the threshold, above 3 it is seen. The viewing distance is the worst of 0.75 to 4
heights of the picture. Fringes wider than two thirds of the picture are shading.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.vision import (
    chromatic_sensitivity,
    luminance_threshold,
    opponent_contrast,
    pixels_per_degree,
)
from ledcal.values.moire import GREEN_MAGENTA, LUMINANCE, RED_BLUE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray

AT_THRESHOLD, SEEN = 1.0, 3.0
# The local slope, log to log, of what takes the scene's light to the viewer's.
VIEWING_GAMMA = 1.2
NITS = 100.0
SHADING_HEIGHTS = 2.0 / 3.0
NEAREST_HEIGHTS, FARTHEST_HEIGHTS = 0.75, 4.0

_AMPLITUDE = {
    LUMINANCE: (1.0, 1.0, 1.0),
    RED_BLUE: (1.0, 0.0, -1.0),
    GREEN_MAGENTA: (1.0, -1.0, 1.0),
}
# Periods in heights of the picture, and the least contrast in 1e-5 of a grey grating that is seen
# at 100 cd/m2 from the worst distance: `luminance_threshold`, so that nobody waits for
# colour-science to be imported. A test compares them.
_PERIODS = 2.0 ** (np.arange(-96, -3) / 8.0)
# fmt: off
_LEAST_AT_100_NITS = np.array([
    209180.8, 84395.8, 38802.7, 19912.2, 11207.4, 6817.7, 4427.4, 3037.6, 2182.6, 1630.5, 1258.6,
    998.6, 811.0, 671.7, 565.9, 483.8, 419.1, 367.4, 325.6, 291.4, 263.4, 240.1, 220.8, 204.6,
    191.1, 179.8, 170.3, 162.5, 156.0, 150.8, 146.6, 143.4, 141.1, 139.7, 139.0, *[138.9] * 20,
    139.5, 140.9, 143.0, 145.8, 149.5, 154.1, 159.6, 166.1, 173.6, 182.3, 192.2, 203.4, 216.0,
    230.2, 246.0, 263.6, 283.2, 304.8, 328.7, 355.0, 384.0, 415.9, 450.8, 489.2, 531.2, 577.2,
    627.5, 682.6, 742.7, 808.5, 880.3, 958.7, 1044.3, 1137.8, 1239.8, 1351.1, 1472.6, 1605.1,
])
# fmt: on


def _cycles_per_degree() -> FloatArray:
    """Of `_PERIODS` (rows) from every viewing distance (columns)."""
    heights = np.geomspace(NEAREST_HEIGHTS, FARTHEST_HEIGHTS, 200)
    rows = 1e6
    return np.asarray(pixels_per_degree(rows, heights) / (rows * _PERIODS[:, None]), np.float64)


def least_luminance(nits: float = NITS) -> FloatArray:
    """Least contrast of a grey grating that is seen from the worst distance, of `_PERIODS`."""
    return np.asarray(luminance_threshold(_cycles_per_degree(), nits=nits).min(axis=-1))


@lru_cache(maxsize=32)
def _log_gain(colour: str, nits: float) -> FloatArray:
    """Log of the visibility of unit contrast, of `_PERIODS`."""
    if colour not in _AMPLITUDE:
        message = f"colour {colour!r}, expected one of {', '.join(map(repr, _AMPLITUDE))}"
        raise ValueError(message)
    grey, *chromatic = np.abs(opponent_contrast(_AMPLITUDE[colour]))
    least = _LEAST_AT_100_NITS * 1e-5 if nits == NITS else least_luminance(nits)
    gain = grey / least
    if colour != LUMINANCE:
        seen = chromatic_sensitivity(_cycles_per_degree(), nits=nits).max(axis=1)
        gain = np.maximum(gain, (seen * chromatic).max(axis=-1))
    return np.asarray(np.log(gain), np.float64)


def visibility(
    contrast: ArrayLike,
    period_px: ArrayLike,
    colour: ArrayLike,
    *,
    rows: int = 2160,
    gamma: float = VIEWING_GAMMA,
    luminance: float = NITS,
) -> FloatArray:
    """How many times fringes are above the least that an eye sees.

    The strongest of three: their luminance (of fringes of colour what BT.709 weighs it),
    red against green, and yellow against violet.

    Parameters
    ----------
    contrast : array_like
        Amplitude over mean in linear light, of the strongest colour.
    period_px : array_like
        Fringe to fringe in pixels of the delivered picture; infinite is no fringe.
    colour : str or array_like of str
        ``luminance``, ``red-blue`` (opposite, green even) or ``green-magenta``.
    rows : int
        Of the delivered picture.
    gamma : float
        What viewing multiplies small contrasts by.
    luminance : float
        Of the picture, in cd/m2. Other than 100 imports colour-science, which takes a second.

    Returns
    -------
    ndarray
        0 where fringes are wider than two thirds of the picture; of the arguments' common shape.

    Raises
    ------
    ValueError
        If a colour is not known.

    Examples
    --------
    >>> visibility([0.00139, 0.01], [10.0, 10.0], "luminance").round(1).tolist()
    [1.2, 8.6]
    >>> visibility(0.5, [10.0, 1500.0], "red-blue").round(1).tolist()
    [60.6, 0.0]
    """
    size, period, name = np.broadcast_arrays(
        np.asarray(contrast, np.float64), np.asarray(period_px, np.float64), np.asarray(colour)
    )
    heights = period / rows
    # Every node is an eighth of an octave from the next; beyond the ends the ends hold.
    place = 8.0 * np.log2(np.maximum(heights, 1e-9)) + 96.0
    nodes = np.arange(_PERIODS.size)
    gain = np.full(size.shape, np.nan)
    for each in np.unique(np.asarray(colour)):
        chosen = name == each
        gain[chosen] = np.exp(np.interp(place[chosen], nodes, _log_gain(str(each), luminance)))
    seen = size * gamma * gain
    return np.asarray(np.where(heights > SHADING_HEIGHTS, 0.0, seen), np.float64)


def grade(seen: float) -> str:
    """What a visibility means, in words.

    Examples
    --------
    >>> grade(0.4), grade(2.0), grade(30.0)
    ('not visible on flat grey', 'at the threshold', 'visible')
    """
    if seen < AT_THRESHOLD:
        return "not visible on flat grey"
    return "at the threshold" if seen <= SEEN else "visible"
