"""Tables as ffmpeg applies them, and pictures as it decodes them, through PyAV.

ffmpeg shares no code with OpenColorIO and OpenImageIO: what those write or read, it reads anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import ExportError
from ledcal.files._av import av
from ledcal.files.atomic import system_fault

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import FloatArray

# Floats: on integer formats lut3d cuts off what is below a step. And widths that are a multiple
# of 8: on others some builds spoil the first columns.
_FORMAT, _WIDTH_PX = "gbrpf32le", 256
_FULL_16_BIT = 65535.0


def ffmpeg_name() -> str:
    """What messages call it, with its version."""
    return f"ffmpeg {av.ffmpeg_version_info}"


def filter_cube(
    path: Path, signal: FloatArray, *, interpolation: str = "tetrahedral"
) -> FloatArray:
    """Send colours through a .cube file, as ffmpeg's filter ``lut3d`` reads it.

    Parameters
    ----------
    path : Path
        A plain .cube.
    signal : ndarray, shape (n, 3)
        Code values, as float32; not NaN: some builds of ffmpeg end the whole program on one.
    interpolation : str
        ``tetrahedral`` or ``trilinear``.

    Returns
    -------
    ndarray of float64, shape (n, 3)
        A new array.

    Raises
    ------
    ExportError
        If ffmpeg cannot read the file.
    ValueError
        If a value is NaN.
    """
    graph = av.filter.Graph()
    pixels = _frame(signal)
    try:
        source = _source(graph, pixels)
        lut = graph.add("lut3d", file=str(path), interp=interpolation)
        sink = graph.add("buffersink")
        source.link_to(lut)
        lut.link_to(sink)
        graph.configure()
        source.push(pixels)
        return _colours(sink, len(signal))
    except av.FFmpegError as error:
        raise _unread(error, path) from error


def filter_hald(
    path: Path, signal: FloatArray, *, interpolation: str = "tetrahedral"
) -> FloatArray:
    """Send colours through a Hald picture, as ffmpeg's filter ``haldclut`` reads it.

    Parameters
    ----------
    path : Path
        A PNG of 16 bits.
    signal, interpolation
        As `filter_cube` takes them.

    Returns
    -------
    ndarray of float64, shape (n, 3)
        A new array.

    Raises
    ------
    ExportError
        If ffmpeg cannot read the picture, or it is no Hald.
    ValueError
        If a value is NaN.
    """
    hald = _as_frame(decode_picture(path).astype(np.float32))
    graph = av.filter.Graph()
    pixels = _frame(signal)
    try:
        sources = _source(graph, pixels), _source(graph, hald)
        lut = graph.add("haldclut", interp=interpolation)
        sink = graph.add("buffersink")
        for place, source in enumerate(sources):
            source.link_to(lut, 0, place)
        lut.link_to(sink)
        graph.configure()
        for source, frame in zip(sources, (pixels, hald), strict=True):
            source.push(frame)
            source.push(None)
        return _colours(sink, len(signal))
    except av.FFmpegError as error:
        raise _unread(error, path) from error


def decode_picture(path: Path) -> FloatArray:
    """Read a PNG of 16 bits (as 0..1) or an EXR as ffmpeg decodes it, (height, width, 3).

    Raises
    ------
    ExportError
        If ffmpeg cannot read it, or it holds something else.
    """
    try:
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
            pixels = np.asarray(frame.to_ndarray(), np.float64)
    except (av.FFmpegError, StopIteration) as error:
        raise _unread(error, path) from error
    if frame.format.name in {"rgb48be", "rgb48le"}:
        return pixels / _FULL_16_BIT
    if frame.format.name.startswith("gbrpf32"):
        return pixels
    raise ExportError(f"{path}: ffmpeg finds {frame.format.name} in it, not 16 bits or floats")


def _frame(signal: FloatArray) -> Any:
    if np.isnan(signal).any():
        message = "signal: NaN, on which some builds of ffmpeg end the whole program"
        raise ValueError(message)
    height = -(-len(signal) // _WIDTH_PX)
    pixels = np.zeros((height * _WIDTH_PX, 3), np.float32)
    pixels[: len(signal)] = signal
    return _as_frame(pixels.reshape(height, _WIDTH_PX, 3))


def _as_frame(pixels: Any) -> Any:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format=_FORMAT)
    frame.pts = 0
    return frame


def _source(graph: Any, frame: Any) -> Any:
    return graph.add_buffer(
        width=frame.width, height=frame.height, format=_FORMAT, time_base="1/25"
    )


def _colours(sink: Any, n: int) -> FloatArray:
    return np.asarray(sink.pull().to_ndarray(), np.float64).reshape(-1, 3)[:n]


def _unread(error: Exception, path: Path) -> Exception:
    if isinstance(error, OSError):
        return system_fault(error, path)
    reason = getattr(error, "strerror", None) or "there is no picture in it"
    return ExportError(f"{path}: ffmpeg cannot read it: {reason}")
