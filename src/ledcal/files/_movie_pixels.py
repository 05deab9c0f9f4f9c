"""Code values to a movie's pixels and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ledcal.files._av import av

if TYPE_CHECKING:
    from numpy.typing import NDArray

    CodeImage: TypeAlias = NDArray[np.uint16]

# The side of what ProRes transforms at once.
BLOCK = 8
_TOP = 1023.0
_KR, _KB = 0.2126, 0.0722
_RGB_TO_YCC = np.array(
    [
        [_KR, 1 - _KR - _KB, _KB],
        [-_KR / (2 - 2 * _KB), -(1 - _KR - _KB) / (2 - 2 * _KB), 0.5],
        [0.5, -(1 - _KR - _KB) / (2 - 2 * _KR), -_KB / (2 - 2 * _KR)],
    ]
)
_YCC_TO_RGB = np.linalg.inv(_RGB_TO_YCC)
# BT.709, limited range: offset and span of Y', Cb, Cr at 10 bit.
_OFFSET = np.array([64.0, 512.0, 512.0])
_SPAN = np.array([876.0, 896.0, 896.0])
# Which of four neighbours are raised for a quarter, a half and three quarters of a code.
_ORDER = ((0, 3), (2, 1))


def fill_rgb(image: CodeImage, pixels: str) -> av.VideoFrame:
    """A frame of 10-bit RGB code values, as they are."""
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format=pixels)


def read_rgb(frame: av.VideoFrame) -> CodeImage:
    """Code values 0..1023 of a decoded frame, shape (height, width, 3)."""
    if frame.format.name != "gbrp10le":
        frame = frame.reformat(format="gbrp10le")
    return np.asarray(frame.to_ndarray(), np.uint16)


def fill_yuv(image: CodeImage, pixels: str) -> av.VideoFrame:
    """A frame of 10-bit Y'CbCr whose 2 x 2 means are right to a quarter of a code.

    Y'CbCr of 10 bits and limited range has fewer codes than RGB: rounded to the nearest one,
    colours come back up to 1.5 steps of 1/1023 off. ProRes stores the mean of a flat block more
    finely than the encoder takes it, so the fraction is given as a pattern of 2 x 2 pixels, which
    the encoder's matrix then removes: the mean stays.
    """
    height, width = image.shape[:2]
    is_new = np.ones(height, bool)
    is_new[1:] = (image[1:] != image[:-1]).any(axis=(1, 2))
    rows = image[is_new] / _TOP
    ycc = rows @ _RGB_TO_YCC.T * _SPAN + _OFFSET
    quarters = np.rint(4.0 * ycc).astype(np.int64)
    code, part = quarters >> 2, quarters & 3
    order = np.array(_ORDER)[:, np.arange(width) % 2]
    drawn = code[:, None] + (part[:, None] > order[None, :, :, None])
    planes = drawn.astype(np.uint16)[np.cumsum(is_new) - 1, np.arange(height) % 2]
    frame = av.VideoFrame(width, height, pixels)
    for channel in range(3):
        _plane(frame, channel)[:] = planes[..., channel]
    return frame


def read_yuv(frame: av.VideoFrame) -> NDArray[np.float32]:
    """Code values 0..1023, with fractions, of a decoded Y'CbCr frame."""
    unit = 1 << (frame.format.components[0].bits - 10)
    ycc = np.stack([_plane(frame, channel) for channel in range(3)], axis=-1).astype(np.float32)
    matrix = _TOP * _YCC_TO_RGB / _SPAN
    scaled: NDArray[np.float32] = ycc @ (matrix.T / unit).astype(np.float32)
    scaled -= (matrix @ _OFFSET).astype(np.float32)
    return scaled


def _plane(frame: av.VideoFrame, channel: int) -> NDArray[np.uint16]:
    """A view of one plane without its padding."""
    memory = memoryview(frame.planes[channel])
    return np.frombuffer(memory, np.uint16).reshape(frame.height, -1)[:, : frame.width]
