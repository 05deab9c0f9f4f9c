"""What measuring a frame costs beside reading it: ratios of one run, as a Markdown table.

Run it on an idle machine: OMP_NUM_THREADS=1 python benchmarks/measure_speed.py [--repeats 5]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rawpy  # noqa: TID251 - what is measured against
import tifffile  # noqa: TID251

from ledcal.capture.read import read_frame
from ledcal.files.plan import read_plan
from ledcal.measure import sample_frame
from ledcal.values.frame import Exposure, LinearFrame, Plane

if TYPE_CHECKING:
    from collections.abc import Callable

SENSORS = ("1440x960", "6000x4000")
FRAME = "capture_0003.dng"


def run(*arguments: str | Path) -> None:
    """Run a ledcal command."""
    subprocess.run([sys.executable, "-m", "ledcal", *map(str, arguments)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip


def unpack_rawpy(path: Path) -> None:
    with rawpy.imread(str(path)) as raw:
        raw.raw_image  # noqa: B018 - unpacks


def unpack_tifffile(path: Path) -> None:
    with tifffile.TiffFile(path) as tiff:
        tiff.pages[0].asarray(maxworkers=1)


def make_holiday(width: int, height: int) -> LinearFrame:
    """Squares of many kinds, none of them a mark."""
    rng = np.random.default_rng(1)
    blocks = rng.uniform(512, 12000, (10, 15))
    dn = np.kron(blocks, np.ones((-(-height // 10), -(-width // 15))))[:height, :width]
    dn = np.clip(dn + rng.normal(0, 30, dn.shape), 0, 16383).astype(np.uint16)
    planes = tuple(
        Plane(dn[y::2, x::2], name, x, y, 2, 512.0, 16383.0, 16383.0)
        for name, x, y in (("R", 0, 0), ("G1", 1, 0), ("G2", 0, 1), ("B", 1, 1))
    )
    return LinearFrame("holiday", width, height, planes, "camera", Exposure(), None)


def best_of(repeats: int, jobs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Least processor time of each job in ms, the jobs taking turns so that load hits all."""
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(repeats):
        for name, job in jobs.items():
            start = time.process_time()
            job()
            best[name] = min(best[name], 1e3 * (time.process_time() - start))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    print(
        "| frame | tifffile | rawpy | `read_frame` | measure, near | measure | without marks |"
        " near / tifffile | near / rawpy | near / read | measure / rawpy |"
    )
    print("|---|" + "---|" * 10)
    with tempfile.TemporaryDirectory() as folder:
        patterns = Path(folder) / "patterns"
        run("patterns", patterns, "--set", "quick", "--layout", "grid")
        pattern = read_plan(patterns / "plan.json")
        for sensor in SENSORS:
            captures = Path(folder) / sensor
            run("simulate", captures, "--patterns", patterns, "--sensor", sensor)
            path = captures / FRAME
            walls = [(pattern.width_px, pattern.height_px)]
            measure = partial(sample_frame, pattern_for=lambda _: pattern, walls=walls)
            frame = read_frame(path)
            view = measure(read_frame(captures / "capture_0001.dng")).view
            holiday = make_holiday(frame.width, frame.height)
            ms = best_of(
                options.repeats,
                {
                    "tifffile": partial(unpack_tifffile, path),
                    "rawpy": partial(unpack_rawpy, path),
                    "read": partial(read_frame, path),
                    "near": partial(measure, frame, near=view),
                    "alone": partial(measure, frame),
                    "holiday": partial(measure, holiday),
                },
            )
            ratios = [ms["near"] / ms[job] for job in ("tifffile", "rawpy", "read")]
            ratios.append(ms["alone"] / ms["rawpy"])
            print(
                f"| {sensor} |"
                + "".join(f" {value:.0f} ms |" for value in ms.values())
                + "".join(f" {ratio:.2f} |" for ratio in ratios)
            )


if __name__ == "__main__":
    main()
