"""Pattern, virtual stage, DNGs, fit, .cube, OpenColorIO: the error on colours never captured.

    python benchmarks/closed_loop.py [--scenes pq-volume ...] [--seeds N] [--set standard]
        [--layout grid] [--patches N] [--truth] [--keep FOLDER] [--jobs 2]

Prints the table of docs/accuracy.md. Everything goes the user's way: pattern files, DNGs, the fit
from them alone, exported files, OpenColorIO. With ``--keep`` the measurements of each stage stay
in a folder, and the next run fits them again without photographing; a stage that has changed
since is photographed anew. ``--truth`` adds a row for each stage that is fitted to the true
response of the same codes: what is left there is the fit, the rest is the measurement.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import LedcalError
from ledcal.export._ocio import apply_file
from ledcal.export.formats import FORMATS
from ledcal.files.measurements import read_measurements, write_measurements
from ledcal.files.stage import read_stage
from ledcal.pipeline.export import export
from ledcal.pipeline.fit import fit_profile
from ledcal.pipeline.measure import measure_captures
from ledcal.pipeline.patterns import write_patterns
from ledcal.pipeline.simulate import photograph
from ledcal.simulate.judge import Judge
from ledcal.simulate.scenes import scene_for
from ledcal.simulate.truth import camera_response

if TYPE_CHECKING:
    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.arrays import FloatArray
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.quality import Spread

STAGES = {
    "pq-volume": '[wall]\neotf = "ST 2084"\npeak_nits = 1500\nprimaries = "P3-D65"\n',
    "sdr-wall": '[wall]\neotf = "gamma 2.4"\npeak_nits = 600\nprimaries = "ITU-R BT.709"\n',
    "tv-wall": '[wall]\neotf = "sRGB"\npeak_nits = 300\nprimaries = "ITU-R BT.709"\n',
    "rough-volume": '[wall]\neotf = "ST 2084"\npeak_nits = 1500\nprimaries = "P3-D65"\n',
    "stressed-volume": '[wall]\neotf = "ST 2084"\npeak_nits = 1500\nprimaries = "P3-D65"\n',
    "stressed-sdr": '[wall]\neotf = "gamma 2.4"\npeak_nits = 600\nprimaries = "P3-D65"\n',
    "processor-p3": '[wall]\neotf = "ST 2084"\npeak_nits = 1500\nprimaries = "P3-D65"\n',
    "processor-2020": '[wall]\neotf = "ST 2084"\npeak_nits = 1500\nprimaries = "ITU-R BT.2020"\n'
    '[target]\ngamut = "P3-D65"\n',
}
# Every file that is judged: format and nodes. Cells of formats that are not there stay empty.
FILES = (("cube", 17), ("cube", 33), ("cube", 65), ("clf", 33))
_FIRST_SEED = 21
_DRAWN = 6500  # about 4000 of them are in the gamut of the content
_SENSOR = (1296, 864)
_ALWAYS = ("black", "anchor")
HEADS = (
    "stage, seed", "pattern", "patches", "held-out colours", "uncorrected",
    *(f"{size} nodes" if name == "cube" else f"{size} {name}" for name, size in FILES),
    "reported: after", "reported: held out", "reported: noise floor", "after / shown, p95",
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What a run was asked for."""

    set_name: str
    layout: str
    patches: int | None
    subset: str
    truth: bool
    keep: Path | None
    remeasure: bool


def spread(errors: FloatArray) -> str:
    """Median / p95."""
    return f"{np.median(errors):.2f} / {np.percentile(errors, 95):.2f}"


def said(figures: Spread) -> str:
    """Median / p95 of what a profile reports."""
    return f"{figures.median:.2f} / {figures.p95:.2f}"


def fingerprint(stage: VirtualStage) -> str:
    """What a stage shows and how it is seen, as a few letters; new knobs that are off keep it."""
    code = np.random.default_rng(5).uniform(size=(500, 3)) ** 1.5
    shown = "".join(f"{value:.8e}" for value in camera_response(stage, code).ravel())
    wall = stage.wall
    place = (wall.panel_columns, wall.panel_rows, wall.panel_sd, wall.off_axis, wall.drift)
    said_of_it = repr((stage.seed, place, wall.surround_nits, stage.optics, stage.camera))
    return hashlib.sha256((shown + said_of_it).encode()).hexdigest()[:16]


def measured(folder: Path, name: str, seed: int, options: Options) -> Path:
    """The measurements of a stage: those that are kept, or made the user's way."""
    folder.mkdir(parents=True, exist_ok=True)
    table, stage_path, key = (folder / n for n in ("measurements.csv", "stage.toml", "key.txt"))
    stage_path.write_text(STAGES[name])
    current = fingerprint(scene_for(read_stage(stage_path), name=name, seed=seed))
    same = key.is_file() and key.read_text() == current
    if same and table.is_file() and not options.remeasure:
        return table
    silent = lambda done, total: None  # noqa: ARG005, E731
    patterns, captures = folder / "patterns", folder / "captures"
    if not same or not captures.is_dir():
        key.unlink(missing_ok=True)
        write_patterns(
            patterns, set_name=options.set_name, layout=options.layout, suffix="png",
            stage_path=stage_path, overwrite=True, progress=silent,
        )  # fmt: skip
        photograph(
            captures, patterns=patterns, stage_path=stage_path, scene=name, seed=seed,
            sensor=_SENSOR, bits=None, compression=None, file_format="dng", faults=(),
            profile_name=None, root=folder, overwrite=True, progress=silent,
        )  # fmt: skip
    if not same:
        key.write_text(current)
    write_measurements(table, measure_captures([captures]).measurements, overwrite=True)
    return table


