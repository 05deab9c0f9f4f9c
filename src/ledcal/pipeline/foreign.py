"""Captures of another tool's pattern to patch measurements."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from ledcal.capture.folder import scan
from ledcal.capture.source import open_captures
from ledcal.capture.stream import stream_captures
from ledcal.errors import AmbiguousInputError, CaptureError, InputError, LedcalError
from ledcal.files.digest import sha256_file
from ledcal.measure.foreign.area import area_of_box, find_area
from ledcal.measure.foreign.blocks import FrameBlocks, build_blocks
from ledcal.measure.foreign.match import Match, match_series
from ledcal.measure.foreign.series import measure_series
from ledcal.measure.foreign.table import build_table, frames_of, patch_light
from ledcal.measure.foreign.trust import (
    find_nits,
    find_saturation,
    require_one_reading,
    require_trusted,
)
from ledcal.pattern.openvpcal import build_openvpcal
from ledcal.pipeline.camera_path import (
    WALL,
    path_text,
    require_encoding,
    require_one_path,
    transform_by_wall,
    transform_of_frames,
)
from ledcal.pipeline.context import read_context
from ledcal.pipeline.foreign_findings import foreign_assumptions, foreign_findings
from ledcal.pipeline.measure import Take, measure_captures
from ledcal.values.camera import with_camera_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.measure import FrameSamples
    from ledcal.pipeline.context import Context
    from ledcal.values.foreign import ForeignPattern
    from ledcal.values.stage import Wall

# How far the peak that the take shows may be from the one that was declared.
_PEAK_OFF, _PEAK_OFF_RELATIVE = 0.08, 0.04
_FEWEST = 14


def measure_pattern(
    captures: Sequence[Path],
    *,
    pattern: str | None = None,
    region: tuple[float, float, float, float] | None = None,
    plan_path: Path | None = None,
    stage_path: Path | None = None,
    idt_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> Take:
    """Measure a take of ledcal's own pattern, or of another tool's.

    Parameters
    ----------
    captures : sequence of Path
        Folders, files or clips.
    pattern : str or None
        ``openvpcal``; None is ledcal's own.
    region : tuple of float, or None
        As in `measure_openvpcal`.
    plan_path, stage_path, idt_path, camera_space, encoding, progress
        As `pipeline.measure.measure_captures` takes them; a foreign pattern has no plan.

    Returns
    -------
    Take
        In ACES2065-1.

    Raises
    ------
    LedcalError
        As `pipeline.measure.measure_captures` and `measure_openvpcal`.
    """
    if pattern is None:
        if region is not None:
            raise InputError(
                "--region says where the patch of a foreign pattern is; give --pattern openvpcal "
                "too, or leave it out: ledcal's own pattern is found by its marks"
            )
        return measure_captures(
            captures,
            plan_path=plan_path,
            stage_path=stage_path,
            idt_path=idt_path,
            camera_space=camera_space,
            encoding=encoding,
            progress=progress,
        )
    if plan_path is not None:
        raise InputError(
            f"--plan is for ledcal's own pattern, and --pattern says {pattern}; leave out one"
        )
    return measure_openvpcal(
        captures,
        stage_path=stage_path,
        idt_path=idt_path,
        camera_space=camera_space,
        encoding=encoding,
        region=region,
        progress=progress,
    )


def require_no_pattern(
    pattern: str | None, region: tuple[float, float, float, float] | None, table: Path
) -> None:
    """Refuse options that say how to read captures, where there is a table.

    Raises
    ------
    InputError
        If one was given.
    """
    named = [
        name for name, value in (("--pattern", pattern), ("--region", region)) if value is not None
    ]
    if named:
        raise InputError(
            f"{table}: a table says which patch is which, so {' and '.join(named)} has nothing to "
            "do; leave it out"
        )


def measure_openvpcal(
    captures: Sequence[Path],
    *,
    stage_path: Path | None = None,
    idt_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    region: tuple[float, float, float, float] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> Take:
    """Measure a take of OpenVPCal's calibration pattern.

    Parameters
    ----------
    captures : sequence of Path
        Folders, files or clips, in shooting order.
    stage_path, idt_path, camera_space, encoding
        As `pipeline.measure.measure_captures` takes them. The wall's EOTF and peak must be those
        that OpenVPCal's pattern was made for.
    region : tuple of float, or None
        x, y, width, height of a part of the patch, in pixels; None finds the patch.
    progress : callable
        Called with (frames read, files in all).

    Returns
    -------
    Take
        In ACES2065-1, as `measure_captures` gives it.

    Raises
    ------
    InputError
        If an option or a document is wrong.
    CaptureError
        If the frames do not show the pattern in its order, or too little of it.
    AmbiguousInputError
        If they can be read in more than one way, or show a pattern for another wall.
    """
    camera_space = require_one_path(idt_path, camera_space)
    found = scan(captures)
    files = list(found.paths)
    require_encoding(encoding, files, camera_space)
    context = read_context(
        files,
        plan_path=None,
        stage_path=stage_path,
        idt_path=idt_path,
        camera_space=camera_space,
        encoding=encoding,
    )
    frames, place, unread, said = _read(files, context, progress)
    area = find_area(frames) if region is None else area_of_box(frames, region)
    series = measure_series(frames, area, place)
    wall = context.stage.wall
    match = match_series(series, partial(_build, wall))
    require_trusted(match)
    chosen = frames_of(match, series)
    nits = find_nits(match, patch_light(chosen, series))
    _require_peak(nits, match, wall)
    require_one_reading(match, is_peak_known=nits is not None)
    saturation = find_saturation(match)
    pattern = build_openvpcal(
        wall, n_steps=match.pattern.n_steps, saturation=saturation or match.pattern.saturation
    )
    table = build_table(match, series, chosen, pattern, with_desaturated=saturation is not None)
    table = replace(table, header={**table.header, "peak_nits": f"{wall.peak_nits:g}"})
    if table.n_patches < _FEWEST:
        raise CaptureError(
            f"only {table.n_patches} patches could be measured ({_FEWEST} are needed to fit); "
            "shoot OpenVPCal's pattern again, whole"
        )
    transform = transform_of_frames(
        # Asked for their space and colour only, which blocks have as well.
        cast("Sequence[FrameSamples]", frames),
        context,
    )
    if camera_space == WALL:
        transform = transform_by_wall(table, wall)
    measurements = replace(table, space="ACES2065-1")
    if transform is not None:
        measurements = transform.carry(table)
    measurements = with_camera_path(measurements, transform)
    models = {frame.camera_model for frame in frames if frame.camera_model}
    n_used = sum(len(rows) for rows in chosen)
    return Take(
        stage=context.stage,
        measurements=measurements,
        transform=transform,
        findings=(
            *context.findings,
            *foreign_findings(match, series, n_used, unread),
        ),
        assumptions=(
            *context.assumptions,
            *found.notes,
            *said,
            *foreign_assumptions(match, saturation, area.box, wall, has_region=region is not None),
            path_text(measurements),
        ),
        pattern_name=f"OpenVPCal, {pattern.n_steps} grey steps",
        camera_model=min(models) if models else "",
        n_frames=n_used,
        inputs={path.name: sha256_file(path) for path in files},
        folder=found.facts,
    )


def _build(wall: Wall, n_steps: int, saturation: float) -> ForeignPattern:
    return build_openvpcal(wall, n_steps=n_steps, saturation=saturation)


def _read(
    files: Sequence[Path], context: Context, progress: Callable[[int, int], None]
) -> tuple[list[FrameBlocks], list[int], list[tuple[Path, LedcalError]], tuple[str, ...]]:
    """Every frame as blocks, in order, and its number in the take; files unread; assumptions."""
    frames: list[FrameBlocks] = []
    unread: list[tuple[Path, LedcalError]] = []
    said: dict[str, None] = {}
    captures = open_captures(
        files, image_space=context.picture_space, encoding=context.picture_encoding
    )
    seen: dict[Path, int] = {}
    place: list[int] = []
    with closing(captures):
        for capture, result in stream_captures(
            captures, lambda frame: (build_blocks(frame), frame.assumptions)
        ):
            last = place[-1] if place else -1
            first = seen.setdefault(capture.path, last + 1)
            if isinstance(result, LedcalError):
                unread.append((capture.path, result))
            else:
                frames.append(result[0])
                place.append(max(first + (capture.number or 0), last + 1))
                said.update(dict.fromkeys(result[1]))
            progress(len(seen), len(files))
    if not frames:
        raise unread[0][1]
    sizes: dict[tuple[int, ...], int] = {}
    for frame in frames:
        sizes[frame.mean.shape] = sizes.get(frame.mean.shape, 0) + 1
    if len(sizes) > 1:
        odd = min(sizes, key=lambda shape: sizes[shape])
        name = next(frame.name for frame in frames if frame.mean.shape == odd)
        raise AmbiguousInputError(
            f"the captures have several sizes ({name} differs from the others), and one take has "
            "one; put the frames of one take into the folder, and nothing else"
        )
    return frames, place, unread, tuple(said)


def _require_peak(nits: float | None, match: Match, wall: Wall) -> None:
    """Refuse codes that would be wrong: the pattern was made for another wall."""
    declared = match.pattern.pattern_nits
    is_pq = match.pattern.eotf == "ST 2084"
    limit = _PEAK_OFF if is_pq else _PEAK_OFF_RELATIVE
    if nits is None or abs(nits / declared - 1.0) <= limit:
        return
    about = f"{nits:.2g}" if nits < 100 else f"{round(nits, -1 if nits < 1000 else -2):.0f}"
    if is_pq:
        raise AmbiguousInputError(
            f"by where its 18 % grey stands on its ramp, the pattern was made for about {about} "
            f"nits, but the wall is taken to be ST 2084 with {wall.peak_nits:g} nits; give the "
            "EOTF and the peak that stand on OpenVPCal's slate as wall.eotf and wall.peak_nits "
            "in stage.toml (--stage)"
        )
    raise AmbiguousInputError(
        f"by where its 18 % grey stands on its ramp, the pattern was made for an ST 2084 wall of "
        f"about {about} nits, but the wall is taken to be {wall.eotf}; give the EOTF that stands "
        "on OpenVPCal's slate as wall.eotf in stage.toml (--stage)"
    )
