"""`ledcal moire detect`: what frames of a flat wall show of moire and bands."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options


@click.command(name="detect")
@click.argument(
    "frames", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FRAMES..."
)
@click.option(
    "--region",
    callback=options.box,
    metavar="X,Y,W,H",
    help="Where the picture is flat, in its pixels. [the wall's middle, where the pattern's marks "
    "are found; else the whole frame]",
)
@click.option(
    "--stage",
    type=click.Path(path_type=Path),
    metavar="stage.toml",
    help="Explain the lines, correct the geometry from them, and advise: pitch_mm under [wall], "
    "photosite_um, focal_mm and distance_m under [camera]. [found beside the frames]",
)
@click.option(
    "--moved",
    type=click.Path(path_type=Path),
    metavar="FRAME",
    help="The same wall with the camera moved back about 5 mm a metre, straight away from it, and "
    "nothing else changed: tells what is moire and what is wall without a stage.toml.",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    metavar="FILE.png|.svg",
    help="Draw the map over the frame, the crop, and its spectrum with the lines marked.",
)
@click.option(
    "--false-alarm",
    type=click.FloatRange(1e-9, 0.1),
    default=1e-3,
    show_default=True,
    metavar="P",
    help="Probability that noise alone shows a line in a patch, or anywhere in the map.",
)
@options.camera_space
@options.encoding
@options.overwrite
@options.as_json
def command(
    frames: tuple[Path, ...],
    region: tuple[float, float, float, float] | None,
    stage: Path | None,
    moved: Path | None,
    picture: Path | None,
    false_alarm: float,
    camera_space: str | None,
    encoding: str | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Find moire, bands and flicker in FRAMES of a flat wall, and say what they are.

    FRAMES are files, folders or a clip of a camera that did not move, the wall in flat grey (a take
    of the pattern serves: its flat grey frame is used). Camera raw is measured on the photosites;
    pictures and clips with a smaller claim. Two frames or more show bands that move; eight are
    plenty. Exit code 4: something is visible.
    """
    from ledcal.cli import output
    from ledcal.errors import ToleranceError
    from ledcal.pipeline.moire_detect import detect_moire, require_picture_name, write_picture
    from ledcal.report.moire import moire_json, moire_rows

    if picture is not None:
        require_picture_name(picture, overwrite=overwrite)
    with output.progress("reading") as progress:
        take = detect_moire(
            frames,
            region=region,
            stage_path=stage,
            moved=moved,
            camera_space=camera_space,
            encoding=encoding,
            false_alarm=false_alarm,
            progress=progress,
        )
    if picture is not None:
        write_picture(take, picture, overwrite=overwrite)
    if as_json:
        output.say_json(moire_json(take, picture=picture))
    else:
        output.say_rows(moire_rows(take, picture=picture))
    if take.is_seen:
        raise click.exceptions.Exit(ToleranceError.exit_code)
