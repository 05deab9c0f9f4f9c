"""`ledcal patterns`: the frames that the wall plays."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options


@click.command(name="patterns")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--set",
    "set_name",
    type=click.Choice(["quick", "standard", "full"]),
    default="standard",
    show_default=True,
    help="About 30, 300 or 1000 patches.",
)
@click.option(
    "--layout",
    type=click.Choice(["single", "grid"]),
    default="single",
    show_default=True,
    help="One patch a frame, or many: grid needs about a dozen stills for 'standard'.",
)
@click.option(
    "--format",
    "suffix",
    type=click.Choice(["png", "tiff", "exr", "dpx"]),
    default="png",
    show_default=True,
    help="16 bit code values (EXR: float).",
)
@click.option(
    "--stage",
    type=click.Path(path_type=Path),
    metavar="stage.toml",
    help="The wall. [defaults, which are printed]",
)
@options.overwrite
@options.as_json
def command(
    out: Path,
    set_name: str,
    layout: str,
    suffix: str,
    stage: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write OUT/frames/0000.png ... and OUT/plan.json.

    Play the frames on the wall without scaling, colour management or blending, hold each for as
    long as a shot takes, and shoot every one of them: any order will do.
    """
    from ledcal.cli import output
    from ledcal.pipeline.patterns import write_patterns

    with output.progress("drawing") as progress:
        made = write_patterns(
            out,
            set_name=set_name,
            layout=layout,
            suffix=suffix,
            stage_path=stage,
            overwrite=overwrite,
            progress=progress,
        )
    pattern = made.pattern
    if as_json:
        output.say_json(
            {
                "schema_version": 1,
                "out": str(out),
                "frames": len(pattern.frames),
                "patches": made.n_patches,
                "pattern_id": pattern.pattern_id,
                "set": pattern.name,
                "layout": pattern.layout,
                "width_px": pattern.width_px,
                "height_px": pattern.height_px,
                "assumptions": list(made.assumptions),
            }
        )
        return
    output.say(
        f"{len(pattern.frames)} frames with {made.n_patches} patches "
        f"({pattern.name}, {pattern.layout}) at {pattern.width_px} x {pattern.height_px}, "
        f"{pattern.eotf} up to {pattern.peak_nits:g} nits: {out / 'frames'}"
    )
    for line in made.assumptions:
        output.say(f"  assumed {line}")
    output.say(
        "Play them 1:1 without colour management; shoot each once, in any order, at a fixed\n"
        "exposure with white just below clipping, slightly out of focus. Put plan.json and\n"
        "stage.toml beside the captures, then type:\n"
        "  ledcal fit CAPTURES"
    )
