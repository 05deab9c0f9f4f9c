"""The sync pattern: counters read wrong, parts of a frame, the genlock's phase and its refusals.

Counters are drawn as cells with defocus, fall-off and noise, through any shutter at any phase;
phases and faults go through the virtual stage: lens, defocus, vignetting, flare, photon noise.

    python benchmarks/sync.py
    python benchmarks/sync.py --counters 20000 --phases 200 --takes 60 --seed 9
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from ledcal.files.stage import default_stage
from ledcal.measure.sync.decode import decode_counters
from ledcal.measure.sync.phase import find_phase
from ledcal.measure.sync.read import SyncView, find_sync, read_sync
from ledcal.measure.sync.sequence import read_sequence
from ledcal.measure.sync.skew import Heights, column_numbers, judge_panels, judge_tearing
from ledcal.pattern import build_sync, render, sync_layout
from ledcal.simulate.exposed import expose_mosaic
from ledcal.simulate.picture import prepare
from ledcal.simulate.playback import SYNC_FAULTS, build_rolling
from ledcal.simulate.rolling import Rolling, RollingCamera
from ledcal.simulate.scenes import SCENES, keep_in_picture, scene
from ledcal.simulate.stage import VirtualStage, with_values
from ledcal.values.frame import Exposure, LinearFrame, Plane
from ledcal.values.sync import code_table
from ledcal.values.sync_take import Timing

if TYPE_CHECKING:
    from ledcal.values.arrays import AnyArray, FloatArray
    from ledcal.values.stage import Stage
    from ledcal.values.sync import SyncLayout
    from ledcal.values.sync_take import SyncReading

WALL = (640, 360)
SENSOR = (720, 480)
N = 256
SHUTTERS = (45.0, 90.0, 144.0, 172.8, 180.0, 270.0, 345.6, 360.0)
RATES = (23.976, 24.0, 25.0, 29.97, 48.0, 59.94)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--counters", type=int, default=4000, help="for each loop and noise")
    parser.add_argument("--phases", type=int, default=60)
    parser.add_argument("--captures", type=int, default=8, help="of each phase")
    parser.add_argument("--takes", type=int, default=24)
    parser.add_argument("--seed", type=int, default=2)
    args = parser.parse_args()
    counters(args.counters, args.seed)
    phases(args.phases, args.captures, args.seed)
    takes(args.takes, args.seed)


def counters(n: int, seed: int) -> None:
    """Cells with noise: numbers and parts."""
    print(f"counters, {n} frames a row: shutter 90 to 360 degrees, any phase, defocus that brings")
    print("0 to 12 % of a cell into the next, up to 30 % fall-off along the counter")
    print(f"{'loop':>6}{'noise %':>9}{'wrong':>7}{'rms frame':>11}{'worst':>8}")
    for n_frames in (N, 4096):
        for noise in (0.005, 0.01, 0.017):
            rng = np.random.default_rng([seed, n_frames, round(1e4 * noise)])
            number = rng.integers(0, n_frames, n)
            exposure = rng.uniform(0.25, 1.0, n)
            share = np.clip((rng.uniform(0.0, 1.0, n) + exposure - 1.0) / exposure, 0.0, 1.0)
            error = np.concatenate(
                [
                    _counter_errors(number[i : i + 50], share[i : i + 50], n_frames, noise, rng)
                    for i in range(0, n, 50)
                ]
            )
            wrong = int((np.abs(error) > 0.5).sum())
            rms = float(np.sqrt(np.mean(error**2)))
            worst = float(np.abs(error).max())
            print(f"{n_frames:>6}{100 * noise:>9.1f}{wrong:>7}{rms:>11.4f}{worst:>8.3f}")


def _counter_errors(
    number: AnyArray, share: FloatArray, n_frames: int, noise: float, rng: np.random.Generator
) -> FloatArray:
    """One picture's worth of counters: the same defocus for all."""
    table, bleed = code_table(n_frames), rng.uniform(0.0, 0.12)
    bits = table.now[number] + share[:, None] * (table.after[number] - table.now[number])
    cells = np.stack([(1 + bits) / 2, (1 - bits) / 2], axis=-1).reshape(len(number), -1)
    padded = np.pad(cells, ((0, 0), (1, 1)))
    cells = (1 - 2 * bleed) * cells + bleed * (padded[:, :-2] + padded[:, 2:])
    fall = 1.0 + 0.3 * np.linspace(-1.0, 1.0, cells.shape[1]) * rng.uniform(-1, 1, (len(cells), 1))
    cells = cells * fall + 0.1 + noise * rng.standard_normal(cells.shape)
    position, _ = decode_counters(cells[:, ::2], cells[:, 1::2], n_frames)
    wanted = number + share
    return np.asarray((position - wanted + n_frames / 2) % n_frames - n_frames / 2, np.float64)


