"""Sentences on a band: what is seen, what it is, whether it keeps step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.banding import Band, PredictedBand
    from ledcal.values.stage import Stage

# A refresh that is the stage's but for this share is the stage's.
_SAME = 1e-5
# Film and television rates differ by 1000/1001; refreshes that do, do so this exactly.
_PULLED, _EXACT = 1.001, 1e-5
# Bands may be deeper than predicted by this; on resolved rows of scanned LEDs, whose own light is
# uneven, by more.
_DEEPER, _DEEPER_SCANNED = 1.1, 2.0
# Line rates above this are no ambiguity: no LED pulses as fast.
_HIGHEST_HZ = 100000.0


def seen(band: Band) -> str:
    """What was measured."""
    said = (
        f"A band of {100 * band.depth:.3g} % +- {100 * band.depth_sigma:.1g} % every "
        f"{band.period_rows:.4g} rows"
    )
    roll = band.roll_rows
    if band.is_static or roll is None:
        return said + "."
    way = "down" if roll > 0 else "up"
    return f"{said}, moving {way} by {abs(roll):.3g} rows from frame to frame."


def matched(band: Band, wave: PredictedBand, stage: Stage, refresh_hz: float | None) -> str:
    """Which wave of the stage it is, and whether its depth fits."""
    nominal = stage.wall.raster.refresh_hz or 0.0
    said = f"It is harmonic {wave.harmonic} of the LEDs' refresh of {nominal:g} Hz"
    if wave.order:
        said += f", on order {wave.order} of their rows"
    if refresh_hz is not None and abs(refresh_hz - nominal) > _SAME * nominal:
        said += _other_refresh(wave, stage, refresh_hz, nominal)
    angle = stage.camera.raster.shutter_angle_deg
    if not np.isfinite(wave.depth) or angle is None:
        return said + "."
    scan = stage.wall.raster.scan or 1
    deeper = (_DEEPER if scan == 1 else _DEEPER_SCANNED) * wave.depth
    most = "none" if wave.depth < 1e-7 else f"{100 * wave.depth:.3g} % at most"
    said += f"; a shutter of {angle:g} degrees leaves {most} of it."
    if band.depth - 3.0 * band.depth_sigma > deeper:
        said += (
            " As it is deeper, refresh or shutter are not quite what stage.toml says, or fewer "
            "pulses are lit, as processors do at low grey."
        )
    return said


def _other_refresh(wave: PredictedBand, stage: Stage, refresh_hz: float, nominal_hz: float) -> str:
    rate = stage.camera.raster.capture_frame_rate or 0.0
    said = (
        f" (by its drift {refresh_hz:.2f} Hz; multiples of {rate / wave.harmonic:g} Hz more or "
        "less look the same"
    )
    ratio = refresh_hz / nominal_hz
    for pulled in (_PULLED, 1.0 / _PULLED):
        if abs(ratio / pulled - 1.0) < _EXACT:
            said += ", and this is 1001/1000 apart: processor and camera run at different rates, "
            said += "such as 23.976 and 24"
    return said + ")"


def unmatched(band: Band, stage: Stage) -> str:
    """What follows from frequency and drift alone."""
    refresh, rate = stage.wall.raster.refresh_hz, stage.camera.raster.capture_frame_rate
    line_us = stage.camera.raster.line_time_us
    if line_us is None and refresh is None:
        said = "Neither refresh nor line time are known, so its cause is not."
        if rate is not None and band.drift_cycles is not None:
            apart = abs(band.drift_cycles) * rate
            said += (
                f" By its drift the light pulses at a multiple of {rate:g} Hz and {apart:.4g} Hz "
                "more or less."
            )
        return said
    if line_us is None:
        return (
            f"If it is the first harmonic of {refresh:g} Hz, a row takes "
            f"{1e6 * band.frequency_cpr / (refresh or 1.0):.4g} us, and a k-th of that if it is "
            "harmonic k; camera.line_time_us in stage.toml would say."
        )
    said = _by_line_time(band, line_us * 1e-6, rate)
    if refresh is None:
        return said
    return (
        f"No low harmonic of {refresh:g} Hz lies there: line time or refresh differ from "
        f"stage.toml, or it is another lamp, or the wall's raster. {said}"
    )


def _by_line_time(band: Band, line_s: float, rate: float | None) -> str:
    pulses = band.frequency_cpr / line_s
    said = f"By the line time the light pulses at {pulses:.5g} Hz"
    if 1.0 / line_s < _HIGHEST_HZ:
        said += f" (or {1.0 / line_s:.5g} Hz more or less)"
    if rate is not None and band.drift_cycles is not None and not band.is_static:
        exact = (np.round(pulses / rate - band.drift_cycles) + band.drift_cycles) * rate
        said += f", by its drift at {exact:.2f} Hz or a multiple of {rate:g} Hz beside it"
    return said + "; the refresh is that, or a half, a third, ... of it."


def kept_step(band: Band, *, is_genlocked: bool | None) -> str:
    """Whether LEDs and camera keep step."""
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
    if is_genlocked:
        return "It hardly moves: LEDs and camera keep step."
    if band.drift_cycles is None:
        return (
            "It moves, so the LEDs do not keep step with the camera; how fast is seen in three "
            "frames or more in a row, eight are better."
        )
    return "It moves: the LEDs do not keep step with the camera."
