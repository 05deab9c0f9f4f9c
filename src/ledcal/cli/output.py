"""What goes to stdout and stderr: results, JSON, tables, progress."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ledcal.report.summary import Row
    from ledcal.values.finding import Finding


def say(text: str = "") -> None:
    """One piece of the result, on stdout."""
    sys.stdout.write(text + "\n")


_STYLES: dict[str, dict[str, Any]] = {
    "good": {"fg": "green", "bold": True},
    "warn": {"fg": "yellow", "bold": True},
    "fail": {"fg": "red", "bold": True},
    "heading": {"bold": True},
    "dim": {"dim": True},
}


def say_rows(rows: Iterable[Row]) -> None:
    """Lines of a summary, coloured where stdout is a terminal."""
    for row in rows:
        click.echo(click.style(row.text, **_STYLES.get(row.style, {})) if row.style else row.text)


def note(text: str) -> None:
    """One line of the log, on stderr."""
    sys.stderr.write(f"ledcal: {text}\n")


def say_json(document: object) -> None:
    """The result as one JSON document; NaN and infinity become null."""
    sys.stdout.write(json.dumps(_finite(document), indent=2, ensure_ascii=False) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, float) and (value != value or value in {float("inf"), float("-inf")}):  # noqa: PLR0124
        return None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def finding_lines(findings: Iterable[Finding]) -> list[str]:
    """Findings as a person reads them: what, why, what to do."""
    lines = []
    for finding in findings:
        mark = {"fail": "FAIL", "warning": "warning", "note": "note"}.get(finding.severity, "note")
        lines.append(f"{mark}: {finding.seen}")
        if finding.severity != "note":
            lines.append(f"   likely {finding.cause} ({finding.confidence:.0%} sure)")
            lines.append(f"   {finding.fix}" + (" (re-shoot)" if finding.reshoot else ""))
    return lines


@contextmanager
def progress(what: str, unit: str = "frames") -> Iterator[Callable[[int, int], None]]:
    """A bar with the count, on stderr, when that is a terminal; otherwise nothing.

    Yields
    ------
    callable
        Call it with (done, total).
    """
    if not sys.stderr.isatty():
        yield lambda done, total: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=40),
        MofNCompleteColumn(separator=" of "),
        TextColumn(unit),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=None)

        def update(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield update
