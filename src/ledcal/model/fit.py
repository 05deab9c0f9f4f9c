"""Fit the forward model of a wall to measured patches."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.errors import CaptureError
from ledcal.model._compiled import KIND, KIND_WITH_FIELD, KIND_WITH_PREMIX, text_to_array
from ledcal.model._curves import NominalCurve
from ledcal.model._field import choose_field
from ledcal.model._premix import choose_premix
from ledcal.model._rows import lms_to_camera, premixed, prepare_rows
from ledcal.model._solve import BELIEVED, Problem
from ledcal.model._strength import solve_best
from ledcal.values.display import DisplayModel

if TYPE_CHECKING:
    from ledcal.model._processor import Premix
    from ledcal.model._rows import Rows
    from ledcal.model._solve import Solution, Strength
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.measurement import PatchMeasurements

# A wall in the wrong mode is missed by a few per cent; patches of another pattern by all.
_MISSED_SHARE_LIMIT, _LIT_SHARE = 0.2, 0.02


def fit_model(measurements: PatchMeasurements, *, eotf: str, peak_nits: float) -> DisplayModel:
    """Fit per-channel curves, primaries, black and cross-terms to what the camera saw.

    Parameters
    ----------
    measurements : PatchMeasurements
        Wall codes and camera light (ACES2065-1, any one exposure, black not subtracted).
        Standard errors may be NaN. Saturated patches, flats and dark patches are not used;
        repeats of a code count once, by their median.
    eotf : str
        EOTF that the wall is set to.
    peak_nits : float
        Luminance of full white that the wall is set to.

    Returns
    -------
    DisplayModel
        Of kind ``parametric-1`` (``parametric-1+field`` where patches left out are predicted
        better with a gain field beside the physical model, ``parametric-1+premix`` where the
        processor mixes the channels before the LEDs); see docs/method.md for its parameters.

    Raises
    ------
    CaptureError
        If the usable patches cannot carry a model (the message says what is missing), or do
        not follow their codes at all.
    ValueError
        If the measurements are not in ACES2065-1, or the EOTF is unknown.
    """
    if measurements.space != "ACES2065-1":
        message = f"measurements are in {measurements.space!r}; the fit needs ACES2065-1"
        raise ValueError(message)
    nominal = NominalCurve(canonical_eotf(eotf), float(peak_nits))
    rows = prepare_rows(measurements, nominal)
    problem = Problem(rows, nominal)
    solution, strength = solve_best(problem)
    premix = None
    processor = choose_premix(rows, nominal, solution, strength)
    if processor is not None:
        premix, solution, strength = processor
        problem = Problem(premixed(rows, nominal, premix), nominal)
    missed = problem.residual(solution.theta) * rows.sigma
    _require_explained(rows, missed)
    weight = np.where(rows.member >= 0, solution.weight[rows.member], -1.0)
    field = None
    if premix is None:
        field = choose_field(rows, rows.lms + missed, solution.mixing.black, solution.weight)
    return assemble(nominal, rows, solution, strength, weight, field=field, premix=premix)


def _require_explained(rows: Rows, missed: FloatArray) -> None:
    """Refuse patches that no wall could have shown: another pattern, frames out of order."""
    light = rows.lms - rows.lms[np.argmin(rows.lms.sum(axis=1))]
    lit = light.sum(axis=1) > _LIT_SHARE * light.sum(axis=1).max()
    share = float(np.median(np.abs(missed[lit]).sum(axis=1) / light[lit].sum(axis=1)))
    if share > _MISSED_SHARE_LIMIT:
        raise CaptureError(
            f"the patches do not follow their codes: half of them differ by more than {share:.0%} "
            f"from any wall that would fit (limit {_MISSED_SHARE_LIMIT:.0%}); they belong to "
            "another pattern or came in another order: check plan.json, or shoot again"
        )


def assemble(
    nominal: NominalCurve,
    rows: Rows,
    solution: Solution,
    strength: Strength,
    patch_weight: FloatArray,
    *,
    field: tuple[FloatArray, float] | None = None,
    premix: Premix | None = None,
) -> DisplayModel:
    """Everything that `predict` and `invert` need, as arrays."""
    mixing = solution.mixing.transformed(lms_to_camera(rows))
    kind, more = KIND, {}
    if field is not None:
        kind, more = KIND_WITH_FIELD, {"field": field[0], "smoothing": np.array([field[1]])}
    elif premix is not None:
        kind = KIND_WITH_PREMIX
        more = {"premix": premix.matrix, "premix_mode": text_to_array(premix.mode)}
    return DisplayModel(
        kind,
        more
        | {
            "eotf": text_to_array(nominal.eotf),
            "peak_nits": np.array([nominal.peak_nits]),
            "curves": solution.coefficients,
            "primaries": mixing.primaries,
            "drift": mixing.drift,
            "cross": mixing.cross,
            "black": mixing.black,
            "scale": np.array([rows.scale]),
            "code_limit": rows.code.max(axis=0),
            "strength": np.array(astuple(strength)),
            "left_out": np.array([solution.left_out]),
            "patch_weight": patch_weight,
        },
    )


def outlying_patches(model: DisplayModel) -> IntArray:
    """Indices of the measurements that the fit did not believe.

    Parameters
    ----------
    model : DisplayModel
        As `fit_model` returned it.

    Returns
    -------
    ndarray of int64
        Indices into the measurements that were fitted, rising.
    """
    weight = model.parameters["patch_weight"]
    return np.flatnonzero((weight >= 0.0) & (weight < BELIEVED)).astype(np.int64)


def unused_patches(model: DisplayModel) -> IntArray:
    """Indices of the measurements that were not fitted: saturated, flats, dark patches."""
    return np.flatnonzero(model.parameters["patch_weight"] < 0.0).astype(np.int64)
