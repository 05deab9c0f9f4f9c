"""What stands beside the captures: stage.toml, plan.json, idt.json; else what is assumed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledcal.capture.folder import find_beside
from ledcal.colorimetry.space import ACES
from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.errors import AmbiguousInputError, InputError
from ledcal.files.idt import read_idt
from ledcal.files.plan import read_plan
from ledcal.files.stage import default_stage, read_stage
from ledcal.pipeline.camera_path import WALL
from ledcal.values.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ledcal.values.camera import CameraTransform
    from ledcal.values.pattern import Pattern
    from ledcal.values.stage import Stage


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What is known before a frame is read.

    Attributes
    ----------
    stage : Stage
        With the assumptions that were made.
    pattern : Pattern or None
        From plan.json; None where there is none, then the identity strip decides.
    idt : CameraTransform or None
        From --idt or stage.toml; None where the file's own matrices decide.
    camera_space : str or None
        From --camera-space.
    encoding : str or None
        From --encoding: how the numbers of pictures and clips encode light.
    findings : tuple of Finding
        Where stage.toml and plan.json do not agree.
    assumptions : tuple of str
        What was found or assumed, in the order in which it matters.
    """

    stage: Stage
    pattern: Pattern | None
    idt: CameraTransform | None
    camera_space: str | None
    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    encoding: str | None = None

    @property
    def picture_space(self) -> str | None:
        """Gamut of pictures and clips: what was typed, else camera.space of stage.toml.

        Under ``wall`` any linear numbers will do, so they are taken as they are.
        """
        if self.camera_space == WALL:
            return ACES.name
        return self.camera_space or self.stage.camera.space

    @property
    def picture_encoding(self) -> str | None:
        """Encoding of pictures and clips: what was typed, else camera.encoding of stage.toml."""
        return self.encoding or self.stage.camera.encoding


def read_context(
    captures: Sequence[Path],
    *,
    plan_path: Path | None,
    stage_path: Path | None,
    idt_path: Path | None,
    camera_space: str | None = None,
    encoding: str | None = None,
    header: Mapping[str, str] | None = None,
) -> Context:
    """Read what the options name, or what stands beside the captures.

    Parameters
    ----------
    captures : sequence of Path
        Files; the first says where to look.
    plan_path, stage_path, idt_path : Path or None
        What was named.
    camera_space : str or None
        What was named; an IDT of stage.toml is left aside then.
    encoding : str or None
        What was named; it wins over the one of stage.toml.
    header : mapping of str to str or None
        What a measurements.csv says of its wall (``eotf``, ``peak_nits``): used where no
        stage.toml does.

    Returns
    -------
    Context
        With every assumption.

    Raises
    ------
    InputError
        If one of the files is missing or wrong.
    AmbiguousInputError
        If stage.toml and plan.json speak of different EOTFs.
    """
    found_stage = stage_path or find_beside(captures, "stage.toml")
    found_plan = plan_path or find_beside(captures, "plan.json")
    stage = read_stage(found_stage) if found_stage else default_stage()
    pattern = read_plan(found_plan) if found_plan else None
    said: list[str] = []
    if found_stage is None and pattern is not None:
        stage = _with_wall(
            stage,
            eotf=pattern.eotf,
            peak_nits=pattern.peak_nits,
            width_px=pattern.width_px,
            height_px=pattern.height_px,
        )
        said.append(
            f"wall {pattern.eotf}, {pattern.peak_nits:g} nits, "
            f"{pattern.width_px} x {pattern.height_px} px (from plan.json; no stage.toml found)"
        )
    elif found_stage is None and header and {"eotf", "peak_nits"} & set(header):
        stage = _stage_of_header(stage, header, captures[0])
        said.append(
            f"wall {stage.wall.eotf}, {stage.wall.peak_nits:g} nits "
            "(from the head of the csv; no stage.toml found)"
        )
    said += stage.assumptions
    chosen = idt_path
    if chosen is None and stage.camera.idt and found_stage is not None:
        chosen = found_stage.parent / stage.camera.idt
        if camera_space is not None:
            chosen = None
            said.append("camera.idt of stage.toml is left aside, because of --camera-space")
    idt = read_idt(chosen) if chosen else None
    findings: tuple[Finding, ...] = ()
    if found_stage is not None and pattern is not None:
        findings = _disagreements(stage, pattern, is_chosen=stage_path is not None)
    return Context(stage, pattern, idt, camera_space, findings, tuple(said), encoding)


def _disagreements(stage: Stage, pattern: Pattern, *, is_chosen: bool) -> tuple[Finding, ...]:
    """What stage.toml says of the wall against what the pattern was made for.

    Raises
    ------
    AmbiguousInputError
        If the EOTFs differ and nobody chose the stage with --stage.
    """
    wall = stage.wall
    if canonical_eotf(pattern.eotf) != wall.eotf and not is_chosen:
        raise AmbiguousInputError(
            f"stage.toml says the wall is {wall.eotf}, plan.json says the pattern was made for "
            f"{pattern.eotf}; put the stage.toml beside the captures that the pattern was made "
            "with, or choose one with --stage"
        )
    said = f"{wall.eotf}, {wall.peak_nits:g} nits, {wall.width_px} x {wall.height_px} px"
    planned = (
        f"{canonical_eotf(pattern.eotf)}, {pattern.peak_nits:g} nits, "
        f"{pattern.width_px} x {pattern.height_px} px"
    )
    if said == planned:
        return ()
    same_light = (wall.eotf, wall.peak_nits) == (canonical_eotf(pattern.eotf), pattern.peak_nits)
    return (
        Finding(
            id="stage-and-plan-differ",
            severity="note" if same_light else "warning",
            seen=f"stage.toml says {said}; the pattern was made for {planned}",
            cause="a stage.toml or plan.json of another wall, or one that was changed since",
            confidence=0.8,
            fix="make the pattern anew with 'ledcal patterns --stage stage.toml' if stage.toml "
            "is right; give the right one with --stage if it is not",
            reshoot=False,
        ),
    )


def _stage_of_header(stage: Stage, header: Mapping[str, str], path: Path) -> Stage:
    try:
        eotf = canonical_eotf(header.get("eotf", stage.wall.eotf))
    except ValueError as error:
        raise InputError(f"{path}: #eotf: {error}") from error
    said = header.get("peak_nits", str(stage.wall.peak_nits))
    try:
        peak_nits = float(said)
    except ValueError:
        peak_nits = 0.0
    if not 1.0 <= peak_nits <= 10000.0:
        raise InputError(f"{path}: #peak_nits is {said!r}, expected a number from 1 to 10000 nits")
    return _with_wall(stage, eotf=eotf, peak_nits=peak_nits)


def _with_wall(
    stage: Stage,
    *,
    eotf: str,
    peak_nits: float,
    width_px: int | None = None,
    height_px: int | None = None,
) -> Stage:
    """The default stage with another wall; the target follows the wall."""
    wall = replace(
        stage.wall,
        eotf=eotf,
        peak_nits=peak_nits,
        width_px=width_px or stage.wall.width_px,
        height_px=height_px or stage.wall.height_px,
    )
    target = replace(stage.target, eotf=eotf, peak_nits=peak_nits)
    kept = tuple(
        line for line in stage.assumptions if line.startswith(("wall.primaries", "target.gamut"))
    )
    return replace(stage, wall=wall, target=target, assumptions=kept)
