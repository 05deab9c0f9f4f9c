"""What the file of a frame says when the camera sets itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.simulate.sensor import dng_header

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.files.dng import DngHeader
    from ledcal.simulate.stage import VirtualStage


def header_of(
    stage: VirtualStage, frame_index: int, mosaic: NDArray[np.uint16], gain: float | None
) -> DngHeader:
    """What a frame's file says: with the shutter and the balance that the camera chose for it.

    Parameters
    ----------
    stage : VirtualStage
        The stage.
    frame_index : int
        Of the take.
    mosaic : ndarray of uint16
        The frame: automatic white balance goes by its mean.
    gain : float or None
        What automatic exposure did; None: nothing.

    Returns
    -------
    DngHeader
        An automatic iris is not in the file.
    """
    header, camera = dng_header(stage, frame_index), stage.camera
    if gain is not None and not camera.auto_iris:
        time_s = header.exposure.time_s or camera.time_s
        header = replace(header, exposure=replace(header.exposure, time_s=gain * time_s))
    if not camera.auto_white:
        return header
    left, top = camera.margin
    visible = mosaic[top:, left:].astype(np.float64)
    mean = np.zeros(3)
    for index, letter in enumerate(camera.pattern):
        part = visible[index // 2 :: 2, index % 2 :: 2].mean() - camera.black[index]
        mean["RGB".index(letter)] += max(float(part), 1e-3) / camera.pattern.count(letter)
    chosen = header.neutral ** (1.0 - camera.auto_white) * mean**camera.auto_white
    return replace(header, neutral=chosen / chosen.max())
