"""A small grey picture of a frame, good enough to find the wall in."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.imaging.resample import blur, shrink

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import LinearFrame, Plane

_WIDEST = 1600
# Statistics of pictures with more values than this need not see every second one.
_MANY = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """Linear, in units of white above black.

    Attributes
    ----------
    image : ndarray of float32, shape (rows, columns)
        Mean of the green photosites.
    x, y : float
        Where ``image[0, 0]`` lies in the frame.
    step : float
        Frame pixels from one value to the next.
    noise : float
        Standard deviation of the noise in the dark half of the picture.
    top : float
        Its brightest values (99.9 %).
    """

    image: NDArray[np.float32]
    x: float
    y: float
    step: float
    noise: float
    top: float

    def from_frame(self, points: FloatArray) -> FloatArray:
        """Frame points of shape (..., 2) as points of `image`."""
        return np.asarray((points - np.array([self.x, self.y])) / self.step, np.float64)

    def to_frame(self, points: FloatArray) -> FloatArray:
        """Points of `image` as frame points."""
        return np.asarray(points * self.step + np.array([self.x, self.y]), np.float64)

    def shrunk(self, factor: int) -> Preview:
        """Average blocks of `factor` x `factor` values."""
        if factor == 1:
            return self
        shift = self.step * (factor - 1) / 2
        return replace(
            self,
            image=shrink(self.image, factor),
            x=self.x + shift,
            y=self.y + shift,
            step=self.step * factor,
            noise=self.noise / factor,
        )


def build_preview(frame: LinearFrame) -> Preview:
    """Average the greens of a frame and bring it to at most 1600 columns.

    Parameters
    ----------
    frame : LinearFrame
        Raw or image.

    Returns
    -------
    Preview
        Linear, black taken off.

    Raises
    ------
    ValueError
        If the frame has no green plane.

    Examples
    --------
    >>> from ledcal.values.frame import Exposure, LinearFrame, Plane
    >>> values = np.full((80, 120), 40, dtype=np.uint16)
    >>> plane = Plane(values, "G1", 0, 0, 1, 10.0, 110.0, 110.0)
    >>> frame = LinearFrame("a", 120, 80, (plane,), "camera", Exposure(), None)
    >>> preview = build_preview(frame)
    >>> preview.image.shape, round(float(preview.image[0, 0]), 6), preview.step
    ((80, 120), 0.3, 1.0)
    """
    greens = [plane for plane in frame.planes if plane.channel.startswith("G")]
    if not greens:
        message = f"{frame.name} has no green plane"
        raise ValueError(message)
    step = greens[0].step
    if step <= 2:
        rows = min(plane.values.shape[0] for plane in greens)
        columns = min(plane.values.shape[1] for plane in greens)
        factor = max(1, -(-columns // _WIDEST))
        image = sum(
            _linear(shrink(plane.values[:rows, :columns], factor), plane) for plane in greens
        ) / np.float32(len(greens))
    else:
        image, factor = _collect(frame, greens), 1
    x = float(np.mean([plane.x for plane in greens]) if step <= 2 else 0.5)
    y = float(np.mean([plane.y for plane in greens]) if step <= 2 else 0.5)
    spacing = min(step, 2)
    image = np.ascontiguousarray(image, dtype=np.float32)
    shift = spacing * (factor - 1) / 2
    few = image[::2, ::2] if image.size < _MANY else image[::4, ::4]
    dark = few[few <= np.median(few)]
    apart = max(3, round(math.sqrt(image.size / 1e5)))
    fine = image[::apart, 1::apart] - image[::apart, :-1:apart]
    noise = 1.4826 * float(np.median(np.abs(fine))) / math.sqrt(2.0)
    return Preview(
        image=image,
        x=x + shift,
        y=y + shift,
        step=float(spacing * factor),
        noise=max(noise, 1e-7, 1e-4 * float(dark.std())),
        top=float(np.quantile(few, 0.999)),
    )


def _linear(values: NDArray[np.float32], plane: Plane) -> NDArray[np.float32]:
    """Sensor numbers to light, 1 = white."""
    return (values - np.float32(plane.black)) / np.float32(plane.white - plane.black)


def _collect(frame: LinearFrame, greens: list[Plane]) -> NDArray[np.float32]:
    """Put scattered greens (X-Trans) into one picture at half size, gaps filled by blur."""
    light = np.zeros((frame.height, frame.width), dtype=np.float32)
    known = np.zeros_like(light)
    for plane in greens:
        rows, columns = plane.values.shape
        where = (
            slice(plane.y, plane.y + rows * plane.step, plane.step),
            slice(plane.x, plane.x + columns * plane.step, plane.step),
        )
        light[where] = _linear(np.asarray(plane.values, dtype=np.float32), plane)
        known[where] = 1.0
    smooth = blur(light, 1.0) / np.maximum(blur(known, 1.0), np.float32(1e-3))
    return shrink(smooth, 2)


def stretch(preview: Preview, floor_share: float = 0.004) -> NDArray[np.uint8]:
    """Draw a preview with equal steps for equal ratios, so that dim marks show.

    Parameters
    ----------
    preview : Preview
        Linear.
    floor_share : float
        Where steps turn from equal differences to equal ratios, as a share of the brightest.
        Small shows the dimmest marks; large keeps defocused ones slim.

    Returns
    -------
    ndarray of uint8, same shape
        0 for dark, 255 for the brightest.

    Examples
    --------
    >>> image = np.array([[0.0, 0.001], [0.06, 1.0]], dtype=np.float32)
    >>> stretch(Preview(image, 0, 0, 1, 1e-4, 1.0)).tolist()
    [[0, 10], [128, 255]]
    """
    top = max(preview.top, 4 * preview.noise, 1e-6)
    floor = max(floor_share * top, 2.0 * preview.noise)
    light = np.clip(preview.image, 0.0, top)
    drawn = np.log1p(light / floor) / np.log1p(top / floor)
    return np.asarray(np.rint(255.0 * drawn), dtype=np.uint8)
