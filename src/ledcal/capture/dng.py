"""DNG tags and mosaic to a linear frame, black exactly as the tags say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.mosaic import build_planes, channel_names, find_clip, require_light
from ledcal.errors import UnreadableFileError
from ledcal.files.tiff import JPEG_XL
from ledcal.values.frame import CameraColour, LinearFrame

if TYPE_CHECKING:
    from ledcal.files.dng_tags import DngTags
    from ledcal.values.arrays import AnyArray, FloatArray

MAX_STEP = 8
_EXR = "transcode to linear EXR in ACES2065-1"

# EXIF light sources, in kelvin: CIE illuminants, and the middle of the range EXIF gives for lamps.
LIGHT_SOURCE_K = {
    1: 5503.0,  # daylight
    2: 4150.0,  # fluorescent
    3: 2856.0,  # tungsten
    4: 5503.0,  # flash
    9: 5503.0,  # fine weather
    10: 6504.0,  # cloudy
    11: 7504.0,  # shade
    12: 6400.0,  # daylight fluorescent, 5700..7100
    13: 5050.0,  # day white fluorescent, 4600..5500
    14: 4150.0,  # cool white fluorescent, 3800..4500
    15: 3525.0,  # white fluorescent, 3250..3800
    16: 2925.0,  # warm white fluorescent, 2600..3250
    17: 2856.0,  # standard light A
    18: 4874.0,  # standard light B
    19: 6774.0,  # standard light C
    20: 5503.0,  # D55
    21: 6504.0,  # D65
    22: 7504.0,  # D75
    23: 5003.0,  # D50
    24: 3200.0,  # ISO studio tungsten
}
UNKNOWN_LIGHT_K = 6504.0


def _mix_by_temperature(matrices: tuple[tuple[float, FloatArray], ...], cct_k: float) -> FloatArray:
    """Interpolate by inverse temperature, held at the ends (DNG specification, chapter 6)."""
    ordered = sorted(matrices, key=lambda item: -item[0])
    mired = [1e6 / kelvin for kelvin, _ in ordered]
    stack = np.array([matrix.ravel() for _, matrix in ordered])
    mixed = [np.interp(1e6 / cct_k, mired, column) for column in stack.T]
    return np.array(mixed).reshape(3, 3)


def camera_colour(tags: DngTags) -> tuple[CameraColour | None, tuple[str, ...]]:
    """What the tags say of the camera's colour.

    Parameters
    ----------
    tags : DngTags
        Of one file.

    Returns
    -------
    colour : CameraColour or None
        None where there is no matrix, or neither AsShotNeutral nor AsShotWhiteXY.
    notes : tuple of str
        What had to be assumed.
    """
    notes: list[str] = []
    known = [
        (LIGHT_SOURCE_K.get(light), matrix, str(number))
        for number, (light, matrix) in enumerate(tags.matrices, start=1)
    ]
    usable = [(kelvin, matrix, number) for kelvin, matrix, number in known if kelvin is not None]
    if known and not usable:
        usable = [(UNKNOWN_LIGHT_K, known[0][1], known[0][2])]
        notes.append("ColorMatrix1 does not say for which light; used for every light")
    if not usable:
        return None, ("no usable ColorMatrix",)
    named = tuple((kelvin, matrix) for kelvin, matrix, _ in usable)
    source = f"DNG ColorMatrix{' and '.join(number for _, _, number in usable)}"
    neutral = tags.neutral
    if neutral is None and tags.white_xy is not None:
        from ledcal.colorimetry.camera import (  # noqa: PLC0415 - only where a file needs it
            correlated_colour_temperature,
        )

        x, y = tags.white_xy.tolist()
        if not (0 < x < 1 and 0 < y < 1):
            return None, (*notes, f"AsShotWhiteXY ({x:g}, {y:g}) is no chromaticity")
        matrix = _mix_by_temperature(named, correlated_colour_temperature([x, y]))
        neutral = matrix @ np.array([x / y, 1.0, (1.0 - x - y) / y])
        neutral = neutral / neutral.max()
    if neutral is None:
        return None, (*notes, "neither AsShotNeutral nor AsShotWhiteXY")
    if not (np.isfinite(neutral).all() and (neutral > 0).all()):
        return None, (*notes, f"AsShotNeutral {neutral.tolist()} is not positive")
    return CameraColour(neutral, named, source), tuple(notes)


def refuse_picture(name: str, tags: DngTags) -> UnreadableFileError:
    """Say why a DNG's picture is not read, and what helps.

    Parameters
    ----------
    name : str
        File name, for the message.
    tags : DngTags
        Of a file that `files.tiff.read_dng` gave no mosaic for.

    Returns
    -------
    UnreadableFileError
        To be raised.
    """
    if tags.compression == JPEG_XL:
        message = f"{name}: packed as JPEG XL, which ledcal does not read: set the camera or the"
        return UnreadableFileError(f"{message} converter to lossless JPEG or uncompressed DNG")
    message = f"{name}: a linear DNG, already demosaiced, where samples are no longer the"
    return UnreadableFileError(f"{message} sensor's own: shoot or convert to mosaic DNG")


def _require_rgb(name: str, tags: DngTags) -> None:
    reason = ""
    if not tags.cfa.size:
        reason = "its CFAPattern is missing or contradicts itself"
    elif {*np.unique(tags.cfa).tolist()} != {0, 1, 2}:
        reason = "its colour filters are not red, green and blue"
    elif tags.cfa_layout != 1:
        reason = f"its photosites are staggered (CFALayout {tags.cfa_layout})"
    if reason:
        raise UnreadableFileError(f"{name}: {reason}; {_EXR} with the maker's software")


def _evened_black(
    visible: AnyArray, tags: DngTags, name: str
) -> tuple[AnyArray, FloatArray, float]:
    """The mosaic, its repeating black, and how far the evening moved the highest numbers down.

    Black that differs from row to row or column to column, or that repeats over many photosites,
    is taken off here, down to its mean at each Bayer position; else nothing is touched.
    """
    rows, columns = visible.shape
    across = tags.black_across if tags.black_across.size else np.zeros(columns)
    down = tags.black_down if tags.black_down.size else np.zeros(rows)
    if across.size != columns or down.size != rows:
        message = f"{name}: {across.size} x {down.size} black level deltas for {columns} x {rows}"
        raise UnreadableFileError(f"{message} photosites; convert it again, or {_EXR}")
    repeat = tags.black
    fine = int(np.lcm.reduce([*tags.cfa.shape, *repeat.shape]))
    if np.ptp(across) == 0 and np.ptp(down) == 0 and fine <= MAX_STEP:
        return visible, repeat + across[0] + down[0], 0.0
    full = np.tile(repeat, (-(-rows // repeat.shape[0]), -(-columns // repeat.shape[1])))
    full = full[:rows, :columns] + across + down[:, None]
    kept = np.full(tags.cfa.shape, full.mean())
    excess = (full - full.mean()).astype(np.float32)
    return visible.astype(np.float32) - excess, kept, float(max(0.0, excess.max()))


def dng_frame(name: str, tags: DngTags, mosaic: AnyArray) -> LinearFrame:
    """Make a frame of a DNG's stored mosaic.

    Parameters
    ----------
    name : str
        File name, for messages.
    tags : DngTags
        What its numbers mean.
    mosaic : ndarray, shape (tags.height, tags.width)
        As stored, linear; not changed. The planes are views on it, except where black differs
        along rows or columns.

    Returns
    -------
    LinearFrame
        Of the ActiveArea, as stored: never rotated.

    Raises
    ------
    UnreadableFileError
        If it is no red-green-blue mosaic, or cannot be a photograph.
    """
    _require_rgb(name, tags)
    top, left, bottom, right = tags.active
    visible = mosaic[top:bottom, left:right]
    evened, black, moved = _evened_black(visible, tags, name)
    white = tags.white
    names = channel_names(tags.cfa)
    planes = build_planes(evened, names=names, black=black, white=white)
    require_light(name, evened, planes)
    if tags.is_float and float(evened.max()) > white:  # merged exposures: nothing is clipped
        planes = tuple(replace(plane, saturation=math.inf) for plane in planes)
        notes: tuple[str, ...] = ()
    else:
        planes, notes = find_clip(planes)
        planes = tuple(replace(plane, saturation=plane.saturation - moved) for plane in planes)
    colour, colour_notes = camera_colour(tags)
    remarks = [*notes, *colour_notes]
    if tags.orientation not in {0, 1}:
        remarks.append(f"Orientation {tags.orientation} ignored: pixels are read as stored")
    remarks.extend(f"{opcodes} not applied" for opcodes in tags.opcodes)
    return LinearFrame(
        name=name,
        width=right - left,
        height=bottom - top,
        planes=planes,
        space="camera",
        exposure=tags.exposure,
        colour=colour,
        camera_model=tags.camera_model,
        notes=tuple(remarks),
    )
