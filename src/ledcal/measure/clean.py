"""Black off, flare off, places made equal, exposure made equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.anchors import find_gains
from ledcal.measure.black import dark_places, measure_own
from ledcal.measure.flare import fit_flare
from ledcal.measure.flat import build_corrections
from ledcal.measure.glare import GlareScene, fit_glare, learn_fall_off
from ledcal.values.pattern import FrameKind, PatchKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.black import Black
    from ledcal.measure.glare import FallOff
    from ledcal.measure.stack import Stack
    from ledcal.values.arrays import FloatArray
    from ledcal.values.pattern import Pattern, PatternFrame

# From there on the strip is believed more than the anchors of other frames.
_STRIP_LIMIT = 0.01
# With fewer patches in a frame there is nothing to learn of how glare falls off.
_CROWDED = 8


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """The stack without what is not the patches' own light.

    Attributes
    ----------
    light, variance : ndarray, shape (frames, regions, 3)
        Camera light above black, as the middle of the wall would show it.
    black, black_variance : ndarray, shape (3,)
        What a black wall shows in its middle, without the glare of the marks.
    """

    light: FloatArray
    variance: FloatArray
    black: FloatArray
    black_variance: FloatArray


def clean_frames(pattern: Pattern, stack: Stack, black: Black, strip_gain: FloatArray) -> Cleaned:
    """Take everything off a stack that is not the patches' own light.

    Parameters
    ----------
    pattern : Pattern
        Says which regions are dark, anchors, flats.
    stack : Stack
        What was measured.
    black : Black
        What its black frames show.
    strip_gain : ndarray, shape (frames, 3)
        Light of the strip in each frame relative to the take's median: the exposure of frames
        without anchors.

    Returns
    -------
    Cleaned
        Light of the patches.
    """
    gains = np.ones((len(stack.numbers), 3))
    light, variance = _pass(pattern, stack, gains, black)
    found = _anchor_gains(pattern, stack, light, variance, strip_gain)
    if found is not None:
        light, variance = _pass(pattern, stack, found, black)
    own, own_variance = measure_own(
        pattern, stack, black, _fall_off(pattern, stack, gains if found is None else found, black)
    )
    return Cleaned(light=light, variance=variance, black=own, black_variance=own_variance)


def _pass(
    pattern: Pattern, stack: Stack, gains: FloatArray, black: Black
) -> tuple[FloatArray, FloatArray]:
    """Gain, black, flare and flats, in this order."""
    n_regions = len(stack.region_row)
    scaled, variance = _above_black(stack, gains, black)
    frames = _frames(pattern, stack)
    dark = dark_places(pattern, stack)
    flare = np.zeros_like(scaled)
    error = np.zeros_like(flare)
    crowded = [f for f, frame in enumerate(frames) if len(frame.patches) >= _CROWDED]
    crowded = [f for f in crowded if frames[f].kind is FrameKind.PATCHES]
    if crowded:
        scene = _glare_scene(pattern, stack, frames, crowded, scaled, variance)
        flare[crowded, :n_regions], error[crowded, :n_regions] = fit_glare(scene)
    for f, frame in enumerate(frames):
        if f not in crowded and frame.kind is not FrameKind.BLACK:
            flare[f], error[f] = fit_flare(
                stack.points[dark[f]],
                scaled[f, dark[f]],
                np.sqrt(variance[f, dark[f]]),
                stack.points,
            )
    clear = scaled - flare
    light = clear[:, :n_regions]
    spread = (variance + error**2)[:, :n_regions]
    flats = {
        f: np.where(dark[f, :n_regions, None], np.nan, light[f])
        for f, frame in enumerate(frames)
        if frame.kind is FrameKind.FLAT
    }
    codes = [frames[f].patches[0].code for f in flats]
    shown = np.array(list(flats.values())).reshape(-1, n_regions, 3)
    centre = [_mean_of_centre(pattern, stack, frames[f], clear[f]) for f in flats]
    corrections, _ = build_corrections(codes, shown, np.array(centre).reshape(-1, 3))
    light = np.einsum("rij,frj->fri", corrections, light)
    spread = np.einsum("rij,frj->fri", corrections**2, spread)
    if flats:
        flat_rows = list(flats)
        with np.errstate(divide="ignore", invalid="ignore"):
            noise = spread[flat_rows] / light[flat_rows] ** 2
        noise = np.nanmin(np.where(np.isfinite(noise), noise, np.inf), axis=0)
        spread += np.where(np.isfinite(noise), noise, 0.0) * light**2
    return light, spread


def _mean_of_centre(
    pattern: Pattern, stack: Stack, frame: PatternFrame, light: FloatArray
) -> FloatArray:
    """What a flat frame shows over the central tenth of the wall's area, where it is lit."""
    size = np.array([pattern.width_px, pattern.height_px])
    middles = stack.points[stack.central] * size.max() / 2 + (size - 1) / 2
    lit = np.zeros(len(middles), dtype=np.bool_)
    for patch in frame.patches:  # a dark place stands after the flat that it lies in
        region = patch.region
        offset = middles - [region.x, region.y]
        inside = ((offset >= 0) & (offset < [region.width, region.height])).all(axis=1)
        lit[inside] = patch.kind is not PatchKind.DARK
    return _mean_of_known(light[stack.central][lit])


