"""Captures to patch measurements: read, find, identify, sample, combine, carry to ACES."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.capture.folder import scan
from ledcal.errors import AmbiguousInputError
from ledcal.measure import combine, require_usable
from ledcal.pipeline.camera_path import (
    WALL,
    path_text,
    require_encoding,
    require_one_path,
    transform_by_wall,
    transform_of_frames,
)
from ledcal.pipeline.context import read_context
from ledcal.pipeline.sampling import known_pattern, sample_captures
from ledcal.values.camera import with_camera_path
from ledcal.values.marks import describe_pattern_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.capture.folder import Captures
    from ledcal.measure import FrameSamples
    from ledcal.pipeline.context import Context
    from ledcal.pipeline.sampling import Sampled
    from ledcal.values.camera import CameraTransform
    from ledcal.values.evidence import TakeEvidence
    from ledcal.values.finding import Finding
    from ledcal.values.folder import FolderFacts
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.stage import Stage


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
        Where stage.toml and plan.json do not agree; `pipeline.diagnosis` finds the rest.
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
    evidence : TakeEvidence or None
        How it was shot; None of a table.
    folder : FolderFacts or None
        What the folder says of itself; None of a table.
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
    evidence: TakeEvidence | None = None
    folder: FolderFacts | None = None


def measure_captures(
    captures: Sequence[Path],
    *,
    plan_path: Path | None = None,
    stage_path: Path | None = None,
    idt_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    is_required: bool = True,
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
    encoding : str or None
        How the numbers of pictures and clips encode light; None where stage.toml or the files say.
    is_required : bool
        Refuse a take that cannot be fitted; False gives it all the same, to be diagnosed.
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
    require_encoding(encoding, files, camera_space)
    context = read_context(
        files,
        plan_path=plan_path,
        stage_path=stage_path,
        idt_path=idt_path,
        camera_space=camera_space,
        encoding=encoding,
    )
    sampled = sample_captures(files, context, progress=progress)
    return take_of_samples(sampled, context, found, is_required=is_required)


def take_of_samples(
    sampled: Sampled, context: Context, found: Captures, *, is_required: bool = True
) -> Take:
    """Combine the samples of a take.

    Parameters
    ----------
    sampled : Sampled
        Of all its files.
    context : Context
        What was read beside them.
    found : Captures
        What the folder says of itself.
    is_required : bool
        As in `measure_captures`.

    Returns
    -------
    Take
        In ACES2065-1.

    Raises
    ------
    CaptureError, AmbiguousInputError
        As `measure_captures`.
    """
    samples = sampled.samples
    _require_known(context, samples)
    # Stray pictures of another kind among the captures say nothing of the camera.
    shown = [sample for sample in samples if sample.identity is not None]
    transform = transform_of_frames(shown or samples, context)
    measured = combine(
        samples,
        lambda pattern_id: known_pattern(context, pattern_id),
        transform,
        unread=sampled.unread,
    )
    measurements = measured.measurements
    if is_required:
        seen = {int(number) for number in measured.evidence.frames.numbers}
        require_usable(measured.pattern, measurements, sorted(seen))
    if context.camera_space == WALL:
        transform = transform_by_wall(measurements, context.stage.wall)
        measurements = transform.carry(measurements)
    measurements = with_camera_path(measurements, transform)
    pattern = measured.pattern
    assumptions = [*context.assumptions, *found.notes, *sampled.assumptions]
    assumptions.append(path_text(measurements))
    models = {sample.camera_model for sample in samples if sample.camera_model}
    return Take(
        stage=context.stage,
        measurements=measurements,
        transform=transform,
        findings=context.findings,
        assumptions=tuple(assumptions),
        pattern_name=f"{pattern.name} {pattern.layout}",
        camera_model=min(models) if models else "",
        n_frames=measured.evidence.sorting.n_used,
        inputs=sampled.inputs,
        evidence=measured.evidence,
        folder=found.facts,
    )


def _require_known(context: Context, samples: Sequence[FrameSamples]) -> None:
    """Without plan.json, a pattern that is not of this stage needs one: the captures are fine."""
    shown = {sample.identity.pattern_id for sample in samples if sample.identity is not None}
    if context.pattern is not None or not shown:
        return
    if any(known_pattern(context, pattern_id) is not None for pattern_id in shown):
        return
    wall = context.stage.wall
    names = ", ".join(describe_pattern_id(pattern_id) for pattern_id in sorted(shown)[:3])
    raise AmbiguousInputError(
        f"the frames show pattern {names}, but not the one of a wall with {wall.width_px} x "
        f"{wall.height_px} px, {wall.eotf} and {wall.peak_nits:g} nits; give the plan.json that "
        "was written with the pattern (--plan), or its stage.toml (--stage)"
    )
