"""Pattern, virtual stage, DNGs, fit, .cube, OpenColorIO: the error on colours never captured.

``python benchmarks/closed_loop.py [--seeds N] [--set standard] [--layout grid]`` prints the table
of docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from ledcal.export._ocio import apply_file
from ledcal.files.stage import read_stage
from ledcal.pipeline.export import export_profile
from ledcal.pipeline.fit import fit_profile
from ledcal.pipeline.patterns import write_patterns
from ledcal.pipeline.simulate import photograph
from ledcal.simulate.judge import Judge
from ledcal.simulate.scenes import scene_for

STAGES = {
    "pq-volume": '[wall]\neotf = "ST 2084"\npeak_nits = 1500\nprimaries = "P3-D65"\n',
    "sdr-wall": '[wall]\neotf = "gamma 2.4"\npeak_nits = 600\nprimaries = "ITU-R BT.709"\n',
    "tv-wall": '[wall]\neotf = "sRGB"\npeak_nits = 300\nprimaries = "ITU-R BT.709"\n',
}


def spread(errors: np.ndarray) -> str:
    """Median / p95 / max, or median / p95."""
    return f"{np.median(errors):.2f} / {np.percentile(errors, 95):.2f}"


def run(folder: Path, scene: str, seed: int, set_name: str, layout: str) -> str:
    """One row of the table."""
    stage_path = folder / "stage.toml"
    stage_path.write_text(STAGES[scene])
    silent = lambda done, total: None  # noqa: ARG005, E731
    write_patterns(
        folder / "patterns", set_name=set_name, layout=layout, suffix="png",
        stage_path=stage_path, overwrite=False, progress=silent,
    )  # fmt: skip
    photograph(
        folder / "captures", patterns=folder / "patterns", stage_path=stage_path, scene=scene,
        seed=seed, sensor=(1296, 864), bits=None, compression=None, file_format="dng",
        overwrite=False, progress=silent,
    )  # fmt: skip
    (folder / "captures" / "truth.json").unlink()
    profile, path = fit_profile([folder / "captures"], out=folder / "profile")
    stage = read_stage(stage_path)
    judge = Judge(scene_for(stage, name=scene, seed=seed), stage.target)
    content = judge.held_out()
    cells = [f"{scene} {seed}", f"{set_name} {layout}", str(len(profile.measurements))]
    cells += [str(len(content)), spread(judge.errors(content, content))]
    for size in (33, 65):
        cube = folder / f"wall{size}.cube"
        export_profile(path, root=folder, file_format="cube", size=size, out=cube, overwrite=False)
        cells.append(spread(judge.errors(apply_file(cube, content), content)))
    quality = profile.quality
    cells.append(f"{quality.cross_validated.median:.2f} / {quality.cross_validated.p95:.2f}")
    cells.append(f"{quality.noise_floor.median:.2f} / {quality.noise_floor.p95:.2f}")
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--set", dest="set_name", default="standard")
    parser.add_argument("--layout", default="grid")
    options = parser.parse_args()
    print(
        "| stage, seed | pattern | patches | held-out colours | uncorrected | 33 nodes | 65 nodes "
        "| reported: held out | reported: noise floor |\n|---|---|---|---|---|---|---|---|---|"
    )
    for scene in STAGES:
        for seed in range(21, 21 + options.seeds):
            with tempfile.TemporaryDirectory() as folder:
                row = run(Path(folder), scene, seed, options.set_name, options.layout)
            print(row, flush=True)


if __name__ == "__main__":
    main()
