"""Fit, build the table, and look at the true wall through it on colours never measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import P3_D65, aces_luminance
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf_inverse, pq_decode, pq_encode
from ledcal.lut.build import build_lut
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.exposure import exposure_scale
from ledcal.model.fit import fit_model
from ledcal.model.invert import correct, node_function
from ledcal.values.stage import Target
from tests.model.synthetic_wall import structured_codes

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.lut import Lut3d
    from ledcal.values.measurement import PatchMeasurements
    from tests.model.synthetic_wall import SyntheticWall


@dataclass(frozen=True)
class Calibrated:
    measured: PatchMeasurements
    model: DisplayModel
    target: Target
    k: float
    lut: Lut3d


@cache
def calibrate(wall: SyntheticWall, n_patches: int, size: int = 33) -> Calibrated:
    code = structured_codes(
        n_patches, eotf_name=wall.eotf, peak_nits=wall.peak_nits, seed=wall.seed
    )
    measured = wall.measure(code)
    model = fit_model(measured, eotf=wall.eotf, peak_nits=wall.peak_nits)
    target = Target(P3_D65, wall.eotf, wall.peak_nits)
    k = exposure_scale(model, target)
    lut = build_lut(node_function(model, target, k, size), size)
    return Calibrated(measured, model, target, k, lut)


def held_out_codes(wall: SyntheticWall) -> FloatArray:
    peak = float(pq_encode(wall.peak_nits))
    signal = np.random.default_rng(99).uniform(0, peak, (3000, 3))
    grey = np.repeat(np.geomspace(2.0, 0.9 * wall.peak_nits, 64)[:, None], 3, axis=1)
    nits = np.concatenate([pq_decode(signal), grey])
    return eotf_inverse(wall.eotf, nits, peak_nits=wall.peak_nits)


def errors(wall: SyntheticWall, done: Calibrated, *, corrected: bool = True) -> FloatArray:
    """Delta E ITP of the true wall against the target, reachable colours above 1 nit."""
    code = held_out_codes(wall)
    wanted = target_light(done.target, code)
    _, reachable = correct(done.model, done.target, done.k, code)
    judged = reachable & (100 * np.asarray(aces_luminance(wanted)) > 1.0)
    shown = apply_tetrahedral(done.lut, code) if corrected else code
    seen = done.k * (wall.camera(shown) - wall.camera(np.zeros((1, 3))))
    return delta_e_itp(seen[judged], wanted[judged])
