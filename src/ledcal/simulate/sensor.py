"""The camera: its curves, what its files say of colour, photons to sensor numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.camera import camera_transform
from ledcal.colorimetry.spectra import (
    camera_sensitivities,
    colour_matching_functions,
    illuminant,
    reflectances,
    wavelengths,
)
from ledcal.files.dng import ILLUMINANT_A, ILLUMINANT_D65, DngHeader, camera_colour
from ledcal.simulate.leds import drive_polynomial
from ledcal.simulate.wall import wall_response
from ledcal.values.frame import Exposure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.simulate.stage import VirtualCamera, VirtualStage
    from ledcal.values.arrays import FloatArray
    from ledcal.values.camera import CameraTransform

_EXIF_DATE = "%Y:%m:%d %H:%M:%S"


@lru_cache(maxsize=64)
def sensitivities(name: str, shift_nm: float) -> FloatArray:
    """Curves of one specimen: the published ones moved by `shift_nm`. Shape (401, 3), read-only."""
    grid, curves = wavelengths(), camera_sensitivities(name)
    moved = np.stack([np.interp(grid - shift_nm, grid, c) for c in curves.T], axis=-1)
    moved.flags.writeable = False
    return moved


def curves_of(camera: VirtualCamera) -> FloatArray:
    """Spectral sensitivities of the stage's camera, shape (401, 3)."""
    return sensitivities(camera.sensitivities, camera.filter_shift_nm)


def _curves_through(stage: VirtualStage) -> FloatArray:
    """The same behind the stage's lens and filters."""
    return np.asarray(curves_of(stage.camera) * np.asarray(stage.optics.tint), np.float64)


@lru_cache(maxsize=64)
def fit_colour_matrix(name: str, shift_nm: float, illuminant_name: str) -> FloatArray:
    """DNG ColorMatrix of a camera: CIE XYZ to camera RGB under one illuminant.

    Camera RGB to XYZ is fitted by least squares over the 190 surfaces, held exact for the
    illuminant's white, and inverted. White gives green = 1.

    Returns
    -------
    ndarray, shape (3, 3)
        Read-only.
    """
    light = illuminant(illuminant_name)
    curves, observer = sensitivities(name, shift_nm), colour_matching_functions()
    white_camera, white_xyz = light @ curves, light @ observer
    seen = (reflectances() * light[:, None]).T
    balanced = (seen @ curves) / white_camera
    wanted = (seen @ observer) / white_xyz[1]
    white = white_xyz / white_xyz[1]
    # Rows sum to the white: fit only what is perpendicular to grey, on colours less their grey.
    basis = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]]).T
    grey = balanced.mean(axis=1, keepdims=True)
    weight = 1.0 / np.sqrt(wanted[:, 1:2] + 0.02)
    part, *_ = np.linalg.lstsq(weight * (balanced @ basis), weight * (wanted - grey * white))
    balanced_to_xyz = np.full((3, 3), 1 / 3) * white[:, None] + (basis @ part).T
    camera_rgb = white_camera / white_camera[1]
    matrix = np.asarray(camera_rgb[:, None] * np.linalg.inv(balanced_to_xyz), np.float64)
    matrix.flags.writeable = False
    return matrix


def camera_neutral(camera: VirtualCamera) -> FloatArray:
    """Camera RGB of what the camera was balanced to, largest 1."""
    neutral = illuminant(camera.neutral_illuminant) @ curves_of(camera)
    return np.asarray(neutral / neutral.max(), np.float64)


def dng_header(stage: VirtualStage, frame_index: int) -> DngHeader:
    """What the file of one frame says."""
    camera = stage.camera
    left, top = camera.margin
    start = datetime.strptime(camera.date, _EXIF_DATE)  # noqa: DTZ007 - EXIF has no zone
    when = start + timedelta(seconds=round(frame_index * camera.interval_s))
    specimen = (camera.sensitivities, camera.filter_shift_nm)
    area = (top, left, top + camera.height, left + camera.width)
    return DngHeader(
        make=camera.make,
        model=camera.model,
        pattern=camera.pattern,
        black=camera.black,
        white=camera.white,
        colour_matrices=(
            (ILLUMINANT_A, fit_colour_matrix(*specimen, "A")),
            (ILLUMINANT_D65, fit_colour_matrix(*specimen, "D65")),
        ),
        neutral=camera_neutral(camera),
        exposure=Exposure(
            time_s=camera.time_s * 2.0**camera.exposure_stops,
            f_number=camera.f_number,
            iso=camera.iso,
            when=when.strftime(_EXIF_DATE),
        ),
        orientation=camera.orientation,
        active_area=area,
    )


