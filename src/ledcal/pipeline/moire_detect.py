"""From frames of flat light to their lines, what they are, and what to change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import CaptureError, InputError
from ledcal.files.atomic import atomic_file, require_free_picture
from ledcal.moire.advise import advise
from ledcal.moire.banding import explain_bands, find_bands
from ledcal.moire.correct import correct_rig
from ledcal.moire.detect import detect_lines, sightings
from ledcal.moire.join import VISIBLE, is_seen, join_lines, real_bands
from ledcal.moire.map import map_frame
from ledcal.moire.patch import cut_patch, preview_of
from ledcal.moire.prior import prior_of, prior_of_lines, rig_to_wall
from ledcal.moire.setup import missing_keys, rig_of_stage
from ledcal.moire.tiles import SMALL
from ledcal.moire.wiggle import read_wiggle
from ledcal.pipeline.moire_frames import read_moire_frames
from ledcal.pipeline.moire_places import find_places
from ledcal.values.moire import DISPLAY, GRID, MOIRE, MoireTake

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.moire.patch import Box
    from ledcal.moire.rig import Rig
    from ledcal.pipeline.moire_frames import MoireFrames
    from ledcal.values.moire import MoireMap, PatchLines, Prior


def detect_moire(
    captures: Sequence[Path],
    *,
    region: Box | None = None,
    stage_path: Path | None = None,
    moved: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    false_alarm: float = 1e-3,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> MoireTake:
    """Find what repeats in frames of a flat wall, and say what it is.

    Parameters
    ----------
    captures : sequence of Path
        Raw files, pictures or a clip, of a camera that does not move.
    region : tuple of float or None
        x, y, width, height: where the picture is flat; None is the wall's middle where its marks
        are found, else the whole frame.
    stage_path : Path or None
        Explains lines and lets it advise; None looks beside the captures.
    moved : Path or None
        The same wall with the camera moved a little away from it.
    camera_space, encoding : str or None
        As for `measure`.
    false_alarm : float
        Probability that noise alone shows a line in a patch, and in the map.
    progress : callable
        Called with (files read, files in all).

    Returns
    -------
    MoireTake
        Everything.

    Raises
    ------
    CaptureError
        If no frame can be used.
    InputError
        If an option or a document is wrong.
    """
    read = read_moire_frames(
        captures,
        region=region,
        stage_path=stage_path,
        camera_space=camera_space,
        encoding=encoding,
        progress=progress,
    )
    first = read.frames[0]
    rig, said = _rig(read, is_asked=stage_path is not None)
    rows = first.height if rig is None else rig.rows_delivered
    tiles = _map(read, false_alarm)
    boxes = find_places(read, tiles)
    priors = [_prior(read, rig, box) for box in boxes]
    if moved is not None:
        other = read_moire_frames(
            [moved],
            region=region,
            stage_path=stage_path,
            camera_space=camera_space,
            encoding=encoding,
        )
        priors = [
            _moved_prior(read, other, box, prior, false_alarm)
            for box, prior in zip(boxes, priors, strict=True)
        ]
    looked = [
        _patch(read, box, prior, rows, false_alarm)
        for box, prior in zip(boxes, priors, strict=True)
    ]
    patches = [patch for patch in looked if patch is not None]
    if not patches and read.source != DISPLAY:
        _refuse(read, boxes[0])
    correction, better = (None, None) if rig is None else correct_rig(rig, patches)
    banding = find_bands(read.profiles, false_alarm=false_alarm) if read.profiles else None
    banding = None if banding is None else real_bands(banding, patches)
    explanations = () if banding is None else explain_bands(banding, read.context.stage)
    lines = join_lines(
        patches,
        banding,
        tiles,
        rows=rows,
        scale=rows / first.height,
        has_contrast=read.source != DISPLAY,
    )
    worst = [line for line in lines if line.kind in {MOIRE, GRID} and line.visibility >= VISIBLE]
    advice = advise(better) if better is not None and worst else None
    known = next((prior.source for prior in priors if prior is not None), "")
    return MoireTake(
        names=read.names,
        source=read.source,
        width=first.width,
        height=first.height,
        patches=tuple(patches),
        tiles=tiles,
        preview=preview_of(first),
        outline=read.outline(),
        banding=banding,
        explanations=explanations,
        lines=lines,
        known=known,
        correction=correction,
        advice=advice,
        assumptions=(*(() if read.source == DISPLAY else read.said), *said),
        is_seen=is_seen(lines, tiles, read.source),
    )


def _map(read: MoireFrames, false_alarm: float) -> MoireMap:
    """The map of the first frame; of a picture made for a display also with smaller tiles."""
    first = read.frames[0]
    tiles = map_frame(first, read.region, false_alarm=false_alarm)
    if read.source != DISPLAY:
        return tiles
    finer = map_frame(first, read.region, tile=SMALL // 2, false_alarm=false_alarm)
    more = np.mean(finer.contrast > 0.0) > np.mean(tiles.contrast > 0.0)
    return finer if more else tiles


def _refuse(read: MoireFrames, box: Box) -> None:
    """Say why there is nothing to look at.

    Raises
    ------
    CaptureError
        Always.
    """
    try:
        cut_patch(read.frames, box)
    except CaptureError as error:
        if read.box is not None:
            raise
        raise CaptureError(
            f"{read.names[0]}: no part of the frame is flat enough, lit and not clipped "
            f"(in the middle: {error}); fill the frame with flat grey, or name a flat part with "
            "--region x,y,width,height"
        ) from error


def _rig(read: MoireFrames, *, is_asked: bool) -> tuple[Rig | None, tuple[str, ...]]:
    """What stage.toml says of the camera; None where it does not say enough."""
    stage = read.context.stage
    missing = missing_keys(stage)
    if missing:
        if is_asked:
            raise InputError(
                f"--stage: lines cannot be explained without {', '.join(missing)}; add what is "
                "missing to the file, or leave --stage out to see what there is"
            )
        return None, ()
    rig, said = rig_of_stage(stage)
    first = read.frames[0]
    if (rig.width_px, rig.height_px) != (first.width, first.height):
        # Nobody said, or the file is of another mode: the photosite is what counts.
        said = tuple(line for line in said if "active_sensor" not in line)
        ratio = first.height / rig.height_px
        rows = (
            rig.rows_delivered
            if rig.rows_delivered != rig.height_px
            else round(rig.rows_delivered * ratio)
        )
        rig = replace(rig, width_px=first.width, height_px=first.height, rows_delivered=rows)
    return rig, said


def _panel(read: MoireFrames) -> tuple[int, int] | None:
    led = read.context.stage.wall.raster
    if led.panel_width_px is None and led.panel_height_px is None:
        return None
    width = led.panel_width_px or led.panel_height_px
    height = led.panel_height_px or led.panel_width_px
    assert width is not None
    assert height is not None
    return width, height


def _prior(read: MoireFrames, rig: Rig | None, box: Box) -> Prior | None:
    """What is known of the raster at a place: of marks, else of what stage.toml says."""
    panel = _panel(read)
    if read.view is not None:
        return prior_of(
            read.to_wall(), box, source="the marks of the pattern", is_precise=True, panel_px=panel
        )
    if rig is None:
        return None
    return prior_of(rig_to_wall(rig), box, source="stage.toml", is_precise=False, panel_px=panel)


def _moved_prior(
    read: MoireFrames, other: MoireFrames, box: Box, prior: Prior | None, false_alarm: float
) -> Prior | None:
    """What moving the camera tells of the raster.

    Raises
    ------
    CaptureError
        If the lines of the two frames do not fit together.
    """
    before = sightings(cut_patch(read.frames, box), false_alarm=false_alarm)
    after = sightings(cut_patch(other.frames, box), false_alarm=false_alarm)
    scale = None
    if read.view is not None and other.view is not None and prior is not None:
        there = prior_of(other.to_wall(), box, source="", is_precise=True)
        ratio = np.linalg.det(there.jacobian) / np.linalg.det(prior.jacobian)
        scale = float(np.sqrt(abs(ratio)) - 1.0)
        if abs(scale) < 5e-4:
            scale = None
    found = read_wiggle(before, after, scale=scale)
    if found is None:
        if not before or prior is not None:
            return prior
        raise CaptureError(
            f"{other.names[0]}: its {len(after)} lines fit the {len(before)} of {read.names[0]} "
            "under no change of distance from 0.05 to 3 %, or under several; move the camera by "
            "about 5 mm for each metre of distance, straight away from the wall, and change "
            "nothing else; where that does not settle it, give --stage"
        )
    if prior is not None:
        return prior
    return prior_of_lines(found.true_frequency)


def _patch(
    read: MoireFrames, box: Box, prior: Prior | None, rows: int, false_alarm: float
) -> PatchLines | None:
    try:
        patch = cut_patch(read.frames, box)
    except CaptureError:
        return None
    return detect_lines(
        patch,
        prior=prior,
        scale=rows / read.frames[0].height,
        rows_delivered=rows,
        false_alarm=false_alarm,
        has_contrast=read.source != DISPLAY,
    )


def require_picture_name(path: Path, *, overwrite: bool) -> None:
    """Refuse a picture that cannot be written.

    Raises
    ------
    InputError
        If it is no .png or .svg, or something stands there already.
    """
    require_free_picture(path, what="the picture", overwrite=overwrite)


def write_picture(take: MoireTake, path: Path, *, overwrite: bool = False) -> None:
    """Write the picture: the frame's map, the crop, its spectrum with the lines marked.

    Raises
    ------
    InputError
        If it cannot stand there.
    SystemFault
        If the operating system refuses.
    """
    from ledcal.report.moire_picture import save_moire_picture  # noqa: PLC0415 - matplotlib is slow

    require_picture_name(path, overwrite=overwrite)
    with atomic_file(path, overwrite=overwrite) as temporary:
        save_moire_picture(take, temporary)
