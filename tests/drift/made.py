"""Patches and takes of a made-up wall, then and now, with changes that are known."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.drift.compare import compare_readings
from ledcal.measure.samples import uneven_points
from ledcal.values.drift import DriftLimits
from ledcal.values.marks import build_marks_layout
from ledcal.values.pairs import LightPairs
from ledcal.values.reading import DriftReading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledcal.drift.compare import DriftComparison
    from ledcal.values.arrays import BoolArray, FloatArray

# Light of full red, green and blue LEDs in camera red, green and blue.
PARTS = np.array([[0.55, 0.10, 0.01], [0.12, 0.80, 0.14], [0.02, 0.09, 0.60]])
GREYS = (1.0, 0.6, 0.25, 0.09, 0.03, 0.01, 0.003)
LEVEL = np.concatenate([0.6 * np.eye(3), np.repeat(np.array(GREYS)[:, None], 3, axis=1)])
CODE = LEVEL ** (1.0 / 2.4)
# Camera RGB to CIE XYZ.
TO_XYZ = np.array([[0.75, 0.15, 0.15], [0.25, 0.85, -0.1], [0.0, -0.05, 1.1]])
NOTHING, ALIKE = np.zeros(3), np.ones(3)


def row_of(level: float) -> int:
    """The row of a grey."""
    return 3 + GREYS.index(level)


def light_of(
    gain: FloatArray | float = 0.0, exponent: FloatArray | float = 0.0, level: FloatArray = LEVEL
) -> FloatArray:
    """What the patches show; `gain` is of [LED colour, camera channel], natural logarithm."""
    grown = level ** (1.0 + np.broadcast_to(exponent, 3))
    return np.asarray(grown @ (PARTS * np.exp(np.broadcast_to(gain, (3, 3)))), np.float64)


def of_leds(*logs: float) -> FloatArray:
    """Gains of LED colours: the same in every camera channel."""
    return np.repeat(np.array(logs)[:, None], 3, axis=1)


def of_camera(*logs: float) -> FloatArray:
    """Gains of camera channels: the same of every LED colour."""
    return np.repeat(np.array(logs)[None], 3, axis=0)


def pairs_of(
    gain: FloatArray | float = 0.0,
    exponent: FloatArray | float = 0.0,
    *,
    seed: int | None = 0,
    noise: float = 2e-4,
    rows: Sequence[int] = range(len(LEVEL)),
    off: FloatArray | float = 1.0,
) -> LightPairs:
    """Patches then and now; `off` is a factor on what each shows now. No seed: no noise."""
    kept = list(rows)
    then = light_of()
    sigma = noise * then + 2e-7
    now = light_of(gain, exponent) * off
    if seed is not None:
        now = now + sigma * np.random.default_rng(seed).standard_normal(then.shape)
    parts = LEVEL[:, :, None] * PARTS
    return LightPairs(
        CODE[kept], then[kept], now[kept], sigma[kept], parts[kept], LEVEL[kept], TO_XYZ
    )


def nowhere(places: FloatArray) -> FloatArray:
    """No change of evenness."""
    return np.zeros((len(places), 3))


def stays(outline: FloatArray) -> FloatArray:
    """No movement."""
    return outline


@dataclass(frozen=True)
class Day:
    """How wall, camera and room are on a day; logarithms are natural.

    `gain` is of [LED colour, camera channel]; `stops` is the camera's exposure, `tint` of its
    channels, `dimmed` the wall's as a whole; `black` and `card` light of the black wall and of a
    white card, at 0 stops; `uneven` gives the logarithm of the light at places of the wall.
    """

    gain: FloatArray | float = 0.0
    exponent: FloatArray | float = 0.0
    stops: float = 0.0
    settings: float = math.nan
    tint: FloatArray = field(default_factory=lambda: NOTHING)
    dimmed: float = 0.0
    black: FloatArray = field(default_factory=lambda: np.full(3, 1e-3))
    card: FloatArray = field(default_factory=lambda: np.full(3, math.nan))
    uneven: Callable[[FloatArray], FloatArray] = nowhere
    move: Callable[[FloatArray], FloatArray] = stays
    clipped: tuple[int, ...] = ()
    wall_px: tuple[int, int] = (1920, 1080)


def places_of(wall_px: tuple[int, int]) -> tuple[FloatArray, int]:
    """Where evenness is looked at, and how many of them the flat frame shows."""
    points, n_flat = uneven_points(*wall_px)
    cells = [
        (one.x + (one.width - 1) / 2, one.y + (one.height - 1) / 2)
        for pair in build_marks_layout(*wall_px).cells
        for one in pair
    ]
    return np.concatenate([points.mean(axis=1), np.array(cells)]), n_flat


def outline_of(wall_px: tuple[int, int]) -> FloatArray:
    """The wall in the middle of a picture of 1440 x 960 px, 1152 px wide."""
    corners = np.array([(-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0)])
    half = 576.0 * np.array([1.0, wall_px[1] / wall_px[0]])
    return np.asarray([720.0, 480.0] + corners * half, np.float64)


def reading_of(
    day: Day, seed: int = 0, *, noise: float = 2e-4, spread: float = 0.003
) -> DriftReading:
    """A take of the drift pattern; `spread` is the noise of a place of the wall."""
    rng = np.random.default_rng([seed, 3])
    camera = np.exp(day.tint) * 2.0**day.stops
    light = light_of(day.gain, day.exponent) * camera * math.exp(day.dimmed)
    sigma = noise * light + 2e-7
    light = light + sigma * rng.standard_normal(light.shape)
    light[list(day.clipped)] = math.nan
    places, n_flat = places_of(day.wall_px)
    size = np.array(day.wall_px)
    x, y = ((places - (size - 1) / 2) / size.max()).T
    shade = np.exp(day.uneven(places) - 0.3 * (x**2 + y**2)[:, None])
    even = shade * np.where(np.arange(len(places)) < n_flat, 0.25, 0.8)[:, None]
    even = even * camera * math.exp(day.dimmed)
    even_sigma = spread * even
    return DriftReading(
        pattern_id=0x40000,
        wall_px=day.wall_px,
        picture_px=(1440, 960),
        space="camera",
        camera_model="Test",
        when="",
        exposure=day.settings,
        neutral=np.array([0.5, 1.0, 0.6]),
        code=CODE,
        light=light,
        sigma=sigma,
        black=day.black * camera,
        black_sigma=np.full(3, 1e-7),
        places=places,
        even=even + even_sigma * rng.standard_normal(even.shape),
        even_sigma=even_sigma,
        n_flat=n_flat,
        outline=day.move(outline_of(day.wall_px)),
        ripple=0.0,
        chart=day.card * camera,
    )


def without(reading: DriftReading, hidden: Callable[[FloatArray], BoolArray]) -> DriftReading:
    """The same, but for places that were not seen."""
    even = np.where(hidden(reading.places)[:, None], math.nan, reading.even)
    return replace(reading, even=even)


THEN = Day(settings=1.0)


def dim_cabinet(places: FloatArray) -> FloatArray:
    """Cabinet r3c7 of 160 x 135 px has 4 % less light."""
    cell = np.floor((places + 0.5) / [160, 135])
    is_it = (cell == [6, 2]).all(axis=1)
    return np.asarray(np.where(is_it[:, None], math.log(0.96) * ALIKE, 0.0), np.float64)


def compared(
    now: Day, then: Day = THEN, *, panel_px: tuple[int, int] | None = (160, 135), ripple: float = 0
) -> DriftComparison:
    """A take of a day against one of another, in default limits."""
    before, after = reading_of(then, 1, spread=0.001), reading_of(now, 2, spread=0.001)
    after = replace(after, ripple=ripple)
    limits = DriftLimits()
    return compare_readings(before, after, limits, to_xyz=TO_XYZ, level=LEVEL, panel_px=panel_px)
