"""`ledcal measure`: captures to patch measurements."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options


@click.command(name="measure")
@options.captures
@options.plan
@options.stage
@options.idt
@options.camera_space
@options.encoding
@options.pattern
@options.region
@click.option(
    "-o",
    "out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="m.csv",
    help="Where the measurements go.",
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
    out: Path,
    overwrite: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Measure every patch in CAPTURES (a folder or files) and write them as a table.

    'ledcal fit m.csv' takes the table in place of captures; tables from another tool or a
    spectroradiometer work too: only code_r,g,b and camera_r,g,b are required, and commas,
    semicolons or tabs between them.
    """
    from ledcal.capture.sniff import IMAGE_SUFFIXES, RAW_SUFFIXES
    from ledcal.cli import output
    from ledcal.errors import InputError, ToleranceError
    from ledcal.files.atomic import require_free_file
    from ledcal.files.measurements import write_measurements
    from ledcal.pipeline.diagnosis import findings_of
    from ledcal.pipeline.foreign import measure_pattern

    if out.suffix.lower() in RAW_SUFFIXES | IMAGE_SUFFIXES:
        raise InputError(f"{out}: measurements are a table, not a picture; name a .csv file")
    require_free_file(out, overwrite=overwrite)
    with output.progress("reading") as progress:
        take = measure_pattern(
            captures,
            pattern=pattern,
            region=region,
            plan_path=plan,
            stage_path=stage,
            idt_path=idt,
            camera_space=camera_space,
            encoding=encoding,
            progress=progress,
        )
    write_measurements(out, take.measurements, overwrite=overwrite)
    findings = findings_of(take)
    warned = [f for f in findings if f.severity != "note"]
    if as_json:
        from ledcal.report.document import camera_document, finding_json

        output.say_json(
            {
                "schema_version": 1,
                "measurements": str(out),
                "frames": take.n_frames,
                "patches": take.measurements.n_patches,
                "pattern": take.pattern_name,
                "camera_to_aces": camera_document(take.transform, take.measurements),
                "assumptions": list(take.assumptions),
                "findings": [finding_json(finding) for finding in findings],
            }
        )
    else:
        output.say(
            f"{take.measurements.n_patches} patches from {take.n_frames} frames "
            f"({take.pattern_name}): {out}"
        )
        for line in take.assumptions:
            output.say(f"  assumed {line}")
        for line in output.finding_lines(findings):
            output.say(f"  {line}")
        output.say(f"  ledcal fit {out}")
    if strict and warned:
        raise ToleranceError(f"{len(warned)} warnings, and --strict was given")
