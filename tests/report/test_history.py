"""A history in words and as a picture: short and long, out and in, with every kind of trend."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledcal.drift.trend import find_restarts, find_trends
from ledcal.files.images import read_image
from ledcal.report._matplotlib import Figure, drawing, save_figure
from ledcal.report.history import history_rows, judge_history
from ledcal.report.history_plot import _draw_component, _series, save_history
from ledcal.report.history_words import clean, days_text, trend_text, until_text
from ledcal.values.history import (
    LEAVING,
    OUT,
    STEADY,
    UNKNOWN,
    Checks,
    History,
    Trend,
    moment,
)
from tests.drift.records import drift, event, verify

if TYPE_CHECKING:
    from ledcal.values.drift import CheckRecord


def history(*records: CheckRecord) -> History:
    """A history of records, with its trends."""
    ordered = tuple(sorted(records, key=moment))
    checks = Checks(ordered, tuple(f"{place}.json" for place in range(len(ordered))))
    restarts = find_restarts(checks)
    return History(Path("north-cam1"), checks, restarts, find_trends(ordered, restarts))


def text(made: History, *, every: bool = False) -> str:
    """The screen as one line."""
    return " ".join(" ".join(row.text for row in history_rows(made, every=every)).split())


TREND = Trend(
    name="channel_green",
    unit="%",
    state=LEAVING,
    latest=0.4,
    limit=0.5,
    n=12,
    n_days=10,
    since=date(2031, 5, 4),
    last=datetime(2031, 5, 14, 9, tzinfo=UTC),
    level=0.41,
    slope_per_day=0.01,
    slope_sigma=0.0004,
    days_until_out=9.0,
    days_until_out_low=7.6,
    days_until_out_high=11.2,
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "out in about 9 days (7 to 12), 2031-05-23; +2.00 +-0.08 % of the limit a day"),
        ({"days_until_out_high": math.nan}, "(7 or more)"),
        ({"days_until_out": 0.4, "days_until_out_low": 0.0}, "at its limit now;"),
        ({"changed": True}, "10 days since it changed on 2031-05-04"),
        ({"first_out": date(2031, 5, 6)}, "; was out first on 2031-05-06"),
        ({"state": OUT, "first_out": date(2031, 5, 6)}, ": OUT, first on 2031-05-06; +2.00"),
        (
            {"state": OUT, "slope_per_day": math.nan},
            ": OUT; too few days to tell a rate, 10 days since 2031-05-04",
        ),
        ({"state": STEADY, "days_until_out_low": 74.9}, ": in limits for 74 days at least; 10"),
        ({"state": STEADY, "days_until_out_low": math.nan}, ": in limits for a year at least;"),
        ({"state": UNKNOWN, "days_until_out_low": 3.2}, ": no sure trend, in limits for 3 days"),
        ({"state": UNKNOWN, "slope_per_day": math.nan}, ": too few days to tell a rate, 10 days"),
    ],
)
def test_a_trend_in_words(changes: dict[str, object], said: str) -> None:
    words = trend_text(replace(TREND, **changes))  # type: ignore[arg-type]
    assert words.startswith("green of the wall +0.40 % (limit 0.5)")
    assert said in words


def test_one_day_is_one_day() -> None:
    soon = replace(TREND, days_until_out=1.2, days_until_out_low=0.5, days_until_out_high=2.0)
    assert days_text(soon) == "out in about 1 day (0 to 2)"
    assert until_text(soon).endswith("2031-05-15")


def test_the_worst_is_said_first() -> None:
    steady = [drift(float(day)) for day in range(6)]
    leaving = [drift(float(day), {"channel_red": 0.1 * day}) for day in range(6)]
    both = {"channel_red": 0.6, "uniformity": -3.0, "exposure": 5.0}
    failed = drift(6.0, both)
    for records, word, style in (
        ([event(0.0, "new lens")], "NO CHECKS", ""),
        (steady[:1], "IN LIMITS", "good"),
        (steady, "IN LIMITS", "good"),
        (leaving, "DRIFTING", "warn"),
        ([*leaving, failed], "OUT", "fail"),
        ([*steady, drift(6.0, {"exposure": 5.0})], "CHECK", "warn"),
        ([*leaving, failed, event(6.5, "cabinet swapped")], "CHECK", "warn"),
        ([*steady, replace(verify(7.0, 3.0), verdict="fail")], "OUT", "fail"),
    ):
        verdict = judge_history(history(*records))
        assert (verdict.word, verdict.level) == (word, style)
    reason = judge_history(history(*leaving, failed)).reason
    assert "evenness -3.00 %, limit 1; exposure +0.500 stops" in reason
    assert reason.index("evenness") < reason.index("exposure"), "what failed, then what warned"
    assert "; red of the wall: out in about" in reason
    assert "too few days" in judge_history(history(*steady[:3])).reason


def test_exposure_alone_is_not_drifting() -> None:
    made = history(*(drift(float(day), {"exposure": 0.1 * day}) for day in range(8)))
    assert made.trends[0].state == LEAVING
    assert judge_history(made).word == "IN LIMITS"
    assert "trend exposure +0.070 stops (limit 0.1): out in about" in text(made)


def test_a_change_without_an_event_asks_for_one() -> None:
    values = [0.0, 0.01, 0.0, -0.01] * 4 + [0.7, 0.71, 0.7, 0.69]
    records = [drift(float(day), {"black": value}) for day, value in enumerate(values)]
    assert "since it changed on 2024-03-20" in text(history(*records))
    assert "--note TEXT --date DAY" in text(history(*records))
    told = text(history(*records, event(15.5, "blinds opened")))
    assert "--note" not in told
    assert "2024-03-19 20:00 event blinds opened" in told


def test_the_screen_is_80_columns_wide_whatever_is_written() -> None:
    long = "a note that goes on and on " * 12
    off = {"uniformity": 9.0, "white": 2.0, "primaries": 2.0, "channel_red": 5.0, "exposure": 9.0}
    records = [drift(float(day), off, note=long, sentence=long) for day in range(12)]
    made = history(*records, *(event(day + 0.5, long) for day in range(12)))
    made = replace(made, checks=replace(made.checks, problems=(long,) * 9))
    for every in (False, True):
        rows = history_rows(made, every=every)
        assert max(len(row.text) for row in rows) <= 80
        assert {row.style for row in rows} >= {"fail", "heading", "warn"}
    assert "and 5 more files" in text(made)


def test_where_is_said_and_long_stories_are_not() -> None:
    record = drift(0.0, {"uniformity": 3.0})
    for detail, is_shown in (("cabinet r3c7", True), ("red +1.75 %, green -0.48 %, blue", False)):
        parts = tuple(replace(part, detail=detail) for part in record.components)
        said = text(history(replace(record, components=parts)))
        assert (f"evenness +3.00 %, limit 1 ({detail})" in said) == is_shown
        assert "evenness +3.00 %, limit 1" in said


def test_components_of_a_later_ledcal_are_shown() -> None:
    record = drift(0.0)
    odd = replace(record.components[0], name="tint_left\x1b[2J", unit="furlongs", value=0.09)
    made = history(replace(record, components=(odd,)))
    assert "tint left[2J 90 % of its limit" in text(made)
    assert made.trends == ()


def test_a_text_is_made_harmless() -> None:
    assert clean("a\x1b[31m\tb\r\n\u202ec\ud800") == "a[31m b c?"


def _many(n: int) -> History:
    records = [
        drift(0.4 * k, {"channel_green": 0.9 * k / n, "uniformity": 7.0 if k == 1 else -0.2})
        for k in range(n)
    ]
    events = [event(0.4 * n * k / 14, f"event {k}") for k in range(min(n, 14))]
    return history(*records, *events, *(verify(0.4 * k + 0.1, 0.6) for k in range(n // 5)))


@pytest.mark.parametrize("n", [1, 30])
def test_pictures_of_short_and_long_histories(tmp_path: Path, n: int) -> None:
    made = _many(n)
    one = tmp_path / "one.png"
    save_history(made, one)
    pixels, _ = read_image(one)
    assert pixels.shape[1] == 1650
    assert pixels.std() > 0.1 * pixels.max()


def test_the_same_history_is_the_same_picture_and_svg_stays_small(tmp_path: Path) -> None:
    made = _many(450)
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"
    save_history(made, one)
    save_history(made, other)
    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_size < 1_000_000
    assert ET.parse(one).getroot().tag.endswith("svg")


def test_what_is_out_is_red(tmp_path: Path) -> None:
    red = [1.0, 0.42, 0.34]
    counts = []
    for value in (0.3, 1.2, 30.0):  # in limits, out, further out than is drawn
        made = history(*(drift(float(day), {"uniformity": value}) for day in range(3)))
        with drawing():
            panel = Figure(figsize=(3.0, 1.0), layout="constrained")
            (series,) = filter(None, [_series(made, "uniformity")])
            _draw_component(panel.add_subplot(), "uniformity", series, None)
            save_figure(panel, tmp_path / "panel.png")
        pixels, _ = read_image(tmp_path / "panel.png")
        light = pixels[..., :3] / (1.0 if pixels.max() <= 1.0 else 255.0)
        counts.append(int((abs(light - red).max(axis=-1) < 0.03).sum()))
    assert counts[0] == 0
    assert counts[1] > 50
    assert counts[2] > 50


def test_nothing_to_draw_is_refused(tmp_path: Path) -> None:
    for made in (history(), history(event(0.0, "x"))):
        with pytest.raises(ValueError, match="no checks"):
            save_history(made, tmp_path / "a.png")
    save_history(history(verify(0.0, 0.5)), tmp_path / "verify.png")
    never = drift(0.0, dict.fromkeys(("white", "black"), math.nan), delta_e_itp=math.nan)
    save_history(history(never), tmp_path / "never.png")
    assert len(list(tmp_path.iterdir())) == 2
