"""Bands that were measured, and the refresh, line time and shutter that make them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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


@dataclass(frozen=True, slots=True)
class _Timing:
    refresh_hz: float | None
    line_s: float | None
    rate: float | None


def _explain(band: Band, predicted: tuple[PredictedBand, ...], stage: Stage) -> Explanation:
    camera = stage.camera.raster
    line_s = None if camera.line_time_us is None else camera.line_time_us * 1e-6
    timing = _Timing(stage.wall.raster.refresh_hz, line_s, camera.capture_frame_rate)
    match = _match(band, predicted, stage)
    refresh = None if match is None else _exact_refresh(band, match, timing)
    is_genlocked = _is_genlocked(band)
    parts = [_seen(band)]
    if match is not None:
        parts.append(_matched(band, match, timing, refresh))
    else:
        parts.append(_unmatched(band, timing, is_predicted=bool(predicted)))
    parts.append(_kept_step(band, is_genlocked=is_genlocked))
    fix = advise(band, stage, refresh_hz=refresh, is_genlocked=is_genlocked)
    return Explanation(
        band, match, refresh, is_genlocked, " ".join(filter(None, parts)), fix, missing_keys(stage)
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


def _exact_refresh(band: Band, wave: PredictedBand, timing: _Timing) -> float | None:
    """The refresh nearest to the stage's that turns by the drift from frame to frame."""
    if timing.refresh_hz is None or timing.rate is None or band.drift_cycles is None:
        return None
    per_frame = wave.harmonic * timing.refresh_hz / timing.rate
    drift = -band.drift_cycles if wave.is_reversed else band.drift_cycles
    whole = np.round(per_frame - drift)
    return float((whole + drift) * timing.rate / wave.harmonic)


def _is_genlocked(band: Band) -> bool | None:
    if band.drift_cycles is None:
        return None
    return bool(abs(band.drift_cycles) <= 3.0 * band.drift_sigma + _NO_DRIFT)


def _seen(band: Band) -> str:
    seen = (
        f"A band of {100 * band.depth:.3g} % +- {100 * band.depth_sigma:.1g} % every "
        f"{band.period_rows:.4g} rows"
    )
    roll = band.roll_rows
    if band.is_static or roll is None:
        return seen + "."
    way = "down" if roll > 0 else "up"
    return f"{seen}, moving {way} by {abs(roll):.3g} rows from frame to frame."


def _matched(band: Band, wave: PredictedBand, timing: _Timing, refresh: float | None) -> str:
    which = f"harmonic {wave.harmonic} of the LEDs' refresh of {timing.refresh_hz:g} Hz"
    if wave.order or (timing.refresh_hz is None):
        which += f", on order {wave.order} of their rows"
    said = f"It is {which}"
    if refresh is not None and timing.refresh_hz is not None and timing.rate is not None:
        step = timing.rate / wave.harmonic
        if abs(refresh - timing.refresh_hz) > 1e-5 * timing.refresh_hz:
            said += f" (by its drift the refresh is {refresh:.2f} Hz, or {step:g} Hz more or less)"
    if not np.isfinite(wave.depth):
        return said + "."
    deepest = 100 * wave.depth
    if band.depth - 3.0 * band.depth_sigma > 1.1 * wave.depth:
        return (
            f"{said}, which the shutter angle leaves {deepest:.3g} % of at most: refresh or "
            "shutter are not quite what stage.toml says, or fewer pulses than that are lit, as "
            "processors do at low grey."
        )
    return f"{said}, of which {deepest:.3g} % at most were to be expected."


def _unmatched(band: Band, timing: _Timing, *, is_predicted: bool) -> str:
    if timing.line_s is not None:
        pulses = band.frequency_cpr / timing.line_s
        other = 1.0 / timing.line_s
        said = f"By the line time the light pulses at {pulses:.5g} Hz, or {other:.4g} Hz more or "
        said += "less, or a whole part of that."
        if timing.refresh_hz is None:
            return said + _by_drift(band, timing.rate)
        if is_predicted:
            return (
                f"No harmonic up to {_HARMONICS} of {timing.refresh_hz:g} Hz lies there: line time "
                f"or refresh differ from stage.toml, or it is another lamp. {said}"
            )
        return said
    if timing.refresh_hz is not None:
        line_us = 1e6 * band.frequency_cpr / timing.refresh_hz
        return (
            f"If it is the first harmonic of {timing.refresh_hz:g} Hz, a row takes {line_us:.4g} us"
            f" (harmonic k: that over k); camera.line_time_us would say."
        )
    said = "Neither refresh nor line time are known, so its cause is not."
    return said + _by_drift(band, timing.rate)


def _by_drift(band: Band, rate: float | None) -> str:
    if rate is None or band.drift_cycles is None:
        return ""
    part = abs(band.drift_cycles) * rate
    return f" By the drift, a whole multiple of {rate:g} Hz and {part:.4g} Hz more or less."


def _kept_step(band: Band, *, is_genlocked: bool | None) -> str:
    if band.is_static and is_genlocked is None:
        return (
            "One frame does not tell whether it moves; it may also be the wall's own raster, in "
            "line with the rows."
        )
    if band.is_static:
        return (
            "It stands still: a band of LEDs that keep step with the camera (genlock), or the "
            "wall's own raster, in line with the rows."
        )
    if is_genlocked is None:
        return "Its phase does not advance evenly, so genlock cannot be judged."
    if is_genlocked:
        return "It hardly moves: LEDs and camera keep step."
    return "It moves: the LEDs do not keep step with the camera."
