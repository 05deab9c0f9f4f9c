"""The grey ramp: where it runs in a take, and which run is which step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.measure.foreign.runs import Runs
    from ledcal.values.arrays import BoolArray, FloatArray, IntArray

# What a run inside of the ramp costs that is not one of its steps, in steps.
_INTERLOPER = 1.5
# How far from grey a step may be, where it is bright enough to tell.
_CHROMA, _BRIGHT = 0.25, 0.02
# How much the distance of two neighbours may differ from that of the next two, in steps: walls
# bend slowly; at the dark end they jump.
_BEND, _DARK_BEND, _DARK_PLACE = 0.15, 0.6, 0.08
_MISSING = 3.0
_MOST_GREY = 12.0
# So many steps between black and the next run leave open whether the darkest one is black.
_SHORT = 1.5
# How near to its place, in steps, a single frame must be to be a step and no blend.
_FILLS = 0.2
# How well the length of the darkest run tells how many steps it holds.
_DARKEST_ERROR = 0.4
# How well a white that is meant to be brighter than the peak stands for it, in steps.
_TOP_ERROR = 0.35
_MOST_MISSING = 8
_FAR = 1e9


def find_ramp(runs: Runs, usable: BoolArray, counted: BoolArray) -> IntArray:
    """Find the longest series of runs that grow brighter, with little between them.

    Parameters
    ----------
    runs : Runs
        A take.
    usable : ndarray of bool, shape (n,)
        Runs that may be steps.
    counted : ndarray of bool, shape (n,)
        Runs that are in the way where they stand between steps.

    Returns
    -------
    ndarray of int64
        Which runs; empty if there is no patch.
    """
    at = np.flatnonzero(usable)
    if not len(at):
        return at
    luma = runs.light[at].mean(axis=1)
    rank = np.cumsum(counted)
    score = np.ones(len(at))
    previous = np.full(len(at), -1)
    for i in range(1, len(at)):
        between = rank[at[i]] - rank[at[:i]] - 1
        reached = score[:i] + 1.0 - _INTERLOPER * between
        reached[luma[:i] >= luma[i]] = -_FAR
        best = int(reached.argmax())
        if reached[best] > score[i]:
            score[i], previous[i] = reached[best], best
    chain = [int(score.argmax())]
    while previous[chain[-1]] >= 0:
        chain.append(int(previous[chain[-1]]))
    found = at[chain[::-1]]
    above = runs.light[found] - runs.light[found[0]]
    bright = above.mean(axis=1) > _BRIGHT * above.mean(axis=1).max()
    share = above / np.maximum(above.mean(axis=1, keepdims=True), 1e-12)
    usual = np.median(share[bright], axis=0)
    grey = (np.abs(share / usual - 1.0) < _CHROMA).all(axis=1) | ~bright
    return np.asarray(found[grey], np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Which step of the ramp each run is.

    Attributes
    ----------
    n_steps : int
        Steps above black.
    step : ndarray of int64, shape (runs,)
        Rising; 0 is black.
    cost : float
        Lower is better.
    margin : ndarray, shape (runs,)
        What it would cost to read a run as another step.
    """

    n_steps: int
    step: IntArray
    cost: float
    margin: FloatArray


