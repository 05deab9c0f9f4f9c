"""The words of a history: components, their sizes, and when they are out."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from ledcal.report.summary import count
from ledcal.values.drift import COMPONENT_WORDS
from ledcal.values.history import DISTANCES, LEAVING, OUT, UNKNOWN

if TYPE_CHECKING:
    from datetime import date, datetime

    from ledcal.values.drift import Component
    from ledcal.values.history import Trend

_YEAR_DAYS = 365.0


def clean(text: str) -> str:
    r"""Give a text from a file as one line that no terminal takes for a command.

    Examples
    --------
    >>> clean(" new\n lens \x1b[2J")
    'new lens [2J'
    """
    line = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return "".join(letter for letter in line if letter.isprintable())


def component_name(name: str) -> str:
    """What people call a component; its own name where a later ledcal measured it.

    Examples
    --------
    >>> component_name("channel_red"), component_name("humidity_left")
    ('red of the wall', 'humidity left')
    """
    return COMPONENT_WORDS.get(name) or clean(name).replace("_", " ")


def amount(part: Component) -> str:
    """Write a change with as many digits as its limit asks for; distances have no sign.

    Examples
    --------
    >>> from ledcal.values.drift import DriftLimits, judge
    >>> amount(judge("channel_red", 0.4123, 0.1, DriftLimits(channel_percent=0.5)))
    '+0.41 %'
    >>> amount(judge("white", 0.00041, 0.0001, DriftLimits(white_uv=0.0003)))
    "0.00041 u'v'"
    """
    return _amount(part.name, part.value, part.limit, part.unit)


def limit_text(limit: float) -> str:
    """Write a limit, as short as it is.

    Examples
    --------
    >>> limit_text(0.5), limit_text(0.00025), limit_text(1.0)
    ('0.5', '0.00025', '1')
    """
    return f"{_figure(limit, limit, signed=False).rstrip('0').rstrip('.')}"


def minute_text(when: datetime) -> str:
    """A moment as the clock at the wall showed it.

    Examples
    --------
    >>> from datetime import datetime
    >>> minute_text(datetime.fromisoformat("2031-05-04T09:12:44+02:00"))
    '2031-05-04 09:12'
    """
    return when.strftime("%Y-%m-%d %H:%M")


def until_text(trend: Trend) -> str:
    """Say when a component that is leaving is out: days with their interval, and the date."""
    return (
        f"{days_text(trend)}, {out_date(trend)}"
        if trend.days_until_out >= 1.0
        else days_text(trend)
    )


def days_text(trend: Trend) -> str:
    """Say in how many days a component that is leaving is out, with their interval."""
    days = trend.days_until_out
    low, high = math.floor(trend.days_until_out_low), trend.days_until_out_high
    if days < 1.0:
        return "at its limit now"
    span = f"{low} to {math.ceil(high)}" if math.isfinite(high) else f"{low} or more"
    return f"out in about {count(round(days), 'day')} ({span})"


def out_date(trend: Trend) -> date:
    """The day on which the line of a trend meets the limit."""
    return (trend.last + timedelta(days=trend.days_until_out)).date()


def trend_text(trend: Trend) -> str:
    """Say where a component stands and goes."""
    stands = (
        f"{component_name(trend.name)} "
        f"{_amount(trend.name, trend.latest, trend.limit, trend.unit)}"
        f" (limit {limit_text(trend.limit)})"
    )
    since = f"{'it changed on ' if trend.changed else ''}{trend.since}"
    span = f"{count(trend.n_days, 'day')} since {since}"
    has_rate = math.isfinite(trend.slope_per_day)
    if trend.state == OUT:
        first = f", first on {trend.first_out}" if trend.first_out else ""
        rate = _rate(trend) if has_rate else "too few days to tell a rate"
        return f"{stands}: OUT{first}; {rate}, {span}"
    been = f"; was out first on {trend.first_out}" if trend.first_out else ""
    if trend.state == LEAVING:
        return f"{stands}: {until_text(trend)}; {_rate(trend)}, {span}{been}"
    if not has_rate:
        return f"{stands}: too few days to tell a rate, {span}{been}"
    low = trend.days_until_out_low
    if trend.state == UNKNOWN:
        return f"{stands}: no sure trend, {earliest_text(low)}; {span}{been}"
    return f"{stands}: {earliest_text(low)}; {span}{been}"


def earliest_text(days: float) -> str:
    """Say how long a component that is not sure to be leaving lasts at least.

    Examples
    --------
    >>> [earliest_text(days) for days in (12.7, 0.3, math.nan)]
    ['in limits for 12 days at least', 'may be out any day', 'in limits for a year at least']
    """
    if not days < _YEAR_DAYS:
        return "in limits for a year at least"
    if days < 1.0:
        return "may be out any day"
    return f"in limits for {count(math.floor(days), 'day')} at least"


def _rate(trend: Trend) -> str:
    """A slope with its error, in limits: how fast a limit is used up."""
    share = 100.0 / trend.limit
    slope, sigma = share * trend.slope_per_day, share * trend.slope_sigma
    digits = min(max(-math.floor(math.log10(sigma)), 0), 4) if sigma > 0.0 else 2
    return f"{slope:+.{digits}f} +-{sigma:.{digits}f} % of the limit a day"


def _amount(name: str, value: float, limit: float, unit: str) -> str:
    return f"{_figure(value, limit, signed=name not in DISTANCES)} {clean(unit)}"


def _figure(value: float, limit: float, *, signed: bool = True) -> str:
    if not math.isfinite(value):
        return "-"
    digits = min(max(2 - math.ceil(math.log10(limit)), 0), 9) if limit > 0.0 else 4
    return f"{value:{'+' if signed else ''}.{digits}f}"
