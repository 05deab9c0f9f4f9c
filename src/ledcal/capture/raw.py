"""The door to rawpy: mosaics of camera raws, unpacked and nothing more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import rawpy

from ledcal.capture.mosaic import build_planes, channel_names, find_clip, require_light
from ledcal.errors import UnreadableFileError
from ledcal.values.frame import CameraColour, Exposure, LinearFrame

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import AnyArray

_EXR = "transcode to linear EXR in ACES2065-1"
_D65_K = 6504.0


def _refusal(path: Path, error: Exception) -> UnreadableFileError:
    """Say in one sentence why LibRaw would not, and what helps."""
    name, suffix = path.name, path.suffix.lower()
    detail = error.args[0] if error.args else error
    reason = (detail.decode() if isinstance(detail, bytes) else str(detail)).strip().lower()
    is_unsupported = isinstance(error, rawpy.LibRawFileUnsupportedError)
    if suffix == ".crm":
        message = f"{name}: this kind of Canon Cinema RAW Light is not read by ledcal ({reason})"
        return UnreadableFileError(f"{message}: {_EXR} with Canon Cinema RAW Development")
    if suffix == ".nef" and is_unsupported:
        message = f"{name}: not readable ({reason}), as are Nikon's HE and HE* raws: shoot lossless"
        return UnreadableFileError(f"{message} compressed NEF, or {_EXR} with NX Studio")
    if is_unsupported:
        message = f"{name}: damaged, or of a kind that LibRaw does not read ({reason})"
        return UnreadableFileError(f"{message}: copy it again, convert it to DNG, or {_EXR}")
    message = f"{name}: cannot be unpacked ({reason}), as when it is cut short or damaged"
    return UnreadableFileError(f"{message}: copy it again from the card")


def _not_flat(name: str) -> UnreadableFileError:
    message = f"{name}: holds colours already mixed (small raw, ProRAW, Foveon), not a mosaic"
    return UnreadableFileError(f"{message}: set the camera to full-size raw, or {_EXR}")


def _other_exposure(raw: Any) -> Exposure:
    """Exposure by LibRaw; 0, and 1 s at f/1 without ISO, are what it says when it knows nothing."""
    other = getattr(raw, "other", None)  # since rawpy 0.28
    if other is None:
        return Exposure()

    def known(value: float) -> float | None:
        # LibRaw keeps float32; its last digits are not the camera's.
        is_known = math.isfinite(value) and value > 0
        return float(f"{value:.7g}") if is_known else None

    time_s, f_number, iso = (
        known(float(value)) for value in (other.shutter_speed, other.aperture, other.iso_speed)
    )
    if time_s == 1.0 and f_number == 1.0:
        time_s = f_number = None
    stamp = other.timestamp
    when = stamp.strftime("%Y:%m:%d %H:%M:%S") if stamp is not None and stamp.year > 1970 else None
    return Exposure(time_s, f_number, iso, when)


def _colour(raw: Any) -> tuple[CameraColour | None, tuple[str, ...]]:
    gains = np.asarray(raw.camera_whitebalance[:3], np.float64)
    matrix = np.asarray(raw.rgb_xyz_matrix, np.float64)[:3]
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-9:
        return None, ("LibRaw knows no colour matrix for this camera",)
    if not (np.isfinite(gains).all() and (gains > 0).all()):
        return None, ("the file states no white balance",)
    neutral = gains[1] / gains
    return CameraColour(neutral, ((_D65_K, matrix),), "LibRaw"), ()


def _pattern(raw: Any, top: int, left: int) -> AnyArray:
    """LibRaw's colour index of each photosite of the repeat, from the visible corner.

    Asked one by one: rawpy's own pattern arrays are wrong behind wide margins.
    """
    period = 6 if raw.raw_pattern.shape[0] == 6 else 2
    return np.array(
        [[raw.raw_color(top + y, left + x) for x in range(period)] for y in range(period)]
    )


def _channel_white(raw: Any, colour_index: int, white: float) -> float:
    """The lower of LibRaw's common white level and the channel's own, where it states one."""
    own = raw.camera_white_level_per_channel
    if own is None or not own[colour_index] > 0:
        return white
    return min(white, float(own[colour_index]))


def read_raw(path: Path) -> LinearFrame:
    """Read a camera raw through LibRaw: unpacked, never developed.

    Parameters
    ----------
    path : Path
        A raw file with a header; LibRaw takes headerless ones by their size, wrongly.

    Returns
    -------
    LinearFrame
        Of the visible area. X-Trans gives 36 planes of R, G1 and B.

    Raises
    ------
    UnreadableFileError
        If LibRaw refuses it, it holds no red-green-blue mosaic, or cannot be a photograph.
    """
    name = path.name
    try:
        with rawpy.imread(str(path)) as raw:
            if raw.raw_type != rawpy.RawType.Flat or raw.raw_pattern is None:
                raise _not_flat(name)
            sizes = raw.sizes
            visible = np.array(raw.raw_image_visible)
            pattern = _pattern(raw, sizes.top_margin, sizes.left_margin)
            description = raw.color_desc.decode("ascii", "replace")
            levels = [float(level) for level in raw.black_level_per_channel]
            white = float(raw.white_level)
            saturation = [_channel_white(raw, index, white) for index in range(4)]
            exposure = _other_exposure(raw)
            colour, notes = _colour(raw)
            flip = int(sizes.flip)
    except rawpy.LibRawError as error:
        raise _refusal(path, error) from error
    letters = {index: description[index : index + 1] for index in np.unique(pattern).tolist()}
    if {*letters.values()} != {"R", "G", "B"}:
        message = f"{name}: its colour filters are {description!r}, not red, green and blue"
        raise UnreadableFileError(f"{message}: {_EXR} with the maker's software")
    if visible.shape != (sizes.height, sizes.width):
        message = f"{name}: unpacked to {visible.shape}, not {(sizes.height, sizes.width)}"
        raise UnreadableFileError(f"{message}: copy it again from the card")
    cfa = np.vectorize(lambda index: "RGB".index(letters[int(index)]))(pattern)
    black = np.array(levels)[pattern]
    planes = build_planes(visible, names=channel_names(cfa), black=black, white=white)
    require_light(name, visible, planes)
    planes, clip_notes = find_clip(planes, tuple(saturation[pattern[p.y, p.x]] for p in planes))
    remarks = [*clip_notes, *notes]
    if flip:
        remarks.append("the camera was turned: pixels are read as stored")
    return LinearFrame(
        name=name,
        width=int(sizes.width),
        height=int(sizes.height),
        planes=planes,
        space="camera",
        exposure=exposure,
        colour=colour,
        notes=tuple(remarks),
    )
