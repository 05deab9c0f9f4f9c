"""Clips: what decoding costs alone, and with what reading and measuring add.

    OMP_NUM_THREADS=1 python benchmarks/clip_speed.py --size 3840x2160 --hold 25

makes a take of the virtual stage, writes it as ProRes 422 HQ in LogC4, with noise that differs
from frame to frame, and prints processor time for each frame of the clip, and its ratios.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tests.capture.clips import PRORES_HQ, encode_light, write_clip

from ledcal.capture.clip import linear_frame, open_clip
from ledcal.capture.meaning import declared
from ledcal.capture.runs import pick_frames
from ledcal.cli.main import main as ledcal
from ledcal.colorimetry._colour import colour
from ledcal.files.clip import decode_clip, read_clip
from ledcal.files.images import read_image
from ledcal.pipeline.context import read_context
from ledcal.pipeline.sampling import sample_captures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledcal.values.arrays import FloatArray

_NOISE_CODES = 4.0  # of 1023, as a camera has it in log


def _call(*words: object) -> None:
    try:
        ledcal([str(word) for word in words])
    except SystemExit as ended:
        if ended.code:
            raise


def _make(folder: Path, size: str, hold: int) -> Path:
    _call("patterns", folder / "p", "--set", "quick", "--layout", "grid")
    _call("simulate", folder / "t", "--patterns", folder / "p", "--format", "exr", "--sensor", size)
    rng = np.random.default_rng(1)

    def pictures() -> Iterator[FloatArray]:
        for path in sorted((folder / "t").glob("*.exr")):
            light = read_image(path)[0] * 4.0
            signal = encode_light(light, colour.models.log_encoding_ARRILogC4, "AWG4")
            signal = signal.astype(np.float32)
            for _ in range(hold):
                noise = rng.standard_normal(signal.shape, np.float32)
                yield signal + np.float32(_NOISE_CODES / 1023) * noise

    return write_clip(folder / "t" / "take", pictures(), PRORES_HQ)


def _timed(task: Callable[[], int]) -> tuple[float, int]:
    start = time.process_time()  # of all threads: other work on the machine does not count
    count = task()
    return time.process_time() - start, count


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--hold", type=int, default=25)
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        clip = _make(Path(name), options.size, options.hold)
        said = declared(None, "LogC4")
        n_frames = read_clip(clip).n_frames

        def decode() -> int:
            return sum(1 for _ in decode_clip(read_clip(clip)))

        def pick() -> int:
            return sum(1 for _ in pick_frames(decode_clip(read_clip(clip))))

        def read() -> int:
            opened = open_clip(clip, said)
            return sum(linear_frame(opened, f).width > 0 for f in decode_clip(opened.clip))

        def measure() -> int:
            context = read_context(
                [clip], plan_path=None, stage_path=None, idt_path=None, encoding="LogC4"
            )
            found = sample_captures([clip], context, progress=lambda done, total: None)  # noqa: ARG005
            return len(found.samples)

        print(f"{clip.name}: {n_frames} frames of {options.size}, {clip.stat().st_size >> 20} MB")
        alone = 0.0
        for label, task in (
            ("decode", decode),
            ("and compare", pick),
            ("every frame as light", read),
            ("measured, as fit does", measure),
        ):
            seconds, count = min(_timed(task) for _ in range(options.repeats))
            alone = alone or seconds
            print(
                f"{label:24s} {1000 * seconds / n_frames:7.1f} ms/frame "
                f"{seconds / alone:6.2f} x decoding  ({count} frames)"
            )


if __name__ == "__main__":
    main()
