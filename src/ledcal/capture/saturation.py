"""Where the sensor really stops counting, when that is below what the file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.arrays import AnyArray

ROWS_SAMPLED = 256
LOWEST_CLIP = 0.3  # of the range; nothing clips below, and dark frames are not searched
SPIKE_WIDTH = 1e-3  # of the range: far narrower than the shot noise of light that bright
SPIKE_RATIO = 5.0
SPIKE_SHARE = 2e-4
QUIET_SHARE = 0.8


def _sampled(values: AnyArray) -> AnyArray:
    return values[:: max(1, values.shape[0] // ROWS_SAMPLED)]


def _is_without_noise(sample: AnyArray, below: float) -> bool:
    """Whether neighbours are mostly equal: a rendered picture, where any level is a spike."""
    left, right = sample[:, :-1], sample[:, 1:]
    counted = np.minimum(left, right) < below
    n_counted = int(np.count_nonzero(counted))
    if n_counted < 100:
        return True
    n_equal = int(np.count_nonzero((left == right) & counted))
    return n_equal > QUIET_SHARE * n_counted


def find_saturation(values: AnyArray, black: float, white: float) -> float:
    """Find the dn from which a plane is clipped: the white level, or a spike well below it.

    A sensor that clips below its nominal white level piles its brightest samples on one number.
    Light that bright has shot noise many times wider than such a pile, so a pile at the very top
    with hardly anything just beneath it is a clip. Rendered pictures without noise are left
    alone, and so is anything below 30 % of the range.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        One plane in dn. About 256 of its rows are looked at.
    black, white : float
        Levels the file states, in dn.

    Returns
    -------
    float
        At most `white`, in dn.

    Examples
    --------
    >>> import numpy as np
    >>> dn = np.random.default_rng(1).normal(9000.0, 1500.0, (200, 200))
    >>> find_saturation(dn.astype(np.uint16), 512.0, 16383.0)
    16383.0
    >>> find_saturation(np.minimum(dn, 10000.0).astype(np.uint16), 512.0, 16383.0) < 10000.0
    True
    """
    span = white - black
    sample = _sampled(values)
    top = float(sample.max()) if sample.size else 0.0
    if top >= white or top < black + LOWEST_CLIP * span:
        return white
    is_integer = np.issubdtype(values.dtype, np.integer)
    width = max(1.0 if is_integer else 0.0, SPIKE_WIDTH * span)
    lowest = top - width
    n_top = int(np.count_nonzero(sample >= lowest))
    if n_top < max(50.0, SPIKE_SHARE * sample.size):
        return white
    n_beneath = int(np.count_nonzero(sample >= lowest - 4 * width)) - n_top
    # Four windows beneath the top one, so that the spike is compared with their mean.
    if n_top < SPIKE_RATIO * max(1.0, n_beneath / 4.0):
        return white
    return white if _is_without_noise(sample, lowest - 4 * width) else lowest
