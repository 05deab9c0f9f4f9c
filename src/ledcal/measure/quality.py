"""Which patches deserve less trust, and when there are too few left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import eotf
from ledcal.errors import CaptureError
from ledcal.values.finding import Finding
from ledcal.values.measurement import FLAG_SENTENCES, MeasurementFlag
from ledcal.values.pattern import PatchKind

if TYPE_CHECKING:
    from ledcal.measure.stack import Stack
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.pattern import Pattern

# Ours: a share of saturated photosites that moves a mean by less than the noise floor.
_SATURATED_SHARE = 0.001
_NOISE_RATIO = 2.5
_TEXTURE = 0.01
_GRADIENT_LIMIT = 0.12
_DARK_SHARE = 0.02
_FEW = 36
_SPLIT_LIMIT = 0.02
_MIN_PATCHES = 14
_MOST_SATURATED = 0.5


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


def require_usable(pattern: Pattern, table: PatchMeasurements) -> None:
    """Refuse a take that is mostly clipped, or has too few patches.

    Raises
    ------
    CaptureError
        If half of the patches are saturated, or fewer than 14 are left.
    """
    is_patch = np.array([kind not in {PatchKind.ANCHOR, PatchKind.BLACK} for kind in table.kind])
    bad = (table.flags & int(MeasurementFlag.SATURATED)) > 0
    n, n_bad = int(is_patch.sum()), int((is_patch & bad).sum())
    if n and n_bad > _MOST_SATURATED * n:
        code = table.code.max(axis=1)
        kept = code[is_patch & ~bad]
        top = eotf(
            pattern.eotf,
            np.array([kept.max() if kept.size else 0.1, code.max()]),
            peak_nits=pattern.peak_nits,
        )
        stops = max(1.0, float(np.log2(top[1] / max(top[0], 1e-3))) + 0.3)
        message = (
            f"{n_bad} of {n} patches are clipped (limit half of them); close the iris or add ND "
            f"by about {stops:.0f} stops and shoot again"
        )
        raise CaptureError(message)
    if n - n_bad < _MIN_PATCHES:
        message = (
            f"only {n - n_bad} patches could be measured ({_MIN_PATCHES} are needed to fit); "
            "capture the missing frames and add them to the folder"
        )
        raise CaptureError(message)


def quality_findings(table: PatchMeasurements) -> list[Finding]:
    """One finding for each flag that patches carry."""
    findings = []
    fixes = {
        MeasurementFlag.SATURATED: (
            "saturated-patches",
            "close the iris or add ND by a stop",
            True,
        ),
        MeasurementFlag.NOISY: (
            "noisy-patches",
            "defocus until the pixels of the wall blend",
            True,
        ),
        MeasurementFlag.GRADIENT: ("uneven-patches", "check for reflections on the wall", False),
        MeasurementFlag.FEW_SAMPLES: (
            "small-patches",
            "let the wall fill more of the frame",
            False,
        ),
        MeasurementFlag.GREENS_DIFFER: ("greens-differ", "defocus a little against moire", True),
    }
    is_patch = np.array([kind != PatchKind.BLACK for kind in table.kind])
    for flag, (name, fix, reshoot) in fixes.items():
        bad = ((table.flags & int(flag)) > 0) & is_patch
        if bad.any():
            frames = sorted({table.frame[i] for i in np.flatnonzero(bad) if table.frame[i]})
            findings.append(
                Finding(
                    id=name,
                    severity="warning",
                    seen=f"{int(bad.sum())} of {int(is_patch.sum())} patches: "
                    f"{FLAG_SENTENCES[flag]}",
                    cause=FLAG_SENTENCES[flag],
                    confidence=0.6,
                    fix=fix,
                    reshoot=reshoot and bool(bad.mean() > 0.1),
                    frames=tuple(frames),
                )
            )
    return findings
