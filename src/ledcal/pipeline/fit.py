"""The main job: captures or measurements to a stored profile."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ledcal import __version__
from ledcal.colorimetry.space import ACES
from ledcal.export.formats import checked_file
from ledcal.export.label import label_of
from ledcal.files.atomic import numbered_path, require_free
from ledcal.files.digest import sha256_file
from ledcal.files.measurements import read_measurements
from ledcal.lut.interpolate import apply_lut, apply_tetrahedral
from ledcal.model.findings import fit_findings
from ledcal.model.fit import fit_model, outlying_patches
from ledcal.model.predict import predict
from ledcal.pipeline.camera_path import (
    WALL,
    path_text,
    require_encoding,
    require_one_path,
    transform_by_wall,
    transform_of_table,
)
from ledcal.pipeline.context import read_context
from ledcal.pipeline.correction import correction_of, figure_findings, judge_fit
from ledcal.pipeline.diagnosis import findings_of
from ledcal.pipeline.foreign import measure_pattern, require_no_pattern
from ledcal.pipeline.measure import Take
from ledcal.profile.store import write_profile
from ledcal.report.html import render_report
from ledcal.values.camera import with_camera_path
from ledcal.values.profile import Profile
from ledcal.values.quality import Provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEFAULT_ROOT = Path("calibration_profiles")


def fit_profile(
    captures: Sequence[Path],
    *,
    plan_path: Path | None = None,
    stage_path: Path | None = None,
    idt_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    pattern: str | None = None,
    region: tuple[float, float, float, float] | None = None,
    size: int = 33,
    peak: str = "match",
    out: Path | None = None,
    overwrite: bool = False,
    command: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> tuple[Profile, Path]:
    """Fit a wall and store the profile.

    Parameters
    ----------
    captures : sequence of Path
        Folders, files, or a single measurements.csv.
    plan_path, stage_path, idt_path, camera_space, encoding
        As `measure_captures` takes them.
    pattern, region
        As `measure_pattern` takes them; not for tables.
    size : int
        Nodes along an edge of the stored table.
    peak : str
        What white gives up where the wall cannot make it: ``match`` brightness, ``keep``
        neutrality.
    out : Path or None
        Profile folder; None makes a name of wall, camera and date.
    overwrite : bool
        Replace the profile that stands there.
    command : str
        What was typed, for the provenance.
    progress : callable
        Called with (frames read, frames in all).

    Returns
    -------
    profile : Profile
        What was stored.
    path : Path
        Where.

    Raises
    ------
    LedcalError
        As DESIGN.md section 4 sorts them; nothing is left half written.
    """
    if out is not None:
        require_free(out, overwrite=overwrite)
    is_table = len(captures) == 1 and captures[0].suffix.lower() == ".csv"
    if is_table:
        require_encoding(encoding, captures, camera_space)
        require_no_pattern(pattern, region, captures[0])
        take = _take_of_table(captures[0], stage_path, idt_path, camera_space)
    else:
        take = measure_pattern(
            captures,
            pattern=pattern,
            region=region,
            plan_path=plan_path,
            stage_path=stage_path,
            idt_path=idt_path,
            camera_space=camera_space,
            encoding=encoding,
            progress=progress,
        )
    now = datetime.now(UTC)
    stage = take.stage
    if not stage.camera.model and take.camera_model:
        stage = replace(stage, camera=replace(stage.camera, model=take.camera_model))
    name = _name(stage.wall.name, stage.camera.model or "camera", f"{now:%Y-%m-%d}")
    standard = DEFAULT_ROOT / name
    # A second fit on one day has a number.
    path = out or (standard if overwrite else numbered_path(standard))
    model = fit_model(take.measurements, eotf=stage.wall.eotf, peak_nits=stage.wall.peak_nits)
    correction = correction_of(model, stage, peak=peak)
    table = correction.table(size)
    quality = judge_fit(correction, table, take.measurements)
    profile = Profile(
        name=path.name,
        stage=stage,
        pattern=take.pattern_name,
        transform=take.transform,
        model=model,
        correction=table,
        quality=quality,
        measurements=take.measurements,
        findings=findings_of(
            take,
            (
                *fit_findings(
                    model, take.measurements, quality.exposure_scale, stage.target, peak=peak
                ),
                *figure_findings(quality, stage),
            ),
        ),
        assumptions=take.assumptions,
        provenance=Provenance(
            ledcal_version=__version__,
            command=command,
            created=now.isoformat(timespec="seconds"),
            inputs=take.inputs,
        ),
        n_frames=take.n_frames,
        peak=peak,
    )
    files: dict[str, str | bytes] = {
        "correction.cube": checked_file(label_of(profile), profile.correction, apply_lut),
        "report.html": render_report(
            profile,
            predict=partial(predict, model),
            correct=partial(apply_tetrahedral, table),
            not_believed=outlying_patches(model),
        ),
    }
    write_profile(path, profile, files=files, overwrite=overwrite)
    return profile, path


def _take_of_table(
    table: Path, stage_path: Path | None, idt_path: Path | None, camera_space: str | None
) -> Take:
    camera_space = require_one_path(idt_path, camera_space)
    # What was typed speaks where the table says nothing of its camera columns.
    unstated = "camera" if camera_space or idt_path else ACES.name
    measurements = read_measurements(table, unstated=unstated)
    context = read_context(
        [table],
        plan_path=None,
        stage_path=stage_path,
        idt_path=idt_path,
        camera_space=camera_space,
        header=measurements.header,
    )
    transform = transform_of_table(table, measurements, context, has_typed_idt=idt_path is not None)
    if camera_space == WALL:
        transform = transform_by_wall(measurements, context.stage.wall)
    if transform is not None:
        measurements = transform.carry(measurements)
    measurements = with_camera_path(measurements, transform)
    said = [*context.assumptions, path_text(measurements)]
    if not (measurements.code == 0.0).all(axis=1).any():
        said.append("black: estimated by the fit (the table has no row with code 0, 0, 0)")
    return Take(
        stage=context.stage,
        measurements=measurements,
        transform=transform,
        findings=context.findings,
        assumptions=tuple(said),
        pattern_name=measurements.header.get("pattern", table.name),
        camera_model=measurements.header.get("camera", ""),
        n_frames=0,
        inputs={table.name: sha256_file(table)},
    )


def _name(*parts: str) -> str:
    words = [re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.").lower() for part in parts]
    return "-".join(word for word in words if word)
