"""Read one file as a linear frame, or say why it cannot be measured."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ledcal.capture.clip import linear_frame, open_clip
from ledcal.capture.dng import dng_frame, refuse_picture
from ledcal.capture.image import read_linear_image
from ledcal.capture.meaning import declared
from ledcal.capture.raw import read_raw
from ledcal.capture.sniff import RAW_SUFFIXES, FileKind, sniff
from ledcal.errors import InputError, SystemFault, UnreadableFileError
from ledcal.files.clip import decode_clip
from ledcal.files.tiff import find_cut, read_camera_tags, read_dng, tiff_flavour
from ledcal.values.frame import Exposure, LinearFrame

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from ledcal.capture.meaning import Declared


TIFF_TAGGED = frozenset({".rw2", ".rwl", ".orf"})  # TIFF in all but the first bytes


def _merged(file: Exposure, libraw: Exposure) -> Exposure:
    """What the file's own tags say, filled up with what LibRaw found."""
    return Exposure(
        time_s=file.time_s or libraw.time_s,
        f_number=file.f_number or libraw.f_number,
        iso=file.iso or libraw.iso,
        when=file.when or libraw.when,
    )


def _read_dng(path: Path) -> LinearFrame:
    tags, mosaic = read_dng(path)
    if mosaic is None:
        raise refuse_picture(path.name, tags)
    return dng_frame(path.name, tags, mosaic)


def _read_maker_raw(path: Path, kind: FileKind) -> LinearFrame:
    is_tiff = kind is FileKind.TIFF_LIKE
    try:
        frame = read_raw(path)
    except UnreadableFileError as error:
        cut = find_cut(path) if is_tiff else None
        if cut is None:
            raise
        message = f"{path.name}: cut short: its pictures end at byte {cut[0]}, the file at byte"
        raise UnreadableFileError(f"{message} {cut[1]}; copy it again from the card") from error
    if path.suffix.lower() == ".crm":
        note = "the first frame of a clip; its Light variants hold a white balance already"
        frame = replace(frame, notes=(*frame.notes, note))
    if not is_tiff and path.suffix.lower() not in TIFF_TAGGED:
        return frame
    exposure, model = read_camera_tags(path)
    return replace(frame, exposure=_merged(exposure, frame.exposure), camera_model=model)


def read_frame(
    path: str | os.PathLike[str], *, image_space: str | None = None, encoding: str | None = None
) -> LinearFrame:
    """Read one capture as linear numbers, without demosaicing, balancing or guessing.

    Parameters
    ----------
    path : path-like
        A camera raw (mosaic DNG and what LibRaw reads), a picture, or a clip, of which the first
        frame is read. The first bytes decide, not the suffix.
    image_space : str, optional
        For pictures and clips: their gamut, a colour-science name. Without it an EXR is
        ACES2065-1 unless its chromaticities differ, and log is in the gamut that goes with it.
    encoding : str, optional
        For pictures and clips: how their numbers encode light, as
        `colorimetry.encoding.canonical_encoding` takes it. Without it a clip is what it says
        itself, pictures are linear light if their space is given, and anything else is refused.

    Returns
    -------
    LinearFrame
        Planes of a raw are views on its mosaic, integers as the sensor gave them. Never
        rotated, whatever the orientation tag says.

    Raises
    ------
    UnreadableFileError
        If it cannot be measured safely; the message says what would help.
    AmbiguousInputError
        If it may be read in more than one way; the message names the option that settles it.
    InputError
        If there is no such file, or `image_space` or `encoding` is unknown.
    SystemFault
        If the operating system will not let it be read.
    """
    path = Path(path)
    said = declared(image_space, encoding)
    with plain_errors(path):
        kind = sniff(path)
        if kind is FileKind.CLIP:
            opened = open_clip(path, said)
            frames = decode_clip(opened.clip)
            try:
                return linear_frame(opened, next(frames))
            finally:
                frames.close()
        return read_still(path, kind, said)


def read_still(path: Path, kind: FileKind, said: Declared) -> LinearFrame:
    """Read a raw or a picture.

    Parameters
    ----------
    path : Path
        The file.
    kind : FileKind
        As `capture.sniff` found it; not a clip.
    said : Declared
        For pictures.

    Returns
    -------
    LinearFrame
        As `read_frame` describes it.
    """
    if kind is FileKind.RAW:
        return _read_maker_raw(path, kind)
    if kind is not FileKind.TIFF_LIKE:
        return read_linear_image(path, kind, said)
    flavour = tiff_flavour(path)
    if flavour == "dng":
        return _read_dng(path)
    if flavour == "raw" or path.suffix.lower() in RAW_SUFFIXES:
        return _read_maker_raw(path, kind)
    return read_linear_image(path, kind, said)


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn what the system says while a file is read into one sentence.

    Raises
    ------
    InputError
        If there is no such file.
    SystemFault
        If the operating system will not let it be read, or there is too little memory.
    """
    try:
        yield
    except MemoryError as error:
        message = f"{path.name}: not enough memory to read it; close other programs"
        raise SystemFault(f"{message}, or read fewer files at once") from error
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except OSError as error:
        raise SystemFault(f"{path}: cannot be read ({error.strerror or error})") from error
