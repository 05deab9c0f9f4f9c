"""Where components are going: since what, how fast, until when, and when nothing can be told."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.drift.trend import CHANGED_PROFILE, NEW_BASELINE, find_restarts, find_trends
from ledcal.values.history import (
    LEAVING,
    OUT,
    STEADY,
    UNKNOWN,
    Checks,
    Restart,
    Trend,
    moment,
)
from tests.drift.records import START, drift, event, verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.drift import CheckRecord


def trends(records: Sequence[CheckRecord], restarts: Sequence[Restart] = ()) -> dict[str, Trend]:
    """Trends by name."""
    return {trend.name: trend for trend in find_trends(records, restarts)}


def green(values: Sequence[float] | np.ndarray, *, start: float = 0.0) -> list[CheckRecord]:
    """One check a day: what green is off by, in limits."""
    return [drift(start + day, {"channel_green": float(v)}) for day, v in enumerate(values)]


def restarts_of(records: Sequence[CheckRecord], **others: object) -> tuple[Restart, ...]:
    """Restarts of records in files called 0, 1, 2."""
    files = tuple(map(str, range(len(records))))
    return find_restarts(Checks(tuple(records), files), **others)  # type: ignore[arg-type]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_component_that_leaves_is_told_with_its_date(sign: float) -> None:
    rng = np.random.default_rng(1)
    values = sign * (0.05 * np.arange(15) + 0.01 * rng.normal(size=15))
    found = trends(green(values))["channel_green"]
    # The limit is 0.5 %, so 0.05 limits a day are 0.025 %; 0.7 limits are gone after 14 days.
    assert found.state == LEAVING
    assert found.slope_per_day == pytest.approx(sign * 0.025, abs=3 * found.slope_sigma)
    assert 0.0 < found.slope_sigma < 0.001
    assert found.days_until_out_low < 6.0 < found.days_until_out_high
    assert found.days_until_out == pytest.approx(6.0, abs=0.7)
    assert (found.n, found.n_days, found.since) == (15, 15, START.date())
    assert found.last == moment(drift(14.0))
    assert found.first_out is None
    assert not found.changed
    assert found.latest == pytest.approx(0.5 * values[-1])
    assert found.limit == 0.5


def test_others_are_steady_in_their_order() -> None:
    records = green([0.05 * day for day in range(15)])
    found = trends(records)
    assert list(found)[:4] == ["exposure", "camera_white", "channel_red", "channel_green"]
    assert {t.state for name, t in found.items() if name != "channel_green"} == {STEADY}
    assert all(math.isnan(t.days_until_out) for t in found.values() if t.state == STEADY)


def test_what_is_out_says_since_when() -> None:
    values = [0.2, 0.4, 0.6, 0.8, 1.01, 0.98, 1.2]
    found = trends(green(values))["channel_green"]
    assert found.state == OUT
    assert found.first_out == (START + timedelta(days=4)).date()
    ends = (found.days_until_out, found.days_until_out_low, found.days_until_out_high)
    assert ends == (0.0, 0.0, 0.0)
    assert found.slope_per_day > 0.0
    back = trends(green([*values, 0.5, 0.4, 0.4, 0.4, 0.4]))["channel_green"]
    assert back.state != OUT
    assert back.first_out == found.first_out


def test_a_slope_that_is_not_sure_has_no_date() -> None:
    rng = np.random.default_rng(2)
    found = trends(green(0.1 * rng.normal(size=25)))["channel_green"]
    assert found.state == STEADY
    assert math.isnan(found.days_until_out)
    assert math.isnan(found.days_until_out_high)
    assert found.days_until_out_low > 30.0
    few = trends(green([0.4, 0.5, 0.42, 0.52, 0.45]))["channel_green"]
    assert few.state == UNKNOWN
    assert 0.0 < few.days_until_out_low < 30.0


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_days_tell_no_rate(n: int) -> None:
    found = trends(green([0.2 * day for day in range(n)]))["channel_green"]
    assert found.state == UNKNOWN
    assert math.isnan(found.slope_per_day)
    assert found.n_days == n


def test_many_checks_of_one_day_are_one_day() -> None:
    hours = [drift(hour / 24.0, {"channel_green": 0.02 * hour}) for hour in range(14)]
    found = trends(hours)["channel_green"]
    assert (found.n, found.n_days, found.state) == (14, 1, UNKNOWN)
    rng = np.random.default_rng(3)
    # Each day has an error of its own, which its checks share.
    own = 0.1 * rng.normal(size=8)
    shared = [
        drift(day + hour / 24.0, {"channel_green": own[day] + 0.001 * rng.normal()})
        for day in range(8)
        for hour in range(10)
    ]
    many = trends(shared)["channel_green"]
    once = trends(shared[::10])["channel_green"]
    assert (many.n, many.n_days) == (80, 8)
    assert many.slope_sigma == pytest.approx(once.slope_sigma, rel=0.05)


def test_what_was_not_measured_is_left_out() -> None:
    values = [0.05 * day for day in range(12)]
    records = green(values)
    records[3] = drift(3.0, {"channel_green": math.nan, "white": math.nan})
    records[11] = drift(11.0, {"channel_green": math.nan})
    found = trends(records)
    assert (found["channel_green"].n, found["white"].n) == (10, 11)
    assert found["channel_green"].latest == pytest.approx(0.25)
    assert found["channel_green"].last == moment(records[10])
    never = [drift(float(day), {"black": math.nan}) for day in range(6)]
    assert "black" not in trends(never)


def test_verify_and_notes_on_checks_change_nothing() -> None:
    records = green([0.05 * day for day in range(12)])
    noted = [replace(record, note="after lunch") for record in records]
    checked = [verify(day + 0.2, 9.0) for day in range(12)]
    assert restarts_of(noted) == ()
    mixed = [record for pair in zip(noted, checked, strict=True) for record in pair]
    assert find_trends(mixed, ()) == find_trends(records, ())


def test_an_event_begins_all_anew() -> None:
    before = green([0.1 * day for day in range(9)])
    after = green([0.0, 0.01, 0.02, 0.03, 0.04], start=10.0)
    records = [*before, event(9.5, "cabinet swapped"), *after]
    restarts = restarts_of(records)
    assert [(r.text, r.file) for r in restarts] == [("cabinet swapped", "9")]
    found = trends(records, restarts)["channel_green"]
    assert (found.n, found.since) == (5, moment(after[0]).date())
    assert found.slope_per_day == pytest.approx(0.005)
    assert found.first_out is None
    assert trends([*before, event(9.5, "x")], restarts) == {}


def test_another_fit_and_another_baseline_begin_anew() -> None:
    records = green([0.0] * 6)
    refitted = [replace(record, profile_sha256="c" * 64) for record in records[3:]]
    (seen,) = restarts_of([*records[:3], *refitted])
    assert (seen.text, seen.when) == (CHANGED_PROFILE, moment(records[3]))
    said = restarts_of([*records[:3], event(2.5, "fitted again"), *refitted])
    assert [restart.text for restart in said] == ["fitted again"], "said once"
    assert restarts_of(records, baseline=moment(drift(-1.0))) == ()
    (later,) = restarts_of(records, baseline=moment(drift(2.5)))
    assert (later.text, later.when) == (NEW_BASELINE, moment(drift(2.5)))


def test_a_change_of_course_is_found_without_an_event() -> None:
    rng = np.random.default_rng(4)
    values = 0.02 * rng.normal(size=25)
    values[15:] += 0.3 + 0.06 * np.arange(10)
    found = trends(green(values))["channel_green"]
    assert found.changed
    assert found.since == (START + timedelta(days=15)).date()
    assert found.slope_per_day == pytest.approx(0.03, abs=3 * found.slope_sigma)
    assert found.days_until_out_low < (1.0 - 0.84) / 0.06 < found.days_until_out_high
    short = trends(green(values[:18]))["channel_green"]
    assert (short.changed, short.n_days, short.state) == (True, 3, UNKNOWN)


def test_one_odd_day_moves_nothing() -> None:
    rng = np.random.default_rng(5)
    values = 0.02 * np.arange(20) + 0.02 * rng.normal(size=20)
    calm = trends(green(values))["channel_green"]
    values[19] += 5.0
    odd = trends(green(values))["channel_green"]
    assert odd.state == OUT
    assert odd.slope_per_day == pytest.approx(calm.slope_per_day, abs=2 * calm.slope_sigma)


def test_days_are_counted_from_the_last_check_of_all() -> None:
    values = 0.03 * np.arange(20) + 0.001 * np.tile([0.0, 1.0], 10)
    calm = trends(green(values))["channel_green"]
    values[18:] = -0.4
    odd = trends(green(values))["channel_green"]
    assert (odd.n, odd.state) == (18, LEAVING)
    assert odd.last == calm.last
    assert odd.days_until_out == pytest.approx(calm.days_until_out, abs=0.3)


def test_a_distance_that_falls_does_not_come_out_below() -> None:
    fading = [drift(float(d), {"white": 0.9 - 0.05 * d}) for d in range(15)]
    found = trends(fading)["white"]
    assert (found.state, math.isnan(found.days_until_out)) == (STEADY, True)
    signed = [drift(float(d), {"black": 0.9 - 0.05 * d}) for d in range(15)]
    assert trends(signed)["black"].state == LEAVING


def test_what_takes_more_than_a_year_is_steady() -> None:
    found = trends(green([0.002 * day for day in range(30)]))["channel_green"]
    assert found.state == STEADY
    assert found.days_until_out == pytest.approx((1.0 - 0.058) / 0.002, rel=0.01)


def test_nights_and_time_zones_count_by_the_clock_at_the_wall() -> None:
    records = green([0.01 * day for day in range(6)])
    moved = [
        replace(record, when=moment(record).astimezone(tz=None).isoformat(timespec="seconds"))
        for record in records
    ]
    here, there = trends(records)["channel_green"], trends(moved)["channel_green"]
    assert there.slope_per_day == pytest.approx(here.slope_per_day, rel=1e-4)
    night = [
        replace(record, when=f"2024-03-{4 + day:02d}T23:50:00-08:00")
        for day, record in enumerate(records)
    ]
    assert trends(night)["channel_green"].since == date(2024, 3, 4)
