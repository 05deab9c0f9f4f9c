"""A decoded frame of any arrangement as planes, with its range and its matrix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import UnreadableFileError
from ledcal.files.ycbcr import MATRICES, RGB_MATRIX, Samples

if TYPE_CHECKING:
    from ledcal.values.arrays import AnyArray

_PLANAR = re.compile(r"(?:yuvj?a?4[0-4][0-4]|gbra?)p(?:\d+le)?")
# Packed formats and the planar ones that hold the same samples; swscale only moves them.
_UNPACKED = {
    "nv12": "yuv420p",
    "nv16": "yuv422p",
    "nv24": "yuv444p",
    "p010le": "yuv420p10le",
    "p210le": "yuv422p10le",
    "p410le": "yuv444p10le",
    "uyvy422": "yuv422p",
    "yuyv422": "yuv422p",
    "yvyu422": "yuv422p",
    "xv30le": "yuv444p10le",
    "xv36le": "yuv444p12le",
    "rgb24": "gbrp",
    "bgr24": "gbrp",
    "rgba": "gbrp",
    "bgra": "gbrp",
    "argb": "gbrp",
    "abgr": "gbrp",
    "0rgb": "gbrp",
    "rgb0": "gbrp",
    "bgr0": "gbrp",
    "x2rgb10le": "gbrp10le",
    "rgb48le": "gbrp16le",
    "rgb48be": "gbrp16le",
    "rgba64le": "gbrp16le",
    "rgba64be": "gbrp16le",
}
_NO_MATRIX = {RGB_MATRIX, 2, 3}  # 2 is unspecified, 3 reserved
_NARROW, _FULL = 1, 2
_HD_ROWS = 720


def unpack(name: str, frame: Any, *, matrix: int, levels: int) -> tuple[Samples, tuple[str, ...]]:
    """Take a decoded frame apart.

    Parameters
    ----------
    name : str
        Of the clip, for messages.
    frame : av.VideoFrame
        As the decoder gave it.
    matrix, levels : int
        What the container says, in FFmpeg's codes; it is asked before the frame, because some
        encoders leave the frame's own word at BT.709.

    Returns
    -------
    samples : Samples
        Views of the decoder's buffers.
    remarks : tuple of str
        What was taken for granted about range and matrix.

    Raises
    ------
    UnreadableFileError
        If it is interlaced, or arranged in a way that is not known.
    """
    if frame.interlaced_frame:
        raise UnreadableFileError(
            f"{name}: is interlaced, so that every frame holds two moments; record progressive "
            "frames, or, if the camera only wrote progressive ones into fields (PsF), have a "
            "grading tool write them as progressive without scaling"
        )
    if not _PLANAR.fullmatch(frame.format.name):
        target = _UNPACKED.get(frame.format.name)
        if target is None:
            raise UnreadableFileError(
                f"{name}: its samples are arranged as {frame.format.name}, which ledcal does not "
                "take apart; transcode to ProRes 4444 with the same curve, or to linear EXR"
            )
        frame = frame.reformat(format=target)
    parts = [part for part in frame.format.components if not part.is_alpha][:3]
    planes = tuple(_plane(frame, part.plane, part.width, part.height) for part in parts)
    remarks: list[str] = []
    is_rgb = bool(frame.format.is_rgb)
    used = RGB_MATRIX if is_rgb else _matrix(name, matrix, frame, remarks)
    samples = Samples(
        planes,  # type: ignore[arg-type]
        int(parts[0].bits),
        used,
        _is_full(levels, frame, remarks),
    )
    return samples, tuple(remarks)


def _is_full(levels: int, frame: Any, remarks: list[str]) -> bool:
    """Whether the range is full: as the container says, then the frame, then as is usual."""
    named = _FULL if frame.format.name.startswith("yuvj") else int(frame.color_range)
    stated = [code for code in (levels, named) if code in {_NARROW, _FULL}]
    words = {_NARROW: "narrow (10-bit codes 64 to 940)", _FULL: "full"}
    if not stated:
        usual = _FULL if frame.format.is_rgb else _NARROW
        remarks.append(f"the range of the clip is {words[usual]}: it does not say")
        return usual == _FULL
    if len({*stated}) > 1:
        remarks.append(
            f"the range of the clip is {words[stated[0]]}, as its head says; its frames say "
            f"{words[stated[1]]}"
        )
    return stated[0] == _FULL


def _matrix(name: str, matrix: int, frame: Any, remarks: list[str]) -> int:
    """The matrix that the container names, then the frame; else that of its size."""
    stated = [code for code in (matrix, int(frame.colorspace)) if code not in _NO_MATRIX]
    if not stated:
        usual = 1 if frame.height >= _HD_ROWS else 6
        remarks.append(f"the matrix of the clip is {MATRICES[usual][0]}: it does not say")
        return usual
    if stated[0] not in MATRICES:
        raise UnreadableFileError(
            f"{name}: its colour matrix (ITU-T H.273 code {stated[0]}) is not one of "
            "BT.709, BT.601 and BT.2020 non-constant luminance; transcode to ProRes 4444 or to "
            "linear EXR"
        )
    names = [MATRICES[code][0] for code in stated if code in MATRICES]
    if len({*names}) > 1:
        remarks.append(
            f"the matrix of the clip is {names[0]}, as its head says; its frames say {names[1]}"
        )
    return stated[0]


def _plane(frame: Any, index: int, width: int, height: int) -> AnyArray:
    plane = frame.planes[index]
    wide = int(frame.format.components[0].bits) > 8
    dtype = np.dtype("<u2") if wide else np.dtype(np.uint8)
    row = plane.line_size // dtype.itemsize
    values = np.frombuffer(plane, dtype).reshape(-1, row)[:height, :width]
    values.flags.writeable = False
    return values
