"""From what people say of their stage to a rig, and every thing that is taken for granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.errors import InputError
from ledcal.moire.rig import Rig

if TYPE_CHECKING:
    from ledcal.values.stage import Stage

FILL, F_STOP, SENSOR_PX = 0.35, 2.8, (4096, 2160)
GREEN_NM = 550.0
_OPTIONS = {"camera.focal_mm": "--focal", "camera.distance_m": "--distance"}


def missing_keys(
    stage: Stage, *, distance_m: float | None = None, focal_mm: float | None = None
) -> list[str]:
    """Keys of stage.toml without which nothing can be said.

    Parameters
    ----------
    stage : Stage
        What was read.
    distance_m, focal_mm : float or None
        What was given in place of stage.toml.

    Returns
    -------
    list of str
        Such as ``wall.pitch_mm``.
    """
    given = {
        "wall.pitch_mm": stage.wall.pitch_mm,
        "camera.photosite_um": stage.camera.photosite_um,
        "camera.focal_mm": focal_mm or stage.camera.focal_mm,
        "camera.distance_m": distance_m or stage.camera.distance_m,
    }
    return [key for key, value in given.items() if value is None]


def rig_of_stage(
    stage: Stage,
    *,
    distance_m: float | None = None,
    focal_mm: float | None = None,
    f_stop: float | None = None,
    focus_m: float | None = None,
) -> tuple[Rig, tuple[str, ...]]:
    """The rig that stage.toml describes.

    Parameters
    ----------
    stage : Stage
        What was read of wall and camera.
    distance_m, focal_mm, f_stop, focus_m : float or None
        These go before what the stage says.

    Returns
    -------
    rig : Rig
        Complete.
    assumptions : tuple of str
        One sentence for every default that matters here.

    Raises
    ------
    InputError
        If pitch, photosite, focal length or distance is not known, all of them named; or if the
        lens is focused, or stands, nearer than it can.
    """
    missing = missing_keys(stage, distance_m=distance_m, focal_mm=focal_mm)
    if missing:
        raise InputError(_what_is_missing(missing))
    wall, camera, led, raster = stage.wall, stage.camera, stage.wall.raster, stage.camera.raster
    said: list[str] = []

    def assume(value: float | None, default: float, sentence: str) -> float:
        if value is None:
            said.append(sentence)
            return default
        return value

    far = 1000.0 * float(distance_m or camera.distance_m or 0.0)
    focal = float(focal_mm or camera.focal_mm or 0.0)
    focus = focus_m or raster.focus_distance_m
    if focus is None:
        said.append("lens focused on the wall, the worst case (camera.focus_distance_m not given)")
    for what, length in (
        ("the camera stands", far),
        ("the lens is focused", 1000 * (focus or 1e6)),
    ):
        if length < 2.0 * focal:
            message = (
                f"{what} at {length / 1000:g} m, which a {focal:g} mm lens cannot focus on; "
                f"give more than {2 * focal / 1000:g} m"
            )
            raise InputError(message)
    skip = raster.line_skip or 1
    if skip > 1:
        said.append(
            f"1 in {skip} pairs of rows and columns is read, taken as photosites {skip} times as "
            "far apart and no larger; how the pairs lie within that is left out"
        )
    width, height = raster.active_sensor_width_px, raster.active_sensor_height_px
    if width is None or height is None:
        said.append(
            f"{width or SENSOR_PX[0]} x {height or SENSOR_PX[1]} photosites recorded "
            "(camera.active_sensor_width_px and _height_px not given)"
        )
    height = height or SENSOR_PX[1]
    rows = raster.delivered_height_px
    if rows is None:
        said.append("delivered as recorded, not scaled (camera.delivered_height_px not given)")
    elif rows < height:
        said.append(
            f"scaled from {height} to {rows} rows by averaging, which is a second sampling; "
            "another filter gives other contrasts"
        )
    squeeze = raster.anamorphic_squeeze or 1.0
    if squeeze != 1.0:
        said.append("the delivered picture is desqueezed")
    turns = raster.yaw_deg or 0.0, raster.pitch_deg or 0.0, raster.roll_deg or 0.0
    if any(turns):
        said.append("wall turned by yaw {:g}, pitch {:g}, roll {:g} degrees".format(*turns))
    rig = Rig(
        pitch_mm=float(wall.pitch_mm or 0.0),
        focal_mm=focal,
        photosite_mm=float(camera.photosite_um or 0.0) / 1000.0 * skip,
        distance_mm=far,
        f_stop=assume(f_stop or raster.f_stop, F_STOP, f"T{F_STOP:g} (camera.f_stop not given)"),
        focus_mm=None if focus is None else 1000.0 * focus,
        width_px=width or SENSOR_PX[0],
        height_px=height,
        fill=assume(led.fill, FILL, f"LEDs fill {FILL:g} of the pitch (wall.fill not given)"),
        emitter=led.emitter or "square",
        photosite_fill=assume(
            raster.photosite_fill,
            1.0,
            "photosites without gaps (camera.photosite_fill not given)",
        )
        / skip,
        olpf_px=assume(
            raster.olpf_px, 0.0, "no low-pass filter, the worst case (camera.olpf_px not given)"
        )
        / skip,
        wavelength_nm=GREEN_NM,
        yaw_deg=turns[0],
        pitch_deg=turns[1],
        roll_deg=turns[2],
        squeeze=squeeze,
        rows_delivered=rows or height,
    )
    said.append("a flat wall that fills the frame, and a lens that only diffraction limits")
    return rig, tuple(said)


def _what_is_missing(keys: list[str]) -> str:
    tables: dict[str, list[str]] = {}
    for key in keys:
        table, name = key.split(".")
        tables.setdefault(table, []).append(name)
    where = " and ".join(f"{', '.join(names)} under [{table}]" for table, names in tables.items())
    instead = [_OPTIONS[key] for key in keys if key in _OPTIONS]
    or_else = f", or give {' and '.join(instead)}" if instead else ""
    return (
        f"moire cannot be predicted without {', '.join(keys)}: add {where} to stage.toml{or_else}"
    )
