"""A config of ledcal's in several versions of OpenColorIO, against ledcal's own chain.

    python benchmarks/ocio_versions.py PYTHON [PYTHON ...]

Each PYTHON is an interpreter with numpy and some ``opencolorio``, such as that of a venv made by
``python -m venv V && V/bin/pip install numpy opencolorio==2.3.2``. Nothing else is needed there:
it loads the config and applies it; all is compared here. Columns, largest differences in code:

greys     uncalibrated display, greys of 0.01 nit and more
colours   the same, colours of the target with 1 nit or more in each channel, up to 10 000 beside it
sRGB      both, where the EOTF is sRGB, whose constants OpenColorIO rounds in its own way
beyond    uncalibrated display, all colours, beyond what float32 may make of the light
table     calibrated display against our table of the uncalibrated code
fast      the last two at OpenColorIO's default optimisation
no code   how many values that are not finite came out, of NaN, infinite, negative, huge
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import BT709, BT2020, P3_D65, matrix_rgb_to_aces
from ledcal.export.label import label_of
from ledcal.export.ocio.colours import proof_colours
from ledcal.export.ocio.config import write_config
from ledcal.export.ocio.ours import expected_code
from ledcal.export.ocio.sections import PlannedWall, sections_of
from ledcal.export.ocio.spaces import SPACES, Space
from ledcal.export.readback import odd_colours
from ledcal.lut.interpolate import apply_lut
from ledcal.profile.store import read_profile
from ledcal.values.export import Identity, WallCorrection
from ledcal.values.stage import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledcal.values.arrays import FloatArray

SAMPLE = Path(__file__).parents[1] / "calibration_profiles" / "pq-wall-sample"
TARGETS = (
    Target(P3_D65, "ST 2084", 1500.0),
    Target(BT2020, "ST 2084", 10000.0),
    Target(BT709, "BT.1886", 100.0),
    Target(BT709, "sRGB", 300.0),
    Target(P3_D65, "gamma 2.6", 1000.0),
)
# What runs in the other interpreter: config, colours in, codes out.
OTHER = """
import sys
import numpy as np
import PyOpenColorIO as ocio
config = ocio.Config.CreateFromFile(sys.argv[1])
config.validate()
asked, codes = np.load(sys.argv[2]), {}
for key in asked.files:
    space, display, level, _ = key.split("|")
    processor = config.getProcessor(
        space, display, "Un-tone-mapped", ocio.TRANSFORM_DIR_FORWARD
    )
    pixels = asked[key].copy()
    cpu = processor.getOptimizedCPUProcessor(getattr(ocio, "OPTIMIZATION_" + level))
    cpu.applyRGB(pixels)
    codes[key] = pixels
np.savez(sys.argv[3], **codes)
print(ocio.GetVersion())
"""


def main() -> None:
    pythons = sys.argv[1:] or [sys.executable]
    profile = read_profile(SAMPLE)
    walls = [
        WallCorrection(
            identity=Identity("profile", f"wall-{index}", ""),
            label=replace(label_of(profile), name=f"wall-{index}"),
            wall=replace(profile.stage.wall, name=f"wall {index}"),
            camera=profile.stage.camera,
            target=target,
            tables={profile.correction.size: profile.correction},
        )
        for index, target in enumerate(TARGETS)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = write_config(folder, walls, apply_lut, archive=True)
        planned = sections_of(walls).walls
        asked = {key: value.astype(np.float32) for key, value, *_ in questions(planned)}
        np.savez(folder / "asked.npz", **asked)  # type: ignore[arg-type]
        print(
            f"{len(planned)} walls, {len(SPACES)} spaces, {sum(map(len, asked.values()))} colours"
        )
        print(
            f"{'version':<9} {'file':<6} {'greys':>8} {'colours':>8} {'sRGB':>8} {'beyond':>8} "
            f"{'table':>8} {'fast':>8}  no code"
        )
        for python in pythons:
            for config in (made.config, made.files[-1]):
                command = [python, "-c", OTHER, config, folder / "asked.npz", folder / "codes.npz"]
                done = subprocess.run(
                    [str(word) for word in command], capture_output=True, text=True, check=False
                )
                if done.returncode:
                    print(f"{python}: {done.stderr.strip().splitlines()[-1]}")
                    continue
                with np.load(folder / "codes.npz") as codes:
                    say(done.stdout.strip(), config, planned, dict(codes))


def questions(
    planned: tuple[PlannedWall, ...],
) -> Iterator[tuple[str, FloatArray, PlannedWall, Space]]:
    """Key (space, display, level, what), colours, wall and space."""
    for one in planned:
        for space in SPACES:
            value, odd = proof_colours(one.wall.target, space), odd_colours()
            for display in (one.names.uncalibrated, one.names.calibrated):
                for level in ("LOSSLESS", "DEFAULT"):
                    yield f"{space.name}|{display}|{level}|colours", value, one, space
                    yield f"{space.name}|{display}|{level}|odd", odd, one, space


def say(
    version: str, config: Path, planned: tuple[PlannedWall, ...], codes: Mapping[str, FloatArray]
) -> None:
    """Print one row: the largest differences in code."""
    worst = dict.fromkeys(("greys", "colours", "srgb", "beyond", "table", "fast"), 0.0)
    nothing = 0
    for key, value, one, space in questions(planned):
        got = codes[key].astype(np.float64)
        _, display, level, what = key.split("|")
        if what == "odd":
            nothing += int(np.count_nonzero(~np.isfinite(got)))
            continue
        plain = codes[f"{space.name}|{one.names.uncalibrated}|{level}|colours"].astype(np.float64)
        if display == one.names.calibrated:
            note(
                worst, "table" if level == "LOSSLESS" else "fast", got - apply_lut(one.table, plain)
            )
            continue
        bounds = expected_code(one.wall.target, space, value)
        beyond = np.maximum(np.maximum(bounds.low - got, got - bounds.high), 0.0)
        if level != "LOSSLESS":
            note(worst, "fast", beyond)
            continue
        note(worst, "beyond", beyond)
        inverse = np.linalg.inv(matrix_rgb_to_aces(one.wall.target.gamut))
        nits = 100.0 * space.light(value) @ (inverse @ space.matrix()).T
        away, inside = got - bounds.code, (nits <= one.wall.target.peak_nits).all(axis=1)
        grey = inside & (np.ptp(nits, axis=1) < 1e-5 * nits.max(axis=1)) & (nits[:, 1] >= 0.01)
        bright = inside & (nits >= 1.0).all(axis=1)
        if one.wall.target.eotf == "sRGB":
            note(worst, "srgb", away[grey | bright])
            continue
        note(worst, "greys", away[grey])
        note(worst, "colours", away[bright])
    print(
        f"{version:<9} {config.suffix[1:]:<6} "
        + " ".join(f"{value:8.1e}" for value in worst.values())
        + f"  {nothing}"
    )


def note(worst: dict[str, float], name: str, away: FloatArray) -> None:
    """Keep the largest."""
    worst[name] = max(worst[name], float(np.abs(away).max(initial=0.0)))


if __name__ == "__main__":
    main()
