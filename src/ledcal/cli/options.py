"""Every option that more than one command has, once."""

from __future__ import annotations

from pathlib import Path

import click

_PATH = click.Path(path_type=Path)

captures = click.argument("captures", nargs=-1, required=True, type=_PATH)
plan = click.option(
    "--plan",
    type=_PATH,
    metavar="plan.json",
    help="What the frames show. [found beside the captures, or known by the identity strip]",
)
stage = click.option(
    "--stage",
    type=_PATH,
    metavar="stage.toml",
    help="Wall, camera and target. [found beside the captures, or defaults, which are printed]",
)
idt = click.option(
    "--idt",
    type=_PATH,
    metavar="idt.json",
    help="White balance and 3x3 to ACES2065-1. [the file's own colour matrices]",
)
input_space = click.option(
    "--input-space",
    metavar="NAME",
    help="Linear gamut of EXR, DPX, TIFF or PNG captures, by its colour-science name. "
    "[ACES2065-1 for EXR; the others must say]",
)
overwrite = click.option("--overwrite", is_flag=True, help="Replace what stands there.")
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
strict = click.option(
    "--strict", is_flag=True, help="Warnings and figures out of tolerance exit with 4."
)
root = click.option(
    "--root",
    type=_PATH,
    default=Path("calibration_profiles"),
    show_default=True,
    help="Folder that holds the profiles.",
)


seed = click.option(
    "--seed", type=int, default=0, show_default=True, help="Random seed: the same, the same files."
)
