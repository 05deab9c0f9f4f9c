"""Captures of the drift pattern to a reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.folder import find_beside, scan
from ledcal.capture.source import open_captures
from ledcal.colorimetry.camera import TYPICAL_CAMERA
from ledcal.drift.basis import in_basis
from ledcal.errors import CaptureError, InputError
from ledcal.files.plan import read_plan
from ledcal.measure.chart import measure_chart
from ledcal.measure.drift_take import measure_drift
from ledcal.pipeline.camera_path import (
    require_encoding,
    require_one_path,
    transform_of_frames,
)
from ledcal.pipeline.context import Context
from ledcal.pipeline.sampling import known_pattern, sample_captures
from ledcal.values.camera import AS_ACES, CameraTransform
from ledcal.values.marks import describe_pattern_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.pipeline.sampling import Sampled
    from ledcal.values.arrays import FloatArray
    from ledcal.values.pattern import Pattern
    from ledcal.values.profile import Profile
    from ledcal.values.reading import DriftReading

_OF_PICTURES = "pictures in ACES2065-1, taken back to a camera's channels"


@dataclass(frozen=True, slots=True, eq=False)
class DriftTake:
    """A take of the drift pattern.

    Attributes
    ----------
    reading : DriftReading
        As numbers.
    transform : CameraTransform
        Camera RGB to ACES2065-1: the profile's own, else the files'; of pictures, that of a
        typical camera.
    inputs : dict of str to str
        Name and SHA-256 of the captures.
    """

    reading: DriftReading
    transform: CameraTransform
    inputs: dict[str, str]


def read_drift(
    captures: Sequence[Path],
    profile: Profile,
    *,
    plan_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    chart: tuple[float, float, float, float] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> DriftTake:
    """Read and measure a take of the drift pattern, as a profile's stage says it was shot.

    Parameters
    ----------
    captures : sequence of Path
        Folders, stills or a clip.
    profile : Profile
        Wall, camera and camera transform are its own.
    plan_path : Path or None
        plan.json of the pattern; None looks beside the captures, and does without.
    camera_space, encoding : str or None
        As `measure_captures` takes them; None where the profile's stage says it.
    chart : (float, float, float, float) or None
        Left, top, width and height of a white reference chart in the pictures, in pixels.
    progress : callable
        Called with (frames read, frames in all).

    Returns
    -------
    DriftTake
        The reading.

    Raises
    ------
    LedcalError
        If the take is of another pattern, not whole, or cannot be read.
    """
    camera_space = require_one_path(None, camera_space)
    files = list(scan(captures).paths)
    require_encoding(encoding, files, camera_space)
    found = plan_path or find_beside(files, "plan.json")
    context = Context(
        stage=profile.stage,
        pattern=_of_drift(found, is_typed=plan_path is not None),
        idt=None,
        camera_space=camera_space,
        findings=(),
        assumptions=(),
        encoding=encoding,
    )
    sampled = sample_captures(files, context, progress=progress)
    reading = measure_drift(
        sampled.samples,
        lambda number: known_pattern(context, number),
        unread=sampled.unread,
        chart=None if chart is None else _chart(files, sampled, context, chart),
    )
    if reading.space == "camera":
        shown = [sample for sample in sampled.samples if sample.columns is not None]
        transform = profile.transform or transform_of_frames(shown, context)
        return DriftTake(reading, transform or AS_ACES, sampled.inputs)
    # Pictures: a change of the camera's white is a gain in the camera's channels, not in theirs.
    own = profile.transform
    matrix = np.asarray(TYPICAL_CAMERA if own is None else np.linalg.inv(own.matrix), np.float64)
    transform = CameraTransform(
        np.ones(3), np.asarray(np.linalg.inv(matrix), np.float64), _OF_PICTURES
    )
    return DriftTake(in_basis(reading, matrix), transform, sampled.inputs)


def _of_drift(path: Path | None, *, is_typed: bool) -> Pattern | None:
    """The pattern of a plan.json; another pattern's that only lies near is passed over."""
    pattern = None if path is None else read_plan(path)
    return pattern if pattern is None or is_typed or pattern.name == "drift" else None


def _chart(
    files: Sequence[Path],
    sampled: Sampled,
    context: Context,
    box: tuple[float, float, float, float],
) -> FloatArray:
    """Camera RGB of the chart in the black frames."""
    dark = {
        sample.name
        for sample in sampled.samples
        if sample.identity is not None and sample.identity.frame_index == 0
    }
    found = []
    for capture in open_captures(
        files, image_space=context.picture_space, encoding=context.picture_encoding
    ):
        frame = capture.load()
        if frame.name in dark:
            found.append(measure_chart(frame, box))
    if not found:
        raise CaptureError("the black frame is missing, in which the chart is measured")
    return np.asarray(np.mean(found, axis=0), np.float64)


def require_same_stage(then: DriftReading, now: DriftReading) -> None:
    """Refuse to compare takes of another pattern, wall or camera.

    Raises
    ------
    InputError
        If they differ; it says in what.
    """
    what = {
        "kind of file": (_kind(then), _kind(now)),
        "camera": (then.camera_model, now.camera_model),
        "pattern": (describe_pattern_id(then.pattern_id), describe_pattern_id(now.pattern_id)),
    }
    for name, (before, after) in what.items():
        if before != after:
            raise InputError(
                f"the baseline was shot with the {name} {before or 'unknown'}, this take with "
                f"{after or 'unknown'}: drift compares one camera, wall and pattern with "
                "themselves; shoot with those of the baseline, or make a profile and a baseline "
                "for these"
            )


def _kind(reading: DriftReading) -> str:
    return "camera raw" if reading.space == "camera" else f"pictures in {reading.space}"
