"""ledcal and its peers on the same measurements of lab walls: the fit, its tables, their cost.

    OPENBLAS_NUM_THREADS=1 python benchmarks/fit_accuracy.py [--quick] [--no-peers] \
        [--scenarios std real] [--seeds 10 11 12] [--patches 30 100 300 1000] [--gamut BT.2020]

prints the tables of docs/accuracy.md. Walls: lab_walls.py; what is judged: _judge.py; peers:
_peers.py and, where colprof and collink are installed, _argyll.py. ledcal and the two fits of a
3x3 with curves go through a written .cube and OpenColorIO. The held-out ColorChecker of three
real walls is in real_walls.py.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from _argyll import FLOWS, Argyll, is_installed
from _judge import LEAST_NITS, LabJudge
from _peers import fit_least_squares, fit_ramps
from lab_walls import SCENARIOS, codes, lab_wall
from ledcal.colorimetry.space import gamut
from ledcal.errors import LedcalError
from ledcal.export._ocio import apply_file
from ledcal.export.cube import format_cube
from ledcal.lut.build import build_lut
from ledcal.model.exposure import exposure_scale
from ledcal.model.fit import fit_model
from ledcal.model.trial import shown_codes
from ledcal.pipeline.correction import Correction, judge_fit
from ledcal.values.stage import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledcal.values.arrays import FloatArray
    from ledcal.values.lut import Lut3d
    from ledcal.values.measurement import PatchMeasurements

SEEDS = (10, 11, 12)
PATCHES = (30, 100, 300, 1000)
PEERS = {"ramps + 3x3": fit_ramps, "least squares": fit_least_squares}
REGIONS = ("greys", "skin", "shadows", "bright", "saturated")
# The cLUT flow of ArgyllCMS takes a minute a wall: one wall, with this many patches.
_SLOW_FLOW_PATCHES = 300


@dataclass
class Result:
    """One wall, one set of patches.

    Attributes
    ----------
    errors : dict of str to ndarray
        Delta E ITP on the held-out colours, by method.
    seconds : dict of str to float
        CPU time, by method.
    regions : dict of str to ndarray of bool
        Which of the colours are where.
    said : tuple of float
        Median and p95 that ledcal says of its own table of 33 nodes, on its own colours.
    refused : str
        Why ledcal gave no fit.
    """

    scenario: str
    n: int
    regions: dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]
    errors: dict[str, FloatArray] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    said: tuple[float, float] = (np.nan, np.nan)
    refused: str = ""


def cpu_seconds() -> float:
    """Of this process and the children that it waited for."""
    return sum(os.times()[:4])


def through_file(lut: Lut3d, code: FloatArray) -> FloatArray:
    """A table as the .cube that OpenColorIO reads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wall.cube"
        path.write_text(format_cube(lut, title="benchmark"), encoding="ascii")
        return apply_file(path, code)


def run_ledcal(result: Result, judge: LabJudge, measured: PatchMeasurements) -> None:
    """Fit, tables of 33 and 65 nodes, and what ledcal says of the first."""
    target, start = judge.target, cpu_seconds()
    try:
        model = fit_model(measured, eotf=target.eotf, peak_nits=target.peak_nits)
        correction = Correction(model, target, exposure_scale(model, target))
    except LedcalError as error:
        result.refused = str(error)
        return
    fitted = cpu_seconds() - start
    result.seconds["fit"] = fitted
    result.errors["ledcal direct"] = judge.errors(correction.apply(judge.content))
    for size in (33, 65):
        start = cpu_seconds()
        lut = correction.table(size)
        result.seconds[f"ledcal {size}"] = fitted + cpu_seconds() - start
        result.errors[f"ledcal {size}"] = judge.errors(through_file(lut, judge.content))
        if size == 33:
            after = judge_fit(correction, lut, measured).after
            result.said = after.median, after.p95
            own = shown_codes(model, target, correction.exposure_scale)
            result.errors["own"] = judge.errors(through_file(lut, own), own)


