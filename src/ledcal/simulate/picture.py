"""One pattern frame through wall, lens and sensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ledcal.imaging.warp import aperture_kernel, apply_kernel, glow, sample
from ledcal.simulate.exposed import expose_mosaic, expose_picture
from ledcal.simulate.optics import (
    Geometry,
    build_geometry,
    flat_field_norm,
    photosite_on_wall,
    sensor_to_wall,
    vignette,
    wall_field,
)
from ledcal.simulate.sensor import camera_per_nit, camera_polynomial, constant_light
from ledcal.simulate.upset import automatic_gains, bands, is_unsynced, raster, straddle
from ledcal.simulate.wall import wall_response, warm_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.arrays import FloatArray

_BAND_ROWS = 120
Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Photosites of one position of the CFA, or one channel of a debayered picture.

    Attributes
    ----------
    channel : int
        0, 1, 2.
    row, column, step : int
        Where they lie in the picture.
    x, y : ndarray of float32, shape (rows, columns)
        Wall pixels that they look at, in the padded picture of the wall.
    falloff : ndarray of float32
        Vignetting, 1 over the wall's centre.
    constant : ndarray of float32
        Light that does not depend on the code: black, ambient, surround.
    sensitivity : ndarray of float32, or None
        Spread of the photosites.
    black : float
        Level in dn.
    """

    channel: int
    row: int
    column: int
    step: int
    x: Float32
    y: Float32
    falloff: Float32
    constant: Float32
    sensitivity: Float32 | None
    black: float


@dataclass(frozen=True, slots=True, eq=False)
class Setup:
    """A stage with all that does not change from frame to frame. Made by `prepare`.

    Attributes
    ----------
    stage : VirtualStage
        What it was made from.
    geometry : Geometry
        The view.
    kernel : ndarray of float32
        Defocus and photosite aperture, on the wall's pixels.
    field : ndarray of float32, shape (height, width, 3), or None
        Relative light of the wall's colours; None where it is 1 everywhere.
    sites : tuple of Sites
        Four of a CFA, or three of a picture.
    """

    stage: VirtualStage
    geometry: Geometry
    kernel: Float32
    field: Float32 | None
    sites: tuple[Sites, ...]