def count_steps(
    place: FloatArray,
    error: FloatArray,
    n_steps: int,
    *,
    has_top: bool,
    n_darkest: float,
    grey: tuple[float, float, float] | None,
) -> Steps:
    """Number the runs of a ramp, given how many steps it has.

    Steps are evenly spaced for an ideal wall. A real one bends, so it is not the place of a run
    that tells its number, but that distances from run to run change slowly; where one is twice
    the last, a step is missing.

    Parameters
    ----------
    place : ndarray, shape (runs,)
        Where each run stands by the wall's EOTF, 0 black, 1 the peak; rising.
    error : ndarray, shape (runs,)
        Of `place`, by chance.
    n_steps : int
        Steps above black.
    has_top : bool
        Whether it is known from elsewhere that 1 is the peak.
    n_darkest : float
        How many steps the darkest run is long enough to hold.
    grey : tuple of float, or None
        Place at which another grey is seen, the one where it belongs, and how sure that is, in
        steps.

    Returns
    -------
    Steps
        The cheapest numbering.

    Examples
    --------
    >>> place = np.array([0.0, 0.21, 0.42, 0.81, 1.0])
    >>> count_steps(place, np.zeros(5), 5, has_top=True, n_darkest=1.0, grey=None).step.tolist()
    [0, 1, 2, 4, 5]
    """
    n = len(place)
    levels = np.arange(n_steps + 1)
    # How far each run is from the place of each step, in steps.
    off = place[:, None] * n_steps - levels[None, :]
    own = np.zeros((n, n_steps + 1))
    # The top: seen from the peak where it is known, else as good as any.
    top = (n_steps - levels) * _MISSING
    if has_top:
        top = top + 0.5 * (off[-1] / _TOP_ERROR) ** 2
    own[-1] += top
    if grey is not None and place[0] < grey[0] < place[-1]:
        i = int(np.searchsorted(place, grey[0])) - 1
        seen = levels + (grey[0] - place[i]) * n_steps
        own[i] += np.minimum(0.5 * ((seen - grey[1] * n_steps) / grey[2]) ** 2, _MOST_GREY)
    # The bottom: the darkest run is black, and holds all steps below the next run's.
    own[0, 1:] = _FAR
    held = np.abs(levels - n_darkest)
    own[1] += np.minimum(0.5 * (held / _DARKEST_ERROR) ** 2, _MISSING * held)
    links = [_links(off, place, error, i, n_steps) for i in range(1, n)]
    forward = [own[0]]
    for i, link in enumerate(links, start=1):
        forward.append((forward[-1][:, None] + link).min(axis=0) + own[i])
    backward = [np.zeros(n_steps + 1)]
    for i in range(n - 1, 0, -1):
        backward.append((links[i - 1] + (own[i] + backward[-1])[None, :]).min(axis=1))
    through = np.array(forward) + np.array(backward[::-1])
    step = np.zeros(n, dtype=np.int64)
    step[-1] = int(forward[-1].argmin())
    for i in range(n - 1, 0, -1):
        step[i - 1] = int((forward[i - 1] + links[i - 1][:, step[i]]).argmin())
    cost = float(forward[-1].min())
    others = through.copy()
    others[np.arange(n), step] = _FAR
    margin = others.min(axis=1) - cost
    # Black may be missing with the steps that its run is too short for.
    margin[0] = 0.0 if n > 1 and step[1] - n_darkest >= _SHORT else _FAR
    return Steps(n_steps, step, cost, margin)


def fill_steps(place: FloatArray, steps: Steps, spare: FloatArray) -> list[tuple[int, int]]:
    """Find runs that stand where a step is missing.

    Parameters
    ----------
    place : ndarray, shape (runs,)
        Of the runs that are numbered.
    steps : Steps
        Their numbers.
    spare : ndarray, shape (m,)
        Places of runs that are not; NaN for those that are out of the question.

    Returns
    -------
    list of (int, int)
        Which spare run, and its step.

    Examples
    --------
    >>> steps = Steps(4, np.array([0, 1, 3, 4]), 0.0, np.zeros(4))
    >>> fill_steps(np.array([0.0, 0.25, 0.75, 1.0]), steps, np.array([0.51, 0.62]))
    [(0, 2)]
    """
    found = []
    for step in sorted(set(range(1, steps.n_steps)) - set(steps.step.tolist())):
        wanted = float(np.interp(step, steps.step, place))
        off = np.abs(spare - wanted) * steps.n_steps
        if np.isfinite(off).any() and step > steps.step[1]:
            nearest = int(np.nanargmin(off))
            if off[nearest] < _FILLS:
                found.append((nearest, step))
    return found


def _links(
    off: FloatArray, place: FloatArray, error: FloatArray, i: int, n_steps: int
) -> FloatArray:
    """Cost of run i - 1 as step j and run i as step k, shape (j, k)."""
    levels = np.arange(n_steps + 1)
    jump = levels[None, :] - levels[:, None]
    bend = _BEND + _DARK_BEND * np.exp(-place[i - 1] / _DARK_PLACE)
    allowed = np.hypot(
        bend * np.sqrt(np.maximum(jump, 1)), n_steps * np.hypot(*error[i - 1 : i + 1])
    )
    change = off[i][None, :] - off[i - 1][:, None]
    missing = np.zeros_like(jump) if i == 1 else jump - 1
    cost = 0.5 * (change / allowed) ** 2 + _MISSING * missing
    return np.where((jump >= 1) & (jump <= _MOST_MISSING), cost, _FAR)
