"""The history of a profile as a picture: each component over time, against its limit."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.report._matplotlib import (
    BACKGROUND,
    FAINT,
    INK,
    Figure,
    dates,
    drawing,
    mpl,
    save_figure,
)
from ledcal.report.history import judge_history
from ledcal.report.history_words import (
    amount,
    clean,
    component_name,
    days_text,
    limit_text,
    minute_text,
)
from ledcal.report.summary import count
from ledcal.values.drift import COMPONENTS, ONLY_WARNED
from ledcal.values.history import DISTANCES, LEAVING, OUT, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from ledcal.values.history import History, Restart, Trend

_GOOD, _WARN, _FAIL, _VERIFY = "#38e1c6", "#f5c542", "#ff6b57", "#b9a3ff"
_BAND = "#20413f"
_MOST_EVENTS = 10
# Beyond so many limits all is the same: far out.
_LEAST_HEIGHT, _MOST_HEIGHT = 1.5, 4.0
# From here on there is no room for a 0 between the limits.
_LOW_ZERO = 2.5
# Of the width: numbers that are closer hide each other.
_APART = 0.03
_MANY, _VERY_MANY = 60, 400
# Of the time shown, what may be added for what is to come.
_AHEAD = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class _Series:
    """One component: moments, values and limits, whether each is out; shape (n,) each."""

    when: list[datetime]
    ratio: np.ndarray
    is_out: np.ndarray
    text: str
    is_distance: bool


def save_history(history: History, path: Path) -> None:
    """Draw a history and write it.

    Parameters
    ----------
    history : History
        With one check or more.
    path : Path
        Ends in ``.png`` or ``.svg``.

    Raises
    ------
    ValueError
        If there are no checks, or the suffix is neither.
    """
    if not any(record.kind != "event" for record in history.checks.records):
        message = "there are no checks to draw"
        raise ValueError(message)
    with drawing():
        save_figure(_draw(history), path)


def _draw(history: History) -> Figure:
    series = {name: found for name in COMPONENTS if (found := _series(history, name)) is not None}
    panels = [*series, None]
    across = 1 if len(panels) <= 3 else 2
    down = math.ceil(len(panels) / across)
    start, end = _span(history)
    events = [restart for restart in history.restarts if start <= _local(restart.when) <= end]
    lines = min(len(events), _MOST_EVENTS)
    figure = Figure(figsize=(11.0, 1.15 * down + 1.5 + 0.17 * lines), layout="constrained")
    axes = figure.subplots(down, across, sharex=True, squeeze=False)
    # Down the first column, then the second: as they are listed.
    places = list(axes.T.flat)
    trends = {trend.name: trend for trend in history.trends}
    for place, name in zip(places, panels, strict=False):
        if name is None:
            _draw_delta_e(place, history)
        else:
            _draw_component(place, name, series[name], trends.get(name))
        _mark_events(place, events)
    for place in places[len(panels) :]:
        place.set_visible(False)
    for column in axes.T:
        shown = [place for place in column if place.get_visible()]
        _number_events(shown[0], events, (start, end))
        _time_axis(shown[-1], start, end)
    verdict = judge_history(history)
    name = clean(history.folder.resolve().name)
    title = f"{name}\n" + textwrap.fill(f"{verdict.word}: {verdict.reason}", 110)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11.5, color=INK)
    figure.supxlabel(_legend(history, events), x=0.01, ha="left", fontsize=8.5, color=INK)
    return figure


def _local(when: datetime) -> datetime:
    """A moment as the clock at the wall showed it."""
    return when.replace(tzinfo=None)


def _span(history: History) -> tuple[datetime, datetime]:
    """What time is shown: from the first check to the last, and a part of what is foretold."""
    shown = [_local(moment(r)) for r in history.checks.records if r.kind != "event"]
    start, end = min(shown), max(shown)
    events = [_local(restart.when) for restart in history.restarts]
    end = max([end, *(when for when in events if when > start)])
    width = max(end - start, timedelta(days=1))
    ahead = [
        _local(trend.last) + timedelta(days=trend.days_until_out)
        for trend in history.trends
        if trend.state == LEAVING and trend.name not in ONLY_WARNED
    ]
    near = [when for when in ahead if when <= end + _AHEAD * width]
    last = max(near) + 0.03 * width if near else end
    return start - 0.025 * width, max(end + 0.04 * width, last)


def _series(history: History, name: str) -> _Series | None:
    found = [
        (_local(moment(record)), component)
        for record in history.checks.records
        if record.kind == "drift"
        for component in record.components
        if component.name == name and math.isfinite(component.value) and component.limit > 0.0
    ]
    if not found:
        return None
    last = found[-1][1]
    return _Series(
        when=[when for when, _ in found],
        ratio=np.array([component.value / component.limit for _, component in found]),
        is_out=np.array([component.verdict != "pass" for _, component in found]),
        text=f"{amount(last)}, limit {limit_text(last.limit)}",
        is_distance=name in DISTANCES and all(part.value >= 0.0 for _, part in found),
    )


def _draw_component(axes: Any, name: str, series: _Series, trend: Trend | None) -> None:
    height = 1.15 * float(np.abs(series.ratio).max())
    height = min(max(height, _LEAST_HEIGHT), _MOST_HEIGHT)
    low = -0.2 if series.is_distance else -height
    axes.set_ylim(low, height)
    axes.axhspan(0.0 if series.is_distance else -1.0, 1.0, color=_BAND, linewidth=0, zorder=0)
    for edge in (1.0,) if series.is_distance else (-1.0, 1.0):
        axes.axhline(edge, color=_GOOD, linewidth=0.8, alpha=0.8, zorder=1)
    axes.axhline(0.0, color=FAINT, linewidth=0.5, zorder=1)
    is_warned = name in ONLY_WARNED
    _draw_points(axes, series, height, _WARN if is_warned else _FAIL)
    ticks = [0.0, 1.0] if series.is_distance else [-1.0, 0.0, 1.0]
    if height > _LOW_ZERO and 0.0 in ticks[1:]:
        ticks.remove(0.0)
    axes.set_yticks(ticks, [{-1.0: "-limit", 0.0: "0", 1.0: "limit"}[tick] for tick in ticks])
    axes.tick_params(labelsize=8)
    said, colour = series.text, INK
    if trend is not None:
        # A course that never reaches a limit is shown too: as a line, without words.
        _draw_trend(axes, trend, height)
        if trend.state == OUT:
            said, colour = f"OUT: {said}", _WARN if is_warned else _FAIL
        elif trend.state == LEAVING:
            said, colour = f"{said}: {days_text(trend)}", _WARN
    axes.set_title(component_name(name), loc="left", fontsize=9.5, pad=3, fontweight="bold")
    axes.set_title(said, loc="right", fontsize=8.5, pad=3, color=colour)


def _draw_points(axes: Any, series: _Series, height: float, out_colour: str) -> None:
    n = len(series.when)
    size = 4.5 if n <= _MANY else 3.0 if n <= _VERY_MANY else 1.6
    drawn = np.clip(series.ratio, -height, height)
    is_cut = np.abs(series.ratio) > height
    when = np.array(series.when)
    look = {"linestyle": "none", "rasterized": n > _VERY_MANY, "zorder": 3}
    inside = ~series.is_out
    if n <= _MANY:
        axes.plot(when, drawn, color=INK, linewidth=0.6, alpha=0.35, zorder=2)
    faded = 1.0 if n <= _VERY_MANY else 0.45
    axes.plot(
        when[inside], drawn[inside], marker="o", markersize=size, color=INK, alpha=faded,
        markeredgewidth=0, **look,
    )  # fmt: skip
    out = series.is_out & ~is_cut
    axes.plot(
        when[out], drawn[out], marker="D", markersize=size + 0.8, color=out_colour,
        markeredgewidth=0, **look,
    )  # fmt: skip
    # Further out than the panel goes: an arrowhead at its edge.
    for sign, marker in ((1.0, "^"), (-1.0, "v")):
        beyond = is_cut & (np.sign(series.ratio) == sign)
        axes.plot(
            when[beyond], drawn[beyond] - sign * 0.09 * height, marker=marker,
            markersize=size + 2.0, color=out_colour, markeredgewidth=0, **look,
        )  # fmt: skip


def _draw_trend(axes: Any, trend: Trend, height: float) -> None:
    """The line that was fitted, and where it goes on to."""
    if not math.isfinite(trend.slope_per_day):
        return
    last = _local(trend.last)
    days = np.array([(trend.since - last.date()).days, 0.0])
    until = trend.days_until_out if trend.state == LEAVING else 0.0
    colour = _WARN if trend.state in {LEAVING, OUT} else FAINT
    for ends, dash in ((days, "-"), (np.array([0.0, until]), (0, (3, 2)))):
        if ends[0] == ends[1]:
            continue
        level = (trend.level + ends * trend.slope_per_day) / trend.limit
        when = [last + timedelta(days=float(day)) for day in ends]
        if np.abs(level).max() <= 2.0 * height:
            axes.plot(when, level, color=colour, linewidth=1.6, linestyle=dash, zorder=4)
    if trend.state == LEAVING and until > 0.0 and math.isfinite(trend.days_until_out_high):
        edge = math.copysign(1.0, trend.slope_per_day)
        span = [trend.days_until_out_low, trend.days_until_out_high]
        when = [last + timedelta(days=day) for day in span]
        axes.plot(
            when, [edge, edge], color=_WARN, linewidth=4.0, alpha=0.8, solid_capstyle="butt",
            zorder=4,
        )  # fmt: skip


def _draw_delta_e(axes: Any, history: History) -> None:
    """How far colours are off: what drift checks predict, and what verify measured."""
    largest = 1.0
    for kind, marker, colour in (("drift", "o", INK), ("verify", "s", _VERIFY)):
        found = [
            (_local(moment(record)), record.delta_e_itp)
            for record in history.checks.records
            if record.kind == kind and math.isfinite(record.delta_e_itp)
        ]
        if not found:
            continue
        n = len(found)
        size = 4.5 if n <= _MANY else 3.0 if n <= _VERY_MANY else 1.6
        largest = max(largest, *(value for _, value in found))
        axes.plot(
            [when for when, _ in found], [value for _, value in found], marker=marker,
            markersize=size, color=colour, linestyle="none", markeredgewidth=0,
            label=kind, rasterized=n > _VERY_MANY, zorder=3,
        )  # fmt: skip
    axes.set_ylim(0.0, 1.15 * largest)
    axes.tick_params(labelsize=8)
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(3))
    axes.set_title("delta E ITP, median", loc="left", fontsize=9.5, pad=3, fontweight="bold")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="lower right", bbox_to_anchor=(1.01, 0.93), frameon=False, fontsize=8.5, ncols=2,
            handletextpad=0.1, columnspacing=1.0, markerscale=1.4,
        )  # fmt: skip


def _mark_events(axes: Any, events: Sequence[Restart]) -> None:
    for event in events:
        axes.axvline(_local(event.when), color=INK, linewidth=1.0, linestyle=(0, (1, 2)), zorder=2)


def _number_events(axes: Any, events: Sequence[Restart], span: tuple[datetime, datetime]) -> None:
    """Numbers at the tops of the lines; the words stand below the picture."""
    left, right = (dates.date2num(end) for end in span)
    # From the last to the first: the newest are those that matter.
    taken = np.inf
    for number in range(len(events), 0, -1):
        at = float(dates.date2num(_local(events[number - 1].when)))
        if taken - at < _APART * (right - left):
            continue
        taken = at
        axes.annotate(
            str(number), (at, 1.0),
            xycoords=axes.get_xaxis_transform(), xytext=(0, -1), textcoords="offset points",
            ha="center", va="top", fontsize=7.5, color=BACKGROUND, zorder=6,
            bbox={"boxstyle": "circle,pad=0.2", "facecolor": INK, "edgecolor": "none"},
        )  # fmt: skip


def _time_axis(axes: Any, start: datetime, end: datetime) -> None:
    axes.set_xlim(start, end)
    days = (end - start) / timedelta(days=1)
    if 1.5 < days < 14.0:
        axes.xaxis.set_major_locator(dates.DayLocator(interval=math.ceil(days / 6.0)))
    else:
        axes.xaxis.set_major_locator(dates.AutoDateLocator(minticks=3, maxticks=7))
    form = "%Y-%m-%d" if days > 1.5 else "%Y-%m-%d\n%H:%M"
    axes.xaxis.set_major_formatter(dates.DateFormatter(form))


def _legend(history: History, events: Sequence[Restart]) -> str:
    first = max(len(events) - _MOST_EVENTS, 0)
    lines = [
        textwrap.shorten(
            f"{number}  {minute_text(event.when)}  {clean(event.text) or '(no words)'}", 120
        )
        for number, event in enumerate(events, 1)
        if number > first
    ]
    if first:
        lines.insert(0, f"events 1 to {first}: ledcal drift history --all")
    lines.append(
        "Green: within the limit. Diamonds: out. Arrowheads: further out than is drawn. "
        "Lines: the course since the last event or change; dashed, what is foretold, and 90 % of "
        "when it is out."
    )
    n = sum(record.kind == "drift" for record in history.checks.records)
    m = sum(record.kind == "verify" for record in history.checks.records)
    lines[-1] = "\n".join(textwrap.wrap(f"{count(n, 'drift check')}, {m} verify. {lines[-1]}", 160))
    return "\n".join(lines)