def prepare(stage: VirtualStage, *, mosaic: bool = True) -> Setup:
    """Work out once what all frames of a take share.

    Parameters
    ----------
    stage : VirtualStage
        The stage.
    mosaic : bool
        Bayer photosites; otherwise three full channels, as a debayered picture.

    Returns
    -------
    Setup
        About 20 bytes for each photosite and 12 for each pixel of the wall.
    """
    wall, camera = stage.wall, stage.camera
    geometry = build_geometry(stage)
    kernel = aperture_kernel(stage.optics.defocus_px, photosite_on_wall(stage, geometry))
    norm, _ = flat_field_norm(stage, geometry)
    field = None
    if wall.panel_sd or wall.odd_cabinets or any(wall.off_axis):
        columns = np.arange(wall.width_px, dtype=np.float64)
        rows = np.arange(wall.height_px, dtype=np.float64)
        field = (wall_field(stage, geometry, columns, rows) / norm).astype(np.float32)
    if mosaic:
        places = [
            ("RGB".index(letter), index // 2, index % 2, 2, camera.black[index])
            for index, letter in enumerate(camera.pattern)
        ]
    else:
        places = [(channel, 0, 0, 1, 0.0) for channel in range(3)]
    cover = _padded(np.ones((wall.height_px, wall.width_px), np.float32), kernel)
    cover = apply_kernel(cover, kernel)
    sites = tuple(_sites(stage, geometry, kernel, cover, place) for place in places)
    return Setup(stage, geometry, kernel, field, sites)


def _padding(kernel: Float32) -> tuple[int, int]:
    return kernel.shape[0] // 2 + 1, kernel.shape[1] // 2 + 1


def _padded(picture: Float32, kernel: Float32) -> Float32:
    rows, columns = _padding(kernel)
    return np.pad(picture, ((rows, rows), (columns, columns)))


def _sites(
    stage: VirtualStage,
    geometry: Geometry,
    kernel: Float32,
    cover: Float32,
    place: tuple[int, int, int, int, float],
) -> Sites:
    channel, row, column, step, black = place
    camera = stage.camera
    columns = np.arange(column, camera.width, step, dtype=np.float64)
    rows = np.arange(row, camera.height, step, dtype=np.float64)
    pad_rows, pad_columns = _padding(kernel)
    shape = (len(rows), len(columns))
    x, y, falloff = (np.empty(shape, np.float32) for _ in range(3))
    _, vignette_norm = flat_field_norm(stage, geometry)
    for top in range(0, len(rows), _BAND_ROWS):
        band = slice(top, top + _BAND_ROWS)
        points = np.stack(np.meshgrid(columns, rows[band]), axis=-1)
        on_wall = sensor_to_wall(geometry, points)
        x[band] = on_wall[..., 0] + pad_columns
        y[band] = on_wall[..., 1] + pad_rows
        falloff[band] = vignette(stage, points) / vignette_norm
    covered = sample(cover, x, y)
    surround = stage.wall.surround_nits * camera_per_nit(stage, stage.wall.ambient_illuminant)
    constant = covered * np.float32(constant_light(stage)[channel])
    constant += (1.0 - covered) * np.float32(surround[channel])
    if stage.optics.chart:
        x0, y0, wide, high = stage.optics.chart
        across = (columns >= x0 * camera.width) & (columns < (x0 + wide) * camera.width)
        down = (rows >= y0 * camera.height) & (rows < (y0 + high) * camera.height)
        card = stage.optics.chart_nits * camera_per_nit(stage, stage.wall.ambient_illuminant)
        constant[np.ix_(down, across)] += np.float32(card[channel])
    constant *= falloff
    spread = None
    if camera.photosite_sd and step == 2:
        rng = np.random.default_rng([stage.seed, 202, row, column])
        spread = 1.0 + np.float32(camera.photosite_sd) * rng.standard_normal(shape, np.float32)
    return Sites(channel, row, column, step, x, y, falloff, constant, spread, black)


def wall_picture(setup: Setup, code: Float32, *, frame_index: int = 0) -> Float32:
    """Light of the wall as the camera's channels see it, wall pixel by wall pixel.

    Runs of equal code along a row are computed once: patterns are mostly flat.

    Parameters
    ----------
    setup : Setup
        The stage.
    code : ndarray of float32, shape (height, width, 3)
        Wall code.
    frame_index : int
        How far the wall has warmed up.

    Returns
    -------
    ndarray of float32, shape (3, height, width)
        In shares of the camera's white level, without black and ambient.
    """
    wall = setup.stage.wall
    polynomial = camera_polynomial(setup.stage)
    warm = warm_up(wall, frame_index)
    height, width = code.shape[:2]
    light = np.empty((3, height, width), np.float32)
    for top in range(0, height, _BAND_ROWS):
        band = code[top : top + _BAND_ROWS]
        starts = np.ones(band.shape[:2], bool)
        np.any(band[:, 1:] != band[:, :-1], axis=2, out=starts[:, 1:])
        run = np.cumsum(starts.ravel()) - 1
        parts = wall_response(wall, band[starts].astype(np.float64), polynomial) * warm[:, None]
        if setup.field is None:
            whole = parts.sum(axis=1).astype(np.float32)
            for channel in range(3):
                seen = whole[:, channel][run]
                light[channel, top : top + _BAND_ROWS] = seen.reshape(band.shape[:2])
        else:
            gains = setup.field[top : top + _BAND_ROWS].reshape(-1, 3)
            pixels = parts.astype(np.float32)[run]
            seen = np.einsum("pl,plk->kp", gains, pixels)
            light[:, top : top + _BAND_ROWS] = seen.reshape(3, *band.shape[:2])
    return light


def light_on_sensor(setup: Setup, code: Float32, *, frame_index: int = 0) -> list[Float32]:
    """What falls on each group of photosites, in shares of the white level: noise-free.

    Parameters
    ----------
    setup : Setup
        The stage.
    code : ndarray of float32, shape (height, width, 3)
        What the wall shows.
    frame_index : int
        Of the take.

    Returns
    -------
    list of ndarray of float32
        One for each of `setup.sites`, flare included.

    Raises
    ------
    ValueError
        If the frame is not of the wall's resolution.
    """
    _require_size(setup, code)
    return list(_planes(setup, code, frame_index))


def _require_size(setup: Setup, code: Float32) -> None:
    wall = setup.stage.wall
    if code.shape != (wall.height_px, wall.width_px, 3):
        message = (
            f"frame of shape {code.shape}: the wall has {wall.width_px} x {wall.height_px} "
            "pixels of three colours"
        )
        raise ValueError(message)


def _planes(
    setup: Setup, code: Float32, frame_index: int, before: Float32 | None = None
) -> Iterator[Float32]:
    """Light on one group of photosites after the other."""
    optics, camera = setup.stage.optics, setup.stage.camera
    direct = 1.0 - optics.flare - optics.halo  # the exposure is that of the light that is left
    light = wall_picture(setup, code, frame_index=frame_index)
    if before is not None and is_unsynced(setup.stage, frame_index):
        earlier = wall_picture(setup, before, frame_index=frame_index - 1)
        light = straddle(setup.stage, earlier, light, frame_index)
    gains = automatic_gains(camera, light)
    blurred: dict[int, Float32] = {}
    for sites in setup.sites:
        if sites.channel not in blurred:
            padded = _padded(light[sites.channel], setup.kernel)
            blurred[sites.channel] = apply_kernel(padded, setup.kernel)
        plane = sample(blurred[sites.channel], sites.x, sites.y)
        if optics.moire:
            plane *= raster(optics.moire, sites.x, sites.y)
        plane *= sites.falloff
        plane += sites.constant
        veil = optics.flare * float(plane.mean(dtype=np.float64)) / direct
        if optics.halo:
            sd_px = optics.halo_width * setup.stage.camera.width / sites.step
            glowing = glow(plane, sd_px)
            glowing *= np.float32(optics.halo / direct)
            plane += glowing
        plane += np.float32(veil)
        if camera.scan_lines:
            plane *= bands(camera, plane.shape[0], sites.row, sites.step, frame_index)
        if gains is not None:
            plane *= np.float32(gains)
        yield plane


def mosaic_frame(
    setup: Setup, code: Float32, frame_index: int, before: Float32 | None = None
) -> NDArray[np.uint16]:
    """The raw mosaic of one frame, with the sensor's dark margin.

    Parameters
    ----------
    setup : Setup
        Prepared with ``mosaic=True``.
    code : ndarray of float32, shape (height, width, 3)
        What the wall shows.
    frame_index : int
        Of the take; with the stage's seed it decides the noise.
    before : ndarray of float32, or None
        What the wall showed the frame before, where the camera is not in step with it.

    Returns
    -------
    ndarray of uint16
        Sensor numbers.
    """
    _require_size(setup, code)
    return expose_mosaic(setup, _planes(setup, code, frame_index, before), frame_index)


def linear_frame(
    setup: Setup,
    code: Float32,
    frame_index: int,
    to_aces: FloatArray,
    before: Float32 | None = None,
) -> Float32:
    """One frame as a debayered picture in ACES2065-1, with the noise of a photosite a pixel.

    Parameters
    ----------
    setup : Setup
        Prepared with ``mosaic=False``.
    code : ndarray of float32, shape (height, width, 3)
        What the wall shows.
    frame_index : int
        Of the take.
    to_aces : ndarray, shape (3, 3)
        Camera RGB to ACES2065-1.
    before : ndarray of float32, or None
        As in `mosaic_frame`.

    Returns
    -------
    ndarray of float32, shape (height, width, 3)
        Scene-linear; saturated where the camera saturates.
    """
    _require_size(setup, code)
    return expose_picture(setup, _planes(setup, code, frame_index, before), frame_index, to_aces)
