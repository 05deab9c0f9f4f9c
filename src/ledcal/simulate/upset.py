"""What goes wrong between wall and file: automatics, sync, rasters that beat, looks baked in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ledcal.colorimetry.space import BT709, matrix_rgb_to_aces

if TYPE_CHECKING:
    from ledcal.simulate.stage import VirtualCamera, VirtualStage
    from ledcal.values.arrays import FloatArray

Float32 = NDArray[np.float32]

# Mean of a frame that automatic exposure leaves as it is, as a share of the white level.
_AIM = 0.05
_MOST_GAIN = 4.0
# Part of an exposure, or of the wall's height, that may show the frame before.
_LEAST_SHARE, _MOST_SHARE = 0.25, 0.75


def automatic_gains(camera: VirtualCamera, light: Float32) -> float | None:
    """What automatic exposure multiplies a frame by, from the wall's light (3, rows, columns).

    Examples
    --------
    >>> from ledcal.simulate.stage import VirtualCamera
    >>> automatic_gains(VirtualCamera(auto_exposure=0.5), np.full((3, 2, 2), 0.2, np.float32))
    0.5
    """
    if not camera.auto_exposure:
        return None
    mean = max(float(light[1].mean(dtype=np.float64)), 1e-6)
    gain = (_AIM / mean) ** camera.auto_exposure
    return round(float(np.clip(gain, 1.0 / _MOST_GAIN, _MOST_GAIN)), 6)


def white_gains(camera: VirtualCamera, picture: Float32) -> FloatArray:
    """What automatic white balance multiplies the channels of (rows, columns, 3) by."""
    mean = np.maximum(picture.mean(axis=(0, 1), dtype=np.float64), 1e-6)
    return np.asarray((mean[1] / mean) ** camera.auto_white, np.float64)


def is_unsynced(stage: VirtualStage, frame_index: int) -> bool:
    """Whether a frame's exposure sees two pattern frames: every n-th does, the seed says which.

    Examples
    --------
    >>> from ledcal.simulate.stage import VirtualStage, with_values
    >>> [is_unsynced(with_values(VirtualStage(), unsynced=0.5), i) for i in range(4)]
    [False, False, True, False]
    """
    if not stage.camera.unsynced or not frame_index:
        return False
    every = max(1, round(1.0 / stage.camera.unsynced))
    return (frame_index + stage.seed) % every == 0


def straddle(stage: VirtualStage, before: Float32, now: Float32, frame_index: int) -> Float32:
    """Light of an exposure that sees two pattern frames, of (3, rows, columns) each."""
    rng = np.random.default_rng([stage.seed, 607, frame_index])
    share = float(rng.uniform(_LEAST_SHARE, _MOST_SHARE))
    if not stage.camera.torn:
        return np.asarray(share * before + (1.0 - share) * now, np.float32)
    seen = now.copy()
    rows = round(share * now.shape[1])
    seen[:, :rows] = before[:, :rows]
    return seen


def raster(amplitude: float, x: Float32, y: Float32) -> Float32:
    """What is left of the LEDs' raster at wall points: it beats with that of the photosites."""
    wave = np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)
    return np.asarray(1.0 + 0.5 * amplitude * wave, np.float32)


def bands(camera: VirtualCamera, rows: int, first: int, step: int, frame_index: int) -> Float32:
    """Factor of each row of a plane: scan lines that move from frame to frame. Shape (rows, 1)."""
    turn = 0.37 * frame_index
    row = first + step * np.arange(rows)
    wave = np.cos(2 * np.pi * (row / camera.scan_period_rows + turn))
    return np.asarray(1.0 + camera.scan_lines * wave[:, None], np.float32)


def baked(look: str, aces: Float32) -> Float32:
    """A picture of (rows, columns, 3) in ACES2065-1 with a look in it, as numbers 0..1.

    Raises
    ------
    ValueError
        If the look is not known.
    """
    if look != "BT.709":
        message = f"look {look!r}: only BT.709 is known"
        raise ValueError(message)
    to_bt709 = np.linalg.inv(matrix_rgb_to_aces(BT709)).astype(np.float32)
    light = np.clip(aces @ to_bt709.T, 0.0, 1.0)
    curved = np.where(light < 0.018, 4.5 * light, 1.099 * np.power(light, 0.45) - 0.099)
    return np.asarray(curved, np.float32)
