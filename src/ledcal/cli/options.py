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


class _WithAlias(click.Option):
    """An option whose later names work, but are not shown: what it was called before."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Show the first name only."""
        names, self.opts = self.opts, self.opts[:1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = names


camera_space = click.option(
    "--camera-space",
    "--input-space",
    cls=_WithAlias,
    metavar="NAME",
    help="In place of --idt: the captures (camera raw: after its balance; log: once it is "
    "linear) are in the gamut NAME, a colour-science name such as P3-D65; TIFF, PNG and DPX must "
    "say. 'wall' takes "
    "the wall's own primaries for exactly those of stage.toml, where only the wall is judged. "
    "[raw: the file's own matrices; EXR: ACES2065-1]",
)
encoding = click.option(
    "--encoding",
    metavar="NAME",
    help="How the numbers of pictures and clips encode light: LogC4, LogC3 (or 'LogC3 EI 400'), "
    "S-Log3, V-Log, Log3G10, 'Canon Log 2', 'Canon Log 3', 'Blackmagic Film Gen 5', N-Log, F-Log, "
    "F-Log2, 'DaVinci Intermediate', ACEScct, PQ, HLG or linear. Of these S-Log3, PQ, HLG and "
    "linear need --camera-space too; camera raw needs neither. [stage.toml, or what the file says]",
)


def box(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001
    value: str | None,
) -> tuple[float, float, float, float] | None:
    """``x,y,width,height`` as numbers."""
    if value is None:
        return None
    try:
        x, y, width, height = (float(part) for part in value.split(","))
    except ValueError:
        message = f"{value!r} is not x,y,width,height in pixels, such as 900,500,400,400"
        raise click.BadParameter(message) from None
    return x, y, width, height


pattern = click.option(
    "--pattern",
    type=click.Choice(["openvpcal"]),
    help="The take shows another tool's pattern: which frame shows what is told by what it shows "
    "and by the order, so name the files as they were shot. EOTF and peak of stage.toml must be "
    "those that the pattern was made for. [ledcal's own]",
)
region = click.option(
    "--region",
    callback=box,
    metavar="X,Y,W,H",
    help="With --pattern: a part of the patch, in pixels of the captures. [found]",
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
drift_profile = click.option(
    "--profile",
    required=True,
    type=_PATH,
    metavar="PROFILE",
    help="Which calibration: a profile's folder, or its name under --root.",
)
chart = click.option(
    "--chart",
    callback=box,
    metavar="X,Y,W,H",
    help="The white of a reference chart in the picture, in pixels of the captures, lit by a light "
    "of its own that stays the same: it tells the camera's exposure from the wall's brightness.",
)
