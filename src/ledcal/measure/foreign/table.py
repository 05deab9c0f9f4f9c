"""Matched frames to a table of patches, in camera RGB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.foreign.trust import doubted_patches
from ledcal.values.measurement import MeasurementFlag, PatchMeasurements

if TYPE_CHECKING:
    from ledcal.measure.foreign.match import Match
    from ledcal.measure.foreign.series import Series
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.foreign import ForeignPattern

# Frames of a patch that differ from its median by more than this share, and by more than
# chance, are blends or flicker.
_APART = 0.002
_CHANCE = 5.0
# With this many frames the first and the last are left out: they may hold some of a neighbour.
_TRIMMED = 5
_FEW = 36


def frames_of(match: Match, series: Series) -> tuple[IntArray, ...]:
    """Frames that each patch is measured in: without its borders, blends and strangers.

    Parameters
    ----------
    match : Match
        Which frames show which patch.
    series : Series
        The frames.

    Returns
    -------
    tuple of ndarray of int64
        One for each patch; empty where it is missing.
    """
    chosen = []
    for first, end in match.spans:
        rows = np.arange(first, end)
        if len(rows) >= _TRIMMED:
            rows = rows[1:-1]
        light, sigma = series.light[rows], series.sigma[rows]
        if len(rows) > 2:
            middle = np.median(light, axis=0)
            usual = 1.4826 * np.median(np.abs(light - middle), axis=0)
            limit = _APART * np.abs(middle).max() + _CHANCE * np.maximum(usual, sigma)
            rows = rows[(np.abs(light - middle) <= limit).all(axis=1)]
        chosen.append(rows)
    return tuple(chosen)


def patch_light(frames: tuple[IntArray, ...], series: Series) -> FloatArray:
    """Camera light of every patch, NaN where it is missing, shape (patches, 3)."""
    light = np.full((len(frames), 3), np.nan)
    for s, rows in enumerate(frames):
        if len(rows):
            light[s] = series.light[rows].mean(axis=0)
    return light


def build_table(
    match: Match,
    series: Series,
    frames: tuple[IntArray, ...],
    pattern: ForeignPattern,
    *,
    with_desaturated: bool,
) -> PatchMeasurements:
    """Put what was measured under its codes.

    Patches that could as well be their neighbours are left out, and those that the pattern
    does not fit.

    Parameters
    ----------
    match : Match
        Which frames show which patch.
    series : Series
        The frames.
    frames : tuple of ndarray
        From `frames_of`.
    pattern : ForeignPattern
        With the codes: that of the match, or with another saturation.
    with_desaturated : bool
        Whether the desaturated primaries have a known code.

    Returns
    -------
    PatchMeasurements
        In camera RGB; black, where it was seen, is the row of code 0.
    """
    light = patch_light(frames, series)
    doubted = doubted_patches(match)
    rows = [
        s
        for s, patch in enumerate(pattern.patches)
        if np.isfinite(light[s]).all()
        and patch.is_fitted
        and not doubted[s]
        and (with_desaturated or not patch.name.startswith("desaturated"))
    ]
    saturated = np.array([series.saturated[frames[s]].max() for s in rows])
    full = np.array([series.is_saturated[frames[s]].any() for s in rows])
    flags = np.where(full, int(MeasurementFlag.SATURATED), int(MeasurementFlag.NONE))
    if series.n_samples < _FEW:
        flags |= int(MeasurementFlag.FEW_SAMPLES)
    return PatchMeasurements(
        code=np.array([pattern.patches[s].code for s in rows]),
        camera=light[rows],
        sigma=np.array([_sigma(series, frames[s]) for s in rows]),
        n_samples=np.array([series.n_samples * len(frames[s]) for s in rows]),
        saturated=saturated,
        flags=flags,
        kind=tuple(pattern.patches[s].kind for s in rows),
        frame=tuple("|".join(series.names[i] for i in frames[s]) for s in rows),
        space="camera",
        header={
            "pattern": f"{pattern.name} {pattern.n_steps} steps",
            "exposure": "unknown",
            "eotf": pattern.eotf,
        },
    )


def _sigma(series: Series, rows: IntArray) -> FloatArray:
    """Standard error of a patch: of its photosites, or of its frames where they differ more."""
    sigma = np.sqrt((series.sigma[rows] ** 2).mean(axis=0) / len(rows))
    if len(rows) >= 3:
        scatter = series.light[rows].std(axis=0, ddof=1) / np.sqrt(len(rows))
        sigma = np.maximum(sigma, scatter)
    return np.asarray(sigma, np.float64)
