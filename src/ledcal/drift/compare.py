"""A reading against a baseline: every component, and what follows for the correction."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.drift.evenness import Evenness, compare_evenness
from ledcal.drift.split import Split, split_change
from ledcal.errors import CaptureError
from ledcal.values.drift import REPEATABILITY_FACTOR, Component, DriftLimits, judge
from ledcal.values.pairs import LightPairs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.reading import DriftReading

# Of the picture's width, in percent: from there on a smooth change over the wall is the camera's.
_MOVED = 0.1
# Standard errors that the worst part of a wall must be off: there are a hundred cabinets or more,
# and thousands of boxes where their size is not known.
_MANY_PARTS, _MANY_BOXES = 5.0, 6.0
# Amplitude of what repeats from which on it is worth saying.
_RIPPLE = 0.005
_LED_NAMES = ("red", "green", "blue")


@dataclass(frozen=True, slots=True, eq=False)
class DriftComparison:
    """Today against the baseline.

    Attributes
    ----------
    components : tuple of Component
        All of them, in their order.
    split : Split
        What became of the light of the patches.
    evenness : Evenness
        What became of the wall's evenness.
    pairs : LightPairs
        The patches that were compared.
    black : ndarray, shape (3,)
        Change of the black wall's light, as a share of what peak white shows.
    camera_stops : float
        How much of the exposure the camera's settings, or the chart where there is one, account
        for; NaN where neither says it.
    has_chart : bool
        Whether that is known by a chart.
    """

    components: tuple[Component, ...]
    split: Split
    evenness: Evenness
    pairs: LightPairs
    black: FloatArray
    camera_stops: float
    has_chart: bool

    @property
    def wall_stops(self) -> float:
        """What is left of the exposure for the wall."""
        return self.split.components[0].value - self.camera_stops


def compare_readings(
    then: DriftReading,
    now: DriftReading,
    limits: DriftLimits,
    *,
    to_xyz: FloatArray,
    level: FloatArray,
    repeatability: Mapping[str, float] | None = None,
    panel_px: tuple[int, int] | None = None,
    name_curve: Callable[[FloatArray, FloatArray], str] | None = None,
) -> DriftComparison:
    """Split what has changed between two takes of the drift pattern into its causes.

    Parameters
    ----------
    then, now : DriftReading
        Of the same pattern on the same wall through the same camera.
    limits : DriftLimits
        Of the stage.
    to_xyz : ndarray, shape (3, 3)
        Camera RGB to CIE XYZ.
    level : ndarray, shape (n, 3)
        Light of each LED colour of each patch, relative to full, by the wall's EOTF.
    repeatability : mapping of str to float or None
        By component, in its unit.
    panel_px : (int, int) or None
        Width and height of a cabinet in wall pixels.
    name_curve : callable or None
        As `split_change` takes it.

    Returns
    -------
    DriftComparison
        With a verdict for each component.

    Raises
    ------
    CaptureError
        If a patch that is needed was clipped.
    """
    repeat = repeatability or {}
    moved, words = _movement(then, now)
    evenness = compare_evenness(then, now, has_moved=moved > _MOVED, panel_px=panel_px)
    pairs = pair_up(then, now, to_xyz=to_xyz, level=level, centre=evenness.centre)
    split = split_change(pairs, limits, repeatability=repeat, name_curve=name_curve)
    camera_stops, has_chart = _camera_stops(then, now, split)
    total = split.components[0]
    split_components = [_exposure(total, camera_stops, has_chart=has_chart), *split.components[1:]]
    black = _black(then, now, pairs, split, camera_stops)
    spot = evenness.spot
    # Where moire is in the picture, what is smaller than it is not called a cabinet's; nor what
    # noise makes of the worst of so many parts.
    floors = [repeat.get("uniformity", 0.0), 200.0 * now.ripple / REPEATABILITY_FACTOR]
    if spot is not None:
        many = _MANY_BOXES if panel_px is None else _MANY_PARTS
        floors.append(100.0 * many * spot.sigma / REPEATABILITY_FACTOR)
    uneven = np.nanmax(floors)
    others = [
        judge(
            "black",
            100.0 * float(black[0] @ _WEIGHTS),
            100.0 * float(np.linalg.norm(black[1] * _WEIGHTS)),
            limits,
            repeatability=repeat.get("black", math.nan),
            detail=_black_words(black[0], limits),
        ),
        judge(
            "uniformity",
            math.nan if spot is None else 100.0 * spot.value,
            math.nan if spot is None else 100.0 * spot.sigma,
            limits,
            repeatability=float(uneven),
            detail=_evenness_words(evenness, now.ripple),
        ),
        judge(
            "geometry",
            moved,
            0.0,
            limits,
            repeatability=repeat.get("geometry", math.nan),
            detail=words,
        ),
    ]
    return DriftComparison(
        components=(*split_components, *others),
        split=split,
        evenness=evenness,
        pairs=pairs,
        black=black[0],
        camera_stops=camera_stops,
        has_chart=has_chart,
    )


# Of camera red, green and blue, as a Bayer sensor has them.
_WEIGHTS = np.array([0.25, 0.5, 0.25])


def pair_up(
    then: DriftReading,
    now: DriftReading,
    *,
    to_xyz: FloatArray,
    level: FloatArray,
    centre: FloatArray,
) -> LightPairs:
    """Lay the patches of two readings side by side.

    Parameters
    ----------
    then, now, to_xyz, level
        As `compare_readings` takes them.
    centre : ndarray, shape (3,)
        What odd cabinets make of the wall's middle, natural logarithm: taken off.

    Returns
    -------
    LightPairs
        Of the patches that were seen unclipped both times. What each LED colour gives of a grey
        is told from the single colours.

    Raises
    ------
    CaptureError
        If a single colour was clipped, or fewer than three greys are left.
    """
    singles = [
        next(i for i, code in enumerate(then.code) if code[led] > 0 and np.count_nonzero(code) == 1)
        for led in range(3)
    ]
    seen: BoolArray = np.all(np.isfinite(then.light + now.light), axis=1)
    for led, row in enumerate(singles):
        if not seen[row]:
            raise CaptureError(
                f"the {_LED_NAMES[led]} patch, 60 % of its light, is clipped; close the iris or "
                "add ND by a stop and shoot again"
            )
    if seen.sum() < 6:
        raise CaptureError(
            f"only {int(seen.sum())} of {len(seen)} patches are unclipped in both takes (needed: "
            "6); close the iris or add ND by a stop and shoot again"
        )
    primaries = then.light[singles]
    shares = np.linalg.solve(primaries.T, then.light[seen].T).T
    parts = shares[:, :, None] * primaries[None]
    sigma = np.hypot(then.sigma, now.sigma * _scale(then, now))
    return LightPairs(
        code=then.code[seen],
        then=then.light[seen],
        now=now.light[seen] * np.exp(-centre),
        sigma=sigma[seen],
        parts=parts,
        level=level[seen],
        to_xyz=to_xyz,
    )


def _scale(then: DriftReading, now: DriftReading) -> float:
    """Light then over light now."""
    seen: BoolArray = np.all(np.isfinite(then.light + now.light), axis=1)
    return float(then.light[seen].sum() / max(float(now.light[seen].sum()), 1e-12))


def average(readings: Sequence[DriftReading]) -> DriftReading:
    """The mean of takes of an unchanged stage, at the exposure of the first."""
    first = readings[0]
    if len(readings) == 1:
        return first
    scales = [_scale(first, one) for one in readings]

    def mean(name: str) -> FloatArray:
        values = [scale * getattr(one, name) for one, scale in zip(readings, scales, strict=True)]
        return np.asarray(np.mean(values, axis=0), np.float64)

    root = math.sqrt(len(readings))
    return replace(
        first,
        light=mean("light"),
        sigma=mean("sigma") / root,
        black=mean("black"),
        black_sigma=mean("black_sigma") / root,
        even=mean("even"),
        even_sigma=mean("even_sigma") / root,
        outline=np.mean([one.outline for one in readings], axis=0),
        chart=mean("chart"),
    )


def _movement(then: DriftReading, now: DriftReading) -> tuple[float, str]:
    """How far the wall's outline has moved in the picture, percent of its width, and in words."""
    before = then.outline / then.picture_px[0]
    after = now.outline / now.picture_px[0]
    off = after - before
    moved = 100.0 * float(np.sqrt((off**2).sum(axis=1).mean()))
    right, down = 100.0 * off.mean(axis=0)
    start, end = before - before.mean(axis=0), after - after.mean(axis=0)
    size = float(np.sqrt((end**2).sum() / (start**2).sum()))
    turn = np.degrees(
        np.arctan2((start[:, 0] * end[:, 1] - start[:, 1] * end[:, 0]).sum(), (start * end).sum())
    )
    said = []
    if abs(right) > _MOVED:
        said.append(f"{abs(right):.1f} % to the {'right' if right > 0 else 'left'}")
    if abs(down) > _MOVED:
        said.append(f"{abs(down):.1f} % {'down' if down > 0 else 'up'}")
    if abs(size - 1.0) > 0.001:
        said.append(f"{abs(100.0 * (size - 1.0)):.1f} % {'larger' if size > 1 else 'smaller'}")
    if abs(turn) > 0.05:
        said.append(f"turned by {turn:+.1f} degrees")
    if _area(before) * _area(after) < 0.0:
        return moved, "the picture is mirrored"
    shape = _keystone(after) - _keystone(before)
    if np.abs(shape).max() > 0.002:
        said.append("seen from another angle")
    words = "the wall stands " + ", ".join(said) + " in the picture" if said else ""
    return moved, words


