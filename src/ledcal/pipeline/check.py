"""Is a capture usable? Measured and fitted in memory; nothing is written."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.capture.folder import scan
from ledcal.capture.watch import watch
from ledcal.errors import AmbiguousInputError, CaptureError
from ledcal.measure import require_usable
from ledcal.model.exposure import exposure_scale
from ledcal.model.findings import fit_findings
from ledcal.model.fit import fit_model
from ledcal.pipeline.against import compare_with
from ledcal.pipeline.camera_path import require_encoding, require_one_path
from ledcal.pipeline.context import read_context
from ledcal.pipeline.diagnosis import findings_of
from ledcal.pipeline.measure import measure_captures, take_of_samples
from ledcal.pipeline.profiles import read_stored
from ledcal.pipeline.sampling import Sampled, sample_captures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.capture.watch import Landed
    from ledcal.pipeline.context import Context
    from ledcal.pipeline.measure import Take
    from ledcal.values.finding import Finding
    from ledcal.values.profile import Profile


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """A capture that was looked at.

    Attributes
    ----------
    take : Take or None
        None where no frame of a pattern was found.
    findings : tuple of Finding
        What went wrong, causes without their symptoms.
    refusal : str
        Why `fit` would refuse it; empty where it would not.
    """

    take: Take | None
    findings: tuple[Finding, ...]
    refusal: str = ""


def check_captures(
    captures: Sequence[Path],
    *,
    plan_path: Path | None = None,
    stage_path: Path | None = None,
    idt_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    profile_name: Path | None = None,
    root: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> Checked:
    """Look at a capture: measure it, fit it, diagnose it.

    Parameters
    ----------
    captures : sequence of Path
        Folders or files.
    plan_path, stage_path, idt_path, camera_space, encoding
        As `measure_captures` takes them.
    profile_name : Path or None
        A stored profile to compare the take with.
    root : Path
        Where profiles are.
    progress : callable
        Called with (frames read, frames in all).

    Returns
    -------
    Checked
        Also of captures that cannot be used.

    Raises
    ------
    LedcalError
        If an option or a document is wrong, or a choice is needed.
    """
    profile = None if profile_name is None else read_stored(profile_name, root=root)[0]
    try:
        take = measure_captures(
            captures,
            plan_path=plan_path,
            stage_path=stage_path,
            idt_path=idt_path,
            camera_space=camera_space,
            encoding=encoding,
            is_required=False,
            progress=progress,
        )
    except CaptureError as error:
        return Checked(None, (), str(error))
    return _checked(take, profile)


def watch_captures(
    folder: Path,
    *,
    plan_path: Path | None = None,
    stage_path: Path | None = None,
    idt_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    quiet_s: float | None = None,
    tell: Callable[[Landed, Checked], None],
) -> Checked:
    """Check captures as they land in a folder, until every frame of the pattern is there.

    Each file is read once, when it is whole; all that landed so far is diagnosed together.

    Parameters
    ----------
    folder : Path
        Where they land; may be empty.
    plan_path, stage_path, idt_path, camera_space, encoding
        As `measure_captures` takes them.
    quiet_s : float or None
        End when nothing has landed for so long; None waits for the last frame.
    tell : callable
        Called after each file, or several that landed together.

    Returns
    -------
    Checked
        Of everything that landed.

    Raises
    ------
    LedcalError
        If an option or a document is wrong, or a choice is needed.
    """
    camera_space = require_one_path(idt_path, camera_space)
    context: Context | None = None
    sampled = Sampled((), (), {})
    checked = Checked(None, (), f"{folder}: no capture landed")
    with contextlib.suppress(KeyboardInterrupt):  # seen enough: what landed is judged
        for landed in watch([folder], quiet_s=quiet_s):
            files = list(landed.paths)
            if context is None:
                require_encoding(encoding, files, camera_space)
                context = read_context(
                    files,
                    plan_path=plan_path,
                    stage_path=stage_path,
                    idt_path=idt_path,
                    camera_space=camera_space,
                    encoding=encoding,
                )
            sampled = sampled.with_others(_sampled(files, context, sampled))
            checked = _of_samples(sampled, context, folder)
            tell(landed, checked)
            take = checked.take
            evidence = None if take is None else take.evidence
            if evidence is not None and not evidence.sorting.missing and not landed.waiting:
                break
    return checked


def _sampled(files: Sequence[Path], context: Context, before: Sampled) -> Sampled:
    """Samples of files that landed; one that cannot be read is among the unread."""
    near = next((s.view for s in before.samples if s.columns is not None), None)
    try:
        return sample_captures(files, context, near=near, progress=_silent)
    except (CaptureError, AmbiguousInputError) as error:
        return Sampled((), tuple((path, error) for path in files), {})


def _silent(done: int, total: int) -> None:
    del done, total


def _of_samples(sampled: Sampled, context: Context, folder: Path) -> Checked:
    try:
        take = take_of_samples(sampled, context, scan(folder), is_required=False)
    except CaptureError as error:
        return Checked(None, (), str(error))
    return _checked(take, None)


def _checked(take: Take, profile: Profile | None) -> Checked:
    comparison = None if profile is None else compare_with(profile, take)
    others, refusal = _of_fit(take)
    return Checked(take, findings_of(take, others, comparison), refusal)


def _of_fit(take: Take) -> tuple[tuple[Finding, ...], str]:
    """What the fit says of a take, and why it would refuse it."""
    stage, measurements = take.stage, take.measurements
    try:
        if take.evidence is not None:
            seen = sorted({int(number) for number in take.evidence.frames.numbers})
            require_usable(take.evidence.pattern, measurements, seen)
        model = fit_model(measurements, eotf=stage.wall.eotf, peak_nits=stage.wall.peak_nits)
        scale = exposure_scale(model, stage.target)
        return fit_findings(model, measurements, scale, stage.target), ""
    except CaptureError as error:
        return (), str(error)
