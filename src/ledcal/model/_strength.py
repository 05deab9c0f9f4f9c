"""How strongly the fit is held, and what it does not believe at all: by leaving rows out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ledcal.model._solve import (
    BELIEVED,
    FEW_CHROMATIC,
    OUT,
    Linearised,
    Problem,
    Solution,
    Strength,
)

# Search steps as powers of two.
_STRIDES = {"bending": 1, "mixing": 2, "apart": 1}
_SEARCHED = ("bending", "apart", "mixing", "bending", "apart")
_LEAST_STRENGTH, _MOST_STRENGTH = 0.1, 100.0
# With so few rows the channels' curves are tied to each other no more than each to straightness.
_FEW_ROWS, _USUAL_WHERE_SHORT = 60, Strength(apart=1.5)
_WHERE_FEW = Strength(apart=1.5, mixing=0.7, drift=2.0)
_EXTREME_COST, _EXTREME_COST_WHERE_SHORT = 2.0, 4.0
_N_SEARCHES = 3
# How many times the usual pull is too much (a wall that dims itself at white pulls eight times),
# and how many rows may go.
_PULLING, _MOST_OUT = 10.0, 0.03


def solve_best(problem: Problem) -> tuple[Solution, Strength]:
    """The strength whose left-out residual is least, one knob after the other.

    The search goes along the line through a solution; then the problem is solved with what was
    found, and looked at once more from there.
    Leaving out says nothing of mixing where every chromatic patch stands alone: with few of
    them the priors stay as they are, and the channels' curves are held closer together.
    """
    few = problem.rows.n_chromatic < FEW_CHROMATIC
    usual = _WHERE_FEW if few else usual_strength(len(problem.rows))
    names = ("bending",) if few else _SEARCHED
    line, strength = _found(problem, usual, names)
    without = _without_pulling_rows(problem, line, strength)
    if without is not line:
        # What was found with them is not worth keeping.
        line, strength = _found(problem, usual, names, without.solution)
    judged = line.at(strength)
    solution = replace(
        line.solution, left_out=judged.left_out, usual_residual=judged.usual_residual
    )
    return solution, strength


def _without_pulling_rows(problem: Problem, line: Linearised, strength: Strength) -> Linearised:
    """The line through the solution without the rows that pull it where no other row is.

    The robust weights see residuals; a wrong patch at the end of a curve, such as a white that
    slipped, leaves none. One row at a time, the worst first, a few at most.
    """
    n_rows = len(problem.rows)
    if n_rows < _FEW_ROWS:
        return line
    for _ in range(int(_MOST_OUT * n_rows)):
        pulls = line.pulls(strength)
        counting = line.solution.weight >= BELIEVED
        worst = int(np.argmax(np.where(counting, pulls, 0.0)))
        if pulls[worst] < _PULLING * max(float(np.median(pulls)), 0.5):
            break
        weight = line.solution.weight.copy()
        weight[worst] = OUT
        start = Solution(line.solution.theta, weight)
        line = problem.linearise(problem.solve(strength, start))
    return line


def usual_strength(n_rows: int) -> Strength:
    """Where a search starts."""
    return _USUAL_WHERE_SHORT if n_rows < _FEW_ROWS else Strength()


def _found(
    problem: Problem, strength: Strength, names: tuple[str, ...], start: Solution | None = None
) -> tuple[Linearised, Strength]:
    """Search from a strength until it stays, and solve with what was found."""
    line = problem.linearise(problem.solve(strength, start))
    for _ in range(_N_SEARCHES):
        found = _search(line, strength, names)
        if found == strength:
            break
        strength, line = found, problem.linearise(problem.solve(found, line.solution))
    return line, strength


def _search(line: Linearised, strength: Strength, names: tuple[str, ...]) -> Strength:
    n_rows = len(line.residual)
    scores: dict[Strength, float] = {}

    def score(trial: Strength) -> float:
        if trial not in scores:
            scores[trial] = rated(line.at(trial), trial, n_rows)
        return scores[trial]

    for name in names:
        for step in (2.0, 0.5):
            while True:
                value = getattr(strength, name) * step ** _STRIDES[name]
                if not _LEAST_STRENGTH <= value <= _MOST_STRENGTH:
                    break
                trial = replace(strength, **{name: value})
                if score(trial) >= score(strength):
                    break
                strength = trial
    return strength


def rated(solution: Solution, strength: Strength, n_rows: int) -> float:
    """Less is better: left-out residual, a disbelief in the extremes, and in missed data.

    A curve too stiff for its data misses them by more than their noise; where few rows
    judge, leaving out can prefer it all the same.
    """
    usual = usual_strength(n_rows)
    ratios = (
        strength.bending / usual.bending,
        strength.apart / usual.apart,
        strength.mixing / usual.mixing,
    )
    cost = _EXTREME_COST_WHERE_SHORT if n_rows < _FEW_ROWS else _EXTREME_COST
    extreme = cost * float(np.sum(np.log(ratios) ** 2)) / n_rows
    return solution.left_out + extreme + max(solution.usual_residual - 1.0, 0.0)