def run_peers(
    result: Result, judge: LabJudge, measured: PatchMeasurements, flows: Iterable[str]
) -> None:
    """The usual methods, each through a table of 33 nodes."""
    target, k = judge.target, np.nan
    for name, fit in PEERS.items():
        start = cpu_seconds()
        peer = fit(measured, eotf_name=target.eotf, peak_nits=target.peak_nits)
        k = peer.exposure_scale(target)

        lut = build_lut(partial(peer.correct, target, k), 33)
        result.seconds[name] = cpu_seconds() - start
        result.errors[name] = judge.errors(through_file(lut, judge.content))
    for flow in flows:
        name, start = f"Argyll {flow}", cpu_seconds()
        with tempfile.TemporaryDirectory() as folder:
            argyll = Argyll(flow, measured, target, k, Path(folder))
            result.seconds[name] = cpu_seconds() - start
            result.errors[name] = judge.errors(argyll.correct(judge.content))


def run(options: argparse.Namespace) -> list[Result]:
    """Every wall, with every number of patches."""
    results = []
    for scenario in options.scenarios:
        for seed in options.seeds:
            wall = lab_wall(scenario, seed)
            target = Target(gamut(options.gamut), wall.eotf, wall.peak_nits)
            judge = LabJudge(wall, target, options.colours)
            for n in options.patches:
                measured = wall.measure(codes(wall, n), options.noise)
                result = Result(scenario, n, judge.regions)
                result.errors["uncorrected"] = judge.errors(judge.content)
                result.errors["best"] = judge.errors(judge.oracle)
                run_ledcal(result, judge, measured)
                if options.peers:
                    flows = list(FLOWS) if seed == options.seeds[0] and is_installed() else []
                    if scenario != "std" or n != _SLOW_FLOW_PATCHES or options.quick:
                        flows = flows[:1]
                    run_peers(result, judge, measured, flows)
                results.append(result)
                shown = cell(spread_of([result], "ledcal 33")) + result.refused
                print(f"{scenario} {seed} {n}: {shown}", file=sys.stderr, flush=True)
    return results


def mean_spread(errors: Iterable[FloatArray]) -> tuple[float, float]:
    """Median and p95 of each wall, averaged over the walls."""
    pairs = [(np.median(e), np.percentile(e, 95)) for e in errors if len(e)]
    return tuple(np.mean(pairs, axis=0).tolist()) if pairs else (np.nan, np.nan)


def cell(pair: Sequence[float]) -> str:
    return "-" if np.isnan(pair[0]) else f"{pair[0]:.2f} / {pair[1]:.2f}"


def times(value: float, unit: float) -> str:
    ratio = value / unit
    return (
        f"{ratio:.0f}x" if ratio >= 100.0 else f"{ratio:.1f}x" if ratio >= 1.0 else f"{ratio:.2g}x"
    )


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def each_row(results: list[Result]) -> dict[tuple[str, int], list[Result]]:
    groups: dict[tuple[str, int], list[Result]] = {}
    for result in results:
        groups.setdefault((result.scenario, result.n), []).append(result)
    return groups


def spread_of(group: list[Result], method: str, region: str = "") -> tuple[float, float]:
    found = [r for r in group if method in r.errors]
    return mean_spread(
        r.errors[method][r.regions[region]] if region else r.errors[method] for r in found
    )


def accuracy_table(results: list[Result]) -> str:
    """What ledcal shows, and what it said that it would."""
    rows = []
    for (scenario, n), group in each_row(results).items():
        methods = ("uncorrected", "best", "ledcal direct", "ledcal 33", "ledcal 65", "own")
        spreads = {method: spread_of(group, method) for method in methods}
        said = np.mean([r.said for r in group], axis=0).tolist()
        ratio = said[1] / spreads["own"][1]
        honest = "-" if np.isnan(ratio) else f"{ratio:.2f}"
        rows.append([scenario, str(n), *(cell(v) for v in spreads.values()), cell(said), honest])
    head = ["wall", "patches", "uncorrected", "best code", "no table", "33 nodes", "65 nodes"]
    return table([*head, "ledcal's colours, 33", "ledcal says", "said / shown, p95"], rows)


