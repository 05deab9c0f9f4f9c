"""`ledcal fit`: the main job."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options


@click.command(name="fit")
@options.captures
@options.plan
@options.stage
@options.idt
@options.camera_space
@options.encoding
@options.pattern
@options.region
@click.option(
    "--size",
    type=click.Choice(["17", "33", "65"]),
    default="33",
    show_default=True,
    help="Grid of the stored correction; 'export' makes any.",
)
@click.option(
    "--peak",
    type=click.Choice(["match", "keep"]),
    default="match",
    show_default=True,
    help="What white gives up where the wall cannot make the target's: match gives up brightness "
    "and stays neutral, keep gives up neutrality and stays bright. What each costs is printed.",
)
@click.option(
    "-o",
    "out",
    type=click.Path(path_type=Path),
    metavar="PROFILE",
    help="Profile folder. [calibration_profiles/WALL-CAMERA-DATE]",
)
@options.overwrite
@options.strict
@options.as_json
def command(
    captures: tuple[Path, ...],
    plan: Path | None,
    stage: Path | None,
    idt: Path | None,
    camera_space: str | None,
    encoding: str | None,
    pattern: str | None,
    region: tuple[float, float, float, float] | None,
    size: str,
    peak: str,
    out: Path | None,
    overwrite: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Fit the correction of a wall from CAPTURES (a folder, files, or one measurements.csv).

    Reads the frames, measures the patches, fits the wall as the camera sees it, and stores a
    profile: the correction as .cube, the measurements, the figures and a report. Everything it
    assumed is printed.
    """
    from ledcal.cli import output
    from ledcal.errors import ToleranceError
    from ledcal.pipeline.fit import fit_profile
    from ledcal.report.document import fit_json
    from ledcal.report.summary import fit_rows
    from ledcal.report.verdict import over_limit_text

    with output.progress("reading") as progress:
        profile, path = fit_profile(
            captures,
            plan_path=plan,
            stage_path=stage,
            idt_path=idt,
            camera_space=camera_space,
            encoding=encoding,
            pattern=pattern,
            region=region,
            size=int(size),
            peak=peak,
            out=out,
            overwrite=overwrite,
            command=_typed(),
            progress=progress,
        )
    if as_json:
        output.say_json(fit_json(profile, path))
    else:
        output.say_rows(fit_rows(profile, path))
    if strict:
        warned = [f for f in profile.findings if f.severity != "note"]
        over = profile.quality.over_limits(profile.stage.tolerances)
        if over:
            raise ToleranceError(f"{over_limit_text(over[0])}; the profile is stored in {path}")
        if warned:
            raise ToleranceError(f"{len(warned)} warnings, and --strict was given")


def _typed() -> str:
    """What was typed, without the folders of this machine."""
    import shlex
    import sys

    words = [Path(word).name if "/" in word else word for word in sys.argv[1:]]
    return shlex.join(["ledcal", *words])
