"""Real walls: fit on grey, ramp, primaries and white; predict the ColorChecker, which was held out.

    python benchmarks/real_walls.py ../shared/data/real_walls

Each wall is a csv of patches and a json beside it. Light is scaled so that 1.0 of the file is the
wall's nominal peak; delta E ITP is taken at that scale. Beside ledcal's model stand a 3x3 with
per-channel curves by least squares on the same patches (computed here), and the figures that were
given to us for OpenVPCal and for another such least squares fit.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import least_squares

from ledcal.colorimetry.difference import delta_e_itp, matrix_aces_to_lms
from ledcal.colorimetry.transfer import eotf, pq_decode, pq_encode
from ledcal.model.fit import fit_model, outlying_patches
from ledcal.model.predict import predict
from ledcal.values.measurement import PatchMeasurements

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

HELD_OUT = "macbeth"
# Mean delta E ITP of the ColorChecker: least squares and OpenVPCal, as they were given to us.
GIVEN = {"roe_balanced": (1.9, 3.6), "aoto_pretest": (5.5, 4.4), "srgb_wall": (6.4, 5.5)}
_N_KNOTS = 16


@dataclass(frozen=True)
class RealWall:
    """The stored measurements of one wall."""

    name: str
    eotf: str
    peak_nits: float
    scale: float
    code: FloatArray
    camera: FloatArray
    held_out: np.ndarray[Any, np.dtype[np.bool_]]


def read_wall(path: Path) -> RealWall:
    """Read NAME.csv and NAME.json."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))

    def columns(prefix: str) -> FloatArray:
        return np.array([[float(row[f"{prefix}_{c}"]) for c in "rgb"] for row in rows])

    return RealWall(
        path.stem,
        facts["target_eotf"],
        float(facts["target_max_lum_nits"]),
        float(facts["peak_linear"]),
        columns("code"),
        columns("meas"),
        np.array([row["patch_kind"] == HELD_OUT for row in rows]),
    )


def training_patches(wall: RealWall) -> PatchMeasurements:
    """Every patch but the ColorChecker; nothing is known of the noise."""
    code, camera = wall.code[~wall.held_out], wall.camera[~wall.held_out]
    n = len(code)
    zeros = np.zeros(n, dtype=np.int64)
    unknown = np.full((n, 3), np.nan)
    return PatchMeasurements(code, camera, unknown, zeros, np.zeros(n), zeros, ("",) * n, ("",) * n)


def held_out_errors(wall: RealWall, predicted: FloatArray) -> FloatArray:
    """Delta E ITP of the ColorChecker, shape (24,)."""
    pair = (wall.scale * wall.camera, wall.scale * predicted)
    return delta_e_itp(pair[0][wall.held_out], pair[1][wall.held_out])


def predict_with_ledcal(wall: RealWall) -> tuple[FloatArray, int]:
    """Camera light of every code by ledcal's model, and how many patches it did not believe."""
    measured = training_patches(wall)
    model = fit_model(measured, eotf=wall.eotf, peak_nits=wall.peak_nits)
    return predict(model, wall.code), len(outlying_patches(model))


def predict_with_least_squares(wall: RealWall) -> FloatArray:
    """Camera light of every code by a 3x3 with per-channel curves: the usual method."""
    to_lms = 100.0 * wall.scale * matrix_aces_to_lms()
    knots = np.linspace(0.0, 1.0, _N_KNOTS)
    top = float(pq_encode(wall.peak_nits))

    def light(parameters: FloatArray, code: FloatArray) -> FloatArray:
        signal = pq_encode(eotf(wall.eotf, code, peak_nits=wall.peak_nits)) / top
        shift = parameters[12:].reshape(3, _N_KNOTS)
        moved = [signal[:, c] + 0.01 * np.interp(signal[:, c], knots, shift[c]) for c in range(3)]
        channels = pq_decode(np.maximum(np.stack(moved, axis=-1), 0.0) * top)
        return channels @ parameters[:9].reshape(3, 3).T + parameters[9:12]

    code, seen = wall.code[~wall.held_out], wall.camera[~wall.held_out] @ to_lms.T
    black = seen[np.argmin(code.sum(axis=1))]
    above = np.maximum(seen - black, 0.0)
    noise = 2.5e-3 * above + 1e-5 * wall.peak_nits

    def residual(parameters: FloatArray) -> FloatArray:
        bend = np.diff(parameters[12:].reshape(3, _N_KNOTS), n=2, axis=1)
        gap = (light(parameters, code) - seen) / noise
        return np.concatenate([gap.ravel(), bend.ravel(), 0.1 * parameters[12:]])

    start = np.zeros(12 + 3 * _N_KNOTS)
    nominal = eotf(wall.eotf, code, peak_nits=wall.peak_nits)
    start[:9] = np.linalg.lstsq(nominal, seen - black, rcond=None)[0].T.ravel()
    start[9:12] = black
    best = least_squares(residual, start, loss="soft_l1", f_scale=3.0, x_scale="jac", max_nfev=60)
    return light(best.x, wall.code) @ np.linalg.inv(to_lms).T


def compare(folder: Path) -> list[str]:
    """The table, one line for each wall."""
    lines = [
        (
            "| wall | ledcal mean / max | least squares (ours) | least squares (given) "
            "| OpenVPCal (given) | ledcal / better given | not believed |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    for path in sorted(folder.glob("*.csv")):
        wall = read_wall(path)
        predicted, n_outliers = predict_with_ledcal(wall)
        own = held_out_errors(wall, predicted)
        plain = held_out_errors(wall, predict_with_least_squares(wall))
        given = GIVEN.get(wall.name)
        known = f"{given[0]} | {given[1]} | {own.mean() / min(given):.2f}" if given else "- | - | -"
        lines.append(
            f"| {wall.name} | {own.mean():.2f} / {own.max():.1f} "
            f"| {plain.mean():.2f} / {plain.max():.1f} | {known} | {n_outliers} |"
        )
    return lines


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Held-out ColorChecker on real walls.")
    parser.add_argument("folder", type=Path)
    print("\n".join(compare(parser.parse_args().folder)))


if __name__ == "__main__":
    main()
