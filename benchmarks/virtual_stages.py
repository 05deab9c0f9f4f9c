"""The fit on virtual stages, from patch means with their noise: no pictures, no geometry.

    python benchmarks/virtual_stages.py [--seeds 3]

Fits each set of patches, then looks at the stage's own light through the table: delta E ITP
against the target on the fixed trial colours (2 nits and more) that the wall can make.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import P3_D65
from ledcal.colorimetry.target import target_light
from ledcal.lut.build import build_lut
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.exposure import exposure_scale
from ledcal.model.fit import fit_model
from ledcal.model.invert import correct, node_function
from ledcal.model.trial import trial_codes
from ledcal.pattern.build import build_pattern
from ledcal.simulate.scenes import SCENES, scene
from ledcal.simulate.truth import camera_response
from ledcal.values.measurement import PatchMeasurements
from ledcal.values.pattern import FrameKind
from ledcal.values.stage import Target, Wall

if TYPE_CHECKING:
    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.arrays import FloatArray

_N_PHOTOSITES = 1500
_N_REPEATS = 8


def measure(stage: VirtualStage, set_name: str) -> PatchMeasurements:
    """Means of a set's patches with shot and read noise; a black row first."""
    wall = Wall("bench", 1920, 1080, None, stage.wall.eotf, stage.wall.peak_nits, P3_D65)
    frames = build_pattern(set_name, "single", wall).frames
    shown = [p.code for f in frames if f.kind is FrameKind.PATCHES for p in f.patches]
    code = np.concatenate([np.zeros((1, 3)), np.array(shown)])
    takes = [
        camera_response(stage, code, noise=True, n_photosites=_N_PHOTOSITES, seed=seed)
        for seed in range(_N_REPEATS)
    ]
    n = len(code)
    zeros = np.zeros(n, dtype=np.int64)
    sigma = np.std(takes, axis=0, ddof=1)
    return PatchMeasurements(code, takes[0], sigma, zeros, np.zeros(n), zeros, ("",) * n, ("",) * n)


def closed_loop(name: str, seed: int, set_name: str, sizes: tuple[int, ...]) -> str:
    """One line of the table."""
    stage = scene(name, seed=seed)
    measured = measure(stage, set_name)
    target = Target(P3_D65, stage.wall.eotf, stage.wall.peak_nits)
    start = time.process_time()
    model = fit_model(measured, eotf=target.eotf, peak_nits=target.peak_nits)
    seconds = time.process_time() - start
    k = exposure_scale(model, target)
    codes = trial_codes(target)
    direct, reachable = correct(model, target, k, codes)
    wanted = target_light(target, codes)
    dark = camera_response(stage, np.zeros(3))

    def figures(shown: FloatArray) -> str:
        gap = delta_e_itp(k * (camera_response(stage, shown) - dark), wanted)[reachable]
        return f"{np.median(gap):.2f} / {np.percentile(gap, 95):.2f}"

    cells = [figures(codes), figures(direct)]
    for size in sizes:
        lut = build_lut(node_function(model, target, k, size), size)
        cells.append(figures(apply_tetrahedral(lut, codes)))
    n_colours = len(np.unique(measured.code, axis=0))
    return f"| {name} {seed} | {n_colours} | {' | '.join(cells)} | {seconds:.2f} s |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="The fit on virtual stages.")
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(1, parser.parse_args().seeds + 1)
    print(
        "| stage, seed | colours | uncorrected | model inverted | 33 nodes | 65 nodes | fit CPU |"
    )
    print("|---|---|---|---|---|---|---|")
    for set_name in ("quick", "standard"):
        for name in SCENES:
            for seed in seeds:
                print(closed_loop(name, seed, set_name, (33, 65)), flush=True)


if __name__ == "__main__":
    main()
