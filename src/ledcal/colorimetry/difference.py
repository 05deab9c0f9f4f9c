"""Differences between colours: delta E ITP (ITU-R BT.2124) and delta E 2000."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import BT2020, matrix_aces_to_bt2020, matrix_aces_to_xyz, xy_to_xyz
from ledcal.colorimetry.transfer import pq_encode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray

# ITU-R BT.2100-2, table 7: BT.2020 RGB to LMS, and non-linear LMS to ICtCp.
_BT2020_TO_LMS = np.array([[1688, 2146, 262], [683, 2951, 462], [99, 309, 3688]]) / 4096
_LMS_TO_ICTCP = np.array([[2048, 2048, 0], [6610, -13613, 7003], [17933, -17390, -543]]) / 4096

# ITU-R BT.2124: 1.0 is a just noticeable difference in the most critical adaptation.
_ITP_SCALE = 720.0


@cache
def _aces_to_lms() -> FloatArray:
    matrix = np.asarray(_BT2020_TO_LMS @ matrix_aces_to_bt2020(), np.float64)
    matrix.flags.writeable = False
    return matrix


def matrix_aces_to_lms() -> FloatArray:
    """3x3 from ACES2065-1 to linear LMS of BT.2100. Read-only."""
    return _aces_to_lms()


def aces_to_ictcp(aces: ArrayLike) -> FloatArray:
    """ACES2065-1 to ICtCp (BT.2100 PQ).

    Parameters
    ----------
    aces : array_like, shape (..., 3)
        Scene-linear, 1.0 = 100 nits. Negative LMS counts as none.

    Returns
    -------
    ndarray, shape (..., 3)
        I, Ct, Cp.

    Examples
    --------
    A grey has no chroma:

    >>> (aces_to_ictcp([1.0, 1.0, 1.0]).round(4) + 0.0).tolist()
    [0.5081, 0.0, 0.0]
    """
    lms = np.asarray(aces, np.float64) @ _aces_to_lms().T
    ictcp: FloatArray = pq_encode(100.0 * lms) @ _LMS_TO_ICTCP.T
    return ictcp


def aces_to_itp(aces: ArrayLike) -> FloatArray:
    """ACES2065-1 (..., 3), 1.0 = 100 nits, to where a step of length 1 is one delta E ITP.

    Examples
    --------
    >>> step = aces_to_itp([1.01, 1.01, 1.01]) - aces_to_itp([1.0, 1.0, 1.0])
    >>> float(np.linalg.norm(step).round(2))
    0.72
    """
    return aces_to_ictcp(aces) * (_ITP_SCALE * np.array([1.0, 0.5, 1.0]))


def delta_e_itp(aces_a: ArrayLike, aces_b: ArrayLike) -> FloatArray:
    """Delta E ITP of ITU-R BT.2124 between ACES2065-1 colours, 1.0 = 100 nits.

    Parameters
    ----------
    aces_a, aces_b : array_like, shape (..., 3)
        Scene-linear, absolute.

    Returns
    -------
    ndarray, shape (...)
        ``720 * sqrt(dI^2 + (dCt/2)^2 + dCp^2)``.

    Examples
    --------
    One percent more light at 100 nits:

    >>> float(delta_e_itp([1.0, 1.0, 1.0], [1.01, 1.01, 1.01]).round(2))
    0.72
    """
    difference = aces_to_ictcp(aces_a) - aces_to_ictcp(aces_b)
    difference = difference * np.array([1.0, 0.5, 1.0])
    distance: FloatArray = _ITP_SCALE * np.sqrt(np.sum(difference**2, axis=-1))
    return distance


def aces_to_lab(aces: ArrayLike, *, white_nits: float) -> FloatArray:
    """ACES2065-1 (1.0 = 100 nits) to CIE L*a*b* under D65, with L* = 100 at `white_nits`."""
    xyz = 100.0 / white_nits * (np.asarray(aces, np.float64) @ matrix_aces_to_xyz().T)
    ratio = xyz / xy_to_xyz(BT2020.whitepoint_xy)
    epsilon, kappa = 216 / 24389, 24389 / 27
    f = np.where(ratio > epsilon, np.cbrt(ratio), (kappa * ratio + 16) / 116)
    return np.stack(
        [
            116 * f[..., 1] - 16,
            500 * (f[..., 0] - f[..., 1]),
            200 * (f[..., 1] - f[..., 2]),
        ],
        axis=-1,
    )


def delta_e_2000(aces_a: ArrayLike, aces_b: ArrayLike, *, white_nits: float) -> FloatArray:
    """CIEDE2000 between ACES2065-1 colours (1.0 = 100 nits), given beside delta E ITP for SDR.

    Parameters
    ----------
    aces_a, aces_b : array_like, shape (..., 3)
        Scene-linear, absolute.
    white_nits : float
        Luminance that counts as L* = 100.

    Returns
    -------
    ndarray, shape (...)
        Delta E 2000 (computed by colour-science).

    Examples
    --------
    >>> float(delta_e_2000([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], white_nits=100.0))
    0.0
    """
    from ledcal.colorimetry._colour import colour  # noqa: PLC0415 - slow to import

    lab_a = aces_to_lab(aces_a, white_nits=white_nits)
    lab_b = aces_to_lab(aces_b, white_nits=white_nits)
    return np.asarray(colour.delta_E(lab_a, lab_b, method="CIE 2000"), np.float64)
