"""Light on the sensor to the numbers of a file: noise, saturation, black, and what is baked in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ledcal.simulate.sensor import expose, stage_transform
from ledcal.simulate.upset import baked, white_gains

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledcal.simulate.picture import Setup
    from ledcal.simulate.stage import VirtualCamera
    from ledcal.values.arrays import FloatArray

Float32 = NDArray[np.float32]


def _roll(camera: VirtualCamera) -> tuple[int, ...]:
    return (camera.roll,) if camera.roll else ()


def expose_mosaic(setup: Setup, planes: Iterable[Float32], frame_index: int) -> NDArray[np.uint16]:
    """The raw mosaic of a frame, with the sensor's dark margin.

    Parameters
    ----------
    setup : Setup
        Prepared with ``mosaic=True``.
    planes : iterable of ndarray of float32
        Light on each of `setup.sites`, as `picture.light_on_sensor` gives it.
    frame_index : int
        Of the take; with the stage's seed it decides the noise.

    Returns
    -------
    ndarray of uint16
        Sensor numbers.
    """
    camera = setup.stage.camera
    left, top = camera.margin
    rng = np.random.default_rng([setup.stage.seed, 303, frame_index, *_roll(camera)])
    mosaic = np.empty((camera.height + top, camera.width + left), np.uint16)
    for sites, light in zip(setup.sites, planes, strict=True):
        if left or top:
            shape = (light.shape[0] + top // 2, light.shape[1] + left // 2)
            dark = np.zeros(shape, np.float32)
            mosaic[sites.row :: 2, sites.column :: 2] = expose(
                camera, dark, channel=sites.channel, black=sites.black, sensitivity=None, rng=rng
            )
        mosaic[top + sites.row :: 2, left + sites.column :: 2] = expose(
            camera,
            light,
            channel=sites.channel,
            black=sites.black,
            sensitivity=sites.sensitivity,
            rng=rng,
        )
    return mosaic


def expose_picture(
    setup: Setup, planes: Iterable[Float32], frame_index: int, to_aces: FloatArray
) -> Float32:
    """A debayered picture in ACES2065-1, with the noise of a photosite a pixel.

    Parameters
    ----------
    setup : Setup
        Prepared with ``mosaic=False``.
    planes : iterable of ndarray of float32
        Light on each of `setup.sites`.
    frame_index : int
        Of the take.
    to_aces : ndarray, shape (3, 3)
        Camera RGB to ACES2065-1.

    Returns
    -------
    ndarray of float32, shape (height, width, 3)
        Scene-linear; saturated where the camera saturates.
    """
    camera = setup.stage.camera
    rng = np.random.default_rng([setup.stage.seed, 404, frame_index, *_roll(camera)])
    channels = []
    for light, top in zip(planes, camera.saturation, strict=True):
        electrons = light * np.float32(camera.full_well_e)
        sd = np.sqrt(np.maximum(electrons, 0) + np.float32(camera.read_noise_e**2))
        electrons += sd * rng.standard_normal(light.shape, dtype=np.float32)
        channels.append(np.minimum(electrons / np.float32(camera.full_well_e), np.float32(top)))
    picture = np.stack(channels, axis=-1)
    if camera.auto_white:
        balanced = picture * stage_transform(setup.stage).white_balance.astype(np.float32)
        picture *= white_gains(camera, balanced).astype(np.float32)
    aces = np.asarray(picture @ to_aces.T.astype(np.float32), np.float32)
    return baked(camera.look, aces) if camera.look else aces
