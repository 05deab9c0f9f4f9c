"""A checked capture as a screen of text, and as a document (docs/json.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.report.summary import Row, count, labelled, plain, verdict_rows
from ledcal.report.verdict import Verdict, by_severity
from ledcal.values.finding import finding_document
from ledcal.values.frame_numbers import format_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.finding import Finding

CHECK_JSON_VERSION = 1
_PUT_RIGHT = "put right what is said above, then check again"
_LABELS = {"fail": "FAIL", "warning": "warning", "note": "note"}


def judge_check(findings: Sequence[Finding], refusal: str) -> Verdict:
    """Judge a capture by what was found.

    Parameters
    ----------
    findings : sequence of Finding
        Of `ledcal check`.
    refusal : str
        Why it cannot be fitted; empty where it can.

    Returns
    -------
    Verdict
        ``USABLE``, ``CHECK``, ``BAD``, ``RE-SHOOT`` or ``UNUSABLE``.
    """
    ordered = by_severity(findings)
    worst = ordered[0] if ordered else None
    if refusal:
        # What was found tells more of the cause than what the fit stumbled over.
        if worst is not None and worst.severity == "fail" and worst.reshoot:
            return Verdict("fail", "RE-SHOOT", _why(worst), worst.fix)
        return Verdict("fail", "UNUSABLE", plain(refusal), _PUT_RIGHT)
    if worst is not None and worst.severity == "fail":
        word = "RE-SHOOT" if worst.reshoot else "BAD"
        return Verdict("fail", word, _why(worst), worst.fix)
    warned = sum(finding.severity == "warning" for finding in findings)
    if warned and worst is not None:
        return Verdict(
            "warn",
            "CHECK",
            f"it can be fitted, with {count(warned, 'warning')}: {_why(worst)}",
            worst.fix,
        )
    return Verdict("good", "USABLE", "nothing is wrong with this capture", "ledcal fit")


def _why(finding: Finding) -> str:
    """The likeliest cause alone, in words for three metres away."""
    return f"{plain(finding.cause.partition(';')[0])} ({100 * finding.confidence:.0f} % sure)"


def check_rows(
    findings: Sequence[Finding],
    refusal: str,
    *,
    found: str,
    assumptions: Sequence[str] = (),
    then: str = "",
) -> list[Row]:
    """Give the screen of `ledcal check`: verdict first, what to do last.

    Parameters
    ----------
    findings : sequence of Finding
        What was found.
    refusal : str
        Why it cannot be fitted; empty where it can.
    found : str
        What the capture is: patches, frames, pattern; empty where nothing was found.
    assumptions : sequence of str
        What was assumed.
    then : str
        What to type where all is well.

    Returns
    -------
    list of Row
        Lines of 80 columns.
    """
    verdict = judge_check(findings, refusal)
    rows = verdict_rows(verdict.word, plain(verdict.reason), verdict.level)
    rows.append(Row(""))
    rows += labelled("found", found) if found else []
    for finding in by_severity(findings):
        rows += _finding(finding)
    if refusal and verdict.reason != plain(refusal):
        rows += labelled("FAIL", f"it cannot be fitted: {plain(refusal)}", "fail")
    if assumptions:
        rows += labelled("assumed", "; ".join(plain(text) for text in assumptions), "dim")
    rows.append(Row(""))
    is_above = any(verdict.action == finding.fix for finding in findings)
    action = _PUT_RIGHT if is_above else verdict.action
    rows += labelled("next", then if verdict.level == "good" and then else action)
    return rows


def _finding(finding: Finding) -> list[Row]:
    """All of a finding: what was seen, why, how sure, what to do, where."""
    style = {"fail": "fail", "warning": "warn"}.get(finding.severity, "dim")
    seen = f"{finding.id}: {plain(finding.seen)}."
    rows = labelled(_LABELS.get(finding.severity, "note"), seen, style)
    cause = f"Likely: {plain(finding.cause)} ({100 * finding.confidence:.0f} % sure)."
    shoot = " Re-shoot." if finding.reshoot and "shoot" not in finding.fix.lower() else ""
    if finding.severity == "note":
        rows += labelled("", f"{plain(finding.fix)}.", "dim")
    else:
        rows += labelled("", cause)
        rows += labelled("", f"To do: {plain(finding.fix)}.{shoot}")
    if finding.frames:
        shown = ", ".join(finding.frames[:4])
        more = f" and {len(finding.frames) - 4} more" if len(finding.frames) > 4 else ""
        rows += labelled("", f"In {shown}{more}.", "dim")
    return rows


def check_json(
    findings: Sequence[Finding],
    refusal: str,
    *,
    pattern: str,
    frames: int,
    patches: int,
    missing: Sequence[int],
    assumptions: Sequence[str],
) -> dict[str, Any]:
    """Make the document of `ledcal check --json` (docs/json.md).

    Parameters
    ----------
    findings, refusal, assumptions
        As in `check_rows`.
    pattern : str
        What was shown; empty where it was not found.
    frames, patches : int
        That were used.
    missing : sequence of int
        Frames of the pattern that no good frame shows.

    Returns
    -------
    dict
        JSON-ready.
    """
    verdict = judge_check(findings, refusal)
    return {
        "schema_version": CHECK_JSON_VERSION,
        "verdict": {"good": "pass"}.get(verdict.level, verdict.level),
        "reason": verdict.reason,
        "next": verdict.action,
        "usable": not refusal,
        "refusal": refusal,
        "reshoot": bool(refusal) or any(finding.reshoot for finding in findings),
        "pattern": pattern,
        "frames": frames,
        "patches": patches,
        "missing_frames": list(missing),
        "only": format_numbers(missing),
        "assumptions": list(assumptions),
        "findings": [finding_document(finding) for finding in by_severity(findings)],
    }
