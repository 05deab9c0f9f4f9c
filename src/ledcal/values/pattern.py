"""The test pattern: ordered frames, each with its patches, in wall pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ledcal.values.arrays import FloatArray, readonly

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class PatchKind(StrEnum):
    """What a patch is there for."""

    NEUTRAL = "neutral"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    CYAN = "cyan"
    MAGENTA = "magenta"
    YELLOW = "yellow"
    MIXED = "mixed"
    ANCHOR = "anchor"
    DARK = "dark"
    BLACK = "black"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of wall pixels: ``x <= column < x + width``, ``y <= row < y + height``."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """One colour on the wall.

    Attributes
    ----------
    code : ndarray, shape (3,)
        Wall code, non-linear R'G'B' in 0..1, full range.
    region : Region
        Where it stands, in wall pixels.
    kind : PatchKind
        Dark patches are wall left black on purpose: they measure the flare of the frame.
    """

    code: FloatArray
    region: Region
    kind: PatchKind

    def __init__(self, code: ArrayLike, region: Region, kind: PatchKind | str) -> None:
        object.__setattr__(self, "code", readonly(code, shape=(3,), name="code"))
        object.__setattr__(self, "region", region)
        object.__setattr__(self, "kind", PatchKind(kind))


class FrameKind(StrEnum):
    """What a frame is there for."""

    PATCHES = "patches"
    BLACK = "black"
    FLAT = "flat"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class PatternFrame:
    """One image of the pattern.

    Attributes
    ----------
    index : int
        Frame number, as the identity strip says it and as the file is named.
    kind : FrameKind
        A black frame shows strip and fiducials only; a flat frame is one colour all over.
    patches : tuple of Patch
        In a flat frame, one patch of kind flat between the bands of the marks, then the dark
        places in it; in a black frame none; none in a counter frame either, whose number says
        what it shows (`values.sync`).
    """

    index: int
    kind: FrameKind
    patches: tuple[Patch, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """An ordered set of frames, and the wall it was made for.

    Attributes
    ----------
    name : str
        ``quick``, ``standard``, ``full`` or what plan.json calls it.
    layout : str
        ``single`` or ``grid``.
    pattern_id : int
        What the identity strip of every frame says besides the frame number.
    width_px, height_px : int
        Resolution of the frames.
    eotf : str
        Wall EOTF that the levels were chosen for.
    peak_nits : float
        Peak that the levels were chosen for.
    frames : tuple of PatternFrame
        In playing order; ``frames[i].index == i``.
    """

    name: str
    layout: str
    pattern_id: int
    width_px: int
    height_px: int
    eotf: str
    peak_nits: float
    frames: tuple[PatternFrame, ...]
