"""How good a model is, in delta E ITP: on its patches, on patches left out, and the noise.

Figures count patches of 1 nit and more at the scale k.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import aces_to_ictcp, delta_e_itp, matrix_aces_to_lms
from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.model._compiled import array_to_text, premix_of
from ledcal.model._curves import NominalCurve
from ledcal.model._field import fit_field
from ledcal.model._perceptual import pq_light
from ledcal.model._rows import lms_to_camera, premixed, prepare_rows
from ledcal.model._solve import BELIEVED, Problem, Solution, Strength
from ledcal.model.fit import assemble
from ledcal.model.predict import black, predict, shown
from ledcal.values.quality import JUDGED_FROM_NITS, Spread

if TYPE_CHECKING:
    from ledcal.model._rows import Rows
    from ledcal.values.arrays import BoolArray, FloatArray, IntArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.measurement import PatchMeasurements

_N_NOISE_DRAWS = 32
# Below it a delta E ITP tells of read noise and PWM steps, not of the calibration.
_N_FOLDS = 10
# ICtCp angle and chroma of skin, dark to light, in dim and in bright light; see trial.py.
_SKIN_HUE, _SKIN_HUE_WIDTH, _SKIN_CHROMA = np.deg2rad(128.0), np.deg2rad(12.0), (0.03, 0.1)
_SATURATED_SHARE, _SHADOW_SHARE = 0.05, 0.02


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
    return cross_validated_regions(measurements, model, k, n_folds=n_folds)["all"]


def cross_validated_regions(
    measurements: PatchMeasurements, model: DisplayModel, k: float, *, n_folds: int = _N_FOLDS
) -> dict[str, Spread]:
    """`cross_validate`, told apart by region of colour.

    Parameters
    ----------
    measurements, model, k, n_folds
        As `cross_validate` takes them.

    Returns
    -------
    dict of str to Spread
        ``all``, and where there are such patches ``greys`` (neutral code), ``skin`` (hue and
        chroma of skin, dark to light), ``saturated`` (least channel below 5 % of the largest, in
        nominal light) and ``shadows`` (below 2 % of the wall's peak). They overlap.
    """
    nominal = nominal_of(model)
    rows = prepare_rows(measurements, nominal)
    index, seen, made = _left_out(rows, model, n_folds)
    difference = delta_e_itp(k * seen, k * made)
    bright = bright_enough(k * made)
    asked = pq_light(rows.position[index] * nominal.peak_signal)
    regions = {"all": np.ones(len(index), dtype=bool)}
    regions |= _regions(rows, index, asked, k * made)
    found = {name: bright[member[bright]] for name, member in regions.items()}
    return {name: spread(difference[at]) for name, at in found.items() if at.size}


def _regions(
    rows: Rows, index: IntArray, asked: FloatArray, light: FloatArray
) -> dict[str, BoolArray]:
    """Which rows of `index` are in which region."""
    return colour_regions(asked, light, is_grey=~rows.is_chromatic[index])


def colour_regions(
    asked: FloatArray, light: FloatArray, *, is_grey: BoolArray
) -> dict[str, BoolArray]:
    """Which colours are in which region.

    Parameters
    ----------
    asked : ndarray, shape (n, 3)
        Light that is asked of the wall's channels, at any scale.
    light : ndarray, shape (n, 3)
        ACES2065-1, 1.0 = 100 nits.
    is_grey : ndarray of bool, shape (n,)
        Whether the code is neutral.

    Returns
    -------
    dict of str to ndarray of bool
        ``greys``, ``skin``, ``saturated`` and ``shadows``, as `cross_validated_regions` says.
    """
    nits = 100.0 * np.asarray(aces_luminance(light))
    itp = aces_to_ictcp(light)
    chroma = np.hypot(itp[:, 1], itp[:, 2])
    hue = np.arctan2(itp[:, 2], itp[:, 1])
    away = np.abs(np.angle(np.exp(1j * (hue - _SKIN_HUE))))
    return {
        "greys": is_grey,
        "skin": (away < _SKIN_HUE_WIDTH) & (chroma > _SKIN_CHROMA[0]) & (chroma < _SKIN_CHROMA[1]),
        "saturated": asked.min(axis=1) < _SATURATED_SHARE * asked.max(axis=1),
        "shadows": nits < _SHADOW_SHARE * nits.max(),
    }


def _left_out(
    rows: Rows, model: DisplayModel, n_folds: int
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Rows that were left out, what was seen of them and what was predicted, black off."""
    nominal, premix = nominal_of(model), premix_of(model)
    strength = Strength(*model.parameters["strength"].tolist())
    smoothing = float(model.parameters["smoothing"][0]) if "smoothing" in model.parameters else None
    full = solution_of(model, rows)
    believed = full.weight >= BELIEVED
    free = np.flatnonzero(~_ramp_ends(rows))
    free = free[np.argsort(rows.lms[free].sum(axis=1), kind="stable")]
    to_camera = lms_to_camera(rows).T
    index, seen, made = [], [], []
    for fold in range(min(n_folds, len(free))):
        held_out = free[fold::n_folds]
        kept = np.setdiff1d(np.arange(len(rows)), held_out)
        problem = Problem(premixed(rows.select(kept), nominal, premix), nominal)
        solution = problem.solve(strength, Solution(full.theta, full.weight[kept]))
        field = None
        if smoothing is not None:
            fitted = problem.rows.lms + problem.residual(solution.theta) * problem.rows.sigma
            dark = solution.mixing.black
            field = fit_field(problem.rows, fitted, dark, solution.weight, smoothing), smoothing
        partial = assemble(
            nominal, problem.rows, solution, strength, solution.weight, field=field, premix=premix
        )
        judged = held_out[believed[held_out]]
        offset = black(partial)
        index.append(judged)
        seen.append(rows.lms[judged] @ to_camera - offset)
        made.append(predict(partial, rows.code[judged]) - offset)
    return np.concatenate(index), np.concatenate(seen), np.concatenate(made)


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
    light = shown(model, k, measurements.code[used])
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
        rows = prepare_rows(measurements, nominal_of(model))
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


def nominal_of(model: DisplayModel) -> NominalCurve:
    """The EOTF and the peak that the wall is set to."""
    values = model.parameters
    return NominalCurve(
        canonical_eotf(array_to_text(values["eotf"])), float(values["peak_nits"][0])
    )


def solution_of(model: DisplayModel, rows: Rows) -> Solution:
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
