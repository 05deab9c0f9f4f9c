"""`ledcal verify`: predicted against achieved, on a re-shoot of the corrected wall."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options


@click.command(name="verify")
@options.captures
@click.option(
    "--profile",
    required=True,
    type=click.Path(path_type=Path),
    metavar="PROFILE",
    help="The profile whose correction is judged: its name, or its folder.",
)
@options.root
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    metavar="plan.json",
    help="Of a plain pattern that is not built in. [found beside the captures, or not needed]",
)
@click.option(
    "--idt",
    type=click.Path(path_type=Path),
    metavar="idt.json",
    help="White balance and 3x3 to ACES2065-1, in place of the profile's own.",
)
@click.option(
    "--camera-space",
    metavar="NAME",
    help="The captures are in the gamut NAME, in place of the profile's own way to ACES2065-1.",
)
@options.encoding
@click.option("--note", default="", metavar="TEXT", help="Kept with the result in the history.")
@options.strict
@options.as_json
def command(
    captures: tuple[Path, ...],
    profile: Path,
    root: Path,
    plan: Path | None,
    idt: Path | None,
    camera_space: str | None,
    encoding: str | None,
    note: str,
    strict: bool,
    as_json: bool,
) -> None:
    """Say whether content is right through the camera with the correction on, and if not, why.

    CAPTURES show the pattern of 'ledcal patterns OUT --corrected PROFILE', played with the LUT of
    the host off; or a plain pattern, played through the host with its LUT on. The result is kept
    in the history of the profile. Exit code 0: within the limits of stage.toml. 3: the captures
    cannot be used, and nothing is kept. 4: out of tolerance.
    """
    from ledcal.cli import output
    from ledcal.errors import ToleranceError
    from ledcal.pipeline.verify import keep_result, verify_captures
    from ledcal.report.verify import verify_json, verify_rows

    with output.progress("reading") as progress:
        verified = verify_captures(
            captures,
            profile_name=profile,
            root=root,
            plan_path=plan,
            idt_path=idt,
            camera_space=camera_space,
            encoding=encoding,
            progress=progress,
        )
    kept, refused = keep_result(verified, note=note)
    where = str(verified.folder)
    if as_json:
        output.say_json(verify_json(verified.result, profile_path=where, kept=kept or None))
    else:
        output.say_rows(verify_rows(verified.result, profile_path=where, kept=kept))
    if refused:
        output.note(refused)
    if verified.result.verdict == "fail" or (strict and verified.result.verdict == "warn"):
        raise click.exceptions.Exit(ToleranceError.exit_code)
