"""A verified re-shoot as a screen of text, and as a document (docs/json.md)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ledcal.report.summary import Row, count, finding_rows, labelled, plain, verdict_rows
from ledcal.report.verdict import by_severity, number
from ledcal.report.words import REGION_WORDS
from ledcal.values.drift import component_document
from ledcal.values.finding import finding_document
from ledcal.values.quality import number_or_null, spread_document
from ledcal.values.verify import ALL, BEYOND, HELD_OUT

if TYPE_CHECKING:
    from ledcal.values.finding import Finding
    from ledcal.values.verify import RegionFigures, Verification

VERIFY_JSON_VERSION = 1
_LEVELS = {"pass": ("good", "PASS"), "warn": ("warn", "CHECK"), "fail": ("fail", "FAIL")}
_LABELLED = {
    ALL: "all",
    **{name: f"  {label}" for name, (label, _) in REGION_WORDS.items()},
    HELD_OUT: "  held out",
    BEYOND: "beyond",
}
_LABELS = {"fail": "FAIL", "warning": "warning", "note": "note"}
_PUT_RIGHT = "put right what is said above, then verify again"
# Stops of exposure that are worth a line.
_EXPOSURE = 0.1


def verify_rows(result: Verification, *, profile_path: str, kept: str = "") -> list[Row]:
    """Give the screen of `ledcal verify`: the sentence, predicted against achieved, why, what next.

    Parameters
    ----------
    result : Verification
        What became of the re-shoot.
    profile_path : str
        As it can be typed.
    kept : str
        Where it was added to the profile's history; empty where it was not.

    Returns
    -------
    list of Row
        Lines of 80 columns.
    """
    level, word = _LEVELS[result.verdict]
    rows = verdict_rows(word, plain(result.sentence), level)
    rows.append(Row(""))
    rows += labelled("found", _found(result))
    rows += _table(result)
    for finding in by_severity(result.findings):
        rows += _finding(finding)
    rows += _components(result)
    if result.left_out:
        said = ", ".join(f"{n} {reason}" for reason, n in result.left_out.items())
        rows += labelled("left out", f"{said}", "dim")
    if result.assumptions:
        rows += labelled("assumed", "; ".join(plain(text) for text in result.assumptions), "dim")
    if kept:
        # A path is never broken.
        rows.append(Row(f"  {'kept':10}{kept}", "dim"))
    rows.append(Row(""))
    action = _next(result, profile_path)
    is_above = any(action == plain(finding.fix) for finding in result.findings)
    rows += labelled("next", _PUT_RIGHT if is_above else action)
    return rows


def verify_json(result: Verification, *, profile_path: str, kept: str | None) -> dict[str, Any]:
    """Make the document of `ledcal verify --json` (docs/json.md).

    Parameters
    ----------
    result, profile_path, kept
        As `verify_rows` takes them.

    Returns
    -------
    dict
        JSON-ready.
    """
    whole = result.regions[ALL]
    explained = result.explained
    return {
        "schema_version": VERIFY_JSON_VERSION,
        "verdict": result.verdict,
        "reason": result.sentence,
        "next": _next(result, profile_path),
        "profile": profile_path,
        "pattern": result.pattern,
        "corrected_pattern": result.is_drawn,
        "frames": result.n_frames,
        "patches": result.n_patches,
        "left_out": dict(result.left_out),
        "delta_e_itp": number_or_null(whole.achieved.median),
        "delta_e_itp_p95": number_or_null(whole.achieved.p95),
        "noise": spread_document(whole.noise),
        "limits": {"median": result.limits.median_itp, "p95": result.limits.p95_itp},
        "predicted": _figures(result, "predicted"),
        "achieved": _figures(result, "achieved"),
        "against_prediction": _figures(result, "against_prediction"),
        "held_out": result.regions[HELD_OUT].n if HELD_OUT in result.regions else 0,
        "applied": {
            "found": None if explained.winner is None else explained.winner.words,
            "finding": None if explained.winner is None else explained.winner.finding or None,
            "certain": explained.is_certain,
            "allowed": number_or_null(explained.allowed),
            "candidates": [
                {
                    "finding": one.finding or None,
                    "words": one.words,
                    "misfit": number_or_null(one.misfit),
                    "median": number_or_null(one.median),
                    "p95": number_or_null(one.p95),
                }
                for one in explained.suspects
            ],
        },
        "components": [component_document(one) for one in result.components],
        "findings": [finding_document(one) for one in by_severity(result.findings)],
        "assumptions": list(result.assumptions),
        "kept": kept,
    }


def _figures(result: Verification, name: str) -> dict[str, Any]:
    """One kind of figure for every region."""
    return {
        region: {**spread_document(getattr(figures, name)), "n": figures.n}
        for region, figures in result.regions.items()
    }


def _found(result: Verification) -> str:
    how = "the correction in the frames" if result.is_drawn else "corrected by the host"
    patches = "1 patch" if result.n_patches == 1 else f"{result.n_patches} patches"
    return f"{patches} in {count(result.n_frames, 'frame')} ({result.pattern}), {how}"


def _table(result: Verification) -> list[Row]:
    limits = result.limits
    head = f"{'delta E ITP':12}{'n':>4}{'predicted':>14}{'achieved':>14}{'noise':>8}"
    rows = [Row(f"  {'error':10}{head}", "dim")]
    for name, label in _LABELLED.items():
        figures = result.regions.get(name)
        if figures is None:
            continue
        # What the wall cannot make is not held to the target.
        pairs = (
            ("", _pair(figures, "against_prediction"))
            if name == BEYOND
            else (_pair(figures, "predicted"), _pair(figures, "achieved"))
        )
        cells = "".join(f"{pair:>14}" for pair in pairs)
        rows.append(
            Row(f"  {'':10}{label:12}{figures.n:>4}{cells}{number(figures.noise.median):>8}")
        )
    whole = result.regions[ALL]
    rows += labelled(
        "",
        f"Median / 95 %, of what the wall can make; limits {limits.median_itp:g} / "
        f"{limits.p95_itp:g} beyond the noise. Held out: far from all that was fitted. Beyond: "
        "what the wall cannot make, against the prediction. All are "
        f"{_pair(whole, 'against_prediction')} from the prediction.",
        "dim",
    )
    return rows


def _pair(figures: RegionFigures, name: str) -> str:
    spread = getattr(figures, name)
    return f"{number(spread.median)} / {number(spread.p95)}"


def _finding(finding: Finding) -> list[Row]:
    """What was seen, why, what to do."""
    if finding.severity == "note":
        return finding_rows(finding)
    style = {"fail": "fail", "warning": "warn"}.get(finding.severity, "dim")
    rows = labelled(_LABELS[finding.severity], f"{finding.id}: {plain(finding.seen)}.", style)
    rows += labelled("", f"Likely: {plain(finding.cause)} ({100 * finding.confidence:.0f} % sure).")
    return [*rows, *labelled("", f"To do: {plain(finding.fix)}.")]


def _components(result: Verification) -> list[Row]:
    """The exposure, where it is another: what is off in the wall stands in its finding."""
    exposure = next((one for one in result.components if one.name == "exposure"), None)
    if exposure is None or not math.isfinite(exposure.value) or abs(exposure.value) < _EXPOSURE:
        return []
    return labelled(
        "exposure",
        f"{exposure.value:+.2f} stops since the calibration, and taken off: iris, ND, shutter or "
        "the wall's brightness (a camera alone cannot tell them apart)",
        "dim",
    )


def _next(result: Verification, profile_path: str) -> str:
    worst = next(iter(by_severity(result.findings)), None)
    if worst is not None and worst.severity != "note":
        return plain(worst.fix)
    if result.verdict == "fail":
        return f"fit again, and look at the report of {profile_path}"
    return "shoot; verify again when lens, camera or processor is changed"
