"""Findings of the exposure: clipped, and in which channel; too low."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import eotf
from ledcal.values.finding import Finding
from ledcal.values.measurement import MeasurementFlag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.diagnose.case import Case
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.camera import CameraTransform
    from ledcal.values.measurement import PatchMeasurements

_CHANNELS = ("red", "green", "blue")
_NOT_PATCHES = ("anchor", "black")
# The sensor's limit is the same for all channels: one that is this near to the highest is there.
_AT_LIMIT = 0.99
# As in measuring: a share of saturated photosites that moves a mean by more than its noise.
_SHARE = 0.001
# Of the peak's light, what of each channel must be left unclipped; as in measuring.
_LEAST_REACH = 0.5
# Of the sensor's range, what the brightest frame of a raw take should reach: ours.
_LOW, _LOW_FAIL = 0.06, 0.01


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


def clipped(case: Case) -> Iterator[Finding]:
    """Patches with more light than the sensor holds."""
    measurements = case.measurements
    bad = _clipped(measurements)
    if not bad.any():
        return
    n, n_all = int(bad.sum()), int(_is_patch(measurements).sum())
    counts = clipped_channels(measurements, case.transform)
    order = [int(c) for c in np.argsort(-counts, kind="stable") if counts[c]]
    named = ", ".join(f"{counts[c]:.0f} in the camera's {_CHANNELS[c]}" for c in order)
    reach = _reach(case, ~bad)
    guess = f"colours above {100 * reach:.0f} % of the peak are a guess; " if reach < 1.0 else ""
    is_lost = reach < _LEAST_REACH
    stops = int(np.ceil(np.log2(1.0 / max(reach, 1e-3)) + 0.5))
    frames = dict.fromkeys(measurements.frame[int(i)] for i in np.flatnonzero(bad))
    first = f"; its {_CHANNELS[order[0]]} is full first" if order else ""
    yield Finding(
        id="saturated-patches",
        severity="fail" if is_lost else "warning",
        seen=f"{n} of {n_all} patches {'is' if n == 1 else 'are'} clipped"
        f"{f' ({named})' if named else ''}; they do not count in the fit",
        cause=f"too much light for the sensor{first}",
        confidence=0.9,
        fix=f"{guess}close the iris or add ND by {stops} stop{'' if stops == 1 else 's'} and "
        "shoot again",
        reshoot=True,
        frames=tuple(dict.fromkeys(one for name in frames for one in name.split("|") if one)),
    )


def low(case: Case) -> Iterator[Finding]:
    """A raw take that leaves most of the sensor's range empty."""
    if case.take is None or not case.take.is_raw:
        return
    brightest = float(case.take.frames.brightest.max())
    if brightest >= _LOW:
        return
    stops = int(np.floor(np.log2(0.5 / max(brightest, 1e-4))))
    yield Finding(
        id="exposure-low",
        severity="fail" if brightest < _LOW_FAIL else "warning",
        seen=f"the brightest frame reaches {100 * brightest:.1f} % of the sensor's range "
        f"(limit {100 * _LOW:.0f} %, {100 * _LOW_FAIL:.0f} % to fail): dark patches drown in noise",
        cause="too little light: iris, ND or shutter",
        confidence=0.9,
        fix=f"open up by {stops} stops (ND out, wider iris, or longer shutter) and shoot again; "
        "white may come to half of the sensor's range",
        reshoot=True,
    )


def _reach(case: Case, usable: BoolArray) -> float:
    """Light of the brightest usable patch over that of the brightest, of the weakest channel."""
    wall, code = case.stage.wall, case.measurements.code
    light = eotf(wall.eotf, code, peak_nits=wall.peak_nits)
    usable = usable & ((case.measurements.flags & int(MeasurementFlag.SATURATED)) == 0)
    left = light[usable].max(axis=0) if usable.any() else np.zeros(3)
    return float((left / np.maximum(light.max(axis=0), 1e-9)).min())


def _is_patch(measurements: PatchMeasurements) -> BoolArray:
    return np.array([kind not in _NOT_PATCHES for kind in measurements.kind], dtype=bool)


def _clipped(measurements: PatchMeasurements) -> BoolArray:
    flagged = (measurements.flags & int(MeasurementFlag.SATURATED)) > 0
    flagged |= measurements.saturated > _SHARE
    return np.asarray(flagged & _is_patch(measurements))
