"""Read one file as a linear frame, or say why it cannot be measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ledcal.capture.dng import dng_frame, refuse_picture
from ledcal.capture.image import read_linear_image
from ledcal.capture.raw import read_raw
from ledcal.capture.sniff import RAW_SUFFIXES, FileKind, sniff
from ledcal.errors import InputError, SystemFault, UnreadableFileError
from ledcal.files.tiff import find_cut, read_camera_tags, read_dng, tiff_flavour
from ledcal.values.frame import Exposure, LinearFrame

if TYPE_CHECKING:
    import os


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


def _known_space(image_space: str | None) -> str | None:
    """The space as colour-science spells it."""
    if image_space is None:
        return None
    from ledcal.colorimetry.space import gamut  # noqa: PLC0415 - only where a space is named

    try:
        return gamut(image_space).name
    except ValueError as error:
        raise InputError(f"--input-space: {error}") from error


def read_frame(path: str | os.PathLike[str], *, image_space: str | None = None) -> LinearFrame:
    """Read one capture as linear numbers, without demosaicing, balancing or guessing.

    Parameters
    ----------
    path : path-like
        A camera raw (mosaic DNG and what LibRaw reads), or a linear image. The first bytes
        decide, not the suffix.
    image_space : str, optional
        For images only: the numbers are linear light in this gamut, a colour-science name.
        Without it an EXR is ACES2065-1 unless its chromaticities differ, and other images are
        refused. Raws ignore it.

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
        If there is no such file, or `image_space` is unknown.
    SystemFault
        If the operating system will not let it be read.
    """
    path = Path(path)
    image_space = _known_space(image_space)
    try:
        kind = sniff(path)
        if kind is FileKind.RAW:
            return _read_maker_raw(path, kind)
        if kind is not FileKind.TIFF_LIKE:
            return read_linear_image(path, kind, image_space=image_space)
        flavour = tiff_flavour(path)
        if flavour == "dng":
            return _read_dng(path)
        if flavour == "raw" or path.suffix.lower() in RAW_SUFFIXES:
            return _read_maker_raw(path, kind)
        return read_linear_image(path, kind, image_space=image_space)
    except MemoryError as error:
        message = f"{path.name}: not enough memory to read it; close other programs"
        raise SystemFault(f"{message}, or read fewer files at once") from error
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except OSError as error:
        raise SystemFault(f"{path}: cannot be read ({error.strerror or error})") from error
