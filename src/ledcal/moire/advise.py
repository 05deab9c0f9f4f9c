"""What to change, and what is left after it: each thing alone, the smallest change first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import maximum_filter1d

from ledcal.moire.risk import risk, risks
from ledcal.moire.safe import (
    blur_null,
    changed,
    nearest_focus_m,
    safe_bands,
    search,
    setting,
    sufficient_focus,
    sufficient_stop,
)
from ledcal.values.prediction import DISTANCE, FOCAL, FOCUS, ROLL, STOP, Advice, Band, Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.moire.rig import Rig
    from ledcal.values.arrays import FloatArray

# Few lenses of film open further.
WIDEST_STOP = 1.4
_MOST_ROLL_DEG = 45.0
# A change that is not enough is named where it leaves at most this share.
_WORTH_IT = 1 / 3
# What is set by hand is set this much on the safe side.
_INSET = 0.01
# Of a band that is relied on, end over beginning.
_WIDE = 1.05


def advise(
    rig: Rig,
    *,
    limit: float = 1.0,
    distances_m: Band | None = None,
    focals_mm: Band | None = None,
) -> Advice:
    """What would make a rig safe.

    Parameters
    ----------
    rig : Rig
        As it stands.
    limit : float
        Visibility that is not to be reached anywhere in the picture, by any blur of the size that
        focus and stop give.
    distances_m, focals_mm : Band or None
        Within these; half to double of what the rig has where None.

    Returns
    -------
    Advice
        Empty of changes where the rig is safe.
    """
    bound, likely = risk(rig)
    if bound < limit:
        return Advice(likely, bound, limit, ())
    far, focal = setting(rig, DISTANCE), setting(rig, FOCAL)
    found = [
        _within(rig, DISTANCE, distances_m or Band(far / 2, far * 2), limit),
        _within(rig, FOCAL, focals_mm or Band(focal / 2, focal * 2), limit),
        _focus(rig, limit),
        _stop(rig, limit),
        _roll(rig, limit),
    ]
    useful = [
        change
        for change in found
        if change is not None and (change.is_enough or change.visibility <= _WORTH_IT * bound)
    ]
    useful.sort(key=lambda change: (not change.is_enough, change.effort))
    return Advice(likely, bound, limit, tuple(useful), blur_null(rig, limit=limit))


def nearest_safe(value: float, bands: tuple[Band, ...]) -> float | None:
    """The safe value nearest to one, a little inside of its band.

    Narrow bands count only where there are no others: they come of nulls of filter and photosite,
    which real ones do not have just where they are said to be.

    Examples
    --------
    >>> round(nearest_safe(8.0, (Band(5.0, 6.0), Band(9.0, 12.0))), 3)
    9.09
    >>> round(nearest_safe(8.0, (Band(8.2, 8.4), Band(9.0, 12.0))), 3)
    9.09
    >>> nearest_safe(8.0, ()) is None
    True
    """
    aims = []
    wide = [band for band in bands if band.high >= _WIDE * band.low]
    for band in wide or bands:
        inset = min(_INSET * band.low, 0.25 * (band.high - band.low))
        aims.append(float(np.clip(value, band.low + inset, band.high - inset)))
    return min(aims, key=lambda aim: abs(np.log(aim / value))) if aims else None


def _within(rig: Rig, what: str, allowed: Band, limit: float) -> Change | None:
    aim = nearest_safe(setting(rig, what), safe_bands(rig, what, allowed, limit=limit))
    if aim is not None:
        return _change(rig, what, aim, limit, _ratio)
    # The best of them, where a hundredth more or less does not spoil it.
    values, bound = search(rig, what, allowed)
    around = 2 * int(np.ceil(_INSET / np.log(values[1] / values[0]))) + 1
    spoiled = maximum_filter1d(bound, around, mode="nearest")
    best = int(np.argmin(spoiled))
    left, after = float(spoiled[best]), float(values[best])
    now = setting(rig, what)
    return Change(what, now, after, left, left < limit, _ratio(now, after))


def _focus(rig: Rig, limit: float) -> Change | None:
    """Focus nearer than the wall; of a lens that is nearer already, nearer still."""
    aim = sufficient_focus(rig, limit=limit)
    if aim is not None and aim < setting(rig, FOCUS):
        return _change(rig, FOCUS, max(aim * (1.0 - _INSET), nearest_focus_m(rig)), limit, _turn)
    near = nearest_focus_m(rig)
    return _change(rig, FOCUS, near, limit, _turn) if near < setting(rig, FOCUS) else None


def _stop(rig: Rig, limit: float) -> Change | None:
    """A third of a stop on the scale, wider than now; or the widest."""
    now = setting(rig, STOP)
    if rig.focus_mm is None or now <= WIDEST_STOP:
        return None
    aim = sufficient_stop(rig, limit=limit, widest=WIDEST_STOP) or WIDEST_STOP
    third = 2.0 ** (np.floor(6.0 * np.log2(aim) + 1e-6) / 6.0)
    return _change(rig, STOP, max(float(third), WIDEST_STOP), limit, _stops)


def _roll(rig: Rig, limit: float) -> Change | None:
    turns = np.arange(1.0, _MOST_ROLL_DEG + 1.0)
    values = rig.roll_deg + np.concatenate([-turns[::-1], turns])
    bound, _ = risks([changed(rig, ROLL, float(value)) for value in values])
    enough = np.flatnonzero(bound < limit)
    if enough.size:
        nearest = enough[np.argmin(np.abs(values[enough] - rig.roll_deg))]
        return _change(rig, ROLL, float(values[nearest]), limit, _degrees)
    return _change(rig, ROLL, values, limit, _degrees)


def _change(
    rig: Rig,
    what: str,
    aim: float | FloatArray,
    limit: float,
    effort: Callable[[float, float], float],
) -> Change | None:
    """The change to one value, or to that of several which leaves the least."""
    before = setting(rig, what)
    if not isinstance(aim, float):
        bound, _ = risks([changed(rig, what, float(value)) for value in aim])
        aim = float(aim[np.argmin(bound)])
    left, _ = risk(changed(rig, what, aim))
    return Change(what, before, aim, left, left < limit, effort(before, aim))


def _ratio(before: float, after: float) -> float:
    return abs(float(np.log2(after / before)))


def _turn(before: float, after: float) -> float:
    """A ring is turned more easily than a camera is moved, but it takes the subject with it."""
    return 0.5 * _ratio(before, after)


def _stops(before: float, after: float) -> float:
    """Four stops, and the light that goes with them, count as much as double the distance."""
    return 0.5 * _ratio(before, after)


def _degrees(before: float, after: float) -> float:
    return abs(after - before) / 45.0
