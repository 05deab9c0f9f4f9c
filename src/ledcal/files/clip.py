"""Clips through PyAV: frames one by one, as the codec stored them, and what the file says."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import UnreadableFileError
from ledcal.files._av import av
from ledcal.files.clip_tags import read_tags
from ledcal.files.ycbcr import MATRICES, RGB_MATRIX, Samples

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

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
_MOST_THREADS = 8
_NO_MATRIX = {RGB_MATRIX, 2, 3}  # 2 is unspecified, 3 reserved
_NARROW, _FULL = 1, 2
_HD_ROWS = 720
_BEYOND = "transcode to linear EXR in ACES2065-1 with the maker's or a grading tool"


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """What a clip says of itself before a frame is decoded.

    Attributes
    ----------
    path : Path
        The file.
    codec : str
        FFmpeg's name of it, such as ``prores``.
    pixel_format : str
        FFmpeg's name, such as ``yuv422p10le``.
    width, height : int
        In pixels.
    bits : int
        Of a sample.
    n_frames : int
        As the container says; from its duration where it does not; 0 where unknown.
    is_counted : bool
        Whether the container counts its frames.
    primaries, transfer, matrix : int
        ITU-T H.273 codes; 2 is unspecified.
    levels : int
        1 narrow (10-bit codes 64 to 940), 2 full, 0 unspecified.
    tags : dict of str to str
        Of container and video stream, and of the maker's own documents in the file or beside it.
    """

    path: Path
    codec: str
    pixel_format: str
    width: int
    height: int
    bits: int
    n_frames: int
    is_counted: bool
    primaries: int
    transfer: int
    matrix: int
    levels: int
    tags: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrame:
    """One decoded frame.

    Attributes
    ----------
    number : int
        From 0, in the order in which they are shown.
    samples : Samples
        Views of the decoder's buffers.
    remarks : tuple of str
        What was taken for granted about range and matrix.
    """

    number: int
    samples: Samples
    remarks: tuple[str, ...]


def _video(container: Any, name: str) -> Any:
    """The first stream that is moving pictures."""
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    if streams:
        return streams[0]
    kinds = sorted({stream.type for stream in container.streams})
    if kinds == ["audio"]:
        raise UnreadableFileError(f"{name}: holds sound only; give the file that has the picture")
    raise UnreadableFileError(
        f"{name}: holds no picture that can be decoded; if it was cut short, copy it again from "
        f"the card; if it is ARRIRAW, X-OCN or another raw in a container, {_BEYOND}"
    )


def _opened(path: Path) -> Any:
    try:
        return av.open(str(path), metadata_errors="ignore")
    except av.error.FFmpegError as error:
        reason = (error.strerror or str(error)).strip().lower()
        raise UnreadableFileError(
            f"{path.name}: cannot be opened as a clip ({reason}), as when it was cut short before "
            "its index was written, or is of another kind; copy it again from the card"
        ) from error
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            f"{path.name}: its head is damaged; copy it again from the card"
        ) from error


def _require_decodable(stream: Any, name: str) -> None:
    context = stream.codec_context
    tag = str(getattr(context, "codec_tag", "") or "").strip()
    shown = f" ({tag})" if tag.isprintable() and tag else ""
    if context is None or context.codec is None:
        raise UnreadableFileError(
            f"{name}: its codec{shown} is read by no open library, as ARRIRAW, X-OCN, N-RAW and "
            f"other raws; {_BEYOND}"
        )
    if context.name == "prores_raw":
        raise UnreadableFileError(
            f"{name}: is ProRes RAW, of which ledcal cannot say how its numbers follow light; "
            f"{_BEYOND}"
        )


def read_clip(path: Path) -> Clip:
    """Read what a clip says of itself.

    Parameters
    ----------
    path : Path
        MOV, MP4, MXF or another container that FFmpeg opens.

    Returns
    -------
    Clip
        Without any frame.

    Raises
    ------
    UnreadableFileError
        If it cannot be opened, or holds no picture that can be decoded.
    """
    with _opened(path) as container:
        stream = _video(container, path.name)
        _require_decodable(stream, path.name)
        return _described(path, container, stream)


def _described(path: Path, container: Any, stream: Any) -> Clip:
    context = stream.codec_context
    counted = int(stream.frames or 0)
    rate = stream.average_rate or stream.guessed_rate
    estimated = 0
    if not counted and stream.duration and rate:
        estimated = round(float(stream.duration * stream.time_base * rate))
    pixel_format = context.pix_fmt or ""
    bits = max((part.bits for part in context.format.components), default=0) if pixel_format else 0
    return Clip(
        path=path,
        codec=context.name,
        pixel_format=pixel_format,
        width=int(context.width),
        height=int(context.height),
        bits=int(bits),
        n_frames=counted or estimated,
        is_counted=bool(counted),
        primaries=int(context.color_primaries),
        transfer=int(context.color_trc),
        matrix=int(context.colorspace),
        levels=int(context.color_range or 0),
        tags=read_tags(path, {**container.metadata, **stream.metadata}),
    )


def decode_clip(clip: Clip) -> Generator[ClipFrame, None, None]:
    """Decode a clip from its beginning, one frame at a time.

    Parameters
    ----------
    clip : Clip
        As `read_clip` gives it.

    Yields
    ------
    ClipFrame
        In the order in which they are shown.

    Raises
    ------
    UnreadableFileError
        If a frame is damaged, interlaced, or in an unknown arrangement; if the clip holds no
        frame, or fewer than it says. What came before was good.
    """
    name = clip.path.name
    number = 0
    with _opened(clip.path) as container:
        stream = _video(container, name)
        _require_decodable(stream, name)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = min(_MOST_THREADS, os.cpu_count() or 1)
        try:
            for frame in container.decode(stream):
                if frame.is_corrupt:
                    raise _damaged(name, number, clip.n_frames)
                yield _unpacked(clip, number, frame)
                number += 1
        except av.error.FFmpegError as error:
            raise _damaged(name, number, clip.n_frames) from error
    if number == 0:
        raise UnreadableFileError(f"{name}: holds no frame; copy it again from the card")
    if clip.is_counted and number < clip.n_frames:
        raise UnreadableFileError(
            f"{name}: cut short: it says that it holds {clip.n_frames} frames, and {number} are "
            "there; copy it again from the card"
        )


def _damaged(name: str, number: int, n_frames: int) -> UnreadableFileError:
    of = f" of {n_frames}" if n_frames else ""
    return UnreadableFileError(
        f"{name}: frame {number}{of} is damaged, and what follows was not read; copy it again from "
        "the card"
    )


def _unpacked(clip: Clip, number: int, frame: Any) -> ClipFrame:
    name = clip.path.name
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
    matrix = RGB_MATRIX if is_rgb else _matrix(clip, frame, remarks)
    samples = Samples(
        planes,  # type: ignore[arg-type]
        int(parts[0].bits),
        matrix,
        _is_full(clip, frame, remarks),
    )
    return ClipFrame(number, samples, tuple(remarks))


def _is_full(clip: Clip, frame: Any, remarks: list[str]) -> bool:
    """Whether the range is full: as the container says, then the frame, then as is usual."""
    named = _FULL if frame.format.name.startswith("yuvj") else int(frame.color_range)
    stated = [code for code in (clip.levels, named) if code in {_NARROW, _FULL}]
    words = {_NARROW: "narrow (10-bit codes 64 to 940)", _FULL: "full"}
    if not stated:
        levels = _FULL if frame.format.is_rgb else _NARROW
        remarks.append(f"the range of the clip is {words[levels]}: it does not say")
        return levels == _FULL
    if len({*stated}) > 1:
        remarks.append(
            f"the range of the clip is {words[stated[0]]}, as its head says; its frames say "
            f"{words[stated[1]]}"
        )
    return stated[0] == _FULL


def _matrix(clip: Clip, frame: Any, remarks: list[str]) -> int:
    """The matrix that the container names, then the frame; else that of its size."""
    stated = [code for code in (clip.matrix, int(frame.colorspace)) if code not in _NO_MATRIX]
    if not stated:
        matrix = 1 if frame.height >= _HD_ROWS else 6
        remarks.append(f"the matrix of the clip is {MATRICES[matrix][0]}: it does not say")
        return matrix
    if stated[0] not in MATRICES:
        raise UnreadableFileError(
            f"{clip.path.name}: its colour matrix (ITU-T H.273 code {stated[0]}) is not one of "
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
