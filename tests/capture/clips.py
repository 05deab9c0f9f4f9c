"""Clips for tests: linear pictures through a camera's curve, a matrix and a codec of PyAV."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.colorimetry.space import ACES, gamut, matrix_rgb_to_rgb
from ledcal.files._av import av

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ledcal.values.arrays import AnyArray, FloatArray

KR_KB = {"709": (0.2126, 0.0722), "2020": (0.2627, 0.0593)}
_MATRIX_CODE = {"709": 1, "2020": 9}


@dataclass(frozen=True)
class Codec:
    """What a clip is written with."""

    name: str
    pixels: str
    suffix: str = ".mov"
    options: dict[str, str] = field(default_factory=dict)


PRORES_4444 = Codec("prores_ks", "yuv444p10le", ".mov", {"profile": "4444"})
PRORES_HQ = Codec("prores_ks", "yuv422p10le", ".mov", {"profile": "hq"})
DNXHR = Codec("dnxhd", "yuv422p10le", ".mxf", {"profile": "dnxhr_hqx"})
AVC = Codec("libx264", "yuv420p10le", ".mp4", {"crf": "4", "preset": "ultrafast"})
HEVC = Codec(
    "libx265",
    "yuv422p10le",
    ".mp4",
    {"x265-params": "log-level=error:crf=4", "preset": "ultrafast"},
)
EXACT = Codec("ffv1", "yuv444p12le", ".mkv")  # lossless: only what is between is tested


def encode_light(aces: AnyArray, curve: Callable[[FloatArray], Any], space: str) -> FloatArray:
    """ACES2065-1 as the curve's 0..1 in a gamut."""
    light = np.asarray(aces, np.float64) @ matrix_rgb_to_rgb(ACES, gamut(space)).T
    with np.errstate(invalid="ignore"):  # both branches of a curve are worked out everywhere
        return np.asarray(curve(light), np.float64)


def to_codes(
    signal: FloatArray, bits: int, *, matrix: str = "709", is_full: bool = False
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """R'G'B' of nominal range 0..1 to unrounded Y, Cb and Cr codes, by the standards' formulas."""
    kr, kb = KR_KB[matrix]
    red, green, blue = signal[..., 0], signal[..., 1], signal[..., 2]
    y = kr * red + (1 - kr - kb) * green + kb * blue
    cb, cr = (blue - y) / (2 * (1 - kb)), (red - y) / (2 * (1 - kr))
    if is_full:
        top, middle = 2**bits - 1, 2 ** (bits - 1)
        return top * y, middle + top * cb, middle + top * cr
    unit = 2 ** (bits - 8)
    return (16 + 219 * y) * unit, (128 + 224 * cb) * unit, (128 + 224 * cr) * unit


def write_clip(
    path: Path,
    pictures: Iterable[FloatArray],
    codec: Codec,
    *,
    matrix: str = "709",
    is_full: bool = False,
    transfer: int = 1,
    primaries: int = 1,
    tags: dict[str, str] | None = None,
    is_interlaced: bool = False,
) -> Path:
    """R'G'B' pictures of nominal range 0..1 as a clip; edges are cropped to even sizes."""
    path = path.with_suffix(codec.suffix)
    stream: Any = None
    options = {"movflags": "use_metadata_tags"} if codec.suffix in {".mov", ".mp4"} else {}
    with av.open(str(path), "w", options=options) as container:
        container.metadata.update(tags or {})
        for number, picture in enumerate(pictures):
            height, width = (side // 2 * 2 for side in picture.shape[:2])
            if stream is None:
                stream = container.add_stream(codec.name, rate=24, options=dict(codec.options))
                stream.width, stream.height, stream.pix_fmt = width, height, codec.pixels
                context = stream.codec_context
                context.color_range = 2 if is_full else 1
                context.colorspace = _MATRIX_CODE[matrix]
                context.color_primaries, context.color_trc = primaries, transfer
                if is_interlaced:
                    context.flags |= av.codec.context.Flags.interlaced_dct
            frame = make_frame(picture[:height, :width], codec.pixels, matrix, is_full=is_full)
            frame.pts = number
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))
    return path


def make_frame(picture: FloatArray, pixels: str, matrix: str, *, is_full: bool) -> Any:
    height, width = picture.shape[:2]
    frame = av.VideoFrame(width, height, pixels)
    bits = frame.format.components[0].bits
    for plane, codes in zip(
        frame.planes, to_codes(picture, bits, matrix=matrix, is_full=is_full), strict=True
    ):
        down, across = height // plane.height, width // plane.width
        fewer = codes.reshape(plane.height, down, plane.width, across).mean(axis=(1, 3))
        dtype = np.dtype("<u2") if bits > 8 else np.dtype(np.uint8)
        row = np.zeros((plane.height, plane.line_size // dtype.itemsize), dtype)
        row[:, : plane.width] = np.clip(np.rint(fewer), 0, 2**bits - 1)
        plane.update(row.tobytes())
    frame.color_range = 2 if is_full else 1
    frame.colorspace = _MATRIX_CODE[matrix]
    return frame
