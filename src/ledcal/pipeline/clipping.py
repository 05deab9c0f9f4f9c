"""Clipped patches in words: how many, in which camera channel, what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import eotf
from ledcal.values.finding import Finding
from ledcal.values.measurement import MeasurementFlag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.camera import CameraTransform
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.stage import Wall

SATURATED_ID = "saturated-patches"
_CHANNELS = ("red", "green", "blue")
_NOT_PATCHES = ("anchor", "black")
# The sensor's limit is the same for all channels: one that is this near to the highest is there.
_AT_LIMIT = 0.99
# As in measuring: a share of saturated photosites that moves a mean by more than its noise.
_SHARE = 0.001


def clipped_channels(
    measurements: PatchMeasurements, transform: CameraTransform | None
) -> FloatArray:
    """How many patches are clipped in the camera's red, green and blue.

    Parameters
    ----------
    measurements : PatchMeasurements
        In ACES2065-1, with their flags.
    transform : CameraTransform or None
        What made them so: it is gone back.

    Returns
    -------
    ndarray, shape (3,)
        Whole numbers; a patch may be clipped in several.
    """
    to_aces = np.eye(3) if transform is None else transform.combined()
    seen = np.linalg.solve(to_aces, measurements.camera[_clipped(measurements)].T).T
    at_limit = seen >= _AT_LIMIT * seen.max(axis=1, keepdims=True)
    return np.asarray(at_limit.sum(axis=0), np.float64)


def name_channels(
    findings: Sequence[Finding],
    measurements: PatchMeasurements,
    transform: CameraTransform | None,
) -> tuple[Finding, ...]:
    """Findings of captures, with the channels in the one of the clipped patches."""
    counts = clipped_channels(measurements, transform)
    order = [int(c) for c in np.argsort(-counts, kind="stable") if counts[c]]
    if not order:
        return tuple(findings)
    named = ", ".join(f"{counts[c]:.0f} in the camera's {_CHANNELS[c]}" for c in order)
    return tuple(
        replace(
            finding,
            seen=f"{_count_text(measurements)} ({named}); they do not count in the fit",
            cause=f"too much light for the sensor; its {_CHANNELS[order[0]]} is full first",
        )
        if finding.id == SATURATED_ID
        else finding
        for finding in findings
    )


def table_findings(measurements: PatchMeasurements, wall: Wall) -> tuple[Finding, ...]:
    """What the flags of a measurements.csv say of clipped patches."""
    clipped = _clipped(measurements)
    if not clipped.any():
        return ()
    light = eotf(wall.eotf, measurements.code, peak_nits=wall.peak_nits)
    usable = ~clipped
    left = light[usable].max(axis=0) if usable.any() else np.zeros(3)
    reach = float((left / np.maximum(light.max(axis=0), 1e-9)).min())
    guess = f"colours above {100 * reach:.0f} % of the peak are a guess; " if reach < 1.0 else ""
    frames = dict.fromkeys(measurements.frame[int(i)] for i in np.flatnonzero(clipped))
    return (
        Finding(
            id=SATURATED_ID,
            severity="warning",
            seen=f"{_count_text(measurements)}, as the table says",
            cause="too much light for the sensor",
            confidence=0.9,
            fix=f"{guess}close the iris or add ND, shoot and measure again",
            reshoot=True,
            frames=tuple(name for name in frames if name),
        ),
    )


def _is_patch(measurements: PatchMeasurements) -> BoolArray:
    return np.array([kind not in _NOT_PATCHES for kind in measurements.kind], dtype=bool)


def _clipped(measurements: PatchMeasurements) -> BoolArray:
    flagged = (measurements.flags & int(MeasurementFlag.SATURATED)) > 0
    flagged |= measurements.saturated > _SHARE
    return np.asarray(flagged & _is_patch(measurements))


def _count_text(measurements: PatchMeasurements) -> str:
    n = int(_clipped(measurements).sum())
    are = "is" if n == 1 else "are"
    return f"{n} of {int(_is_patch(measurements).sum())} patches {are} clipped"
