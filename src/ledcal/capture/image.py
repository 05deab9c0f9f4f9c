"""Pictures as linear light: EXR, and others of which is declared what their numbers mean."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.meaning import Meaning, Stated, likely, settle
from ledcal.capture.sniff import FileKind
from ledcal.colorimetry.encoding import ENCODINGS, canonical_encoding, code_table, decode
from ledcal.errors import AmbiguousInputError, UnreadableFileError
from ledcal.files.images import read_image
from ledcal.values.frame import Exposure, LinearFrame, Plane

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.capture.meaning import Declared
    from ledcal.colorimetry.encoding import Encoding
    from ledcal.values.arrays import AnyArray

ACES = "ACES2065-1"
CHROMATICITY_TOLERANCE = 2e-3
_DEVELOPED = {FileKind.JPEG, FileKind.HEIF, FileKind.OTHER_IMAGE}
# Gamuts that cameras record with a log curve, and the first such curve.
_LOG_SPACES = {
    space: encoding.name
    for encoding in reversed([canonical_encoding(name) for name in ENCODINGS])
    for space in encoding.spaces
    if space != "ACEScg"
}
# What a chromaticities attribute may spell out: red, green, blue, white of each known space.
_SPACES = {
    ACES: (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767),
    "ACEScg": (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767),
    "BT.709": (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329),
    "BT.2020": (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329),
    "P3-D65": (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329),
}


def _exr_space(name: str, metadata: dict[str, object]) -> tuple[str, str]:
    """The space an EXR is in, and how that is known."""
    stated = metadata.get("chromaticities")
    if not isinstance(stated, tuple | list | np.ndarray) or len(stated) != 8:
        return ACES, f"captures: linear {ACES}: an EXR that states no chromaticities"
    numbers = np.asarray(stated, np.float64)
    for space, chromaticities in _SPACES.items():
        if np.abs(numbers - chromaticities).max() < CHROMATICITY_TOLERANCE:
            return space, f"captures: linear {space}, as the EXR's chromaticities say"
    red, green, blue, white = (f"({x:.4g}, {y:.4g})" for x, y in numbers.reshape(4, 2))
    message = f"{name}: its chromaticities {red} {green} {blue} white {white} are of no space that"
    raise AmbiguousInputError(
        f"{message} ledcal knows; say which linear space it is in with --camera-space NAME,"
        f" such as --camera-space {ACES}"
    )


def _word(kind: FileKind) -> str:
    return {FileKind.TIFF_LIKE: "TIFF", FileKind.OTHER_IMAGE: "file"}.get(kind, kind.value)


def _meaning(name: str, kind: FileKind, said: Declared) -> Meaning | None:
    """What was declared; None where an EXR speaks for itself.

    Raises
    ------
    AmbiguousInputError
        If nothing says what the numbers mean.
    """
    if said.encoding is not None:
        return settle(name, said, Stated(), kind=_word(kind))
    if kind is FileKind.EXR:
        if said.space is None:
            return None
        how = "as an EXR is"
    elif kind in _DEVELOPED:
        message = f"{name}: this {_word(kind)} is a developed picture, not linear light, and what a"
        raise AmbiguousInputError(
            f"{message} look did to it cannot be undone; use the raw files or linear EXR, or, if "
            f"its numbers are log or linear all the same, say so, such as {likely('')}, or "
            "--encoding linear --camera-space P3-D65"
        )
    elif said.space is None:
        message = f"{name}: this {_word(kind)} does not say what its numbers mean; if they are log,"
        raise AmbiguousInputError(
            f"{message} say in which curve, such as {likely('')}; if they are linear light, say in "
            "which space with --camera-space NAME, such as ACES2065-1 or P3-D65"
        )
    elif said.space in _LOG_SPACES:
        message = f"{name}: {said.space} goes with log, and this {_word(kind)} does not say whether"
        raise AmbiguousInputError(
            f"{message} its numbers are: add --encoding {_LOG_SPACES[said.space]!r}, or --encoding "
            "linear"
        )
    else:
        how = "for --camera-space was given without --encoding"
    line = f"captures: linear light in {said.space}, {how}"
    return Meaning(canonical_encoding("linear"), said.space, (line,))


def _rgb(pixels: AnyArray, metadata: dict[str, object], name: str) -> AnyArray:
    """The red, green and blue channels, found by name where they have names."""
    listed = metadata.get("ledcal:channels", ())
    channels = [str(channel).rsplit(".", 1)[-1].upper() for channel in listed]  # type: ignore[attr-defined]
    if {"R", "G", "B"} <= {*channels}:
        picked = [channels.index(letter) for letter in "RGB"]
        return pixels[..., picked] if picked != [0, 1, 2] else pixels[..., :3]
    if pixels.shape[2] < 3 or (channels and len({*channels}) < 3):
        message = f"{name}: has {pixels.shape[2]} channels ({', '.join(channels)}), not red, green"
        raise UnreadableFileError(f"{message} and blue; export it as RGB")
    return pixels[..., :3]


def read_linear_image(path: Path, kind: FileKind, said: Declared) -> LinearFrame:
    """Read a picture as linear light.

    Parameters
    ----------
    path : Path
        EXR, or TIFF, PNG, DPX, ... of which is declared what its numbers mean.
    kind : FileKind
        As `capture.sniff` found it.
    said : Declared
        Encoding and gamut. Without an encoding the numbers are linear light; without either an
        EXR is what its chromaticities say, ACES2065-1 where it states none.

    Returns
    -------
    LinearFrame
        Planes R, G1 and B with step 1, black 0 and white 1. Integers saturate at full code.

    Raises
    ------
    AmbiguousInputError
        If nothing says what the numbers mean.
    UnreadableFileError
        If it is damaged, without three channels, constant, or holds what is no number.
    """
    name = path.name
    meaning = _meaning(name, kind, said)
    pixels, metadata = read_image(path)
    if meaning is None:
        space, line = _exr_space(name, metadata)
        meaning = Meaning(canonical_encoding("linear"), space, (line,))
    rgb = _rgb(pixels, metadata, name)
    if not np.isfinite(rgb).all():
        n_bad = int(rgb.size - np.count_nonzero(np.isfinite(rgb)))
        message = f"{name}: {n_bad} values are not finite numbers"
        raise UnreadableFileError(f"{message}; export it again as 32-bit float or unclipped half")
    if rgb.min() == rgb.max():
        message = f"{name}: every pixel is {float(rgb.flat[0]):g}: an empty export or a damaged"
        raise UnreadableFileError(f"{message} file; export it again")
    said_lines = list(meaning.assumptions)
    stored = str(metadata.get("ledcal:format", ""))
    is_integer = stored.startswith(("uint", "int"))
    if stored == "uint8":
        said_lines.append("8-bit: its steps are coarser than dark patches need")
    light = _to_light(rgb, meaning.encoding, is_integer=is_integer)
    top = math.inf
    if is_integer:
        top = float(_to_light(np.ones(1, np.float32), meaning.encoding, is_integer=True)[0])
    planes = tuple(
        Plane(
            values=light[..., index],
            channel=channel,
            x=0,
            y=0,
            step=1,
            black=0.0,
            white=1.0,
            saturation=top,
        )
        for index, channel in enumerate(("R", "G1", "B"))
    )
    height, width = rgb.shape[:2]
    return LinearFrame(
        name=name,
        width=width,
        height=height,
        planes=planes,
        space=meaning.space,
        exposure=Exposure(),
        colour=None,
        assumptions=tuple(said_lines),
    )


def _to_light(rgb: AnyArray, encoding: Encoding, *, is_integer: bool) -> AnyArray:
    """Linear light: integers through a table of their codes, floats by the curve itself."""
    if encoding.curve == "linear":
        return rgb
    if not is_integer:
        return np.nan_to_num(decode(encoding, rgb)).astype(np.float32)
    return code_table(encoding)[np.rint(rgb * np.float32(65535.0)).astype(np.uint16)]
