"""Where things land: wall pixels to sensor pixels, and how much light arrives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.arrays import FloatArray, readonly

if TYPE_CHECKING:
    from ledcal.simulate.stage import VirtualStage

CENTRE_AREA = 0.1  # of the wall: where the flat field is 1 (DESIGN section 2)


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """How the wall lies in the picture.

    Attributes
    ----------
    homography : ndarray, shape (3, 3)
        Wall pixel to picture pixel of an ideal lens, mirroring included; both with pixel centres
        on integers and the origin in the centre of the top-left pixel.
    centre : ndarray, shape (2,)
        Centre of the picture and of the distortion.
    half_diagonal_px : float
        Unit of the radius in the distortion.
    k1, k2 : float
        A picture point at radius r shows the ideal point at ``r (1 + k1 r^2 + k2 r^4)``.
    camera_position : ndarray, shape (3,)
        In widths of the wall: right, down and behind its centre as seen by the camera.
    """

    homography: FloatArray
    centre: FloatArray
    half_diagonal_px: float
    k1: float
    k2: float
    camera_position: FloatArray

    def __post_init__(self) -> None:
        for name, shape in (("homography", (3, 3)), ("centre", (2,)), ("camera_position", (3,))):
            array = readonly(getattr(self, name), shape=shape, name=name)
            object.__setattr__(self, name, array)


def _rotation(axis: int, degrees: float) -> FloatArray:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = [k for k in range(3) if k != axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = cosine
    matrix[i, j], matrix[j, i] = -sine, sine
    return matrix


def build_geometry(stage: VirtualStage) -> Geometry:
    """The pinhole camera of a stage, its focal length such that the wall has its share.

    Parameters
    ----------
    stage : VirtualStage
        Wall resolution, optics and sensor size count.

    Returns
    -------
    Geometry
        See there.
    """
    wall, optics, camera = stage.wall, stage.optics, stage.camera
    turn = (
        _rotation(2, optics.roll_deg)
        @ _rotation(0, optics.pitch_deg)
        @ _rotation(1, optics.yaw_deg)
    )
    rise = optics.stretch / wall.width_px
    to_widths = np.array(
        [
            [1 / wall.width_px, 0, -(wall.width_px - 1) / 2 / wall.width_px],
            [0, rise, -rise * (wall.height_px - 1) / 2],
            [0, 0, 1],
        ]
    )
    pose = np.column_stack([turn[:, 0], turn[:, 1], [0.0, 0.0, optics.distance_widths]])
    ideal = pose @ to_widths
    corners = _project(np.asarray(ideal, np.float64), wall_corners(stage))
    x, y = corners.T
    area = 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    focal_px = float(np.sqrt(optics.wall_share * camera.width * camera.height / area))
    centre = np.array([(camera.width - 1) / 2, (camera.height - 1) / 2])
    shift = centre + np.array([optics.shift_x * camera.width, optics.shift_y * camera.height])
    homography = np.array([[focal_px, 0, shift[0]], [0, focal_px, shift[1]], [0, 0, 1]]) @ ideal
    if optics.mirrored:
        homography = np.array([[-1.0, 0, camera.width - 1], [0, 1, 0], [0, 0, 1]]) @ homography
    return Geometry(
        homography=homography / homography[2, 2],
        centre=centre,
        half_diagonal_px=float(np.hypot(camera.width, camera.height) / 2),
        k1=optics.k1,
        k2=optics.k2,
        camera_position=-turn.T @ [0.0, 0.0, optics.distance_widths],
    )


def wall_corners(stage: VirtualStage) -> FloatArray:
    """Outer corners of the wall in wall pixels, clockwise from the top-left. Shape (4, 2)."""
    right, bottom = stage.wall.width_px - 0.5, stage.wall.height_px - 0.5
    return np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])


def _project(homography: FloatArray, points: FloatArray) -> FloatArray:
    lifted = points @ homography[:, :2].T + homography[:, 2]
    return np.asarray(lifted[..., :2] / lifted[..., 2:], np.float64)


def sensor_to_wall(geometry: Geometry, points: FloatArray) -> FloatArray:
    """Picture pixels to the wall pixels that they show.

    Parameters
    ----------
    geometry : Geometry
        The view.
    points : ndarray, shape (..., 2)
        x, y in the visible picture.

    Returns
    -------
    ndarray, shape (..., 2)
        x, y on the wall.
    """
    offset = (np.asarray(points, np.float64) - geometry.centre) / geometry.half_diagonal_px
    r2 = np.sum(offset**2, axis=-1, keepdims=True)
    straight = offset * (1.0 + geometry.k1 * r2 + geometry.k2 * r2**2)
    ideal = geometry.centre + straight * geometry.half_diagonal_px
    return _project(np.asarray(np.linalg.inv(geometry.homography), np.float64), ideal)


def wall_to_sensor(geometry: Geometry, points: FloatArray) -> FloatArray:
    """Wall pixels to the picture pixels where they are seen; the inverse of `sensor_to_wall`.

    Parameters
    ----------
    geometry : Geometry
        The view.
    points : ndarray, shape (..., 2)
        x, y on the wall.

    Returns
    -------
    ndarray, shape (..., 2)
        x, y in the visible picture (or outside it).
    """
    ideal = _project(geometry.homography, np.asarray(points, np.float64))
    offset = (ideal - geometry.centre) / geometry.half_diagonal_px
    wanted = np.linalg.norm(offset, axis=-1, keepdims=True)
    radius = wanted.copy()
    for _ in range(30):  # Newton: the polynomial is smooth and nearly the identity
        value = radius * (1.0 + geometry.k1 * radius**2 + geometry.k2 * radius**4)
        slope = 1.0 + 3.0 * geometry.k1 * radius**2 + 5.0 * geometry.k2 * radius**4
        radius = radius - (value - wanted) / slope
    scale = np.divide(radius, wanted, out=np.ones_like(wanted), where=wanted > 0)
    return np.asarray(geometry.centre + offset * scale * geometry.half_diagonal_px, np.float64)


def photosite_on_wall(stage: VirtualStage, geometry: Geometry) -> tuple[float, float]:
    """Width and height of a photosite in wall pixels, at the wall's centre."""
    wall = stage.wall
    middle = np.array([(wall.width_px - 1) / 2, (wall.height_px - 1) / 2])
    at = wall_to_sensor(geometry, middle)
    steps = sensor_to_wall(geometry, at + np.array([[0.5, 0], [-0.5, 0], [0, 0.5], [0, -0.5]]))
    along_x, along_y = steps[0] - steps[1], steps[2] - steps[3]
    # The photosite is a parallelogram on the wall: the box of the same second moments.
    width = float(np.hypot(along_x[0], along_y[0]))
    height = float(np.hypot(along_x[1], along_y[1]))
    return width, height


