"""What the tags of a TIFF directory say of a raw picture; nothing of it applied."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import UnreadableFileError
from ledcal.values.frame import Exposure

if TYPE_CHECKING:
    from ledcal.values.arrays import AnyArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class DngTags:
    """The tags of a DNG that decide what its numbers mean; none of them applied.

    Attributes
    ----------
    height, width : int
        Size of the stored mosaic, borders included.
    active : tuple of int
        ActiveArea: top, left, bottom, right in the stored mosaic. The CFA, the black levels and
        their deltas count from its top left corner.
    photometric, compression, bits, cfa_layout, orientation : int
        As the tags say; 1 where a layout or an orientation is not given.
    is_float : bool
        Whether the samples are floating point.
    cfa : ndarray, shape (rows, columns)
        Colour of each photosite of the repeat: 0 red, 1 green, 2 blue. Empty if not a mosaic.
    black : ndarray, shape (rows, columns)
        BlackLevel over its own repeat, in dn.
    black_across, black_down : ndarray, shape (n,)
        BlackLevelDeltaH and BlackLevelDeltaV; empty where not given.
    white : float
        WhiteLevel in dn.
    matrices : tuple of (int, ndarray of shape (3, 3))
        EXIF light source code, and XYZ to camera: ColorMatrix with the camera's own calibration
        and analog balance.
    neutral, white_xy : ndarray or None
        AsShotNeutral, shape (3,); AsShotWhiteXY, shape (2,).
    exposure : Exposure
        From the EXIF directory, else from the first one.
    camera_model : str
        Make and model.
    opcodes : tuple of str
        Names of the opcode lists the file holds; they are not applied.
    """

    height: int
    width: int
    active: tuple[int, int, int, int]
    photometric: int
    compression: int
    bits: int
    cfa_layout: int
    orientation: int
    is_float: bool
    cfa: AnyArray
    black: FloatArray
    black_across: FloatArray
    black_down: FloatArray
    white: float
    matrices: tuple[tuple[int, FloatArray], ...]
    neutral: FloatArray | None
    white_xy: FloatArray | None
    exposure: Exposure
    camera_model: str
    opcodes: tuple[str, ...]


def tag_numbers(page: Any, code: int) -> FloatArray | None:
    """A tag as floats, fractions divided; None where it is absent or not numeric."""
    tag = page.tags.get(code)
    if tag is None:
        return None
    value = np.frombuffer(tag.value, np.uint8) if isinstance(tag.value, bytes) else tag.value
    try:
        array = np.atleast_1d(np.asarray(value, np.float64)).ravel()
    except (TypeError, ValueError):
        return None
    if int(tag.dtype) in {5, 10}:
        pairs = array[: array.size // 2 * 2].reshape(-1, 2)
        divisor = np.where(pairs[:, 1] == 0, np.nan, pairs[:, 1])
        array = pairs[:, 0] / divisor
    return array


def _text(page: Any, code: int) -> str:
    tag = page.tags.get(code)
    if tag is None:
        return ""
    value = tag.value
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.replace("\0", " ").strip()


def _positive(value: object) -> float | None:
    """One EXIF number, a fraction divided; None for nought, nonsense and absence."""
    if isinstance(value, tuple) and len(value) >= 2:
        value = value[0] / value[1] if value[1] else None
    elif isinstance(value, tuple) and value:
        value = value[0]
    if isinstance(value, int | float) and math.isfinite(value) and value > 0:
        return float(value)
    return None


def _moment(exif: dict[str, Any], fallback: str) -> str | None:
    """When it was shot, in EXIF's form; None for a clock of blanks or noughts."""
    text = str(exif.get("DateTimeOriginal", "") or fallback).strip("\0 ")
    return text if any(digit in text.partition(" ")[0] for digit in "123456789") else None


def read_exposure(page: Any) -> Exposure:
    """Exposure of a directory: from its EXIF directory, else from itself."""
    tag = page.tags.get(34665)
    exif: dict[str, Any] = tag.value if tag is not None and isinstance(tag.value, dict) else {}

    def setting(name: str, code: int) -> float | None:
        stated = _positive(exif.get(name))
        if stated is None and page.tags.get(code) is not None:
            stated = _positive(page.tags.get(code).value)
        return stated

    iso = setting("ISOSpeedRatings", 34855)
    if iso is None or iso >= 65535:  # a 16-bit tag: higher ones stand elsewhere
        iso = _positive(exif.get("RecommendedExposureIndex")) or iso
    return Exposure(
        time_s=setting("ExposureTime", 33434),
        f_number=setting("FNumber", 33437),
        iso=iso,
        when=_moment(exif, _text(page, 36867) or _text(page, 306)),
    )


