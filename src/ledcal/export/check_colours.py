"""Three colours to try in the host, what must come out, and what comes out of common mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from ledcal.colorimetry.space import ACES, gamut, matrix_rgb_to_aces, matrix_rgb_to_rgb
from ledcal.colorimetry.target import target_code, target_light
from ledcal.values.export import CheckColour

if TYPE_CHECKING:
    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import WallCorrection
    from ledcal.values.lut import Lut3d
    from ledcal.values.stage import Target, Wall

    Triple = tuple[float, float, float]

# In linear light of the target's primaries, in parts of `_REACH_NITS`, or of the peak if that is
# lower. Well inside any gamut; the channels of the last two rise in opposite orders.
_COLOURS = {
    "grey": (0.18, 0.18, 0.18),
    "skin": (0.42, 0.25, 0.17),
    "blue": (0.07, 0.16, 0.62),
}
_REACH_NITS = 100.0
_DECIMALS = 3
_CODES_10_BIT = 1023
# Two codes that differ by less are not told apart by eye on a scope, or by a host's rounding.
_TOLD_APART = 3.0 / _CODES_10_BIT


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is read in place of a check colour's code where something went wrong.

    Attributes
    ----------
    cause : str
        What went wrong, and where to look.
    code : tuple of float
        Code 0..1 that comes out then.
    """

    cause: str
    code: Triple


def best_table(wall: WallCorrection) -> Lut3d:
    """The largest of the tables that a host's folder holds."""
    return wall.tables[max(wall.tables)]


def check_colours(
    wall: WallCorrection, evaluate: Evaluate, *, is_scene_linear: bool
) -> tuple[CheckColour, ...]:
    """A mid grey, a skin tone and a strong blue: what to enter, and what must come out.

    What is entered has few digits: where scene-linear ACEScg is entered, three decimals; else
    content code that ten bits hold exactly.

    Parameters
    ----------
    wall : WallCorrection
        The correction; its largest table is the one that is asked.
    evaluate : callable
        Our own evaluation of a table.
    is_scene_linear : bool
        Whether the host is given ACEScg.

    Returns
    -------
    tuple of CheckColour
        In the target's gamut, and below the peaks of target and wall.
    """
    target, table = wall.target, best_table(wall)
    linear = np.array(list(_COLOURS.values())) * _reach(wall.wall, target)
    if is_scene_linear:
        acescg = (linear @ _to_acescg(target).T).round(_DECIMALS)
        content = _content(target, acescg)
    else:
        content = target_code(target, linear @ matrix_rgb_to_aces(target.gamut).T)
        content = (content * _CODES_10_BIT).round() / _CODES_10_BIT
        acescg = target_light(target, content) @ _aces_to_acescg().T
    corrected = evaluate(table, content)
    trilinear = evaluate(table, content, interpolation="trilinear")
    rows = zip(_COLOURS, acescg, content, corrected, trilinear, strict=True)
    return tuple(CheckColour(name, *(_triple(part) for part in parts)) for name, *parts in rows)


def mistakes(
    wall: WallCorrection,
    check: CheckColour,
    evaluate: Evaluate,
    *,
    is_scene_linear: bool,
    interpolation: str,
    has_displays: bool = False,
) -> tuple[Mistake, ...]:
    """What a check colour becomes by the mistakes that are made most.

    Parameters
    ----------
    wall : WallCorrection
        The correction.
    check : CheckColour
        One of its check colours, whose channels differ.
    evaluate : callable
        Our own evaluation of a table.
    is_scene_linear : bool
        Whether the host is given ACEScg.
    interpolation : str
        The host's.
    has_displays : bool
        Whether the correction is switched by a config's displays.

    Returns
    -------
    tuple of Mistake
        Only those whose code differs from the right one by more than a few of 1023 steps.
    """
    table, target = best_table(wall), wall.target

    def corrected(content: FloatArray) -> FloatArray:
        return evaluate(table, content, interpolation=interpolation)

    content = np.array(check.content)
    right = corrected(content)
    is_chosen = is_scene_linear and has_displays
    off = "the uncalibrated display is on" if is_chosen else "it is off, or was not found"
    found = [
        (f"no correction: {off}", content),
        ("corrected twice: take out one of the two", corrected(right)),
        ("red and blue are swapped on the way", corrected(content[::-1])),
        ("legal range: set the link and the processor to full range", _legal(right)),
    ]
    if is_scene_linear:
        light = np.array(check.acescg)
        found += [
            (words, corrected(_content(target, light * scale))) for words, scale in _scales(wall)
        ]
    return tuple(
        Mistake(cause, _triple(code))
        for cause, code in found
        if np.abs(code - right).max() > _TOLD_APART
    )


def _scales(wall: WallCorrection) -> list[tuple[str, float]]:
    """By how much light is off where 1.0 is not taken for 100 nits."""
    found = [("an exposure of +1 stop is left on: it must be 0", 2.0)]
    if wall.target.peak_nits != _REACH_NITS:
        peak = wall.target.peak_nits
        found.append((f"1.0 is taken for {peak:g} nits: it must be 100", peak / _REACH_NITS))
    return found


def _reach(wall: Wall, target: Target) -> float:
    """Linear light that is 1.0 in `_COLOURS`, 1.0 = 100 nits."""
    return min(_REACH_NITS, target.peak_nits, wall.peak_nits) / 100.0


def _legal(code: FloatArray) -> FloatArray:
    """Full-range code as a legal-range link carries it: 64..940 of 1023."""
    return np.asarray((64.0 + 876.0 * code) / _CODES_10_BIT)


def _to_acescg(target: Target) -> FloatArray:
    return _aces_to_acescg() @ matrix_rgb_to_aces(target.gamut)


def _aces_to_acescg() -> FloatArray:
    return matrix_rgb_to_rgb(ACES, gamut("ACEScg"))


def _content(target: Target, acescg: FloatArray) -> FloatArray:
    return target_code(target, acescg @ matrix_rgb_to_aces(gamut("ACEScg")).T)


def _triple(values: FloatArray) -> Triple:
    return cast("Triple", tuple(float(value) for value in values))