def region_table(results: list[Result], method: str) -> str:
    rows = [
        [scenario, str(n), *(cell(spread_of(group, method, region)) for region in REGIONS)]
        for (scenario, n), group in each_row(results).items()
    ]
    return table(["wall", "patches", *REGIONS], rows)


def peer_table(results: list[Result]) -> str:
    """Peers through 33 nodes, and their errors over ledcal's on the same walls."""
    names = sorted({m for r in results for m in r.errors if m in PEERS or m.startswith("Argyll")})
    names = [*PEERS, *(name for name in names if name not in PEERS)]
    rows = []
    for (scenario, n), group in each_row(results).items():
        cells = [scenario, str(n), cell(spread_of(group, "ledcal 33"))]
        for name in names:
            same = [r for r in group if name in r.errors and "ledcal 33" in r.errors]
            if not same:
                cells.append("-")
                continue
            theirs, ours = spread_of(same, name), spread_of(same, "ledcal 33")
            cells.append(f"{cell(theirs)} ({' / '.join(map(times, theirs, ours))})")
        rows.append(cells)
    return table(["wall", "patches", "ledcal", *names], rows)


def time_table(results: list[Result]) -> str:
    """CPU seconds by number of patches: medians over the walls."""
    found = list(dict.fromkeys(name for r in results for name in r.seconds))
    rows = []
    for n in dict.fromkeys(r.n for r in results):
        cells = [str(n)]
        own = np.median([r.seconds["ledcal 33"] for r in results if r.n == n and not r.refused])
        for name in found:
            spent = [r.seconds[name] for r in results if r.n == n and name in r.seconds]
            value = float(np.median(spent)) if spent else np.nan
            ratio = "" if name in {"fit", "ledcal 33"} else f" ({times(value, own)})"
            cells.append(f"{value:.2f}{ratio}" if spent else "-")
        rows.append(cells)
    heads = {"fit": "ledcal fit", "ledcal 33": "ledcal fit + 33", "ledcal 65": "ledcal fit + 65"}
    return table(["patches", *(heads.get(name, name) for name in found)], rows)


def report(results: list[Result], *, with_peers: bool) -> str:
    """Everything that goes to docs/accuracy.md."""
    parts = [
        f"Median / p95 of delta E ITP, {LEAST_NITS:g} nit and more, mean over the seeds.",
        accuracy_table(results),
        "By region, 33 nodes:",
        region_table(results, "ledcal 33"),
        "By region, no table:",
        region_table(results, "ledcal direct"),
    ]
    if with_peers:
        parts += ["Peers, 33 nodes (their error over ledcal's on the same walls):"]
        parts += [peer_table(results)]
        if not is_installed():
            parts += ["ArgyllCMS is left out: colprof and collink are not installed."]
    parts += ["CPU seconds, median (over ledcal's fit + 33):", time_table(results)]
    refused = dict.fromkeys(f"{r.scenario}, {r.n}: {r.refused}" for r in results if r.refused)
    if refused:
        parts += ["ledcal refused:", *refused]
    return "\n\n".join(parts)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="ledcal and its peers on lab walls.")
    parser.add_argument("--scenarios", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--patches", nargs="+", type=int, default=list(PATCHES))
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--gamut", default="P3-D65", help="of the content")
    parser.add_argument("--noise", type=float, default=1.0, help="times the usual")
    parser.add_argument("--quick", action="store_true", help="one seed, 300 patches, few colours")
    options = parser.parse_args()
    options.colours = 500 if options.quick else 2000
    if options.quick:
        options.seeds, options.patches = options.seeds[:1], [300]
    print(report(run(options), with_peers=options.peers))


if __name__ == "__main__":
    main()