def read_camera_model(page: Any) -> str:
    """Make and model, the make only once."""
    make, model = _text(page, 271), _text(page, 272) or _text(page, 50708)
    if make and model and model.lower().startswith(make.split(maxsplit=1)[0].lower()):
        return model
    return f"{make} {model}".strip()


def _matrices(page: Any) -> tuple[tuple[int, FloatArray], ...]:
    """XYZ to camera for each calibration illuminant: analog balance, calibration, matrix."""
    found = []
    balance = tag_numbers(page, 50727)
    own = _text(page, 50931) == _text(page, 50932)
    for matrix_code, calibration_code, light_code in ((50721, 50723, 50778), (50722, 50724, 50779)):
        matrix = tag_numbers(page, matrix_code)
        if matrix is None or matrix.size != 9 or not np.isfinite(matrix).all():
            continue
        product = matrix.reshape(3, 3)
        calibration = tag_numbers(page, calibration_code)
        if own and calibration is not None and calibration.size == 9:
            product = calibration.reshape(3, 3) @ product
        if balance is not None and balance.size == 3:
            product = balance[:, None] * product
        light = tag_numbers(page, light_code)
        found.append((int(light[0]) if light is not None else 0, product))
    return tuple(found)


def _first(values: FloatArray | None, default: float) -> float:
    return default if values is None or not np.isfinite(values[:1]).all() else float(values[0])


def read_tags(first: Any, page: Any, name: str) -> DngTags:
    """Collect the tags of a DNG.

    Parameters
    ----------
    first, page : tifffile.TiffPage
        The first directory, which holds the colour, and that of the mosaic; often the same.
    name : str
        File name, for messages.

    Returns
    -------
    DngTags
        With the defaults of the DNG specification where a tag is absent.

    Raises
    ------
    UnreadableFileError
        If tags contradict each other.
    """
    height, width = int(page.imagelength), int(page.imagewidth)
    bits = int(np.max(page.bitspersample))
    is_float = int(np.max(page.sampleformat)) == 3
    stated = tag_numbers(page, 50829)
    area = (0, 0, height, width) if stated is None else tuple(int(value) for value in stated)
    top, left, bottom, right = area if len(area) == 4 else (0, 0, 0, 0)
    if not (0 <= top < bottom <= height and 0 <= left < right <= width):
        message = f"{name}: its ActiveArea {area} does not fit its {width} x {height} pixels"
        raise UnreadableFileError(f"{message}; copy the file again, or transcode to linear EXR")
    repeat, colours = tag_numbers(page, 33421), tag_numbers(page, 33422)
    cfa = np.zeros((0, 0), np.int64)
    if repeat is not None and colours is not None and repeat.size == 2:
        rows, columns = int(repeat[0]), int(repeat[1])
        if rows * columns == colours.size:
            cfa = colours.astype(np.int64).reshape(rows, columns)
    black_repeat, black = tag_numbers(page, 50713), tag_numbers(page, 50714)
    rows, columns = (1, 1) if black_repeat is None else (int(n) for n in black_repeat[:2])
    samples = int(page.samplesperpixel)
    black = np.zeros(rows * columns * samples) if black is None else black
    if black.size != rows * columns * samples or not np.isfinite(black).all():
        message = f"{name}: BlackLevel holds {black.size} numbers for a {rows} x {columns} repeat"
        raise UnreadableFileError(f"{message}; convert it again, or transcode to linear EXR")
    empty = np.zeros(0)
    across, down = tag_numbers(page, 50715), tag_numbers(page, 50716)
    coloured = page if first.tags.get(50721) is None else first
    neutral, white_xy = tag_numbers(coloured, 50728), tag_numbers(coloured, 50729)
    return DngTags(
        height=height,
        width=width,
        active=(top, left, bottom, right),
        photometric=int(page.photometric),
        compression=int(page.compression),
        bits=bits,
        cfa_layout=int(_first(tag_numbers(page, 50711), 1)),
        orientation=int(_first(tag_numbers(first, 274), 1)),
        is_float=is_float,
        cfa=cfa,
        black=black[::samples].reshape(rows, columns),
        black_across=empty if across is None else across,
        black_down=empty if down is None else down,
        white=_first(tag_numbers(page, 50717), 1.0 if is_float else 2.0**bits - 1.0),
        matrices=_matrices(coloured),
        neutral=neutral if neutral is not None and neutral.size == 3 else None,
        white_xy=white_xy if white_xy is not None and white_xy.size == 2 else None,
        exposure=read_exposure(first),
        camera_model=read_camera_model(first),
        opcodes=tuple(
            f"OpcodeList{number}"
            for number, code in ((1, 51008), (2, 51009), (3, 51022))
            if page.tags.get(code) is not None
        ),
    )
