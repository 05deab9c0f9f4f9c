"""A white reference chart in the picture: light that does not come from the wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import InputError
from ledcal.measure.region import measure_polygons

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import LinearFrame

_CHANNELS = {"R": 0, "G1": 1, "G2": 1, "G": 1, "B": 2}
# A chart that shows less in the black frame, as a share of the white level, tells nothing.
_LEAST_LIGHT = 0.01


def measure_chart(frame: LinearFrame, box: tuple[float, float, float, float]) -> FloatArray:
    """Measure a box of a frame.

    Parameters
    ----------
    frame : LinearFrame
        The black frame of a drift take: what lights the chart then is not the wall.
    box : (float, float, float, float)
        Left, top, width and height in pixels of the frame.

    Returns
    -------
    ndarray, shape (3,)
        Camera RGB.

    Raises
    ------
    InputError
        If the box is not inside the picture, or what it holds is dark or clipped.
    """
    left, top, width, height = box
    where = f"--chart {left:g},{top:g},{width:g},{height:g}"
    if left < 0 or top < 0 or left + width > frame.width or top + height > frame.height:
        raise InputError(f"{where}: not inside the picture of {frame.width} x {frame.height} px")
    corners = np.array(
        [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    )
    found = measure_polygons(frame.planes, corners)
    light = np.zeros(3)
    for plane, one in zip(frame.planes, found, strict=True):
        channel = _CHANNELS[plane.channel]
        light[channel] += one.mean / sum(_CHANNELS[p.channel] == channel for p in frame.planes)
    if not np.isfinite(light).all():
        raise InputError(f"{where}: too small a box to measure; give the white of the chart")
    if max(one.saturated for one in found) > 0.0:
        raise InputError(f"{where}: the chart is clipped in {frame.name}; give it less light")
    if light.max() < _LEAST_LIGHT:
        raise InputError(
            f"{where}: the chart is dark in {frame.name} ({100 * light.max():.2f} % of full scale, "
            f"needed: {100 * _LEAST_LIGHT:g} %); it must have a light of its own, that stays the "
            "same from day to day and does not reach the wall"
        )
    return light
