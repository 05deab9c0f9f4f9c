"""Whether a match can be trusted, and what the take itself says of the pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from ledcal.colorimetry.transfer import pq_encode
from ledcal.errors import AmbiguousInputError, CaptureError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.foreign.match import Match
    from ledcal.values.arrays import BoolArray, FloatArray

# Ours: parts of the pattern, and of the frames inside it, without which a match is chance.
_LEAST_FOUND = 0.6
_LEAST_PATCHES = 14
_MOST_STRAY = 0.25
# Differences of cost below which two readings are as good.
_RIVAL, _UNCHECKED_RIVAL = 2.0, 5.0
_DOUBT = 2.0
_MOST_DOUBTED = 0.2
_CHANNELS = ("red", "green", "blue")
_GREY = "18 % grey"
# The tool's own, and how far from it walls may show it.
_SATURATION, _SATURATION_OFF = 0.7, 0.07
_NITS = (20.0, 10000.0)


def found_patches(match: Match) -> BoolArray:
    """Patches that have frames, shape (patches,)."""
    return np.array([end > first for first, end in match.spans])


def doubted_patches(match: Match) -> BoolArray:
    """Patches whose frames could as well be those of another patch, shape (patches,)."""
    return np.asarray(found_patches(match) & (match.margins < _DOUBT))


def require_trusted(match: Match) -> None:
    """Refuse a match that may be chance.

    Parameters
    ----------
    match : Match
        The best reading.

    Raises
    ------
    CaptureError
        If too little of the pattern is there, in its order.
    """
    found = found_patches(match)
    patches = match.pattern.patches
    n, n_found = len(patches), int(found.sum())
    is_ramp = np.array([patch.name.startswith("ramp") for patch in patches])
    n_shown = sum(end - first for first, end in match.spans)
    share = match.n_stray / max(match.n_stray + n_shown, 1)
    if (
        n_found < max(_LEAST_FOUND * n, _LEAST_PATCHES)
        or found[is_ramp].mean() < _LEAST_FOUND
        or share > _MOST_STRAY
    ):
        raise CaptureError(
            f"these frames are not OpenVPCal's pattern in its order: {n_found} of {n} patches "
            f"found one after the other (needed: {int(np.ceil(_LEAST_FOUND * n))}), and "
            f"{match.n_stray} frames among them show other colours; check that the take is "
            "whole, that its files are named in shooting order, and that the wall played "
            "OpenVPCal's pattern (ledcal's own needs no --pattern)"
        )
    for channel in _CHANNELS:
        own = [s for s, patch in enumerate(patches) if channel in patch.name]
        if not found[own].any():
            raise CaptureError(
                f"the take shows no {channel} patch (neither the {channel} primary nor its "
                f"desaturated one), and without it the wall's {channel} is not known; shoot the "
                "pattern again from its slate on"
            )


def require_one_reading(match: Match, *, is_peak_known: bool) -> None:
    """Refuse a match beside which another one is nearly as good.

    Parameters
    ----------
    match : Match
        A trusted one.
    is_peak_known : bool
        Whether `find_nits` could confirm it.

    Raises
    ------
    AmbiguousInputError
        If the number of steps is not clear, or too many patches could be their neighbours.
    """
    found = found_patches(match)
    n_found = int(found.sum())
    is_ramp = np.array([patch.name.startswith("ramp") for patch in match.pattern.patches])
    if match.rival_cost - match.cost < (_RIVAL if is_peak_known else _UNCHECKED_RIVAL):
        raise AmbiguousInputError(
            f"the grey ramp may have {match.pattern.n_steps} or {match.rival_steps} steps above "
            f"black: too many are missing to tell ({int(found[is_ramp].sum())} found); give a "
            "take with more of them, or shoot again"
        )
    doubted = doubted_patches(match)
    if doubted.sum() > _MOST_DOUBTED * n_found:
        raise AmbiguousInputError(
            f"{int(doubted.sum())} of {n_found} patches could as well be their neighbours, so the "
            "frames do not say which is which; shoot again with the camera locked, no other "
            "light, and more frames for each patch"
        )


def names_of(match: Match, chosen: BoolArray) -> str:
    """Names of patches for a message: neighbours on the ramp are drawn together."""
    names: list[str] = []
    run: list[int] = []
    for s, patch in enumerate(match.pattern.patches):
        if not chosen[s]:
            continue
        if patch.name.startswith("ramp"):
            run.append(int(patch.name.split()[1]))
        else:
            names.append(patch.name)
    if run:
        names.append(f"ramp {_numbers(run)} of {match.pattern.n_steps}")
    return ", ".join(names)


def _numbers(values: Sequence[int]) -> str:
    """``1, 4-6``.

    Examples
    --------
    >>> _numbers([1, 4, 5, 6, 9])
    '1, 4-6, 9'
    """
    parts: list[list[int]] = []
    for value in values:
        if parts and value == parts[-1][-1] + 1:
            parts[-1].append(value)
        else:
            parts.append([value])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def find_saturation(match: Match) -> float | None:
    """Saturation that the desaturated primaries were made with, in steps of 0.05.

    Returns
    -------
    float or None
        None where they say nothing clear: they cannot be used then.
    """
    seen = match.saturations[np.isfinite(match.saturations)]
    if not len(seen):
        return None
    middle = float(np.median(seen))
    if abs(middle - _SATURATION) <= _SATURATION_OFF:
        return _SATURATION
    near = round(20.0 * middle) / 20.0
    is_clear = abs(middle - near) <= 0.02 and float(np.ptp(seen)) < 0.05 and 0.0 <= near <= 1.0
    return near if is_clear else None


def find_nits(match: Match, light: FloatArray) -> float | None:
    """Peak that the pattern was made for, told by where 18 % grey stands on the ramp.

    Both are the same wall's, so neither the wall's EOTF nor the camera matters.

    Parameters
    ----------
    match : Match
        Says which row is which patch.
    light : ndarray, shape (patches, 3)
        Camera light; NaN where a patch is missing.

    Returns
    -------
    float or None
        Nits; None where the grey or the ramp about it is missing.
    """
    patches = match.pattern.patches
    luma = (light - match.black).mean(axis=1)
    grey = next(s for s, patch in enumerate(patches) if patch.name == _GREY)
    ramp = np.array([s for s, patch in enumerate(patches) if patch.name.startswith("ramp")])
    place = np.linspace(0.0, 1.0, len(ramp))
    wanted = luma[grey]
    known = np.isfinite(luma[ramp]) & (place > 0.4)
    if not np.isfinite(wanted) or wanted <= 0.0 or known.sum() < 6:
        return None
    level, at = np.log(np.maximum(luma[ramp][known], 1e-12)), place[known]
    rising = np.concatenate([[True], np.diff(np.maximum.accumulate(level)) > 1e-6])
    level, at = level[rising], at[rising]
    below = np.searchsorted(level, np.log(wanted))
    if not 1 <= below < len(level) or at[below] - at[below - 1] > 2.5 / (len(ramp) - 1):
        return None
    seen = float(PchipInterpolator(level, at)(np.log(wanted)))

    def miss(nits: float) -> float:
        return float(pq_encode(0.18 * nits) / pq_encode(nits)) - seen

    if miss(_NITS[0]) * miss(_NITS[1]) >= 0.0:
        return None
    return float(brentq(miss, *_NITS))
