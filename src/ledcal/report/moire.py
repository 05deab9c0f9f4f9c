"""What frames show of moire and bands, as a screen of text and as a document (docs/json.md)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ledcal.report.prediction import change_document, change_words, times
from ledcal.report.summary import Row, labelled, verdict_rows
from ledcal.report.words import FRINGE_WORDS
from ledcal.values.moire import (
    BANDING,
    DISPLAY,
    GRID,
    LINEAR,
    MOIRE,
    STRUCTURE,
    UNEXPLAINED,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.moire import MoireLine, MoireTake

DETECT_JSON_VERSION = 1
_MOST_LINES, _MOST_CHANGES = 12, 4
_SEEN = 1.0
_CLAIMS = {
    LINEAR: "a picture that was demosaiced, scaled or compressed: fringes in colour may be weaker "
    "in it than in the raw, orders are told from the raster alone",
    DISPLAY: "made for a display: what is there, and where; contrast and visibility need camera "
    "raw or scene-linear pictures",
}


def appearance(line: MoireLine) -> str:
    """What a line looks like: ``orange/blue fringes, 10.2 px``."""
    size = f"{line.period_px:.3g} px"
    if line.kind == BANDING:
        return f"bands along the rows, {line.period_px:.0f} px"
    if line.kind == GRID:
        return f"the LEDs themselves, {size}"
    return f"{FRINGE_WORDS[line.colour]} fringes, {size}"


def headline(take: MoireTake) -> tuple[str, str, str]:
    """The word, the reason and the level of the first line."""
    real = [line for line in take.lines if line.kind != STRUCTURE]
    n_tiles = int((take.tiles.contrast > 0.0).sum())
    n_looked = int((take.tiles.contrast >= 0.0).sum())
    if take.source == DISPLAY:
        if not n_looked and not real:
            return "NOTHING", "no part of this picture is flat light; nothing can be told", "warn"
        if not real and not n_tiles:
            return "NOTHING", "nothing repeats in what is flat of this picture", "good"
        share = f" in {_percent(n_tiles, n_looked)} of what is flat" if n_tiles else ""
        what = appearance(real[0]) if real else "fine fringes"
        return "FOUND", f"{what}{share}; how strong cannot be told from such a picture", "warn"
    if not real and not n_tiles:
        return "CLEAN", "no moire and no bands above what the noise hides", "good"
    if not real:
        return "CLEAN", "single tiles of the map repeat, and nothing around them; see it", "warn"
    worst = real[0]
    order = f" (order {worst.order[0]},{worst.order[1]})" if worst.order else ""
    text = f"{appearance(worst)}{order}: {100 * worst.contrast:.2g} % of the light"
    if worst.visibility < _SEEN:
        return "CLEAN", f"{text}, {times(worst.visibility)}", "good"
    word, level = ("VISIBLE", "fail") if worst.visibility > 3.0 else ("DOUBTFUL", "warn")
    return word, f"{text}, {times(worst.visibility)}", level


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.0f} %"


def moire_rows(take: MoireTake, *, picture: Path | None = None) -> list[Row]:
    """Give the screen of `ledcal moire detect`: verdict first, assumptions last.

    Parameters
    ----------
    take : MoireTake
        What was found.
    picture : Path or None
        Where the picture was written.

    Returns
    -------
    list of Row
        Lines of at most 80 columns.
    """
    word, reason, level = headline(take)
    rows = [*verdict_rows(word, reason, level), Row("")]
    names = take.names[0] if len(take.names) == 1 else f"{take.names[0]} and {len(take.names) - 1}"
    more = "" if len(take.names) == 1 else " more"
    place = ""
    if take.patches:
        x, y, width, height = take.patches[0].box
        place = f"; closely at {x:.0f},{y:.0f} ({width:.0f} x {height:.0f} px)"
    rows += labelled("looked at", f"{names}{more}, {take.width} x {take.height} px{place}")
    if take.source in _CLAIMS:
        rows += labelled("claim", _CLAIMS[take.source], "warn")
    rows += _table(take)
    rows += _map_rows(take)
    rows += _band_rows(take)
    rows += _geometry_rows(take)
    rows += _advice_rows(take)
    if take.known:
        rows += labelled("raster", f"known from {take.known}", "dim")
    elif take.source != DISPLAY and any(line.kind in {MOIRE, UNEXPLAINED} for line in take.lines):
        rows += labelled(
            "raster",
            "not known, so orders are not told: give --stage with pitch_mm, photosite_um, focal_mm "
            "and distance_m, or a frame of the pattern with its marks, or --moved",
            "dim",
        )
    if picture is not None:
        rows += labelled("picture", str(picture))
    if take.assumptions:
        rows += labelled("assumed", "; ".join(take.assumptions), "dim")
    return rows


def _table(take: MoireTake) -> list[Row]:
    """Lines, one a row: kind, order, period, direction, contrast, visibility, colour."""
    shown = take.lines[:_MOST_LINES]
    if not shown:
        return []
    rows = [
        Row(""),
        Row("kind         order  period  angle  contrast           seen     colour", "heading"),
    ]
    for line in shown:
        order = "" if line.order is None else f"{line.order[0]},{line.order[1]}"
        contrast = seen = "-"
        if math.isfinite(line.contrast):
            known = math.isfinite(line.contrast_sigma)
            sigma = max(100 * line.contrast_sigma, 1e-4) if known else 5.0 * line.contrast
            digits = max(0, min(4, 1 - math.floor(math.log10(sigma))))
            error = f" +-{sigma:.{digits}f}" if known else ""
            contrast = f"{100 * line.contrast:.{digits}f}{error} %"
        if math.isfinite(line.visibility):
            seen = (
                f"{line.visibility:.1f}x" if line.visibility < 9.95 else f"{line.visibility:.0f}x"
            )
        text = (
            f"{line.kind:<12} {order:<6} {line.period_px:6.2f}  {line.angle_deg:4.0f}   "
            f"{contrast:<18} {seen:<8} {FRINGE_WORDS[line.colour]}"
        )
        style = "fail" if line.visibility > 3.0 and line.kind != STRUCTURE else ""
        if not style and line.visibility >= _SEEN and line.kind != STRUCTURE:
            style = "warn"
        rows.append(Row(text, style or ("dim" if line.kind == STRUCTURE else "")))
    left = len(take.lines) - len(shown)
    if left:
        rows.append(Row(f"and {left} more, in --json", "dim"))
    rows.append(
        Row("period in px of the delivered picture; angle of the way across the fringes,", "dim")
    )
    rows.append(Row("from the rows; seen: over the least that an eye sees on flat grey", "dim"))
    rows.append(Row(""))
    for note in dict.fromkeys(line.note for line in shown if line.note):
        kinds = ", ".join(dict.fromkeys(line.kind for line in shown if line.note == note))
        rows += labelled("why", f"{kinds}: {note}", "dim")
    return rows


def _map_rows(take: MoireTake) -> list[Row]:
    tiles = take.tiles
    n_looked = int((tiles.contrast >= 0.0).sum())
    found = tiles.contrast > 0.0
    if not n_looked:
        return labelled("map", "no part of the frame is flat enough for the map", "warn")
    if not found.any():
        return labelled("map", f"nothing in {n_looked} tiles of {tiles.tile_px} photosites")
    share = _percent(int(found.sum()), n_looked)
    strongest = ""
    if take.source != DISPLAY:
        strongest = f", up to {100 * float(tiles.contrast[found].max()):.2g} %"
    return labelled(
        "map", f"fringes in {share} of {n_looked} tiles of {tiles.tile_px} photosites{strongest}"
    )


def _band_rows(take: MoireTake) -> list[Row]:
    banding = take.banding
    if banding is None:
        return []
    rows: list[Row] = []
    if banding.n_frames == 1:
        rows += labelled(
            "bands", "one frame does not tell whether bands move; shoot eight, locked off", "dim"
        )
    elif not banding.bands:
        rows += labelled("bands", f"none in {banding.n_frames} frames")
    for explanation in take.explanations[:3]:
        rows += labelled("bands", explanation.cause)
        rows += labelled("do", explanation.fix)
        if explanation.missing:
            rows += labelled("", f"would tell more: {', '.join(explanation.missing)}", "dim")
    if banding.n_frames > 1 and banding.flicker_depth > 4.0 * banding.flicker_sigma:
        rows += labelled(
            "flicker",
            f"frames differ in brightness by {100 * banding.flicker_depth:.2g} % (rms): camera and "
            "wall are not in step, or the exposure is automatic",
            "warn" if banding.flicker_depth > 0.002 else "dim",
        )
    return rows


def _geometry_rows(take: MoireTake) -> list[Row]:
    found = take.correction
    if found is None:
        return []
    off = found.distance_m / found.said_distance_m - 1.0
    text = (
        f"u = {found.led_frequency:.4f} LEDs per photosite: the camera "
        f"stands {found.distance_m:.2f} m from the wall"
    )
    if abs(off) > 0.003:
        text += (
            f", not {found.said_distance_m:.2f} m as stage.toml says (or the lens is "
            f"{found.focal_mm:.1f} mm, not {found.said_focal_mm:.1f} mm)"
        )
    if abs(found.roll_deg - found.said_roll_deg) > 0.1:
        text += f"; the wall is turned by {found.roll_deg:.1f} degrees in the picture"
    rows = labelled("measured", text)
    if found.blur_px is not None:
        rows += labelled(
            "",
            f"lines are weaker than stage.toml lets expect: as if blurred by {found.blur_px:.2f} "
            "photosites more (low-pass filter, lens, focus); the advice counts on it",
            "dim",
        )
    return rows


def _advice_rows(take: MoireTake) -> list[Row]:
    advice = take.advice
    if advice is None:
        return []
    enough = [change for change in advice.changes if change.is_enough]
    rows: list[Row] = []
    if enough:
        for change in enough[:_MOST_CHANGES]:
            rows += labelled("do one" if not rows else "", change_words(change), "")
        return rows
    rows += labelled("do", "no single change is enough; these help most", "warn")
    for change in advice.changes[:_MOST_CHANGES]:
        rows += labelled("", change_words(change))
    return rows


def moire_json(take: MoireTake, *, picture: Path | None = None) -> dict[str, Any]:
    """Give the document of `ledcal moire detect --json`.

    Parameters
    ----------
    take : MoireTake
        What was found.
    picture : Path or None
        Where the picture was written.

    Returns
    -------
    dict
        As docs/json.md says.
    """
    word, reason, _ = headline(take)
    banding, found = take.banding, take.correction
    n_looked = int((take.tiles.contrast >= 0.0).sum())
    return {
        "schema_version": DETECT_JSON_VERSION,
        "verdict": word.lower(),
        "reason": reason,
        "source": take.source,
        "frames": list(take.names),
        "width_px": take.width,
        "height_px": take.height,
        "lines": [_line_document(line) for line in take.lines],
        "patches": [
            {"box": list(patch.box), "noise": patch.noise, "lines": len(patch.lines)}
            for patch in take.patches
        ],
        "map": {
            "tile_px": take.tiles.tile_px,
            "tiles": n_looked,
            "with_lines": int((take.tiles.contrast > 0.0).sum()),
            "strongest": None if take.source == DISPLAY else _strongest(take),
        },
        "bands": []
        if banding is None
        else [
            {
                "frequency_cpr": band.frequency_cpr,
                "period_rows": band.period_rows,
                "depth": band.depth,
                "depth_sigma": band.depth_sigma,
                "drift_cycles": band.drift_cycles,
                "is_static": band.is_static,
                "false_alarm": band.false_alarm,
            }
            for band in banding.bands
        ],
        "explanations": [
            {
                "cause": explanation.cause,
                "fix": explanation.fix,
                "refresh_hz": explanation.refresh_hz,
                "is_genlocked": explanation.is_genlocked,
                "missing": list(explanation.missing),
            }
            for explanation in take.explanations
        ],
        "flicker": None if banding is None else banding.flicker_depth,
        "raster": take.known or None,
        "geometry": None
        if found is None
        else {
            "led_frequency": found.led_frequency,
            "led_frequency_sigma": found.led_frequency_sigma,
            "distance_m": found.distance_m,
            "said_distance_m": found.said_distance_m,
            "focal_mm": found.focal_mm,
            "said_focal_mm": found.said_focal_mm,
            "roll_deg": found.roll_deg,
            "blur_px": found.blur_px,
        },
        "changes": []
        if take.advice is None
        else [change_document(change) for change in take.advice.changes],
        "visible": take.is_seen,
        "picture": None if picture is None else str(picture),
        "assumptions": list(take.assumptions),
    }


def _strongest(take: MoireTake) -> float | None:
    found = take.tiles.contrast > 0.0
    return float(take.tiles.contrast[found].max()) if found.any() else 0.0


def _line_document(line: MoireLine) -> dict[str, Any]:
    return {
        "fx_cpp": line.fx_cpp,
        "fy_cpp": line.fy_cpp,
        "period_px": line.period_px,
        "angle_deg": line.angle_deg,
        "contrast": line.contrast,
        "contrast_sigma": line.contrast_sigma,
        "colour": line.colour,
        "kind": line.kind,
        "order": None if line.order is None else list(line.order),
        "visibility": line.visibility,
        "true_frequency_cpp": None if line.true_frequency is None else list(line.true_frequency),
        "false_alarm": line.false_alarm,
        "x": line.x,
        "y": line.y,
        "note": line.note,
    }
