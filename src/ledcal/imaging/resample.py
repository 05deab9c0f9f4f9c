"""Values of a picture between its pixels, and at other sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.imaging._opencv import cv2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.arrays import AnyArray, FloatArray


def sample_at(image: NDArray[np.float32], points: FloatArray) -> FloatArray:
    """Interpolate a picture at points, bilinear; NaN outside.

    Parameters
    ----------
    image : ndarray of float32, shape (rows, columns)
        Grey picture.
    points : ndarray, shape (..., 2)
        (x, y), integer = pixel centre.

    Returns
    -------
    ndarray of float64, shape (...)
        Values; NaN where a point lies outside the picture.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.arange(6, dtype=np.float32).reshape(2, 3)
    >>> sample_at(image, np.array([[0.5, 0.0], [9.0, 0.0]])).tolist()
    [0.5, nan]
    """
    rows, columns = image.shape
    flat = points.reshape(-1, 2)
    inside = (flat >= 0).all(axis=1) & (flat[:, 0] <= columns - 1) & (flat[:, 1] <= rows - 1)
    safe = np.where(inside[:, None], flat, 0.0)
    x0 = np.minimum(safe[:, 0].astype(np.intp), columns - 2)
    y0 = np.minimum(safe[:, 1].astype(np.intp), rows - 2)
    fx, fy = safe[:, 0] - x0, safe[:, 1] - y0
    top = image[y0, x0] * (1 - fx) + image[y0, x0 + 1] * fx
    bottom = image[y0 + 1, x0] * (1 - fx) + image[y0 + 1, x0 + 1] * fx
    values = np.where(inside, top * (1 - fy) + bottom * fy, np.nan)
    return values.reshape(points.shape[:-1])


def shrink(image: AnyArray, factor: int) -> NDArray[np.float32]:
    """Average blocks of `factor` x `factor` pixels; rows and columns left over are dropped.

    Examples
    --------
    >>> import numpy as np
    >>> shrink(np.array([[1.0, 3.0], [5.0, 7.0]]), 2).tolist()
    [[4.0]]
    """
    rows, columns = (size // factor for size in image.shape)
    cut = np.asarray(image[: rows * factor, : columns * factor], dtype=np.float32)
    if factor == 1:
        return cut
    small = cv2.resize(cut, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)


def enlarge(image: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Interpolate to `factor` times the size, cubic; pixel i becomes factor * (i + .5) - .5.

    Examples
    --------
    >>> import numpy as np
    >>> enlarge(np.full((2, 2), 7, dtype=np.uint8), 2).shape
    (4, 4)
    """
    rows, columns = image.shape
    size = (columns * factor, rows * factor)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def blur(image: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    """Blur with a Gaussian.

    Examples
    --------
    >>> import numpy as np
    >>> blur(np.ones((5, 5), dtype=np.float32), 1.0).round(4).min().item()
    1.0
    """
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), dtype=np.float32)
