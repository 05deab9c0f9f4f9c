"""`ledcal export`: files for the render host."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options

FORMATS = ("cube", "resolve-cube", "clf", "spi3d", "hald", "lattice", "matrix", "ocio")
HOSTS = (
    "unreal",
    "unity",
    "blender",
    "disguise",
    "resolve",
    "nuke",
    "touchdesigner",
    "obs",
    "ffmpeg",
    "processor",
)


@click.command(name="export")
@click.argument("profiles", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--host",
    type=click.Choice(HOSTS),
    help="A folder with all that the host needs: files, steps, check colours, manifest. "
    "'processor' is an LED processor that takes a .cube.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    help="One file. cube: plain, every host reads it. resolve-cube: Resolve's own kind. clf "
    "(ST 2136-1): the wall's tone curves stand behind the cube, so that its nodes can follow a "
    "rough wall. spi3d, hald (PNG): older tools. lattice (.exr, .png): the table as a picture, and "
    "one to send through the host. matrix (.spimtx): the nearest 3x3 in linear light. ocio: a "
    "folder with a config, of one or several profiles. [cube]",
)
@click.option(
    "--size",
    type=click.IntRange(2, 129),
    help="Nodes along an edge: 17, 33 or 65; hald 16, 25, 36, 49 or 64. [33; hald 64; 65 in "
    "configs; as the host takes it]",
)
@click.option(
    "--inverse", is_flag=True, help="Wall code to content code: what a corrected signal was."
)
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="config.ocio",
    help="Add the walls to this OCIO config, which stays as it is otherwise; -o names the new one "
    "beside it, --overwrite changes the config itself and keeps a copy.",
)
@click.option(
    "--stage",
    type=click.Path(path_type=Path),
    metavar="stage.toml",
    help="In place of a profile a .cube or .clf of any origin can be given; --host and ocio need "
    "to know what its codes mean: [wall] and [target] say it.",
)
@click.option(
    "-o", "out", type=click.Path(path_type=Path), metavar="PATH", help="The file, or the folder."
)
@options.root
@options.overwrite
@options.as_json
def command(
    profiles: tuple[Path, ...],
    host: str | None,
    file_format: str | None,
    size: int | None,
    inverse: bool,
    into: Path | None,
    stage: Path | None,
    out: Path | None,
    root: Path,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write the correction of PROFILES (folders, or names under --root) for a render host.

    A table takes content code to wall code, full range, 0..1, and belongs after the output
    transform, right before the LED processor, once. Every file is read back by another program's
    reader and compared before it is kept. 'ledcal bundle check' tells whether a host's copy of a
    folder is still whole.
    """
    from ledcal.cli import output
    from ledcal.pipeline.export import export

    made = export(
        profiles,
        root=root,
        file_format=file_format,
        host=host,
        size=size,
        inverse=inverse,
        into=into,
        stage=stage,
        out=out,
        overwrite=overwrite,
    )
    lines = made.pop("summary")
    if as_json:
        output.say_json({"schema_version": 1, **made})
        return
    output.say("\n".join(lines))
