"""Measurements as rows of the fit: unusable ones dropped, repeats merged, noise completed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import matrix_aces_to_lms
from ledcal.colorimetry.space import aces_luminance
from ledcal.errors import CaptureError
from ledcal.model._perceptual import pq_with_slope
from ledcal.values.measurement import MeasurementFlag

if TYPE_CHECKING:
    from ledcal.model._curves import NominalCurve
    from ledcal.model._processor import Premix
    from ledcal.values.arrays import BoolArray, FloatArray, IntArray
    from ledcal.values.measurement import PatchMeasurements

# A larger saturated share would pull the mean of a patch by more than its noise.
SATURATED_SHARE_LIMIT = 1e-3
# What repeats of a patch do not average out: flicker, scan phase, stray light.
_RELATIVE_FLOOR = 1e-3
_SIGNAL_FLOOR = 1e-4
# What a flagged patch is believed to, and which flags say so.
_DOUBTED_FLOOR = 1e-2
_DOUBTED = (
    MeasurementFlag.NOISY
    | MeasurementFlag.GRADIENT
    | MeasurementFlag.FEW_SAMPLES
    | MeasurementFlag.GREENS_DIFFER
    | MeasurementFlag.EDGE
)
# Assumed where a file brings no standard errors; the last two relative to peak white.
_DEFAULT_RELATIVE, _DEFAULT_SHOT, _DEFAULT_READ = 2.5e-3, 1e-7, 5e-6
_NOT_FITTED = frozenset({"flat", "dark"})
_SAME_CODE = 1e-6
_NEUTRAL_SPREAD = 2e-3
_LEAST_SEPARATION = 0.02
# Walls and wrong EOTFs bend less between white and the greys below it.
_WHITE_OFF = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """One row for each distinct wall code.

    Attributes
    ----------
    code : ndarray, shape (n, 3)
        Wall code.
    position : ndarray, shape (n, 3)
        The same on the scale of `NominalCurve`.
    lms : ndarray, shape (n, 3)
        Measured, linear BT.2100 LMS, peak white about 1.
    sigma : ndarray, shape (n, 3)
        Standard error of `lms`, floors included.
    member : ndarray of int64, shape (m,)
        For each measurement, the row it went into; -1 where it was not used.
    scale : float
        Measured camera light times `scale` is `lms` before the 3x3.
    """

    code: FloatArray
    position: FloatArray
    lms: FloatArray
    sigma: FloatArray
    member: IntArray
    scale: float

    def __len__(self) -> int:
        return len(self.code)

    @property
    def n_chromatic(self) -> int:
        """How many rows are not neutral."""
        return int(np.sum(self.is_chromatic))

    @property
    def is_chromatic(self) -> BoolArray:
        """Which rows are not neutral."""
        return np.asarray(np.ptp(self.position, axis=1) >= _NEUTRAL_SPREAD)

    def select(self, index: IntArray) -> Rows:
        """Some of the rows; `member` is left as it was."""
        return replace(
            self,
            code=self.code[index],
            position=self.position[index],
            lms=self.lms[index],
            sigma=self.sigma[index],
        )


def usable(measurements: PatchMeasurements) -> IntArray:
    """Indices of the measurements that still say something about their code."""
    # A table of another tool may flag a patch and give no share.
    flagged = measurements.flags & MeasurementFlag.SATURATED != 0
    saturated = flagged & (measurements.saturated == 0.0)
    saturated |= measurements.saturated > SATURATED_SHARE_LIMIT
    fitted = np.array([kind.lower() not in _NOT_FITTED for kind in measurements.kind], dtype=bool)
    return np.flatnonzero(fitted & ~saturated)


def prepare_rows(measurements: PatchMeasurements, nominal: NominalCurve) -> Rows:
    """Select, merge and scale; raises `CaptureError` where the patches cannot carry a fit."""
    used = _trusted(measurements, usable(measurements))
    n_dropped = len(measurements) - len(used)
    if not len(used):
        message = f"none of {len(measurements)} patches can be fitted: all are saturated or flats"
        raise CaptureError(f"{message}; expose lower and shoot again")
    code = measurements.code[used]
    keys = np.round(nominal.position(code) / _SAME_CODE).astype(np.int64)
    _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    group = group.reshape(-1)
    doubt = measurements.flags[used] & _DOUBTED != 0
    camera, sigma = _merge(measurements.camera[used], measurements.sigma[used], group)
    code = code[first]
    position = nominal.position(code)
    _require_content(code, position, camera, n_dropped)
    scale = _white_scale(nominal, position, camera)
    matrix = matrix_aces_to_lms()
    lms = scale * camera @ matrix.T
    error = np.sqrt((scale * sigma) ** 2 @ (matrix**2).T)
    member = np.full(len(measurements), -1, dtype=np.int64)
    member[used] = group
    doubted = np.zeros(len(code), dtype=bool)
    np.logical_or.at(doubted, group, doubt)
    complete = _complete_noise(lms, error, nominal.peak_nits, doubted)
    return Rows(code, position, lms, complete, member, scale)


def premixed(rows: Rows, nominal: NominalCurve, premix: Premix | None) -> Rows:
    """The rows at the positions that drive the LEDs behind a processor's mixing."""
    if premix is None:
        return rows
    return replace(rows, position=premix.position(nominal, rows.position))