def vignette(stage: VirtualStage, points: FloatArray) -> FloatArray:
    """Relative illumination at picture points (..., 2): 1 in the middle, least in the corners."""
    camera = stage.camera
    centre = np.array([(camera.width - 1) / 2, (camera.height - 1) / 2])
    r2 = np.sum((points - centre) ** 2, axis=-1) / (camera.width**2 + camera.height**2) * 4
    return np.asarray(np.maximum(1.0 - stage.optics.vignetting * r2, 0.05), np.float64)


def panel_gains(stage: VirtualStage) -> FloatArray:
    """Gain of each cabinet, shape (rows, columns, 3): drawn, mean 1; then the odd ones."""
    wall = stage.wall
    rng = np.random.default_rng([stage.seed, 101])
    spread = rng.standard_normal((wall.panel_rows, wall.panel_columns, 3))
    gains = 1.0 + wall.panel_sd * spread
    gains /= gains.mean(axis=(0, 1))
    for row, column, gain in wall.odd_cabinets:
        gains[row % wall.panel_rows, column % wall.panel_columns] *= gain
    return np.asarray(gains, np.float64)


def wall_field(stage: VirtualStage, geometry: Geometry, x: FloatArray, y: FloatArray) -> FloatArray:
    """Relative light of the three colours over the wall: cabinets and viewing angle.

    Parameters
    ----------
    stage : VirtualStage
        The stage.
    geometry : Geometry
        Its view.
    x, y : ndarray, shapes (columns,) and (rows,)
        Wall pixels.

    Returns
    -------
    ndarray, shape (rows, columns, 3)
        Not normalised.
    """
    wall = stage.wall
    column = np.clip((x + 0.5) / wall.width_px * wall.panel_columns, 0, wall.panel_columns - 1)
    row = np.clip((y + 0.5) / wall.height_px * wall.panel_rows, 0, wall.panel_rows - 1)
    gains = panel_gains(stage)[row.astype(int)[:, None], column.astype(int)[None, :]]
    right = (x - (wall.width_px - 1) / 2) / wall.width_px
    down = (y - (wall.height_px - 1) / 2) / wall.width_px
    toward = geometry.camera_position
    dx, dy = toward[0] - right[None, :], toward[1] - down[:, None]
    cosine = np.abs(toward[2]) / np.sqrt(dx**2 + dy**2 + toward[2] ** 2)
    return np.asarray(gains * cosine[..., None] ** np.asarray(wall.off_axis), np.float64)


def centre_grid(stage: VirtualStage, n: int = 48) -> tuple[FloatArray, FloatArray]:
    """Wall pixels, n by n, that cover the central tenth of the wall's area evenly: x and y."""
    side = np.sqrt(CENTRE_AREA)
    steps = ((np.arange(n) + 0.5) / n - 0.5) * side
    x = (stage.wall.width_px - 1) / 2 + steps * stage.wall.width_px
    y = (stage.wall.height_px - 1) / 2 + steps * stage.wall.height_px
    return x, y


def flat_field_norm(stage: VirtualStage, geometry: Geometry) -> tuple[FloatArray, float]:
    """What makes light average to 1 over the wall's centre: per colour of the wall, and overall.

    Returns
    -------
    field : ndarray, shape (3,)
        Divides `wall_field`, so that field times normalised vignette averages to 1.
    vignette : float
        Divides `vignette`.
    """
    x, y = centre_grid(stage)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    falloff = vignette(stage, wall_to_sensor(geometry, grid))
    mean = float(falloff.mean())
    field = wall_field(stage, geometry, x, y) * (falloff / mean)[..., None]
    return np.asarray(field.mean(axis=(0, 1)), np.float64), mean
