"""`ledcal export`: files for the render host."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

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
# Other names that hosts and formats go by.
_CALLED = {
    **dict.fromkeys(("d3", "designer", "disguise-designer"), "disguise"),
    **dict.fromkeys(("davinci", "davinci-resolve"), "resolve"),
    **dict.fromkeys(("ue", "ue4", "ue5", "unreal-engine", "unrealengine", "ndisplay"), "unreal"),
    **dict.fromkeys(("unity3d", "unity-6", "unity6"), "unity"),
    **dict.fromkeys(("td", "touch", "touch-designer"), "touchdesigner"),
    **dict.fromkeys(("obs-studio",), "obs"),
    **dict.fromkeys(("bpy",), "blender"),
    **dict.fromkeys(("brompton", "tessera", "novastar", "megapixel", "helios"), "processor"),
    **dict.fromkeys(("spimtx",), "matrix"),
    **dict.fromkeys(("opencolorio", "ocioz"), "ocio"),
}


class _Named(click.Choice):
    """A choice in capitals or not, also by other names."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the name that ledcal uses."""
        key = "-".join(str(value).lower().replace("_", " ").split()).removeprefix(".")
        meant = _CALLED.get(key, key)
        return super().convert(meant if meant in self.choices else value, param, ctx)


@click.command(name="export")
@click.argument("profiles", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--host",
    type=_Named(HOSTS),
    help="A folder with all that the host needs: files, steps, check colours, manifest. "
    "'processor' is an LED processor that takes a .cube.",
)
@click.option(
    "--format",
    "file_format",
    type=_Named(FORMATS),
    help="One file. cube: plain, every host reads it. resolve-cube: Resolve's own kind. clf "
    "(ST 2136-1): the wall's tone curves stand behind the cube, so that its nodes can follow a "
    "rough wall. spi3d, hald (PNG): older tools. lattice (.exr, .png): the table as a picture, and "
    "one to send through the host. matrix (.spimtx): the nearest 3x3 in linear light. ocio: a "
    "folder with a config, of one or several profiles. [as the file's name ends; cube]",
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
    "-o", "out", type=click.Path(), metavar="PATH", help="The file, or the folder (DIR/: made)."
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
    out: str | None,
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
        out=None if out is None else Path(out),
        # A path of Python forgets it.
        out_is_folder=out is not None and out.endswith(("/", os.sep)),
        overwrite=overwrite,
    )
    lines = made.pop("summary")
    if as_json:
        output.say_json({"schema_version": 1, **made})
        return
    output.say("\n".join(lines))
