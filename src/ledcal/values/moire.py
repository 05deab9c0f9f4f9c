"""What a flat patch shows besides light: lines, what they are, and where in the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.arrays import readonly

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.banding import Banding, Explanation
    from ledcal.values.prediction import Advice

LUMINANCE, RED_BLUE, GREEN_MAGENTA = "luminance", "red-blue", "green-magenta"
COLOURS = (LUMINANCE, RED_BLUE, GREEN_MAGENTA)
MOIRE, GRID, BANDING, STRUCTURE, UNEXPLAINED = (
    "moire",
    "grid",
    "banding",
    "structure",
    "unexplained",
)


@dataclass(frozen=True, slots=True)
class MoireLine:
    """One frequency that was measured.

    Attributes
    ----------
    fx_cpp, fy_cpp : float
        Cycles per photosite, x right, y down; of f and -f the one that points down. As it is seen:
        after sampling.
    contrast, contrast_sigma : float
        Amplitude over mean light, of the strongest colour, and its standard error. NaN where the
        picture is display-referred.
    colour : str
        ``luminance``, ``red-blue`` or ``green-magenta``.
    kind : str
        ``moire`` (an order of the LED raster, moved by sampling), ``grid`` (an order that is
        resolved as it is), ``banding``, ``structure`` (panels, spread of LEDs, rows of the
        sensor), or ``unexplained``.
    false_alarm : float
        Probability that noise alone shows a line as strong anywhere in what was searched.
    order : tuple of int or None
        m, n of the LED raster.
    true_frequency : tuple of float or None
        Of the order before sampling, in cycles per photosite.
    visibility : float
        Contrast over the least that an eye sees, in the worst viewing distance; 1 is just seen.
    period_px : float
        Period in pixels of the delivered picture.
    x, y : float
        Middle of the patch in which it was measured, in photosites of the picture.
    note : str
        How the kind is known, or what it may also be; empty where there is nothing to say.
    """

    fx_cpp: float
    fy_cpp: float
    contrast: float
    contrast_sigma: float
    colour: str
    kind: str
    false_alarm: float
    order: tuple[int, int] | None = None
    true_frequency: tuple[float, float] | None = None
    visibility: float = float("nan")
    period_px: float = float("nan")
    x: float = float("nan")
    y: float = float("nan")
    note: str = ""

    @property
    def angle_deg(self) -> float:
        """Direction in which the fringes follow each other, from +x towards +y, 0 to 180."""
        return float(np.degrees(np.arctan2(self.fy_cpp, self.fx_cpp))) % 180.0

    @property
    def period_photosites(self) -> float:
        """Photosites from fringe to fringe."""
        return float(1.0 / np.hypot(self.fx_cpp, self.fy_cpp))


@dataclass(frozen=True, slots=True, eq=False)
class MoireMap:
    """What the tiles of a frame show.

    Attributes
    ----------
    x, y : ndarray, shapes (columns,) and (rows,)
        Middle of the tiles, in photosites of the picture.
    tile_px : int
        Side of a tile in photosites.
    contrast : ndarray, shape (rows, columns)
        Of the strongest line that stands out; 0 where none does, NaN where the tile was not looked
        at.
    fx_cpp, fy_cpp : ndarray, shape (rows, columns)
        Its frequency, NaN where there is none.
    colour : ndarray of int, shape (rows, columns)
        0 luminance, 1 red-blue, 2 green-magenta, -1 none.
    """

    x: FloatArray
    y: FloatArray
    tile_px: int
    contrast: FloatArray
    fx_cpp: FloatArray
    fy_cpp: FloatArray
    colour: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What is known of the LED raster before the lines are looked at.

    Attributes
    ----------
    jacobian : ndarray, shape (2, 2)
        LED pixels per photosite in the middle of the patch: order @ jacobian is the true frequency
        of an order.
    bends : ndarray, shape (2, 12)
        What powers of X and Y from X^2 to Y^4 (as `moire.sinusoid.BENDS` orders them) add to LED
        coordinates from the middle of the patch to its edges, where X and Y are 1: what is seen
        from the side is not evenly spaced.
    scale_spread, turn_spread_deg : float
        How far its scale, as a share, and its direction may be off.
    source : str
        Where it comes from: ``fiducials``, ``stage.toml``, ``the moved camera``.
    panel_px : tuple of int or None
        LED pixels of a panel, across and down.
    """

    jacobian: FloatArray
    bends: FloatArray
    scale_spread: float
    turn_spread_deg: float
    source: str
    panel_px: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for name, shape in (("jacobian", (2, 2)), ("bends", (2, 12))):
            object.__setattr__(self, name, readonly(getattr(self, name), shape=shape, name=name))


