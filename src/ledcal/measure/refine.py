"""Fit a view of the wall to edges that were found in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.view import WallView

if TYPE_CHECKING:
    from ledcal.measure.strip import StripEdges
    from ledcal.values.arrays import FloatArray

# Offsets beyond this many wall pixels count less and less.
_TRUSTED_PX = 2.0
_MARKER_WEIGHT = 0.05
# Distortion that nothing shows stays near zero.
_K1_WEIGHT = 2.0
_MOST_STEPS = 12


def fit_view(
    view: WallView, edges: StripEdges, markers: tuple[FloatArray, FloatArray] | None = None
) -> WallView:
    """Fit homography and k1 to edges, across them only, and weakly to the fiducials' corners.

    Gauss-Newton with weights that let outliers fade.

    Parameters
    ----------
    view : WallView
        The one that the edges were found with.
    edges : StripEdges
        A dozen or more.
    markers : (ndarray, ndarray) or None
        Wall and frame points of shape (n, 2) that belong together.

    Returns
    -------
    WallView
        `view` itself where no step makes it better.

    Examples
    --------
    >>> from ledcal.measure.strip import StripEdges
    >>> wall = np.array([(x, y) for x in (0.0, 50.0, 100.0) for y in (0.0, 30.0, 60.0)] * 2)
    >>> normal = np.repeat([[1.0, 0.0], [0.0, 1.0]], 9, axis=0)
    >>> edges = StripEdges(wall, normal, np.repeat([0.5, 0.0], 9), 1.0)
    >>> moved = fit_view(WallView(np.diag([2.0, 2.0, 1.0]), 0.0, 640, 480), edges)
    >>> (moved.to_frame(np.array([[50.0, 30.0]])).round(3) + 0.0).tolist()
    [[101.0, 60.0]]
    """
    if len(edges.wall) < 5:
        return view
    seen = view.to_frame(edges.wall + edges.offset[:, None] * edges.normal)
    direction = view.to_frame(edges.wall + edges.normal) - view.to_frame(edges.wall)
    length = np.linalg.norm(direction, axis=1)
    direction = direction / length[:, None]
    scale = 1.0 / float(np.median(length))
    points, targets, rows = [edges.wall], [seen], [direction * scale]
    if markers is not None:
        wall, corners = markers
        for axis in np.eye(2):
            points.append(wall)
            targets.append(corners)
            rows.append(np.broadcast_to(_MARKER_WEIGHT * scale * axis, wall.shape))
    pairs = (np.concatenate(points), np.concatenate(targets), np.concatenate(rows))

    best, (residual, slopes) = view, _residual(view, *pairs)
    cost = _cost(residual)
    for _ in range(_MOST_STEPS):
        weight = (1.0 + (residual / _TRUSTED_PX) ** 2) ** -0.25
        weighted = slopes * weight[:, None]
        size = np.linalg.norm(weighted, axis=0)
        size = np.where(size > 0, size, 1.0)
        step = np.linalg.lstsq(weighted / size, -weight * residual, rcond=1e-10)[0] / size
        for _ in range(4):
            trial = _stepped(best, step)
            new, new_slopes = _residual(trial, *pairs)
            if _cost(new) < cost:
                break
            step = step / 2
        else:
            return best
        gained = cost - _cost(new)
        best, residual, slopes, cost = trial, new, new_slopes, cost - gained
        if gained < 1e-5 * cost:
            return best
    return best


def _stepped(view: WallView, step: FloatArray) -> WallView:
    """Add a step of eight homography terms and k1."""
    change = np.append(step[:8], 0.0).reshape(3, 3)
    return WallView(view.homography + change, view.k1 + float(step[8]), view.width, view.height)


def _cost(residual: FloatArray) -> float:
    """Sum of squares that grow like the distance itself where it is large."""
    return float((np.sqrt(1.0 + (residual / _TRUSTED_PX) ** 2) - 1.0).sum())


def _residual(
    view: WallView, wall: FloatArray, target: FloatArray, row: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Distance of each point from its target along `row`, and its derivatives, (n + 1, 9)."""
    ones = np.ones((len(wall), 1))
    homogeneous = np.hstack([wall, ones])
    projected = homogeneous @ view.homography.T
    depth = projected[:, 2:]
    centre = np.array([(view.width - 1) / 2, (view.height - 1) / 2])
    radius = np.hypot(view.width, view.height) / 2
    straight = projected[:, :2] / depth
    offset = (straight - centre) / radius
    squared = (offset**2).sum(axis=1, keepdims=True)
    factor = 1.0 + view.k1 * squared
    residual = ((centre + offset * factor * radius - target) * row).sum(axis=1)
    # Along `row`, how the frame point follows the undistorted one.
    pull = factor * row + 2.0 * view.k1 * (offset * row).sum(axis=1, keepdims=True) * offset
    unit = homogeneous / depth
    slopes = np.hstack(
        [
            pull[:, :1] * unit,
            pull[:, 1:] * unit,
            -(pull * straight).sum(axis=1, keepdims=True) * unit[:, :2],
            ((offset * row).sum(axis=1, keepdims=True)) * squared * radius,
        ]
    )
    held = np.zeros((1, 9))
    held[0, 8] = _K1_WEIGHT
    return np.append(residual, _K1_WEIGHT * view.k1), np.vstack([slopes, held])