def lms_to_camera(rows: Rows) -> FloatArray:
    """3x3 from the LMS of the rows to the camera's ACES2065-1 and exposure."""
    return np.asarray(np.linalg.inv(matrix_aces_to_lms()) / rows.scale, dtype=np.float64)


def _trusted(measurements: PatchMeasurements, used: IntArray) -> IntArray:
    """Without the flagged ones of codes that were also measured well."""
    doubt = measurements.flags[used] & _DOUBTED != 0
    if not doubt.any():
        return used
    key = np.round(measurements.code[used] / _SAME_CODE).astype(np.int64)
    _, group = np.unique(key, axis=0, return_inverse=True)
    group = group.reshape(-1)
    measured_well = np.zeros(int(group.max()) + 1, dtype=bool)
    measured_well[group[~doubt]] = True
    return np.asarray(used[~doubt | ~measured_well[group]], dtype=np.int64)


def _merge(camera: FloatArray, sigma: FloatArray, group: IntArray) -> tuple[FloatArray, FloatArray]:
    n_groups = int(group.max()) + 1
    merged, error = np.empty((n_groups, 3)), np.empty((n_groups, 3))
    for g in range(n_groups):
        member = np.flatnonzero(group == g)
        merged[g] = np.median(camera[member], axis=0)
        known = sigma[member]
        error[g] = np.sqrt(np.mean(known**2, axis=0) / len(member))
    return merged, error


def _complete_noise(
    lms: FloatArray, sigma: FloatArray, peak_nits: float, doubted: BoolArray
) -> FloatArray:
    """Add floors, higher ones where a patch is flagged; where nothing is known, a good camera."""
    black = lms[np.argmin(lms.sum(axis=1))]
    light = np.maximum(lms - black, 0.0)
    default = (_DEFAULT_RELATIVE * light) ** 2 + _DEFAULT_SHOT * 1e-2 * light + _DEFAULT_READ**2
    known = (_RELATIVE_FLOOR * light) ** 2 + sigma**2 + (0.2 * _DEFAULT_READ) ** 2
    slope = pq_with_slope(np.maximum(light, _DEFAULT_READ) * peak_nits)[1] * peak_nits
    variance = np.where(np.isfinite(sigma) & (sigma > 0.0), known, default)
    variance += np.where(doubted[:, None], (_DOUBTED_FLOOR * light) ** 2, 0.0)
    return np.asarray(np.sqrt(variance + (_SIGNAL_FLOOR / slope) ** 2))


def _white_scale(nominal: NominalCurve, position: FloatArray, camera: FloatArray) -> float:
    """Scale that makes the light of the brightest neutral what the nominal EOTF says.

    One patch may be wrong (a frame that slipped): where it does not go with the three neutrals
    below it, those decide.
    """
    neutral = np.flatnonzero(np.ptp(position, axis=1) < _NEUTRAL_SPREAD)
    brightest = neutral[np.argsort(-position[neutral].mean(axis=1), kind="stable")][:4]
    black = int(np.argmin(position.sum(axis=1)))
    asked = np.array([nominal.light(float(value)) for value in position[brightest].mean(axis=1)])
    seen = np.asarray(aces_luminance(camera[brightest] - camera[black]))
    # A grey as dark as the darkest patch says nothing.
    scales = np.divide(asked, seen, out=np.zeros_like(seen), where=(seen > 0.0) & (asked > 0.0))
    below = scales[1:][scales[1:] > 0.0]
    usual = float(np.median(below)) if below.size else float(scales[0])
    return float(scales[0]) if abs(scales[0] / usual - 1.0) < _WHITE_OFF else usual


def _require_content(
    code: FloatArray, position: FloatArray, camera: FloatArray, n_dropped: int
) -> None:
    dropped = f" ({n_dropped} saturated or flat patches were not used)" if n_dropped else ""
    neutral = np.ptp(position, axis=1) < _NEUTRAL_SPREAD
    grey = position[neutral].mean(axis=1)
    lit = int(np.sum(grey > 0.1))
    if lit < 3 or not grey.size or grey.max() < 0.5:
        raise CaptureError(
            f"{lit} neutral patches brighter than black are usable, 3 are needed, the brightest "
            f"at half of the signal or more{dropped}; shoot a pattern with a grey ramp"
        )
    missing = [
        name
        for c, name in enumerate(("red", "green", "blue"))
        if not np.any(
            position[:, c] - np.maximum(position[:, c - 1], position[:, c - 2]) > _LEAST_SEPARATION
        )
    ]
    if missing or len(code) < 7:
        wanted = f"patches in which {' and '.join(missing)} leads" if missing else "more colours"
        raise CaptureError(
            f"{len(code)} distinct colours are usable, and {wanted} are missing{dropped}; "
            "at least three greys, a red, a green and a blue are needed: shoot a whole pattern"
        )
    luminance = np.asarray(aces_luminance(camera))
    brightest = int(np.argmax(np.where(neutral, position.mean(axis=1), -1.0)))
    darkest = int(np.argmin(position.sum(axis=1)))
    if luminance[brightest] <= luminance[darkest]:
        raise CaptureError(
            f"white (code {code[brightest].max():.3f}) reads {luminance[brightest]:.3g}, not "
            f"brighter than the darkest patch ({luminance[darkest]:.3g}): the patches are not the "
            "ones their codes say; check the order of the frames"
        )