@dataclass(frozen=True, slots=True, eq=False)
class PatchLines:
    """What one patch shows.

    Attributes
    ----------
    lines : tuple of MoireLine
        Strongest first.
    box : tuple of float
        x, y, width, height in the picture.
    crop : ndarray, shape (rows, columns, 3)
        Its light as the sensor's red, green and blue, over the smooth part of it; a value for two
        by two of a plane: for a picture of it.
    spectrum : ndarray, shape (rows, columns)
        Power over the noise, zero frequency in the middle: for a picture of it.
    spectrum_step : int
        Photosites from value to value of what the spectrum is of: its edges are at half a cycle of
        that.
    noise : float
        Standard deviation of a value's noise, relative to the light.
    jacobian : ndarray, shape (2, 2), or None
        LED pixels per photosite as the lines show it; None where they do not.
    margin : float
        By how much, in logarithms of likelihood, that is better than the next lattice.
    """

    lines: tuple[MoireLine, ...]
    box: tuple[float, float, float, float]
    crop: FloatArray
    spectrum: FloatArray
    spectrum_step: int
    noise: float
    jacobian: FloatArray | None = None
    margin: float = 0.0


@dataclass(frozen=True, slots=True)
class Correction:
    """What the measured lines say of the geometry.

    Attributes
    ----------
    said_distance_m, distance_m : float
        What stage.toml says, and what the lines say, the focal length taken as true.
    said_focal_mm, focal_mm : float
        The same the other way round.
    said_roll_deg, roll_deg : float
        How the wall is turned in the picture.
    led_frequency, led_frequency_sigma : float
        LED pitches per photosite, as measured, and its standard error.
    blur_px : float or None
        Standard deviation, in photosites, of the blur that explains why lines are weaker than the
        stage lets expect; None where they are not.
    """

    said_distance_m: float
    distance_m: float
    said_focal_mm: float
    focal_mm: float
    said_roll_deg: float
    roll_deg: float
    led_frequency: float
    led_frequency_sigma: float
    blur_px: float | None


RAW, LINEAR, DISPLAY = "raw", "linear", "display"


@dataclass(frozen=True, slots=True, eq=False)
class MoireTake:
    """Everything that frames of flat light show.

    Attributes
    ----------
    names : tuple of str
        Frames that were looked at.
    source : str
        ``raw``: photosites, full claims. ``linear``: a picture that was demosaiced, scaled or
        compressed before. ``display``: made for a display, no contrast.
    width, height : int
        Of the frames.
    patches : tuple of PatchLines
        The worst place first.
    tiles : MoireMap
        Over the frame.
    preview : ndarray, shape (rows, columns, 3)
        The first frame, small, 0..1, as one looks at it.
    outline : ndarray, shape (4, 2), or None
        Corners of the wall in the frame, where its marks were found.
    banding : Banding or None
        Of the frames; None of numbers that are made for a display.
    explanations : tuple of Explanation
        Of the bands.
    lines : tuple of MoireLine
        Of patches and bands, the most visible first.
    known : str
        How the LED raster is known; empty where it is not.
    correction : Correction or None
        Where stage.toml says where the camera stands and the lines were explained.
    advice : Advice or None
        What to change, from where the lines say that the camera stands.
    assumptions : tuple of str
        What was taken for granted.
    is_seen : bool
        Whether an eye sees any of it in the worst viewing distance (made for a display: whether
        anything stands out).
    """

    names: tuple[str, ...]
    source: str
    width: int
    height: int
    patches: tuple[PatchLines, ...]
    tiles: MoireMap
    preview: FloatArray
    outline: FloatArray | None
    banding: Banding | None
    explanations: tuple[Explanation, ...]
    lines: tuple[MoireLine, ...]
    known: str
    correction: Correction | None
    advice: Advice | None
    assumptions: tuple[str, ...]
    is_seen: bool
