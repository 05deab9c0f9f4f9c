"""Clips as linear frames: what their numbers mean, and how they become light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.meaning import Meaning, Stated, code_remark, once, settle
from ledcal.colorimetry.encoding import (
    EXPOSURE_INDICES,
    TABLE_HIGH,
    TABLE_LOW,
    TABLE_SIZE,
    decode,
    decode_table,
)
from ledcal.errors import LedcalError
from ledcal.files.clip import Clip, read_clip
from ledcal.files.ycbcr import signal_rows
from ledcal.values.frame import Exposure, LinearFrame, Plane

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ledcal.capture.meaning import Declared
    from ledcal.colorimetry.encoding import Encoding
    from ledcal.files.clip import ClipFrame
    from ledcal.files.ycbcr import Samples

_ROWS = 32  # at a time: what is between samples and light then stays in the processor's cache
# ITU-T H.273 transfer characteristics and colour primaries.
_ENCODED = {8: "linear", 16: "PQ", 18: "HLG"}
_DISPLAY = {
    1: "BT.709",
    4: "gamma 2.2",
    5: "gamma 2.8",
    6: "BT.601",
    7: "SMPTE 240M",
    11: "xvYCC",
    13: "sRGB",
    14: "BT.2020",
    15: "BT.2020",
    17: "DCI gamma 2.6",
}
_SPACES = {1: "BT.709", 9: "BT.2020", 11: "DCI-P3", 12: "P3-D65"}
_SONY_SPACES = {"s-gamut3-cine": "S-Gamut3.Cine", "s-gamut3": "S-Gamut3"}
_MAKERS = ("make", "com.apple.quicktime.make", "com.apple.proapps.manufacturer", "company_name")
_MODELS = ("model", "com.apple.quicktime.model", "com.arri.camera.CameraModel", "product_name")
_NO_CAMERA = ("ffmpeg", "lavf", "op1a muxer", "handbrake")
# The last codes of narrow-range video that are not reserved (10 bit), and two codes of 1023.
_TOP_SIGNAL = (1019 - 64) / 876
_TWO_CODES = 2 / 1023


@dataclass(frozen=True, slots=True, eq=False)
class OpenClip:
    """A clip of which it is settled what its numbers mean.

    Attributes
    ----------
    clip : Clip
        What it says of itself.
    meaning : Meaning
        How to read its numbers.
    camera_model : str
        Maker and model; empty where unknown.
    """

    clip: Clip
    meaning: Meaning
    camera_model: str


def open_clip(path: Path, said: Declared) -> OpenClip:
    """Read what a clip says, and settle what its numbers mean.

    Parameters
    ----------
    path : Path
        MOV, MP4, MXF or another container.
    said : Declared
        What was typed, or stands in stage.toml.

    Returns
    -------
    OpenClip
        No frame is decoded yet.

    Raises
    ------
    UnreadableFileError
        If it cannot be opened or decoded.
    AmbiguousInputError
        If nothing says what its numbers mean; the message names the options.
    """
    clip = read_clip(path)
    stated = stated_by(clip)
    model = _first(clip.tags, _MODELS)
    make = stated.make
    shown = model if model.casefold().startswith(make.casefold()) else f"{make} {model}".strip()
    return OpenClip(clip, settle(path.name, said, stated, kind="clip"), shown)


def count_frames(path: Path) -> int:
    """How many frames a clip holds, at least 1; 1 where it cannot be opened."""
    try:
        return max(1, read_clip(path).n_frames)
    except (LedcalError, OSError):
        return 1


def _first(tags: dict[str, str], names: tuple[str, ...]) -> str:
    """The first of the tags that names a camera, not a program."""
    found = (tags[name].strip() for name in names if name in tags)
    return next((text for text in found if not text.casefold().startswith(_NO_CAMERA)), "")


def stated_by(clip: Clip) -> Stated:
    """What a clip says of its encoding and gamut.

    Parameters
    ----------
    clip : Clip
        As `files.clip.read_clip` gives it.

    Returns
    -------
    Stated
        Sony's and ARRI's own words before the tags of the codec, which cameras set to BT.709
        whatever they record.
    """
    make = _first(clip.tags, _MAKERS)
    tags = clip.tags
    gamma = tags.get("sony:CaptureGammaEquation", "").lower()
    if gamma in {"s-log3", "s-log3-cine"}:
        space = _SONY_SPACES.get(tags.get("sony:CaptureColorPrimaries", "").lower(), "")
        return Stated("S-Log3", space, f"Sony CaptureGammaEquation {gamma}", make=make or "Sony")
    if tags.get("com.arri.camera.ColorGammaSxS", "").upper() == "LOG-C":
        index = tags.get("com.arri.camera.ExposureIndexAsa", "").split(".")[0]
        known = index.isdecimal() and int(index) in EXPOSURE_INDICES
        encoding = f"LogC3 EI {int(index)}" if known else "LogC3"
        by = f"ARRI ColorGammaSxS LOG-C{f', exposure index {index}' if known else ''}"
        return Stated(encoding, "ARRI Wide Gamut 3", by, make="ARRI")
    is_film = tags.get("com.apple.proapps.customgamma") == "com.blackmagic-design.camera.filmlog"
    science = next((tags[key] for key in tags if key.lower().endswith("colorscience")), "")
    if is_film and "gen 5" in science.lower():
        by = "Blackmagic filmlog, colour science Gen 5"
        return Stated("Blackmagic Film Gen 5", "Blackmagic Wide Gamut", by, make="Blackmagic")
    encoding = _ENCODED.get(clip.transfer, "")
    by = f"transfer characteristic {clip.transfer}" if encoding else ""
    space = _SPACES.get(clip.primaries, "") if encoding else ""
    display = _DISPLAY.get(clip.transfer, "") or (gamma if gamma not in {"", "none"} else "")
    return Stated(encoding, space, by, display=display, make=make)


def linear_frame(opened: OpenClip, frame: ClipFrame) -> LinearFrame:
    """One decoded frame as linear light.

    Parameters
    ----------
    opened : OpenClip
        The clip it is of.
    frame : ClipFrame
        As `files.clip.decode_clip` gives it.

    Returns
    -------
    LinearFrame
        Named ``CLIP.mov#000123``; planes R, G1 and B. Saturated from the largest code that the
        picture can hold: nominal white, or the top of the codes above it where they are used.
    """
    encoding = opened.meaning.encoding
    samples = frame.samples
    light = _to_light(samples, encoding)
    top = 1.0
    if not samples.is_full and samples.top() > 1.0 + _TWO_CODES:
        top = _TOP_SIGNAL
    saturation = float(decode(encoding, top - _TWO_CODES, is_narrow=not samples.is_full))
    rows, columns = samples.shape
    said = [*opened.meaning.assumptions, *(f"{remark}" for remark in frame.remarks)]
    if not samples.is_full:
        said.append(code_remark(encoding))
    if samples.bits == 8:
        said.append("8-bit: its steps are coarser than dark patches need")
    return LinearFrame(
        name=f"{opened.clip.path.name}#{frame.number:06d}",
        width=columns,
        height=rows,
        planes=tuple(
            Plane(values, channel, 0, 0, 1, 0.0, 1.0, saturation)
            for values, channel in zip(light, ("R", "G1", "B"), strict=True)
        ),
        space=opened.meaning.space,
        exposure=Exposure(),
        colour=None,
        camera_model=opened.camera_model,
        assumptions=once(said),
    )


def _to_light(samples: Samples, encoding: Encoding) -> NDArray[np.float32]:
    """Linear light of shape (3, rows, columns), through a table, a few rows at a time."""
    rows, columns = samples.shape
    light = np.empty((3, rows, columns), np.float32)
    table = None
    if encoding.curve != "linear":
        table = decode_table(encoding, is_narrow=not samples.is_full)
    step = np.float32((TABLE_SIZE - 1) / (TABLE_HIGH - TABLE_LOW))
    offset = np.float32(0.5) - step * np.float32(TABLE_LOW)
    for first in range(0, rows, _ROWS):
        last = min(first + _ROWS, rows)
        for channel, signal in enumerate(signal_rows(samples, first, last)):
            out = light[channel, first:last]
            if table is None:
                out[:] = signal
                continue
            np.multiply(signal, step, out=signal)
            np.add(signal, offset, out=signal)
            np.take(table, signal.astype(np.int32), out=out, mode="clip")
    light.flags.writeable = False
    return light
