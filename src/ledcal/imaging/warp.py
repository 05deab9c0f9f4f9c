"""Picture operations of the virtual camera: blur by a kernel, resample by a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ledcal.imaging._opencv import cv2

Picture = NDArray[np.float32]

_FINE = 8  # subdivisions of a pixel when a kernel is drawn


def aperture_kernel(disc_px: float, box_px: tuple[float, float]) -> Picture:
    """The spot of an out-of-focus lens, smeared over the rectangle of a photosite.

    Parameters
    ----------
    disc_px : float
        Diameter of the disc of confusion in pixels; 0 is sharp.
    box_px : tuple of float
        Width and height of the photosite in the same pixels. What `sample` blurs by itself is
        allowed for: a photosite smaller than a pixel adds nothing.

    Returns
    -------
    ndarray of float32, shape (rows, columns)
        Both odd; sum 1, centred, symmetric.

    Examples
    --------
    >>> aperture_kernel(0.0, (0.3, 0.3)).tolist()
    [[1.0]]
    >>> aperture_kernel(0.0, (3.0, 1.0)).astype(float).round(3).tolist()
    [[0.333, 0.333, 0.333]]
    """
    radius = int(np.ceil(max(0.0, disc_px / 2 - 0.5)))
    size = 2 * radius + 1
    fine = (np.arange(size * _FINE) + 0.5) / _FINE - size / 2
    spot = np.hypot(fine[None, :], fine[:, None]) <= max(disc_px, 0.5) / 2
    kernel = spot.reshape(size, _FINE, size, _FINE).sum(axis=(1, 3)).astype(np.float64)
    width, height = (_box_taps(side) for side in box_px)
    kernel = np.stack([np.convolve(row, width) for row in kernel])
    kernel = np.stack([np.convolve(column, height) for column in kernel.T], axis=1)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _box_taps(side_px: float) -> NDArray[np.float64]:
    """Weights of the pixels under a box, with the variance that box and pixel have together.

    Light of square pixels through a box of side s has the variance ``(1 + s^2) / 12``; bilinear
    sampling brings 2 / 12 of it, the weights the rest.
    """
    wanted = max(0.0, (side_px**2 - 1.0) / 12.0)
    radius = int(np.ceil(side_px / 2)) + 1
    pixels = np.arange(-radius, radius + 1)

    def weights(width: float) -> NDArray[np.float64]:
        edges = np.clip(np.stack([pixels - 0.5, pixels + 0.5]), -width / 2, width / 2)
        return np.asarray((edges[1] - edges[0]) / width, np.float64)

    low, high = 1.0, max(side_px, 1.0) + 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if float(weights(middle) @ pixels**2) < wanted:
            low = middle
        else:
            high = middle
    taps = weights(low)
    used = np.flatnonzero(taps > 1e-9)
    return taps[used[0] : used[-1] + 1]


def apply_kernel(picture: Picture, kernel: Picture) -> Picture:
    """One channel blurred by a kernel; outside the picture is dark.

    Parameters
    ----------
    picture : ndarray of float32, shape (height, width)
        Linear light. Not changed.
    kernel : ndarray of float32, shape (k, k)
        Symmetric, as `aperture_kernel` makes it.

    Returns
    -------
    ndarray of float32, shape (height, width)
        A new picture.
    """
    if kernel.size == 1:
        return picture
    blurred = cv2.filter2D(picture, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, np.float32)


def sample(picture: Picture, x: Picture, y: Picture) -> Picture:
    """Values of one channel at points between its pixels, bilinear; outside is dark.

    Parameters
    ----------
    picture : ndarray of float32, shape (height, width)
        Linear light.
    x, y : ndarray of float32, shape (rows, columns)
        Column and row in the picture, pixel centres on integers.

    Returns
    -------
    ndarray of float32, shape (rows, columns)
        The values there.

    Examples
    --------
    >>> import numpy as np
    >>> ramp = np.arange(12, dtype=np.float32).reshape(3, 4)
    >>> sample(ramp, np.float32([[1.5, 9.0]]), np.float32([[1.0, 1.0]])).tolist()
    [[5.5, 0.0]]
    """
    found = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(found, np.float32)


def glow(picture: Picture, sd_px: float) -> Picture:
    """A broad Gaussian blur, computed on a reduced picture; light that leaves it is lost.

    Parameters
    ----------
    picture : ndarray of float32, shape (height, width)
        Linear light. Not changed.
    sd_px : float
        Standard deviation in pixels; meant for dozens of pixels.

    Returns
    -------
    ndarray of float32, shape (height, width)
        A new picture.
    """
    height, width = picture.shape
    step = max(1, int(sd_px / 6))
    small_size = (max(1, width // step), max(1, height // step))
    small = cv2.resize(picture, small_size, interpolation=cv2.INTER_AREA)
    sd = sd_px * small_size[0] / width
    small = cv2.GaussianBlur(small, (0, 0), sd, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(
        cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )
