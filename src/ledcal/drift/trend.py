"""From the checks of a profile to where each component is going, and when it is out of limits."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ledcal.drift.line import FEWEST_DAYS, fit_line, last_course, odd_days
from ledcal.values.drift import COMPONENTS
from ledcal.values.history import DISTANCES, LEAVING, OUT, STEADY, UNKNOWN, Restart, Trend, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from ledcal.drift.line import Line
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.drift import CheckRecord, Component
    from ledcal.values.history import Checks

# Further ahead nobody plans, and no line holds.
HORIZON_DAYS = 365.0
# A slope that may be none, but may also lead out within so many days, is not called steady.
_SOON_DAYS = 30.0
_COVERAGE = 0.9
_DAY_S = 86400.0
CHANGED_PROFILE = "the profile was fitted again, or changed"
NEW_BASELINE = "new drift baseline"


@dataclass(frozen=True, slots=True)
class _Seen:
    """One component of one check."""

    when: datetime
    component: Component


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """Checks of a component, one entry a day: moments in days, values, errors, shape (n,) each.

    `dates` are as the clock at the wall said; `n` is how many checks are in each.
    """

    dates: list[date]
    x: FloatArray
    value: FloatArray
    sigma: FloatArray
    n: FloatArray

    def __getitem__(self, which: slice | BoolArray) -> _Days:
        dates = np.array(self.dates, object)[which].tolist()
        return _Days(dates, self.x[which], self.value[which], self.sigma[which], self.n[which])


def find_restarts(checks: Checks, *, baseline: datetime | None = None) -> tuple[Restart, ...]:
    """Find from when on something else is compared: events, another profile, another baseline.

    Parameters
    ----------
    checks : Checks
        By time. A note on a check itself is no event.
    baseline : datetime or None
        When the baseline was taken that holds now. It counts where there are older checks, which
        were compared with another.

    Returns
    -------
    tuple of Restart
        By time.
    """
    found = [
        Restart(moment(record), record.note, file)
        for record, file in zip(checks.records, checks.files, strict=True)
        if record.kind == "event"
    ]
    drifts = [record for record in checks.records if record.kind == "drift"]
    if baseline is not None and drifts and moment(drifts[0]) < baseline:
        found.append(Restart(baseline, NEW_BASELINE))
    stated = [record for record in drifts if record.profile_sha256]
    for before, after in pairwise(stated):
        start, end = moment(before), moment(after)
        # An event between them has said so already.
        if before.profile_sha256 != after.profile_sha256 and not any(
            start <= restart.when <= end for restart in found
        ):
            found.append(Restart(end, CHANGED_PROFILE))
    return tuple(sorted(found, key=lambda restart: restart.when))


def find_trends(records: Sequence[CheckRecord], restarts: Sequence[Restart]) -> tuple[Trend, ...]:
    """Give the trend of every component since the last restart.

    Of each component a line is laid through its days since then, or since it changed its course
    (`drift.line`); several checks of one day are one day, surer by their number, because they
    share its weather, its warm-up and the camera's seat. Only ``drift`` counts, and values that
    are NaN do not.

    Parameters
    ----------
    records : sequence of CheckRecord
        By time.
    restarts : sequence of Restart
        By time.

    Returns
    -------
    tuple of Trend
        Of the components that were measured since the last restart, in the order of
        values.drift.COMPONENTS.
    """
    start = restarts[-1].when if restarts else None
    series: dict[str, list[_Seen]] = {}
    for record in records:
        if record.kind != "drift":
            continue
        when = moment(record)
        if start is not None and when < start:
            continue
        for component in record.components:
            if math.isfinite(component.value):
                series.setdefault(component.name, []).append(_Seen(when, component))
    return tuple(_trend(name, series[name]) for name in COMPONENTS if name in series)


def _trend(name: str, seen: list[_Seen]) -> Trend:
    latest = seen[-1]
    days = _by_day(seen)
    kept = days[~odd_days(days.x, days.value, days.sigma)]
    first = last_course(kept.x, kept.value, kept.sigma)
    course = kept[slice(first, None)]
    out = [entry.when.date() for entry in seen if entry.component.verdict != "pass"]
    is_out = latest.component.verdict != "pass"
    trend = Trend(
        name=name,
        unit=latest.component.unit,
        state=OUT if is_out else UNKNOWN,
        latest=latest.component.value,
        limit=latest.component.limit,
        n=int(course.n.sum()),
        n_days=len(course.x),
        since=course.dates[0],
        last=latest.when,
        changed=first > 0,
        days_until_out=0.0 if is_out else math.nan,
        days_until_out_low=0.0 if is_out else math.nan,
        days_until_out_high=0.0 if is_out else math.nan,
        first_out=out[0] if out else None,
    )
    if len(course.x) < FEWEST_DAYS or not trend.limit > 0.0:
        return trend
    # Days are counted from the last check of all, which may be one that was left out.
    line = fit_line(course.x, course.value, course.sigma).moved(days.x[-1] - course.x[-1])
    trend = replace(
        trend,
        level=line.level,
        slope_per_day=line.slope,
        slope_sigma=math.sqrt(line.var_slope),
    )
    return trend if is_out else _foretold(trend, line)


def _foretold(trend: Trend, line: Line) -> Trend:
    """When a component that is within its limit will not be."""
    is_distance = trend.name in DISTANCES
    # A distance that falls goes nowhere but home.
    if line.is_sloped() and is_distance and line.slope < 0.0:
        return replace(trend, state=STEADY)
    if not line.is_sloped():
        ends = [trend.limit] if is_distance else [trend.limit, -trend.limit]
        low = min(line.days_until(end, _COVERAGE)[0] for end in ends)
        state = UNKNOWN if low < _SOON_DAYS else STEADY
        return replace(trend, state=state, days_until_out_low=_finite(low))
    end = math.copysign(trend.limit, line.slope)
    until = max((end - line.level) / line.slope, 0.0)
    low, high = line.days_until(end, _COVERAGE)
    return replace(
        trend,
        state=LEAVING if until <= HORIZON_DAYS else STEADY,
        days_until_out=until,
        days_until_out_low=min(_finite(low), until) if math.isfinite(low) else 0.0,
        days_until_out_high=_finite(high),
    )


def _by_day(seen: list[_Seen]) -> _Days:
    """One entry for each day: weighted means of its checks."""
    start = seen[0].when
    grouped: dict[date, list[_Seen]] = {}
    for entry in seen:
        grouped.setdefault(entry.when.date(), []).append(entry)
    rows = [_mean([*entries], start) for entries in grouped.values()]
    # Two days at one moment (clocks in other zones) would make a slope of nothing.
    order = sorted(zip(rows, grouped, strict=True), key=lambda row: row[0][0])
    table = np.array([row for row, _ in order])
    x = np.maximum.accumulate(table[:, 0] + 1e-6 * np.arange(len(table)))
    return _Days([day for _, day in order], x, table[:, 1], table[:, 2], table[:, 3])


def _mean(entries: list[_Seen], start: datetime) -> tuple[float, float, float, float]:
    x = np.array([(entry.when - start).total_seconds() / _DAY_S for entry in entries])
    value = np.array([entry.component.value for entry in entries])
    sigma = np.array([entry.component.sigma for entry in entries])
    if not (np.isfinite(sigma).all() and (sigma > 0.0).all()):
        known = sigma[np.isfinite(sigma) & (sigma > 0.0)]
        spread = float(np.median(known)) if known.size else 0.0
        return float(x.mean()), float(value.mean()), spread / math.sqrt(len(x)), float(len(x))
    weight = sigma**-2.0
    total = float(weight.sum())
    return float(x.mean()), float(weight @ value) / total, total**-0.5, float(len(x))


def _finite(days: float) -> float:
    return days if math.isfinite(days) else math.nan
