"""A small camera for tests: a wall image as Bayer planes, with every fault as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import eotf
from ledcal.imaging._opencv import cv2
from ledcal.measure.view import WallView
from ledcal.values.frame import CameraColour, Exposure, LinearFrame, Plane
from ledcal.values.stage import Gamut, Wall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import AnyArray, FloatArray
    from ledcal.values.pattern import Pattern

GAMUT = Gamut("P3-D65", [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]], [0.3127, 0.329])
# Light of the wall's primaries as the camera's R, G, B see it: broad, overlapping.
PRIMARIES = np.array([[0.55, 0.12, 0.02], [0.10, 0.80, 0.09], [0.01, 0.14, 0.60]])


def make_wall(width: int = 1920, height: int = 1080, eotf_name: str = "ST 2084") -> Wall:
    return Wall("test", width, height, None, eotf_name, 1500.0, GAMUT)


@dataclass(frozen=True)
class Camera:
    """What stands between wall and file."""

    width: int = 1440
    height: int = 960
    fill: float = 0.8
    rotation_deg: float = 0.0
    yaw: float = 0.0
    k1: float = 0.0
    is_mirrored: bool = False
    disc_px: float = 0.0
    gauss_px: float = 0.0
    exposure: float = 0.75
    vignetting: float = 0.0
    flare: float = 0.0
    ambient: float = 0.0
    electrons: float = 40000.0
    read_noise: float = 3.0
    gains: Sequence[float] = (1.0, 1.0, 1.0)
    panel_spread: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    bits: int = 14

    def view(self, wall_width: int, wall_height: int) -> WallView:
        """Where the wall lies in the frame."""
        angle = np.deg2rad(self.rotation_deg)
        turned = abs(np.sin(angle)) > 0.7
        across = wall_height if turned else wall_width
        down = wall_width if turned else wall_height
        scale = min(self.fill * self.width / across, 0.95 * self.height / down)
        mirror = -1.0 if self.is_mirrored else 1.0
        to_origin = np.array(
            [[1, 0, -(wall_width - 1) / 2], [0, 1, -(wall_height - 1) / 2], [0, 0, 1]]
        )
        turn = np.array(
            [
                [mirror * np.cos(angle), -np.sin(angle), 0],
                [mirror * np.sin(angle), np.cos(angle), 0],
                [self.yaw / wall_width, 0, 1],
            ]
        )
        resize = np.diag([scale, scale, 1.0])
        place = np.eye(3)
        place[:2, 2] = [(self.width - 1) / 2 + self.shift[0], (self.height - 1) / 2 + self.shift[1]]
        matrix = place @ resize @ turn @ to_origin
        return WallView(matrix / matrix[2, 2], self.k1, self.width, self.height)


def panels(wall_width: int, wall_height: int, spread: float, seed: int) -> FloatArray:
    """Gains of each panel and LED colour, as an image."""
    rng = np.random.default_rng(seed)
    size = max(8, round(min(wall_width, wall_height) / 6))
    rows, columns = -(-wall_height // size), -(-wall_width // size)
    gains = 1.0 + spread * rng.standard_normal((rows, columns, 3))
    full = np.repeat(np.repeat(gains, size, axis=0), size, axis=1)
    return full[:wall_height, :wall_width]


def shoot(
    code: AnyArray,
    pattern: Pattern,
    camera: Camera,
    *,
    seed: int = 0,
    name: str = "frame",
    gain: float = 1.0,
) -> LinearFrame:
    """Photograph a wall image."""
    light = eotf(pattern.eotf, code, peak_nits=pattern.peak_nits) / pattern.peak_nits
    if camera.panel_spread:
        light = light * panels(code.shape[1], code.shape[0], camera.panel_spread, 99)
    light = (light @ PRIMARIES.T).astype(np.float32)
    return photograph(light, camera, seed=seed, name=name, gain=gain)


def photograph(
    light: AnyArray, camera: Camera, *, seed: int = 0, name: str = "frame", gain: float = 1.0
) -> LinearFrame:
    height, width = light.shape[:2]
    view = camera.view(width, height)
    scale = view.scale(np.array([width / 2, height / 2]))
    image = np.asarray(light, dtype=np.float32)
    if camera.disc_px:
        radius = camera.disc_px / 2
        span = np.arange(-int(radius) - 1, int(radius) + 2)
        distance = np.hypot(*np.meshgrid(span, span))
        kernel = np.clip(radius + 0.5 - distance, 0, 1).astype(np.float32)
        image = cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_CONSTANT)
    sigma = np.hypot(camera.gauss_px, 0.35 / scale)
    if sigma > 0.3:
        image = cv2.GaussianBlur(image, (0, 0), float(sigma), borderType=cv2.BORDER_CONSTANT)
    x, y = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
    points: FloatArray = np.asarray(np.stack([x, y], axis=-1), dtype=np.float64)
    from ledcal.imaging.homography import apply_homography
    from ledcal.measure.view import undistort

    if camera.k1:
        points = undistort(points, camera.k1, camera.width, camera.height)
    inverse: FloatArray = np.asarray(np.linalg.inv(view.homography), dtype=np.float64)
    back = apply_homography(inverse, points).astype(np.float32)
    seen = cv2.remap(image, back[..., 0], back[..., 1], cv2.INTER_LINEAR).astype(np.float64)
    centre = np.array([(camera.width - 1) / 2, (camera.height - 1) / 2])
    r2 = (((points - centre) / np.hypot(*centre)) ** 2).sum(axis=-1)[..., None]
    seen *= 1.0 - camera.vignetting * r2
    if camera.flare:
        small = cv2.resize(seen, (90, 60), interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), 15.0, borderType=cv2.BORDER_CONSTANT)
        wide = cv2.resize(small, (camera.width, camera.height), interpolation=cv2.INTER_CUBIC)
        seen = seen + camera.flare * (0.7 * seen.mean(axis=(0, 1)) + 0.3 * wide)
    seen = camera.exposure * gain * (seen * np.array(camera.gains) + camera.ambient)
    rng = np.random.default_rng(seed)
    full = 2.0**camera.bits - 1
    black = 512.0 if camera.bits >= 14 else 128.0
    planes = []
    for channel, row, column, index in (
        ("R", 0, 0, 0),
        ("G1", 0, 1, 1),
        ("G2", 1, 0, 1),
        ("B", 1, 1, 2),
    ):
        mean = seen[row::2, column::2, index] * camera.electrons
        noisy = mean + rng.standard_normal(mean.shape) * np.sqrt(mean + camera.read_noise**2)
        dn = np.rint(noisy / camera.electrons * (full - black) + black)
        values = np.clip(dn, 0, full).astype(np.uint16)
        planes.append(Plane(values, channel, column, row, 2, black, full, full))
    colour = CameraColour(np.array([0.6, 1.0, 0.7]), ((6504.0, np.eye(3)),), "test")
    return LinearFrame(
        name,
        camera.width,
        camera.height,
        tuple(planes),
        "camera",
        Exposure(0.02, 4.0, 400.0),
        colour,
        "Test",
    )
