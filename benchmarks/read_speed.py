"""What reading costs beyond unpacking: ratios measured in one run, as a Markdown table.

Run it on an idle machine: python benchmarks/read_speed.py [--megapixels 24] [--repeats 5]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rawpy  # noqa: TID251 - what is measured against
import tifffile  # noqa: TID251

from ledcal.capture.read import read_frame
from ledcal.capture.stream import stream
from ledcal.errors import LedcalError
from ledcal.files.dng import DngHeader, write_dng

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.frame import LinearFrame

MATRIX = np.array([[0.9, -0.2, -0.1], [-0.4, 1.2, 0.2], [-0.05, 0.15, 0.7]])
KINDS = (
    ("16 bit plain", 16, "none"),
    ("14 bit packed", 14, "none"),
    ("14 bit lossless JPEG", 14, "lossless-jpeg"),
)
N_REGIONS = 54


def make_capture(megapixels: float, bits: int) -> Any:
    """Patches with shot and read noise: what a lossless codec has to cope with."""
    height = round((megapixels * 1e6 / 1.5) ** 0.5 / 2) * 2
    width = round(height * 1.5 / 2) * 2
    rng = np.random.default_rng(7)
    light = rng.uniform(0.02, 0.9, (6, 9))
    full = np.kron(light, np.ones((-(-height // 6), -(-width // 9))))[:height, :width]
    span = 2.0**bits - 1 - 512
    noise = rng.standard_normal((height, width), np.float32)
    dn = 512 + full * span + noise * np.sqrt(9 + 0.1 * full * span)
    return np.clip(dn, 0, 2**bits - 1).astype(np.uint16)


def measure_regions(frame: LinearFrame) -> float:
    """Mean, deviation and clipped count of 54 regions in every plane, as sampling does."""
    total = 0.0
    for plane in frame.planes:
        rows, columns = plane.values.shape
        for index in range(N_REGIONS):
            y, x = (index // 9) * rows // 6, (index % 9) * columns // 9
            rows_in, columns_in = (
                slice(y + rows // 24, y + rows // 8),
                slice(x + columns // 36, x + columns // 12),
            )
            region = plane.values[rows_in, columns_in]
            total += np.count_nonzero(region >= plane.saturation)
            light = region.astype(np.float64)
            total += float(light.mean()) + float(light.std())
    return total


def unpack_tifffile(path: Path) -> None:
    with tifffile.TiffFile(path) as tiff:
        tiff.pages[0].asarray(maxworkers=1)


def unpack_rawpy(path: Path) -> None:
    with rawpy.imread(str(path)) as raw:
        raw.raw_image  # noqa: B018 - unpacks


def read_and_measure(path: Path) -> None:
    measure_regions(read_frame(path))


def stream_and_measure(paths: list[Path]) -> None:
    for _, result in stream(paths, measure_regions):
        if isinstance(result, LedcalError):
            raise result


def best_of(repeats: int, jobs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Shortest time of each job in seconds, the jobs taking turns so that load hits all."""
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(repeats):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, default=24.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--frames", type=int, default=8, help="frames per streamed measurement")
    options = parser.parse_args()
    processors = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    )
    print(f"{options.megapixels:g} MP, best of {options.repeats}, {processors} processors\n")
    print(
        "| file | MB | bytes | tifffile | rawpy | `read_frame` | and 54 regions | streamed |"
        " read / tifffile | streamed / bytes | / tifffile | / rawpy |"
    )
    print("|---|" + "---|" * 11)
    for name, bits, compression in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.dng"
            header = DngHeader(
                "LEDCAL", "Bench", "RGGB", (512,) * 4, 2**bits - 1, ((21, MATRIX),),
                np.array([0.5, 1.0, 0.65]),
            )  # fmt: skip
            mosaic = make_capture(options.megapixels, bits)
            write_dng(path, mosaic, header, bits=bits, compression=compression)
            del mosaic
            paths = [path] * options.frames
            seconds = best_of(
                options.repeats,
                {
                    "bytes": path.read_bytes,
                    "tifffile": partial(unpack_tifffile, path),
                    "rawpy": partial(unpack_rawpy, path),
                    "read": partial(read_frame, path),
                    "alone": partial(read_and_measure, path),
                    "streamed": partial(stream_and_measure, paths),
                },
            )
            seconds["streamed"] /= options.frames
            ms = {job: 1e3 * value for job, value in seconds.items()}
            ratios = [ms["read"] / ms["tifffile"]]
            ratios += [ms["streamed"] / ms[job] for job in ("bytes", "tifffile", "rawpy")]
            print(
                f"| {name} | {path.stat().st_size / 1e6:.0f} |"
                + "".join(
                    f" {ms[job]:.0f} ms |"
                    for job in ("bytes", "tifffile", "rawpy", "read", "alone", "streamed")
                )
                + "".join(f" {ratio:.2f} |" for ratio in ratios)
            )


if __name__ == "__main__":
    main()