def _area(outline: FloatArray) -> float:
    """Of the corners, signed: a mirror changes the sign."""
    x, y = outline[::2].T
    return float(0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def _keystone(outline: FloatArray) -> FloatArray:
    """Logarithm of left side over right side, and of top over bottom."""
    corners = outline[::2]
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    top, right, bottom, left = sides
    return np.log([left / right, top / bottom])


def _camera_stops(then: DriftReading, now: DriftReading, split: Split) -> tuple[float, bool]:
    """What chart or settings say that the camera did to the exposure."""
    with np.errstate(invalid="ignore", divide="ignore"):
        chart = np.log(now.chart / then.chart) - split.explanation.camera
    if np.isfinite(chart).all():
        return float(chart.mean() / math.log(2.0)), True
    asked = now.exposure / then.exposure
    return (math.log2(asked) if math.isfinite(asked) and asked > 0 else math.nan), False


def _exposure(total: Component, camera_stops: float, *, has_chart: bool) -> Component:
    """The component with who did it, where that is known; the wall's part can fail."""
    if not math.isfinite(camera_stops):
        return total
    wall = round(total.value - camera_stops, 4) + 0.0
    if has_chart:
        words = (
            f"camera {camera_stops:+.2f}, wall {round(wall, 2) + 0.0:+.2f} stops by the white chart"
        )
        if abs(wall) > total.limit:
            return replace(total, value=wall, detail=words, verdict="fail")
        return replace(total, detail=words)
    if abs(camera_stops) > 0.01:
        return replace(total, detail=f"the camera's settings say {camera_stops:+.2f} stops")
    return total


def _black(
    then: DriftReading,
    now: DriftReading,
    pairs: LightPairs,
    split: Split,
    camera_stops: float,
) -> tuple[FloatArray, FloatArray]:
    """Change of black as a share of peak white in each channel, and its error.

    A camera's exposure scales the room's light in the black frame, a dimmer wall does not: of the
    exposure that is seen and the one that the camera says (none, where it says nothing) the one
    that explains more of the black is taken.
    """
    white = int(np.argmax(pairs.level.min(axis=1)))
    peak = pairs.then[white] / pairs.level[white].min()
    asked = camera_stops * math.log(2.0) if math.isfinite(camera_stops) else 0.0
    scales = [split.explanation.exposure, asked]
    found = []
    for scale in scales:
        gain = np.exp(scale + split.explanation.camera)
        change = now.black / gain - then.black
        error = np.hypot(now.black_sigma / gain, then.black_sigma)
        found.append((np.asarray(change / peak), np.asarray(error / peak)))
    return min(found, key=lambda one: abs(float(one[0] @ _WEIGHTS)))


def _evenness_words(evenness: Evenness, ripple: float) -> str:
    """Where the wall changed most, and what of it was not seen."""
    n = len(evenness.unseen)
    listed = ", ".join(evenness.unseen[:6]) + (" ..." if n > 6 else "")
    missed = f"not seen under the marks: {n} cabinet{'s' if n > 1 else ''} ({listed})" if n else ""
    spot = "" if evenness.spot is None else evenness.spot.words
    moire = f"moire or bands of {100 * ripple:.1f} % in the picture" if ripple > _RIPPLE else ""
    return "; ".join(filter(None, (spot, missed, moire)))


def _black_words(change: FloatArray, limits: DriftLimits) -> str:
    if abs(100.0 * float(change @ _WEIGHTS)) < limits.black_percent:
        return ""
    tint = change / np.abs(change).max()
    if tint.min() > 0.6 or tint.max() < -0.6:
        return "the colour of the wall's white: its black, or more flare in the lens"
    warm = "warm" if tint[0] > tint[2] else "cold"
    return f"{warm} light: rather the room's than the wall's"
