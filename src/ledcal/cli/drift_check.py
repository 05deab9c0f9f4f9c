"""`ledcal drift check`: whether the wall is still the one that was calibrated."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledcal.cli import options

if TYPE_CHECKING:
    from datetime import datetime


@click.command(name="check")
@options.captures
@options.drift_profile
@options.root
@click.option(
    "--stage",
    type=click.Path(path_type=Path),
    metavar="stage.toml",
    help="Take limits ([tolerances]) and the size of a cabinet (wall.panel_width_px, "
    "wall.panel_height_px) from this file. [the profile's own]",
)
@options.plan
@options.camera_space
@options.encoding
@options.chart
@click.option("--note", default="", metavar="TEXT", help="Kept with the check.")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day it was shot. [today]",
)
@click.option(
    "--update",
    is_flag=True,
    help="Where the change is one of brightness, of a channel or of white: write a new version of "
    "the profile with the correction moved by it, marked as derived. The old one stays.",
)
@options.strict
@options.as_json
def command(
    captures: tuple[Path, ...],
    profile: Path,
    root: Path,
    stage: Path | None,
    plan: Path | None,
    camera_space: str | None,
    encoding: str | None,
    chart: tuple[float, float, float, float] | None,
    note: str,
    day: datetime | None,
    update: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Compare CAPTURES of the drift pattern with the baseline of a profile.

    The pattern is 'ledcal patterns DIR --set drift', played with the correction off and shot as
    for the baseline. What has changed is split into causes, each with its size, its error and its
    limit; the result is kept in the profile's history. Exit code 0: as it was (or only camera and
    exposure differ). 4: something is out of its limits.
    """
    from ledcal.cli import output
    from ledcal.pipeline.drift import check_drift
    from ledcal.report.drift import drift_document, drift_rows

    with output.progress("reading") as progress:
        made = check_drift(
            captures,
            profile,
            root=root,
            stage_path=stage,
            plan_path=plan,
            camera_space=camera_space,
            encoding=encoding,
            chart=chart,
            note=note,
            day=None if day is None else day.date(),
            update=update,
            command=shlex.join(["ledcal", *sys.argv[1:]]),
            progress=progress,
        )
    if as_json:
        output.say_json(drift_document(made))
    else:
        output.say_rows(drift_rows(made))
        if made.updated is not None:
            output.say(f"the correction was moved: {made.updated}\n  ledcal export {made.updated}")
        elif made.not_updated:
            output.say(f"not updated: {made.not_updated}")
    bad = {"fail", "warn"} if strict else {"fail"}
    if made.record.verdict in bad:
        raise click.exceptions.Exit(4)
