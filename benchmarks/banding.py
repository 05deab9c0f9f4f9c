"""How weak a band is found, how often noise is taken for one, and how exact its figures are.

OPENBLAS_NUM_THREADS=1 python benchmarks/banding.py [--trials N] [--seed S] [--only PART ...]

Noise, unless a line says otherwise: 2000 photosites in a row, of both its colours together, each
with noise of 1.4 % of its light; 2160 rows; a raster of LEDs of 5 % in line with the rows and 30 %
of fall-off, which both stand still. Frequencies, phases and drifts are drawn anew for every trial.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.banding import find_bands, row_profiles
from ledcal.simulate.temporal import (
    PulsedWall,
    RollingShutter,
    average_rows,
    photograph_rows,
    row_light,
)

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.banding import Band, Banding

ROWS, COLUMNS, NOISE = 2160, 2000, 0.014
RASTER = 0.2371
# A band that moves less than this from frame to frame is counted as standing still.
LEAST_DRIFT = 0.05


def scene(rows: int, rng: np.random.Generator) -> FloatArray:
    y = np.arange(rows)
    raster = 1.0 + 0.05 * np.cos(2 * np.pi * (RASTER * y + rng.random()))
    return np.asarray(0.18 * raster * (1.0 - 0.3 * (2 * y / rows - 1) ** 2), np.float64)


def shoot(
    rng: np.random.Generator,
    n: int,
    depth: float,
    frequency: float,
    drift: float,
    *,
    rows: int = ROWS,
    flicker: float = 0.0,
    row_noise: float = 0.0,
    fixed: float = 0.0,
) -> Banding:
    seen, y, phase = scene(rows, rng), np.arange(rows), rng.random()
    seen = seen * (1.0 + fixed * rng.standard_normal(rows))
    profiles = [
        average_rows(
            (1.0 + depth * np.cos(2 * np.pi * (frequency * y + drift * j + phase)))
            * (1.0 + flicker * rng.standard_normal()),
            seen,
            columns=COLUMNS,
            noise=NOISE,
            rng=rng,
            row_noise=row_noise,
        )
        for j in range(n)
    ]
    return find_bands(profiles)


def moving(banding: Banding) -> list[Band]:
    return [band for band in banding.bands if not band.is_static]


def false_alarms(trials: int, rng: np.random.Generator) -> None:
    from ledcal.moire.banding.moving import find_moving
    from ledcal.moire.banding.series import row_series
    from ledcal.moire.banding.still import find_still

    print(f"\nFalse alarms, {trials} trials each; moving .1 / .01 / .001, standing .1 / .01 / .001")
    cases = (
        ("8 frames", 8, ROWS, 0.0, 0.0),
        ("8 frames, row noise 10 % of a photosite's", 8, ROWS, 0.0, 0.1 * NOISE),
        ("8 frames, flicker 1 %", 8, ROWS, 0.01, 0.0), ("2 frames", 2, ROWS, 0.0, 0.0),
        ("3 frames", 3, ROWS, 0.0, 0.0), ("16 frames", 16, ROWS, 0.0, 0.0),
        ("8 frames, 512 rows", 8, 512, 0.0, 0.0), ("2 frames, 512 rows", 2, 512, 0.0, 0.0),
    )  # fmt: skip
    for name, n, rows, flicker, row_noise in cases:
        lowest = []
        for _ in range(trials):
            seen = scene(rows, rng)
            series = row_series(
                [
                    average_rows(np.full(rows, 1.0 + flicker * rng.standard_normal()), seen,
                                 columns=COLUMNS, noise=NOISE, rng=rng, row_noise=row_noise)
                    for _ in range(n)
                ]
            )  # fmt: skip
            bands = find_moving(series, 0.1).bands
            still = find_still(series, 0.1, [b.frequency_cpr for b in bands], n)
            others = [b for b in still if abs(b.frequency_cpr - RASTER) > 5 / rows]
            lowest.append([min((b.false_alarm for b in s), default=1.0) for s in (bands, others)])
        share = [[np.mean(np.array(lowest)[:, k] <= p) for p in (0.1, 0.01, 0.001)] for k in (0, 1)]
        print(f"  {name:42s}", *(f"{v:.4f}" for v in share[0] + share[1]), flush=True)


def detection(trials: int, rng: np.random.Generator) -> None:
    print(f"\nFound at 1e-3, {trials} trials each: share, rms of frequency (c/row) and drift, "
          "mean and spread of depth over truth, error over its sigma")  # fmt: skip
    cases = [(8, d) for d in (2e-5, 3e-5, 5e-5, 1e-4, 1e-3, 1e-2)]
    cases += [(n, 1e-4) for n in (2, 3, 4, 16)]
    for n, depth in cases:
        found, rows = 0, []
        for _ in range(trials):
            frequency, sign = rng.uniform(0.002, 0.49), rng.choice([-1.0, 1.0])
            drift = sign * rng.uniform(LEAST_DRIFT, 0.5)
            near = [b for b in moving(shoot(rng, n, depth, frequency, drift))
                    if abs(b.frequency_cpr - frequency) < 1.0 / ROWS]  # fmt: skip
            found += bool(near)
            if near:
                band = near[0]
                turned = np.nan if band.drift_cycles is None else band.drift_cycles - drift
                rows.append(
                    (
                        band.frequency_cpr - frequency,
                        turned - np.round(turned),
                        band.depth / depth,
                        (band.depth - depth) / band.depth_sigma,
                    )
                )
        figures = np.array(rows)
        turned = figures[np.isfinite(figures[:, 1]), 1]
        print(f"  {n:2d} frames, {100 * depth:.3f} %: {found}/{trials}",
              f"{np.sqrt(np.mean(figures[:, 0] ** 2)):.1e}",
              f"{np.sqrt(np.mean(turned**2)) if turned.size else np.nan:.1e}",
              f"{figures[:, 2].mean():.4f} +- {figures[:, 2].std():.3f}",
              f"{figures[:, 3].std():.2f}", flush=True)  # fmt: skip


def slow(trials: int, rng: np.random.Generator) -> None:
    print(f"\n0.01 %, 8 frames, by drift in cycles a frame, {trials} trials: found, depth / truth")
    for drift in (0.01, 0.02, 0.03, 0.05, 0.1, 0.3, 0.5):
        near = [moving(shoot(rng, 8, 1e-4, rng.uniform(0.002, 0.49), drift)) for _ in range(trials)]
        depths = [b[0].depth / 1e-4 for b in near if b]
        median = np.median(depths) if depths else np.nan
        print(f"  {drift:.2f}: {len(depths)}/{trials} {median:.3f}", flush=True)


def standing(trials: int, rng: np.random.Generator) -> None:
    # Photosites that differ by 1 %, averaged over a row.
    fixed = 0.01 / np.sqrt(COLUMNS)
    print(f"\nStanding still, photosites that differ by 1 %, 8 frames, {trials} trials: found, "
          "rms of frequency, depth over truth")  # fmt: skip
    for depth in (5e-5, 1e-4, 2e-4, 1e-3):
        near = []
        for _ in range(trials):
            frequency = rng.uniform(0.004, 0.22)
            bands = shoot(rng, 8, depth, frequency, 0.0, fixed=fixed).bands
            near += [(b.frequency_cpr - frequency, b.depth / depth) for b in bands
                     if b.is_static and abs(b.frequency_cpr - frequency) < 1.0 / ROWS]  # fmt: skip
        figures = np.array(near) if near else np.full((1, 2), np.nan)
        print(f"  {100 * depth:.3f} %: {len(near)}/{trials}",
              f"{np.sqrt(np.mean(figures[:, 0] ** 2)):.1e}",
              f"{figures[:, 1].mean():.3f} +- {figures[:, 1].std():.3f}", flush=True)  # fmt: skip


WALLS = (
    (PulsedWall(3843.7, 0.5), 3.4, 24.0, 172.8), (PulsedWall(1921.3, 0.3), 7.5, 24.0, 150.0),
    (PulsedWall(7683.1, 0.1), 5.1, 24.0, 91.0), (PulsedWall(961.0, 0.05), 9.3, 25.0, 172.8),
    (PulsedWall(3838.9, 0.9, 16, 0.41), 3.4, 24.0, 172.8),
    (PulsedWall(1923.0, 0.9, 32, 0.37), 4.0, 25.0, 90.0),
    (PulsedWall(3840.0, 0.5), 3.4, 24.0, 172.8), (PulsedWall(3840.0, 0.5), 3.4, 24.0, 180.0),
)  # fmt: skip


def walls(rng: np.random.Generator) -> None:
    from ledcal.moire.banding.theory import band_depth, frame_advance, row_frequency

    print("\nThrough pixels: 8 raw frames of 2000 x 2160 (14 bits), pulses integrated exactly; "
          "measured (strongest two) against closed form of k = 1")  # fmt: skip
    flat = np.tile(scene(ROWS, rng)[:, None], (1, COLUMNS))
    for wall, line_us, rate, angle in WALLS:
        shutter = RollingShutter(line_us * 1e-6, angle / 360.0 / rate, rate)
        begin, profiles = 0.0, []
        for j in range(8):
            frame = photograph_rows(row_light(wall, shutter, ROWS, j), flat, noise=NOISE, rng=rng)
            start = time.process_time()
            profiles.append(row_profiles(frame))
            begin += time.process_time() - start
        start = time.process_time()
        banding = find_bands(profiles)
        end = time.process_time() - start
        said = "; ".join(
            f"{b.frequency_cpr:.6f} {100 * b.depth:.4f} % "
            + ("standing" if b.is_static else f"drift {b.drift_cycles or np.nan:+.4f}")
            for b in banding.bands[:2]
        )
        expected = (
            row_frequency(1, wall.refresh_hz, line_us * 1e-6),
            100 * band_depth(1, wall.refresh_hz, shutter.exposure_s, wall.duty),
            frame_advance(1, wall.refresh_hz, rate),
        )
        print(f"  {wall.refresh_hz:g} Hz 1:{wall.scan} {angle:g} deg: {said or 'nothing'} | "
              f"{expected[0]:+.6f} {expected[1]:.4f} % {expected[2]:+.4f} "
              f"| {len(banding.bands)} bands, {begin:.2f} + {end:.2f} s", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=7001)
    parts = ("alarms", "detection", "slow", "standing", "walls")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    if "walls" in options.only:
        walls(rng)
    if "detection" in options.only:
        detection(max(1, options.trials // 5), rng)
    if "slow" in options.only:
        slow(max(1, options.trials // 15), rng)
    if "standing" in options.only:
        standing(max(1, options.trials // 5), rng)
    if "alarms" in options.only:
        false_alarms(options.trials, rng)


if __name__ == "__main__":
    main()
