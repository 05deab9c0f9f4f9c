"""What a take shows of how it was shot: numbers, before anybody says what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.values.arrays import FloatArray, IntArray, readonly

if TYPE_CHECKING:
    from ledcal.values.frame import Exposure
    from ledcal.values.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Mixture:
    """A frame whose exposure saw two frames of the pattern.

    Attributes
    ----------
    name : str
        File name.
    number, other : int
        The pattern frames it shows, the larger part first; -1 is no frame of the pattern.
    share : float
        Part of the light, or of the wall, that is `other`'s.
    is_torn : bool
        Whether one part of the wall shows one and the rest the other, all of the time.
    """

    name: str
    number: int
    other: int
    share: float
    is_torn: bool = False


@dataclass(frozen=True, slots=True)
class Sorting:
    """What became of the files of a take.

    Attributes
    ----------
    missing : tuple of int
        Numbers of pattern frames that no good frame shows.
    unread : tuple of (str, str)
        Files that could not be read, and why.
    unidentified : tuple of str
        Frames without a strip that can be read.
    mixtures : tuple of Mixture
        Frames that show two pattern frames. They are not used.
    others : tuple of (str, int)
        Frames of another pattern, and its id.
    n_used : int
        Frames that were used.
    """

    missing: tuple[int, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    unidentified: tuple[str, ...] = ()
    mixtures: tuple[Mixture, ...] = ()
    others: tuple[tuple[str, int], ...] = ()
    n_used: int = 0


@dataclass(frozen=True, slots=True)
class Ripple:
    """A periodic pattern in what should be flat.

    Attributes
    ----------
    name : str
        Frame.
    amplitude : float
        Relative to the light.
    period_px : float
        Photosites from crest to crest.
    angle_deg : float
        Of the direction across the crests: 0 along the rows, 90 down the columns.
    clearness : float
        Amplitude over the largest that noise would show.
    """

    name: str
    amplitude: float
    period_px: float
    angle_deg: float
    clearness: float


@dataclass(frozen=True, slots=True, eq=False)
class FrameColumns:
    """One row for each frame that was used, by number, doubles next to each other.

    Attributes
    ----------
    names : tuple of str
        Files.
    numbers : ndarray of int64, shape (n,)
        Which frame of the pattern.
    exposures : tuple of Exposure
        What the files say.
    neutral : ndarray, shape (n, 3)
        Camera RGB that the file calls neutral, green 1; NaN where it says nothing.
    brightest, clipped, outside : ndarray, shape (n,)
        99.9 % of the greens are below (1 = white); share of saturated photosites; share of the
        wall's outline outside of the picture.
    blur_px : ndarray, shape (n,)
        Standard deviation of the defocus in wall pixels.
    homography : ndarray, shape (n, 3, 3)
        Wall pixel to undistorted picture pixel.
    gain, gain_error : ndarray, shape (n, 3)
        Light of the strip's cells relative to the take's median, and its standard error: the
        same in every frame where nothing changes by itself.
    mean_light : ndarray, shape (n,)
        Light of the wall by its patches, averaged over its area.
    """

    names: tuple[str, ...]
    numbers: IntArray
    exposures: tuple[Exposure, ...]
    neutral: FloatArray
    brightest: FloatArray
    clipped: FloatArray
    outside: FloatArray
    blur_px: FloatArray
    homography: FloatArray
    gain: FloatArray
    gain_error: FloatArray
    mean_light: FloatArray

    def __post_init__(self) -> None:
        n = len(self.names)
        for name, shape in (
            ("neutral", (n, 3)),
            ("brightest", (n,)),
            ("clipped", (n,)),
            ("outside", (n,)),
            ("blur_px", (n,)),
            ("homography", (n, 3, 3)),
            ("gain", (n, 3)),
            ("gain_error", (n, 3)),
            ("mean_light", (n,)),
        ):
            array = readonly(getattr(self, name), shape=shape, name=name, finite=False)
            object.__setattr__(self, name, array)


@dataclass(frozen=True, slots=True, eq=False)
class WallLight:
    """What the wall, the room and the lens do apart from the patches. Camera RGB.

    Attributes
    ----------
    black : ndarray, shape (3,)
        Of a black wall's middle, the marks' glare off; NaN without black frames.
    peak : ndarray, shape (3,)
        Of the brightest white patch above black; NaN without one.
    veil : float
        Light of dark wall above black over the mean light of the wall, median over the frames
        and their dark places; NaN where there is no dark wall.
    fields : tuple of ndarray of shape (rows, columns, 3)
        Flat frames in tiles over the wall, row by row from its top left, black off, relative to
        the middle; NaN where a tile is dark or outside. The first is grey.
    """

    black: FloatArray
    peak: FloatArray
    veil: float
    fields: tuple[FloatArray, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TakeEvidence:
    """Everything that `diagnose` is told of a take of captures.

    Attributes
    ----------
    pattern : Pattern
        What was shown.
    is_raw : bool
        Camera raw, not pictures.
    frame_px : (int, int)
        Width and height of the picture.
    sorting : Sorting
        What became of the files.
    frames : FrameColumns
        The frames that were used.
    light : WallLight
        Wall, room and lens.
    bands, lines : tuple of Ripple
        What repeats along the rows of the picture, and in any direction, in flat light: the
        strongest of each frame that has enough of it.
    """

    pattern: Pattern
    is_raw: bool
    frame_px: tuple[int, int]
    sorting: Sorting
    frames: FrameColumns
    light: WallLight
    bands: tuple[Ripple, ...] = ()
    lines: tuple[Ripple, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A take of the plain pattern against what a stored profile predicts. Median delta E ITP.

    Attributes
    ----------
    profile : str
        Its name.
    plain, once, twice : float
        Against the wall without the profile's correction, with it, and with it applied twice;
        each at the best exposure.
    gain : ndarray, shape (3,)
        What camera red, green and blue are multiplied by, green 1, since the profile was made.
    after_gain : float
        `plain`, once that is taken off.
    cameras : (str, str)
        Model of the profile's camera and of the take's; empty where not known.
    """

    profile: str
    plain: float
    once: float
    twice: float
    gain: FloatArray
    after_gain: float
    cameras: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        object.__setattr__(self, "gain", readonly(self.gain, shape=(3,), name="gain"))
