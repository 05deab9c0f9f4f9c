"""Findings of light and lens: stray light, flare, bands, moire, defocus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.finding import Finding
from ledcal.values.marks import build_marks_layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledcal.diagnose.case import Case
    from ledcal.values.evidence import Ripple

# All ours. Of the wall's peak; of the mean light of the wall.
_STRAY, _STRAY_FAIL = 0.005, 0.03
_FLARE = 0.025
_BAND, _BAND_CLEARNESS = 0.0125, 2.0
_LINE, _LINE_CLEARNESS = 0.004, 1.5
_ALONG_DEG = 4.0
# A disc of confusion of this many times the gap between patches mixes neighbours.
_GAP_MODULES, _GAP_SHARE = 1.25, 1.0


def stray_light(case: Case) -> Iterator[Finding]:
    """A black wall that is not black."""
    if case.take is None:
        return
    light = case.take.light
    if not light.peak[1] > 0.0:
        return
    share = float(light.black[1] / light.peak[1])
    if not np.isfinite(share) or share < _STRAY:
        return
    tint = light.black / light.black[1] / (light.peak / light.peak[1])
    hue = "warmer" if tint[0] > tint[2] else "cooler"
    is_tinted = tint.min() > 0 and not 1.0 / 1.1 < tint[0] / tint[2] < 1.1
    by = f", {hue} than the wall's white" if is_tinted else ""
    yield Finding(
        id="stray-light",
        severity="fail" if share > _STRAY_FAIL else "warning",
        seen=f"the black wall shows {100 * share:.1f} % of the peak's light{by} (limit "
        f"{100 * _STRAY:.1f} %, {100 * _STRAY_FAIL:.0f} % to fail)",
        cause="stage light, monitors, or floor and ceiling that throw light onto the wall; or a "
        "black level of processor or player that is raised",
        confidence=0.8,
        fix="switch every other light and unused LED off; if black stays grey on a dark stage, "
        "look at the black level and legal/full range in player and processor"
        f"{'; then shoot again' if share > _STRAY_FAIL else ''}",
        reshoot=share > _STRAY_FAIL,
    )


def flare(case: Case) -> Iterator[Finding]:
    """Dark wall that lights up with the rest of the frame."""
    if case.take is None or not np.isfinite(case.take.light.veil):
        return
    veil = case.take.light.veil
    if veil < _FLARE:
        return
    yield Finding(
        id="flare",
        severity="warning",
        seen=f"dark wall shows {100 * veil:.1f} % of the mean light of the wall (limit "
        f"{100 * _FLARE:.1f} %); it was taken off as far as can be",
        cause="a lens that scatters: haze or mist in the air, a diffusion filter, a dirty front "
        "element, an old lens wide open",
        confidence=0.7,
        fix="take diffusion filters off, clean the front element and the ND, clear the haze, use a "
        "clean prime at T4 to T8; saturated and dark colours suffer first",
        reshoot=False,
    )


def scan_lines(case: Case) -> Iterator[Finding]:
    """Bands along the picture's rows."""
    if case.take is None:
        return
    seen = [
        band
        for band in case.take.bands
        if band.amplitude > _BAND and band.clearness > _BAND_CLEARNESS
    ]
    if not seen or 2 * len(seen) < len(case.take.bands):
        return
    worst = max(seen, key=lambda band: band.amplitude)
    yield Finding(
        id="scan-lines",
        severity="warning",
        seen=f"bands along the rows of the picture: {100 * worst.amplitude:.1f} % of the light, "
        f"every {worst.period_px:.0f} rows (limit {100 * _BAND:.2f} %)",
        cause="the shutter is no whole number of the wall's refreshes, or camera and wall are not "
        "in step",
        confidence=0.8,
        fix="genlock camera and wall, use a 180 degree shutter or one that is a whole number of "
        "refreshes, shift the genlock phase until the bands leave, raise the refresh rate in the "
        "processor; then shoot again",
        reshoot=True,
        frames=tuple(dict.fromkeys(band.name for band in seen)),
    )


def moire(case: Case) -> Iterator[Finding]:
    """Lines in flat light that are no bands along the rows."""
    if case.take is None:
        return
    seen = [
        line
        for line in case.take.lines
        if line.amplitude > _LINE
        and line.clearness > _LINE_CLEARNESS
        and not _is_band(line, case.take.bands)
    ]
    if not seen or 2 * len(seen) < len(case.take.lines):
        return
    worst = max(seen, key=lambda line: line.amplitude)
    yield Finding(
        id="moire",
        severity="warning",
        seen=f"lines {worst.period_px:.1f} photosites apart in flat light, {worst.angle_deg:.0f} "
        f"degrees from the rows: {100 * worst.amplitude:.1f} % of the light (limit "
        f"{100 * _LINE:.1f} %)",
        cause="moire: the raster of the LEDs beats with that of the sensor, because the focus is "
        "too near to the wall",
        confidence=0.8,
        fix="defocus towards the camera until the pixels of the wall blend, or move the camera, "
        "or open the iris ('ledcal moire detect' says which, and how far); then shoot again",
        reshoot=True,
        frames=tuple(dict.fromkeys(line.name for line in seen)),
    )


def _is_band(line: Ripple, bands: Sequence[Ripple]) -> bool:
    """Whether a line is what is seen as a band along the rows of the same frame."""
    return abs(abs(line.angle_deg) - 90.0) < _ALONG_DEG and any(
        band.name == line.name
        and band.clearness > _BAND_CLEARNESS
        and band.amplitude > 0.5 * line.amplitude
        for band in bands
    )


def defocus(case: Case) -> Iterator[Finding]:
    """So much defocus that patches run into each other."""
    if case.take is None:
        return
    pattern = case.take.pattern
    blur = float(np.median(case.take.frames.blur_px))
    module = build_marks_layout(pattern.width_px, pattern.height_px).module_px
    disc, gap = 4.0 * blur, _GAP_MODULES * module
    if disc < _GAP_SHARE * gap:
        return
    yield Finding(
        id="defocus-too-strong",
        severity="warning",
        seen=f"a point of the wall is spread over {disc:.0f} wall pixels (limit {gap:.0f}, the gap "
        "between patches)",
        cause="the focus is further off than moire asks for",
        confidence=0.9,
        fix="focus nearer to the wall, until the edges of the marks are just soft, and shoot again",
        reshoot=False,
    )
