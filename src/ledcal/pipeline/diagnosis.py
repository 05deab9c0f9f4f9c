"""A measured take to its findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.diagnose.case import Case
from ledcal.diagnose.registry import diagnose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledcal.pipeline.measure import Take
    from ledcal.values.evidence import Comparison
    from ledcal.values.finding import Finding


def findings_of(
    take: Take, others: Iterable[Finding] = (), comparison: Comparison | None = None
) -> tuple[Finding, ...]:
    """Find what went wrong with a take.

    Parameters
    ----------
    take : Take
        Measured.
    others : iterable of Finding
        What the fit of it found.
    comparison : Comparison or None
        With a stored profile.

    Returns
    -------
    tuple of Finding
        Causes; what only follows from them is left out.
    """
    case = Case(
        stage=take.stage,
        measurements=take.measurements,
        transform=take.transform,
        take=take.evidence,
        folder=take.folder,
        comparison=comparison,
    )
    return (*take.findings, *diagnose(case, others))
