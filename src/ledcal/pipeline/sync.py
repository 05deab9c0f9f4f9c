"""Captures of the sync pattern to what they say of wall and camera."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.folder import scan
from ledcal.errors import InputError
from ledcal.measure.sync.latency import Reference, find_latency, parse_timecode
from ledcal.measure.sync.phase import find_phase
from ledcal.measure.sync.sequence import read_sequence
from ledcal.measure.sync.skew import Heights, column_numbers, judge_panels, judge_tearing
from ledcal.pipeline.context import read_context
from ledcal.pipeline.sync_reading import is_display_referred, read_captures
from ledcal.pipeline.timecode import timecode_of
from ledcal.values.sync_take import Genlock, SyncResult, Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.pipeline.context import Context
    from ledcal.pipeline.sync_reading import SyncReadings
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.sync_take import Sequence as Numbers
    from ledcal.values.sync_take import SyncReading


_TURNED = (
    "the camera is turned against the wall: one counter is not read at one time, so parts of a "
    "frame are rough"
)


@dataclass(frozen=True, slots=True)
class LatencyOrder:
    """What latency is to be measured against; nothing: it is not.

    Attributes
    ----------
    counter : str or None
        Name of a counter (``1-top``) or column (``1``) that is driven directly.
    timecode : str or None
        Of the first capture; empty: what the file says.
    sent : int or None
        Number that was sent when the first capture began.
    is_loop : bool
        The wall shows the number of the newest frame of the camera.
    """

    counter: str | None = None
    timecode: str | None = None
    sent: int | None = None
    is_loop: bool = False


@dataclass(frozen=True, slots=True)
class Synced:
    """The result, and what it rests on.

    Attributes
    ----------
    result : SyncResult
        What was found.
    assumptions : tuple of str
        What was assumed.
    """

    result: SyncResult
    assumptions: tuple[str, ...]


def read_sync_take(
    captures: Sequence[Path],
    *,
    plan_path: Path | None = None,
    stage_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    latency: LatencyOrder | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> Synced:
    """Read a take of the sync pattern.

    Parameters
    ----------
    captures : sequence of Path
        A folder, a clip, or stills in the order in which they were shot.
    plan_path, stage_path : Path or None
        None looks beside the captures.
    camera_space, encoding : str or None
        As for `measure`; pictures that say nothing are read all the same, as made for a display.
    latency : LatencyOrder or None
        What latency is to be measured against.
    progress : callable
        Called with (captures read, captures in all).

    Returns
    -------
    Synced
        What was found.

    Raises
    ------
    InputError
        If an option or a document is wrong.
    CaptureError
        If the pattern cannot be read.
    """
    found = scan(captures)
    files = list(found.paths)
    context = read_context(
        files,
        plan_path=plan_path,
        stage_path=stage_path,
        idt_path=None,
        camera_space=camera_space,
        encoding=encoding,
    )
    is_display = is_display_referred(files, context)
    take = read_captures(files, context, is_display=is_display, progress=progress)
    timing, remarks = _timing(context, take)
    order = latency or LatencyOrder()
    reference = _reference(order, take, context, files)
    result = _judge(take, timing, reference, is_linear=not is_display)
    notes = list(result.notes)
    if is_display:
        notes.append(
            "pictures made for a display: only black and white were read, parts of a frame are "
            "rough, and there is no genlock phase; raw or log has both"
        )
    said = [*found.notes, *take.said, *remarks]
    return Synced(replace(result, notes=tuple(notes)), tuple(dict.fromkeys(said)))


def _timing(context: Context, take: SyncReadings) -> tuple[Timing, list[str]]:
    """When rows are exposed: as stage.toml says, the exposure also as the files say."""
    raster = context.stage.camera.raster
    rate, angle, line = raster.capture_frame_rate, raster.shutter_angle_deg, raster.line_time_us
    remarks = []
    frame_s = None if rate is None else 1.0 / rate
    exposure_s = take.exposure_s
    if angle is not None and frame_s is not None:
        exposure_s = angle / 360.0 * frame_s
    row_s = None if line is None else line * 1e-6
    height = next(reading.height_px for reading in take.readings if reading is not None)
    if row_s is not None and raster.active_sensor_height_px not in {None, height}:
        rows = raster.active_sensor_height_px or height
        row_s *= rows / height
        remarks.append(f"{rows} rows of the sensor stand for the {height} of the picture")
    elif row_s is not None:
        remarks.append(f"each of the {height} rows of the picture is one of the sensor")
    return Timing(frame_s, exposure_s, row_s), remarks


def _reference(
    order: LatencyOrder, take: SyncReadings, context: Context, files: Sequence[Path]
) -> Reference:
    """What was said of the reference, checked.

    Raises
    ------
    InputError
        If there is no such counter, no timecode, or no frame rate to count it with.
    """
    counters = take.view.layout.counters
    if order.counter is not None:
        chosen = np.array(
            [order.counter in {counter.name, str(counter.column + 1)} for counter in counters]
        )
        if not chosen.any() or chosen.all():
            names = ", ".join(counter.name for counter in counters)
            raise InputError(
                f"--reference {order.counter}: there is no such counter beside others; there are "
                f"{names}, and columns 1 to {take.view.layout.n_columns}"
            )
        return Reference(counters=chosen, by=order.counter)
    if order.timecode is not None:
        rate = context.stage.camera.raster.capture_frame_rate
        text = order.timecode or timecode_of(files[0])
        if text is None:
            raise InputError(
                f"{files[0].name} says no timecode; type that of the first capture: "
                "--timecode HH:MM:SS:FF"
            )
        if rate is None:
            raise InputError(
                "--timecode needs the frame rate: write capture_frame_rate into [camera] of "
                "stage.toml"
            )
        try:
            first = parse_timecode(text, rate)
        except ValueError as error:
            raise InputError(f"--timecode: {error}") from error
        by = f"timecode {text} at {rate:g} frames a second"
        return Reference(first_sent=float(first), is_loop=order.is_loop, by=by)
    if order.sent is not None:
        by = f"frame {order.sent} was sent when the first capture began"
        return Reference(first_sent=float(order.sent), is_loop=order.is_loop, by=by)
    return Reference()


def _judge(
    take: SyncReadings, timing: Timing, reference: Reference, *, is_linear: bool
) -> SyncResult:
    """All that follows from the readings."""
    layout = take.view.layout
    n_counters = len(layout.counters)
    empty = np.full(n_counters, np.nan)
    position = np.array([empty if r is None else r.position for r in take.readings])
    row = np.array([r.row for r in take.readings if r is not None])
    judged = position.copy()
    if reference.counters is not None:
        judged[:, reference.counters] = np.nan
    heights = Heights(judged, row, layout)
    wall = heights.wall()
    follows = _follows(take)
    sequence = read_sequence(
        wall, take.names, follows, layout.n_frames, exposure=_exposure_share(timing)
    )
    is_locked = sequence.locked is not None
    rate = sequence.rate or 1.0
    readings = [reading for reading in take.readings if reading is not None]
    panels = judge_panels(
        judged,
        heights,
        take.names,
        timing,
        height_px=readings[0].height_px,
        is_locked=is_locked,
        is_clipped=_is_clipped(readings),
    )
    if reference.counters is not None:
        panels = tuple(
            replace(panel, state="reference") if is_direct else panel
            for panel, is_direct in zip(panels, reference.counters, strict=True)
        )
    tearing = judge_tearing(heights, take.names, timing, rate=rate, is_locked=is_locked)
    read = [i for i, reading in enumerate(take.readings) if reading is not None]
    seen = wall[np.isfinite(wall)]
    capture = np.array(take.numbers, np.float64) - take.numbers[0]
    return SyncResult(
        n_frames=layout.n_frames,
        n_columns=layout.n_columns,
        captures=tuple(take.names[i] for i in read),
        unread=tuple(name for name, r in zip(take.names, take.readings, strict=True) if r is None),
        first=float(seen[0]) if len(seen) else None,
        last=float(seen[-1]) if len(seen) else None,
        sequence=sequence,
        panels=panels,
        tearing=tearing,
        genlock=_genlock(take, judged, heights, sequence, timing, is_linear=is_linear),
        latency=find_latency(
            position, wall, capture, reference, n_frames=layout.n_frames, rate=rate
        ),
        blend=_blend(position),
        notes=(*_notes(take, sequence), *_turned(heights)),
    )


def _exposure_share(timing: Timing) -> float | None:
    """The exposure in shares of the time from capture to capture."""
    if timing.frame_s is None or timing.exposure_s is None:
        return None
    return timing.exposure_s / timing.frame_s


def _follows(take: SyncReadings) -> BoolArray:
    """Whether each capture follows on the one before it: stills, or frames of one clip."""
    pairs = zip(take.sources[:-1], take.sources[1:], strict=True)
    return np.array([False, *(one == other for one, other in pairs)])


def _blend(position: FloatArray) -> float:
    part = position[np.isfinite(position)] % 1.0
    return float(np.median(np.minimum(part, 1.0 - part))) if len(part) else 0.0


def _genlock(
    take: SyncReadings,
    position: FloatArray,
    heights: Heights,
    sequence: Numbers,
    timing: Timing,
    *,
    is_linear: bool,
) -> Genlock:
    """The phase, where there is one."""
    if not sequence.is_continuous:
        return Genlock("unknown", "the captures do not follow each other")
    if sequence.locked != (1, 1):
        rate = sequence.rate or 1.0
        if sequence.locked is None:
            drift = None if timing.frame_s is None else 1e6 * timing.frame_s * (1.0 / rate - 1.0)
            reason = f"the wall shows {rate:.5g} frames for each of the camera"
            return Genlock("drifting", reason, drift_us=drift)
        return Genlock("unknown", "the phase is measured at equal rates of wall and camera only")
    read = [i for i, reading in enumerate(take.readings) if reading is not None]
    readings = [reading for reading in take.readings if reading is not None]
    return find_phase(
        readings, column_numbers(position, heights)[read], timing, is_linear=is_linear
    )


def _is_clipped(readings: list[SyncReading]) -> bool:
    return sum(reading.is_clipped for reading in readings) > len(readings) / 2


def _turned(heights: Heights) -> tuple[str, ...]:
    """Whether the camera's rows run along the wall's columns."""
    along = max(float(np.ptp(heights.rows[members])) for members in heights.members)
    if along <= 0.5 * float(np.ptp(heights.row)):
        return ()
    return (_TURNED,)


def _notes(take: SyncReadings, sequence: Numbers) -> tuple[str, ...]:
    notes = []
    if not sequence.is_continuous:
        notes.append(
            "the captures do not follow each other at a steady rate: drops and doubles cannot be "
            "judged; give a clip, or every frame of one"
        )
    if _is_clipped([reading for reading in take.readings if reading is not None]):
        notes.append(
            "lit cells are clipped: numbers are right, parts of a frame are not; close the iris "
            "by two stops"
        )
    if sequence.dropped or sequence.doubled:
        notes.append(
            "a number that is missing may have been lost by the camera too: compare the files' own "
            "numbers or timecode"
        )
    return tuple(notes)
