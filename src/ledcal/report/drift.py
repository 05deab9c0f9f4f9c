"""What `drift baseline` and `drift check` say: a verdict, a table, what to do."""

from __future__ import annotations

import math
import re
import textwrap
from typing import TYPE_CHECKING, Any

from ledcal.report.summary import WIDTH, Row
from ledcal.values.drift import COMPONENT_WORDS, UNITS, component_document
from ledcal.values.quality import number_or_null, spread_document

if TYPE_CHECKING:
    from ledcal.values.drift import Component
    from ledcal.values.drift_check import DriftCheck, StoredBaseline

_VERDICT_WORDS = {"pass": ("PASS", "good"), "warn": ("CHECK", "warn"), "fail": ("FAIL", "fail")}
_SHORT_UNITS = {
    "% of the exponent": "%",
    "% of peak": "% of peak",
    "% of the picture's width": "% of width",
}
# What of a detail is worth a line also where all is well.
_SAID_ANYWAY = ("not seen", "moire")
_INDENT, _TIE = 6, "\u00a0"


def drift_rows(check: DriftCheck) -> list[Row]:
    """Lay a drift check out for a screen: the verdict, what to do, the figures.

    Parameters
    ----------
    check : DriftCheck
        What was found.

    Returns
    -------
    list of Row
        At most 80 columns; a path is never broken.
    """
    record, then, now = check.record, check.then, check.now
    word, style = _VERDICT_WORDS[record.verdict]
    rows = [Row(line, style) for line in _wrapped(f"{word}  {record.sentence}.", "")]
    rows += [
        Row(line)
        for number, text in enumerate(check.advice)
        for line in _wrapped(text, "to do: " if number == 0 else "       ")
    ]
    rows += [Row(""), Row(f"{'':20}{'change':>14}{'+/-':>9}{'limit':>9}  unit", "heading")]
    rows += [row for one in record.components for row in _component_rows(one)]
    rows.append(Row(""))
    rows += [
        Row(line)
        for line in _wrapped(
            f"the correction of {check.profile} leaves {now.median:.2f} median, {now.p95:.2f} p95 "
            f"delta E ITP on today's wall ({then.median:.2f} and {then.p95:.2f} when it was "
            "calibrated)",
            "",
        )
    ]
    whose = "ledcal's own, not a standard" if check.are_own else "of stage.toml"
    rows.append(Row(f"limits: {whose}; or 3 x the baseline's repeatability if that is more", "dim"))
    rows.append(Row(f"kept in {check.path}", "dim"))
    return rows


def baseline_rows(made: StoredBaseline) -> list[Row]:
    """Lay out what a baseline says of the stage itself.

    Parameters
    ----------
    made : StoredBaseline
        What was stored.

    Returns
    -------
    list of Row
        For the screen.
    """
    if made.apart:
        word = f"CHECK  The takes of the baseline differ: {'; '.join(made.apart)}."
        rows = [Row(line, "warn") for line in _wrapped(word, "")]
        rows += [
            Row(line)
            for line in _wrapped(
                "let the wall warm up, keep camera and room as they are, and shoot the baseline "
                "again ('--overwrite'): a drift is seen only beyond 3 x what the stage does by "
                "itself",
                "to do: ",
            )
        ]
    else:
        rows = [
            Row("GOOD  The stage repeats itself: the takes differ by less than any limit.", "good")
        ]
    rows += [Row(""), Row(f"{'':20}{'one take':>14}{'x 3':>9}{'limit':>9}  unit", "heading")]
    for name, size in made.repeatability.items():
        unit = _SHORT_UNITS.get(UNITS[name], UNITS[name])
        rows.append(
            Row(
                f"{COMPONENT_WORDS[name]:20}{size:14.2g}{3 * size:9.2g}"
                f"{made.limits.of(name):9.2g}  {unit}"
            )
        )
    rows.append(Row(f"baseline of {made.profile}: {made.path}", "dim"))
    return rows


def drift_document(check: DriftCheck) -> dict[str, Any]:
    """The result of `drift check` for `--json`."""
    record = check.record
    return {
        "schema_version": 1,
        "profile": check.profile,
        "verdict": record.verdict,
        "sentence": record.sentence,
        "delta_e_itp": number_or_null(check.now.median),
        "delta_e_itp_p95": number_or_null(check.now.p95),
        "calibrated": spread_document(check.then),
        "today": spread_document(check.now),
        "components": [component_document(one) for one in record.components],
        "advice": list(check.advice),
        "limits_are_own": check.are_own,
        "note": record.note,
        "when": record.when,
        "check": str(check.path),
        "updated": None if check.updated is None else str(check.updated),
        "not_updated": check.not_updated,
    }


def _component_rows(one: Component) -> list[Row]:
    """A line of the table, and what there is to add."""
    style = {"fail": "fail", "warn": "warn"}.get(one.verdict, "")
    mark = {"fail": "FAIL", "warn": "check"}.get(one.verdict, "")
    unit = _SHORT_UNITS.get(one.unit, one.unit)
    value = "not seen" if math.isnan(one.value) else _signed(one)
    sigma = f"{one.sigma:.1g}" if math.isfinite(one.sigma) and one.sigma > 0 else ""
    text = f"{COMPONENT_WORDS[one.name]:20}{value:>14}{sigma:>9}{one.limit:9.2g}  {unit:12}{mark}"
    rows = [Row(text.rstrip(), style)]
    if one.detail and (one.verdict != "pass" or any(word in one.detail for word in _SAID_ANYWAY)):
        rows += [Row(line, "dim") for line in _wrapped(one.detail, " " * _INDENT)]
    return rows


def _signed(one: Component) -> str:
    """Value with its sign, where it has one, to what its error allows."""
    if one.value == 0.0:
        return "-"
    is_distance = one.unit == "u'v'" or one.name == "geometry"
    digits = 4 if one.unit == "u'v'" else 3 if one.unit == "% of peak" else 2
    value = round(one.value, digits) + 0.0  # no minus before nothing
    return f"{value:.{digits}f}" if is_distance else f"{value:+.{digits}f}"


def _wrapped(text: str, lead: str) -> list[str]:
    """Lines of at most 80 columns, the others under the first word."""
    # A number keeps its unit beside it.
    tied = re.sub(r"(?<=[0-9]) (?=%|px|nits|stops)", _TIE, text)
    lines = textwrap.wrap(
        tied, WIDTH, initial_indent=lead, subsequent_indent=" " * max(len(lead), _INDENT)
    )
    return [line.replace(_TIE, " ") for line in lines]
