"""How far a fit may be off: models that explain the measurements as well as the fit does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from ledcal.model._compiled import premix_of
from ledcal.model._rows import premixed, prepare_rows
from ledcal.model._solve import (
    BELIEVED,
    Problem,
    Solution,
    Strength,
    drift_precision,
    prior_matrix,
)
from ledcal.model.evaluate import nominal_of, solution_of
from ledcal.model.fit import assemble

if TYPE_CHECKING:
    from ledcal.model._solve import Linearised
    from ledcal.values.display import DisplayModel
    from ledcal.values.measurement import PatchMeasurements

_N_DRAWS = 12
# Percentiles of the chi square distribution with three degrees of freedom: the usual patch, and
# those that show what the others do not. Their mean is taken.
_CHI_SQUARE_3 = ((50.0, 2.366), (90.0, 6.251))
_LEAST_SCALE, _MOST_SCALE = 0.25, 5.0
# How far a primary's colour moves from black to full drive, as a share of itself.
_DRIFT_SHARE = 0.01


def draw_models(
    measurements: PatchMeasurements, model: DisplayModel, *, n: int = _N_DRAWS, seed: int = 0
) -> tuple[DisplayModel, ...]:
    """Draw from the models that fit the measurements as well as the given one.

    The spread is that of the normal equations at the fit, priors included, the noise scaled by how
    far patches left out really miss: what the standard errors do not say (flicker, stray light,
    physics that the model lacks) is in it as far as the patches show it.

    Parameters
    ----------
    measurements : PatchMeasurements
        What `model` was fitted to.
    model : DisplayModel
        The fit.
    n : int
        How many.
    seed : int
        Of the draws: the same input gives the same models.

    Returns
    -------
    tuple of DisplayModel
        Ready for `predict`; a gain field is the same in all of them.
    """
    nominal, premix = nominal_of(model), premix_of(model)
    rows = premixed(prepare_rows(measurements, nominal), nominal, premix)
    problem = Problem(rows, nominal)
    full = solution_of(model, rows)
    line = problem.linearise(full)
    strength = Strength(*model.parameters["strength"].tolist())
    prior = prior_matrix(strength)
    scale = _scale(line, strength)
    # Where the data say nothing the priors do, and those of a shift are no more than walls show. A
    # take that is better than its errors say tells of a wall that is better than the priors.
    known = prior + np.diag(drift_precision(full, _DRIFT_SHARE))
    precision = line.normal / scale**2 + known / min(scale, 1.0) ** 2
    factor = cholesky(precision, lower=True)
    draws = np.random.default_rng(seed).standard_normal((len(full.theta), n))
    moves = solve_triangular(factor, draws, lower=True, trans="T")
    field = None
    if "field" in model.parameters:
        field = model.parameters["field"], float(model.parameters["smoothing"][0])
    return tuple(
        assemble(
            nominal,
            rows,
            Solution(full.theta + moves[:, i], full.weight),
            strength,
            full.weight,
            field=field,
            premix=premix,
        )
        for i in range(n)
    )


def _scale(line: Linearised, strength: Strength) -> float:
    """Real over stated noise: how far patches left out miss, over how far they should."""
    weight = line.solution.weight
    square = 3.0 * line.pulls(strength) ** 2 / weight
    believed = square[weight >= BELIEVED]
    ratios = [np.percentile(believed, share) / usual for share, usual in _CHI_SQUARE_3]
    return min(max(float(np.sqrt(np.mean(ratios))), _LEAST_SCALE), _MOST_SCALE)
