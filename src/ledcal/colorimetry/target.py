"""T(x): the light an ideal wall would give for a content code (DESIGN.md, section 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import matrix_rgb_to_aces
from ledcal.colorimetry.transfer import eotf, eotf_inverse

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Target


def target_light(target: Target, code: ArrayLike) -> FloatArray:
    """Content code to scene-linear ACES2065-1.

    Parameters
    ----------
    target : Target
        Gamut, EOTF and peak of the content.
    code : array_like, shape (..., 3)
        Content code, 0..1.

    Returns
    -------
    ndarray, shape (..., 3)
        1.0 = 100 nits; content above the peak is held at the peak, channel by channel.

    Examples
    --------
    >>> from ledcal.colorimetry.space import P3_D65
    >>> from ledcal.values.stage import Target
    >>> sdr = Target(P3_D65, "gamma 2.0", 100.0)
    >>> target_light(sdr, [0.5, 0.5, 0.5]).round(12).tolist()
    [0.25, 0.25, 0.25]
    """
    light = eotf(target.eotf, code, peak_nits=target.peak_nits) / 100.0
    return light @ matrix_rgb_to_aces(target.gamut).T


def target_code(target: Target, aces: ArrayLike) -> FloatArray:
    """Scene-linear ACES2065-1 (..., 3), 1.0 = 100 nits, to content code held to 0..1."""
    matrix = np.linalg.inv(matrix_rgb_to_aces(target.gamut))
    nits = 100.0 * (np.asarray(aces, np.float64) @ matrix.T)
    return eotf_inverse(target.eotf, nits, peak_nits=target.peak_nits)
