"""What stands beside the captures: stage.toml, plan.json, idt.json; else what is assumed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledcal.capture.folder import find_beside
from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.errors import InputError
from ledcal.files.idt import read_idt
from ledcal.files.plan import read_plan
from ledcal.files.stage import default_stage, read_stage

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
    assumptions : tuple of str
        What was found or assumed, in the order in which it matters.
    """

    stage: Stage
    pattern: Pattern | None
    idt: CameraTransform | None
    assumptions: tuple[str, ...]


def read_context(
    captures: Sequence[Path],
    *,
    plan_path: Path | None,
    stage_path: Path | None,
    idt_path: Path | None,
    header: Mapping[str, str] | None = None,
) -> Context:
    """Read what the options name, or what stands beside the captures.

    Parameters
    ----------
    captures : sequence of Path
        Files; the first says where to look.
    plan_path, stage_path, idt_path : Path or None
        What was named.
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
    idt = read_idt(chosen) if chosen else None
    return Context(stage, pattern, idt, tuple(said))


def _stage_of_header(stage: Stage, header: Mapping[str, str], path: Path) -> Stage:
    try:
        eotf = canonical_eotf(header.get("eotf", stage.wall.eotf))
        peak_nits = float(header.get("peak_nits", stage.wall.peak_nits))
    except ValueError as error:
        raise InputError(f"{path}: #eotf or #peak_nits in its head: {error}") from error
    if not 1.0 <= peak_nits <= 10000.0:
        raise InputError(f"{path}: #peak_nits: {peak_nits:g} in its head, expected 1 to 10000")
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
