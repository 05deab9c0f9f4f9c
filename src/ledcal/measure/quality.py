"""Which patches deserve less trust, and when there are too few left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import eotf
from ledcal.errors import CaptureError
from ledcal.values.frame_numbers import format_numbers
from ledcal.values.measurement import MeasurementFlag
from ledcal.values.pattern import PatchKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.stack import Stack
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.pattern import Pattern

# Ours: a share of saturated photosites that moves a mean by less than the noise floor.
_SATURATED_SHARE = 0.001
_NOISE_RATIO = 2.5
_TEXTURE = 0.025
_GRADIENT_LIMIT = 0.12
_DARK_SHARE = 0.02
_FEW = 36
_SPLIT_LIMIT = 0.02
_MIN_PATCHES, _MIN_GREYS = 14, 3
# Share of the peak's light that must be left unclipped.
_LEAST_REACH = 0.5
_CHANNELS = ("red", "green", "blue")
_DRIFT = "drift"


def find_flags(stack: Stack) -> IntArray:
    """Flag what was measured badly.

    Parameters
    ----------
    stack : Stack
        Frames by regions.

    Returns
    -------
    ndarray of int64, shape (frames, regions)
        `MeasurementFlag` bits.
    """
    n = len(stack.region_row)
    light, deviation = stack.light[:, :n], stack.deviation[:, :n]
    flags = np.zeros(light.shape[:2], dtype=np.int64)
    flags[stack.saturated[:, :n] > _SATURATED_SHARE] |= int(MeasurementFlag.SATURATED)
    flags[stack.n_samples[:, :n] < _FEW] |= int(MeasurementFlag.FEW_SAMPLES)
    expected = _expected_noise(light, deviation)
    with np.errstate(invalid="ignore"):
        limit = np.hypot(_NOISE_RATIO * expected, _TEXTURE * np.abs(light))
        flags[(deviation > limit).any(axis=2)] |= int(MeasurementFlag.NOISY)
        # Differences count where noise alone cannot make them, at five standard errors: halves
        # of one plane hold an eighth of the photosites, one green a quarter.
        error = deviation[..., 1] / np.sqrt(np.maximum(stack.n_samples[:, :n], 1))
        chance = 5.0 * error * 16.0**0.5
        real = stack.gradient[:, :n] * np.abs(light[..., 1]) > chance
        # Colours with an almost dark channel have no steady ratio there.
        bright = light.min(axis=2) > 0.2 * light.max(axis=2)
        # In the dark ones the glare of their neighbours runs across; it is taken off later.
        bright &= light.max(axis=2) > _DARK_SHARE * np.nanmax(light)
        steep = (stack.gradient[:, :n] > _GRADIENT_LIMIT) & real & bright
    flags[steep] |= int(MeasurementFlag.GRADIENT)
    split = stack.green_split[:, :n]
    share = 5.0 * error * 8.0**0.5 / np.maximum(np.abs(light[..., 1]), 1e-9)
    usual = np.median(split[light[..., 1] > 0.1 * np.nanmax(light)]) if split.any() else 0.0
    apart = np.abs(split - usual) > np.maximum(_SPLIT_LIMIT, share)
    apart &= light[..., 1] > _DARK_SHARE * np.nanmax(light)
    flags[apart] |= int(MeasurementFlag.GREENS_DIFFER)
    return flags


def _expected_noise(light: FloatArray, deviation: FloatArray) -> FloatArray:
    """Standard deviation of a photosite that its light explains: read noise and shot noise."""
    expected = np.zeros_like(deviation)
    for channel in range(3):
        x, y = light[..., channel].ravel(), deviation[..., channel].ravel() ** 2
        good = np.isfinite(x) & np.isfinite(y)
        if not good.any():
            continue
        x, y = x[good], y[good]
        low = x <= np.quantile(x, 0.25)
        floor = float(np.median(y[low]))
        high = x > np.quantile(x, 0.5)
        slope = float(np.median((y[high] - floor) / np.maximum(x[high], 1e-9))) if high.any() else 0
        expected[..., channel] = np.sqrt(
            np.maximum(floor + max(slope, 0.0) * np.maximum(light[..., channel], 0.0), 1e-14)
        )
    return expected


def require_usable(pattern: Pattern, table: PatchMeasurements, seen: Sequence[int]) -> None:
    """Refuse a take whose bright end is clipped away, or that has too few patches.

    Of each LED channel, patches up to half of the peak's light must be left: what is above the
    brightest usable one is a guess.

    Parameters
    ----------
    pattern : Pattern
        Says which frames hold what.
    table : PatchMeasurements
        With its flags.
    seen : sequence of int
        Numbers of the frames that were captured.

    Raises
    ------
    CaptureError
        If too much is saturated, or fewer than 14 patches or 3 greys are left; of the drift
        pattern, which never has more.
    """
    if pattern.name == _DRIFT:
        raise CaptureError(
            "these captures show the drift pattern, whose few patches are compared with a baseline "
            "and cannot be fitted; type 'ledcal drift check CAPTURES --profile PROFILE', or shoot "
            "the pattern that 'ledcal patterns DIR' writes"
        )
    is_patch = np.array([kind not in {PatchKind.ANCHOR, PatchKind.BLACK} for kind in table.kind])
    bad = (table.flags & int(MeasurementFlag.SATURATED)) > 0
    n, n_bad = int(is_patch.sum()), int((is_patch & bad).sum())
    reach = _usable_share(pattern, table)
    weakest = int(np.argmin(reach))
    if n_bad and reach[weakest] < _LEAST_REACH:
        message = (
            f"{n_bad} of {n} patches are clipped: of {_CHANNELS[weakest]} only levels up to "
            f"{100 * reach[weakest]:.0f} % of the peak are below the sensor's limit (needed: "
            f"{100 * _LEAST_REACH:.0f} %); close the iris or add ND by about "
            f"{_stops(float(reach[weakest]))} and shoot again"
        )
        raise CaptureError(message)
    usable = np.array(table.kind)[~bad]
    n_greys = int((usable == PatchKind.NEUTRAL).sum())
    if n - n_bad < _MIN_PATCHES or n_greys < _MIN_GREYS:
        missing = [frame.index for frame in pattern.frames if frame.index not in seen]
        numbers = format_numbers(missing)
        fix = (
            f"frame{'' if len(missing) == 1 else 's'} {numbers} of the pattern "
            f"{'is' if len(missing) == 1 else 'are'} missing: if no copy is under way, make just "
            f"these with 'ledcal patterns OUT --plan plan.json --only {numbers}', shoot them "
            "and add them to the folder"
            if missing
            else "shoot the pattern again with less light and the whole wall in the picture"
        )
        message = (
            f"only {n - n_bad} patches could be measured, {n_greys} of them grey (to fit, "
            f"{_MIN_PATCHES} are needed, {_MIN_GREYS} of them grey); {fix}"
        )
        raise CaptureError(message)


def _usable_share(pattern: Pattern, table: PatchMeasurements) -> FloatArray:
    """Light of the brightest unclipped patch over that of the brightest, for each LED channel."""
    usable = (table.flags & int(MeasurementFlag.SATURATED)) == 0
    light = eotf(pattern.eotf, table.code, peak_nits=pattern.peak_nits)
    top = np.maximum(light.max(axis=0), 1e-9)
    left = light[usable].max(axis=0) if usable.any() else np.zeros(3)
    return np.asarray(left / top, np.float64)


def _stops(reach: float) -> str:
    """How far to close the iris so that the peak is below the limit, with half a stop to spare."""
    stops = int(np.ceil(np.log2(1.0 / max(reach, 1e-3)) + 0.5))
    return f"{stops} stop{'' if stops == 1 else 's'}"
