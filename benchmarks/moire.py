"""How weak a line is found, how often noise is taken for one, and how exact its figures are.

OPENBLAS_NUM_THREADS=1 python benchmarks/moire.py [--share S] [--seed S] [--only PART ...]

Noise: photons and reading (4 e-) at 18 % grey of a well of 30 000 electrons, 1.37 % of the light of
a photosite. Patches of 512 x 512 photosites, one frame, unless a line says otherwise. Everything is
drawn anew for every trial; --share makes all numbers of trials smaller or larger.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import banding as bands
from ledcal.errors import LedcalError
from ledcal.moire.contrast import contrast
from ledcal.moire.detect import detect_lines, sightings
from ledcal.moire.lattice import canonical, colour_of, nearest_reciprocal
from ledcal.moire.lines import find_lines
from ledcal.moire.map import map_frame
from ledcal.moire.patch import cut_patch
from ledcal.moire.prior import prior_of, rig_to_wall
from ledcal.moire.rig import Rig, order_frequency
from ledcal.moire.wiggle import read_wiggle
from ledcal.simulate.fringes import FlatPatch, Fringe, flat_frame
from ledcal.values.moire import GRID, MOIRE, STRUCTURE, MoireLine
from moire_scenes import SIDE, Scene, draw_scene, oblique_frame, random_frequency
from sync import counters

SHARED = Path(__file__).parents[2] / "shared" / "data"


def detection(n: int, seed: int) -> None:
    """Lines of one frame: found, and how exact."""
    print("| contrast | frames | trials | found | frequency rms, c/px | amplitude: rms, p95 |")
    print("|---|---|---|---|---|---|")
    for amplitude, count in (
        *((0.0005, 1), (0.001, 1), (0.01, 1), (0.1, 1), (1.0, 1), (0.0002, 10)),
    ):
        rng = np.random.default_rng([seed, 1, int(amplitude * 1e6)])
        off, strength, found = [], [], 0
        for trial in range(n):
            f = random_frequency(rng)
            fringe = Fringe(f[0], f[1], amplitude, float(rng.uniform()))
            patch = FlatPatch(seed=seed * 100000 + trial)
            frames = [flat_frame(patch, [fringe], index=i) for i in range(count)]
            seen = canonical(f - nearest_reciprocal(f))
            lines = detect_lines(cut_patch(frames)).lines
            for line in lines:
                apart = np.array([line.fx_cpp, line.fy_cpp]) - seen
                if np.abs(apart).max() < 2e-3 and line.kind != STRUCTURE:
                    found += 1
                    off.append(apart)
                    strength.append(line.contrast / amplitude - 1.0)
                    break
        rms = np.sqrt(np.mean(np.square(off)))
        spread = np.abs(strength)
        print(
            f"| {100 * amplitude:g} % | {count} | {n} | {found} | {rms:.1e} | "
            f"{100 * np.sqrt(np.mean(np.square(spread))):.2f} %, "
            f"{100 * np.percentile(spread, 95):.2f} % |"
        )


NUISANCES: dict[str, dict[str, Any]] = {
    "noise alone": {},
    "35 % vignetting": {"vignetting": 0.35},
    "row noise, 10 % of a photosite's": {"row_noise": 0.1},
    "row noise, 30 %": {"row_noise": 0.3},
    "panels of 64 px, 1 %": {"panel_spread": 0.01},
    "panels of 84 px turned by 5 degrees, 1 %": {
        "panel_spread": 0.01, "panel_px": 83.7, "wall_turn_deg": 5.0,
    },
    "LEDs of 4.4 px, 3 %": {"led_spread": 0.03, "led_pitch_px": 4.37, "wall_turn_deg": 2.0},
    "LEDs of 9.3 px, 3 %": {"led_spread": 0.03, "led_pitch_px": 9.3, "wall_turn_deg": 0.7},
    "LEDs of 4.4 px, 3 %, and panels, 1 %": {
        "led_spread": 0.03, "led_pitch_px": 4.37, "panel_spread": 0.01, "panel_px": 71.0,
        "wall_turn_deg": 1.0,
    },
}  # fmt: skip


def false_alarms(n: int, seed: int, *, of_structure: bool) -> None:
    """Lines told in patches without any (what is told as structure does not count)."""
    rates = (0.1, 0.01, 0.001)
    print("| patch | trials | " + " | ".join(f"stated {rate:g}" for rate in rates) + " |")
    print("|---|---|---|---|---|")
    for name, parts in NUISANCES.items():
        if of_structure != bool({"panel_spread", "led_spread"} & set(parts)):
            continue
        alarms = Counter[float]()
        for trial in range(n):
            flat = FlatPatch(seed=seed * 100000 + 50000 + trial, **parts)
            patch = cut_patch([flat_frame(flat)])
            for line in find_lines(patch, false_alarm=rates[0]).found:
                for rate in rates:
                    alarms[rate] += max(line.false_alarm, line.unevenness) <= rate
        shown = " | ".join(f"{alarms[rate]} ({alarms[rate] / n:.2g})" for rate in rates)
        print(f"| {name} | {n} | {shown} |", flush=True)


def scenes(n: int, seed: int) -> None:
    """Random walls and cameras: every line of them, with a prior wrong by 5 % and 2 degrees."""
    for dies in (0.0, 0.18):
        print(f"\nred and blue dies displaced by {dies:g} of the pitch; {n} scenes, one frame")
        tally, times = Counter[str](), []
        errors: dict[str, list[float]] = {"above 1 %": [], "0.1 to 1 %": []}
        for index in range(n):
            scene = draw_scene(seed * 1000 + index, dies=dies)
            patch = cut_patch(scene.frames())
            begin = time.process_time()
            result = detect_lines(patch, prior=scene.prior())
            times.append(time.process_time() - begin)
            _count_lines(scene, result.lines, tally, errors)
        _print_tally(tally)
        for name, values in errors.items():
            spread = 100 * np.abs(values)
            print(f"  amplitude {name}: {len(values)} lines, p95 {np.percentile(spread, 95):.2f} %")
        print(f"  a patch: median {np.median(times):.2f} s, most {max(times):.2f} s of CPU")


def _count_lines(
    scene: Scene, lines: tuple[MoireLine, ...], tally: Counter[str], errors: dict[str, list[float]]
) -> None:
    wrong = 0
    for line in lines:
        if line.kind == STRUCTURE:
            tally["told as structure"] += 1
            continue
        near = [t for t in scene.truths if t.distance(line.fx_cpp, line.fy_cpp) < 1e-3]
        if not near:
            tally["told and not there"] += 1
            continue
        truth = max(near, key=lambda t: t.contrast)
        tally["lines"] += 1
        tally["colour right"] += line.colour == colour_of(truth.reciprocal)
        tally["order right"] += line.order == truth.order
        kind = MOIRE if np.any(truth.reciprocal) else GRID
        tally["kind right"] += line.kind == kind
        wrong += line.order != truth.order
        # Two orders on one frequency add up: neither has the sum's amplitude.
        alone = all(
            other is truth or other.contrast < 0.003 * truth.contrast
            for other in scene.truths
            if other.distance(line.fx_cpp, line.fy_cpp) * SIDE < 3.0
        )
        if alone and truth.contrast > 0.001:
            name = "above 1 %" if truth.contrast > 0.01 else "0.1 to 1 %"
            errors[name].append(line.contrast / truth.contrast - 1.0)
    tally["scenes"] += 1
    tally["scenes with every order right"] += wrong == 0
    for truth in scene.truths:
        if truth.contrast < 0.002 or np.hypot(*truth.seen) * SIDE < 6.0:
            continue
        alone = all(
            other is truth
            or other.contrast < 0.001 * truth.contrast
            or other.distance(*truth.seen.tolist()) * SIDE > 6.0
            for other in scene.truths
        )
        if alone:
            tally["there, above 0.2 %, alone"] += 1
            tally["of these missed"] += not any(
                truth.distance(line.fx_cpp, line.fy_cpp) < 1.5e-3 and line.kind != STRUCTURE
                for line in lines
            )


def _print_tally(tally: Counter[str]) -> None:
    for name, count in tally.items():
        share = f" ({100 * count / tally['lines']:.1f} %)" if name.endswith("right") else ""
        print(f"  {name}: {count}{share if not name.startswith('scenes') else ''}")


def oblique(n: int, seed: int) -> None:
    """Contrast of one order of a wall seen from the side: blind, and locked in to the wall."""
    print("| yaw | contrast | trials | blind: found, median error | locked in: found, error |")
    print("|---|---|---|---|---|")
    for yaw in (5.0, 10.0, 20.0, 30.0, 40.0):
        for amplitude in (0.001, 0.0075):
            rng = np.random.default_rng([seed, 3, int(yaw)])
            blind: list[float] = []
            locked: list[float] = []
            for trial in range(n):
                far = rng.uniform(0.3, 1.2) * 35.0 * 2.6 / 0.006 + 35.0
                rig = Rig(
                    2.6, 35.0, 0.006, far, yaw_deg=yaw, pitch_deg=3.0,
                    roll_deg=rng.uniform(-3.0, 3.0), width_px=SIDE, height_px=SIDE,
                )  # fmt: skip
                frame = oblique_frame(rig, (1, 0), amplitude, seed * 1000 + trial)
                true = order_frequency(rig, [1, 0])
                seen = canonical(true - nearest_reciprocal(true))
                box = (0.0, 0.0, float(SIDE), float(SIDE))
                prior = prior_of(rig_to_wall(rig), box, source="", is_precise=True)
                patch = cut_patch([frame])
                for prior_used, into in ((None, blind), (prior, locked)):
                    near = [
                        line.contrast
                        for line in detect_lines(patch, prior=prior_used).lines
                        if line.kind != STRUCTURE
                        and np.hypot(line.fx_cpp - seen[0], line.fy_cpp - seen[1]) < 4e-3
                    ]
                    into.extend([max(near)] if near else [])
            shown = [
                f"{len(got)}, {100 * np.median(np.abs(np.array(got) / amplitude - 1)):.1f} %"
                if got else "0, -"
                for got in (blind, locked)
            ]  # fmt: skip
            print(f"| {yaw:g} | {100 * amplitude:g} % | {n} | {shown[0]} | {shown[1]} |")


def wiggle(n: int, seed: int) -> None:
    """Two takes with the camera moved: what sampling took off, without any knowledge."""
    rng = np.random.default_rng([seed, 4])
    tally = Counter[str]()
    for index in range(n):
        scene = draw_scene(seed * 1000 + 500 + index)
        e = float(rng.choice([-1, 1]) * rng.uniform(0.002, 0.01))
        rig = replace(scene.rig, distance_mm=scene.rig.distance_mm * (1.0 + e))
        found = [sightings(cut_patch(scene.frames()))]
        moved = [
            replace(fringe, fx=float(f[0]), fy=float(f[1]))
            for fringe, f in zip(
                scene.fringes, order_frequency(rig, [t.order for t in scene.truths]), strict=True
            )
        ]
        later = replace(scene, fringes=tuple(moved))
        found.append(sightings(cut_patch(later.frames(2)[1:])))
        told = read_wiggle(*found)
        tally["takes"] += 1
        if told is None:
            tally["refused"] += 1
            continue
        tally["told"] += 1
        for i, f in zip(told.lines[:4], told.true_frequency[:4], strict=True):
            line = found[0][i]
            near = [t for t in scene.truths if t.distance(*line.frequency.tolist()) < 1e-3]
            if not near:
                continue
            truth = max(near, key=lambda t: t.contrast)
            expected = order_frequency(scene.rig, truth.order)
            off = min(np.abs(f - expected).max(), np.abs(f + expected).max())
            tally["lines"] += 1
            tally["true frequency right"] += bool(off < 0.02)
    _print_tally(tally)


def whole_frame(seed: int) -> None:
    """The map of 24 megapixels, 14 bit, against reading the numbers once."""
    for amplitude, period in ((0.0, 33.0), (0.002, 33.0), (0.01, 33.0), (0.002, 90.0)):
        fringes = [Fringe(0.5 - 1.0 / period, 0.002, amplitude)] if amplitude else []
        frame = flat_frame(FlatPatch(6000, 4000, vignetting=0.35, seed=seed), fringes)
        mosaic = np.empty((4000, 6000), np.uint16)
        for plane in frame.planes:
            mosaic[plane.y :: 2, plane.x :: 2] = np.rint(plane.values / 2.0 + 512.0)
        planes = tuple(
            replace(plane, values=mosaic[plane.y :: 2, plane.x :: 2], black=512.0, white=15512.0,
                    saturation=15512.0)
            for plane in frame.planes
        )  # fmt: skip
        frame = replace(frame, planes=planes)
        begin = time.process_time()
        tiles = map_frame(frame)
        spent = time.process_time() - begin
        begin = time.process_time()
        for plane in frame.planes:
            np.asarray(plane.values, np.float32).mean()
        once = time.process_time() - begin
        found = tiles.contrast > 0.0
        share = f"{int(found.sum())} of {found.size} tiles"
        print(
            f"contrast {100 * amplitude:g} %, {period:g} px: {spent:.2f} s of CPU "
            f"({spent / once:.0f} times the mean of all planes), {share}"
        )


def vectors() -> None:
    """The vectors of ../shared/data, where they are."""
    path = SHARED / "moire_vectors.json"
    if not path.is_file():
        print("no ../shared/data/moire_vectors.json here")
        return
    names = {
        "pitch": "pitch_mm", "f": "focal_mm", "s": "photosite_mm", "d": "distance_mm",
        "N": "f_stop", "d_focus": "focus_mm", "fill": "fill", "shape": "emitter",
        "px_fill": "photosite_fill", "olpf": "olpf_px", "roll": "roll_deg",
    }  # fmt: skip
    off, strength, measured = [], [], []
    for vector in json.loads(path.read_text()):
        given = vector["params"]
        rig = Rig(2.6, 35.0, 0.006, 7000.0)
        rig = replace(rig, **{names[k]: v for k, v in given.items() if k in names})
        if "u_override" in given:
            far = given["u_override"] * rig.focal_mm * rig.pitch_mm / rig.photosite_mm
            rig = replace(rig, distance_mm=far + rig.focal_mm)
        order = (vector["m"], vector["n"])
        true = order_frequency(rig, order)
        lattice = "full" if vector["plane"] == "full" else "site"
        seen = canonical(true - nearest_reciprocal(true, lattice))
        off.append(np.abs(seen - canonical(vector["alias"])).max())
        strength.append(abs(float(contrast(rig, order, true)) - vector["contrast"]))
        measured.append(abs(float(contrast(rig, order, true)) / vector["meas_contrast"] - 1.0))
    print(
        f"{len(off)} vectors: frequency within {max(off):.1e} c/px, contrast within "
        f"{max(strength):.1e}, of the independent renderer's within {100 * max(measured):.1f} %"
    )


def photographs() -> None:
    """Real photographs, made for a display."""
    from ledcal.pipeline.moire_detect import detect_moire

    folder = SHARED / "photos"
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        try:
            take = detect_moire([path])
        except LedcalError as error:
            print(f"{path.name}: refused: {error}")
            continue
        lines = sum(line.kind != STRUCTURE for line in take.lines)
        tiles = take.tiles.contrast
        print(
            f"{path.name}: {lines} lines closely, fringes in {int((tiles > 0).sum())} of "
            f"{int((tiles >= 0).sum())} flat tiles; visible: {take.is_seen}"
        )


def main() -> None:
    parts = (
        "detection", "false_alarms", "structure", "scenes", "oblique", "wiggle", "whole_frame",
        "vectors", "photographs", "banding", "counter",
    )  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the trials")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    options = parser.parse_args()

    def some(n: int) -> int:
        return max(5, round(float(options.share) * n))

    for part in options.only:
        print(f"\n## {part}\n", flush=True)
        if part == "detection":
            detection(some(300), options.seed)
        elif part == "false_alarms":
            false_alarms(some(3000), options.seed, of_structure=False)
        elif part == "structure":
            false_alarms(some(100), options.seed, of_structure=True)
        elif part == "scenes":
            scenes(some(60), options.seed)
        elif part == "oblique":
            oblique(some(20), options.seed)
        elif part == "wiggle":
            wiggle(some(30), options.seed)
        elif part == "whole_frame":
            whole_frame(options.seed)
        elif part == "vectors":
            vectors()
        elif part == "banding":
            bands.detection(some(100), np.random.default_rng(options.seed))
        elif part == "counter":
            counters(some(2500), options.seed)
        else:
            photographs()


if __name__ == "__main__":
    main()
