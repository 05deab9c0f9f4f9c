"""Black off, flare off, places made equal, exposure made equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.anchors import find_gains
from ledcal.measure.flare import fit_flare
from ledcal.measure.flat import build_corrections
from ledcal.measure.glare import GlareScene, fit_glare
from ledcal.values.finding import Finding
from ledcal.values.marks import encode_payload
from ledcal.values.pattern import FrameKind, PatchKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.stack import Stack
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.pattern import Pattern, PatternFrame

_DRIFT_WARNING = 0.01
_DRIFT_FAIL = 0.03
# Half the side of the central 10 % of the wall's area, as a share of the wall's half side.
_CENTRAL = 0.1**0.5
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
        What the black frame shows in the middle of the wall.
    """

    light: FloatArray
    variance: FloatArray
    black: FloatArray
    black_variance: FloatArray


def clean_frames(pattern: Pattern, stack: Stack) -> tuple[Cleaned, list[Finding]]:
    """Take everything off a stack that is not the patches' own light.

    Parameters
    ----------
    pattern : Pattern
        Says which regions are dark, anchors, flats.
    stack : Stack
        What was measured.

    Returns
    -------
    Cleaned, list of Finding
        Light of the patches, and what was noticed on the way.
    """
    findings: list[Finding] = []
    n_regions = len(stack.region_row)
    kinds = {frame.index: frame.kind for frame in pattern.frames}
    black_rows = [f for f, n in enumerate(stack.numbers) if kinds[n] is FrameKind.BLACK]
    has_black = bool(black_rows)
    black = np.zeros(stack.light.shape[1:])
    black_variance = np.zeros_like(black)
    if has_black:
        black = stack.light[black_rows].mean(axis=0)
        black_variance = stack.variance[black_rows].mean(axis=0) / len(black_rows)
        # A strip cell that is lit in one black frame may be dark in another.
        off = np.array([_dark_cells(pattern, stack.numbers[f]) for f in black_rows])
        for cell in range(off.shape[1]):
            own = [f for f, is_off in zip(black_rows, off[:, cell], strict=True) if is_off]
            mean = stack.light[own, n_regions + cell].mean(axis=0) if own else np.nan
            black[n_regions + cell] = mean
    else:
        findings.append(_no_black())
    central = _central(pattern, stack)
    gains = np.ones((len(stack.numbers), 3))
    light, variance, kind = _pass(
        pattern, stack, gains, black, black_variance, central, has_black=has_black
    )
    found, findings_anchor = _anchor_gains(pattern, stack, light, variance)
    findings += findings_anchor
    if found is not None:
        light, variance, kind = _pass(
            pattern, stack, found, black, black_variance, central, has_black=has_black
        )
    if kind == "none" and pattern.layout == "grid":
        findings.append(_no_flat())
    middle = central if central.any() else np.ones(n_regions, dtype=np.bool_)
    inside = np.flatnonzero(middle & np.isfinite(black[:n_regions]).all(axis=1))
    return Cleaned(
        light=light,
        variance=variance,
        black=black[inside].mean(axis=0) if len(inside) else np.zeros(3),
        black_variance=black_variance[inside].mean(axis=0) / max(len(inside), 1),
    ), findings


def _pass(
    pattern: Pattern,
    stack: Stack,
    gains: FloatArray,
    black: FloatArray,
    black_variance: FloatArray,
    central: BoolArray,
    *,
    has_black: bool,
) -> tuple[FloatArray, FloatArray, str]:
    """Gain, black, flare and flats, in this order."""
    n_regions = len(stack.region_row)
    scaled = stack.light / gains[:, None, :] - black
    variance = stack.variance / gains[:, None, :] ** 2 + black_variance
    by_number = {frame.index: frame for frame in pattern.frames}
    frames = [by_number[number] for number in stack.numbers]
    dark = _dark_places(stack, frames, has_black=has_black)
    flare = np.zeros((len(frames), n_regions, 3))
    error = np.zeros_like(flare)
    crowded = [f for f, frame in enumerate(frames) if len(frame.patches) >= _CROWDED]
    crowded = [f for f in crowded if frames[f].kind is FrameKind.PATCHES]
    if crowded:
        scene = _glare_scene(
            pattern,
            stack,
            [frames[f] for f in crowded],
            dark[crowded],
            scaled[crowded],
            variance[crowded],
        )
        flare[crowded], error[crowded] = fit_glare(scene)
    for f, frame in enumerate(frames):
        if f not in crowded and frame.kind is not FrameKind.BLACK:
            flare[f], error[f] = fit_flare(
                stack.points[dark[f]],
                scaled[f, dark[f]],
                np.sqrt(variance[f, dark[f]]),
                stack.points[:n_regions],
            )
    light = scaled[:, :n_regions] - flare
    spread = variance[:, :n_regions] + error**2
    flats = {
        f: np.where(dark[f, :n_regions, None], np.nan, light[f])
        for f, frame in enumerate(frames)
        if frame.kind is FrameKind.FLAT
    }
    codes = [by_number[stack.numbers[f]].patches[0].code for f in flats]
    shown = np.array(list(flats.values())) if flats else np.zeros((0, n_regions, 3))
    corrections, kind = build_corrections(codes, shown, central)
    light = np.einsum("rij,frj->fri", corrections, light)
    spread = np.einsum("rij,frj->fri", corrections**2, spread)
    if flats:
        flat_rows = list(flats)
        with np.errstate(divide="ignore", invalid="ignore"):
            noise = spread[flat_rows] / light[flat_rows] ** 2
        noise = np.nanmin(np.where(np.isfinite(noise), noise, np.inf), axis=0)
        spread += np.where(np.isfinite(noise), noise, 0.0) * light**2
    return light, spread, kind


