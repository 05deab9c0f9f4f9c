"""What `drift baseline` and `drift check` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.drift import CheckRecord, DriftLimits
    from ledcal.values.quality import Spread


@dataclass(frozen=True, slots=True, eq=False)
class StoredBaseline:
    """A baseline that was made.

    Attributes
    ----------
    profile : str
        Its name.
    path : Path
        Where it stands.
    repeatability : dict of str to float
        By component, in its unit.
    apart : tuple of str
        What the takes differ by more than the limits allow, one phrase each.
    limits : DriftLimits
        Of the stage.
    """

    profile: str
    path: Path
    repeatability: dict[str, float]
    apart: tuple[str, ...]
    limits: DriftLimits


@dataclass(frozen=True, slots=True, eq=False)
class DriftCheck:
    """A check that was made.

    Attributes
    ----------
    profile : str
        Its name.
    record : CheckRecord
        As it was kept.
    path : Path
        Where.
    advice : tuple of str
        What to do.
    then, now : Spread
        Delta E ITP of the profile's correction against its target: when it was calibrated, and
        on today's wall.
    limits : DriftLimits
        That were applied.
    are_own : bool
        Whether all of them are ledcal's own.
    updated : Path or None
        The profile that was derived.
    not_updated : str
        Why none was, where one was asked for.
    """

    profile: str
    record: CheckRecord
    path: Path
    advice: tuple[str, ...]
    then: Spread
    now: Spread
    limits: DriftLimits
    are_own: bool
    updated: Path | None = None
    not_updated: str = ""
