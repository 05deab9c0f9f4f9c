"""What a wall shows after a change: the light of its LED colours, moved by what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import FloatArray
    from ledcal.values.pairs import Explanation

# Below this share of white a sum of parts says nothing of how they share.
_DARK = 1e-6


def parts_of(light: Callable[[FloatArray], FloatArray], code: FloatArray) -> FloatArray:
    """Tell what each LED colour gives of the light of wall codes.

    Parameters
    ----------
    light : callable
        Wall code (n, 3) to camera RGB above black (n, 3).
    code : ndarray, shape (n, 3)
        Wall code.

    Returns
    -------
    ndarray, shape (n, 3, 3)
        ``[patch, LED colour, camera channel]``; they sum to the light of the whole: what the
        colours do to each other is shared out in proportion.
    """
    parts = np.stack([light(code * np.eye(3)[led]) for led in range(3)], axis=1)
    whole, total = light(code), parts.sum(axis=1)
    floor = _DARK * np.abs(whole).max(initial=1e-30)
    is_clear = np.abs(total) > floor
    share = np.where(is_clear, whole / np.where(is_clear, total, 1.0), 1.0)
    return np.asarray(parts * share[:, None, :], np.float64)


def moved_light(
    parts: FloatArray, level: FloatArray, found: Explanation, *, with_exposure: bool = False
) -> FloatArray:
    """Tell what patches show after a change.

    Parameters
    ----------
    parts : ndarray, shape (n, 3, 3)
        Before, from `parts_of`.
    level : ndarray, shape (n, 3)
        Light of each LED colour, relative to full.
    found : Explanation
        What has changed.
    with_exposure : bool
        Whether the common scale is applied too.

    Returns
    -------
    ndarray, shape (n, 3)
        Camera RGB above black.

    Examples
    --------
    >>> from ledcal.values.pairs import Explanation
    >>> dimmer = np.log([0.5, 1.0, 1.0])
    >>> nothing = np.zeros(3)
    >>> found = Explanation(
    ...     ("channel_red",), 0.0, nothing, dimmer, nothing, np.zeros((3, 3)), {}
    ... )
    >>> moved_light(np.eye(3)[None], np.ones((1, 3)), found).tolist()
    [[0.5, 1.0, 1.0]]
    """
    gain = found.wall[:, None] + found.camera[None, :] + found.primaries
    if with_exposure:
        gain = gain + found.exposure
    powers = np.maximum(level, 1e-9) ** found.exponent
    return np.asarray((parts * np.exp(gain) * powers[:, :, None]).sum(axis=1), np.float64)