def _dark_cells(pattern: Pattern, number: int) -> BoolArray:
    """Which of the 96 strip cells are dark in a frame."""
    payload = encode_payload(number, pattern.pattern_id)
    return np.stack([~payload, payload], axis=1).ravel()


def _dark_places(stack: Stack, frames: Sequence[PatternFrame], *, has_black: bool) -> BoolArray:
    """Places that show nothing of their own: dark patches, and strip pairs with the black off."""
    n_regions = len(stack.region_row)
    dark = np.zeros(stack.light.shape[:2], dtype=np.bool_)
    dark[:, n_regions:] = has_black
    for f, frame in enumerate(frames):
        for patch in frame.patches:
            if patch.kind is PatchKind.DARK:
                dark[f, stack.region_row[patch.region]] = True
    return dark


def _glare_scene(
    pattern: Pattern,
    stack: Stack,
    frames: Sequence[PatternFrame],
    dark: BoolArray,
    scaled: FloatArray,
    variance: FloatArray,
) -> GlareScene:
    """What the glare of frames with many patches is learnt from."""
    half = max(pattern.width_px, pattern.height_px) / 2.0
    n_regions = len(stack.region_row)
    lit = np.zeros((len(frames), n_regions, 3))
    for f, frame in enumerate(frames):
        for patch in frame.patches:
            if patch.kind not in {PatchKind.DARK, PatchKind.FLAT}:
                row = stack.region_row[patch.region]
                lit[f, row] = np.nan_to_num(scaled[f, row])
    sizes = np.array([[region.width, region.height] for region in stack.region_row]) / half
    return GlareScene(stack.points, sizes, lit, dark, scaled, variance)


def _central(pattern: Pattern, stack: Stack) -> BoolArray:
    """Regions in the central 10 % of the wall's area."""
    size = np.array([pattern.width_px, pattern.height_px])
    half = _CENTRAL * size / size.max()
    inside: BoolArray = (np.abs(stack.points[: len(stack.region_row)]) <= half + 1e-9).all(axis=1)
    return inside


def _anchor_gains(
    pattern: Pattern, stack: Stack, light: FloatArray, variance: FloatArray
) -> tuple[FloatArray | None, list[Finding]]:
    """Gains of all frames from the anchors, where they say something; and the finding."""
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
        return None, []
    take = np.array(rows)[:, None], np.array(regions)
    numbers = np.array([stack.numbers[f] for f in rows], dtype=np.float64)
    gains, spread, is_significant = find_gains(numbers, light[take], np.sqrt(variance[take]))
    if not is_significant:
        return None, []
    everywhere = np.stack(
        [np.interp(stack.numbers, numbers, gains[:, channel]) for channel in range(3)], axis=1
    )
    worst = float(spread.max())
    if worst < _DRIFT_WARNING:
        return everywhere, []
    return everywhere, [
        Finding(
            id="exposure-drift",
            severity="fail" if worst > _DRIFT_FAIL else "warning",
            seen=f"the anchor grey changes by {100 * worst:.1f} % during the take "
            f"(limit {100 * _DRIFT_WARNING:.0f} %, and {100 * _DRIFT_FAIL:.0f} % to fail); "
            "it was taken out",
            cause="automatic exposure or white balance, a wall that is still warming up, or "
            "light from elsewhere",
            confidence=0.7,
            fix="set exposure and white balance by hand, let the wall warm up for half an hour",
            reshoot=worst > _DRIFT_FAIL,
        )
    ]


def _no_black() -> Finding:
    return Finding(
        id="no-black-frame",
        severity="warning",
        seen="the take has no black frame",
        cause="it was dropped, or the take started late",
        confidence=0.9,
        fix="ambient light and black level were taken from dark wall beside the patches; shoot "
        "frame 0 for better shadows",
        reshoot=False,
    )


def _no_flat() -> Finding:
    return Finding(
        id="no-flat-frames",
        severity="warning",
        seen="the take has no flat frames",
        cause="they were dropped, or left out",
        confidence=0.9,
        fix="vignetting and panel differences are still in the patches; shoot frames 1 to 4",
        reshoot=True,
    )
