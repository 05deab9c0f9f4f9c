"""The trend of the exposure during a take, seen in the anchor grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

_SIGNIFICANT = 4.0


def find_gains(
    numbers: FloatArray, light: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, FloatArray, bool]:
    """Compare the anchors of a take.

    Parameters
    ----------
    numbers : ndarray, shape (n,)
        Frame numbers of the frames with anchors, rising.
    light, sigma : ndarray, shape (n, a, 3)
        Anchor places of each frame, corrected; standard errors.

    Returns
    -------
    gains : ndarray, shape (n, 3)
        Relative to the median frame, per camera channel.
    spread : ndarray, shape (3,)
        Largest over smallest gain, minus 1.
    is_significant : bool
        Whether they differ by more than their errors explain.

    Examples
    --------
    >>> import numpy as np
    >>> light = np.array([1.0, 1.0, 1.1])[:, None, None] * np.ones((3, 4, 3))
    >>> gains, spread, sure = find_gains(np.arange(3.0), light, np.full((3, 4, 3), 0.001))
    >>> gains[:, 0].round(3).tolist(), spread.round(3).tolist(), sure
    ([1.0, 1.0, 1.1], [0.1, 0.1, 0.1], True)
    """
    if len(numbers) < 2:
        return np.ones((len(numbers), 3)), np.zeros(3), False
    place = np.nanmedian(light, axis=0)
    relative = light / place
    error = sigma / np.abs(place)
    weight = np.where(np.isfinite(relative), 1.0 / np.maximum(error, 1e-5) ** 2, 0.0)
    total = np.maximum(weight.sum(axis=1), 1e-12)
    gains = (np.nan_to_num(relative) * weight).sum(axis=1) / total
    gains = gains / np.median(gains, axis=0)
    errors = np.maximum(1.0 / np.sqrt(total), 1e-5)
    # Places of one frame that disagree say how far the errors can be trusted.
    if light.shape[1] > 1:
        scatter = np.nanstd(relative / np.nanmean(relative, axis=1, keepdims=True), axis=1)
        errors = np.maximum(errors, np.median(scatter, axis=0) / np.sqrt(light.shape[1] - 1))
    excess = float((((gains - 1.0) / errors) ** 2).mean())
    spread = gains.max(axis=0) / gains.min(axis=0) - 1.0
    return gains, spread, excess > _SIGNIFICANT
