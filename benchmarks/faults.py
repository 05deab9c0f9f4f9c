"""Every fault against every finding: what is detected, what is said beside it, false alarms.

Each take goes the way of a user: pattern files, `ledcal simulate --fault`, `ledcal check`. Prints
one line for each fault and strength, then the findings of clean takes.

    python benchmarks/faults.py --seeds 2 --jobs 2
    python benchmarks/faults.py --clean 200 --jobs 2
    python benchmarks/faults.py --faults moire,flare --scenes pq-volume --set standard
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from ledcal.errors import LedcalError
from ledcal.files.stage import read_stage
from ledcal.pipeline.check import check_captures
from ledcal.pipeline.fit import fit_profile
from ledcal.pipeline.patterns import write_patterns
from ledcal.pipeline.simulate import photograph
from ledcal.simulate.fault import FAULTS

# Smaller than the scenes' own, for speed.
SENSOR = (1152, 768)
# Walls as their stages declare them, and the scene that is behind.
WALLS = {
    "pq-volume": ("ST 2084", 1500, "P3-D65"),
    "sdr-wall": ("BT.1886", 600, "P3-D65"),
    "tv-wall": ("sRGB", 300, "BT.709"),
    "rough-volume": ("ST 2084", 1500, "P3-D65"),
    "stressed-volume": ("ST 2084", 1500, "P3-D65"),
    "stressed-sdr": ("gamma 2.4", 600, "P3-D65"),
}
OF_FRAMES = ("dropped", "doubled", "blended", "torn", "growing-file", "cut-file", "auto-iris")
OF_PROFILE = ("correction-on", "correction-twice", "lens-tint", "other-camera")


@dataclass(frozen=True)
class Run:
    """One take."""

    scene: str
    seed: int
    pattern_set: str
    layout: str
    fault: str = ""
    strength: float = 0.0
    wall_px: tuple[int, int] = (1920, 1080)
    sensor: tuple[int, int] = SENSOR


def pattern_of(root: Path, run: Run) -> Path:
    """Pattern files of a run's wall, written once."""
    out = root / f"pattern-{run.scene}-{run.pattern_set}-{run.layout}"
    if not out.exists():
        eotf, peak, gamut = WALLS[run.scene]
        stage = root / f"{run.scene}.toml"
        stage.write_text(
            f'[wall]\nname = "{run.scene}"\nwidth_px = {run.wall_px[0]}\n'
            f'height_px = {run.wall_px[1]}\neotf = "{eotf}"\n'
            f'peak_nits = {peak}\nprimaries = "{gamut}"\n[target]\ngamut = "{gamut}"\n'
            f'eotf = "{eotf}"\npeak_nits = {peak}\n',
            encoding="utf-8",
        )
        read_stage(stage)
        write(out, stage, run)
    return out


def write(out: Path, stage: Path, run: Run) -> None:
    """Write pattern files."""
    write_patterns(
        out,
        set_name=run.pattern_set,
        layout=run.layout,
        suffix="png",
        stage_path=stage,
        overwrite=False,
        progress=lambda done, total: None,  # noqa: ARG005
    )


def shoot(root: Path, run: Run, out: Path, *, fault: str, profile: Path | None) -> None:
    """Photograph a run's pattern."""
    photograph(
        out,
        patterns=pattern_of(root, run),
        stage_path=None,
        scene=run.scene,
        seed=run.seed,
        sensor=run.sensor,
        bits=None,
        compression=None,
        file_format=None,
        faults=[fault] if fault else [],
        profile_name=profile,
        root=root,
        overwrite=True,
        progress=lambda done, total: None,  # noqa: ARG005
    )


def profile_of(root: Path, run: Run) -> Path:
    """A profile of the same stage, fitted from a clean take."""
    out = root / f"profile-{run.scene}-{run.seed}"
    if not out.exists():
        take = root / f"clean-{run.scene}-{run.seed}"
        shoot(root, run, take, fault="", profile=None)
        fit_profile([take], size=17, out=out)
        shutil.rmtree(take)
    return out


