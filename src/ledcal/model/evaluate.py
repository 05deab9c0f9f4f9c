"""How good a model is, in delta E ITP: on its patches, on patches left out, and the noise.

Figures count patches of 1 nit and more at the scale k.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp, matrix_aces_to_lms
from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.model._compiled import array_to_text
from ledcal.model._curves import NominalCurve
from ledcal.model._rows import lms_to_camera, prepare_rows
from ledcal.model._solve import Problem, Solution, Strength
from ledcal.model.fit import assemble
from ledcal.model.predict import black, predict
from ledcal.values.quality import Spread

if TYPE_CHECKING:
    from ledcal.model._rows import Rows
    from ledcal.values.arrays import BoolArray, FloatArray, IntArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.measurement import PatchMeasurements

_N_NOISE_DRAWS = 32
# Below it a delta E ITP tells of read noise and PWM steps, not of the calibration.
JUDGED_FROM_NITS = 1.0
_N_FOLDS = 10


def spread(differences: FloatArray) -> Spread:
    """Median, 95th percentile and maximum.

    >>> spread(np.array([1.0, 2.0, 3.0])).median
    2.0
    """
    return Spread(
        float(np.median(differences)),
        float(np.percentile(differences, 95)),
        float(np.max(differences)),
    )


def cross_validate(
    measurements: PatchMeasurements, model: DisplayModel, k: float, *, n_folds: int = _N_FOLDS
) -> Spread:
    """Measured against predicted on patches that were left out of the fit.

    Every fold leaves out every n-th patch, by brightness; the ends of the ramps (black, white,
    the brightest of each channel) stay in, because beyond them nothing is predicted.
    Each patch that was not believed by the robust fit is left out of the figures too.

    Parameters
    ----------
    measurements : PatchMeasurements
        What `model` was fitted to.
    model : DisplayModel
        The fit of all of them: gives the start and the strength of the priors.
    k : float
        From `exposure_scale`.
    n_folds : int
        2 or more.

    Returns
    -------
    Spread
        Delta E ITP at the absolute scale k, black taken off.
    """
    nominal = _nominal(model)
    strength = Strength(*model.parameters["strength"].tolist())
    rows = prepare_rows(measurements, nominal)
    full = _solution(model, rows)
    differences, lights = [], []
    believed = full.weight > 0.3
    kept = _ramp_ends(rows)
    free = np.flatnonzero(~kept)
    free = free[np.argsort(rows.lms[free].sum(axis=1), kind="stable")]
    for fold in range(min(n_folds, len(free))):
        held_out = free[fold::n_folds]
        index = np.setdiff1d(np.arange(len(rows)), held_out)
        problem = Problem(rows.select(index), nominal)
        start = Solution(full.theta, full.weight[index])
        solution = problem.solve(strength, start)
        partial = assemble(nominal, problem.rows, solution, strength, solution.weight)
        judged = held_out[believed[held_out]]
        if judged.size:
            seen = rows.lms[judged] @ lms_to_camera(rows).T
            offset = black(partial)
            made = predict(partial, rows.code[judged])
            differences.append(delta_e_itp(k * (seen - offset), k * (made - offset)))
            lights.append(k * (made - offset))
    bright = bright_enough(np.concatenate(lights))
    return spread(np.concatenate(differences)[bright])


def fit_residual(measurements: PatchMeasurements, model: DisplayModel, k: float) -> Spread:
    """Measured against predicted on the patches that were fitted, delta E ITP.

    Parameters
    ----------
    measurements : PatchMeasurements
        What `model` was fitted to.
    model : DisplayModel
        The fit.
    k : float
        From `exposure_scale`.

    Returns
    -------
    Spread
        Every measured patch that was used, outliers included.
    """
    used = _used(model)
    light = k * (predict(model, measurements.code[used]) - black(model))
    return spread(patch_residuals(measurements, model, k)[used][bright_enough(light)])


def patch_residuals(measurements: PatchMeasurements, model: DisplayModel, k: float) -> FloatArray:
    """Measured against predicted for every patch, delta E ITP, shape (n,)."""
    offset = black(model)
    made = predict(model, measurements.code)
    return delta_e_itp(k * (measurements.camera - offset), k * (made - offset))


def noise_floor(measurements: PatchMeasurements, model: DisplayModel, k: float) -> Spread:
    """What the standard errors of the patches alone amount to, delta E ITP.

    Parameters
    ----------
    measurements : PatchMeasurements
        With standard errors; where they are NaN, those that the fit assumed count.
    model : DisplayModel
        Its black is taken off.
    k : float
        From `exposure_scale`.

    Returns
    -------
    Spread
        Of the difference that one measurement's noise makes, over patches and draws of the
        noise; seeded, so the same input gives the same figure.
    """
    used = _used(model)
    sigma = measurements.sigma[used]
    unknown = np.any(~np.isfinite(sigma), axis=1)
    if unknown.any():
        rows = prepare_rows(measurements, _nominal(model))
        assumed = np.sqrt(rows.sigma**2 @ (lms_to_camera(rows) ** 2).T / 3.0)
        sigma = np.where(unknown[:, None], assumed[rows.member[used]], sigma)
    seen = np.maximum(predict(model, measurements.code[used]) - black(model), 0.0)
    bright = bright_enough(k * seen)
    sigma, seen = sigma[bright], seen[bright]
    draws = np.random.default_rng(0).standard_normal((_N_NOISE_DRAWS, *sigma.shape))
    return spread(delta_e_itp(k * (seen + draws * sigma), k * seen[None]).ravel())


def bright_enough(aces: FloatArray) -> IntArray:
    """Rows of (n, 3), 1.0 = 100 nits, that figures are given for; all where none is bright."""
    nits = 100.0 * np.asarray(aces_luminance(aces))
    bright = np.flatnonzero(nits >= JUDGED_FROM_NITS)
    return bright if bright.size else np.arange(len(nits))


def _used(model: DisplayModel) -> IntArray:
    return np.flatnonzero(model.parameters["patch_weight"] >= 0.0)


def _nominal(model: DisplayModel) -> NominalCurve:
    values = model.parameters
    return NominalCurve(
        canonical_eotf(array_to_text(values["eotf"])), float(values["peak_nits"][0])
    )


def _solution(model: DisplayModel, rows: Rows) -> Solution:
    """The solver's state again, from what the model stores."""
    values = model.parameters
    to_lms = rows.scale * matrix_aces_to_lms()
    theta = Problem.pack(
        values["curves"],
        to_lms @ values["primaries"],
        to_lms @ values["drift"],
        values["cross"],
        to_lms @ values["black"],
    )
    weight = np.ones(len(rows))
    used = rows.member >= 0
    weight[rows.member[used]] = values["patch_weight"][used]
    return Solution(theta, weight)


def _ramp_ends(rows: Rows) -> BoolArray:
    """Darkest, brightest grey, and the brightest row that each channel leads."""
    ends = np.zeros(len(rows), dtype=bool)
    position = rows.position
    ends[np.argmin(position.sum(axis=1))] = True
    ends[np.argmax(position.min(axis=1))] = True
    for c in range(3):
        others = np.maximum(position[:, c - 1], position[:, c - 2])
        ends[np.argmax(position[:, c] - others)] = True
        pure = np.flatnonzero(others < 0.02)
        if pure.size:
            ends[pure[np.argmax(position[pure, c])]] = True
    return ends
