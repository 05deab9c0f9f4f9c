"""What a moved correction is worth: a changed wall through the old table and the new.

OPENBLAS_NUM_THREADS=1 python benchmarks/drift_update.py [--scene NAME ...] [--seed S]

Everything goes through files, as the commands do it: a fit of 300 patches, a baseline of two takes,
a check with --update of a take with each change. Delta E ITP on held-out colours of the truth,
median / p95: as calibrated; the old correction on the changed wall, and what the check predicted of
it; the moved correction on the changed wall.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.cli.main import main as ledcal
from ledcal.files.stage import read_stage
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.pipeline.drift import check_drift
from ledcal.profile.store import read_profile
from ledcal.simulate.fault import parse_fault
from ledcal.simulate.judge import Judge
from ledcal.simulate.scenes import keep_in_picture, scene_for

if TYPE_CHECKING:
    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.profile import Profile
    from ledcal.values.stage import Target

WALLS = {"pq-volume": ("ST 2084", 1500), "sdr-wall": ("BT.1886", 600), "tv-wall": ("sRGB", 300)}
WALLS |= {"rough-volume": ("ST 2084", 1500), "stressed-sdr": ("gamma 2.4", 600)}
CHANGES = ("wall-red=0.03", "wall-blue=-0.02", "wall-white=0.03", "lens-tint=0.03")


def run(*words: object) -> None:
    """A command, as it is typed."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        ledcal([str(word) for word in words])


def shown(stage: VirtualStage, target: Target, profile: Profile) -> str:
    judge = Judge(stage, target)
    content = judge.held_out()
    off = judge.errors(apply_tetrahedral(profile.correction, content), content)
    return f"{np.median(off):.2f} / {np.percentile(off, 95):.2f}"


def one_wall(name: str, seed: int, folder: Path) -> None:
    eotf, peak = WALLS[name]
    said = folder / "stage.toml"
    said.write_text(f'[wall]\neotf = "{eotf}"\npeak_nits = {peak}\n', encoding="utf-8")
    of_stage = ("--scene", name, "--seed", seed)
    run("patterns", folder / "p", "--layout", "grid", "--stage", said)
    run("patterns", folder / "d", "--set", "drift", "--stage", said)
    run("simulate", folder / "c", "--patterns", folder / "p", *of_stage)
    run("fit", folder / "c", "-o", folder / "P")
    for take in (1, 2):
        out = folder / f"b{take}"
        run("simulate", out, "--patterns", folder / "d", *of_stage, "--take", take)
    run("drift", "baseline", folder / "b1", folder / "b2", "--profile", folder / "P")
    stage = read_stage(said)
    plain = keep_in_picture(scene_for(stage, name=name, seed=seed))
    old = read_profile(folder / "P")
    calibrated = shown(plain, stage.target, old)
    for number, text in enumerate(CHANGES):
        out = folder / f"x{number}"
        again = ("--take", 10 + number, "--fault", text)
        run("simulate", out, "--patterns", folder / "d", *of_stage, *again)
        made = check_drift([out], folder / "P", root=folder, update=True)
        fault, strength = parse_fault(text)
        changed = plain if fault.change is None else fault.change(plain, strength)
        now = made.now
        moved = "not moved"
        if made.updated is not None:
            moved = shown(changed, stage.target, read_profile(made.updated))
        print(
            f"{name:14} {text:18} {calibrated:>12} {shown(changed, stage.target, old):>12} "
            f"{now.median:6.2f} / {now.p95:.2f} {moved:>12}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", nargs="*", default=list(WALLS))
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    print(f"{'':33} {'calibrated':>12} {'old, today':>12} {'predicted':>13} {'moved':>12}")
    for name in options.scene:
        with tempfile.TemporaryDirectory() as folder:
            one_wall(name, options.seed, Path(folder))


if __name__ == "__main__":
    main()
