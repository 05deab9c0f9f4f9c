"""Bands that were measured, and the refresh, line time and shutter that make them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.banding import say
from ledcal.moire.banding.advise import advise
from ledcal.moire.banding.predict import missing_keys, predict_bands
from ledcal.values.banding import Explanation

if TYPE_CHECKING:
    from ledcal.values.banding import Band, Banding, PredictedBand
    from ledcal.values.stage import Stage

_HARMONICS = 8
# Errors of the measurement, and share of the frequency by which a line time may be off.
_ERRORS, _LINE_TIME_SHARE = 4.0, 0.01
# The same of LED pitches per row, for scanned walls.
_PITCHES_SHARE = 0.02
# Drift in cycles that counts as none, beside its errors.
_NO_DRIFT = 1e-4


def explain_bands(banding: Banding, stage: Stage) -> tuple[Explanation, ...]:
    """Say which harmonic of the refresh each band is, whether LEDs are genlocked, what to do.

    Parameters
    ----------
    banding : Banding
        What was found.
    stage : Stage
        ``wall.refresh_hz`` and ``camera.line_time_us`` name the harmonic; the frame rate gives the
        exact refresh and the shutter angle what to set instead. Whatever is missing is said, and
        what follows without it.

    Returns
    -------
    tuple of Explanation
        In the order of the bands.
    """
    predicted = predict_bands(stage, _HARMONICS)
    return tuple(_explain(band, predicted, stage) for band in banding.bands)


def _explain(band: Band, predicted: tuple[PredictedBand, ...], stage: Stage) -> Explanation:
    match = _match(band, predicted, stage)
    refresh = None if match is None else _exact_refresh(band, match, stage)
    if match is not None and refresh is not None:
        match = _at_refresh(match, stage, refresh)
    is_genlocked = _is_genlocked(band)
    parts = (
        say.seen(band),
        say.matched(band, match, stage, refresh) if match else say.unmatched(band, stage),
        say.kept_step(band, is_genlocked=is_genlocked),
    )
    fix = advise(
        band,
        stage,
        refresh_hz=refresh,
        is_genlocked=is_genlocked,
        is_explained=match is not None,
    )
    return Explanation(
        band, match, refresh, is_genlocked, " ".join(parts), fix, missing_keys(stage)
    )


def _match(band: Band, predicted: tuple[PredictedBand, ...], stage: Stage) -> PredictedBand | None:
    """The lowest harmonic that lies where the band does, as well as line times are known."""
    near = [
        wave
        for wave in predicted
        if abs(wave.frequency_cpr - band.frequency_cpr) <= _reach(band, wave, stage)
    ]
    return min(near, key=lambda wave: (wave.harmonic, abs(wave.order)), default=None)


def _reach(band: Band, wave: PredictedBand, stage: Stage) -> float:
    refresh, line_us = stage.wall.raster.refresh_hz, stage.camera.raster.line_time_us
    own = _ERRORS * band.frequency_sigma
    if refresh is None or line_us is None:
        return own
    turns = wave.harmonic * refresh * line_us * 1e-6
    scan = stage.wall.raster.scan or 1
    # On a scanned wall the rest of the frequency is LED pitches.
    pitches = max(wave.frequency_cpr, turns) if scan > 1 else 0.0
    return own + _LINE_TIME_SHARE * turns + _PITCHES_SHARE * pitches


def _exact_refresh(band: Band, wave: PredictedBand, stage: Stage) -> float | None:
    """The refresh nearest to the stage's that turns by the drift from frame to frame."""
    refresh, rate = stage.wall.raster.refresh_hz, stage.camera.raster.capture_frame_rate
    if refresh is None or rate is None or band.drift_cycles is None:
        return None
    drift = -band.drift_cycles if wave.is_reversed else band.drift_cycles
    whole = np.round(wave.harmonic * refresh / rate - drift)
    return float((whole + drift) * rate / wave.harmonic)


def _at_refresh(wave: PredictedBand, stage: Stage, refresh_hz: float) -> PredictedBand:
    """The same wave of a stage whose LEDs have another refresh."""
    raster = replace(stage.wall.raster, refresh_hz=refresh_hz)
    other = replace(stage, wall=replace(stage.wall, raster=raster))
    same = [
        new
        for new in predict_bands(other, wave.harmonic)
        if (new.harmonic, new.order) == (wave.harmonic, wave.order)
    ]
    return same[0] if same else wave


def _is_genlocked(band: Band) -> bool | None:
    if band.is_static:
        return None if band.drift_cycles is None else True
    # What moves does not keep step, be it even or not.
    drift = band.drift_cycles
    return drift is not None and abs(drift) <= 3.0 * band.drift_sigma + _NO_DRIFT