@lru_cache(maxsize=1)
def declared() -> Stage:
    stage = default_stage()
    return replace(stage, wall=replace(stage.wall, width_px=WALL[0], height_px=WALL[1]))


@lru_cache(maxsize=300)
def picture(number: int) -> AnyArray:
    pattern = build_sync(declared().wall)
    return render(pattern, pattern.frames[number])


def virtual(seed: int, rng: np.random.Generator) -> VirtualStage:
    """A stage as a shoot finds it."""
    name = list(SCENES)[seed % 3]
    stage = with_values(
        scene(name, seed=seed),
        width_px=WALL[0], height_px=WALL[1], width=SENSOR[0], height=SENSOR[1],
        defocus_px=rng.uniform(2.0, 12.0), vignetting=rng.uniform(0.0, 0.5),
        flare=rng.uniform(0.0, 0.03), yaw_deg=rng.uniform(-20.0, 20.0),
        roll_deg=rng.uniform(-2.0, 2.0), exposure_stops=rng.uniform(-2.0, 0.0),
    )  # fmt: skip
    return keep_in_picture(stage)


def shoot(stage: VirtualStage, rolling: Rolling, n: int) -> list[SyncReading]:
    """Photograph and read, without files."""
    setup = prepare(stage)
    camera = RollingCamera(setup, rolling, picture)
    view: SyncView | None = None
    found: list[SyncReading] = []
    for index in range(n):
        frame = _frame(stage, expose_mosaic(setup, camera.planes(index), index), index)
        if view is None:
            seen = find_sync(frame, [WALL])
            if not isinstance(seen, SyncView):
                return []
            view = seen
        reading = read_sync(frame, view)
        if reading is not None:
            found.append(reading)
    return found


def _frame(stage: VirtualStage, mosaic: AnyArray, index: int) -> LinearFrame:
    camera = stage.camera
    left, top = camera.margin
    visible = mosaic[top:, left:]
    names = iter(("G1", "G2"))
    planes = []
    for place, letter in enumerate(camera.pattern):
        channel = next(names) if letter == "G" else letter
        row, column = place // 2, place % 2
        black, white = camera.black[place], float(camera.white)
        values = visible[row::2, column::2]
        planes.append(Plane(values, channel, column, row, 2, black, white, white))
    return LinearFrame(
        f"c{index:04d}", camera.width, camera.height, tuple(planes), "camera", Exposure(), None
    )


def phases(n: int, n_captures: int, seed: int) -> None:
    """Phases at random: known, refused, and how wrong."""
    errors: dict[str, list[float]] = {"to 16 ms": [], "16 to 38 ms": []}
    pulls: list[float] = []
    told: Counter[str] = Counter()
    started = time.perf_counter()
    for case in range(n):
        rng = np.random.default_rng([seed, 77, case])
        rate, angle = float(rng.choice(RATES)), float(rng.choice(SHUTTERS))
        frame_s, exposure_s = 1.0 / rate, angle / 360.0 / rate
        row_s = float(rng.uniform(0.1, 0.9)) * frame_s / SENSOR[1]
        change = float(rng.uniform(0.0, frame_s))
        start = change - 5 * frame_s
        first = int(rng.integers(0, N))
        played = tuple((first + i) % N for i in range(n_captures + 12))
        rolling = Rolling(rate, exposure_s, row_s, rate, start, played)
        readings = shoot(virtual(case, rng), rolling, n_captures)
        if len(readings) < n_captures:
            told["not read"] += 1
            continue
        heights, position, _ = _heights(readings)
        timing = Timing(frame_s, exposure_s, row_s)
        numbers = column_numbers(position, heights)
        genlock = find_phase(readings, numbers, timing, is_linear=True)
        mixed = _mixed(readings, timing, change)
        told[f"{_sort(mixed)}: {genlock.state}"] += 1
        if genlock.phase_ms is not None and genlock.sigma_us is not None:
            error = (genlock.phase_ms * 1e-3 - change + frame_s / 2) % frame_s - frame_s / 2
            readout_s = row_s * SENSOR[1]
            errors["to 16 ms" if readout_s <= 0.016 else "16 to 38 ms"].append(1e6 * error)
            pulls.append(1e6 * error / genlock.sigma_us)
    print(
        f"\ngenlock, {n} set-ups of {n_captures} captures, {RATES[0]:g} to {RATES[-1]:g} "
        "frames a second,"
    )
    print("45 to 360 degrees, readout in 10 to 90 % of a frame, any phase")
    for name, count in sorted(told.items()):
        print(f"  {name:48}{count:>5}")
    for name, found in errors.items():
        size = np.abs(found or [0.0])
        print(
            f"  readout {name:12}{len(found):>4} known phases, error us: median "
            f"{np.median(size):.1f}, 95 % {np.quantile(size, 0.95):.1f}, worst {size.max():.1f}, "
            f"beyond 10 us {(size > 10).sum()}"
        )
    pull = np.abs(pulls)
    print(f"  error over its standard error: median {np.median(pull):.2f}, worst {pull.max():.1f}")
    print(f"  {(time.perf_counter() - started) / max(n, 1):.2f} s a set-up")


