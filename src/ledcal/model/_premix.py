"""A processor that mixes the channels before the LEDs: left in a P3 or Rec. 2020 mode.

Light that the code asks for goes through a 3x3 whose rows sum to 1 (white stays white), is held
to 0..1, and only then drives the channels, whose tone curves follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ledcal.colorimetry.space import gamut, matrix_rgb_to_xyz
from ledcal.model._processor import Premix
from ledcal.model._rows import premixed
from ledcal.model._solve import Problem, Solution, Strength, prior_matrix
from ledcal.model._strength import rated, solve_best, usual_strength
from ledcal.values.stage import Gamut

if TYPE_CHECKING:
    from ledcal.model._curves import NominalCurve
    from ledcal.model._rows import Rows
    from ledcal.values.arrays import FloatArray

# A mode is told from these, and then moved to fit: LED walls differ by less than modes do.
_USUAL_LEDS = Gamut(
    "usual LEDs", [[0.692, 0.307], [0.183, 0.741], [0.131, 0.063]], [0.3127, 0.3290]
)
_MODES = ("P3-D65", "ITU-R BT.2020", "ITU-R BT.709")
# A native wall is explained to its noise, and never looked at twice.
_UNEXPLAINED, _UNEXPLAINED_LEFT_OUT = 0.9, 1.2
_FEWEST_CHROMATIC = 12
# What few patches leave open, a matrix may seem to explain: a mode explains most of it.
_SCORE_SHARE = 0.6
_MATRIX_PRIOR = 10.0  # one over the standard deviation of an entry around the mode's
_STEP, _MAX_ROUNDS, _MAX_HALVINGS, _ENOUGH = 1e-4, 10, 5, 1e-4
_OFF_DIAGONAL = [(i, j) for i in range(3) for j in range(3) if i != j]


def choose_premix(
    rows: Rows, nominal: NominalCurve, solution: Solution, strength: Strength
) -> tuple[Premix, Solution, Strength] | None:
    """The mode that explains what `solution` does not; None where the wall is native.

    Parameters
    ----------
    rows : Rows
        The data.
    nominal : NominalCurve
        The EOTF that the wall is set to.
    solution, strength : Solution and Strength
        What `solve_best` found without a mode.

    Returns
    -------
    premix : Premix
        Its matrix fitted.
    solution, strength : Solution and Strength
        The fit behind it.
    """
    explained = solution.usual_residual < _UNEXPLAINED
    explained &= solution.left_out < _UNEXPLAINED_LEFT_OUT
    if explained or rows.n_chromatic < _FEWEST_CHROMATIC:
        return None
    score = rated(solution, strength, len(rows))
    # The strengths that the wrong model found are those of its own misfit.
    usual = usual_strength(len(rows))
    tried = []
    for mode in _MODES:
        premix = Premix(_mode_matrix(mode), mode)
        problem = Problem(premixed(rows, nominal, premix), nominal)
        trial = problem.linearise(problem.solve(usual)).at(usual)
        tried.append((rated(trial, usual, len(rows)), premix))
    premix = _refine(rows, nominal, min(tried, key=lambda pair: pair[0])[1], usual)
    found, held = solve_best(Problem(premixed(rows, nominal, premix), nominal))
    if rated(found, held, len(rows)) > _SCORE_SHARE * score:
        return None
    return premix, found, held


def _mode_matrix(mode: str) -> FloatArray:
    """Light of a mode's primaries to light of usual LEDs, white to white."""
    to_leds = np.linalg.inv(matrix_rgb_to_xyz(_USUAL_LEDS)) @ matrix_rgb_to_xyz(gamut(mode))
    return np.asarray(to_leds / to_leds.sum(axis=1, keepdims=True), dtype=np.float64)


def _refine(rows: Rows, nominal: NominalCurve, premix: Premix, strength: Strength) -> Premix:
    """Gauss-Newton on the matrix and the model together; rows of the matrix keep their sum."""
    centre = _entries(premix.matrix)
    problem = Problem(premixed(rows, nominal, premix), nominal)
    solution = problem.solve(strength)
    for _ in range(_MAX_ROUNDS):
        entries = _entries(premix.matrix)
        line = problem.linearise(solution)
        root = np.sqrt(solution.weight)[:, None]
        away = np.empty((line.jacobian.shape[0], len(entries)))
        for column in range(len(entries)):
            moved = _with_entries(premix, entries + _STEP * np.eye(len(entries))[column])
            there = Problem(premixed(rows, nominal, moved), nominal).residual(solution.theta)
            away[:, column] = ((there * root - line.residual) / _STEP).ravel()
        # The model follows the matrix: only what it cannot follow pulls at the entries.
        factor = cho_factor(line.normal + prior_matrix(strength))
        together = line.jacobian.T @ away
        normal = away.T @ away - together.T @ cho_solve(factor, together)
        normal += _MATRIX_PRIOR**2 * np.eye(len(entries))
        pull = away.T @ line.residual.ravel() + _MATRIX_PRIOR**2 * (entries - centre)
        move = np.linalg.solve(normal, pull)
        cost = _cost(line.residual, entries, centre)
        for _ in range(_MAX_HALVINGS):
            trial = _with_entries(premix, entries - move)
            trial_problem = Problem(premixed(rows, nominal, trial), nominal)
            trial_solution = trial_problem.solve(strength, solution)
            there = trial_problem.residual(trial_solution.theta) * root
            trial_cost = _cost(there, entries - move, centre)
            if trial_cost < cost:
                break
            move = 0.5 * move
        else:
            return premix
        premix, problem, solution = trial, trial_problem, trial_solution
        if cost - trial_cost < _ENOUGH * cost:
            break
    return premix


def _cost(residual: FloatArray, entries: FloatArray, centre: FloatArray) -> float:
    return float(np.sum(residual**2) + _MATRIX_PRIOR**2 * np.sum((entries - centre) ** 2))


def _entries(matrix: FloatArray) -> FloatArray:
    return np.array([matrix[i, j] for i, j in _OFF_DIAGONAL])


def _with_entries(premix: Premix, entries: FloatArray) -> Premix:
    matrix = np.zeros((3, 3))
    for (i, j), value in zip(_OFF_DIAGONAL, entries, strict=True):
        matrix[i, j] = value
    matrix[range(3), range(3)] = 1.0 - matrix.sum(axis=1)
    return Premix(matrix, premix.mode)
