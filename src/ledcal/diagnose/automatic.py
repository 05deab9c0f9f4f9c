"""Findings of what changed during the take: automatics, settings, heat, flicker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import spearmanr

from ledcal.values.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.diagnose.case import Case
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.evidence import FrameColumns

# Of the light of the strip, the same in every frame: ours.
_WARNING, _FAIL = 0.01, 0.03
_SIGMAS = 5.0
# Of the balance that files state, and of what pictures show.
_NEUTRAL = 0.005
_FEW = 4
_FOLLOWS = -0.7
_TREND = 0.85
_SETTINGS_OF_AUTOMATIC = 3


def changes(case: Case) -> Iterator[Finding]:
    """What the strip, which is lit alike in every frame, says of the take."""
    if case.take is None or len(case.take.frames.names) < _FEW:
        return
    frames = case.take.frames
    balance = _balance(frames)
    if balance is not None:
        yield balance
    settings = _settings(frames)
    if settings is not None:
        yield settings
        return
    spread = _spread(frames)
    if spread.max() < _WARNING:
        return
    gain = np.where(np.isfinite(frames.gain), frames.gain, 1.0)
    yield from _light(frames, gain, spread, is_raw=case.take.is_raw)


def _spread(frames: FrameColumns) -> FloatArray:
    """How far gains run, largest over smallest less 1; 0 where their errors explain it."""
    gain = np.where(np.isfinite(frames.gain), frames.gain, 1.0)
    # One frame alone, with somebody before the strip, is no change of the take.
    ordered = np.sort(gain, axis=0)
    cut = 1 if len(gain) > 2 * _FEW else 0
    top, bottom = ordered[len(gain) - 1 - cut], ordered[cut]
    spread = top / np.maximum(bottom, 1e-3) - 1.0
    error = np.median(np.nan_to_num(frames.gain_error), axis=0)
    return np.where(spread > _SIGMAS * np.sqrt(2.0) * error, spread, 0.0)


def _balance(frames: FrameColumns) -> Finding | None:
    """Files that were balanced one by one."""
    known = np.isfinite(frames.neutral).all(axis=1)
    if known.sum() < 2:
        return None
    neutral = frames.neutral[known]
    usual = np.median(neutral, axis=0)
    apart = np.abs(neutral / usual - 1.0).max(axis=1)
    if apart.max() < _NEUTRAL:
        return None
    names = np.array(frames.names)[known][apart >= _NEUTRAL]
    return Finding(
        id="auto-white-balance",
        severity="warning",
        seen=f"{len(names)} of {len(apart)} frames state another white balance than the rest "
        f"(by up to {100 * apart.max():.1f} %, limit {100 * _NEUTRAL:.1f} %)",
        cause="automatic white balance",
        confidence=0.95,
        fix="turn auto white balance off and set it by hand, on the wall's white; the raw numbers "
        "are not changed by it, so this take is measured with the median balance",
        reshoot=False,
        frames=tuple(names.tolist()),
    )


def _settings(frames: FrameColumns) -> Finding | None:
    """Shutter, iris or ISO that the files say were changed."""
    said = [(e.time_s, e.f_number, e.iso) for e in frames.exposures]
    settings = list(dict.fromkeys(said))
    if len(settings) < 2:
        return None
    usual = max(settings, key=said.count)
    odd = tuple(name for name, one in zip(frames.names, said, strict=True) if one != usual)
    is_automatic = len(settings) >= _SETTINGS_OF_AUTOMATIC
    parts = ("shutter", "iris", "ISO")
    changed = [part for i, part in enumerate(parts) if len({one[i] for one in settings}) > 1]
    return Finding(
        id="auto-exposure" if is_automatic else "exposure-changed",
        severity="fail" if is_automatic else "warning",
        seen=f"{len(odd)} of {len(said)} frames were shot with another {' and '.join(changed)} "
        f"than the rest ({len(settings)} settings in all)",
        cause="automatic exposure" if is_automatic else "settings touched during the take",
        confidence=0.95 if is_automatic else 0.8,
        fix="set shutter, iris and ISO by hand and shoot again",
        reshoot=True,
        frames=odd,
    )


def _light(
    frames: FrameColumns, gain: FloatArray, spread: FloatArray, *, is_raw: bool
) -> Iterator[Finding]:
    """Light that changes although the files say that nothing did."""
    common = gain.mean(axis=1)
    colour = gain / common[:, None]
    uneven = float((colour.max(axis=0) / colour.min(axis=0) - 1.0).max())
    worst = float(spread.max())
    severity = "fail" if worst > _FAIL else "warning"
    names = tuple(np.array(frames.names)[np.abs(gain - 1.0).max(axis=1) > _WARNING].tolist())
    seen = (
        f"the strip, lit alike in every frame, changes by {100 * spread[0]:.1f} / "
        f"{100 * spread[1]:.1f} / {100 * spread[2]:.1f} % in the camera's red, green and blue "
        f"(limit {100 * _WARNING:.0f} %, and {100 * _FAIL:.0f} % to fail)"
    )
    trend = _trend(frames.numbers.astype(np.float64), gain)
    if trend:
        yield Finding(
            id="warm-up-drift",
            severity=severity,
            seen=f"{seen}, steadily from the first frame to the last; it was taken out",
            cause="a wall or a camera that is still warming up",
            confidence=0.8,
            fix="let the wall warm up on grey for half an hour, then shoot again",
            reshoot=worst > _FAIL,
        )
        return
    if not is_raw and uneven > 0.6 * worst:
        yield Finding(
            id="auto-white-balance",
            severity=severity,
            seen=f"{seen}: each channel by itself",
            cause="automatic white balance",
            confidence=0.8,
            fix="turn auto white balance off, set it by hand on the wall's white, and shoot again",
            reshoot=worst > _WARNING,
            frames=names,
        )
        return
    follows = _follows(frames.mean_light, common)
    if follows:
        yield Finding(
            id="auto-iris",
            severity=severity,
            seen=f"{seen}; bright frames come out darker. The files state one exposure; it was "
            "taken out as far as can be",
            cause="an automatic iris or gain that is not in the file; or a screen that dims itself "
            "when much of it is lit (power limit, dynamic contrast of a TV)",
            confidence=0.7,
            fix="set iris and gain by hand; turn off dynamic contrast and automatic brightness of "
            "the screen; shoot again",
            reshoot=worst > _FAIL,
            frames=names,
        )
        return
    yield Finding(
        id="light-flickers",
        severity=severity,
        seen=f"{seen}, up and down",
        cause="a shutter that is no whole number of the wall's refreshes, no genlock, or a light "
        "on the wall that flickers",
        confidence=0.6,
        fix="genlock camera and wall and use a 180 degree shutter, or one that is a whole number "
        "of refreshes; switch other lights off; shoot again",
        reshoot=worst > _FAIL,
        frames=names,
    )


def _trend(numbers: FloatArray, gain: FloatArray) -> bool:
    """Whether the strongest changing channel runs one way over the take."""
    channel = int(np.argmax(np.ptp(gain, axis=0)))
    if np.ptp(numbers) == 0 or np.ptp(gain[:, channel]) == 0:
        return False
    return bool(abs(spearmanr(numbers, gain[:, channel]).statistic) > _TREND)


def _follows(light: FloatArray, common: FloatArray) -> bool:
    """Whether frames with more light come out darker."""
    known: BoolArray = np.isfinite(light)
    if known.sum() < _FEW or np.ptp(light[known]) == 0 or np.ptp(common[known]) == 0:
        return False
    # Light before the gain: what was measured over it.
    before = light[known] / np.maximum(common[known], 1e-3)
    return bool(spearmanr(before, common[known]).statistic < _FOLLOWS)
