"""How camera values become ACES2065-1: an IDT, the files' matrices, a gamut, the wall itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.sniff import RAW_SUFFIXES
from ledcal.colorimetry.camera import camera_transform, gamut_transform, wall_transform
from ledcal.colorimetry.encoding import canonical_encoding
from ledcal.colorimetry.space import ACES, gamut
from ledcal.colorimetry.transfer import eotf
from ledcal.errors import AmbiguousInputError, CaptureError, InputError
from ledcal.values.camera import CAMERA_ASSUMPTION, PATH_KEY
from ledcal.values.frame import CameraColour
from ledcal.values.measurement import MeasurementFlag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.measure import FrameSamples
    from ledcal.pipeline.context import Context
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.camera import CameraTransform
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.stage import Wall

# --camera-space of this name: the direct 3x3 from the wall's own primaries.
WALL = "wall"
_CHANNELS = ("red", "green", "blue")
_OTHERS_OFF = 1e-6
_CHOICES = (
    "--idt idt.json (white_balance and matrix), --camera-space NAME (a gamut), or --camera-space "
    "wall (where only the wall is judged)"
)


def require_one_path(idt_path: Path | None, camera_space: str | None) -> str | None:
    """Check what was typed, before anything is read.

    Returns
    -------
    str or None
        The camera space as colour-science spells it, or ``wall``.

    Raises
    ------
    InputError
        If two ways were named, or an unknown gamut.
    """
    if camera_space is None:
        return None
    if idt_path is not None:
        raise InputError(
            "--idt and --camera-space both say how camera RGB becomes ACES2065-1; give one of them"
        )
    if camera_space.casefold() == WALL:
        return WALL
    try:
        return gamut(camera_space).name
    except ValueError as error:
        raise InputError(f"--camera-space: {error}; or 'wall'") from error


def require_encoding(encoding: str | None, files: Sequence[Path], camera_space: str | None) -> None:
    """Check an encoding that was typed, before anything is read.

    Parameters
    ----------
    encoding : str or None
        What was typed.
    files : sequence of Path
        Captures.
    camera_space : str or None
        As `require_one_path` gives it.

    Raises
    ------
    InputError
        If it is unknown, or can have no effect: all files are camera raw, or it is a table.
    """
    if encoding is None:
        return
    try:
        found = canonical_encoding(encoding)
    except ValueError as error:
        raise InputError(f"--encoding: {error}") from error
    if all(path.suffix.lower() == ".csv" for path in files):
        raise InputError(
            f"--encoding {found.name} has no effect: the camera columns of a table are linear; "
            "leave it out"
        )
    if all(path.suffix.lower() in RAW_SUFFIXES for path in files):
        raise InputError(_no_effect(found.name, camera_space))


def _no_effect(name: str, camera_space: str | None) -> str:
    also = (
        " (and --camera-space, unless you mean the raw after its balance)" if camera_space else ""
    )
    return (
        f"--encoding {name} has no effect: the captures are camera raw, whose numbers are linear "
        f"as the sensor gave them; leave it out{also}"
    )


def path_text(measurements: PatchMeasurements) -> str:
    """The line among the assumptions that says which way was taken."""
    return CAMERA_ASSUMPTION + measurements.header[PATH_KEY]


def transform_of_frames(
    samples: Sequence[FrameSamples], context: Context
) -> CameraTransform | None:
    """The way to ACES2065-1 of captured frames.

    Parameters
    ----------
    samples : sequence of FrameSamples
        Each says the space of its frame and what the file says of the camera.
    context : Context
        An IDT wins over what the files say, and so does a camera space.

    Returns
    -------
    CameraTransform or None
        None where the frames are ACES2065-1 already, or the wall decides later.

    Raises
    ------
    AmbiguousInputError
        If the frames are in several spaces, or nothing says how to get to ACES.
    InputError
        If there is an IDT for frames that have no use for it.
    """
    spaces = sorted({sample.space for sample in samples})
    if len(spaces) > 1:
        raise AmbiguousInputError(
            f"the captures are in several colour spaces ({', '.join(spaces)}); "
            "put one kind of file into the folder"
        )
    space = spaces[0] if spaces else "camera"
    if space == "camera" and context.encoding is not None:
        name = canonical_encoding(context.encoding).name
        raise InputError(_no_effect(name, context.camera_space))
    if context.camera_space == WALL:
        return None
    if space != "camera":
        if context.idt is not None:
            raise InputError(
                f"the captures are {space} already, so an IDT has nothing to work on; "
                "leave out --idt (and camera.idt in stage.toml)"
            )
        said_by = "as declared" if context.picture_space else "as the files say"
        if context.picture_encoding and not context.picture_space:
            said_by = f"as {canonical_encoding(context.picture_encoding).name} is recorded"
        return None if space == ACES.name else gamut_transform(gamut(space), said_by=said_by)
    if context.idt is not None:
        return context.idt
    colours = [sample.colour for sample in samples if sample.colour is not None]
    if not colours:
        raise AmbiguousInputError(
            "the raw files carry no colour matrix and white balance; say how camera RGB becomes "
            "ACES2065-1 with --idt idt.json (white_balance and matrix), or with --camera-space "
            "wall where only the wall is judged"
        )
    # The balance stored in a file may follow auto white balance; the pixels do not.
    neutral = np.median([colour.neutral for colour in colours], axis=0)
    colour = CameraColour(neutral, colours[0].matrices, colours[0].source)
    try:
        if context.camera_space is not None:
            return gamut_transform(gamut(context.camera_space), colour)
        return camera_transform(colour)
    except ValueError as error:
        raise AmbiguousInputError(
            f"what the raw files say of their colour is of no use ({error}); say it with {_CHOICES}"
        ) from error


def transform_of_table(
    table: Path, measurements: PatchMeasurements, context: Context, *, has_typed_idt: bool
) -> CameraTransform | None:
    """The way to ACES2065-1 of a measurements.csv.

    Parameters
    ----------
    table : Path
        For messages.
    measurements : PatchMeasurements
        As read: in ACES2065-1, or in ``camera`` where nothing says more of its columns.
    context : Context
        What was typed, and what stage.toml says.
    has_typed_idt : bool
        Whether the IDT was typed; that of a stage.toml is for raw captures too.

    Returns
    -------
    CameraTransform or None
        None where it is ACES2065-1 already, or the wall decides later.

    Raises
    ------
    InputError
        If an option contradicts what the table says.
    AmbiguousInputError
        If nothing says how to get to ACES.
    """
    if context.camera_space == WALL:
        return None
    if measurements.space != "camera":
        stated = measurements.header.get("converted_from", ACES.name)
        if context.camera_space not in {None, stated}:
            raise InputError(
                f"{table}: its head says #space: {stated}, --camera-space says "
                f"{context.camera_space}; leave out the one that is wrong"
            )
        if has_typed_idt:
            raise InputError(
                f"{table}: its camera columns are {stated} already, so an IDT has nothing to work "
                "on; leave out --idt, or write '#space: camera' above the table if they are raw "
                "camera RGB"
            )
        return None
    if context.camera_space is not None:
        return gamut_transform(gamut(context.camera_space))
    if context.idt is not None:
        return context.idt
    raise AmbiguousInputError(
        f"{table}: '#space: camera' does not say how camera RGB becomes ACES2065-1; say it with "
        f"{_CHOICES}"
    )


def transform_by_wall(measurements: PatchMeasurements, wall: Wall) -> CameraTransform:
    """The direct 3x3 that takes the wall's measured primaries to the declared ones.

    Parameters
    ----------
    measurements : PatchMeasurements
        In the camera's own linear numbers, whatever they are.
    wall : Wall
        What was declared: primaries, white, EOTF.

    Returns
    -------
    CameraTransform
        From the brightest level at which red, green and blue are all there, alone, unclipped.

    Raises
    ------
    InputError
        If the pattern shows no such patches.
    CaptureError
        If they are clipped, or the camera cannot tell them apart.
    """
    code = measurements.code
    clipped = (measurements.flags & int(MeasurementFlag.SATURATED)) > 0
    pure = [_is_pure(code, channel) for channel in range(3)]
    for rows, name in zip(pure, _CHANNELS, strict=True):
        if not rows.any():
            raise InputError(
                f"--camera-space wall needs patches of pure red, green and blue; there is no "
                f"{name} one among the {len(code)} patches; use --idt or --camera-space NAME"
            )
        if clipped[rows].all():
            raise CaptureError(
                f"--camera-space wall needs an unclipped patch of pure {name}, and all "
                f"{int(rows.sum())} are clipped; close the iris or add ND and shoot again"
            )
    levels = [
        set(np.round(code[rows & ~clipped, channel], 5).tolist())
        for channel, rows in enumerate(pure)
    ]
    common = set.intersection(*levels)
    dark = (code == 0.0).all(axis=1)
    black = np.median(measurements.camera[dark], axis=0) if dark.any() else np.zeros(3)
    seen, used = [], []
    for channel, rows in enumerate(pure):
        level = max(common or levels[channel])
        at = rows & ~clipped & (np.abs(code[:, channel] - level) < 1e-5)
        light = np.median(measurements.camera[at], axis=0) - black
        seen.append(light / _share(wall, level))
        used.append(level)
    shown = f"{used[0]:.4g}" if common else " ".join(f"{level:.4g}" for level in used)
    where = f"code {shown}{'' if dark.any() else ', black not taken off'}"
    try:
        return wall_transform(np.array(seen), wall.gamut, where)
    except ValueError as error:
        raise CaptureError(
            f"--camera-space wall cannot be used: {error}; check that the captures are linear and "
            "show this wall, or use --idt"
        ) from error


def _is_pure(code: FloatArray, channel: int) -> BoolArray:
    others = np.delete(code, channel, axis=1).max(axis=1)
    return np.asarray((others < _OTHERS_OFF) & (code[:, channel] > _OTHERS_OFF))


def _share(wall: Wall, level: float) -> float:
    """Light of a code over the peak's, as the wall was declared."""
    return float(eotf(wall.eotf, level, peak_nits=wall.peak_nits)) / wall.peak_nits
