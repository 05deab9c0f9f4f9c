"""The scene-linear colours by which a config is proven: what a show has, and what it should not."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import ACES, BT709, matrix_rgb_to_aces, matrix_rgb_to_rgb

if TYPE_CHECKING:
    from ledcal.export.ocio.spaces import Space
    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Target

# Linear Rec.709 of the six skins and neighbours of the ColorChecker and of darker ones.
_SKIN = (
    (0.172, 0.084, 0.058),
    (0.542, 0.300, 0.221),
    (0.720, 0.478, 0.370),
    (0.390, 0.205, 0.130),
    (0.068, 0.034, 0.021),
    (0.022, 0.012, 0.008),
)


def proof_colours(target: Target, space: Space) -> FloatArray:
    """Numbers of a scene space that reach every part of a target, and go beyond it.

    Parameters
    ----------
    target : Target
        Its gamut and peak say what is saturated and what is bright.
    space : Space
        What the numbers mean.

    Returns
    -------
    ndarray, shape (n, 3)
        As float32 holds them: greys from none to ten times the peak, ramps of its primaries and
        their mixes, skin, colours all over the gamut, others outside of it, negative ones.

    Examples
    --------
    >>> from ledcal.colorimetry.space import P3_D65
    >>> from ledcal.export.ocio.spaces import SPACES
    >>> from ledcal.values.stage import Target
    >>> proof_colours(Target(P3_D65, "ST 2084", 1500.0), SPACES[1]).shape
    (10028, 3)
    """
    top = target.peak_nits / 100.0
    to_aces = matrix_rgb_to_aces(target.gamut)
    steps = np.concatenate([[0.0], np.geomspace(1e-7, 10.0 * top, 700), np.linspace(0, top, 300)])
    grey = np.repeat(steps[:, None], 3, axis=1)
    corners = np.array([c for c in np.ndindex(2, 2, 2) if 0 < sum(c) < 3], np.float64)
    ramps = (steps[::4, None, None] * corners).reshape(-1, 3)
    tints = top * _random()[:4000] ** 3
    wide = top * _random()[4000:6000] ** 2 * 1.5
    below = top * (2.0 * _random()[6000:7500] - 1.0) * 10.0 ** (-4.0 * _random()[7500:, :1])
    skin = np.array(_SKIN)
    aces = np.concatenate(
        [
            grey @ to_aces.T,
            ramps @ to_aces.T,
            tints @ to_aces.T,
            (skin * np.array([0.25, 1.0, 4.0])[:, None, None]).reshape(-1, 3)
            @ matrix_rgb_to_rgb(BT709, ACES).T,
            wide,
            below,
            np.array([[65504.0, 0.0, -65504.0], [1e6, 1e6, 1e6], [-1.0, -1.0, -1.0]]),
        ]
    )
    light = aces @ np.linalg.inv(space.matrix()).T
    return space.value(light).astype(np.float32).astype(np.float64)


@cache
def _random() -> FloatArray:
    values = np.random.default_rng(2065).random((9000, 3))
    values.flags.writeable = False
    return values
