"""`ledcal drift baseline`: what later checks compare with."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options


@click.command(name="baseline")
@click.argument(
    "takes", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="TAKE1 TAKE2..."
)
@options.drift_profile
@options.root
@options.plan
@options.camera_space
@options.encoding
@options.chart
@options.overwrite
@options.strict
@options.as_json
def command(
    takes: tuple[Path, ...],
    profile: Path,
    root: Path,
    plan: Path | None,
    camera_space: str | None,
    encoding: str | None,
    chart: tuple[float, float, float, float] | None,
    overwrite: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Keep two or more takes of the drift pattern as the baseline of a profile.

    Shoot them on the day of the calibration, a minute apart, with camera and wall as they were
    for the fit. What they differ by is what the stage does by itself: nothing smaller than three
    times that is called drift.
    """
    from ledcal.cli import output
    from ledcal.pipeline.drift import store_baseline
    from ledcal.report.drift import baseline_rows

    with output.progress("reading") as progress:
        made = store_baseline(
            takes,
            profile,
            root=root,
            plan_path=plan,
            camera_space=camera_space,
            encoding=encoding,
            chart=chart,
            overwrite=overwrite,
            progress=progress,
        )
    if as_json:
        output.say_json(
            {
                "schema_version": 1,
                "profile": made.profile,
                "baseline": str(made.path),
                "takes": len(takes),
                "repeatability": made.repeatability,
                "apart": list(made.apart),
            }
        )
    else:
        output.say_rows(baseline_rows(made))
    if strict and made.apart:
        raise click.exceptions.Exit(4)
