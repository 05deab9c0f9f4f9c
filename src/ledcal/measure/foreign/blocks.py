"""A frame as means of blocks: small enough to keep all of a take, fine enough to measure in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.imaging.resample import shrink

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.frame import CameraColour, Exposure, LinearFrame, Plane

_COLUMNS = 72
_CHANNELS = {"R": 0, "G1": 1, "G2": 1, "G": 1, "B": 2}


@dataclass(frozen=True, slots=True, eq=False)
class FrameBlocks:
    """One captured frame, averaged in blocks.

    Attributes
    ----------
    name : str
        File name.
    mean : ndarray of float32, shape (rows, columns, 3)
        Camera light, black taken off, 1 = white.
    variance : ndarray of float32, shape (rows, columns, 3)
        Of `mean`, from the differences of neighbouring photosites.
    saturated : ndarray of float32, shape (rows, columns)
        Largest share of saturated photosites of any plane.
    n_samples : int
        Photosites behind one block, all planes.
    step : float
        Frame pixels from one block to the next.
    space, exposure, colour, camera_model
        As the frame says.
    """

    name: str
    mean: NDArray[np.float32]
    variance: NDArray[np.float32]
    saturated: NDArray[np.float32]
    n_samples: int
    step: float
    space: str
    exposure: Exposure
    colour: CameraColour | None
    camera_model: str


def build_blocks(frame: LinearFrame) -> FrameBlocks:
    """Average a frame in blocks, about 72 across.

    Parameters
    ----------
    frame : LinearFrame
        Raw or image.

    Returns
    -------
    FrameBlocks
        Some 100 kB, whatever the frame.

    Raises
    ------
    ValueError
        If the frame lacks one of the three colours.

    Examples
    --------
    >>> from ledcal.values.frame import Exposure, LinearFrame, Plane
    >>> values = np.full((48, 72), 60.0)
    >>> planes = tuple(Plane(values, c, 0, 0, 1, 10.0, 110.0, np.inf) for c in ("R", "G1", "B"))
    >>> blocks = build_blocks(LinearFrame("a", 72, 48, planes, "ACES2065-1", Exposure(), None))
    >>> blocks.mean.shape, float(blocks.mean[3, 5, 1]), blocks.n_samples
    ((48, 72, 3), 0.5, 3)
    """
    counts = np.bincount([_CHANNELS[plane.channel] for plane in frame.planes], minlength=3)
    if (counts == 0).any():
        message = f"{frame.name} does not have all of red, green and blue"
        raise ValueError(message)
    rows = min(plane.values.shape[0] for plane in frame.planes)
    columns = min(plane.values.shape[1] for plane in frame.planes)
    factor = max(1, min(rows, columns // _COLUMNS))
    shape = (rows // factor, columns // factor)
    mean = np.zeros((*shape, 3), dtype=np.float32)
    variance = np.zeros((*shape, 3), dtype=np.float32)
    saturated = np.zeros(shape, dtype=np.float32)
    for plane in frame.planes:
        channel = _CHANNELS[plane.channel]
        values = np.asarray(plane.values[:rows, :columns], dtype=np.float32)
        scale = np.float32(plane.white - plane.black)
        mean[..., channel] += (shrink(values, factor) - np.float32(plane.black)) / scale
        variance[..., channel] += _variance(values, factor) / scale**2
        saturated = np.maximum(saturated, _saturated(values, plane, factor))
    return FrameBlocks(
        name=frame.name,
        mean=np.asarray(mean / counts, np.float32),
        variance=np.asarray(variance / (counts**2 * factor**2), np.float32),
        saturated=saturated,
        n_samples=factor**2 * len(frame.planes),
        step=float(frame.planes[0].step * factor),
        space=frame.space,
        exposure=frame.exposure,
        colour=frame.colour,
        camera_model=frame.camera_model,
    )


def _variance(values: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """Variance of a photosite, blind to slow gradients: half the mean square of differences."""
    apart = np.diff(values, axis=1, append=values[:, -2:-1])
    return shrink(apart * apart, factor) / np.float32(2.0)


def _saturated(values: NDArray[np.float32], plane: Plane, factor: int) -> NDArray[np.float32]:
    shape = (values.shape[0] // factor, values.shape[1] // factor)
    if values.max() < plane.saturation:
        return np.zeros(shape, dtype=np.float32)
    return shrink((values >= plane.saturation).astype(np.float32), factor)
