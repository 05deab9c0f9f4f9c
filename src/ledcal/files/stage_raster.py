"""The keys of stage.toml that moire, banding and sync need: read, checked and written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledcal.values.raster import CameraRaster, LedRaster

# Lowest and highest value, unit, and whether it is a whole number.
_Limits = tuple[float, float, str, bool]
_WALL: dict[str, _Limits] = {
    "fill": (0.02, 1.0, "", False),
    "refresh_hz": (20.0, 200000.0, " Hz", False),
    "scan": (1, 128, "", True),
    "panel_width_px": (2, 8192, " px", True),
    "panel_height_px": (2, 8192, " px", True),
}
_CAMERA: dict[str, _Limits] = {
    "f_stop": (0.3, 128.0, "", False),
    "focus_distance_m": (0.05, 10000.0, " m", False),
    "active_sensor_width_px": (64, 65536, " px", True),
    "active_sensor_height_px": (64, 65536, " px", True),
    "anamorphic_squeeze": (0.25, 4.0, "", False),
    "photosite_fill": (0.05, 1.0, "", False),
    "olpf_px": (0.0, 4.0, " photosites", False),
    "line_skip": (1, 8, "", True),
    "delivered_height_px": (64, 65536, " px", True),
    "yaw_deg": (-80.0, 80.0, " degrees", False),
    "pitch_deg": (-80.0, 80.0, " degrees", False),
    "roll_deg": (-180.0, 180.0, " degrees", False),
    "capture_frame_rate": (1.0, 2000.0, " frames a second", False),
    "shutter_angle_deg": (0.1, 360.0, " degrees", False),
    "line_time_us": (0.0, 1000.0, " us", False),
}
_EMITTERS = ("square", "round")
_LIMITS = {"wall": _WALL, "camera": _CAMERA}

RASTER_KEYS: dict[str, tuple[str, ...]] = {
    "wall": (*_WALL, "emitter"),
    "camera": tuple(_CAMERA),
}


def read_raster(name: str, table: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    """What a table says of its raster, as the fields of `LedRaster` or `CameraRaster`.

    Parameters
    ----------
    name : str
        ``wall`` or ``camera``.
    table : mapping
        The parsed table.
    problems : list of str
        A sentence is added for everything that is wrong.

    Returns
    -------
    dict
        Only what was given and is sound.

    Examples
    --------
    >>> problems: list[str] = []
    >>> read_raster("wall", {"fill": 2, "scan": 16}, problems), problems
    ({'scan': 16}, ['wall.fill = 2: expected 0.02 to 1'])
    """
    found: dict[str, Any] = {}
    for key, (low, high, unit, is_whole) in _LIMITS[name].items():
        value = table.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            problems.append(f"{name}.{key} = {value!r}: expected a number")
        elif not low <= value <= high:
            problems.append(f"{name}.{key} = {value:g}: expected {low:g} to {high:g}{unit}")
        elif is_whole and value != int(value):
            problems.append(f"{name}.{key} = {value:g}: expected a whole number")
        else:
            found[key] = int(value) if is_whole else float(value)
    emitter = table.get("emitter") if name == "wall" else None
    if emitter in _EMITTERS:
        found["emitter"] = emitter
    elif emitter is not None:
        problems.append(f"wall.emitter = {emitter!r}: expected 'square' or 'round'")
    return found


def format_raster(raster: LedRaster | CameraRaster) -> dict[str, str | None]:
    """Keys and values of a raster as stage.toml has them; None where nothing was given."""
    return {
        key: None if value is None else f'"{value}"' if isinstance(value, str) else repr(value)
        for key, value in asdict(raster).items()
    }