def cut(table: PatchMeasurements, n: int, subset: str) -> PatchMeasurements:
    """A take cut short: `n` distinct colours of it, black and anchor.

    ``first`` is as played; ``even`` takes of each kind its share, from the darkest to the
    brightest.
    """
    kinds = np.array(table.kind)
    always = np.isin(kinds, _ALWAYS)
    _, first = np.unique(table.code, axis=0, return_index=True)
    distinct = np.array(sorted(set(first.tolist()) - set(np.flatnonzero(always).tolist())))
    chosen = distinct[:n]
    if subset == "even":
        by_kind = sorted(distinct, key=lambda i: (kinds[i], table.code[i].sum()))
        steps = np.linspace(0, len(distinct) - 1, min(n, len(distinct)))
        chosen = np.array(by_kind)[np.rint(steps).astype(int)]
    codes = {tuple(code) for code in table.code[chosen].tolist()}
    kept = always | np.array([tuple(code) in codes for code in table.code.tolist()])
    return rows_of(table, kept)


def rows_of(table: PatchMeasurements, kept: FloatArray) -> PatchMeasurements:
    """Some rows of a table."""
    rows = np.flatnonzero(kept)
    return replace(
        table,
        **{
            name: getattr(table, name)[rows]
            for name in ("code", "camera", "sigma", "n_samples", "saturated", "flags")
        },
        kind=tuple(table.kind[i] for i in rows),
        frame=tuple(table.frame[i] for i in rows),
    )


def row(folder: Path, table: Path, judge: Judge, label: str, pattern: str) -> str:
    """Fit a table of measurements and judge every file: one row."""
    profile, path = fit_profile(
        [table], stage_path=table.parent / "stage.toml", out=folder / "profile", overwrite=True
    )
    content = judge.held_out(_DRAWN)
    cells = [label, pattern, str(profile.measurements.n_patches), str(len(content))]
    cells.append(spread(judge.errors(content, content)))
    shown = {}
    for name, size in FILES:
        if name not in FORMATS:
            cells.append("")
            continue
        out = folder / f"wall{size}{FORMATS[name].suffix}"
        export(
            [path], root=folder, file_format=name, size=size, out=out, overwrite=True
        )  # fmt: skip
        errors = judge.errors(apply_file(out, content), content)
        shown[name, size] = float(np.percentile(errors, 95))
        cells.append(spread(errors))
    quality = profile.quality
    cells += [said(quality.after), said(quality.cross_validated), said(quality.noise_floor)]
    cells.append(f"{quality.after.p95 / shown['cube', 33]:.2f}")
    return "| " + " | ".join(cells) + " |"


def run(case: tuple[str, int], options: Options) -> list[str]:
    """The rows of one stage."""
    name, seed = case
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        kept = f"{name}-{seed}-{options.set_name}-{options.layout}"
        table_path = measured((options.keep or here) / kept, name, seed, options)
        stage = read_stage(table_path.parent / "stage.toml")
        virtual = scene_for(stage, name=name, seed=seed)
        judge = Judge(virtual, stage.target)
        pattern = f"{options.set_name} {options.layout}"
        table = read_measurements(table_path)
        if options.patches is not None:
            table = cut(table, options.patches, options.subset)
            pattern += f", {options.subset} {options.patches}"
        (here / "stage.toml").write_text(STAGES[name])
        tables = {f"{name} {seed}": table}
        if options.truth:
            tables[f"{name} {seed}, truth"] = replace(
                table, camera=camera_response(virtual, table.code)
            )
        rows = []
        for label, used in tables.items():
            write_measurements(here / "measurements.csv", used, overwrite=True)
            try:
                rows.append(row(here, here / "measurements.csv", judge, label, pattern))
            except LedcalError as error:
                rows.append(f"| {label} | {pattern} | {error} |")
        return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="The whole loop on virtual stages.")
    parser.add_argument("--scenes", nargs="+", choices=list(STAGES), default=list(STAGES))
    parser.add_argument("--seeds", type=int, default=2, help="how many, from 21 on")
    parser.add_argument("--set", dest="set_name", default="standard")
    parser.add_argument("--layout", default="grid")
    parser.add_argument("--patches", type=int, help="a take cut short to so many colours")
    parser.add_argument("--subset", choices=["first", "even"], default="first")
    parser.add_argument("--truth", action="store_true", help="fit the true response too")
    parser.add_argument("--keep", type=Path, help="folder where measurements stay")
    parser.add_argument("--remeasure", action="store_true", help="measure the kept DNGs again")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    chosen = vars(parser.parse_args())
    scenes, seeds, jobs = (chosen.pop(name) for name in ("scenes", "seeds", "jobs"))
    work = partial(run, options=Options(**chosen))
    cases = [(name, seed) for name in scenes for seed in range(_FIRST_SEED, _FIRST_SEED + seeds)]
    print(f"| {' | '.join(HEADS)} |\n{'|---' * len(HEADS)}|")
    if jobs == 1:
        for case in cases:
            print("\n".join(work(case)), flush=True)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for rows in pool.map(work, cases):
            print("\n".join(rows), flush=True)


if __name__ == "__main__":
    main()
