"""What is known of a profile since its calibration: its checks, events, and where it is going."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ledcal.values.drift import UNITS

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ledcal.values.drift import CheckRecord

# Beyond its limit now; on its way there; not at this rate; cannot be told.
OUT, LEAVING, STEADY, UNKNOWN = "out", "leaving", "steady", "unknown"
# Components that are distances: they have no sign, and do not fall below zero.
DISTANCES = frozenset({name for name, unit in UNITS.items() if unit == "u'v'"} | {"geometry"})


def moment(record: CheckRecord) -> datetime:
    """When a record was made, with its own offset from UTC.

    Raises
    ------
    ValueError
        If it does not say a time with an offset.

    Examples
    --------
    >>> from ledcal.values.drift import CheckRecord
    >>> moment(CheckRecord("drift", "2031-05-04T09:12:44+02:00")).hour
    9
    """
    when = datetime.fromisoformat(record.when)
    if when.tzinfo is None or not 1970 <= when.year < 9999:
        message = f"{record.when!r} is no time with an offset from UTC"
        raise ValueError(message)
    return when


@dataclass(frozen=True, slots=True)
class Checks:
    """What lies under ``checks/`` of a profile.

    Attributes
    ----------
    records : tuple of CheckRecord
        By time, each once.
    files : tuple of str
        Name of the file of each.
    problems : tuple of str
        One sentence for each file that could not be taken.
    """

    records: tuple[CheckRecord, ...] = ()
    files: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restart:
    """From here on, what is compared is another thing.

    Attributes
    ----------
    when : datetime
        With its offset from UTC.
    text : str
        What people wrote, or that the profile was changed.
    file : str
        That says so; empty where it is seen from the checks alone.
    """

    when: datetime
    text: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Trend:
    """Where one component is going.

    Attributes
    ----------
    name, unit : str
        As in values.drift.
    state : str
        ``out``: the last check is beyond its limit. ``leaving``: it will be, within a year at
        this rate. ``steady``: not at this rate, or not soon at any rate that the checks leave
        open. ``unknown``: too few days, or too much noise to tell.
    latest, limit : float
        Of the last check.
    n, n_days : int
        Checks and days since `since`.
    since : date
        The first day that the slope is of: after the last event, or after the component itself
        changed its course.
    last : datetime
        Of the last check; days are counted from here.
    changed : bool
        Whether `since` is where it changed its course with no event to say why.
    level : float
        Where the line stands at `last`; NaN where it is unknown.
    slope_per_day, slope_sigma : float
        Of the line, and its standard error; NaN where it is unknown.
    days_until_out, days_until_out_low, days_until_out_high : float
        Until the line meets the limit, and the interval that holds that with 90 %; NaN where the
        slope is not sure. The lower end is then the earliest that the checks leave open.
    first_out : date or None
        The first day since the last event on which a check was beyond the limit.
    """

    name: str
    unit: str
    state: str
    latest: float
    limit: float
    n: int
    n_days: int
    since: date
    last: datetime
    changed: bool = False
    level: float = math.nan
    slope_per_day: float = math.nan
    slope_sigma: float = math.nan
    days_until_out: float = math.nan
    days_until_out_low: float = math.nan
    days_until_out_high: float = math.nan
    first_out: date | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Everything that `drift history` shows.

    Attributes
    ----------
    folder : Path
        Of the profile.
    checks : Checks
        Those that are shown; events among them.
    restarts : tuple of Restart
        By time.
    trends : tuple of Trend
        In the order of values.drift.COMPONENTS; of those that were ever measured.
    """

    folder: Path
    checks: Checks
    restarts: tuple[Restart, ...] = ()
    trends: tuple[Trend, ...] = ()
