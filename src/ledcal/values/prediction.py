"""What is to be expected of a stage before anything is shot: lines, safe places, what to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.arrays import readonly

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray
    from ledcal.values.banding import PredictedBand, SafeShutter

# What of a rig can be changed. Distances, focus in metres; focal length in millimetres; roll in
# degrees; the stop is the f-number.
DISTANCE, FOCUS, FOCAL, STOP, ROLL = "distance", "focus", "focal", "stop", "roll"


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """One order of the LED raster as the picture will show it, where it is worst in the frame.

    Attributes
    ----------
    order : tuple of int
        m, n: cycles per LED along the wall's rows and columns.
    kind : str
        ``moire``, or ``grid`` where the LEDs themselves are seen.
    colour : str
        ``luminance``, ``red-blue`` or ``green-magenta``.
    fx_cpp, fy_cpp : float
        As it is recorded, in cycles per photosite, x right, y down.
    true_frequency : tuple of float
        Before sampling, in cycles per photosite.
    reciprocal : tuple of float
        What sampling took off it.
    contrast, contrast_bound : float
        Amplitude over mean in the delivered picture, with a perfect blur disc, and the most that
        any blur of that size leaves.
    visibility, visibility_bound : float
        The same, over the least that an eye sees.
    period_px : float
        Fringe to fringe in pixels of the delivered picture.
    at_px : tuple of float
        Where in the recorded picture it is worst.
    """

    order: tuple[int, int]
    kind: str
    colour: str
    fx_cpp: float
    fy_cpp: float
    true_frequency: tuple[float, float]
    reciprocal: tuple[float, float]
    contrast: float
    contrast_bound: float
    visibility: float
    visibility_bound: float
    period_px: float
    at_px: tuple[float, float]

    @property
    def period_photosites(self) -> float:
        """Photosites from fringe to fringe, as recorded; infinite where it does not change."""
        size = float(np.hypot(self.fx_cpp, self.fy_cpp))
        return 1.0 / size if size else float("inf")

    @property
    def angle_deg(self) -> float:
        """Direction in which the fringes follow each other, from +x towards +y, 0 to 180."""
        return float(np.degrees(np.arctan2(self.fy_cpp, self.fx_cpp))) % 180.0


@dataclass(frozen=True, slots=True)
class Band:
    """A range of one quantity, ends included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Danger:
    """Where one LED frequency lies that makes moire: u LED pitches per photosite.

    Attributes
    ----------
    u : float
        1/4, 1/3, 1/2 or 1.
    distance_m, focal_mm : float
        Distance with the present focal length, and focal length at the present distance.
    """

    u: float
    distance_m: float
    focal_mm: float


@dataclass(frozen=True, slots=True)
class BlurNull:
    """The blur happens to hide what a slightly different blur shows.

    Attributes
    ----------
    visibility, visibility_bound : float
        With a perfect disc, and with the worst blur of that size.
    focus_shift_m : float
        The least change of focus that brings the fringes back; NaN where none was found.
    """

    visibility: float
    visibility_bound: float
    focus_shift_m: float


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that may be changed, alone.

    Attributes
    ----------
    what : str
        ``distance``, ``focus``, ``focal``, ``stop`` or ``roll``.
    before, after : float
        In the unit of `what`.
    visibility : float
        After it, with the worst blur of that size: the most that is to be feared.
    is_enough : bool
        Whether that is below the limit.
    effort : float
        How large the change is, for sorting; 1 is about a doubling of the distance.
    """

    what: str
    before: float
    after: float
    visibility: float
    is_enough: bool
    effort: float


@dataclass(frozen=True, slots=True)
class Advice:
    """What would help.

    Attributes
    ----------
    visibility, visibility_bound : float
        As it stands: with a perfect blur disc, and with the worst blur of that size.
    limit : float
        Below which visibility counts as safe.
    changes : tuple of Change
        Those that are enough first, the smallest first; then those that only help.
    null : BlurNull or None
        Where the present blur hides fringes by chance.
    """

    visibility: float
    visibility_bound: float
    limit: float
    changes: tuple[Change, ...]
    null: BlurNull | None = None

    @property
    def is_safe(self) -> bool:
        """Whether nothing needs to change."""
        return self.visibility_bound < self.limit


@dataclass(frozen=True, slots=True, eq=False)
class RiskMap:
    """Visibility, with the worst blur, over distance and focal length.

    Attributes
    ----------
    distance_m : ndarray, shape (columns,)
    focal_mm : ndarray, shape (rows,)
    visibility : ndarray, shape (rows, columns)
    curves : tuple of (float, ndarray)
        LED frequencies u, and the focal length in mm at which each distance has it.
    """

    distance_m: FloatArray
    focal_mm: FloatArray
    visibility: FloatArray
    curves: tuple[tuple[float, FloatArray], ...]

    def __init__(
        self,
        distance_m: ArrayLike,
        focal_mm: ArrayLike,
        visibility: ArrayLike,
        curves: tuple[tuple[float, FloatArray], ...],
    ) -> None:
        across = readonly(distance_m, shape=(None,), name="distance_m")
        down = readonly(focal_mm, shape=(None,), name="focal_mm")
        object.__setattr__(self, "distance_m", across)
        object.__setattr__(self, "focal_mm", down)
        shape = (down.size, across.size)
        object.__setattr__(self, "visibility", readonly(visibility, shape=shape, name="visibility"))
        object.__setattr__(self, "curves", curves)


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a stage will show, where it is safe, and what to change.

    Attributes
    ----------
    distance_m, focal_mm, f_stop : float
        Where the camera stands, and how the lens is set.
    focus_m : float or None
        What the lens is focused at; None is the wall.
    pitch_mm, photosite_um : float
        Of the LEDs, and of the photosites as they are read.
    led_frequency : float
        u, LED pitches per photosite on the axis.
    blur_pitches : float
        Diameter of the blur disc on the wall in LED pitches.
    lines : tuple of ExpectedLine
        The strongest first.
    advice : Advice
        With the visibility at the present place.
    distance_range_m, focal_range_mm : Band
        What was searched.
    safe_distances_m, safe_focals_mm : tuple of Band
        With the present focal length, and at the present distance.
    focus_enough_m : float or None
        Focused there, or anywhere nearer, nothing is visible; None where no lens focuses so near.
    stop_enough : float or None
        At this f-number, or a wider one, nothing is visible at the present focus; None where even
        the widest that is looked at does not do.
    dangers : tuple of Danger
        Those of 1/4, 1/3, 1/2 and 1.
    assumptions : tuple of str
        One sentence for everything that was taken for granted.
    chart : RiskMap or None
        Where it was asked for.
    bands : tuple of PredictedBand
        Along the rows, strongest first; empty where refresh and line time are not known.
    shutters : tuple of SafeShutter
        Angles that last whole refreshes, nearest to the present one first; empty where refresh and
        frame rate are not known.
    """

    distance_m: float
    focal_mm: float
    f_stop: float
    focus_m: float | None
    pitch_mm: float
    photosite_um: float
    led_frequency: float
    blur_pitches: float
    lines: tuple[ExpectedLine, ...]
    advice: Advice
    distance_range_m: Band
    focal_range_mm: Band
    safe_distances_m: tuple[Band, ...]
    safe_focals_mm: tuple[Band, ...]
    focus_enough_m: float | None
    stop_enough: float | None
    dangers: tuple[Danger, ...]
    assumptions: tuple[str, ...]
    chart: RiskMap | None = None
    bands: tuple[PredictedBand, ...] = ()
    shutters: tuple[SafeShutter, ...] = ()
