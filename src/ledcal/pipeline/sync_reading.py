"""Captures of the sync pattern to readings, one for each."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.source import count_captures, open_captures
from ledcal.capture.stream import stream_captures
from ledcal.colorimetry.space import ACES
from ledcal.errors import AmbiguousInputError, CaptureError, LedcalError
from ledcal.measure.sync.read import SyncView, find_sync, read_sync
from ledcal.pipeline.sampling import COMMON_SIZES
from ledcal.values.marks import describe_pattern_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.capture.source import Capture
    from ledcal.pipeline.context import Context
    from ledcal.values.frame import LinearFrame
    from ledcal.values.sync_take import SyncReading

# What is made for a display is taken for this; black and white are all that is read of it.
_DISPLAY_GAMMA = 2.2
_LEAST_READ = 2
# Searching takes long where there is nothing: so many captures at first, then every so many.
_SEARCHED = 8


@dataclass(frozen=True, slots=True, eq=False)
class SyncReadings:
    """A take, read.

    Attributes
    ----------
    readings : list of SyncReading or None
        One for each capture; None where nothing could be read.
    names : list of str
        Of the captures.
    numbers : list of int
        Frames of clips from 0; stills in their order.
    sources : list of str
        Path of the clip; empty for stills.
    view : SyncView
        Where the pattern was found first.
    exposure_s : float or None
        As most files say it.
    said : tuple of str
        What the numbers of the files were taken to mean.
    """

    readings: list[SyncReading | None]
    names: list[str]
    numbers: list[int]
    sources: list[str]
    view: SyncView
    exposure_s: float | None
    said: tuple[str, ...]


def is_display_referred(files: Sequence[Path], context: Context) -> bool:
    """Whether nothing says what the numbers of the first file mean.

    Parameters
    ----------
    files : sequence of Path
        Of the take.
    context : Context
        What was declared.
    """
    captures = open_captures(
        files[:1],
        image_space=context.picture_space,
        encoding=context.picture_encoding,
        every=True,
    )
    with closing(captures):
        try:
            next(captures).load()
        except AmbiguousInputError:
            return True
        except LedcalError:
            return False
    return False


def _as_light(frame: LinearFrame) -> LinearFrame:
    """Numbers made for a display as light, roughly."""
    planes = tuple(
        replace(
            plane,
            values=np.maximum(plane.values, 0.0) ** np.float32(_DISPLAY_GAMMA),
            saturation=plane.saturation**_DISPLAY_GAMMA,
        )
        for plane in frame.planes
    )
    return replace(frame, planes=planes)


def read_captures(
    files: Sequence[Path],
    context: Context,
    *,
    is_display: bool,
    progress: Callable[[int, int], None],
) -> SyncReadings:
    """Read every capture; the first that shows the pattern says where it is in the others.

    Parameters
    ----------
    files : sequence of Path
        Stills in order, or clips.
    context : Context
        What was declared, and which wall it may be.
    is_display : bool
        Take numbers as made for a display.
    progress : callable
        Called with (captures read, captures in all).

    Returns
    -------
    SyncReadings
        Two or more captures were read.

    Raises
    ------
    CaptureError
        If fewer were.
    """
    made_for = context.pattern or context.stage.wall
    walls = list(dict.fromkeys([(made_for.width_px, made_for.height_px), *COMMON_SIZES]))
    space, encoding = context.picture_space, context.picture_encoding
    if is_display:
        space, encoding = ACES.name, "linear"
    captures = open_captures(files, image_space=space, encoding=encoding, every=True)
    total = sum(count_captures(path) for path in files)
    view: SyncView | None = None
    other: int | None = None
    readings: list[SyncReading | None] = []
    names: list[str] = []
    numbers: list[int] = []
    sources: list[str] = []
    exposures: list[float] = []
    said: dict[str, None] = {}
    errors: list[LedcalError] = []

    def look(frame: LinearFrame) -> tuple[SyncView | int | None, LinearFrame]:
        shown = _as_light(frame) if is_display else frame
        is_tried = len(names) < _SEARCHED or len(names) % _SEARCHED == 0
        return find_sync(shown, walls) if is_tried else None, shown

    def read(frame: LinearFrame) -> tuple[SyncReading | None, float | None, tuple[str, ...]]:
        shown = _as_light(frame) if is_display else frame
        assert view is not None
        lines = () if is_display else frame.assumptions
        return read_sync(shown, view), frame.exposure.time_s, lines

    def keep(at: Capture, reading: SyncReading | None) -> None:
        readings.append(None if reading is None else replace(reading, source=str(at.path)))
        name = at.path.name if at.number is None else f"{at.path.name}#{at.number:06d}"
        names.append(name)
        numbers.append(len(numbers) if at.number is None else at.number)
        sources.append(str(at.path) if at.number is not None else "")
        progress(len(names), max(total, len(names)))

    with closing(captures):
        for capture, first in stream_captures(captures, look, workers=1, in_flight=1):
            if isinstance(first, LedcalError):
                errors.append(first)
                keep(capture, None)
                continue
            found, shown = first
            if isinstance(found, SyncView):
                view = found
                keep(capture, read_sync(shown, view))
                if shown.exposure.time_s:
                    exposures.append(shown.exposure.time_s)
                break
            other = found if isinstance(found, int) else other
            keep(capture, None)
        if view is None:
            raise _not_found(errors, other, len(names))
        for capture, result in stream_captures(captures, read):
            if isinstance(result, LedcalError):
                errors.append(result)
                keep(capture, None)
                continue
            reading, time_s, lines = result
            keep(capture, reading)
            said.update(dict.fromkeys(lines))
            if time_s:
                exposures.append(time_s)
    if sum(reading is not None for reading in readings) < _LEAST_READ:
        raise CaptureError(
            f"{sum(r is not None for r in readings)} of {len(names)} captures can be read, and "
            f"{_LEAST_READ} are needed; shoot a clip of 50 frames or more"
        )
    if not view.is_of_size:
        said["the wall's size is not known: one of its shape was taken"] = None
    exposure = float(np.median(exposures)) if exposures else None
    return SyncReadings(readings, names, numbers, sources, view, exposure, tuple(said))


def _not_found(errors: list[LedcalError], other: int | None, n: int) -> LedcalError:
    if other is not None:
        return CaptureError(
            f"the captures show pattern {describe_pattern_id(other)}, not the sync pattern; play "
            "what 'ledcal patterns OUT --set sync' wrote, or type 'ledcal check' for this one"
        )
    if errors and n == len(errors):
        return errors[0]
    return CaptureError(
        f"none of the {n} captures shows the marks of the sync pattern; check that it was on the "
        "wall, that all four corner marks and both strips between them are in the picture, and "
        "that it is neither black, nor clipped, nor more out of focus than a cell is wide"
    )
