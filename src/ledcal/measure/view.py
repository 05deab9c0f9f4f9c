"""Where wall pixels lie in the frame: a homography, then radial distortion."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ledcal.imaging.homography import apply_homography, is_mirrored
from ledcal.values.arrays import FloatArray, readonly


@dataclass(frozen=True, slots=True, eq=False)
class WallView:
    """How the camera looks at the wall.

    A wall point goes through `homography` to an undistorted frame point, which moves away from
    the middle of the frame by the factor ``1 + k1 * r**2``, r in half diagonals of the frame.

    Attributes
    ----------
    homography : ndarray, shape (3, 3)
        Wall pixels to undistorted frame pixels.
    k1 : float
        Radial distortion; negative is barrel.
    width, height : int
        Of the frame.
    """

    homography: FloatArray
    k1: float
    width: int
    height: int

    def __post_init__(self) -> None:
        matrix = readonly(self.homography, shape=(3, 3), name="homography")
        object.__setattr__(self, "homography", matrix)

    def to_frame(self, points: FloatArray) -> FloatArray:
        """Wall points of shape (..., 2) as frame points.

        Examples
        --------
        >>> view = WallView(np.diag([0.5, 0.5, 1.0]), 0.0, 640, 480)
        >>> view.to_frame(np.array([[100.0, 40.0]])).tolist()
        [[50.0, 20.0]]
        """
        straight = apply_homography(self.homography, points)
        return distort(straight, self.k1, self.width, self.height)

    def is_mirrored(self) -> bool:
        """Whether left and right are exchanged (in a mirror, or by the camera's settings)."""
        return is_mirrored(self.homography)

    def scale(self, point: FloatArray) -> float:
        """Frame pixels per wall pixel around a wall point (square root of the area ratio)."""
        steps = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) + point
        origin, right, down = self.to_frame(steps)
        (ax, ay), (bx, by) = right - origin, down - origin
        return math.sqrt(abs(float(ax * by - ay * bx)))


def distort(points: FloatArray, k1: float, width: int, height: int) -> FloatArray:
    """Move undistorted frame points of shape (..., 2) to where the lens puts them.

    Examples
    --------
    >>> distort(np.array([[0.0, 0.0]]), 0.1, 4, 4).round(6).tolist()
    [[-0.084375, -0.084375]]
    """
    centre, radius = _centre(width, height)
    offset = points - centre
    squared = (offset**2).sum(axis=-1, keepdims=True) / radius**2
    return np.asarray(centre + offset * (1.0 + k1 * squared), dtype=np.float64)


def undistort(points: FloatArray, k1: float, width: int, height: int) -> FloatArray:
    """Undo `distort`, for points in the frame and ``abs(k1)`` up to 0.15.

    Examples
    --------
    >>> (undistort(np.array([[-0.084375, -0.084375]]), 0.1, 4, 4).round(6) + 0.0).tolist()
    [[0.0, 0.0]]
    """
    centre, radius = _centre(width, height)
    offset = (points - centre) / radius
    seen = np.sqrt((offset**2).sum(axis=-1, keepdims=True))
    true = seen.copy()
    for _ in range(12):
        true -= (true * (1 + k1 * true**2) - seen) / np.maximum(1 + 3 * k1 * true**2, 0.2)
    factor = np.divide(true, seen, out=np.ones_like(true), where=seen > 0)
    return np.asarray(centre + offset * factor * radius, dtype=np.float64)


def _centre(width: int, height: int) -> tuple[FloatArray, float]:
    """Middle of the frame and half its diagonal."""
    return np.array([(width - 1) / 2, (height - 1) / 2]), math.hypot(width, height) / 2
