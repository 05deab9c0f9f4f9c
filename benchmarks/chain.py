"""What curves behind a cube are worth: rough and smooth walls, files in OpenColorIO, true walls.

``PYTHONPATH=. python benchmarks/chain.py`` prints the tables of docs/method.md, section Chain.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from tests.model.closed_loop import Calibrated, calibrate, held_out_codes
from tests.model.synthetic_wall import SyntheticWall

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import pq_decode, pq_encode
from ledcal.export._ocio import apply_file, format_clf
from ledcal.export.cube import format_cube
from ledcal.model._inverse import prepare_inverse
from ledcal.model.invert import correct
from ledcal.model.predict import black, predict
from ledcal.pipeline.chain import chain_of
from ledcal.pipeline.correction import table_of

WALLS = {
    "rough, PQ": [SyntheticWall(common_ripple=0.013, shadow=0.45, seed=s) for s in range(4)],
    "rough, gamma 2.4": [
        SyntheticWall("gamma 2.4", 600.0, common_ripple=0.013, shadow=0.45, seed=s)
        for s in range(3)
    ],
    "smooth, PQ": [SyntheticWall(seed=s) for s in range(3)],
}
HALF = np.arange(0, 0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64)


def true_error(wall: SyntheticWall, done: Calibrated, shown: np.ndarray) -> tuple[float, float]:
    """Median and p95 on reachable colours above 1 nit."""
    code = held_out_codes(wall)
    wanted = target_light(done.target, code)
    _, reachable = correct(done.model, done.target, done.k, code)
    judged = reachable & (100 * np.asarray(aces_luminance(wanted)) > 1.0)
    seen = done.k * (wall.camera(shown) - wall.camera(np.zeros((1, 3))))
    away = delta_e_itp(seen[judged], wanted[judged])
    return float(np.median(away)), float(np.percentile(away, 95))


def files(folder: Path) -> None:
    """Cube against chain."""
    names = [f"{kind} {n}" for kind in ("cube", "chain") for n in (17, 33, 65)]
    print("| walls | exact | " + " | ".join(names) + " |\n|" + "---|" * 8)
    for name, walls in WALLS.items():
        rows = []
        for wall in walls:
            done = calibrate(wall, 300)
            of = (done.model, done.target, done.k)
            code = held_out_codes(wall)
            row = [true_error(wall, done, correct(*of, code)[0])]
            for suffix in ("cube", "clf"):
                for size in (17, 33, 65):
                    path = folder / f"wall.{suffix}"
                    path.write_text(
                        format_cube(table_of(*of, size), title="t")
                        if suffix == "cube"
                        else format_clf(chain_of(*of, size), name="t")
                    )
                    row.append(true_error(wall, done, apply_file(path, code)))
            rows.append(row)
        cells = [f"{median:.2f} / {p95:.2f}" for median, p95 in np.median(rows, axis=0)]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def curves() -> None:
    """What the last curves lose between their entries, on the first rough wall."""
    done = calibrate(WALLS["rough, PQ"][0], 300)
    wall = prepare_inverse(done.model, done.k)
    peak_nits = wall.curves.nominal.peak_nits

    def code(place: np.ndarray) -> np.ndarray:
        nits = pq_decode(place * pq_encode(peak_nits * wall.limit))
        return wall.code(nits / peak_nits)

    def seen(wall_code: np.ndarray) -> np.ndarray:
        return np.asarray(done.k * (predict(done.model, wall_code) - black(done.model)))

    place = np.random.default_rng(0).uniform(0.02, 1.0, (20_000, 1)) * np.ones(3)
    exact = code(place)
    places = {f"{n}": np.linspace(0.0, 1.0, n) for n in (256, 1024, 4096, 16384)}
    half = HALF[HALF <= 1.0]
    places[f"half-domain, {len(half)} of them in 0..1"] = half
    print("\n| entries | code, p99 | delta E ITP, p95 | max |\n|---|---|---|---|")
    for name, at in places.items():
        table = code(at[:, None] * np.ones(3))
        got = np.stack([np.interp(place[:, c], at, table[:, c]) for c in range(3)], axis=-1)
        away = delta_e_itp(seen(got), seen(exact))
        missed = np.percentile(np.abs(got - exact), 99)
        print(f"| {name} | {missed:.1e} | {np.percentile(away, 95):.4f} | {away.max():.4f} |")


def scene_linear() -> None:
    """ST 2084 code of 0.01 to 1500 nits from a table over scene-linear light, 1.0 = 100 nits."""
    light = np.geomspace(1e-4, 15.0, 200_000)
    exact = pq_encode(100.0 * light)
    print(
        "\n| table over scene-linear light | code, max from 0.01 nit | from 1 nit |\n|---|---|---|"
    )
    for name, at in (
        ("4096 entries", np.linspace(0.0, 15.0, 4096)),
        ("65536 entries", np.linspace(0.0, 15.0, 65536)),
        ("half-domain", HALF),
    ):
        away = np.abs(np.interp(light, at, pq_encode(100.0 * at)) - exact)
        print(f"| {name} | {away.max():.1e} | {away[light >= 0.01].max():.1e} |")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        files(Path(folder))
    curves()
    scene_linear()
