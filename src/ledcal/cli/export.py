"""`ledcal export`: files for the render host."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options


@click.command(name="export")
@click.argument("profile", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["cube", "clf"]),
    default="cube",
    show_default=True,
    help="Plain .cube: every host reads it. CLF (ST 2136-1): the wall's tone curves stand behind "
    "the cube, so that its nodes can follow a rough wall.",
)
@click.option(
    "--size",
    type=click.Choice(["17", "33", "65"]),
    default="33",
    show_default=True,
    help="Nodes along an edge.",
)
@click.option(
    "-o", "out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The file."
)
@options.root
@options.overwrite
@options.as_json
def command(
    profile: Path,
    file_format: str,
    size: str,
    out: Path,
    root: Path,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write the correction of PROFILE (a folder, or a name under --root) as FILE.

    The file takes content code to wall code, full range, 0..1, and belongs after the output
    transform, right before the LED processor. It is read back through OpenColorIO and compared
    before it is kept.
    """
    from ledcal.cli import output
    from ledcal.pipeline.export import export_profile

    made = export_profile(
        profile, root=root, file_format=file_format, size=int(size), out=out, overwrite=overwrite
    )
    if as_json:
        output.say_json({"schema_version": 1, **made})
        return
    last = made["steps"][-1]
    behind = f", then 3 {last.replace(' ', ' of ')}" if last.startswith("curves") else ""
    choose = "" if file_format == "clf" else "; where there is a choice, tetrahedral interpolation"
    output.say(
        f"{made['out']}: {size} x {size} x {size} nodes{behind}\n"
        f"  for {made['content']}\n"
        f"  read back through OpenColorIO and compared; sha256 {made['sha256'][:16]}\n"
        "  code in, code out, full range; load it after the output transform, before\n"
        f"  the LED processor, once{choose}"
    )
