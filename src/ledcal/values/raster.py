"""The two rasters that beat: the LEDs of the wall and the photosites, and how they tick."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LedRaster:
    """What people say of the wall's LEDs; None where it was not given.

    Attributes
    ----------
    fill : float or None
        Side of a light-emitting package, or its diameter, over the pitch.
    emitter : str or None
        ``square`` or ``round``.
    refresh_hz : float or None
        How often a second the LEDs are driven anew.
    scan : int or None
        Multiplexing: rows of LEDs that share one driver, lit one after the other (1 where all are
        lit at once).
    panel_width_px, panel_height_px : int or None
        Pixels of a panel, whose seams and spread are structure and not moire.
    """

    fill: float | None = None
    emitter: str | None = None
    refresh_hz: float | None = None
    scan: int | None = None
    panel_width_px: int | None = None
    panel_height_px: int | None = None


@dataclass(frozen=True, slots=True)
class CameraRaster:
    """What people say of lens and sensor; None where it was not given.

    Names follow OpenTrackIO where it has them.

    Attributes
    ----------
    f_stop : float or None
        F-number of the lens.
    focus_distance_m : float or None
        What the lens is focused at, from the entrance pupil.
    active_sensor_width_px, active_sensor_height_px : int or None
        Photosites of the recorded mode.
    anamorphic_squeeze : float or None
        Of the lens: 1 spherical, 2 a classic anamorphic one.
    photosite_fill : float or None
        Linear share of a photosite that gathers light.
    olpf_px : float or None
        Separation, in photosites, of the four spots of the optical low-pass filter.
    line_skip : int or None
        Every n-th pair of rows and columns is read: 1 all of them.
    delivered_height_px : int or None
        Rows of the delivered picture, where the camera scales.
    yaw_deg, pitch_deg, roll_deg : float or None
        How the wall is turned against the camera.
    capture_frame_rate : float or None
        Frames per second.
    shutter_angle_deg : float or None
        Exposure time in degrees of a frame.
    line_time_us : float or None
        Time from one row of the sensor to the next.
    """

    f_stop: float | None = None
    focus_distance_m: float | None = None
    active_sensor_width_px: int | None = None
    active_sensor_height_px: int | None = None
    anamorphic_squeeze: float | None = None
    photosite_fill: float | None = None
    olpf_px: float | None = None
    line_skip: int | None = None
    delivered_height_px: int | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    capture_frame_rate: float | None = None
    shutter_angle_deg: float | None = None
    line_time_us: float | None = None