def _heights(readings: list[SyncReading]) -> tuple[Heights, FloatArray, tuple[str, ...]]:
    seen = find_layout()
    position = np.array([reading.position for reading in readings])
    row = np.array([reading.row for reading in readings])
    return Heights(position, row, seen), position, tuple(reading.name for reading in readings)


@lru_cache(maxsize=1)
def find_layout() -> SyncLayout:
    return sync_layout(build_sync(declared().wall))


def _mixed(readings: list[SyncReading], timing: Timing, change: float) -> float:
    """The most of an exposure that any row of the bars sees of its second frame."""
    rows = readings[0].bar_rows[np.isfinite(readings[0].bars[..., 0])]
    frame_s, exposure_s, row_s = timing.frame_s or 0, timing.exposure_s or 0, timing.row_s or 0
    before = (change - rows * row_s) % frame_s
    share = np.where(before < exposure_s, before / exposure_s, 0.0)
    return float(np.minimum(share, 1.0 - share).max())


def _sort(mixed: float) -> str:
    if mixed > 0.1:
        return "a row sees more than 10 % of another frame"
    return "no row sees another frame" if mixed == 0 else "rows see less than 10 % of another"


def takes(n: int, seed: int) -> None:
    """Whole takes: nothing wrong, and one thing wrong."""
    print(f"\ntakes of 24 captures, {n} of each kind, random stages, line time known")
    for name in ("", *SYNC_FAULTS):
        said: Counter[str] = Counter()
        for case in range(n):
            rng = np.random.default_rng([seed, 99, case])
            faults = [] if not name else [(SYNC_FAULTS[name], SYNC_FAULTS[name].strength)]
            rolling = build_rolling(
                declared(), rows=SENSOR[1], numbers=range(N), is_loop=True, faults=faults,
                seed=case,
            )  # fmt: skip
            if name in {"dropped-wall-frame", "doubled-wall-frame", "late-wall-frame"}:
                rolling = _early(rolling, name, rng)
            readings = shoot(virtual(case + 1000, rng), rolling, 24)
            said[_said(readings, rolling)] += 1
        print(f"  {name or 'nothing wrong':22}", dict(said))


def _early(rolling: Rolling, name: str, rng: np.random.Generator) -> Rolling:
    """Let it go wrong within the captures that are made."""
    played, place = list(range(60)), int(rng.integers(9, 22))
    if name == "dropped-wall-frame":
        del played[place]
    elif name == "doubled-wall-frame":
        played.insert(place, played[place])
    else:
        played[place] = played[place - 1]
    return replace(rolling, played=tuple(played))


def _said(readings: list[SyncReading], rolling: Rolling) -> str:
    if len(readings) < 24:
        return f"{24 - len(readings)} not read"
    heights, position, names = _heights(readings)
    timing = Timing(1 / rolling.frame_rate, rolling.exposure_s, rolling.line_time_s)
    follows = np.ones(len(names), dtype=np.bool_)
    sequence = read_sequence(heights.wall(), names, follows, N, exposure=0.5)
    is_locked = sequence.locked is not None
    panels = judge_panels(
        position, heights, names, timing, height_px=SENSOR[1], is_locked=is_locked
    )
    tearing = judge_tearing(heights, names, timing, rate=sequence.rate or 1, is_locked=is_locked)
    said = [] if is_locked else ["rate"]
    said += [f"dropped {len(sequence.dropped)}"] if sequence.dropped else []
    said += [f"doubled {len(sequence.doubled)}"] if sequence.doubled else []
    said += ["order"] if sequence.out_of_order else []
    said += sorted({panel.state for panel in panels} - {"in step"})
    said += ["torn"] if tearing is not None and tearing.torn else []
    return " ".join(said) or "in sync"


if __name__ == "__main__":
    main()
