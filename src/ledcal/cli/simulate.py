"""`ledcal simulate`: a virtual stage photographs a pattern."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options

# As in ledcal.simulate.scenes, which is slow to import; a test compares them.
_SCENES = (
    "pq-volume", "sdr-wall", "tv-wall", "rough-volume", "stressed-volume", "stressed-sdr",
    "processor-p3", "processor-2020",
)  # fmt: skip
_COMPRESSION = {"plain": "none", "lossless": "lossless-jpeg"}


def _sensor(_ctx: click.Context, _param: click.Parameter, value: str | None) -> object:
    if value is None:
        return None
    width, _, height = value.lower().partition("x")
    if not (width.isdigit() and height.isdigit()) or min(int(width), int(height)) < 64:
        raise click.BadParameter(f"{value!r}: expected WIDTHxHEIGHT, such as 1440x960, at least 64")
    if int(width) % 2 or int(height) % 2:
        raise click.BadParameter(f"{value!r}: a Bayer sensor has even sides")
    return int(width), int(height)


@click.command(name="simulate")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--patterns",
    "patterns",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="What 'ledcal patterns' wrote.",
)
@click.option(
    "--stage", type=click.Path(path_type=Path), metavar="stage.toml", help="Wall and camera."
)
@click.option(
    "--scene",
    type=click.Choice(_SCENES),
    metavar="NAME",
    help=f"Which virtual stage: {', '.join(_SCENES)}. [one of the first three, by the wall's EOTF]",
)
@options.seed
@click.option(
    "--take",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Shoot the same stage again: another number, other noise.",
)
@click.option(
    "--chart",
    "has_chart",
    is_flag=True,
    help="A white card with a light of its own stands in the picture's lower left corner, for "
    "'ledcal drift check --chart'; where is printed.",
)
@click.option(
    "--sensor", callback=_sensor, metavar="WxH", help="Photosites. [the scene's own, 1440x960]"
)
@click.option("--bits", type=click.Choice(["12", "14", "16"]), help="Bits of the raw file.")
@click.option(
    "--compression",
    type=click.Choice(["plain", "lossless"]),
    default="lossless",
    show_default=True,
    help="Lossless is JPEG, as cameras do.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["dng", "exr"]),
    help="Camera raw, or linear ACES2065-1. [dng, but for a fault that is in pictures only]",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME[=STRENGTH]",
    help="Something that goes wrong at the shoot; docs/check.md lists them, docs/sync.md those of "
    "the sync pattern; several may be given.",
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    metavar="PROFILE",
    help="A stored profile whose correction the host has on.",
)
@options.root
@options.overwrite
@options.as_json
def command(
    out: Path,
    patterns: Path,
    stage: Path | None,
    scene: str | None,
    seed: int,
    take: int,
    has_chart: bool,
    sensor: tuple[int, int] | None,
    bits: str | None,
    compression: str,
    file_format: str | None,
    faults: tuple[str, ...],
    profile: Path | None,
    root: Path,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Photograph the frames of DIR on a virtual stage into OUT.

    OUT holds real DNG captures, plan.json, stage.toml, and truth.json: what a perfect measurement
    would have found. The same seed gives the same files.
    """
    from ledcal.cli import output
    from ledcal.pipeline.simulate import photograph

    with output.progress("photographing") as progress:
        made = photograph(
            out,
            patterns=patterns,
            stage_path=stage,
            scene=scene,
            seed=seed,
            take=take,
            has_chart=has_chart,
            sensor=sensor,
            bits=int(bits) if bits else None,
            compression=_COMPRESSION[compression],
            file_format=file_format,
            faults=faults,
            profile_name=profile,
            root=root,
            overwrite=overwrite,
            progress=progress,
        )
    if as_json:
        output.say_json({"schema_version": 1, **made})
        return
    if made["chart"]:
        output.say(f"the white card: --chart {','.join(map(str, made['chart']))}")
    then = "sync" if made["is_sync"] else "fit"
    after = ""
    if made["is_drift"]:
        then, after = "drift check", f" --profile {profile or 'PROFILE'}"
    elif made["is_corrected"] or profile is not None:
        then, after = "verify", f" --profile {profile or 'PROFILE'}"
    output.say(
        f"{made['frames']} captures of {made['scene']} (seed {seed}) in {out}; the truth is in "
        f"{out / 'truth.json'}\n  ledcal {then} {out}{after}"
    )
