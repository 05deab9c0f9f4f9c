"""The bands that a stage is to be expected to show."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.banding.theory import (
    band_depth,
    frame_advance,
    scan_depth,
    scan_frequency,
    wrap,
)
from ledcal.moire.contrast import camera_mtf, jinc_envelope
from ledcal.moire.rig import Rig
from ledcal.values.banding import PredictedBand

if TYPE_CHECKING:
    from ledcal.values.stage import Stage

_HARMONICS = 5
_LEAST_DEPTH = 1e-7
_FILL = 0.35
_TIMING = ("wall.refresh_hz", "camera.line_time_us")
_EXPOSURE = ("camera.capture_frame_rate", "camera.shutter_angle_deg")
_GEOMETRY = ("wall.pitch_mm", "camera.focal_mm", "camera.photosite_um", "camera.distance_m")


def exposure_s(stage: Stage) -> float | None:
    """How long a row looks; None where frame rate or shutter angle were not given."""
    camera = stage.camera.raster
    if camera.capture_frame_rate is None or camera.shutter_angle_deg is None:
        return None
    return camera.shutter_angle_deg / 360.0 / camera.capture_frame_rate


def missing_keys(stage: Stage) -> tuple[str, ...]:
    """Keys of stage.toml without which bands cannot be predicted, or not their depth.

    Parameters
    ----------
    stage : Stage
        The stage.

    Returns
    -------
    tuple of str
        Empty where all is known.
    """
    wall, camera = stage.wall, stage.camera
    values = {
        "wall.refresh_hz": wall.raster.refresh_hz,
        "camera.line_time_us": camera.raster.line_time_us,
        "camera.capture_frame_rate": camera.raster.capture_frame_rate,
        "camera.shutter_angle_deg": camera.raster.shutter_angle_deg,
        "wall.pitch_mm": wall.pitch_mm,
        "camera.focal_mm": camera.focal_mm,
        "camera.photosite_um": camera.photosite_um,
        "camera.distance_m": camera.distance_m,
    }
    is_scanned = (wall.raster.scan or 1) > 1
    needed = (*_TIMING, *_EXPOSURE, *(_GEOMETRY if is_scanned else ()))
    return tuple(key for key in needed if values[key] is None)


def predict_bands(stage: Stage, harmonics: int = _HARMONICS) -> tuple[PredictedBand, ...]:
    """Predict the waves along the rows that the refresh of the LEDs makes.

    Parameters
    ----------
    stage : Stage
        Refresh and line time place the waves; frame rate and shutter angle give their depth and
        drift. Where rows of LEDs are lit one after the other (``wall.scan``), pitch, lens and
        distance count too, for a wall seen head-on.
    harmonics : int
        Cycles per refresh up to which they are listed.

    Returns
    -------
    tuple of PredictedBand
        By harmonic. Empty where refresh or line time, or with a scan the geometry, is missing; the
        depth is NaN without a shutter angle.
    """
    refresh, line_us = stage.wall.raster.refresh_hz, stage.camera.raster.line_time_us
    if refresh is None or line_us is None:
        return ()
    scan = stage.wall.raster.scan or 1
    if scan > 1:
        return _scanned(stage, refresh, line_us * 1e-6, scan, harmonics)
    exposure = exposure_s(stage)
    return tuple(
        _placed(
            stage,
            (k, 0),
            k * refresh * line_us * 1e-6,
            math.nan if exposure is None else band_depth(k, refresh, exposure),
        )
        for k in range(1, harmonics + 1)
    )


def _placed(stage: Stage, order: tuple[int, int], frequency: float, depth: float) -> PredictedBand:
    """A wave as rows sample it: between 0 and half a cycle per row."""
    harmonic, led_order = order
    refresh, rate = stage.wall.raster.refresh_hz, stage.camera.raster.capture_frame_rate
    folded = float(wrap(frequency))
    drift = None
    if rate is not None and refresh is not None:
        turns = frame_advance(harmonic, refresh, rate)
        drift = float(wrap(-turns if folded < 0 else turns)) + 0.0
    size = abs(folded)
    period = 1.0 / size if size > 0.0 else math.inf
    return PredictedBand(harmonic, led_order, size, period, depth, drift, folded < 0)


def _scanned(
    stage: Stage, refresh_hz: float, line_time_s: float, scan: int, harmonics: int
) -> tuple[PredictedBand, ...]:
    rig = _rig(stage)
    if rig is None:
        return ()
    exposure = exposure_s(stage)
    pitches = rig.led_frequency
    # Photosites are in the closed form already.
    lens = replace(rig, photosite_fill=0.0)
    found = []
    for k in range(1, harmonics + 1):
        for n in (-1, 0, 1):
            frequency = scan_frequency(
                k, n, refresh_hz=refresh_hz, line_time_s=line_time_s, scan=scan,
                pitches_per_row=pitches,
            )  # fmt: skip
            depth = math.nan
            if exposure is not None:
                depth = scan_depth(
                    k, n, refresh_hz=refresh_hz, exposure_s=exposure, scan=scan,
                    pitches_per_row=pitches, fill=rig.fill, photosite_fill=rig.photosite_fill,
                )  # fmt: skip
                wave = np.array([0.0, pitches * (n - k / scan)])
                blur = jinc_envelope(rig.blur_px * abs(wave[1]))
                depth *= float(np.abs(camera_mtf(lens, wave)) * blur)
            if n == 0 or not depth < _LEAST_DEPTH:
                found.append(_placed(stage, (k, n), frequency, depth))
    return tuple(found)


def _rig(stage: Stage) -> Rig | None:
    """The stage head-on; None where lengths are missing. What was not said is left out."""
    wall, camera, raster = stage.wall, stage.camera, stage.camera.raster
    if wall.pitch_mm is None or camera.focal_mm is None:
        return None
    if camera.photosite_um is None or camera.distance_m is None:
        return None
    focus = raster.focus_distance_m
    return Rig(
        pitch_mm=wall.pitch_mm,
        focal_mm=camera.focal_mm,
        photosite_mm=camera.photosite_um * 1e-3 * (raster.line_skip or 1),
        distance_mm=camera.distance_m * 1e3,
        f_stop=raster.f_stop or 2.8,
        focus_mm=None if focus is None else focus * 1e3,
        fill=wall.raster.fill or _FILL,
        photosite_fill=raster.photosite_fill or 1.0,
        olpf_px=raster.olpf_px or 0.0,
    )
