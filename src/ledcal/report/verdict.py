"""One glance: is this calibration good, why, and what next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledcal.values.finding import Finding
    from ledcal.values.profile import Profile
    from ledcal.values.quality import OverLimit

_ORDER = {"fail": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The first line of everything.

    Attributes
    ----------
    level : str
        ``good``, ``warn`` or ``fail``.
    word : str
        ``GOOD``, ``CHECK`` or ``BAD``: what is read from three metres away.
    reason : str
        Why, one sentence with the number that decided.
    action : str
        What to do next, one sentence.
    """

    level: str
    word: str
    reason: str
    action: str


def number(value: float) -> str:
    """Write a figure with about three significant digits; a dash where it is unknown.

    Examples
    --------
    >>> [number(x) for x in (0.4567, 7.891, 45.67, 123.4, float("nan"))]
    ['0.46', '7.89', '45.7', '123', '-']
    """
    if not math.isfinite(value):
        return "-"
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f}"


def sorted_findings(profile: Profile) -> list[Finding]:
    """Give the findings: the most severe first, then those that want a re-shoot."""
    return by_severity(profile.findings)


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: the most severe first, then those that want a re-shoot."""
    return sorted(
        findings,
        key=lambda finding: (_ORDER.get(finding.severity, 3), not finding.reshoot),
    )


def over_limit_text(figure: OverLimit) -> str:
    """Say how far a figure of the held-out patches is out of tolerance."""
    share = f", of which {number(figure.noise)} is noise" if math.isfinite(figure.noise) else ""
    return (
        f"patches left out of the fit are off by {number(figure.seen)} delta E ITP ({figure.name})"
        f"{share}; limit {number(figure.limit)}{' beyond it' if share else ''}"
    )


def judge(profile: Profile) -> Verdict:
    """Judge a profile by its findings, then by its figures against its own limits.

    Parameters
    ----------
    profile : Profile
        What `fit` made.

    Returns
    -------
    Verdict
        The limits are those of `stage.tolerances`: ledcal's own, not a standard.
    """
    quality, limits = profile.quality, profile.stage.tolerances
    held_out = quality.cross_validated
    findings = sorted_findings(profile)
    worst = findings[0] if findings else None
    if worst is not None and worst.severity == "fail":
        return Verdict("fail", "BAD", worst.seen, worst.fix)
    if quality.after.median >= quality.before.median > limits.median_itp:
        return Verdict(
            "fail",
            "BAD",
            f"the correction does not help: median delta E ITP {number(quality.before.median)} "
            f"before, {number(quality.after.median)} after",
            "check that the captures show this wall uncorrected, and the [target] of stage.toml",
        )
    if worst is not None and worst.severity == "warning" and worst.reshoot:
        return Verdict("warn", "CHECK", worst.seen, worst.fix)
    over = quality.over_limits(limits)
    if over:
        return Verdict(
            "warn",
            "CHECK",
            over_limit_text(over[0]),
            worst.fix
            if worst is not None and worst.severity == "warning"
            else "look at the flagged patches in the report, then shoot again",
        )
    if not quality.neutral_monotone:
        return Verdict(
            "warn",
            "CHECK",
            "the grey axis of the correction does not rise all the way",
            "look for banding on a grey ramp; re-shoot with more frames per patch",
        )
    if worst is not None and worst.severity == "warning":
        return Verdict("warn", "CHECK", worst.seen, worst.fix)
    if not math.isfinite(held_out.median):
        return Verdict(
            "warn",
            "CHECK",
            "there were too few patches to check the fit on ones left out",
            "re-shoot with --set standard to know how good it is",
        )
    return Verdict(
        "good",
        "GOOD",
        f"from {number(quality.before.median)} to {number(quality.after.median)} delta E ITP "
        f"(median); patches left out of the fit agree to {number(held_out.median)} (median), "
        f"{number(held_out.p95)} (95 %)",
        "export the correction, load it, and look at a grey ramp and a face through the camera",
    )
