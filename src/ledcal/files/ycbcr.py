"""Video samples to R'G'B' signal: range, matrix and chroma, without rounding or holding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.arrays import AnyArray

# Kr and Kb of ITU-T H.273 MatrixCoefficients.
MATRICES = {
    1: ("BT.709", 0.2126, 0.0722),
    4: ("FCC", 0.30, 0.11),
    5: ("BT.601", 0.299, 0.114),
    6: ("BT.601", 0.299, 0.114),
    7: ("SMPTE 240M", 0.212, 0.087),
    9: ("BT.2020", 0.2627, 0.0593),
}
RGB_MATRIX = 0


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The planes of one picture, as the codec gave them.

    Attributes
    ----------
    planes : tuple of ndarray
        Y, Cb, Cr, or R, G, B; unsigned integers, chroma at its own size.
    bits : int
        Of each sample.
    matrix : int
        ITU-T H.273 code; 0 for R'G'B'.
    is_full : bool
        Whether black is code 0 and white the largest code, instead of 16 and 235 of 255.
    """

    planes: tuple[AnyArray, AnyArray, AnyArray]
    bits: int
    matrix: int
    is_full: bool

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the picture."""
        rows, columns = self.planes[0].shape
        return int(rows), int(columns)

    def top(self) -> float:
        """The largest luma (of R'G'B': the largest sample) as a signal."""
        planes = self.planes if self.matrix == RGB_MATRIX else self.planes[:1]
        scale, offset = _luma_scale(self.bits, is_full=self.is_full)
        return max(float(plane.max()) for plane in planes) * scale + offset


def _luma_scale(bits: int, *, is_full: bool) -> tuple[float, float]:
    """Factor and offset from code to signal."""
    if is_full:
        return 1.0 / ((1 << bits) - 1), 0.0
    unit = 1 << (bits - 8)
    return 1.0 / (219 * unit), -16.0 / 219.0


def _chroma_scale(bits: int, *, is_full: bool) -> tuple[float, float]:
    middle = 1 << (bits - 1)
    factor = 1.0 / ((1 << bits) - 1) if is_full else 1.0 / (224 << (bits - 8))
    return factor, -middle * factor


def signal_rows(
    samples: Samples, first: int, last: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """R', G' and B' of some rows.

    Chroma of fewer samples is repeated: what is measured is flat, and nothing is invented
    between two samples.

    Parameters
    ----------
    samples : Samples
        A picture; `matrix` one of `MATRICES` or 0.
    first, last : int
        Half-open range of rows; `first` even where chroma has half the rows.

    Returns
    -------
    tuple of three ndarray of float32, shape (last - first, columns)
        0 at black, 1 at nominal white; not held to 0..1.

    Examples
    --------
    Code 940 of 10-bit narrow-range video is white, and chroma 512 is none:

    >>> y, c = np.full((2, 2), 940, np.uint16), np.full((2, 1), 512, np.uint16)
    >>> red, green, blue = signal_rows(Samples((y, c, c), 10, 1, False), 0, 2)
    >>> [round(float(channel[1, 1]), 6) for channel in (red, green, blue)]
    [1.0, 1.0, 1.0]
    """
    scale, offset = _luma_scale(samples.bits, is_full=samples.is_full)
    luma = samples.planes[0][first:last]
    if samples.matrix == RGB_MATRIX:
        red, green, blue = (_scaled(plane[first:last], scale, offset) for plane in samples.planes)
        return red, green, blue
    rows, columns = samples.shape
    chroma_scale, chroma_offset = _chroma_scale(samples.bits, is_full=samples.is_full)
    _, kr, kb = MATRICES[samples.matrix]
    kg = 1.0 - kr - kb
    down, across = (
        -(-full // part)
        for full, part in zip((rows, columns), samples.planes[1].shape, strict=True)
    )
    # One sample more where `last` is odd; the repeat is cut to the rows that were asked for.
    small = slice(first // down, -(-last // down))
    cb, cr = (_scaled(plane[small], chroma_scale, chroma_offset) for plane in samples.planes[1:])

    def enlarged(plane: NDArray[np.float32]) -> NDArray[np.float32]:
        if across > 1:
            plane = np.repeat(plane, across, axis=1)[:, :columns]
        if down > 1:
            plane = np.repeat(plane, down, axis=0)[: last - first]
        return plane

    bright = _scaled(luma, scale, offset)
    both = np.float32(-2.0 * kr * (1.0 - kr) / kg) * cr
    both += np.float32(-2.0 * kb * (1.0 - kb) / kg) * cb
    cr *= np.float32(2.0 * (1.0 - kr))
    cb *= np.float32(2.0 * (1.0 - kb))
    return bright + enlarged(cr), bright + enlarged(both), bright + enlarged(cb)


def _scaled(plane: AnyArray, scale: float, offset: float) -> NDArray[np.float32]:
    scaled = plane.astype(np.float32)
    scaled *= np.float32(scale)
    scaled += np.float32(offset)
    return scaled
