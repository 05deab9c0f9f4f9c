"""What is known of the LED raster in a patch: from a view of the wall, a rig, or the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.rig import wall_homography
from ledcal.moire.sinusoid import BENDS
from ledcal.values.moire import Prior

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.moire.rig import Rig
    from ledcal.values.arrays import FloatArray

# What the marks of a pattern, and what people say, may be off by.
_MARKS = (0.01, 0.5)
_SAID = (0.08, 3.0)
_POINTS = 9


def prior_of(
    to_wall: Callable[[FloatArray], FloatArray],
    box: tuple[float, float, float, float],
    *,
    source: str,
    is_precise: bool,
    panel_px: tuple[int, int] | None = None,
) -> Prior:
    """The LED raster around the middle of a patch.

    Parameters
    ----------
    to_wall : callable
        Points of the picture, (..., 2), to LED pixels.
    box : tuple of float
        x, y, width, height of the patch in the picture.
    source : str
        For people.
    is_precise : bool
        Whether it was measured from marks, or said by people.
    panel_px : tuple of int or None
        LED pixels of a panel.

    Returns
    -------
    Prior
        Slopes, and how they bend.
    """
    x, y, width, height = box
    side = np.linspace(-1.0, 1.0, _POINTS)
    u, v = (part.ravel() for part in np.meshgrid(side, side))
    middle = np.array([x + (width - 1) / 2, y + (height - 1) / 2])
    half = np.array([width, height]) / 2.0
    on_wall = to_wall(middle + np.stack([u, v], axis=-1) * half)
    terms = np.stack([np.ones_like(u), u, v, *(u**i * v**j for i, j in BENDS)], axis=-1)
    fit = np.linalg.lstsq(terms, on_wall, rcond=None)[0]
    scale, turn = _MARKS if is_precise else _SAID
    return Prior(
        jacobian=(fit[1:3] / half[:, None]).T,
        bends=np.asarray(fit[3:].T, np.float64),
        scale_spread=scale,
        turn_spread_deg=turn,
        source=source,
        panel_px=panel_px,
    )


def rig_to_wall(rig: Rig) -> Callable[[FloatArray], FloatArray]:
    """Points of the picture to LED pixels, for a rig."""
    back = np.linalg.inv(wall_homography(rig))

    def to_wall(points: FloatArray) -> FloatArray:
        lifted = points @ back[:, :2].T + back[:, 2]
        return np.asarray(lifted[..., :2] / lifted[..., 2:], np.float64)

    return to_wall


def prior_of_lines(frequencies: FloatArray) -> Prior | None:
    """A square raster from lines of which it is known what sampling took off.

    Parameters
    ----------
    frequencies : ndarray, shape (lines, 2)
        True frequencies, c/px; strongest line first.

    Returns
    -------
    Prior or None
        The strongest of the lowest lines is taken as a whole step along one axis of the raster.
    """
    if not len(frequencies):
        return None
    sizes = np.hypot(*frequencies.T)
    lowest = frequencies[sizes < 1.1 * sizes.min()][0]
    turned = np.array([-lowest[1], lowest[0]])
    along, across = (lowest, turned) if abs(lowest[0]) >= abs(lowest[1]) else (-turned, lowest)
    sign = np.sign(along[0]) or 1.0
    jacobian = sign * np.stack([along, across])
    return Prior(jacobian, np.zeros((2, len(BENDS))), 0.02, 1.0, "the moved camera")
