"""Findings of white: not the sum of its parts, another white point, another balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.camera import correlated_colour_temperature
from ledcal.colorimetry.space import aces_luminance, matrix_aces_to_xyz, xyz_to_uv
from ledcal.values.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.diagnose.case import Case

_ABOVE = 1.15
_OFF_UV = 0.014
_OFF_MIRED = 40.0


def additivity(case: Case) -> Iterator[Finding]:
    """White much brighter than red, green and blue together."""
    ratio = white_over_parts(case)
    if ratio is None or ratio < _ABOVE:
        return
    yield Finding(
        id="white-above-its-parts",
        severity="warning",
        seen=f"white is {100 * (ratio - 1.0):.0f} % brighter than its red, green and blue together "
        f"(limit {100 * (_ABOVE - 1.0):.0f} %)",
        cause="a screen with white pixels of its own (WRGB), or a picture mode that lifts white",
        confidence=0.7,
        fix="set the screen to its plainest picture mode; a screen with white pixels can be "
        "calibrated only as far as its colours go",
        reshoot=False,
    )


def white_over_parts(case: Case) -> float | None:
    """Luminance of white over the sum of red, green and blue at the same code."""
    response = case.response
    if not np.isfinite(response.parts).all() or not len(response.pairs):
        return None
    whites = response.pair_light[(response.pairs > 0).all(axis=1)]
    if not len(whites):
        return None
    seen = float(aces_luminance(whites.mean(axis=0)))
    return seen / max(float(aces_luminance(response.parts.sum(axis=0))), 1e-9)


def white_point(case: Case) -> Iterator[Finding]:
    """White that is not what the camera was balanced to."""
    if not len(case.response.grey):
        return
    xyz = matrix_aces_to_xyz() @ case.response.grey[-1]
    uv = xyz_to_uv(xyz)
    off = float(np.hypot(*(uv - xyz_to_uv(matrix_aces_to_xyz() @ np.ones(3)))))
    if off < _OFF_UV:
        return
    wall_cct = correlated_colour_temperature(case.stage.wall.gamut.whitepoint_xy)
    camera_cct = None if case.transform is None else case.transform.neutral_cct_k
    if camera_cct is not None and abs(1e6 / camera_cct - 1e6 / wall_cct) > _OFF_MIRED:
        yield Finding(
            id="camera-balance",
            severity="warning",
            seen=f"the files say that the camera is balanced to {camera_cct:.0f} K, the wall is "
            f"declared as {wall_cct:.0f} K, and its white is {off:.3f} off neutral in u'v' (limit "
            f"{_OFF_UV})",
            cause="the camera's white balance is set to other light than the wall's",
            confidence=0.8,
            fix="if the camera is meant to see the wall as white, set its white balance by hand on "
            f"the wall's white (about {wall_cct:.0f} K) and shoot again; raw files can be fitted "
            "again with --idt. If the production balances it to its lamps, this is right: the "
            "correction then costs brightness, look at 'peak kept'",
            reshoot=False,
        )
        return
    xy = xyz[:2] / xyz.sum()
    seen_cct = correlated_colour_temperature(xy)
    yield Finding(
        id="white-not-as-declared",
        severity="warning",
        seen=f"the wall's white is {off:.3f} off neutral in u'v' (limit {_OFF_UV}): it looks like "
        f"{seen_cct:.0f} K to the camera",
        cause="a white preset or colour temperature of the processor that is not the native one, "
        "or one channel that is weak; or a camera that is balanced to other light",
        confidence=0.6,
        fix=f"in the processor, set the white point to {wall_cct:.0f} K (or 'native') and its "
        "adjustments to default, check the camera's white balance, and shoot again: correcting it "
        "by LUT costs brightness",
        reshoot=False,
    )
