"""Where a camera may stand and how its lens may be set: ranges in which nothing is visible.

Judged by the worst blur of its size, so that no null of a perfect blur disc is relied on.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.risk import risk, risks
from ledcal.values.prediction import (
    DISTANCE,
    FOCAL,
    FOCUS,
    ROLL,
    STOP,
    Band,
    BlurNull,
    Danger,
    RiskMap,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.moire.rig import Rig
    from ledcal.values.arrays import FloatArray

DANGEROUS = (1 / 4, 1 / 3, 1 / 2, 1.0)
# Nobody stands more exactly than within one part in a hundred.
_NARROWEST = 0.01
# Share of what a blur of that size may leave, below which a disc is taken to be at its null.
_AT_NULL = 1 / 3
_NEAREST_FOCUS_MM = 300.0

_FIELDS = {
    DISTANCE: ("distance_mm", 1000.0),
    FOCUS: ("focus_mm", 1000.0),
    FOCAL: ("focal_mm", 1.0),
    STOP: ("f_stop", 1.0),
    ROLL: ("roll_deg", 1.0),
}


def changed(rig: Rig, what: str, value: float) -> Rig:
    """The rig with one thing changed: metres, millimetres of focal length, f-number, degrees."""
    name, unit = _FIELDS[what]
    return replace(rig, **{name: value * unit})  # type: ignore[arg-type]


def setting(rig: Rig, what: str) -> float:
    """How the rig is set, in the unit of `changed`; focus on the wall is the wall's distance."""
    name, unit = _FIELDS[what]
    value = getattr(rig, name)
    return float(rig.distance_mm if value is None else value) / unit


def nearest_focus_m(rig: Rig) -> float:
    """As near as a lens of that focal length is taken to focus."""
    return max(_NEAREST_FOCUS_MM, 4.0 * rig.focal_mm) / 1000.0


@lru_cache(maxsize=32)
def safe_bands(rig: Rig, what: str, searched: Band, *, limit: float = 1.0) -> tuple[Band, ...]:
    """Ranges of one setting in which nothing is visible anywhere in the picture.

    Parameters
    ----------
    rig : Rig
        All else stays as it is.
    what : str
        ``distance``, ``focus``, ``focal``, ``stop`` or ``roll``.
    searched : Band
        From where to where.
    limit : float
        Visibility that is not reached inside of a range.

    Returns
    -------
    tuple of Band
        Rising; narrower ones than one part in a hundred are left out.
    """
    at, bound = search(rig, what, searched)
    is_safe = bound < limit
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_safe, [False]]).astype(int)))

    def refined(inside: float, outside: float) -> float:
        return _edge(lambda x: risk(changed(rig, what, x))[0] < limit, inside, outside)

    bands = []
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        low, high = float(at[first]), float(at[end - 1])
        before, behind = float(at[max(first - 1, 0)]), float(at[min(end, at.size - 1)])
        if behind - before < _NARROWEST * high:
            continue
        if first > 0:
            low = refined(low, before)
        if end < at.size:
            high = refined(high, behind)
        if high - low >= _NARROWEST * high:
            bands.append(Band(low, high))
    return tuple(bands)


def _edge(holds: Callable[[float], bool], inside: float, outside: float) -> float:
    """The value nearest to `outside` for which something still holds, by halving."""
    for _ in range(14):
        middle = 0.5 * (inside + outside)
        if holds(middle):
            inside = middle
        else:
            outside = middle
    return inside


@lru_cache(maxsize=32)
def search(rig: Rig, what: str, searched: Band) -> tuple[FloatArray, FloatArray]:
    """Values from end to end, and the risk at each: its bound.

    The risk of an oblique wall is the worst of many frequencies, and changes slowly.
    """
    is_oblique = bool(rig.yaw_deg or rig.pitch_deg)
    values = steps(searched.low, searched.high, share=0.01 if is_oblique else 0.0025)
    return values, risks([changed(rig, what, float(value)) for value in values])[0]


def steps(low: float, high: float, *, share: float = 0.0025) -> FloatArray:
    """Values from low to high, each by a share above the one before."""
    count = int(np.ceil(np.log(high / low) / share)) + 1
    return np.asarray(np.geomspace(low, high, max(count, 2)), np.float64)


