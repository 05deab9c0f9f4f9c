"""The history of checks: how fast it is read, and how good its dates are.

Speed is told as a ratio to what Python's own JSON parser needs for the same bytes. Dates are judged
on made-up days whose slope is known: how often 90 % intervals hold the truth, how often a component
that goes nowhere is called leaving, how often a step or bend is found.

    python benchmarks/history.py
    python benchmarks/history.py --checks 20000 --takes 4000 --seed 3
    python benchmarks/history.py --write calibration_profiles/NAME
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from ledcal.drift.line import fit_line, last_course, odd_days
from ledcal.drift.trend import find_restarts, find_trends
from ledcal.profile.checks import read_checks, write_check
from ledcal.values.drift import COMPONENTS, CheckRecord, DriftLimits, judge, worst_verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledcal.values.arrays import FloatArray

START = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
# In limits: what a component of a check is off by from day to day, and its stated error.
SCATTER, SAID = 0.06, 0.04


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--checks", type=int, default=5000)
    parser.add_argument("--takes", type=int, default=1500, help="made-up series of each kind")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--write", type=Path, metavar="DIR", help="a made-up history, and no more")
    given = parser.parse_args()
    if given.write:
        for record in made_up(48, seed=given.seed):
            write_check(given.write, record)
        return
    speed(given.checks, given.seed)
    dates(given.takes, given.seed)
    courses(given.takes, given.seed)


def made_up(n: int, *, seed: int, per_day: int = 1) -> Iterator[CheckRecord]:
    """The history of a wall whose green fades, and that had a cabinet swapped."""
    rng = np.random.default_rng(seed)
    limits = DriftLimits()
    for i in range(n):
        day, hour = divmod(i, per_day)
        when = START + timedelta(days=day, hours=2 * hour, minutes=int(rng.integers(0, 40)))
        off = dict(zip(COMPONENTS, SCATTER * rng.normal(size=len(COMPONENTS)), strict=True))
        off["channel_green"] -= 0.016 * max(day - 9, 0)
        off["uniformity"] -= 1.7 if 5 <= day < 9 else 0.0
        off["exposure"] += 3.3 if i == n // 2 else 0.0
        for name in ("camera_white", "white", "primaries", "geometry"):
            off[name] = abs(off[name])
        components = tuple(
            judge(
                name,
                value * limits.of(name),
                SAID * limits.of(name),
                limits,
                detail="cabinet r3c7" if name == "uniformity" and abs(value) > 1.0 else "",
            )
            for name, value in off.items()
        )
        yield CheckRecord(
            kind="drift",
            when=when.isoformat(timespec="seconds"),
            verdict=worst_verdict(components),
            sentence="Made up.",
            delta_e_itp=0.3 + abs(off["channel_green"]) + abs(off["uniformity"]) / 2.0,
            delta_e_itp_p95=1.0 + abs(off["channel_green"]),
            components=components,
            profile_sha256="a" * 64,
            inputs=tuple((f"A00{k}.dng", "b" * 64) for k in range(3)),
            ledcal_version="made up",
        )
        if day == 8 and hour == 0:
            noon = when.replace(hour=12, minute=0).isoformat(timespec="seconds")
            yield CheckRecord("event", noon, note="cabinet r3c7 swapped", ledcal_version="made up")


def speed(n: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder)
        for record in made_up(n, seed=seed, per_day=3):
            write_check(profile, record)
        texts = [path.read_bytes() for path in sorted((profile / "checks").iterdir())]
        parsed = min(_timed(lambda: [json.loads(text) for text in texts]) for _ in range(3))
        read = min(_timed(lambda: read_checks(profile)) for _ in range(3))
        checks = read_checks(profile)
        trends = min(
            _timed(lambda: find_trends(checks.records, find_restarts(checks))) for _ in range(3)
        )
    size = sum(map(len, texts)) / 1e6
    print(f"{len(checks.records)} files, {size:.1f} MB: json.loads alone {parsed:.2f} s")
    print(f"  read_checks {read:.2f} s, {read / parsed:.1f} times that")
    print(f"  find_trends {trends:.2f} s, {trends / parsed:.1f} times that")


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def dates(takes: int, seed: int) -> None:
    """How often intervals hold the truth; values and slopes in limits."""
    print("\ndays  slope   slips  slope in 90 %  date in 90 %  called sloped  cut short")
    rng = np.random.default_rng(seed)
    for n in (5, 8, 15, 30, 90):
        for slope, slips in ((0.0, 0.0), (0.03, 0.0), (0.03, 0.05)):
            held, met, sloped, cut, told = 0, 0, 0, 0, 0
            for _ in range(takes):
                days = np.arange(n) + rng.uniform(-0.1, 0.1, n)
                values = slope * (days - days[-1]) + SCATTER * rng.normal(size=n)
                values += 1.2 * rng.choice([-1.0, 1.0], n) * (rng.random(n) < slips)
                days_kept, kept, sigma, first = _course(days, values)
                cut += first > 0
                if len(kept) < 4:
                    continue
                line = fit_line(days_kept, kept, sigma).moved(days[-1] - days_kept[-1])
                told += 1
                margin = line.quantile(0.9) * math.sqrt(line.var_slope)
                held += abs(line.slope - slope) <= margin
                low, high = line.days_until(1.0)
                truth = 1.0 / slope if slope else math.inf
                met += low <= truth <= high
                sloped += line.is_sloped()
            shares = [f"{x / told:.3f}" for x in (held, met, sloped)]
            print(
                f"{n:4}  {slope:5}  {slips:6}  {shares[0]:>13}  {shares[1]:>12}  {shares[2]:>13}"
                f"  {cut / takes:9.3f}"
            )


def courses(takes: int, seed: int) -> None:
    """Steps and bends in the middle of 30 days: found, and within two days of the truth."""
    print("\n30 days, after the middle          found  within 2 days")
    rng = np.random.default_rng(seed)
    days = np.arange(30.0)
    for words, change in (
        ("a step of a quarter limit", 0.25 * (days >= 15)),
        ("a step of half a limit", 0.5 * (days >= 15)),
        ("it begins to move 0.03 a day", 0.03 * np.maximum(days - 15.0, 0.0)),
        ("it begins to move 0.1 a day", 0.1 * np.maximum(days - 15.0, 0.0)),
    ):
        found, near = 0, 0
        for _ in range(takes):
            _, _, _, first = _course(days, change + SCATTER * rng.normal(size=30))
            found += first > 0
            near += abs(first - 15) <= 2
        print(f"{words:34}  {found / takes:.3f}  {near / takes:13.3f}")


def _course(days: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    """Days, values and errors of the last course, as the trend takes them, and where it begins."""
    sigma = np.full(len(days), SAID)
    good = ~odd_days(days, values, sigma)
    first = last_course(days[good], values[good], sigma[good])
    return days[good][first:], values[good][first:], sigma[good][first:], first


if __name__ == "__main__":
    main()
