"""Writing Bayer DNG: TIFF structure, packed 12/14/16 bit or lossless JPEG."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np

from ledcal.files.atomic import atomic_file
from ledcal.values.arrays import FloatArray, readonly
from ledcal.values.frame import CameraColour, Exposure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

PATTERNS = ("RGGB", "BGGR", "GRBG", "GBRG")
COMPRESSIONS = ("none", "lossless-jpeg")

# TIFF field types: number, struct letter of one item.
_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _UNDEFINED, _SRATIONAL = 1, 2, 3, 4, 5, 7, 10
_LETTER = {_BYTE: "B", _SHORT: "H", _LONG: "I", _UNDEFINED: "B"}

# EXIF LightSource numbers, as CalibrationIlluminant uses them, and their temperature in kelvin.
ILLUMINANT_CCT_K = {17: 2856.0, 20: 5503.0, 21: 6504.0, 23: 5003.0}
ILLUMINANT_A, ILLUMINANT_D65 = 17, 21

_TILE_PX = 256
_COLOUR_DENOMINATOR = 10000

_Tag = tuple[int, Any]
_Tags = dict[int, _Tag]


@dataclass(frozen=True, slots=True, eq=False)
class DngHeader:
    """What a DNG says besides its mosaic.

    Attributes
    ----------
    make, model : str
        ASCII.
    pattern : str
        CFA of the visible area's first 2x2, row by row: one of `PATTERNS`.
    black : tuple of float
        Black level in dn of the four positions of the CFA, row by row.
    white : int
        White level in dn.
    colour_matrices : tuple of (int, ndarray of shape (3, 3))
        One or two: EXIF number of the illuminant (17 is A, 21 is D65) and the matrix from CIE XYZ
        to camera RGB. Stored, as the neutral, in steps of 1e-4: `camera_colour` says what
        a reader will find.
    neutral : ndarray, shape (3,)
        Camera RGB of a neutral object, largest 1.
    exposure : Exposure
        `when` in EXIF's form ``2026:01:31 10:00:00``; what is None is left out.
    orientation : int
        1..8 of TIFF. The mosaic is stored as it is; readers turn the picture.
    active_area : tuple of int, or None
        top, left, bottom, right of the visible part; even numbers top and left, because LibRaw
        rounds odd ones. None: everything.
    """

    make: str
    model: str
    pattern: str
    black: tuple[float, float, float, float]
    white: int
    colour_matrices: tuple[tuple[int, FloatArray], ...]
    neutral: FloatArray
    exposure: Exposure = field(default_factory=Exposure)
    orientation: int = 1
    active_area: tuple[int, int, int, int] | None = None

    def __post_init__(self) -> None:
        neutral = readonly(self.neutral, shape=(3,), name="neutral")
        object.__setattr__(self, "neutral", neutral)
        matrices = tuple(
            (int(number), readonly(matrix, shape=(3, 3), name="colour matrix"))
            for number, matrix in self.colour_matrices
        )
        object.__setattr__(self, "colour_matrices", matrices)
        problem = None
        if self.pattern not in PATTERNS:
            problem = f"pattern {self.pattern!r} is none of {', '.join(PATTERNS)}"
        elif not 1 <= len(matrices) <= 2:
            problem = f"{len(matrices)} colour matrices; a DNG holds one or two here"
        elif not (neutral > 0).all():
            problem = f"neutral {neutral.tolist()} is not positive"
        elif self.orientation not in range(1, 9):
            problem = f"orientation {self.orientation} is not 1..8"
        elif len(self.black) != 4 or not all(0 <= b < self.white for b in self.black):
            problem = f"black {self.black} is not four levels below white {self.white}"
        if problem:
            raise ValueError(problem)


def _fraction(value: float, denominator: int) -> Fraction:
    return Fraction(round(float(value) * denominator), denominator)


def _exact(value: float) -> Fraction:
    """Nearest simple fraction: 1/48 stays 1/48."""
    return Fraction(float(value)).limit_denominator(100_000)


def camera_colour(header: DngHeader) -> CameraColour:
    """What a reader finds in the file: neutral and matrices after their rounding.

    Examples
    --------
    >>> import numpy as np
    >>> header = DngHeader("A", "B", "RGGB", (0, 0, 0, 0), 4095, ((21, np.eye(3)),),
    ...                    np.array([0.51234567, 1.0, 0.7]))
    >>> camera_colour(header).neutral.tolist()
    [0.5123, 1.0, 0.7]
    """

    def rounded(values: FloatArray) -> FloatArray:
        flat = [float(_fraction(v, _COLOUR_DENOMINATOR)) for v in values.ravel()]
        return np.array(flat).reshape(values.shape)

    matrices = tuple(
        (ILLUMINANT_CCT_K[number], rounded(matrix)) for number, matrix in header.colour_matrices
    )
    names = " and ".join(str(i + 1) for i in range(len(matrices)))
    return CameraColour(rounded(header.neutral), matrices, f"DNG ColorMatrix{names}")


def _encode(kind: int, value: Any) -> tuple[int, bytes]:
    """Count and bytes of a tag's value."""
    if kind == _ASCII:
        text = value.encode("ascii", "replace") + b"\0"
        return len(text), text
    items: Sequence[Any] = value if isinstance(value, (tuple, list, bytes)) else (value,)
    if kind in {_RATIONAL, _SRATIONAL}:
        letters = "<II" if kind == _RATIONAL else "<ii"
        return len(items), b"".join(struct.pack(letters, q.numerator, q.denominator) for q in items)
    return len(items), struct.pack(f"<{len(items)}{_LETTER[kind]}", *items)


