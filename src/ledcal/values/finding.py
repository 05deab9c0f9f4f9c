"""What was noticed: seen, cause, fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the user should know.

    Attributes
    ----------
    id : str
        Stable, kebab-case.
    severity : str
        ``note``, ``warning`` or ``fail``.
    seen : str
        The numbers and where.
    cause : str
        The likely cause.
    confidence : float
        How sure of the cause, 0..1.
    fix : str
        What to do, in the words of the stage.
    reshoot : bool
        Whether the take must be shot again.
    frames : tuple of str
        Names of the frames that show it.
    """

    id: str
    severity: str
    seen: str
    cause: str
    confidence: float
    fix: str
    reshoot: bool
    frames: tuple[str, ...] = ()


def finding_document(finding: Finding) -> dict[str, Any]:
    """Make the plain document of a finding, with the keys that every `--json` uses."""
    return {
        "id": finding.id,
        "severity": finding.severity,
        "seen": finding.seen,
        "cause": finding.cause,
        "confidence": finding.confidence,
        "fix": finding.fix,
        "reshoot": finding.reshoot,
        "frames": list(finding.frames),
    }