def _mean_of_known(light: FloatArray) -> FloatArray:
    """Mean of the finite rows; NaN where there are none."""
    known = light[np.isfinite(light).all(axis=1)]
    return known.mean(axis=0) if len(known) else np.full(3, np.nan)


def _glare_scene(
    pattern: Pattern,
    stack: Stack,
    frames: Sequence[PatternFrame],
    rows: Sequence[int],
    scaled: FloatArray,
    variance: FloatArray,
) -> GlareScene:
    """What glare is learnt from: some of the frames."""
    half = max(pattern.width_px, pattern.height_px) / 2.0
    n_regions = len(stack.region_row)
    lit = np.zeros((len(rows), n_regions, 3))
    for i, f in enumerate(rows):
        for patch in frames[f].patches:
            if patch.kind not in {PatchKind.DARK, PatchKind.FLAT}:
                row = stack.region_row[patch.region]
                lit[i, row] = np.nan_to_num(scaled[f, row])
    sizes = np.array([[region.width, region.height] for region in stack.region_row]) / half
    dark = dark_places(pattern, stack)[rows]
    return GlareScene(stack.points, sizes, lit, dark, scaled[rows], variance[rows])


def _fall_off(pattern: Pattern, stack: Stack, gains: FloatArray, black: Black) -> FallOff | None:
    """How the lens scatters, learnt from all frames of patches."""
    frames = _frames(pattern, stack)
    rows = [f for f, frame in enumerate(frames) if frame.kind is FrameKind.PATCHES]
    scaled, variance = _above_black(stack, gains, black)
    return learn_fall_off(_glare_scene(pattern, stack, frames, rows, scaled, variance))


def _frames(pattern: Pattern, stack: Stack) -> list[PatternFrame]:
    """What each row of the stack shows."""
    by_number = {frame.index: frame for frame in pattern.frames}
    return [by_number[number] for number in stack.numbers]


def _above_black(stack: Stack, gains: FloatArray, black: Black) -> tuple[FloatArray, FloatArray]:
    """Light at one exposure, black off, and its variance."""
    light = stack.light / gains[:, None, :] - black.light
    return light, stack.variance / gains[:, None, :] ** 2 + black.variance


def _anchor_gains(
    pattern: Pattern,
    stack: Stack,
    light: FloatArray,
    variance: FloatArray,
    strip_gain: FloatArray,
) -> FloatArray | None:
    """Gains of all frames from the anchors, where they say something."""
    place = {number: f for f, number in enumerate(stack.numbers)}
    rows, regions = [], []
    for frame in pattern.frames:
        own = [
            stack.region_row[patch.region]
            for patch in frame.patches
            if patch.kind is PatchKind.ANCHOR
        ]
        if own and frame.index in place:
            rows.append(place[frame.index])
            regions.append(own)
    if len(rows) < 2 or len({len(own) for own in regions}) > 1:
        far = np.abs(strip_gain - 1.0).max() > _STRIP_LIMIT
        return strip_gain if far and np.isfinite(strip_gain).all() else None
    take = np.array(rows)[:, None], np.array(regions)
    numbers = np.array([stack.numbers[f] for f in rows], dtype=np.float64)
    gains, _, is_significant = find_gains(numbers, light[take], np.sqrt(variance[take]))
    if not is_significant:
        return None
    everywhere = np.stack(
        [np.interp(stack.numbers, numbers, gains[:, channel]) for channel in range(3)], axis=1
    )
    # A frame without anchors may be far off its neighbours: a flat before automatic exposure.
    usual = np.median(strip_gain[rows], axis=0)
    apart = strip_gain / usual / everywhere
    alone = np.ones(len(stack.numbers), dtype=np.bool_)
    alone[rows] = False
    far = alone[:, None] & (np.abs(apart - 1.0) > _STRIP_LIMIT)
    return np.where(far, strip_gain / usual, everywhere)
