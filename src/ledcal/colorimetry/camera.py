"""Camera RGB to ACES2065-1 from what a raw file says (DNG specification, chapter 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import ACES, matrix_adaptation, matrix_rgb_to_xyz, xy_to_xyz
from ledcal.values.camera import CameraTransform

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import CameraColour


def correlated_colour_temperature(xy: ArrayLike) -> float:
    """Correlated colour temperature in kelvin of a chromaticity (McCamy's cubic).

    C. S. McCamy, "Correlated color temperature as an explicit function of chromaticity
    coordinates", Color Research & Application 17, 1992. Good to a few kelvin near the Planckian
    locus between 2800 K and 6500 K, which is where calibration illuminants are.

    Examples
    --------
    >>> round(correlated_colour_temperature([0.3127, 0.3290]))
    6505
    """
    x, y = (float(v) for v in np.asarray(xy, np.float64))
    n = (x - 0.3320) / (0.1858 - y)
    return 449.0 * n**3 + 3525.0 * n**2 + 6823.3 * n + 5520.33


def _matrix_at(matrices: tuple[tuple[float, FloatArray], ...], cct_k: float) -> FloatArray:
    """Two illuminants mix by the inverse of their temperature; outside them the nearer holds."""
    if len(matrices) == 1:
        return matrices[0][1]
    (low_k, low), (high_k, high) = sorted(matrices, key=lambda item: item[0])
    if low_k == high_k:
        return low
    share = (1.0 / cct_k - 1.0 / high_k) / (1.0 / low_k - 1.0 / high_k)
    share = float(np.clip(share, 0.0, 1.0))
    return np.asarray(share * low + (1.0 - share) * high, np.float64)


def camera_transform(colour: CameraColour) -> CameraTransform:
    """The way from camera RGB to ACES2065-1 that a raw file's own matrices describe.

    The camera's neutral is carried to the ACES white by Bradford, so that what the camera holds
    for neutral has equal ACES channels.

    Parameters
    ----------
    colour : CameraColour
        Neutral, and one or two matrices from XYZ to camera RGB.

    Returns
    -------
    CameraTransform
        Balance normalised to green; rows of the matrix sum to 1.

    Raises
    ------
    ValueError
        If the neutral is not positive or a matrix cannot be inverted.

    Examples
    --------
    >>> from ledcal.values.frame import CameraColour
    >>> camera = CameraColour(np.array([0.5, 1.0, 0.8]), ((6504.0, np.eye(3)),), "example")
    >>> transform = camera_transform(camera)
    >>> (transform.combined() @ [0.5, 1.0, 0.8]).round(9).tolist()
    [1.0, 1.0, 1.0]
    """
    neutral = colour.neutral
    if not (neutral > 0).all():
        message = f"camera neutral {neutral.tolist()} is not positive in every channel"
        raise ValueError(message)
    if not colour.matrices:
        message = "no colour matrix"
        raise ValueError(message)
    # The matrix depends on the white's temperature and the white on the matrix: iterate.
    white_xy = np.array([0.3127, 0.3290])
    xyz_to_camera = _matrix_at(colour.matrices, correlated_colour_temperature(white_xy))
    for _ in range(20):
        xyz_to_camera = _matrix_at(colour.matrices, correlated_colour_temperature(white_xy))
        if abs(np.linalg.det(xyz_to_camera)) < 1e-9:
            message = "a colour matrix cannot be inverted"
            raise ValueError(message)
        xyz = np.linalg.solve(xyz_to_camera, neutral)
        updated = xyz[:2] / xyz.sum()
        if np.abs(updated - white_xy).max() < 1e-8:
            break
        white_xy = updated
    camera_to_xyz = np.linalg.inv(xyz_to_camera)
    adapted = matrix_adaptation(camera_to_xyz @ neutral, xy_to_xyz(ACES.whitepoint_xy))
    camera_to_aces = np.linalg.solve(matrix_rgb_to_xyz(ACES), adapted @ camera_to_xyz)
    balance = neutral[1] / neutral
    matrix = camera_to_aces / balance[None, :]
    matrix = matrix / matrix.sum(axis=1, keepdims=True)
    return CameraTransform(balance, matrix, colour.source)
