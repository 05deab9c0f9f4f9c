"""Pictures that are linear light in a declared space: EXR, and others if somebody says so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.sniff import FileKind
from ledcal.errors import AmbiguousInputError, UnreadableFileError
from ledcal.files.images import read_image
from ledcal.values.frame import Exposure, LinearFrame, Plane

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import AnyArray

ACES = "ACES2065-1"
CHROMATICITY_TOLERANCE = 2e-3
# What a chromaticities attribute may spell out: red, green, blue, white of each known space.
_SPACES = {
    ACES: (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767),
    "ACEScg": (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767),
    "BT.709": (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329),
    "BT.2020": (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329),
    "P3-D65": (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329),
}


def _exr_space(name: str, metadata: dict[str, object]) -> tuple[str, str]:
    """The space an EXR is in, and a note on how that is known."""
    stated = metadata.get("chromaticities")
    if not isinstance(stated, tuple | list | np.ndarray) or len(stated) != 8:
        return ACES, f"taken to be {ACES}: the EXR states no chromaticities"
    numbers = np.asarray(stated, np.float64)
    for space, chromaticities in _SPACES.items():
        if np.abs(numbers - chromaticities).max() < CHROMATICITY_TOLERANCE:
            return space, "" if space == ACES else f"{space}, as the EXR's chromaticities say"
    red, green, blue, white = (f"({x:.4g}, {y:.4g})" for x, y in numbers.reshape(4, 2))
    message = f"{name}: its chromaticities {red} {green} {blue} white {white} are of no space that"
    raise AmbiguousInputError(
        f"{message} ledcal knows; say which linear space it is in with --input-space NAME,"
        f" such as --input-space {ACES}"
    )


def _require_declared(name: str, kind: FileKind) -> None:
    word = {FileKind.TIFF_LIKE: "TIFF", FileKind.OTHER_IMAGE: "file"}.get(kind, kind.value)
    if kind in {FileKind.JPEG, FileKind.HEIF, FileKind.OTHER_IMAGE}:
        message = f"{name}: this {word} is a developed picture, not linear light; use the raw"
        message = f"{message} files or linear EXR, or, if it really is linear, say in which space"
    else:
        message = f"{name}: this {word} does not say what its numbers mean; if they are linear"
        message = f"{message} light, say in which space"
    raise AmbiguousInputError(f"{message} with --input-space NAME, such as {ACES} or P3-D65")


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


def read_linear_image(path: Path, kind: FileKind, *, image_space: str | None) -> LinearFrame:
    """Read a picture whose numbers are linear light.

    Parameters
    ----------
    path : Path
        EXR, or TIFF, PNG, DPX, ... with a declared space.
    kind : FileKind
        As `capture.sniff` found it.
    image_space : str or None
        Gamut the numbers are linear light in. None takes an EXR's own chromaticities, and
        ACES2065-1 where it states none.

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
    if image_space is None and kind is not FileKind.EXR:
        _require_declared(name, kind)
    pixels, metadata = read_image(path)
    note = ""
    if image_space is None:
        image_space, note = _exr_space(name, metadata)
    rgb = _rgb(pixels, metadata, name)
    if not np.isfinite(rgb).all():
        n_bad = int(rgb.size - np.count_nonzero(np.isfinite(rgb)))
        message = f"{name}: {n_bad} values are not finite numbers"
        raise UnreadableFileError(f"{message}; export it again as 32-bit float or unclipped half")
    if rgb.min() == rgb.max():
        message = f"{name}: every pixel is {float(rgb.flat[0]):g}: an empty export or a damaged"
        raise UnreadableFileError(f"{message} file; export it again")
    notes = [note] if note else []
    stored = str(metadata.get("ledcal:format", ""))
    is_integer = stored.startswith(("uint", "int"))
    if stored == "uint8":
        notes.append("8-bit: its steps are coarser than dark patches need")
    planes = tuple(
        Plane(
            values=rgb[..., index],
            channel=channel,
            x=0,
            y=0,
            step=1,
            black=0.0,
            white=1.0,
            saturation=1.0 if is_integer else math.inf,
        )
        for index, channel in enumerate(("R", "G1", "B"))
    )
    height, width = rgb.shape[:2]
    return LinearFrame(
        name=name,
        width=width,
        height=height,
        planes=planes,
        space=image_space,
        exposure=Exposure(),
        colour=None,
        notes=tuple(notes),
    )
