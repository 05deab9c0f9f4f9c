"""Checks that are made up: what a component is off by, in limits."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from ledcal.values.drift import COMPONENTS, CheckRecord, DriftLimits, judge, worst_verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

ZONE = timezone(timedelta(hours=1))
START = datetime(2024, 3, 4, 8, 0, tzinfo=ZONE)
LIMITS = DriftLimits()
SIGMA = 0.02


def at(day: float) -> str:
    """So many days after the first, as a record says it."""
    return (START + timedelta(days=day)).isoformat(timespec="seconds")


def drift(day: float, off: Mapping[str, float] | None = None, **others: object) -> CheckRecord:
    """A drift check: values and errors in limits; what is not named is 0."""
    values = dict.fromkeys(COMPONENTS, 0.0) | dict(off or {})
    components = tuple(
        judge(name, value * LIMITS.of(name), SIGMA * LIMITS.of(name), LIMITS)
        for name, value in values.items()
    )
    stated: dict[str, object] = {
        "kind": "drift",
        "when": at(day),
        "verdict": worst_verdict(components),
        "sentence": "Made up.",
        "delta_e_itp": 0.5,
        "delta_e_itp_p95": 1.25,
        "components": components,
        "profile_sha256": "a" * 64,
        "inputs": (("A001.dng", "b" * 64),),
        "ledcal_version": "0.0.0",
    }
    return CheckRecord(**(stated | others))  # type: ignore[arg-type]


def event(day: float, note: str) -> CheckRecord:
    """Something that people noted."""
    return CheckRecord("event", at(day), note=note, ledcal_version="0.0.0")


def verify(day: float, delta_e: float) -> CheckRecord:
    """A run of verify."""
    return CheckRecord("verify", at(day), "pass", "Made up.", delta_e, 2.0 * delta_e)
