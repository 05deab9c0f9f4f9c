"""The history of a profile as a screen of text, and as a document (docs/json.md)."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

from ledcal.report.history_words import (
    amount,
    clean,
    component_name,
    earliest_text,
    limit_text,
    minute_text,
    trend_text,
    until_text,
)
from ledcal.report.summary import WIDTH, Row, labelled, verdict_rows
from ledcal.report.verdict import Verdict, number
from ledcal.values.drift import ONLY_WARNED, component_document
from ledcal.values.history import LEAVING, OUT, STEADY, UNKNOWN, moment
from ledcal.values.quality import number_or_null

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ledcal.values.drift import CheckRecord, Component
    from ledcal.values.history import History, Restart, Trend

HISTORY_JSON_VERSION = 1
_MOST_ROWS = 10
_MOST_EVENTS = 6
_MOST_PROBLEMS = 4
# Where, in a word or two; what is longer stands in the check itself.
_LONGEST_DETAIL = 24
_INDENT = 2
# From half of its limit on a component is told of, trend or not.
_MUCH = 0.5
_STYLES = {"fail": "fail", "warn": "warn"}
_HEAD = f"{'when':18}{'check':8}{'verdict':9}{'dE ITP':>6}  "


def judge_history(history: History) -> Verdict:
    """Judge a history: what is out, or else what will be, and when.

    Parameters
    ----------
    history : History
        Of a profile.

    Returns
    -------
    Verdict
        ``NO CHECKS``, ``OUT``, ``DRIFTING``, ``CHECK`` or ``IN LIMITS``.
    """
    checks = [record for record in history.checks.records if record.kind != "event"]
    if not checks:
        return Verdict("", "NO CHECKS", "nothing has been checked since the calibration", "")
    last = checks[-1]
    when = f"last check {minute_text(moment(last))}"
    if history.restarts and history.restarts[-1].when > moment(last):
        # What the last check said is of another lens, cabinet, baseline.
        event = history.restarts[-1]
        said = f"not checked since {minute_text(event.when)}: {clean(event.text) or 'an event'}"
        return Verdict("warn", "CHECK", f"{said}; the last check before it {_went(last)}", "")
    leaving = sorted(
        (t for t in history.trends if t.state == LEAVING and t.name not in ONLY_WARNED),
        key=lambda trend: trend.days_until_out,
    )
    soon = f"; {component_name(leaving[0].name)}: {until_text(leaving[0])}" if leaving else ""
    if last.verdict == "fail":
        return Verdict("fail", "OUT", f"{when}: {_out_text(last)}{soon}", "")
    if leaving:
        return Verdict("warn", "DRIFTING", f"{when} {_went(last)}{soon}", "")
    if last.verdict == "warn":
        return Verdict("warn", "CHECK", f"{when}: {_out_text(last)}", "")
    if not history.trends or all(trend.state == UNKNOWN for trend in history.trends):
        return Verdict("good", "IN LIMITS", f"{when}; too few days yet to tell a trend", "")
    return Verdict("good", "IN LIMITS", f"{when}; nothing is on its way out", "")


def history_rows(
    history: History, *, every: bool = False, picture: Path | None = None
) -> list[Row]:
    """Give the screen of `drift history`: verdict, the last checks, trends, events.

    Parameters
    ----------
    history : History
        Of a profile.
    every : bool
        All checks and events, not only the last.
    picture : Path or None
        Where one was written.

    Returns
    -------
    list of Row
        Of 80 columns (a path is never broken).
    """
    verdict = judge_history(history)
    rows = verdict_rows(verdict.word, verdict.reason, verdict.level)
    rows.append(Row(""))
    shown, left = _shown(history, every=every)
    if shown:
        rows.append(Row(f"{'':{_INDENT}}{_HEAD}most changed", "dim"))
        if left:
            earlier = f"after {left} earlier {'entry' if left == 1 else 'entries'} (--all)"
            rows.append(Row(f"{'':{_INDENT}}{earlier}", "dim"))
        for record in shown:
            rows += _record_rows(record)
        rows.append(Row(""))
    rows += _trend_rows(history.trends)
    rows += _event_rows(history, shown, every=every)
    problems = history.checks.problems
    for problem in problems if every else problems[:_MOST_PROBLEMS]:
        rows += labelled("warning", clean(problem), "warn")
    if len(problems) > _MOST_PROBLEMS and not every:
        rows += labelled("", f"and {len(problems) - _MOST_PROBLEMS} more files (--all)", "warn")
    if not any(record.kind != "event" for record in history.checks.records):
        name = f'"{history.folder}"' if " " in str(history.folder) else history.folder
        rows += labelled("next", "a check adds to the history:")
        rows.append(Row(f"  {'':10}ledcal drift check CAPTURES --profile {name}"))
    if picture is not None:
        rows.append(Row(f"  {'picture':10}{picture}"))
    while rows and not rows[-1].text:
        rows.pop()
    return rows


def history_json(
    history: History, *, picture: Path | None = None, noted: str | None = None
) -> dict[str, Any]:
    """Make the document of `drift history --json`.

    Parameters
    ----------
    history : History
        Of a profile.
    picture : Path or None
        Where one was written.
    noted : str or None
        File of the event that was added.

    Returns
    -------
    dict
        With all checks, by time.
    """
    verdict = judge_history(history)
    return {
        "schema_version": HISTORY_JSON_VERSION,
        "profile": str(history.folder),
        "word": verdict.word,
        "reason": verdict.reason,
        "checks": [
            {
                "when": record.when,
                "kind": record.kind,
                "verdict": record.verdict,
                "delta_e_itp": number_or_null(record.delta_e_itp),
                "delta_e_itp_p95": number_or_null(record.delta_e_itp_p95),
                "sentence": _whole(record.sentence),
                "note": _whole(record.note),
                "components": [component_document(each) for each in record.components],
                "file": _whole(file),
            }
            for record, file in zip(history.checks.records, history.checks.files, strict=True)
            if record.kind != "event"
        ],
        "events": [
            {
                "when": restart.when.isoformat(timespec="seconds"),
                "note": _whole(restart.text),
                "file": _whole(restart.file) or None,
            }
            for restart in history.restarts
        ],
        "trend": [_trend_document(trend) for trend in history.trends],
        "problems": [_whole(problem) for problem in history.checks.problems],
        "noted": noted,
        "picture": None if picture is None else str(picture),
    }


def _share(component: Component) -> float:
    """How much of its limit a component has used up."""
    share = abs(component.value) / component.limit if component.limit > 0.0 else math.inf
    return share if math.isfinite(component.value) else -1.0


def _worst(components: Iterable[Component]) -> list[Component]:
    """Those that are out, else the one that is nearest to it; the furthest first."""
    ordered = sorted(components, key=_share, reverse=True)
    out = [component for component in ordered if component.verdict != "pass"]
    # A failure goes before what is only said.
    out.sort(key=lambda component: component.verdict != "fail")
    return out or [component for component in ordered[:1] if component.value]


def _out_text(record: CheckRecord) -> str:
    said = "; ".join(map(_component_text, _worst(record.components)))
    return said or clean(record.sentence).rstrip(".") or f"its verdict is {record.verdict}"


def _went(record: CheckRecord) -> str:
    return {"pass": "passed", "warn": "warned"}.get(record.verdict, "failed")


def _component_text(component: Component) -> str:
    value = amount(component)
    is_short = 0 < len(component.detail) <= _LONGEST_DETAIL
    where = f" ({clean(component.detail)})" if is_short else ""
    name = component_name(component.name)
    if component.verdict == "pass":
        return f"{name} {100.0 * _share(component):.0f} % of its limit"
    return f"{name} {value}, limit {limit_text(component.limit)}{where}"


def _record_rows(record: CheckRecord) -> list[Row]:
    """A check or an event in the table."""
    when = minute_text(moment(record))
    if record.kind == "event":
        head = f"{when:18}{'event':8}"
        return _hung(head, clean(record.note) or "(no words)", "heading")
    verdict = record.verdict if record.verdict == "pass" else record.verdict.upper()
    head = f"{when:18}{record.kind:8}{verdict:9}{number(record.delta_e_itp):>6}  "
    parts = [_component_text(component) for component in _worst(record.components)[:3]]
    if record.kind == "verify" and math.isfinite(record.delta_e_itp_p95):
        parts.insert(0, f"95 %: {number(record.delta_e_itp_p95)}")
    if not parts and record.kind == "drift":
        parts.append("nothing")
    if record.note:
        parts.append(f'"{clean(record.note)}"')
    return _hung(head, "; ".join(parts), _STYLES.get(record.verdict, ""))


def _hung(head: str, text: str, style: str) -> list[Row]:
    """A text behind its head, wrapped under itself."""
    held = text.replace(" %", "\xa0%")
    lines = textwrap.wrap(held, WIDTH - len(head) - _INDENT) or [""]
    first = f"{'':{_INDENT}}{head}{lines[0]}".replace("\xa0", " ").rstrip()
    rest = (
        Row(" " * (_INDENT + len(head)) + line.replace("\xa0", " "), style) for line in lines[1:]
    )
    return [Row(first, style), *rest]


def _shown(history: History, *, every: bool) -> tuple[list[CheckRecord], int]:
    """The last checks with the events among them, and how many entries stand before."""
    records = list(history.checks.records)
    at = [place for place, record in enumerate(records) if record.kind != "event"]
    if not at:
        return [], 0
    start = 0 if every or len(at) <= _MOST_ROWS else at[-_MOST_ROWS]
    return records[start:], start


def _trend_rows(trends: Iterable[Trend]) -> list[Row]:
    rows: list[Row] = []
    quiet: dict[str, list[Trend]] = {STEADY: [], UNKNOWN: []}
    told = []
    for trend in trends:
        has_moved = abs(trend.latest) > _MUCH * trend.limit or trend.changed
        if trend.state in quiet and not has_moved:
            quiet[trend.state].append(trend)
        else:
            told.append(trend)
    told.sort(key=lambda trend: [OUT, LEAVING, UNKNOWN, STEADY].index(trend.state))
    styles = {OUT: "fail", LEAVING: "warn"}
    for place, trend in enumerate(told):
        style = styles.get(trend.state, "")
        if trend.name in ONLY_WARNED and style:
            style = "warn"
        rows += labelled("trend" if place == 0 else "", trend_text(trend), style)
    for state, label in ((STEADY, "steady"), (UNKNOWN, "no trend")):
        if quiet[state]:
            n_all = len(told) + sum(map(len, quiet.values()))
            names = ", ".join(component_name(trend.name) for trend in quiet[state])
            who = "all components" if len(quiet[state]) == n_all else names
            rows += labelled(label, f"{who}: {_quiet_text(quiet[state])}")
    if any(trend.changed for trend in told):
        text = "if you know what changed a course, say it: --note TEXT --date DAY"
        rows += labelled("", text, "dim")
    return rows


def _event_rows(history: History, shown: list[CheckRecord], *, every: bool) -> list[Row]:
    """Events that are not in the table."""
    start = moment(shown[0]) if shown else None
    others = [
        restart
        for restart in history.restarts
        if start is None or restart.when < start or not restart.file
    ]
    kept = others if every else others[-_MOST_EVENTS:]
    rows: list[Row] = []
    for place, restart in enumerate(kept):
        rows += labelled("events" if place == 0 else "", _restart_text(restart), "heading")
    return rows


def _restart_text(restart: Restart) -> str:
    return f"{minute_text(restart.when)}  {clean(restart.text) or '(no words)'}"


def _trend_document(trend: Trend) -> dict[str, Any]:
    return {
        "name": trend.name,
        "unit": trend.unit,
        "state": trend.state,
        "slope_per_day": number_or_null(trend.slope_per_day),
        "slope_sigma": number_or_null(trend.slope_sigma),
        "latest": trend.latest,
        "limit": number_or_null(trend.limit),
        "first_out": None if trend.first_out is None else trend.first_out.isoformat(),
        "days_until_out": number_or_null(trend.days_until_out),
        "days_until_out_low": number_or_null(trend.days_until_out_low),
        "days_until_out_high": number_or_null(trend.days_until_out_high),
        "n": trend.n,
        "n_days": trend.n_days,
        "since": trend.since.isoformat(),
        "changed": trend.changed,
    }


def _whole(text: str) -> str:
    """A text that every encoding can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _quiet_text(trends: list[Trend]) -> str:
    """What is common to components that are well within their limits."""
    if all(math.isnan(trend.slope_per_day) for trend in trends):
        return "too few days to tell a rate"
    lows = [trend.days_until_out_low for trend in trends]
    first = min((low for low in lows if math.isfinite(low)), default=math.nan)
    return earliest_text(first)
