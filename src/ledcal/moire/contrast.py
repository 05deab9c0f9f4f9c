"""How much of a harmonic of the LED raster is left when lens and photosite have blurred it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import j1

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.moire.rig import Rig
    from ledcal.values.arrays import FloatArray

# Where a disc's transform is first 0, and what it comes back to behind that.
_FIRST_NULL, _REBOUND = 1.2197, 0.13228


def jinc(x: ArrayLike) -> FloatArray:
    """Transform of a disc of diameter 1: ``2 J1(pi x) / (pi x)``, 1 at 0.

    Examples
    --------
    >>> jinc([0.0, 1.22, 1.64]).round(3).tolist()
    [1.0, -0.0, -0.132]
    """
    turn = np.pi * np.abs(np.asarray(x, np.float64))
    safe = np.maximum(turn, 1e-9)
    return np.asarray(np.where(turn > 1e-9, 2.0 * j1(safe) / safe, 1.0), np.float64)


def jinc_envelope(x: ArrayLike) -> FloatArray:
    """The most that a disc's transform reaches from x on: no null is trusted.

    Examples
    --------
    >>> jinc_envelope([0.0, 1.0, 1.22, 2.07, 9.6]).round(3).tolist()
    [1.0, 0.181, 0.132, 0.1, 0.01]
    """
    size = np.abs(np.asarray(x, np.float64))
    # |J1(t)| sqrt(t) is nowhere above 0.8254.
    bound = 2.0 * 0.8254 * np.maximum(np.pi * size, 1e-9) ** -1.5
    falling = np.where(size < _FIRST_NULL, np.abs(jinc(size)), 0.0)
    return np.asarray(np.maximum(falling, np.minimum(bound, _REBOUND)), np.float64)


def emitter_spectrum(rig: Rig, order: ArrayLike) -> FloatArray:
    """Amplitude of orders in the light that the LEDs give, of 1 for a point.

    Parameters
    ----------
    rig : Rig
        Fill and shape count.
    order : array_like, shape (..., 2)
        m, n.

    Returns
    -------
    ndarray, shape (...)
        Signed.
    """
    mn = np.asarray(order, np.float64) * rig.fill
    if rig.emitter == "round":
        return jinc(np.hypot(mn[..., 0], mn[..., 1]))
    return np.asarray(np.sinc(mn[..., 0]) * np.sinc(mn[..., 1]), np.float64)


def camera_mtf(rig: Rig, frequency: ArrayLike) -> FloatArray:
    """What photosite, low-pass filter and lens leave of frequencies, without defocus.

    Parameters
    ----------
    rig : Rig
        The camera.
    frequency : array_like, shape (..., 2)
        True frequencies in c/px, before sampling.

    Returns
    -------
    ndarray, shape (...)
        Signed.
    """
    f = np.asarray(frequency, np.float64)
    along, across = f[..., 0], f[..., 1]
    size = np.hypot(along, across)
    left = np.sinc(rig.photosite_fill * along) * np.sinc(rig.photosite_fill * across)
    left = left * np.cos(np.pi * rig.olpf_px * along) * np.cos(np.pi * rig.olpf_px * across)
    left = left * np.exp(-2.0 * (np.pi * rig.lens_sigma_px * size) ** 2)
    if rig.wavelength_nm:
        cut_off = rig.photosite_mm / (
            rig.wavelength_nm * 1e-6 * rig.f_stop * (1.0 + rig.magnification)
        )
        q = np.minimum(size / cut_off, 1.0)
        left = left * (2.0 / np.pi) * (np.arccos(q) - q * np.sqrt(1.0 - q * q))
    return np.asarray(left, np.float64)


def contrast(
    rig: Rig, order: ArrayLike, frequency: ArrayLike, *, is_guaranteed: bool = False
) -> FloatArray:
    """Amplitude over mean of the cosine that orders make on the sensor.

    Sampling moves a cosine and does not weaken it: this is the moire's contrast in the raw.

    Parameters
    ----------
    rig : Rig
        The camera and the wall.
    order : array_like, shape (..., 2)
        m, n.
    frequency : array_like, shape (..., 2)
        Their true frequencies in c/px.
    is_guaranteed : bool
        With the most that defocus may leave instead of what a perfect disc leaves.

    Returns
    -------
    ndarray, shape (...)
        Not negative; up to 2.
    """
    f = np.asarray(frequency, np.float64)
    size = np.hypot(f[..., 0], f[..., 1])
    disc = (jinc_envelope if is_guaranteed else jinc)(rig.blur_px * size)
    left = emitter_spectrum(rig, order) * camera_mtf(rig, f) * disc
    return np.asarray(2.0 * np.abs(left), np.float64)
