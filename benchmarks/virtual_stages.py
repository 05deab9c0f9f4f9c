"""The fit and its table on virtual stages, from patch means with their noise: no pictures.

    python benchmarks/virtual_stages.py [--seeds 3]

Fits each set of patches, then looks at the stage's own light through the table: delta E ITP
against the target on the fixed trial colours that the wall can make, and on colours uniform in
what the wall shows (many of them saturated, along the boundary of its gamut); 2 nits and more.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import P3_D65, aces_luminance
from ledcal.colorimetry.target import target_code, target_light
from ledcal.colorimetry.transfer import eotf_inverse, pq_decode, pq_encode
from ledcal.lut.build import build_lut
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.lut.optimise import optimise_nodes
from ledcal.model.exposure import exposure_scale
from ledcal.model.fit import fit_model
from ledcal.model.invert import correct, node_function
from ledcal.model.samples import node_samples
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
_N_SHOWN = 4000


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


def shown_codes(stage: VirtualStage, target: Target, k: float, n: int = _N_SHOWN) -> FloatArray:
    """Content codes of colours uniform in wall code, on the ST 2084 scale."""
    top = float(pq_encode(target.peak_nits))
    nits = pq_decode(np.random.default_rng(99).uniform(0.0, top, (n, 3)))
    wall = eotf_inverse(target.eotf, nits, peak_nits=target.peak_nits)
    light = k * (camera_response(stage, wall) - camera_response(stage, np.zeros(3)))
    codes = target_code(target, light)
    # What lies outside of the target's cube is no content.
    kept = delta_e_itp(target_light(target, codes), light) < 1e-3
    return codes[kept & (100.0 * np.asarray(aces_luminance(light)) >= 2.0)]


def closed_loop(name: str, seed: int, set_name: str) -> str:
    """One line of the table."""
    stage = scene(name, seed=seed)
    measured = measure(stage, set_name)
    target = Target(P3_D65, stage.wall.eotf, stage.wall.peak_nits)
    start = time.process_time()
    model = fit_model(measured, eotf=target.eotf, peak_nits=target.peak_nits)
    fitted = time.process_time()
    k = exposure_scale(model, target)
    plain = build_lut(node_function(model, target, k, 33), 33)
    moved = optimise_nodes(plain, node_samples(model, target, k))
    built = time.process_time()
    large = build_lut(node_function(model, target, k, 65), 65)
    trial = trial_codes(target)
    trial = trial[correct(model, target, k, trial)[1]]
    dark = camera_response(stage, np.zeros(3))
    cells = []
    for codes in (trial, shown_codes(stage, target, k)):
        wanted = target_light(target, codes)
        shown = [correct(model, target, k, codes)[0]]
        shown += [apply_tetrahedral(lut, codes) for lut in (plain, moved, large)]
        for code in [codes, *shown] if codes is trial else shown:
            gap = delta_e_itp(k * (camera_response(stage, code) - dark), wanted)
            cells.append(f"{np.median(gap):.2f} / {np.percentile(gap, 95):.2f}")
    seconds = f"{fitted - start:.2f} + {built - fitted:.2f} s"
    return f"| {name} {seed} | {' | '.join(cells)} | {seconds} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="The fit on virtual stages.")
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(1, parser.parse_args().seeds + 1)
    columns = ("inverted", "33", "33 moved", "65")
    heads = ["uncorrected", *columns, *(f"shown: {column}" for column in columns)]
    for set_name in ("quick", "standard"):
        print(f"\n{set_name}\n\n| stage, seed | {' | '.join(heads)} | CPU, fit + 33 moved |")
        print("|---" * (len(heads) + 2) + "|")
        for name in SCENES:
            for seed in seeds:
                print(closed_loop(name, seed, set_name), flush=True)


if __name__ == "__main__":
    main()
