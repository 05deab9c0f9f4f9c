"""What to do about a band."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.moire.banding.theory import safe_shutter_angles

if TYPE_CHECKING:
    from ledcal.values.banding import Band, SafeShutter
    from ledcal.values.stage import Stage

# Parts of a refresh by which an exposure may miss whole ones.
_WHOLE = 0.02
_CUSTOMARY = 180.0


def advise(
    band: Band,
    stage: Stage,
    *,
    refresh_hz: float | None,
    is_genlocked: bool | None,
    is_explained: bool,
) -> str:
    """Say what to do, the best first.

    Parameters
    ----------
    band : Band
        The band.
    stage : Stage
        What is set.
    refresh_hz : float or None
        The refresh as it was measured.
    is_genlocked : bool or None
        Whether LEDs keep step with the camera.
    is_explained : bool
        Whether the stage's refresh makes this band.

    Returns
    -------
    str
        Sentences.
    """
    parts = []
    if band.is_static:
        parts.append(_proof(band, stage))
    elif is_genlocked is False:
        parts.append("Genlock the LED processor to the camera.")
    raster = stage.wall.raster
    if not is_explained and raster.refresh_hz and stage.camera.raster.line_time_us:
        parts.append(
            "Read the refresh off the processor and the read-out time off the camera, and put them "
            "right in stage.toml: then ledcal names the shutter that lasts whole refreshes."
        )
    else:
        parts.append(_shutter(stage, refresh_hz))
    parts.append(
        "Or raise the refresh in the processor: twice the refresh makes the band half as deep."
    )
    return " ".join(parts)


def _proof(band: Band, stage: Stage) -> str:
    line_us = stage.camera.raster.line_time_us
    by = "a quarter of its period"
    if line_us is not None:
        by += f" ({0.25 * band.period_rows * line_us:.4g} us)"
    return (
        f"Shift the camera's sync by {by} and shoot again: a band moves by "
        f"{0.25 * band.period_rows:.3g} rows, the wall's raster does not."
    )


def _shutter(stage: Stage, measured_hz: float | None) -> str:
    camera = stage.camera.raster
    refresh = measured_hz or stage.wall.raster.refresh_hz
    rate, angle = camera.capture_frame_rate, camera.shutter_angle_deg
    if refresh is None or rate is None:
        return (
            "Set a shutter that lasts whole refreshes of the LEDs; with wall.refresh_hz and "
            "camera.capture_frame_rate in stage.toml, ledcal names it."
        )
    near = _CUSTOMARY if angle is None else angle
    safe = safe_shutter_angles(refresh, rate, near=near)
    if not safe:
        return f"No shutter up to 360 degrees lasts a whole refresh of {refresh:g} Hz."
    best = safe[0]
    usual = safe_shutter_angles(refresh, rate, near=_CUSTOMARY, count=1)[0]
    if angle is not None and abs(best.angle_deg - angle) * refresh / (360.0 * rate) <= _WHOLE:
        return (
            f"The shutter of {angle:g} degrees lasts {best.refreshes} refreshes of {refresh:g} Hz "
            "already: check the refresh that the processor shows, and try a brighter grey."
        )
    instead = "" if angle is None else f" instead of {angle:g} degrees"
    said = f"Set the shutter to {_named(best)}{instead}"
    if usual.refreshes != best.refreshes:
        said += f"; near the customary 180 degrees it is {_named(usual)}"
    return said + "."


def _named(shutter: SafeShutter) -> str:
    return (
        f"{shutter.angle_deg:.6g} degrees ({1e3 * shutter.time_s:.5g} ms, {shutter.refreshes} "
        "whole refreshes)"
    )
