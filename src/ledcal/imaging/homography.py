"""Plane to plane: a homography from point pairs, and points through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray


def fit_homography(source: FloatArray, target: FloatArray) -> FloatArray | None:
    """Fit the homography that takes source points to target points, least squares.

    Parameters
    ----------
    source, target : ndarray, shape (n, 2)
        Four pairs or more, (x, y).

    Returns
    -------
    ndarray, shape (3, 3), or None
        Last element 1; None where the points lie on a line.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> (fit_homography(square, 2.0 * square + 1.0).round(6) + 0.0).tolist()
    [[2.0, 0.0, 1.0], [0.0, 2.0, 1.0], [0.0, 0.0, 1.0]]
    """
    scale_in, points_in = _normalised(source)
    scale_out, points_out = _normalised(target)
    ones = np.ones((len(points_in), 1))
    homogeneous = np.hstack([points_in, ones])
    zeros = np.zeros_like(homogeneous)
    equations = np.vstack(
        [
            np.hstack([homogeneous, zeros, -points_out[:, :1] * homogeneous]),
            np.hstack([zeros, homogeneous, -points_out[:, 1:] * homogeneous]),
        ]
    )
    # Four pairs give eight rows, and the ninth right vector is then only in the full set.
    _, singular, right = np.linalg.svd(equations, full_matrices=len(equations) < 9)
    if singular[7] < 1e-9 * singular[0]:
        return None
    matrix = np.linalg.inv(scale_out) @ right[-1].reshape(3, 3) @ scale_in
    if abs(matrix[2, 2]) < 1e-12 * np.abs(matrix).max():
        return None
    return np.asarray(matrix / matrix[2, 2], dtype=np.float64)


def apply_homography(matrix: FloatArray, points: FloatArray) -> FloatArray:
    """Take points of shape (..., 2) through a homography.

    Examples
    --------
    >>> apply_homography(np.diag([2.0, 3.0, 1.0]), np.array([[1.0, 1.0]])).tolist()
    [[2.0, 3.0]]
    """
    projected = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(projected[..., :2] / projected[..., 2:], dtype=np.float64)


def is_mirrored(matrix: FloatArray) -> bool:
    """Whether a homography exchanges left and right.

    Examples
    --------
    >>> is_mirrored(np.diag([-1.0, 1.0, 1.0])), is_mirrored(np.eye(3))
    (True, False)
    """
    corners = matrix @ np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    return bool(np.linalg.det(corners / corners[2]) < 0)


def _normalised(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Centre the points and scale them to unit spread; and the matrix that does it."""
    centre = points.mean(axis=0)
    spread = max(float(np.abs(points - centre).mean()), 1e-12)
    matrix = np.array(
        [
            [1 / spread, 0.0, -centre[0] / spread],
            [0.0, 1 / spread, -centre[1] / spread],
            [0.0, 0.0, 1.0],
        ]
    )
    return matrix, (points - centre) / spread
