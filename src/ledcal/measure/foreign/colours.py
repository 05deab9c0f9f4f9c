"""The patches before the ramp, told by their colour, once the ramp says what grey looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.foreign.align import align

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.foreign.runs import Runs
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.foreign import ForeignPatch

# What a camera makes of a wall's primaries, balanced on its white: nothing better is known first.
_USUAL = np.array([[0.70, 0.26, 0.04], [0.12, 0.78, 0.10], [0.03, 0.12, 0.85]])
# How much that counts against what is seen.
_PRIOR = 0.05
# Relative differences that are tolerated, and crosstalk that is, round after round.
_ROUNDS = ((0.25, 0.3), (0.2, 0.2))

# Cost of a run that is no patch, and of taking what may be a blend for one.
_JUNK, _SUSPECT = 12.0, 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Colours:
    """What was found before the ramp.

    Attributes
    ----------
    run : tuple of int or None
        Run of each patch; None where it is missing.
    matrix : ndarray, shape (3, 3)
        LED light, 1 = peak, to camera light above black.
    """

    run: tuple[int | None, ...]
    matrix: FloatArray


def find_colours(
    runs: Runs,
    before: IntArray,
    patches: Sequence[ForeignPatch],
    ramp: FloatArray,
    ends: FloatArray,
) -> Colours:
    """Find the patches that are played before the ramp.

    Parameters
    ----------
    runs : Runs
        The take.
    before : ndarray of int64
        Runs that may show them.
    patches : sequence of ForeignPatch
        In their order.
    ramp : ndarray, shape (steps, 2)
        Light of the ramp's steps as the pattern means it, and as the wall shows it; 1 = peak.
    ends : ndarray, shape (2, 3)
        Camera light of black, and of the peak.

    Returns
    -------
    Colours
        The camera's matrix is learnt on the way.
    """
    dark, white = ends[0], ends[1] - ends[0]
    matrix = white[:, None] * _USUAL
    light = np.stack([patch.light for patch in patches])
    shown = np.interp(light, ramp[:, 0], ramp[:, 1])
    seen = runs.light[before] - dark
    length = runs.length[before]
    is_short = length < 0.6 * runs.usual
    # Where patches are held, what is not held is likely a blend.
    held = np.clip((length - 0.5) / max(runs.usual - 0.5, 0.5), 0.0, 1.0) ** 2
    junk = np.where(runs.is_suspect[before], 0.0, _JUNK * held)
    found: tuple[int | None, ...] = (None,) * len(patches)
    for tolerance, floor in _ROUNDS:
        cost = _costs(seen, shown @ matrix.T, tolerance, floor, runs.noise[before])
        cost[runs.is_suspect[before] | is_short] += _SUSPECT
        cost[~runs.is_patch[before]] = 1e4
        found = align(cost, junk) if len(before) else found
        rows = [(s, i) for s, i in enumerate(found) if i is not None]
        if rows:
            patch_rows, run_rows = np.array(rows).T
            matrix = _solve(shown[patch_rows], seen[run_rows], white)
    return Colours(tuple(None if i is None else int(before[i]) for i in found), matrix)


def _costs(
    seen: FloatArray, wanted: FloatArray, tolerance: float, floor: float, noise: FloatArray
) -> FloatArray:
    a, b = seen[:, None, :], wanted[None, :, :]
    top = np.maximum(a.max(axis=2), b.max(axis=2))[..., None]
    scale = tolerance * (0.5 * (np.abs(a) + np.abs(b)) + floor * np.abs(top))
    apart = (a - b) / np.hypot(scale, noise[:, None, None] + 1e-9)
    return np.asarray(np.minimum(0.5 * (apart**2).sum(axis=2), 1e4), np.float64)


def _solve(shown: FloatArray, seen: FloatArray, white: FloatArray) -> FloatArray:
    """The matrix that takes LED light to what was seen: white counts, and so does experience."""
    weight = 1.0 / np.maximum(seen.max(axis=1), 1e-9)
    prior = _PRIOR / white.mean()
    rows = np.vstack([shown * weight[:, None], np.ones((1, 3)) / white.mean(), np.eye(3) * prior])
    wanted = np.vstack(
        [seen * weight[:, None], white[None] / white.mean(), (white[:, None] * _USUAL).T * prior]
    )
    solved, *_ = np.linalg.lstsq(rows, wanted, rcond=None)
    return np.asarray(solved.T, np.float64)
