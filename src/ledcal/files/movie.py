"""A pattern as a movie for media servers, decoded again before it is kept."""

from __future__ import annotations

import errno
import itertools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import ExportError
from ledcal.files._av import av
from ledcal.files._movie_pixels import BLOCK, fill_rgb, fill_yuv, read_rgb, read_yuv
from ledcal.files.atomic import system_fault
from ledcal.files.movie_format import movie_format

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction
    from pathlib import Path

    from numpy.typing import NDArray

    from ledcal.files._movie_pixels import CodeImage
    from ledcal.files.movie_format import MovieFormat

_UNSPECIFIED, _LIMITED, _FULL, _RGB, _BT709 = 2, 1, 2, 0, 1
_SYSTEM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Movie:
    """A movie that was written and read back.

    Attributes
    ----------
    format : MovieFormat
        What it is.
    width_px, height_px : int
        Its size: the wall's.
    n_frames : int
        Frames it plays.
    fps : Fraction
        Frames per second.
    n_bytes : int
        Size of the file.
    deviation, edge_deviation : float
        Largest deviation found by decoding it, in steps of 1/1023: in flat areas, and in
        blocks of 8 x 8 px that hold an edge.
    """

    format: MovieFormat
    width_px: int
    height_px: int
    n_frames: int
    fps: Fraction
    n_bytes: int
    deviation: float
    edge_deviation: float

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return float(self.n_frames / self.fps)


def write_movie(
    path: Path,
    draw: Callable[[int], CodeImage],
    *,
    holds: Sequence[int],
    fps: Fraction,
    name: str,
    progress: Callable[[int, int], None],
) -> Movie:
    """Write a movie, decode it again and compare every pixel. Use inside `atomic_file`.

    One picture is held in memory at a time. A picture is encoded once, and repeated.

    Parameters
    ----------
    path : Path
        The suffix says the format, see `movie_format.FORMATS`.
    draw : callable
        Gives the picture of a position: ndarray of uint16, shape (height, width, 3), full-range
        code values 0..1023. Called twice for each.
    holds : sequence of int
        For how many frames each picture stands, 1 or more.
    fps : Fraction
        Frames per second.
    name : str
        What messages call it.
    progress : callable
        Called with (done, total): pictures encoded, then pictures compared.

    Returns
    -------
    Movie
        What stands there.

    Raises
    ------
    InputError
        If the suffix is unknown.
    ExportError
        If it cannot be encoded, or does not decode to the codes that went in.
    SystemFault
        If the operating system refuses.
    """
    kind = movie_format(path)
    total = 2 * len(holds)
    try:
        size = _encode(path, kind, draw, holds, fps, lambda done: progress(done, total))
        deviations = _decode(
            path, kind, draw, holds, fps, name, lambda done: progress(len(holds) + done, total)
        )
    except av.FFmpegError as error:
        if error.errno in _SYSTEM:
            reason = OSError(error.errno, os.strerror(error.errno))
            raise system_fault(reason, path) from error
        raise ExportError(
            f"{name}: {kind.label} cannot be written ({error.strerror or error}); play the stills, "
            "or choose another suffix"
        ) from error
    return Movie(kind, *size, sum(holds), fps, path.stat().st_size, *deviations)


def _encode(
    path: Path,
    kind: MovieFormat,
    draw: Callable[[int], CodeImage],
    holds: Sequence[int],
    fps: Fraction,
    report: Callable[[int], None],
) -> tuple[int, int]:
    """Write the file; width and height of what was drawn."""
    starts = list(itertools.accumulate(holds, initial=0))
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(kind.codec, rate=fps, options=dict(kind.options))
        context = stream.codec_context
        if kind.tag:
            context.codec_tag = kind.tag
        context.color_range = _FULL if kind.is_exact else _LIMITED
        context.colorspace = _RGB if kind.is_exact else _BT709
        # No transfer function and no primaries: nothing for a server to convert by.
        context.color_primaries = context.color_trc = _UNSPECIFIED

        def put(packets: Sequence[Any]) -> None:
            for packet in packets:
                place = int(packet.pts or 0)
                for at in range(starts[place], starts[place + 1]):
                    again = av.Packet(bytes(packet))
                    again.stream, again.time_base = stream, 1 / fps
                    again.pts = again.dts = at
                    again.duration, again.is_keyframe = 1, True
                    container.mux(again)

        for place in range(len(holds)):
            image = draw(place)
            if place == 0:
                stream.height, stream.width = image.shape[:2]
                stream.pix_fmt = kind.pixels
            frame = (fill_rgb if kind.is_exact else fill_yuv)(image, kind.pixels)
            frame.color_range, frame.colorspace = context.color_range, context.colorspace
            frame.pts, frame.time_base = place, 1 / fps
            put(stream.encode(frame))
            report(place + 1)
        put(stream.encode(None))
        return stream.width, stream.height