def _directory(tags: Mapping[int, _Tag], at: int) -> bytes:
    """One image file directory, to stand at file offset `at` (even), with its values behind it."""
    entries, data = b"", b""
    values_at = at + 2 + 12 * len(tags) + 4
    for code in sorted(tags):
        kind, value = tags[code]
        count, packed = _encode(kind, value)
        if len(packed) > 4:
            place = struct.pack("<I", values_at + len(data))
            data += packed + b"\0" * (len(packed) % 2)
        else:
            place = packed.ljust(4, b"\0")
        entries += struct.pack("<HHI", code, kind, count) + place
    return struct.pack("<H", len(tags)) + entries + b"\0\0\0\0" + data


def pack_samples(mosaic: NDArray[np.uint16], bits: int) -> bytes:
    """Samples as TIFF packs them: most significant bit first, every row ends on a byte.

    Parameters
    ----------
    mosaic : ndarray of uint16, shape (height, width)
        Values below ``2**bits``.
    bits : int
        12, 14 or 16 (16 is stored little-endian, as the file says).

    Returns
    -------
    bytes
        ``height * ceil(width * bits / 8)`` of them.

    Raises
    ------
    ValueError
        If `bits` is another number.

    Examples
    --------
    >>> import numpy as np
    >>> pack_samples(np.array([[0xABC, 0x123]], np.uint16), 12).hex()
    'abc123'
    """
    if bits == 16:
        return mosaic.astype("<u2").tobytes()
    if bits not in {12, 14}:
        message = f"{bits} bits: 12, 14 and 16 can be packed"
        raise ValueError(message)
    height, width = mosaic.shape
    group = 2 if bits == 12 else 4
    row_bytes = -(-width * bits // 8)
    padded = np.pad(mosaic, ((0, 0), (0, -width % group))) if width % group else mosaic
    part = [padded[:, i::group] for i in range(group)]
    if bits == 12:
        a, b = part
        columns = [a >> 4, (a << 4) | (b >> 8), b]
    else:
        a, b, c, d = part
        columns = [
            *(a >> 6, (a << 2) | (b >> 12), b >> 4),
            *((b << 4) | (c >> 10), c >> 2, (c << 6) | (d >> 8), d),
        ]
    packed = np.empty((height, padded.shape[1] // group, len(columns)), np.uint8)
    for index, column in enumerate(columns):
        packed[:, :, index] = column & 0xFF
    return packed.reshape(height, -1)[:, :row_bytes].tobytes()


def _tile_size(mosaic: NDArray[np.uint16]) -> tuple[int, int]:
    """Rows and columns of a tile, multiples of 16; LibRaw misreads one wider than the picture."""
    rows, columns = (min(_TILE_PX, max(16, side // 16 * 16)) for side in mosaic.shape)
    return rows, columns


def _jpeg_tiles(mosaic: NDArray[np.uint16], bits: int) -> list[bytes]:
    """Lossless JPEG tiles, two components (even and odd columns), predictor 1: read everywhere."""
    height, width = mosaic.shape
    rows, columns = _tile_size(mosaic)
    padded = np.pad(mosaic, ((0, -height % rows), (0, -width % columns)), mode="edge")
    tiles = []
    for top in range(0, padded.shape[0], rows):
        for left in range(0, padded.shape[1], columns):
            tile = padded[top : top + rows, left : left + columns]
            pairs = np.ascontiguousarray(tile.reshape(rows, columns // 2, 2))
            tiles.append(
                bytes(
                    imagecodecs.jpeg8_encode(pairs, lossless=True, predictor=1, bitspersample=bits)
                )
            )
    return tiles


def _main_tags(header: DngHeader, height: int, width: int, bits: int) -> _Tags:
    top, left, bottom, right = header.active_area or (0, 0, height, width)
    tags: _Tags = {
        254: (_LONG, 0),  # NewSubfileType: the full picture
        256: (_LONG, width),
        257: (_LONG, height),
        258: (_SHORT, bits),
        262: (_SHORT, 32803),  # PhotometricInterpretation: CFA
        271: (_ASCII, header.make),
        272: (_ASCII, header.model),
        274: (_SHORT, header.orientation),
        277: (_SHORT, 1),  # SamplesPerPixel
        284: (_SHORT, 1),  # PlanarConfiguration
        305: (_ASCII, "ledcal"),
        33421: (_SHORT, (2, 2)),  # CFARepeatPatternDim
        33422: (_BYTE, tuple("RGB".index(letter) for letter in header.pattern)),
        50706: (_BYTE, (1, 4, 0, 0)),  # DNGVersion
        50707: (_BYTE, (1, 2, 0, 0)),  # DNGBackwardVersion
        50708: (_ASCII, f"{header.make} {header.model}"),  # UniqueCameraModel
        50710: (_BYTE, (0, 1, 2)),  # CFAPlaneColor
        50711: (_SHORT, 1),  # CFALayout
        50713: (_SHORT, (2, 2)),  # BlackLevelRepeatDim
        50714: (_RATIONAL, tuple(_exact(level) for level in header.black)),
        50717: (_LONG, header.white),
        50719: (_LONG, (0, 0)),  # DefaultCropOrigin
        50720: (_LONG, (right - left, bottom - top)),  # DefaultCropSize
        50728: (_RATIONAL, tuple(_fraction(v, _COLOUR_DENOMINATOR) for v in header.neutral)),
        50829: (_LONG, (top, left, bottom, right)),  # ActiveArea
    }
    for index, (number, matrix) in enumerate(header.colour_matrices):
        steps = tuple(_fraction(v, _COLOUR_DENOMINATOR) for v in matrix.ravel())
        tags[50721 + index] = (_SRATIONAL, steps)
        tags[50778 + index] = (_SHORT, number)
    if header.exposure.when is not None:
        tags[306] = (_ASCII, header.exposure.when)
    return tags


def _exif_tags(exposure: Exposure) -> _Tags:
    tags: _Tags = {36864: (_UNDEFINED, b"0232")}
    if exposure.time_s is not None:
        tags[33434] = (_RATIONAL, _exact(exposure.time_s))
    if exposure.f_number is not None:
        tags[33437] = (_RATIONAL, _exact(exposure.f_number))
    if exposure.iso is not None:
        tags[34855] = (_SHORT, min(round(exposure.iso), 65535))
    if exposure.when is not None:
        tags[36867] = (_ASCII, exposure.when)
    return tags


def _require_mosaic(mosaic: NDArray[np.uint16], header: DngHeader, bits: int) -> None:
    problem = None
    if mosaic.ndim != 2 or mosaic.dtype != np.uint16:
        problem = f"mosaic: expected two axes of uint16, got {mosaic.ndim} of {mosaic.dtype}"
    elif bits not in {12, 14, 16}:
        problem = f"{bits} bits: a DNG is written with 12, 14 or 16"
    elif mosaic.size == 0 or int(mosaic.max()) >= 1 << bits or header.white >= 1 << bits:
        problem = f"the mosaic or the white level {header.white} does not fit into {bits} bits"
    elif header.active_area is not None:
        top, left, bottom, right = header.active_area
        height, width = mosaic.shape
        if not (0 <= top < bottom <= height and 0 <= left < right <= width):
            problem = f"active area {header.active_area} is outside the mosaic {mosaic.shape}"
        elif top % 2 or left % 2:
            problem = f"active area {header.active_area} starts on an odd photosite"
    if problem:
        raise ValueError(problem)


def write_dng(
    path: Path,
    mosaic: NDArray[np.uint16],
    header: DngHeader,
    *,
    bits: int,
    compression: str = "none",
    overwrite: bool = False,
) -> None:
    """Write one Bayer DNG 1.4, whole or not at all.

    Parameters
    ----------
    path : Path
        Where.
    mosaic : ndarray of uint16, shape (height, width)
        Sensor numbers, with whatever lies outside the active area.
    header : DngHeader
        Everything else.
    bits : int
        12, 14 or 16.
    compression : str
        ``none`` (packed) or ``lossless-jpeg``.
    overwrite : bool
        Replace what stands there.

    Raises
    ------
    ValueError
        If the mosaic does not fit the header or the bits, or the compression is unknown.
    InputError
        If `path` exists and `overwrite` is false.
    SystemFault
        If the disk is full or closed to us.
    """
    _require_mosaic(mosaic, header, bits)
    if compression not in COMPRESSIONS:
        message = f"compression {compression!r} is none of {', '.join(COMPRESSIONS)}"
        raise ValueError(message)
    height, width = mosaic.shape
    main, exif = _main_tags(header, height, width, bits), _exif_tags(header.exposure)
    if compression == "none":
        parts = [pack_samples(mosaic, bits)]
        main |= {259: (_SHORT, 1), 278: (_LONG, height)}
        offsets_tag, counts_tag = 273, 279
    else:
        parts = _jpeg_tiles(mosaic, bits)
        rows, columns = _tile_size(mosaic)
        main |= {259: (_SHORT, 7), 322: (_LONG, columns), 323: (_LONG, rows)}
        offsets_tag, counts_tag = 324, 325
    main[counts_tag] = (_LONG, tuple(len(part) for part in parts))
    main[offsets_tag] = (_LONG, (0,) * len(parts))
    main[34665] = (_LONG, 0)  # ExifIFD
    exif_at = _aligned(8 + len(_directory(main, 8)))
    offsets, end = [], _aligned(exif_at + len(_directory(exif, exif_at)))
    for part in parts:
        offsets.append(end)
        end = _aligned(end + len(part))
    main[34665] = (_LONG, exif_at)
    main[offsets_tag] = (_LONG, tuple(offsets))
    pieces = [
        (0, struct.pack("<2sHI", b"II", 42, 8) + _directory(main, 8)),
        (exif_at, _directory(exif, exif_at)),
        *zip(offsets, parts, strict=True),
    ]
    with atomic_file(path, overwrite=overwrite) as temporary, temporary.open("wb") as file:
        for offset, piece in pieces:
            file.write(b"\0" * (offset - file.tell()))
            file.write(piece)


def _aligned(offset: int) -> int:
    """Up to the next multiple of 16: TIFF wants even offsets, readers like round ones."""
    return -(-offset // 16) * 16
