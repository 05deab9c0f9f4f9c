"""What `ledcal verify` says of takes whose truth is known: a table of confusions, and figures.

Each take goes the way of a user: a fit from a photographed pattern, the pattern photographed again
with something that is right or wrong, `verify` of the files.

    python benchmarks/verify.py --seeds 3 --jobs 2
    python benchmarks/verify.py --scenes pq-volume --fit quick --verbose
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from ledcal.drift.spaces import input_spaces
from ledcal.errors import LedcalError
from ledcal.files.stage import read_stage
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.pipeline.fit import fit_profile
from ledcal.pipeline.patterns import write_patterns
from ledcal.pipeline.verify import verify_captures
from ledcal.profile.store import read_profile
from ledcal.simulate.scenes import keep_in_picture, scene_for
from ledcal.simulate.stage import with_values
from ledcal.simulate.take import write_take
from ledcal.values.stage import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.profile import Profile

    Key = tuple[bool, str, str]
    Play = Callable[[NDArray[np.float64]], NDArray[np.float64]]

WALLS = {
    "pq-volume": ("ST 2084", 1500, "P3-D65"),
    "sdr-wall": ("BT.1886", 600, "P3-D65"),
    "tv-wall": ("sRGB", 300, "BT.709"),
    "rough-volume": ("ST 2084", 1500, "P3-D65"),
    "stressed-sdr": ("gamma 2.4", 600, "P3-D65"),
    "stressed-volume": ("ST 2084", 1500, "P3-D65"),
    "processor-p3": ("ST 2084", 1500, "P3-D65"),
}
# Another camera, whose profile of the same wall stands beside.
OTHER_CAMERA = {"Cinema": "Nikon D5100"}
_SENSOR = (960, 640)
# Wrong spaces by what happens to code; those that a wall's own space knows are used.
SPACES = (
    "squeezed into legal range",
    "taken for legal range and expanded",
    "taken for BT.709",
    "converted to BT.2020",
    "taken for sRGB",
    "taken for ST 2084",
    "converted to gamma 2.6",
)
_N_SPACES = 5
MEANT, CHANGED = "as meant", "wall-has-changed"


@dataclass(frozen=True)
class Case:
    """One take: what is done to code, to the wall, and what should be said."""

    name: str
    wanted: str
    is_drawn: bool
    play: Any = None
    wall: Any = None


def silent(done: int, total: int) -> None:
    del done, total


def changed(stage: VirtualStage) -> dict[str, tuple[str, VirtualStage]]:
    """The stage, changed a little: the component that is off, and the stage."""
    red, green, blue = stage.wall.gain
    steeper = tuple(v + 0.03 for v in stage.wall.exponent_error)
    ambient = stage.wall.ambient_nits + 0.001 * stage.wall.peak_nits
    tint = tuple(a * b for a, b in zip(stage.optics.tint, (1.0, 1.0, 0.97), strict=True))
    return {
        "red -3 %": ("channel_red", with_values(stage, gain=(0.97 * red, green, blue))),
        "green -3 %": ("channel_green", with_values(stage, gain=(red, 0.97 * green, blue))),
        "blue -3 %": ("channel_blue", with_values(stage, gain=(red, green, 0.97 * blue))),
        "white": ("white", with_values(stage, gain=(1.015 * red, green, 0.98 * blue))),
        "eotf 3 %": ("eotf", with_values(stage, exponent_error=steeper)),
        "red -8 %": ("channel_red", with_values(stage, gain=(0.92 * red, green, blue))),
        "lens -3 % blue": ("camera_white", with_values(stage, tint=tint)),
        "black +0.1 %": ("black", with_values(stage, ambient_nits=ambient)),
    }


def cases(stage: VirtualStage, profile: Profile, other: Profile) -> Iterator[Case]:
    """Everything that is told apart."""
    table, theirs = (partial(apply_tetrahedral, one.correction) for one in (profile, other))
    wall = profile.stage.wall
    spaces = {
        one.words: one.apply for one in input_spaces(Target(wall.gamut, wall.eotf, wall.peak_nits))
    }
    known = [name for name in SPACES if name in spaces][:_N_SPACES]
    for is_drawn in (True, False):
        once: Play | None = None if is_drawn else table
        meant = partial(Case, is_drawn=is_drawn)
        yield meant("once", MEANT, play=once)
        yield meant("once, +0.7 stops", MEANT, play=once, wall=with_values(
            stage, exposure_stops=stage.camera.exposure_stops - 0.7))  # fmt: skip
        if not is_drawn:
            yield meant("none", "correction-not-applied")
        yield meant("twice", "correction-applied-twice",
                    play=table if is_drawn else lambda code: table(table(code)))  # fmt: skip
        yield meant("other profile", "correction-of-another-profile", play=theirs)
        for name in known:
            apply = spaces[name]
            wanted = "wrong-input-space"
            if is_drawn:
                yield meant(name, wanted, play=apply)
            else:
                yield meant(f"{name}, before", wanted, play=chain(apply, table))
                yield meant(f"{name}, after", wanted, play=chain(table, apply))
        for name, (component, moved) in changed(stage).items():
            yield meant(name, f"{CHANGED}: {component}", play=once, wall=moved)
    red, white = (changed(stage)[name][1] for name in ("red -3 %", "white"))
    yield Case("none, red -3 %", "correction-not-applied", False, wall=red)
    yield Case("twice, white", "correction-applied-twice", True, table, white)


def chain(first: Play, then: Play) -> Play:
    return lambda code: then(np.clip(first(code), 0.0, 1.0))


def shoot(stage: VirtualStage, patterns: Path, out: Path, play: Play | None, roll: int) -> None:
    """Photograph a pattern; `roll` makes another noise."""

    def played(code: NDArray[np.float32]) -> NDArray[np.float32]:
        if play is None:
            return code
        flat = code.reshape(-1, 3)
        starts = np.ones(len(flat), bool)
        starts[1:] = (flat[1:] != flat[:-1]).any(axis=1)
        shown = np.clip(play(np.asarray(flat[starts], np.float64)), 0.0, 1.0)
        return np.asarray(shown[np.cumsum(starts) - 1].reshape(code.shape), np.float32)

    write_take(with_values(stage, roll=roll), patterns, out, play=played)


def pattern(out: Path, stage: Path, name: str, profile: Path | None) -> Path:
    write_patterns(
        out, set_name=name, layout="grid", suffix="png", stage_path=stage, overwrite=True,
        progress=silent, corrected=profile, root=out.parent,
    )  # fmt: skip
    return out


def run(key: tuple[str, int], args: argparse.Namespace) -> list[tuple[str, int, Key, str, str]]:
    """All takes of one stage."""
    scene, seed = key
    eotf, peak, gamut = WALLS[scene]
    done = []
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        root = Path(folder)
        toml = root / "stage.toml"
        toml.write_text(
            f'[wall]\nname = "{scene}"\nwidth_px = 960\nheight_px = 540\neotf = "{eotf}"\n'
            f'peak_nits = {peak}\nprimaries = "{gamut}"\n[target]\ngamut = "{gamut}"\n'
            f'eotf = "{eotf}"\npeak_nits = {peak}\n'
        )
        sensor = {"width": _SENSOR[0], "height": _SENSOR[1], "compression": "none"}
        stage = scene_for(read_stage(toml), name=scene, seed=seed)
        stage = keep_in_picture(with_values(stage, **sensor, defocus_px=2.0))
        camera = OTHER_CAMERA.get(stage.camera.sensitivities, "Cinema")
        plain = pattern(root / "plain", toml, args.fit, None)
        profiles = []
        takes = {"own": stage, "other": with_values(stage, sensitivities=camera)}
        if args.only and "other profile" not in args.only:
            del takes["other"]
        for name, shot in takes.items():
            shoot(shot, plain, root / "take", None, 1)
            shutil.copyfile(toml, root / "take" / "stage.toml")
            fit_profile([root / "take"], out=root / "profiles" / name)
            shutil.rmtree(root / "take")
            profiles.append(read_profile(root / "profiles" / name))
        drawn = pattern(root / "drawn", toml, args.set_name, root / "profiles" / "own")
        host = pattern(root / "host", toml, args.host, None)
        for case in cases(stage, profiles[0], profiles[-1]):
            if args.only and case.name not in args.only:
                continue
            roll = 2 + zlib.crc32(case.name.encode()) % 1000
            shown = drawn if case.is_drawn else host
            shoot(case.wall or stage, shown, root / "take", case.play, roll)
            which = case.is_drawn, case.name, case.wanted
            done.append((scene, seed, which, *said_of(root)))
            shutil.rmtree(root / "take")
    return done


def said_of(root: Path) -> tuple[str, str]:
    """What verify says, in one word; and in full."""
    try:
        found = verify_captures(
            [root / "take"], profile_name=root / "profiles" / "own", root=root / "profiles"
        ).result
    except LedcalError as error:
        return f"refused ({type(error).__name__})", str(error)
    why = [one.id for one in found.findings if one.severity != "note"]
    first = why[0] if why else MEANT
    whole = found.regions["all"]
    best = " ".join(f"{one.finding or MEANT} {one.misfit:.2f}" for one in found.explained.suspects)
    off = [f"{c.name} {c.value:.3g}" for c in found.components if c.verdict != "pass"]
    if first == CHANGED:
        names = [c.name for c in found.components if c.verdict == "fail"]
        first = f"{CHANGED}: {' and '.join(names) or 'no single cause'}"
    return first, (
        f"{found.verdict}; n {whole.n}, predicted {whole.predicted.median:.2f}/"
        f"{whole.predicted.p95:.2f}, achieved {whole.achieved.median:.2f}/{whole.achieved.p95:.2f},"
        f" allowed {found.explained.allowed:.2f}: {best}; {', '.join(why)}; {', '.join(off)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Confusions of ledcal verify.")
    parser.add_argument("--scenes", nargs="+", choices=list(WALLS), default=list(WALLS)[:5])
    parser.add_argument("--seeds", type=int, default=2, help="how many")
    parser.add_argument("--fit", default="standard", help="set that the profile is fitted to")
    parser.add_argument("--set", dest="set_name", default="quick", help="of the corrected pattern")
    parser.add_argument("--host", default="quick", help="set of the plain pattern")
    parser.add_argument("--only", nargs="+", help="names of cases")
    parser.add_argument("--first", type=int, default=31, help="seed")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="a line for every take")
    args = parser.parse_args()
    keys = [
        (scene, seed)
        for seed in range(args.first, args.first + args.seeds)
        for scene in args.scenes
    ]
    counts: dict[Key, Counter[str]] = {}
    with ProcessPoolExecutor(args.jobs) as pool:
        for done in pool.map(partial(run, args=args), keys):
            for scene, seed, key, said, full in done:
                is_drawn, name, wanted = key
                counts.setdefault(key, Counter())[said] += 1
                if args.verbose or said != wanted:
                    how = "drawn" if is_drawn else "host"
                    print(f"  {scene} {seed} {how} {name}: {said}; {full}", flush=True)
    print("| frames | what was done | should be | right | else |\n|---|---|---|---|---|")
    for (is_drawn, name, wanted), found in counts.items():
        others = ", ".join(f"{said} {n}" for said, n in found.items() if said != wanted) or "-"
        how = "corrected" if is_drawn else "plain, through the host"
        print(f"| {how} | {name} | {wanted} | {found[wanted]}/{found.total()} | {others} |")


if __name__ == "__main__":
    main()
