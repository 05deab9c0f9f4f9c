"""`ledcal check`: whether a capture is usable."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledcal.cli import options

if TYPE_CHECKING:
    from ledcal.capture.watch import Landed
    from ledcal.pipeline.check import Checked


@click.command(name="check")
@options.captures
@options.plan
@options.stage
@options.idt
@options.camera_space
@options.encoding
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    metavar="PROFILE",
    help="Compare the take with a stored profile: is its correction on, once or twice; was it made "
    "through another lens, filter or camera?",
)
@options.root
@click.option(
    "--watch",
    is_flag=True,
    help="Check files as they land in CAPTURES, a folder, and leave those alone that are still "
    "growing. Ends when every frame of the pattern is there, or with Ctrl-C.",
)
@click.option(
    "--quiet",
    type=click.FloatRange(min=0.0, min_open=True),
    metavar="SECONDS",
    help="With --watch: end too when nothing has landed for so long.",
)
@options.strict
@options.as_json
def command(
    captures: tuple[Path, ...],
    plan: Path | None,
    stage: Path | None,
    idt: Path | None,
    camera_space: str | None,
    encoding: str | None,
    profile: Path | None,
    root: Path,
    watch: bool,
    quiet: float | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Say whether CAPTURES (a folder or files) can be used, and what is wrong with them.

    Of everything that is wrong: what was seen, the likely cause, what to do, and whether to shoot
    again. Nothing is written. Exit code 0: usable. 3: cannot be fitted, shoot again. 4: it can,
    but something is out of tolerance.
    """
    from ledcal.cli import output
    from ledcal.errors import InputError
    from ledcal.pipeline.check import check_captures, watch_captures

    if quiet is not None and not watch:
        raise InputError("--quiet goes with --watch: it says when watching ends")
    if watch and (len(captures) != 1 or profile is not None):
        raise InputError("--watch takes one folder, and no --profile")
    if watch:
        checked = watch_captures(
            captures[0],
            plan_path=plan,
            stage_path=stage,
            idt_path=idt,
            camera_space=camera_space,
            encoding=encoding,
            quiet_s=quiet,
            tell=_Teller(),
        )
    else:
        with output.progress("reading") as progress:
            checked = check_captures(
                captures,
                plan_path=plan,
                stage_path=stage,
                idt_path=idt,
                camera_space=camera_space,
                encoding=encoding,
                profile_name=profile,
                root=root,
                progress=progress,
            )
    _say(checked, captures, as_json=as_json)
    _leave(checked, strict=strict)


_OF_SINGLE_FRAMES = frozenset(
    {
        "unreadable-frames",
        "files-still-growing",
        "mixed-file-types",
        "other-pattern",
        "blended-frames",
        "torn-frames",
        "wall-partly-outside",
        "rotated",
        "mirrored",
        "auto-white-balance",
        "auto-exposure",
        "exposure-changed",
        "saturated-patches",
        "scan-lines",
        "moire",
        "defocus-too-strong",
    }
)


class _Teller:
    """Says on stderr what landed, and each finding once."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def __call__(self, landed: Landed, checked: Checked) -> None:
        from ledcal.cli import output

        names = ", ".join(path.name for path in landed.paths[:3])
        more = f" and {len(landed.paths) - 3} more" if len(landed.paths) > 3 else ""
        take = checked.take
        if take is None or take.evidence is None:
            output.note(f"{names}{more}: {checked.refusal}")
            return
        n = len(take.evidence.pattern.frames)
        there = n - len(take.evidence.sorting.missing)
        output.note(f"{names}{more}: {there} of {n} frames of the pattern are there")
        for finding in checked.findings:
            # Until all frames are there, only what a single frame can say holds.
            is_early = there < n and finding.id not in _OF_SINGLE_FRAMES
            if finding.id not in self._said and not is_early:
                self._said.add(finding.id)
                output.note(f"{finding.severity}: {finding.seen}; {finding.fix}")


def _say(checked: Checked, captures: tuple[Path, ...], *, as_json: bool) -> None:
    from ledcal.cli import output
    from ledcal.report.check import check_json, check_rows

    take = checked.take
    pattern = "" if take is None else take.pattern_name
    frames = 0 if take is None else take.n_frames
    patches = 0 if take is None else take.measurements.n_patches
    assumptions = () if take is None else take.assumptions
    sorting = None if take is None or take.evidence is None else take.evidence.sorting
    if as_json:
        output.say_json(
            check_json(
                checked.findings,
                checked.refusal,
                pattern=pattern,
                frames=frames,
                patches=patches,
                missing=() if sorting is None else sorting.missing,
                assumptions=assumptions,
            )
        )
        return
    camera = f" from {take.camera_model}" if take is not None and take.camera_model else ""
    plural = "" if frames == 1 else "s"
    output.say_rows(
        check_rows(
            checked.findings,
            checked.refusal,
            found=f"{patches} patches in {frames} frame{plural} ({pattern}){camera}"
            if take is not None
            else "",
            assumptions=assumptions,
            then=f"ledcal fit {shlex.join(map(str, captures))}",
        )
    )


def _leave(checked: Checked, *, strict: bool) -> None:
    """Exit with what it came to."""
    from ledcal.errors import CaptureError, ToleranceError

    if checked.refusal:
        raise click.exceptions.Exit(CaptureError.exit_code)
    severities = {finding.severity for finding in checked.findings}
    if "fail" in severities or (strict and "warning" in severities):
        raise click.exceptions.Exit(ToleranceError.exit_code)
