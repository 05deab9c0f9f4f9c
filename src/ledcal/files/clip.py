"""Clips through PyAV: frames one by one, as the codec stored them, and what the file says."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledcal.errors import UnreadableFileError
from ledcal.files._av import av
from ledcal.files.clip_samples import unpack
from ledcal.files.clip_tags import read_sample_entries, read_tags
from ledcal.values.advice import TRANSCODE

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from ledcal.files.ycbcr import Samples

_MOST_THREADS = 8
_BEYOND = f"{TRANSCODE} with the maker's or a grading tool"
# Sample entries of raws in MOV that no open library reads.
_RAW_ENTRIES = {
    **dict.fromkeys(("brst", "brhq", "brlt", "brxq", "brvn"), "Blackmagic RAW"),
    **dict.fromkeys(("aprn", "aprh"), "ProRes RAW"),
    "CRAW": "Canon Cinema RAW Light",
    "zraw": "Z CAM ZRAW",
}


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


def _require_decodable(stream: Any, path: Path) -> None:
    context = stream.codec_context
    if context is not None and context.codec is not None and context.name != "prores_raw":
        return
    entries = read_sample_entries(path)
    label = next((_RAW_ENTRIES[entry] for entry in entries if entry in _RAW_ENTRIES), None)
    if label == "ProRes RAW" or (context is not None and context.name == "prores_raw"):
        raise UnreadableFileError(
            f"{path.name}: is ProRes RAW, of which ledcal cannot say how its numbers follow light; "
            f"{_BEYOND}"
        )
    if label is not None:
        raise UnreadableFileError(f"{path.name}: {label} is not read by ledcal: {_BEYOND}")
    shown = f" ({entries[0]})" if entries else ""
    raise UnreadableFileError(
        f"{path.name}: its codec{shown} is read by no open library, as ARRIRAW, X-OCN, N-RAW and "
        f"other raws; {_BEYOND}"
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
        _require_decodable(stream, path)
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
        _require_decodable(stream, clip.path)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = min(_MOST_THREADS, os.cpu_count() or 1)
        try:
            for frame in container.decode(stream):
                if frame.is_corrupt:
                    raise _damaged(name, number, clip.n_frames)
                samples, remarks = unpack(name, frame, matrix=clip.matrix, levels=clip.levels)
                yield ClipFrame(number, samples, remarks)
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
