"""A profile as one screen of text."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.report.document import count_flags
from ledcal.report.verdict import judge, number, sorted_findings
from ledcal.report.words import REGION_WORDS, link_text, peak_text
from ledcal.values.camera import CAMERA_ASSUMPTION, camera_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ledcal.values.finding import Finding
    from ledcal.values.profile import Profile, ProfileSummary

WIDTH = 80
_LABEL = 10
_MOST_FINDINGS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A line for the terminal, and how it is meant.

    Attributes
    ----------
    text : str
        At most 80 columns.
    style : str
        ``good``, ``warn``, ``fail``, ``heading``, ``dim`` or empty.
    """

    text: str
    style: str = ""


def fit_lines(profile: Profile, path: Path) -> list[str]:
    """Give the screen at the end of `ledcal fit` as plain text lines."""
    return [row.text for row in fit_rows(profile, path)]


def fit_rows(profile: Profile, path: Path) -> list[Row]:
    """Give the screen at the end of `ledcal fit`: verdict first, what to type next last.

    Parameters
    ----------
    profile : Profile
        What was fitted.
    path : Path
        Where it was stored.

    Returns
    -------
    list of Row
        At most about 30 lines of 80 columns (a path is never broken).
    """
    verdict = judge(profile)
    rows = verdict_rows(verdict.word, verdict.reason, verdict.level)
    rows.append(Row(""))
    rows += labelled("found", _found(profile))
    rows += _error_rows(profile)
    link = link_text(profile.quality)
    rows += labelled("link", link) if link else []
    rows += labelled("given up", _given_up(profile))
    rows += labelled("camera", _camera(profile))
    for finding in sorted_findings(profile)[:_MOST_FINDINGS]:
        rows += finding_rows(finding)
    left = len(profile.findings) - _MOST_FINDINGS
    if left > 0:
        rows += labelled("", f"and {left} more, in the report", "dim")
    # How the camera's values became ACES2065-1 stands in a row of its own.
    assumed = [text for text in profile.assumptions if not text.startswith(CAMERA_ASSUMPTION)]
    if assumed:
        rows += labelled("assumed", "; ".join(plain(text) for text in assumed), "dim")
    rows.append(Row(""))
    rows.append(Row(f"  {'profile':{_LABEL}}{path}", "heading"))
    rows.append(Row(f"  {'report':{_LABEL}}{path / 'report.html'}"))
    is_above = any(verdict.action == finding.fix for finding in profile.findings)
    action = "do what is said above; to try the profile all the same:"
    rows += labelled("next", action if is_above else verdict.action)
    # What stands behind it may be pasted too.
    line = f"ledcal export {_quoted(path)} --host unreal -o for_unreal  # or unity, blender, ..."
    rows.append(Row(f"  {'':{_LABEL}}{line}"))
    return rows


def profiles_table(summaries: Iterable[ProfileSummary]) -> tuple[list[str], list[list[str]]]:
    """Give the table of `ledcal profiles`: headings, and one row of texts per profile.

    A damaged profile has its name and what is wrong in the last column.
    """
    headings = ["profile", "made", "wall", "camera", "patches", "before", "after", "held out", ""]
    rows = []
    for summary in summaries:
        if summary.problem:
            rows.append([summary.name, "", "", "", "", "", "", "", f"damaged: {summary.problem}"])
            continue
        rows.append(
            [
                summary.name,
                summary.created[:10],
                f"{summary.wall}, {summary.eotf}, {summary.peak_nits:g} nits",
                summary.camera,
                str(summary.n_patches),
                *(
                    "-" if spread is None else number(spread.median)
                    for spread in (summary.before, summary.after, summary.cross_validated)
                ),
                summary.derived_from and f"moved from {summary.derived_from}",
            ]
        )
    return headings, rows


def verdict_rows(word: str, reason: str, level: str) -> list[Row]:
    """The word that is read from three metres away, and why."""
    lines = textwrap.wrap(f"{reason}.", WIDTH - len(word) - 2)
    head = Row(f"{word}  {lines[0]}", level)
    return [head, *(Row(" " * (len(word) + 2) + line, level) for line in lines[1:])]


def _found(profile: Profile) -> str:
    stage = profile.stage
    camera = f" through {stage.camera.model}" if stage.camera.model else ""
    frames = f" in {count(profile.n_frames, 'frame')}" if profile.n_frames else ""
    text = (
        f"{profile.measurements.n_patches} patches{frames} ({profile.pattern}); "
        f"{stage.wall.name}{camera}"
    )
    flags = count_flags(profile)
    flagged = int((profile.measurements.flags != 0).sum())
    if flagged:
        names = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in flags.items())
        return f"{text}; {flagged} flagged: {names}"
    return f"{text}; none flagged"


def _error_rows(profile: Profile) -> list[Row]:
    quality = profile.quality
    rows = [Row(f"  {'error':{_LABEL}}{'delta E ITP':12}{'median':>8}{'95 %':>8}{'max':>8}", "dim")]
    regions = [
        (f"  {label}", quality.regions[name], meaning)
        for name, (label, meaning) in REGION_WORDS.items()
        if name in quality.regions
    ]
    for name, spread, meaning in (
        ("before", quality.before, "predicted, the wall as it is"),
        ("after", quality.after, "predicted, fit's error in it"),
        ("held out", quality.cross_validated, "measured, on patches left out"),
        *regions,
        ("noise floor", quality.noise_floor, "what noise alone makes"),
    ):
        figures = "".join(f"{number(x):>8}" for x in (spread.median, spread.p95, spread.max))
        rows.append(Row(f"  {'':{_LABEL}}{name:12}{figures}   {meaning}"))
    return rows


def _given_up(profile: Profile) -> str:
    quality = profile.quality
    clipped = (
        f"the {100 * quality.gamut_clipped:.0f} % most saturated codes of the content are held "
        "at the wall's edge"
    )
    return "; ".join(text for text in (peak_text(profile), clipped) if text)


def _camera(profile: Profile) -> str:
    source, assumes = camera_path(profile.transform, profile.measurements.header)
    return f"{source}; assumes {assumes}" if assumes else source


def finding_rows(finding: Finding) -> list[Row]:
    """A finding in short: what was seen, what to do."""
    style = {"fail": "fail", "warning": "warn"}.get(finding.severity, "dim")
    shoot = " Re-shoot." if finding.reshoot and "shoot" not in finding.fix.lower() else ""
    return labelled(finding.severity, f"{plain(finding.seen)}: {plain(finding.fix)}.{shoot}", style)


def labelled(label: str, text: str, style: str = "") -> list[Row]:
    """A text behind its label, wrapped."""
    # A number and its unit stay on one line.
    held = text.replace(" %", "\xa0%").replace(" K)", "\xa0K)")
    lines = [line.replace("\xa0", " ") for line in textwrap.wrap(held, WIDTH - _LABEL - 2)] or [""]
    head = Row(f"  {label:{_LABEL}}{lines[0]}", style)
    return [head, *(Row(" " * (_LABEL + 2) + line, style) for line in lines[1:])]


def plain(text: str) -> str:
    """A sentence without its full stop."""
    return text.strip().rstrip(".")


def count(n: int, noun: str) -> str:
    """A number and its noun."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _quoted(path: Path) -> str:
    text = str(path)
    return f'"{text}"' if " " in text else text
