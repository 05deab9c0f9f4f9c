"""From XYZ to a target's code, as the steps that a config takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import BT2020, matrix_adaptation, matrix_rgb_to_xyz, xy_to_xyz
from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.export.ocio.text import matrix_transform, number, one_line

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Gamut, Target

_PQ = "!<BuiltinTransform> {style: CURVE - LINEAR_to_ST-2084}"
_SRGB = "!<ExponentWithLinearTransform> {gamma: 2.4, offset: 0.055, direction: inverse}"


def matrix_xyz_to_rgb(gamut: Gamut) -> FloatArray:
    """3x3 from XYZ under D65 to linear RGB of a gamut; D65 becomes its white (Bradford).

    Examples
    --------
    >>> matrix_xyz_to_rgb(BT2020)[0].round(6).tolist()
    [1.716651, -0.355671, -0.253366]
    """
    d65, white = xy_to_xyz(BT2020.whitepoint_xy), xy_to_xyz(gamut.whitepoint_xy)
    adapted = matrix_rgb_to_xyz(gamut)
    if not np.array_equal(d65, white):
        adapted = matrix_adaptation(white, d65) @ adapted
    return np.asarray(np.linalg.inv(adapted), np.float64)


def is_absolute(target: Target) -> bool:
    """Whether code stands for nits, as in ST 2084, and not for shares of the peak."""
    return canonical_eotf(target.eotf) == "ST 2084"


def held_at(target: Target) -> float:
    """What light is held at where the curve takes it: 1.0 = 100 nits, or = the peak."""
    return target.peak_nits / 100.0 if is_absolute(target) else 1.0


def encoding_of(target: Target) -> str:
    """OpenColorIO's word for what the code is."""
    canonical = canonical_eotf(target.eotf)
    return {"ST 2084": "hdr-video", "linear": "display-linear"}.get(canonical, "sdr-video")


def code_steps(target: Target) -> list[str]:
    """XYZ under D65, 1.0 = 100 nits, to content code: transforms and comments, a line each.

    Light below none is none; light above the target's peak is held at the peak, per channel.

    Examples
    --------
    >>> from ledcal.values.stage import Target
    >>> for line in code_steps(Target(BT2020, "gamma 2.2", 200.0)):
    ...     print(line[:68])
    # XYZ under D65 to linear BT.2020
    - !<MatrixTransform> {matrix: [1.71665118797127, -0.355670783776392,
    # 1.0 = 100 nits becomes 1.0 = the peak, 200 nits
    - !<MatrixTransform> {matrix: [0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5
    # Held between no light and the peak
    - !<RangeTransform> {min_in_value: 0, min_out_value: 0, max_in_value
    # Inverse EOTF: gamma 2.2
    - !<ExponentTransform> {value: 2.2, direction: inverse}
    """
    lines = [
        f"# XYZ under D65 to linear {one_line(target.gamut.name)}",
        f"- {matrix_transform(matrix_xyz_to_rgb(target.gamut))}",
    ]
    peak, top = f"{target.peak_nits:g} nits", number(held_at(target))
    if not is_absolute(target) and target.peak_nits != 100.0:
        lines += [
            f"# 1.0 = 100 nits becomes 1.0 = the peak, {peak}",
            f"- {matrix_transform(np.eye(3) * 100.0 / target.peak_nits)}",
        ]
    at = f"the peak, {peak}" if is_absolute(target) else "the peak"
    lines += [
        f"# Held between no light and {at}",
        (
            f"- !<RangeTransform> {{min_in_value: 0, min_out_value: 0, max_in_value: {top}, "
            f"max_out_value: {top}}}"
        ),
    ]
    curve = _curve(canonical_eotf(target.eotf))
    if curve:
        lines += [f"# Inverse EOTF: {canonical_eotf(target.eotf)}", f"- {curve}"]
    return lines


def _curve(canonical: str) -> str:
    """The inverse EOTF; empty where code is light."""
    if canonical == "ST 2084":
        return _PQ
    if canonical == "sRGB":
        return _SRGB
    if canonical in {"linear", "gamma 1"}:
        return ""
    exponent = 2.4 if canonical == "BT.1886" else float(canonical.removeprefix("gamma "))
    return f"!<ExponentTransform> {{value: {number(exponent)}, direction: inverse}}"