def _decode(
    path: Path,
    kind: MovieFormat,
    draw: Callable[[int], CodeImage],
    holds: Sequence[int],
    fps: Fraction,
    name: str,
    report: Callable[[int], None],
) -> tuple[float, float]:
    """Largest deviation of flat blocks, and of the others; refuse what is not as it went in."""
    first_of = dict(zip(itertools.accumulate(holds, initial=0), range(len(holds)), strict=False))
    flat = edge = 0.0
    n_packets = n_decoded = 0
    packed = b""
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        for packet in container.demux(stream):
            is_end = not packet.size
            if not is_end:
                seconds = float((packet.pts or 0) * stream.time_base)
                late = abs(seconds * fps - n_packets)
                if n_packets not in first_of and (bytes(packet) != packed or late > 0.1):
                    raise _not_as_written(name, kind, f"frame {n_packets} is not where it belongs")
                is_first = n_packets in first_of
                n_packets += 1
                if not is_first:
                    continue
                packed = bytes(packet)
            for frame in packet.decode():
                image = draw(n_decoded)
                found = (read_rgb if kind.is_exact else read_yuv)(frame)
                if found.shape != image.shape:
                    raise _not_as_written(name, kind, f"it decodes to {found.shape[1::-1]} px")
                now, beside = _deviations(image, found)
                flat, edge = max(flat, now), max(edge, beside)
                n_decoded += 1
                if now > kind.limit or (kind.is_exact and beside > 0):
                    worst = max(now, beside) if kind.is_exact else now
                    raise _not_as_written(
                        name,
                        kind,
                        f"picture {n_decoded} of {len(holds)} decodes {worst:.2f} of 1/1023 away "
                        f"from its code, limit {kind.limit:g}",
                    )
                report(n_decoded)
    if (n_packets, n_decoded) != (sum(holds), len(holds)):
        raise _not_as_written(name, kind, f"{n_packets} of {sum(holds)} frames are in it")
    return flat, edge


def _deviations(image: CodeImage, found: NDArray[np.float32] | CodeImage) -> tuple[float, float]:
    """Largest difference in blocks that are flat in `image`, and in the rest of it."""
    if found.dtype == image.dtype and np.array_equal(found, image):
        return 0.0, 0.0
    off: NDArray[np.float32] = np.zeros(image.shape[:2], np.float32)
    for channel in range(3):
        drawn = image[..., channel].astype(np.float32)
        np.maximum(off, np.abs(found[..., channel].astype(np.float32) - drawn), out=off)
    colour = (image @ np.array([1 << 20, 1 << 10, 1])).astype(np.int32)
    is_flat = _of_blocks(np.maximum, colour) == _of_blocks(np.minimum, colour)
    worst = _of_blocks(np.maximum, off)
    height, width = (BLOCK * n for n in worst.shape)
    outside = (off[height:], off[:, width:], worst[~is_flat])
    edge = max(float(part.max()) if part.size else 0.0 for part in outside)
    return float(worst[is_flat].max()) if is_flat.any() else 0.0, edge


def _of_blocks(reduce: np.ufunc, plane: NDArray[Any]) -> NDArray[Any]:
    """One figure of each whole block, such as its largest."""
    rows, columns = (side // BLOCK for side in plane.shape)
    whole = plane[: rows * BLOCK, : columns * BLOCK]
    lines = reduce.reduce(whole.reshape(rows, BLOCK, -1), axis=1)
    blocks: NDArray[Any] = reduce.reduce(lines.reshape(rows, columns, BLOCK), axis=2)
    return blocks


def _not_as_written(name: str, kind: MovieFormat, seen: str) -> ExportError:
    remedy = "play" if kind.is_exact else "name it .mp4 or .mkv, which are lossless, or play"
    return ExportError(
        f"{name}: {kind.label} does not read back as it was drawn: {seen}; it was not kept; "
        f"{remedy} the stills"
    )
