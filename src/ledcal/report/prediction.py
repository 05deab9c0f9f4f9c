"""What is to be expected of a stage, as a screen of text and as a document (docs/json.md)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ledcal.report.summary import Row, labelled, verdict_rows
from ledcal.report.words import FRINGE_WORDS
from ledcal.values.moire import GRID
from ledcal.values.prediction import DISTANCE, FOCAL, FOCUS, STOP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.values.prediction import Advice, Band, Change, ExpectedLine, Prediction

PREDICT_JSON_VERSION = 1
# Fringes that are finer are seen as a texture.
_FINE_PX = 4.0
_SEEN = 3.0
_MOST_LINES = 4
# The iris that is closed as far as it was looked at.
_CLOSED = 21.9
# Of a range that is narrower than this share, so is what can be relied on.
_NARROW = 0.05
# Of what the worst blur leaves, what a perfect disc leaves is the same from here on.
_SAME = 0.7
# Of the light: bands that are weaker are no matter.
_LEAST_DEPTH = 1e-5
_FRACTIONS = {0.25: "1/4", 0.5: "1/2", 1.0: "1"}


def fraction(u: float) -> str:
    """Name an LED frequency.

    Examples
    --------
    >>> fraction(0.25), fraction(1 / 3), fraction(1.0)
    ('1/4', '1/3', '1')
    """
    return _FRACTIONS.get(u, "1/3")


def times(visibility: float) -> str:
    """Say how visible something is.

    Examples
    --------
    >>> times(2.04), times(29.6)
    ('just at what an eye sees', '30 times over what an eye sees')
    """
    if visibility < 1.0:
        return "too weak to be seen on flat grey"
    if visibility <= _SEEN:
        return "just at what an eye sees"
    return f"{visibility:.0f} times over what an eye sees"


def length(value: float, unit: str) -> str:
    """Write a length with three digits.

    Examples
    --------
    >>> length(8.0, "m"), length(10.953, "m"), length(0.4567, "m"), length(25.44, "mm")
    ('8 m', '11 m', '0.457 m', '25.4 mm')
    """
    return f"{value:.3g} {unit}"


def span_text(band: Band, unit: str, searched: Band) -> str:
    """Write a safe range, rounded inwards; its open ends are those of the search."""
    digits = 2 if band.high - band.low < 1.0 else 1
    scale = 10.0**digits
    low = math.ceil(band.low * scale - 1e-6) / scale
    high = math.floor(band.high * scale + 1e-6) / scale
    if band.low <= searched.low and band.high >= searched.high:
        return f"everywhere from {low:g} to {high:g} {unit}"
    if band.high >= searched.high:
        return f"from {low:g} {unit} on"
    if band.low <= searched.low:
        return f"up to {high:g} {unit}"
    narrow = " (narrow: try it)" if band.high < (1.0 + _NARROW) * band.low else ""
    return f"{low:g} to {high:g} {unit}{narrow}"


def line_words(line: ExpectedLine) -> str:
    """What a line looks like: ``orange/blue fringes 10 px wide``."""
    size = f"{line.period_px:.2g}" if line.period_px < 10 else f"{line.period_px:.0f}"
    if line.kind == GRID:
        return f"the LEDs themselves, {size} px apart"
    shape = "fringes" if line.period_px >= _FINE_PX else "texture"
    return f"{FRINGE_WORDS[line.colour]} {shape} {size} px wide"


def change_words(change: Change) -> str:
    """What to do: ``move back to 11 m``."""
    after = change.after
    if change.what == DISTANCE:
        way = "back" if after > change.before else "forward"
        return f"move {way} to {after:.2f} m"
    if change.what == FOCUS:
        return f"focus at {math.floor(after * 100) / 100:.2f} m or nearer"
    if change.what == FOCAL:
        return f"go to {after:.1f} mm"
    if change.what == STOP:
        return f"open to T{after:.1f}"
    return f"roll the camera to {after:.0f} degrees"


def _grouped(lines: Sequence[ExpectedLine]) -> list[tuple[ExpectedLine, list[str]]]:
    """Lines that look alike are one, with all their orders: broad fringes before fine ones."""
    groups: dict[tuple[str, str, str], tuple[ExpectedLine, list[str]]] = {}
    for line in lines:
        key = (line.kind, line.colour, f"{line.period_px:.2g}")
        groups.setdefault(key, (line, []))[1].append(f"{line.order[0]},{line.order[1]}")
    return sorted(
        groups.values(),
        key=lambda group: (group[0].period_px < _FINE_PX, -group[0].visibility_bound),
    )


def headline(prediction: Prediction) -> tuple[str, str, str]:
    """The word, the reason and the level of the first line."""
    advice = prediction.advice
    place = f"at {length(prediction.distance_m, 'm')} with {length(prediction.focal_mm, 'mm')}"
    if advice.is_safe:
        return "SAFE", f"{place} nothing of the LEDs is to be seen on flat grey", "good"
    line = _leading(prediction.lines)
    orders = f"(order {line.order[0]},{line.order[1]})"
    if advice.visibility < advice.limit:
        seen = (
            f"hidden by an ideal blur, but up to {line.visibility_bound:.1f} times what an eye sees"
        )
        return "DOUBTFUL", f"{place}: {line_words(line)} {orders}, {seen}", "warn"
    word, level = ("VISIBLE", "fail") if line.visibility > _SEEN else ("DOUBTFUL", "warn")
    return word, f"{place}: {line_words(line)} {orders}, {times(line.visibility)}", level


def _factor(visibility: float) -> str:
    """Write a visibility as a factor, never in powers of ten."""
    return f"{visibility:.0f}x" if visibility >= 9.5 else f"{visibility:.2g}x"


def _leading(lines: Sequence[ExpectedLine]) -> ExpectedLine:
    """The most visible of the broad ones, where they are seen at all; else of the fine ones."""
    broad = [line for line in lines if line.period_px >= _FINE_PX and line.visibility_bound >= 1.0]
    return max(broad or lines, key=lambda line: line.visibility_bound)


def prediction_rows(prediction: Prediction, *, chart: Path | None = None) -> list[Row]:
    """Give the screen of `ledcal moire predict`: verdict first, assumptions last.

    Parameters
    ----------
    prediction : Prediction
        What is to be expected.
    chart : Path or None
        Where the chart was written.

    Returns
    -------
    list of Row
        Lines of at most 80 columns.
    """
    word, reason, level = headline(prediction)
    rows = [*verdict_rows(word, reason, level), Row("")]
    focus = "the wall" if prediction.focus_m is None else length(prediction.focus_m, "m")
    blur = (
        f"blurred over {prediction.blur_pitches:.1f} LEDs" if prediction.blur_pitches else "sharp"
    )
    rows += labelled(
        "place",
        f"{length(prediction.distance_m, 'm')} from a {prediction.pitch_mm:g} mm wall, "
        f"{length(prediction.focal_mm, 'mm')} at T{prediction.f_stop:.2g}, focused at {focus}: "
        f"u = {prediction.led_frequency:.3f} LEDs per photosite, {blur}",
    )
    rows += _line_rows(prediction.lines)
    rows += _change_rows(prediction.advice)
    rows += _lens_rows(prediction)
    for label, bands, unit, searched in (
        ("distance", prediction.safe_distances_m, "m", prediction.distance_range_m),
        ("lens", prediction.safe_focals_mm, "mm", prediction.focal_range_mm),
    ):
        ends = (
            f"{length(searched.low, unit).removesuffix(f' {unit}')} to {searched.high:.3g} {unit}"
        )
        safe = ", ".join(span_text(band, unit, searched) for band in bands) or "nowhere"
        rows += labelled(label, f"safe {safe} (searched {ends})", "" if bands else "warn")
    worst = ", ".join(
        f"{danger.distance_m:.2f} m or {danger.focal_mm:.1f} mm (u = {fraction(danger.u)})"
        for danger in prediction.dangers
    )
    rows += labelled("avoid", worst)
    rows += _band_rows(prediction)
    if chart is not None:
        rows += labelled("chart", str(chart))
    rows += labelled("assumed", "; ".join(prediction.assumptions), "dim")
    return rows


def _line_rows(lines: Sequence[ExpectedLine]) -> list[Row]:
    rows: list[Row] = []
    for line, names in _grouped([line for line in lines if line.visibility_bound >= 1.0])[
        :_MOST_LINES
    ]:
        orders = f"order{'s' if len(names) > 1 else ''} {' and '.join(names[:4])}"
        seen, contrast = f"{_factor(line.visibility)} what an eye sees", line.contrast
        if line.visibility < _SAME * line.visibility_bound:
            ideal = _factor(line.visibility)
            contrast = line.contrast_bound
            seen = f"up to {_factor(line.visibility_bound)} what an eye sees, {ideal} if ideal"
        rows += labelled(
            "shows" if not rows else "",
            f"{line_words(line)}: {seen}; contrast {100 * contrast:.2g} %, {orders}",
        )
    return rows


def _change_rows(advice: Advice) -> list[Row]:
    enough = [change for change in advice.changes if change.is_enough]
    rows: list[Row] = []
    for change in enough:
        rows += labelled(
            "do one" if not rows else "",
            f"{change_words(change)} (then {_factor(change.visibility)})",
        )
    if not advice.is_safe and not enough:
        rows += labelled("do", "no single change is enough within what was searched", "warn")
        for change in advice.changes:
            rows += labelled(
                "", f"{change_words(change)} helps (then {_factor(change.visibility)})"
            )
    if advice.null is not None:
        shift = advice.null.focus_shift_m
        back = "" if math.isnan(shift) else f": {100 * shift:.0f} cm of focus bring it back"
        rows += labelled(
            "beware",
            f"the blur sits on a null, which hides the fringes by chance{back}; do not rely on it",
            "warn",
        )
    return rows


def _band_rows(prediction: Prediction) -> list[Row]:
    """Bands along the rows that the shutter leaves, and angles that leave none."""
    bands = [band for band in prediction.bands if band.depth > _LEAST_DEPTH]
    angles = ", ".join(f"{shutter.angle_deg:.2f}" for shutter in prediction.shutters)
    instead = f"; shutters of {angles} degrees last whole refreshes" if angles else ""
    if not bands:
        clean = "no bands: the shutter lasts whole refreshes" if prediction.bands else ""
        return labelled("bands", clean) if clean else []
    worst = max(bands, key=lambda band: band.depth)
    still = "" if worst.drift_cycles is None or abs(worst.drift_cycles) > 1e-3 else ", standing"
    return labelled(
        "bands",
        f"up to {100 * worst.depth:.2g} % of the light, every {worst.period_rows:.3g} rows"
        f"{still}{instead}",
    )


def _lens_rows(prediction: Prediction) -> list[Row]:
    """How far focus and iris may go where it is safe; that they do not help where they do not."""
    focus, stop = prediction.focus_enough_m, prediction.stop_enough
    said = []
    if focus is None:
        said.append("no focus is near enough to hide the LEDs")
    elif prediction.advice.is_safe and focus < 0.995 * prediction.distance_m:
        said.append(f"any focus at {math.floor(focus * 100) / 100:.2f} m or nearer is safe")
    if prediction.focus_m is not None:
        there = f"focused at {length(prediction.focus_m, 'm')}"
        if stop is None:
            said.append(f"{there} no iris is wide enough")
        elif prediction.advice.is_safe and stop < _CLOSED:
            said.append(f"{there} it is safe at T{math.floor(stop * 10) / 10:.1f} or wider")
    return labelled("focus", "; ".join(said)) if said else []


def prediction_json(prediction: Prediction, *, chart: Path | None = None) -> dict[str, Any]:
    """Give the document of `ledcal moire predict --json`.

    Parameters
    ----------
    prediction : Prediction
        What is to be expected.
    chart : Path or None
        Where the chart was written.

    Returns
    -------
    dict
        As docs/json.md says.
    """
    word, reason, _ = headline(prediction)
    advice = prediction.advice
    return {
        "schema_version": PREDICT_JSON_VERSION,
        "verdict": word.lower(),
        "reason": reason,
        "distance_m": prediction.distance_m,
        "focal_mm": prediction.focal_mm,
        "f_stop": prediction.f_stop,
        "focus_m": prediction.focus_m,
        "pitch_mm": prediction.pitch_mm,
        "photosite_um": prediction.photosite_um,
        "led_frequency": prediction.led_frequency,
        "blur_pitches": prediction.blur_pitches,
        "visibility": advice.visibility,
        "visibility_bound": advice.visibility_bound,
        "lines": [_line_document(line) for line in prediction.lines],
        "changes": [change_document(change) for change in advice.changes],
        "null": None
        if advice.null is None
        else {
            "visibility": advice.null.visibility,
            "visibility_bound": advice.null.visibility_bound,
            "focus_shift_m": advice.null.focus_shift_m,
        },
        "searched": {
            "distance_m": _ends(prediction.distance_range_m),
            "focal_mm": _ends(prediction.focal_range_mm),
        },
        "safe": {
            "distance_m": [_ends(band) for band in prediction.safe_distances_m],
            "focal_mm": [_ends(band) for band in prediction.safe_focals_mm],
            "focus_m": prediction.focus_enough_m,
            "f_stop": prediction.stop_enough,
        },
        "dangers": [
            {"u": danger.u, "distance_m": danger.distance_m, "focal_mm": danger.focal_mm}
            for danger in prediction.dangers
        ],
        "bands": [
            {
                "harmonic": band.harmonic,
                "order": band.order,
                "frequency_cpr": band.frequency_cpr,
                "depth": band.depth,
                "drift_cycles": band.drift_cycles,
            }
            for band in prediction.bands
        ],
        "shutter_angles_deg": [shutter.angle_deg for shutter in prediction.shutters],
        "chart": None if chart is None else str(chart),
        "assumptions": list(prediction.assumptions),
    }


def _ends(band: Band) -> list[float]:
    return [band.low, band.high]


def change_document(change: Change) -> dict[str, Any]:
    """One change, for JSON."""
    return {
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "visibility": change.visibility,
        "is_enough": change.is_enough,
        "text": change_words(change),
    }


def _line_document(line: ExpectedLine) -> dict[str, Any]:
    return {
        "fx_cpp": line.fx_cpp,
        "fy_cpp": line.fy_cpp,
        "period_px": line.period_px,
        "angle_deg": line.angle_deg,
        "contrast": line.contrast,
        "contrast_bound": line.contrast_bound,
        "colour": line.colour,
        "kind": line.kind,
        "order": list(line.order),
        "visibility": line.visibility,
        "visibility_bound": line.visibility_bound,
        "true_frequency_cpp": list(line.true_frequency),
        "reciprocal_cpp": list(line.reciprocal),
        "at_px": list(line.at_px),
    }