def stage_transform(stage: VirtualStage) -> CameraTransform:
    """Camera RGB to ACES2065-1 through exactly what the DNG carries."""
    return camera_transform(camera_colour(dng_header(stage, 0)))


@lru_cache(maxsize=32)
def camera_polynomial(stage: VirtualStage) -> FloatArray:
    """`drive_polynomial` for the stage's camera, in shares of its white level.

    Returns
    -------
    ndarray, shape (degree + 1, 3, 3)
        Read-only. Where the flat field is 1.
    """
    polynomial = drive_polynomial(stage.wall, _curves_through(stage))
    peak = wall_response(stage.wall, np.ones((1, 3)), polynomial).sum(axis=(0, 1)).max()
    level = stage.camera.exposure_level * 2.0**stage.camera.exposure_stops
    scaled: FloatArray = polynomial * (level / peak)
    scaled.flags.writeable = False
    return scaled


@lru_cache(maxsize=32)
def camera_per_nit(stage: VirtualStage, illuminant_name: str) -> FloatArray:
    """Camera RGB, in shares of the white level, of one nit of a light. Read-only, shape (3,).

    An empty name stands for the wall's own white.
    """
    polynomial = camera_polynomial(stage)
    white = polynomial.sum(axis=0).sum(axis=0)  # drive 1 of all three: the declared peak
    if not illuminant_name:
        seen = white / stage.wall.peak_nits
    else:
        light = illuminant(illuminant_name)
        raw = drive_polynomial(stage.wall, _curves_through(stage)).sum(axis=0).sum(axis=0)
        scale = white[1] / raw[1] / stage.wall.peak_nits
        luminance = float(light @ colour_matching_functions()[:, 1])
        seen = scale * (light @ _curves_through(stage)) / luminance
    result = np.array(seen, np.float64)
    result.flags.writeable = False
    return result


def camera_code_response(stage: VirtualStage, code: FloatArray) -> FloatArray:
    """Camera RGB of code, in shares of the white level, where the flat field is 1.

    Parameters
    ----------
    stage : VirtualStage
        The stage.
    code : ndarray, shape (n, 3)
        Wall code.

    Returns
    -------
    ndarray, shape (n, 3)
        Noise-free, flare-free, unclipped, at the take's start; wall black and ambient included.
    """
    emitted = wall_response(stage.wall, code, camera_polynomial(stage)).sum(axis=1)
    return np.asarray(emitted + constant_light(stage), np.float64)


def constant_light(stage: VirtualStage) -> FloatArray:
    """Camera RGB of a black wall in the room's light, where the flat field is 1. Shape (3,)."""
    wall = stage.wall
    black = wall.black_nits * camera_per_nit(stage, "")
    room = wall.ambient_nits * camera_per_nit(stage, wall.ambient_illuminant)
    return np.asarray(black + room, np.float64)


def expose(
    camera: VirtualCamera,
    light: NDArray[np.float32],
    *,
    channel: int,
    black: float,
    sensitivity: NDArray[np.float32] | None,
    rng: np.random.Generator,
) -> NDArray[np.uint16]:
    """Light on photosites of one colour to sensor numbers.

    Shot noise and read noise are drawn as one normal deviate of their joint variance; the mean
    is exact, and black lies above 0 dn, so dark noise is not cut off.

    Parameters
    ----------
    camera : VirtualCamera
        Well, noise, levels.
    light : ndarray of float32, shape (rows, columns)
        In shares of the white level.
    channel : int
        0, 1, 2: whose saturation counts.
    black : float
        Level in dn of these photosites.
    sensitivity : ndarray of float32, or None
        Relative, of each photosite.
    rng : numpy.random.Generator
        Where the noise comes from.

    Returns
    -------
    ndarray of uint16, shape (rows, columns)
        Sensor numbers.
    """
    electrons = light * np.float32(camera.full_well_e)
    if sensitivity is not None:
        electrons *= sensitivity
    noise = rng.standard_normal(light.shape, dtype=np.float32)
    noise *= np.sqrt(np.maximum(electrons, 0) + np.float32(camera.read_noise_e**2))
    electrons += noise
    top = np.float32(camera.saturation[channel] * camera.full_well_e)
    np.minimum(electrons, top, out=electrons)
    electrons *= np.float32((camera.white - black) / camera.full_well_e)
    electrons += np.float32(black)
    np.rint(electrons, out=electrons)
    return np.asarray(np.clip(electrons, 0, (1 << camera.bits) - 1), np.uint16)
