"""Captures to patch measurements: read, find, identify, sample, combine, carry to ACES."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from ledcal.capture.folder import scan
from ledcal.capture.stream import stream
from ledcal.colorimetry.space import ACES
from ledcal.errors import AmbiguousInputError, LedcalError
from ledcal.files.digest import sha256_file
from ledcal.measure import combine, sample_frame
from ledcal.pattern import builtin
from ledcal.pipeline.camera_path import (
    WALL,
    path_text,
    require_one_path,
    transform_by_wall,
    transform_of_frames,
)
from ledcal.pipeline.clipping import name_channels
from ledcal.pipeline.context import Context, read_context
from ledcal.values.camera import with_camera_path
from ledcal.values.marks import describe_pattern_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.measure import FrameSamples, WallView
    from ledcal.values.camera import CameraTransform
    from ledcal.values.finding import Finding
    from ledcal.values.frame import LinearFrame
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.pattern import Pattern
    from ledcal.values.stage import Stage, Wall


# Resolutions that are tried when neither plan.json nor stage.toml says which.
_COMMON_SIZES = (
    (1920, 1080), (3840, 2160), (3840, 1080), (1080, 1920), (2560, 1440), (1280, 720),
    (4096, 2160), (1920, 1200), (5760, 1080), (7680, 1080), (960, 540), (3840, 1920),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One measured take.

    Attributes
    ----------
    stage : Stage
        What it was shot on.
    measurements : PatchMeasurements
        In ACES2065-1.
    transform : CameraTransform or None
        How camera RGB became ACES2065-1.
    findings : tuple of Finding
        What was noticed.
    assumptions : tuple of str
        What was assumed.
    pattern_name : str
        For the summary.
    camera_model : str
        As the files say; empty where they do not.
    n_frames : int
        Frames that were used.
    inputs : dict of str to str
        Name and SHA-256 of every file that was looked at.
    """

    stage: Stage
    measurements: PatchMeasurements
    transform: CameraTransform | None
    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    pattern_name: str
    camera_model: str
    n_frames: int
    inputs: dict[str, str]


def measure_captures(
    captures: Sequence[Path],
    *,
    plan_path: Path | None = None,
    stage_path: Path | None = None,
    idt_path: Path | None = None,
    camera_space: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> Take:
    """Measure every patch of a take.

    Parameters
    ----------
    captures : sequence of Path
        Folders or files.
    plan_path, stage_path, idt_path : Path or None
        None looks beside the captures.
    camera_space : str or None
        Linear gamut of the captures (of camera raw after its balance), or ``wall``: the 3x3 from
        the wall's own primaries.
    progress : callable
        Called with (frames read, frames in all).

    Returns
    -------
    Take
        Measurements in ACES2065-1, with what was noticed and assumed.

    Raises
    ------
    InputError
        If an option or a document is wrong.
    CaptureError
        If the captures cannot be used.
    AmbiguousInputError
        If a choice is needed; it names the option.
    """
    camera_space = require_one_path(idt_path, camera_space)
    found = scan(captures)
    files = list(found.paths)
    context = read_context(
        files,
        plan_path=plan_path,
        stage_path=stage_path,
        idt_path=idt_path,
        camera_space=camera_space,
    )
    # Under 'wall' any linear numbers will do, so pictures are taken as they are.
    image_space = ACES.name if camera_space == WALL else camera_space
    samples: list[FrameSamples] = []
    unread: list[tuple[Path, LedcalError]] = []

    made_for = context.pattern or context.stage.wall
    walls = list(dict.fromkeys([(made_for.width_px, made_for.height_px), *_COMMON_SIZES[:5]]))
    if context.pattern is not None:
        walls = walls[:1]

    digests: dict[Path, Future[str]] = {}
    near: WallView | None = None

    def task(frame: LinearFrame) -> FrameSamples:
        return sample_frame(
            frame,
            lambda pattern_id: _known_pattern(context, pattern_id),
            walls=walls,
            near=near,
        )

    with ThreadPoolExecutor(1) as hasher:

        def take(paths: Sequence[Path]) -> None:
            for path, result in stream(paths, task, image_space=image_space):
                # Right after it was read, while the system still holds it in memory.
                digests[path] = hasher.submit(sha256_file, path)
                if isinstance(result, LedcalError):
                    unread.append((path, result))
                else:
                    samples.append(result)
                progress(len(digests), len(files))

        # The first frame that shows the wall says where it is; in the others it is not far.
        while near is None and len(digests) < len(files):
            take(files[len(digests) : len(digests) + 1])
            found_view = samples[-1] if samples else None
            near = found_view.view if found_view and found_view.columns is not None else None
        take(files[len(digests) :])
    if not samples and unread:
        raise unread[0][1]
    _require_known(context, samples)
    transform = transform_of_frames(samples, context)
    measured = combine(
        samples,
        lambda pattern_id: _known_pattern(context, pattern_id),
        transform,
        unread=unread,
    )
    measurements = measured.measurements
    if camera_space == WALL:
        transform = transform_by_wall(measurements, context.stage.wall)
        measurements = transform.carry(measurements)
    measurements = with_camera_path(measurements, transform)
    pattern = measured.pattern
    assumptions = [*context.assumptions, *found.notes, path_text(measurements)]
    models = {sample.camera_model for sample in samples if sample.camera_model}
    return Take(
        stage=context.stage,
        measurements=measurements,
        transform=transform,
        findings=(
            *context.findings,
            *name_channels(measured.findings, measurements, transform),
        ),
        assumptions=tuple(assumptions),
        pattern_name=f"{pattern.name} {pattern.layout}",
        camera_model=min(models) if models else "",
        n_frames=measured.n_frames,
        inputs={path.name: digest.result() for path, digest in digests.items()},
    )


def _known_pattern(context: Context, pattern_id: int) -> Pattern | None:
    if context.pattern is not None:
        return context.pattern if context.pattern.pattern_id == pattern_id else None
    return _builtin(pattern_id, context.stage.wall)


@cache
def _builtin(pattern_id: int, wall: Wall) -> Pattern | None:
    """The built-in pattern of an id: of this wall, or of one that differs in resolution only."""
    sizes = dict.fromkeys([(wall.width_px, wall.height_px), *_COMMON_SIZES])
    tried = (
        builtin(pattern_id, replace(wall, width_px=width, height_px=height))
        for width, height in sizes
    )
    return next((pattern for pattern in tried if pattern is not None), None)


def _require_known(context: Context, samples: Sequence[FrameSamples]) -> None:
    """Without plan.json, a pattern that is not of this stage needs one: the captures are fine."""
    shown = {sample.identity.pattern_id for sample in samples if sample.identity is not None}
    if context.pattern is not None or not shown:
        return
    if any(_known_pattern(context, pattern_id) is not None for pattern_id in shown):
        return
    wall = context.stage.wall
    names = ", ".join(describe_pattern_id(pattern_id) for pattern_id in sorted(shown)[:3])
    raise AmbiguousInputError(
        f"the frames show pattern {names}, but not the one of a wall with {wall.width_px} x "
        f"{wall.height_px} px, {wall.eotf} and {wall.peak_nits:g} nits; give the plan.json that "
        "was written with the pattern (--plan), or its stage.toml (--stage)"
    )