def findings(root: Path, run: Run) -> tuple[Run, list[tuple[str, str, str]], str]:
    """What `ledcal check` says of a take: severity, id and what was seen; why it is refused."""
    out = root / f"take-{os.getpid()}"
    needs = run.fault in OF_PROFILE
    profile = profile_of(root, run) if needs else None
    strength = f"{run.fault}={run.strength}" if run.fault else ""
    on = profile if run.fault in {"correction-on", "correction-twice"} else None
    shoot(root, run, out, fault=strength, profile=on)
    if run.fault == "cut-file":
        time.sleep(12)  # a file that was written a moment ago counts as one that is growing
    try:
        # A correction that is on shows without knowing whose it is.
        known = None if run.fault == "correction-on" else profile
        checked = check_captures([out], profile_name=known, root=root)
        found = [(one.severity, one.id, one.seen) for one in checked.findings]
        refusal = checked.refusal
    except LedcalError as error:
        found, refusal = [], f"{type(error).__name__}: {error}"
    shutil.rmtree(out)
    return run, found, refusal


def runs_of(args: argparse.Namespace) -> list[Run]:
    """The takes that were asked for."""
    scenes = args.scenes.split(",")
    if args.clean:
        # Smaller walls, for speed; one take in eight with one patch a frame.
        layouts = [*[("quick", "grid")] * 5, *[("standard", "grid")] * 2, ("quick", "single")]
        return [
            Run(
                scenes[i % len(scenes)],
                1000 + i,
                *layouts[(i // len(scenes)) % len(layouts)],
                wall_px=(1280, 720),
                sensor=(960, 640),
            )
            for i in range(args.clean)
        ]
    names = args.faults.split(",") if args.faults else list(FAULTS)
    return [
        Run(scene, args.first + seed, args.set, args.layout, name, strength)
        for name in names
        for strength in (FAULTS[name].strengths[:1] if args.weakest else FAULTS[name].strengths)
        for scene in scenes
        for seed in range(args.seeds)
    ]


def main() -> None:
    """Run the takes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scenes", default=",".join(WALLS))
    parser.add_argument("--faults", default="")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=31)
    parser.add_argument("--set", default="quick")
    parser.add_argument("--layout", default="grid")
    parser.add_argument("--clean", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--weakest", action="store_true", help="the first strength of each only")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    runs = runs_of(args)
    if not args.clean and args.set == "quick":
        # With one frame of patches, a frame that is lost is the take.
        runs = [replace(r, pattern_set="standard") if r.fault in OF_FRAMES else r for r in runs]
    with tempfile.TemporaryDirectory(dir=_memory()) as folder, contextlib.ExitStack() as stack:
        root = Path(folder)
        for run in {(r.scene, r.pattern_set, r.layout): r for r in runs}.values():
            pattern_of(root, run)
        for run in {(r.scene, r.seed): r for r in runs if r.fault in OF_PROFILE}.values():
            profile_of(root, run)
        pool = stack.enter_context(ProcessPoolExecutor(args.jobs))
        done: dict[tuple[str, float], list[tuple[Run, list[tuple[str, str, str]], str]]] = {}
        for one in pool.map(findings, [root] * len(runs), runs):
            key = (one[0].fault, one[0].strength)
            done.setdefault(key, []).append(one)
            if args.verbose or args.clean:
                tell(one)
            if len(done[key]) == sum((r.fault, r.strength) == key for r in runs):
                print(line(key, done[key]), flush=True)


def tell(one: tuple[Run, list[tuple[str, str, str]], str]) -> None:
    """One take in full, where there is something to say."""
    run, found, refusal = one
    for severity, name, seen in found:
        print(f"    {run.scene} {run.seed} {run.pattern_set} {severity} {name}: {seen}", flush=True)
    if refusal:
        print(f"    {run.scene} {run.seed} refused: {refusal}", flush=True)


def line(key: tuple[str, float], takes: list[tuple[Run, list[tuple[str, str, str]], str]]) -> str:
    """A row of the table: fault, strength, its finding in how many takes, and what else."""
    name, strength = key
    wanted = FAULTS[name].finding if name else ""
    n = len(takes)
    hits = sum(any(one == wanted for _, one, _ in found) for _, found, _ in takes)
    beside = Counter(
        one for _, found, _ in takes for one in {two for _, two, _ in found} if one != wanted
    )
    others = ", ".join(f"{one} {count}" for one, count in beside.most_common()) or "-"
    refused = sum(bool(refusal) for _, _, refusal in takes)
    label = f"{name} {strength:g}" if name else "clean"
    shown = f"{hits}/{n}" if wanted else f"-/{n}"
    return f"| {label} | {wanted or '-'} | {shown} | {others} | {refused or '-'} |"


def _memory() -> str | None:
    """Where files cost least."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


if __name__ == "__main__":
    main()
