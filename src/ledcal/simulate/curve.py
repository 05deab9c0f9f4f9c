"""What a real wall's tone curve has besides an exponent: roughness, and darker shadows."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline

from ledcal.colorimetry.transfer import pq_encode

if TYPE_CHECKING:
    from ledcal.simulate.virtual_wall import VirtualWall
    from ledcal.values.arrays import FloatArray

# Share of peak at which `shadow_gain` is stated, and where most of the way back to 1 is done.
SHADOW_LIGHT = 0.002
_SHADOW_BEND = 0.006
# Smaller ones would leave no light at black.
LEAST_SHADOW_GAIN = 0.26


def pq_position(wall: VirtualWall, drive: FloatArray) -> FloatArray:
    """Where a drive stands on the ST 2084 scale from black, 0, to peak, 1; held above."""
    position = pq_encode(np.minimum(drive, 1.0) * wall.peak_nits) / pq_encode(wall.peak_nits)
    return np.asarray(position, np.float64)


@lru_cache(maxsize=64)
def _spline(knots: tuple[float, ...]) -> CubicSpline:
    return CubicSpline(np.linspace(0.0, 1.0, len(knots)), knots, bc_type="natural")


def rough_gain(wall: VirtualWall, drive: FloatArray) -> FloatArray:
    """Factor on the light of each colour: one plus a cubic spline through `wall.roughness`.

    Parameters
    ----------
    wall : VirtualWall
        The wall.
    drive : ndarray, shape (..., 3)
        Nominal light of each colour, 1.0 is peak.

    Returns
    -------
    ndarray, shape (..., 3)
        Around 1.

    Examples
    --------
    >>> from ledcal.simulate.virtual_wall import VirtualWall
    >>> wall = VirtualWall(roughness=((0.0, 0.01), (0.02, 0.02), (0.0, 0.0)))
    >>> rough_gain(wall, np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])).round(6).tolist()
    [[1.01, 1.02, 1.0], [1.0, 1.02, 1.0]]
    """
    position = pq_position(wall, drive)
    channels = (_spline(knots)(position[..., c]) for c, knots in enumerate(wall.roughness))
    return np.asarray(1.0 + np.stack(list(channels), axis=-1), np.float64)


def shadow_gain(wall: VirtualWall, drive: FloatArray) -> FloatArray:
    """Factor on the light: `wall.shadow_gain` at 0.2 % of peak, 1 at peak, smooth between.

    What is missing goes with ``1 / (1 + l / 0.006)`` of the light l, as shares of peak: of what is
    missing at 0.2 %, a fifth is missing at 3 %.

    Parameters
    ----------
    wall : VirtualWall
        The wall.
    drive : ndarray, shape (..., 3)
        Nominal light of each colour, 1.0 is peak.

    Returns
    -------
    ndarray, shape (..., 3)
        Positive.

    Examples
    --------
    >>> from ledcal.simulate.virtual_wall import VirtualWall
    >>> shadow_gain(VirtualWall(shadow_gain=0.55), np.array([0.002, 0.03, 1.0])).round(3).tolist()
    [0.55, 0.903, 1.0]
    """
    light = np.minimum(drive, 1.0)

    def falling(share: FloatArray | float) -> FloatArray:
        return np.asarray(1.0 / (1.0 + np.asarray(share) / _SHADOW_BEND), np.float64)

    left = (falling(light) - falling(1.0)) / (falling(SHADOW_LIGHT) - falling(1.0))
    return np.asarray(1.0 - (1.0 - wall.shadow_gain) * left, np.float64)


def draw_roughness(
    rng: np.random.Generator, rms: float, *, common_share: float = 0.9, n_knots: int = 30
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Draw what `VirtualWall.roughness` takes.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where it comes from.
    rms : float
        Relative deviation of the light over the three channels and the ST 2084 scale.
    common_share : float
        How much of the variance the three channels have in common, 0..1.
    n_knots : int
        Over the scale from black to peak.

    Returns
    -------
    tuple of three tuples of float
        Red, green and blue.

    Examples
    --------
    >>> red, green, blue = draw_roughness(np.random.default_rng(1), 0.013, common_share=1.0)
    >>> len(red), red == green == blue
    (30, True)
    """
    common, own = rng.normal(size=n_knots), rng.normal(size=(3, n_knots))
    knots = np.sqrt(common_share) * common + np.sqrt(1.0 - common_share) * own
    dense = np.linspace(0.0, 1.0, 2000)
    seen = np.stack([_spline(tuple(channel.tolist()))(dense) for channel in knots])
    knots *= rms / np.sqrt(np.mean(seen**2))
    red, green, blue = (tuple(round(float(v), 6) for v in channel) for channel in knots)
    return red, green, blue
