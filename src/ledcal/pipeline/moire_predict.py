"""From stage.toml to a prediction of its moire, and to the chart of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.folder import find_beside
from ledcal.errors import InputError
from ledcal.files.atomic import atomic_file, require_free_picture
from ledcal.files.stage import read_stage
from ledcal.moire.advise import WIDEST_STOP, advise
from ledcal.moire.banding import predict_bands, safe_shutter_angles
from ledcal.moire.risk import expected_lines
from ledcal.moire.safe import (
    dangers,
    risk_map,
    safe_bands,
    sufficient_focus,
    sufficient_stop,
)
from ledcal.moire.setup import rig_of_stage
from ledcal.values.prediction import DISTANCE, FOCAL, Band, Prediction

if TYPE_CHECKING:
    from ledcal.values.banding import SafeShutter
    from ledcal.values.stage import Stage


def predict_moire(
    stage_path: Path | None,
    *,
    distance_m: Band | None = None,
    focal_mm: Band | None = None,
    f_stop: float | None = None,
    focus_m: float | None = None,
    with_chart: bool = False,
) -> Prediction:
    """What moire a stage will show, where it is safe, and what to change.

    Parameters
    ----------
    stage_path : Path or None
        stage.toml; None is the one here, or at most two folders above.
    distance_m, focal_mm : Band or None
        Where the camera may stand, and which lenses there are. Equal ends are one value, which goes
        before what stage.toml says.
    f_stop, focus_m : float or None
        These go before what stage.toml says.
    with_chart : bool
        With the risk over distance and focal length.

    Returns
    -------
    Prediction
        With every assumption.

    Raises
    ------
    InputError
        If stage.toml is missing, wrong, or does not say enough.
    """
    found = stage_path or find_beside([Path("stage.toml")], "stage.toml")
    if found is None:
        raise InputError(
            "no stage.toml here or above: name one with --stage; it must say pitch_mm under [wall] "
            "and photosite_um, focal_mm and distance_m under [camera]"
        )
    stage = read_stage(found)
    said: list[str] = []
    far = _place(distance_m, stage.camera.distance_m, "at", "m", said)
    focal = _place(focal_mm, stage.camera.focal_mm, "with", "mm", said)
    rig, assumed = rig_of_stage(
        stage, distance_m=far, focal_mm=focal, f_stop=f_stop, focus_m=focus_m
    )
    ways = _searched(distance_m, rig.distance_mm / 1000.0)
    lenses = _searched(focal_mm, rig.focal_mm)
    enough = sufficient_stop(rig, widest=WIDEST_STOP) if rig.focus_mm is not None else None
    prediction = Prediction(
        distance_m=rig.distance_mm / 1000.0,
        focal_mm=rig.focal_mm,
        f_stop=rig.f_stop,
        focus_m=None if rig.focus_mm is None else rig.focus_mm / 1000.0,
        pitch_mm=rig.pitch_mm,
        photosite_um=1000.0 * rig.photosite_mm,
        led_frequency=rig.led_frequency,
        blur_pitches=rig.blur_wall_mm / rig.pitch_mm,
        lines=expected_lines(rig),
        advice=advise(rig, distances_m=ways, focals_mm=lenses),
        distance_range_m=ways,
        focal_range_mm=lenses,
        safe_distances_m=safe_bands(rig, DISTANCE, ways),
        safe_focals_mm=safe_bands(rig, FOCAL, lenses),
        focus_enough_m=sufficient_focus(rig),
        stop_enough=enough,
        dangers=dangers(rig),
        assumptions=(*said, *assumed),
        bands=predict_bands(stage),
        shutters=_shutters(stage),
    )
    if not with_chart:
        return prediction
    across, down = (64, 44) if rig.yaw_deg or rig.pitch_deg else (96, 64)
    chart = risk_map(
        rig,
        np.geomspace(ways.low, ways.high, across),
        np.geomspace(lenses.low, lenses.high, down),
    )
    return replace(prediction, chart=chart)


def _shutters(stage: Stage) -> tuple[SafeShutter, ...]:
    """Shutter angles that last whole refreshes, near the present one."""
    refresh, rate = stage.wall.raster.refresh_hz, stage.camera.raster.capture_frame_rate
    if refresh is None or rate is None:
        return ()
    near = stage.camera.raster.shutter_angle_deg or 180.0
    return safe_shutter_angles(refresh, rate, near=near, count=3)


def _place(
    typed: Band | None, known: float | None, word: str, unit: str, said: list[str]
) -> float | None:
    """Where the camera is now: what was typed, else what is known, else the middle of a range."""
    if typed is None:
        return known
    if typed.low == typed.high:
        return typed.low
    if known is not None:
        if known not in typed:
            said.append(f"judged {word} {known:g} {unit} as in stage.toml, outside of the range")
        return known
    middle = float(f"{np.sqrt(typed.low * typed.high):.2g}")
    said.append(f"judged {word} {middle:g} {unit}, the middle of the range (stage.toml has none)")
    return middle


def _searched(typed: Band | None, now: float) -> Band:
    return typed if typed is not None and typed.low < typed.high else Band(now / 2.0, now * 2.0)


def require_chart_name(path: Path, *, overwrite: bool) -> None:
    """Refuse a chart that cannot be written.

    Raises
    ------
    InputError
        If the suffix is none of ours, or something stands there already.
    """
    require_free_picture(path, what="a chart", overwrite=overwrite)


def write_chart(prediction: Prediction, path: Path, *, overwrite: bool = False) -> None:
    """Write the chart of a prediction that was made with one.

    Parameters
    ----------
    prediction : Prediction
        Its `chart` is not None.
    path : Path
        Ends in ``.png`` or ``.svg``.
    overwrite : bool
        Replace what stands there.

    Raises
    ------
    InputError
        If it cannot stand there.
    SystemFault
        If the operating system refuses.
    """
    from ledcal.report.risk_chart import save_risk_chart  # noqa: PLC0415 - matplotlib is slow

    require_chart_name(path, overwrite=overwrite)
    with atomic_file(path, overwrite=overwrite) as temporary:
        save_risk_chart(prediction, temporary)