def sufficient_focus(rig: Rig, *, limit: float = 1.0) -> float | None:
    """Distance in m such that focusing there, or anywhere nearer, shows nothing of the LEDs.

    Parameters
    ----------
    rig : Rig
        How the lens is focused now does not count.
    limit : float
        Visibility that is not reached.

    Returns
    -------
    float or None
        The one nearest to the wall; None where the lens cannot be focused so near.
    """
    near, far = nearest_focus_m(rig), rig.distance_mm / 1000.0
    if near >= far:
        return None
    return _last(rig, FOCUS, steps(near, far, share=0.02), limit)


def sufficient_stop(rig: Rig, *, limit: float = 1.0, widest: float = 1.0) -> float | None:
    """F-number such that it, or any wider one, shows nothing of the LEDs at the present focus.

    Parameters
    ----------
    rig : Rig
        Its f-number does not count.
    limit : float
        Visibility that is not reached.
    widest : float
        The widest that is looked at.

    Returns
    -------
    float or None
        None where the widest does not do, or the lens is focused on the wall.
    """
    return _last(rig, STOP, steps(widest, 22.0, share=0.02), limit)


def _last(rig: Rig, what: str, values: FloatArray, limit: float) -> float | None:
    """The last of rising values up to which all are safe; None where the first is not."""
    bound, _ = risks([changed(rig, what, float(value)) for value in values])
    unsafe = np.flatnonzero(bound >= limit)
    if not unsafe.size:
        return float(values[-1])
    if unsafe[0] == 0:
        return None
    good, bad = float(values[unsafe[0] - 1]), float(values[unsafe[0]])
    return _edge(lambda x: risk(changed(rig, what, x))[0] < limit, good, bad)


def blur_null(rig: Rig, *, limit: float = 1.0) -> BlurNull | None:
    """Whether a perfect disc hides here what a slightly different blur shows.

    Parameters
    ----------
    rig : Rig
        With the focus that is to be judged.
    limit : float
        Visibility that counts.

    Returns
    -------
    BlurNull or None
        None where nothing is visible whatever the blur, or the disc leaves much of it.
    """
    bound, likely = risk(rig)
    if bound < limit or likely > _AT_NULL * bound:
        return None
    focus = setting(rig, FOCUS)
    shifts = np.geomspace(2e-4, 0.3, 60) * focus
    aims = [focus + sign * shift for sign in (-1.0, 1.0) for shift in shifts]
    _, shown = risks([changed(rig, FOCUS, max(aim, nearest_focus_m(rig))) for aim in aims])
    back = np.maximum(limit, 0.5 * bound)
    found = np.flatnonzero((shown.reshape(2, -1) >= back).any(axis=0))
    return BlurNull(likely, bound, float(shifts[found[0]]) if found.size else float("nan"))


def dangers(rig: Rig) -> tuple[Danger, ...]:
    """Where the LED frequencies lie that make moire."""
    return tuple(
        Danger(u, _distance_mm(rig, u) / 1000.0, focal_of(rig, u, rig.distance_mm / 1000.0))
        for u in DANGEROUS
    )


def _distance_mm(rig: Rig, u: float) -> float:
    ratio = u * rig.pitch_mm / rig.photosite_mm
    # u = s d / (v p); focused on the wall v = f d / (d - f).
    if rig.focus_mm is None:
        return rig.focal_mm * (ratio + 1.0)
    return ratio * rig.image_distance_mm


def focal_of(rig: Rig, u: float, distance_m: float) -> float:
    """Focal length in mm with which a distance has an LED frequency u."""
    far = 1000.0 * distance_m
    image = far * rig.photosite_mm / (u * rig.pitch_mm)
    focus = far if rig.focus_mm is None else rig.focus_mm
    return image * focus / (focus + image)


def risk_map(
    rig: Rig, distances_m: FloatArray, focals_mm: FloatArray, *, finest: int = 5
) -> RiskMap:
    """Visibility over distance and focal length, all else as it is.

    Parameters
    ----------
    rig : Rig
        The camera and the wall.
    distances_m, focals_mm : ndarray
        Both rising.
    finest : int
        Points of the picture that are looked at along the way in which an oblique wall recedes.

    Returns
    -------
    RiskMap
        With the worst blur of its size.
    """
    rows = []
    for focal in focals_mm:
        lens = changed(rig, FOCAL, float(focal))
        rigs = [changed(lens, DISTANCE, float(far)) for far in distances_m]
        rows.append(risks(rigs, finest=finest)[0])
    curves = tuple(
        (u, np.array([focal_of(rig, u, float(far)) for far in distances_m])) for u in DANGEROUS
    )
    return RiskMap(distances_m, focals_mm, np.stack(rows), curves)
