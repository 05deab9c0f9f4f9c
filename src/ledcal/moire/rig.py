"""A camera before a wall of LEDs: lengths, angles, and what they make of a point of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Rig:
    """Everything that the moire of a flat wall follows from. Lengths in mm, angles in degrees.

    Attributes
    ----------
    pitch_mm : float
        From LED pixel to LED pixel.
    focal_mm, f_stop : float
        Of the lens.
    photosite_mm : float
        From recorded photosite to recorded photosite.
    distance_mm : float
        Entrance pupil to the wall, along the optical axis.
    focus_mm : float or None
        What the lens is focused at; None is the wall.
    width_px, height_px : int
        Photosites of the picture.
    fill : float
        Side or diameter of the light-emitting area over the pitch.
    emitter : str
        ``square`` or ``round``.
    photosite_fill : float
        Linear share of the photosite's pitch that gathers light.
    olpf_px : float
        Separation of the low-pass filter's four spots in photosites; 0 is no filter.
    lens_sigma_px : float
        Standard deviation of the lens's own blur in photosites.
    wavelength_nm : float
        For diffraction; 0 leaves it out.
    yaw_deg, pitch_deg, roll_deg : float
        How the wall is turned about its vertical, its horizontal, and in the picture.
    squeeze : float
        Anamorphic squeeze.
    rows_delivered : int
        Rows of the delivered picture.
    """

    pitch_mm: float
    focal_mm: float
    photosite_mm: float
    distance_mm: float
    f_stop: float = 2.8
    focus_mm: float | None = None
    width_px: int = 4096
    height_px: int = 2160
    fill: float = 0.35
    emitter: str = "square"
    photosite_fill: float = 1.0
    olpf_px: float = 0.0
    lens_sigma_px: float = 0.0
    wavelength_nm: float = 0.0
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    squeeze: float = 1.0
    rows_delivered: int = 2160

    @property
    def image_distance_mm(self) -> float:
        """Lens to sensor, focused where it is: f d / (d - f)."""
        focus = self.distance_mm if self.focus_mm is None else self.focus_mm
        return self.focal_mm * focus / (focus - self.focal_mm)

    @property
    def magnification(self) -> float:
        """Sensor mm for a mm of wall, at the wall's middle."""
        return self.image_distance_mm / self.distance_mm

    @property
    def led_frequency(self) -> float:
        """LED pitches per photosite, u, on the axis of a wall seen head-on."""
        return self.photosite_mm / (self.magnification * self.pitch_mm)

    @property
    def blur_wall_mm(self) -> float:
        """Diameter of the blur disc on the wall: it does not depend on the sensor."""
        if self.focus_mm is None:
            return 0.0
        aperture = self.focal_mm / self.f_stop
        return aperture * abs(self.distance_mm - self.focus_mm) / self.focus_mm

    @property
    def blur_px(self) -> float:
        """Diameter of the blur disc in photosites."""
        return self.blur_wall_mm * self.magnification / self.photosite_mm


def _rotation(yaw: float, pitch: float, roll: float) -> FloatArray:
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y, np.float64)


def wall_homography(rig: Rig) -> FloatArray:
    """LED pixels of the wall, from where the axis meets it, to photosites of the picture.

    Parameters
    ----------
    rig : Rig
        The camera and the wall.

    Returns
    -------
    ndarray, shape (3, 3)
        Column vectors (X, Y, 1) in LED pixels to (x, y, 1) in photosites, pixel centres on
        integers.
    """
    turn = _rotation(rig.yaw_deg, rig.pitch_deg, rig.roll_deg)
    scale = rig.image_distance_mm / rig.photosite_mm
    centre = (rig.width_px - 1) / 2, (rig.height_px - 1) / 2
    lens = np.array([[scale / rig.squeeze, 0, centre[0]], [0, scale, centre[1]], [0, 0, 1]])
    pose = np.column_stack([turn[:, 0], turn[:, 1], [0.0, 0.0, rig.distance_mm]])
    return np.asarray(lens @ pose @ np.diag([rig.pitch_mm, rig.pitch_mm, 1.0]), np.float64)


def jacobian(homography: ArrayLike, points: ArrayLike) -> FloatArray:
    """How LED coordinates change with the picture's, at points of the picture.

    Parameters
    ----------
    homography : array_like, shape (3, 3)
        LED pixels to photosites.
    points : array_like, shape (..., 2)
        x, y in photosites.

    Returns
    -------
    ndarray, shape (..., 2, 2)
        d(X, Y) / d(x, y), in LED pixels per photosite: ``order @ jacobian`` is the frequency of
        the order there, in c/px.
    """
    back = np.linalg.inv(np.asarray(homography, np.float64))
    at = np.asarray(points, np.float64)
    lifted = at @ back[:, :2].T + back[:, 2]
    w = lifted[..., 2, None]
    rows = [(back[k, :2] * w - lifted[..., k, None] * back[2, :2]) / w**2 for k in range(2)]
    return np.asarray(np.stack(rows, axis=-2), np.float64)


def order_frequency(rig: Rig, order: ArrayLike, points: ArrayLike | None = None) -> FloatArray:
    """True frequency of orders of the LED raster, before sampling.

    Parameters
    ----------
    rig : Rig
        The camera and the wall.
    order : array_like, shape (..., 2)
        m, n: cycles per LED pixel along the wall's rows and columns.
    points : array_like, shape (2,) or None
        Where in the picture; None is its middle.

    Returns
    -------
    ndarray, shape (..., 2)
        In c/px.

    Examples
    --------
    >>> rig = Rig(pitch_mm=2.6, focal_mm=35.0, photosite_mm=0.006, distance_mm=7340.9)
    >>> order_frequency(rig, [1, 0]).round(4).tolist()
    [0.4817, 0.0]
    """
    middle = ((rig.width_px - 1) / 2, (rig.height_px - 1) / 2)
    at = np.asarray(middle if points is None else points, np.float64)
    slope = jacobian(wall_homography(rig), at)
    return np.asarray(np.asarray(order, np.float64) @ slope, np.float64)
