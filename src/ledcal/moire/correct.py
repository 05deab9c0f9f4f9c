"""Where the camera stands, by the lines that it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.contrast import contrast
from ledcal.moire.prior import prior_of, rig_to_wall
from ledcal.values.moire import Correction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.moire.rig import Rig
    from ledcal.values.arrays import FloatArray
    from ledcal.values.moire import MoireLine, PatchLines

# By how much, in logarithms of likelihood, the lattice must be better than another.
_SURE = 3.0
# What lines beside a line, and fall-off, make its frequency wrong by, in c/px.
_SLIP = 2e-6


def correct_rig(rig: Rig, patches: Sequence[PatchLines]) -> tuple[Correction | None, Rig]:
    """Where the camera stands by the lines, and how much more it blurs than was said.

    Parameters
    ----------
    rig : Rig
        As people say.
    patches : sequence of PatchLines
        The first whose lattice is beyond doubt decides.

    Returns
    -------
    correction : Correction or None
        None where no lattice is beyond doubt.
    rig : Rig
        Corrected, or as it was.
    """
    for patch in patches:
        if patch.jacobian is None or patch.margin < _SURE:
            continue
        expected = prior_of(rig_to_wall(rig), patch.box, source="", is_precise=False).jacobian
        explained = [line for line in patch.lines if line.order is not None]
        sigma = min(_scale_sigma(line, patch.box[2]) for line in explained)
        better, correction = corrected(rig, patch.jacobian, expected, float(sigma))
        blur = _blur(better, explained)
        if blur is not None:
            better = replace(better, lens_sigma_px=float(np.hypot(better.lens_sigma_px, blur)))
        return replace(correction, blur_px=blur), better
    return None, rig


def _scale_sigma(line: MoireLine, width: float) -> float:
    """Relative standard error of the raster's scale by one line: the Cramer-Rao bound, and more."""
    assert line.true_frequency is not None
    bound = np.sqrt(12.0) / (2.0 * np.pi) * line.contrast_sigma / line.contrast / width
    return float(np.hypot(bound, _SLIP) / np.hypot(*line.true_frequency))


def _blur(rig: Rig, lines: Sequence[MoireLine]) -> float | None:
    """Blur that makes the strongest line as weak as it is; None where it is as expected."""
    strongest = max(lines, key=lambda line: line.contrast)
    if strongest.order is None or strongest.true_frequency is None:
        return None
    expected = float(contrast(rig, strongest.order, strongest.true_frequency))
    size2 = float(np.sum(np.square(strongest.true_frequency)))
    if not expected > 1.1 * strongest.contrast or size2 <= 0.0:
        return None
    return float(np.sqrt(np.log(expected / strongest.contrast) / (2.0 * np.pi**2 * size2)))


def corrected(
    rig: Rig, jacobian: FloatArray, expected: FloatArray, sigma: float
) -> tuple[Rig, Correction]:
    """The rig as measured lines say that it stands.

    Parameters
    ----------
    rig : Rig
        As people say.
    jacobian : ndarray, shape (2, 2)
        LED pixels per photosite, measured.
    expected : ndarray, shape (2, 2)
        The same, by the rig.
    sigma : float
        Relative standard error of the measured scale.

    Returns
    -------
    rig : Rig
        At another distance, turned; its focus stays where the lens says.
    correction : Correction
        The same for people.
    """
    change = np.linalg.solve(expected, jacobian)
    ratio = complex(change[0, 0] + change[1, 1], change[0, 1] - change[1, 0]) / 2.0
    scale, turn = abs(ratio), float(np.degrees(np.angle(ratio)))
    better = replace(rig, distance_mm=_distance_of(rig, scale), roll_deg=rig.roll_deg + turn)
    return better, Correction(
        said_distance_m=rig.distance_mm / 1000.0,
        distance_m=better.distance_mm / 1000.0,
        said_focal_mm=rig.focal_mm,
        focal_mm=rig.focal_mm / scale,
        said_roll_deg=rig.roll_deg,
        roll_deg=better.roll_deg,
        led_frequency=better.led_frequency,
        led_frequency_sigma=better.led_frequency * sigma,
        blur_px=None,
    )


def _distance_of(rig: Rig, scale: float) -> float:
    """Distance at which the LED frequency is `scale` times that of the rig."""
    wanted = rig.led_frequency * scale
    at = rig.distance_mm * scale
    for _ in range(20):
        at *= wanted / replace(rig, distance_mm=at).led_frequency
    return float(at)
