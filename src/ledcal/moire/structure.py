"""What repeats and is no moire: panels, and steps that return evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import FloatArray

# Multiples of one step, at least, that make a comb; and the largest one that is looked for.
_TEETH, _MOST = 3, 12
# Lines of panels: so strong beside the strongest of them, at least; and their step, in c/px at
# most, as a camera that does not resolve each LED sees panels and modules.
_TOOTH, _NARROWEST = 0.15, 1.0 / 24.0


def is_panel(
    seen: FloatArray, jacobian: FloatArray, panel_px: tuple[int, int], tolerance: FloatArray
) -> bool:
    """Whether a frequency is a multiple of that of the panels.

    Parameters
    ----------
    seen : ndarray, shape (2,)
        In c/px, not moved by sampling.
    jacobian : ndarray, shape (2, 2)
        LED pixels per photosite.
    panel_px : tuple of int
        LED pixels of a panel, across and down.
    tolerance : ndarray, shape (2,)
        How far it may be off, in c/px.

    Returns
    -------
    bool
        True along the panels' rows and columns only: corners are weak.

    Examples
    --------
    >>> is_panel(np.array([0.02, 0.0]), np.eye(2), (100, 100), np.full(2, 1e-3))
    True
    >>> is_panel(np.array([0.025, 0.0]), np.eye(2), (100, 100), np.full(2, 1e-3))
    False
    """
    times = np.asarray(np.linalg.solve(jacobian.T, seen)) * panel_px
    whole = np.round(times)
    if np.all(whole == 0) or np.all(whole != 0) or np.abs(whole).max() > 4 * _MOST:
        return False
    back = (whole / panel_px) @ jacobian
    return bool((np.abs(back - seen) <= tolerance).all())


def comb_of(frequencies: Sequence[FloatArray], tolerance: FloatArray) -> FloatArray | None:
    """The step of which several frequencies are multiples, along one line through zero.

    Parameters
    ----------
    frequencies : sequence of ndarray, shape (2,)
        In c/px.
    tolerance : ndarray, shape (2,)
        How far each may be off.

    Returns
    -------
    ndarray, shape (2,), or None
        The largest such step; None where fewer than three are multiples of one.

    Examples
    --------
    >>> steps = [np.array([0.01 * k, 0.0]) for k in (1, 2, 4)]
    >>> comb_of([*steps, np.array([0.013, 0.2])], np.full(2, 1e-3)).round(4).tolist()
    [0.01, 0.0]
    >>> comb_of([np.array([0.02, 0.0]), np.array([0.05, 0.0])], np.full(2, 1e-3)) is None
    True
    """
    best: FloatArray | None = None
    for frequency in frequencies:
        for division in range(1, _TEETH + 1):
            step = frequency / division
            if (np.abs(step) < 2.0 * tolerance).all():
                continue
            teeth = set()
            for other in frequencies:
                times = round(float(other @ step) / float(step @ step))
                near = np.abs(other - times * step) <= tolerance
                if 1 <= abs(times) <= _MOST and near.all():
                    teeth.add(abs(times))
            is_comb = (len(teeth) >= _TEETH and 1 in teeth) or len(teeth) > _TEETH
            if is_comb and (best is None or float(step @ step) > float(best @ best)):
                best = np.asarray(step, np.float64)
    return best


def panel_comb(
    frequencies: Sequence[FloatArray], strengths: Sequence[float], tolerance: FloatArray
) -> FloatArray | None:
    """The step of the panels' lines: a comb that is wide, with teeth that are strong.

    Multiples that are far weaker than one line are what a tone curve or a limit makes of it, and
    narrow steps are those of LEDs.

    Parameters
    ----------
    frequencies : sequence of ndarray, shape (2,)
        In c/px.
    strengths : sequence of float
        Of each.
    tolerance : ndarray, shape (2,)
        How far each may be off.

    Returns
    -------
    ndarray, shape (2,), or None
        As of `comb_of`.

    Examples
    --------
    >>> steps = [np.array([0.01 * k, 0.0]) for k in (1, 2, 3)]
    >>> panel_comb(steps, [0.02, 0.01, 0.007], np.full(2, 1e-3)).round(4).tolist()
    [0.01, 0.0]
    >>> panel_comb(steps, [0.1, 0.01, 0.001], np.full(2, 1e-3)) is None
    True
    """
    left = list(zip(frequencies, strengths, strict=True))
    while True:
        comb = comb_of([frequency for frequency, _ in left], tolerance)
        if comb is None:
            return None
        is_tooth = [is_multiple(frequency, comb, tolerance) for frequency, _ in left]
        strongest = max(size for (_, size), is_one in zip(left, is_tooth, strict=True) if is_one)
        least = _TOOTH * strongest if np.hypot(*comb) <= _NARROWEST else np.inf
        kept = [
            pair for pair, is_one in zip(left, is_tooth, strict=True)
            if not is_one or pair[1] >= least
        ]  # fmt: skip
        if len(kept) == len(left):
            return comb
        left = kept


def is_multiple(seen: FloatArray, step: FloatArray, tolerance: FloatArray) -> bool:
    """Whether a frequency is a whole multiple of a step, and not zero."""
    times = float(seen @ step) / float(step @ step)
    near = (np.abs(seen - np.round(times) * step) < tolerance).all()
    return bool(near and abs(np.round(times)) >= 1)
