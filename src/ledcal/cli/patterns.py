"""`ledcal patterns`: the frames that the wall plays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledcal.cli import options

if TYPE_CHECKING:
    from fractions import Fraction

    from ledcal.pipeline.patterns import MovieOrder

_HOLD = 10
_FPS = "24"


def _fps(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Fraction | None:
    """Frames per second; 23.976, 29.97, 59.94 are the broadcast rates over 1001."""
    from fractions import Fraction

    if value is None:
        return None
    try:
        rate = Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter(f"{value!r}: expected a number such as 24 or 23.976") from None
    if not 1 <= rate <= 240:
        raise click.BadParameter(f"{value!r}: expected 1 to 240 frames per second")
    broadcast = Fraction(1000 * -(-rate // 1), 1001)
    return broadcast if rate.denominator > 1 and abs(rate - broadcast) < 0.006 else rate


@click.command(name="patterns")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--set",
    "set_name",
    type=click.Choice(["quick", "standard", "full", "drift", "sync"]),
    default="standard",
    help="About 30, 300 or 1000 patches; drift: ten in three frames, whatever the layout, for "
    "'ledcal drift'; sync: 256 frames that count, for 'ledcal sync'. With --corrected about 40, "
    "120 or 300. [standard; with --corrected quick]",
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
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    metavar="plan.json",
    help="Write the pattern of this plan.json again, in place of --set, --layout and --stage: a "
    "re-shoot must show the pattern that was shot.",
)
@click.option(
    "--corrected",
    type=click.Path(path_type=Path),
    metavar="PROFILE",
    help="Draw the frames with a profile's correction in them, for 'ledcal verify': colours that "
    "its fit never saw. Wall and target are the profile's.",
)
@options.root
@click.option(
    "--only",
    metavar="FRAMES",
    help="Just these frames, such as 3,7-9. They keep their numbers and their pattern, so that "
    "captures of them add to a take (give its --plan).",
)
@click.option(
    "--movie",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also a movie of the frames for a media server, decoded again and compared: .mov is "
    "ProRes 4444 (flat areas right to the 10-bit code), .mp4 H.265 and .mkv FFV1 (lossless "
    "10-bit RGB).",
)
@click.option(
    "--hold",
    type=click.IntRange(1, 10000),
    metavar="N",
    help=f"Movie: frames that each picture stands for. [{_HOLD}; sync: 1]",
)
@click.option(
    "--fps",
    callback=_fps,
    metavar="RATE",
    help=f"Movie: frames per second, such as 23.976, 25 or 60. [{_FPS}]",
)
@options.overwrite
@options.as_json
@click.pass_context
def command(
    context: click.Context,
    out: Path,
    set_name: str,
    layout: str,
    suffix: str,
    stage: Path | None,
    plan: Path | None,
    corrected: Path | None,
    root: Path,
    only: str | None,
    movie: Path | None,
    hold: int | None,
    fps: Fraction | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write OUT/frames/0000.png ... and OUT/plan.json.

    Play the frames on the wall without scaling, colour management or blending, hold each for as
    long as a shot takes, and shoot every one of them: any order will do. The frames of --set sync
    are played in a loop at the wall's own rate, one after the other, and shot as a clip. Those
    of --corrected are played past the host's own correction, and judged by 'ledcal verify'.
    """
    from ledcal.cli import output
    from ledcal.cli.pattern_words import pattern_document, pattern_lines
    from ledcal.pipeline.patterns import write_patterns
    from ledcal.values.frame_numbers import parse_numbers

    _refuse_idle(context)
    if corrected is not None and not _is_typed(context, "set_name"):
        set_name = "quick"
    order = _order(movie, hold, fps, is_loop=_is_sync(set_name, plan))
    with output.progress("drawing", "pictures" if order else "frames") as progress:
        made = write_patterns(
            out,
            set_name=set_name,
            layout=layout,
            suffix=suffix,
            stage_path=stage,
            overwrite=overwrite,
            progress=progress,
            plan_path=plan,
            only=None if only is None else parse_numbers(only),
            movie=order,
            corrected=corrected,
            root=root,
        )
    if as_json:
        output.say_json(pattern_document(out, made, order))
        return
    for line in pattern_lines(out, made, order):
        output.say(line)


def _refuse_idle(context: click.Context) -> None:
    """Refuse options that would do nothing.

    Raises
    ------
    InputError
        If there are any.
    """
    from ledcal.errors import InputError

    def is_typed(name: str) -> bool:
        return _is_typed(context, name)

    if is_typed("corrected"):
        idle = [f"--{name}" for name in ("stage", "plan") if is_typed(name)]
        if idle:
            raise InputError(
                f"--corrected says wall and target already, those of the profile; leave out "
                f"{' and '.join(idle)}, or --corrected"
            )
        if context.params["set_name"] in {"sync", "drift"}:
            raise InputError(
                f"--corrected does not go with --set {context.params['set_name']}; choose quick, "
                "standard or full, or leave out --set"
            )
    elif is_typed("root"):
        raise InputError("--root says where --corrected looks for its profile; leave it out")
    if is_typed("plan"):
        names = {"set_name": "--set", "layout": "--layout", "stage": "--stage"}
        idle = [option for name, option in names.items() if is_typed(name)]
        if idle:
            raise InputError(
                f"--plan says set, layout and wall already; leave out {' and '.join(idle)}, "
                "or --plan"
            )
    if context.params["set_name"] == "sync" and is_typed("layout"):
        raise InputError("--layout does not go with --set sync: it has one layout; leave it out")
    idle = [f"--{name}" for name in ("hold", "fps") if is_typed(name) and not is_typed("movie")]
    if idle:
        raise InputError(
            f"{' and '.join(idle)} without --movie would do nothing: each still is written once; "
            "add --movie FILE, or set it in the player"
        )


def _is_typed(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _is_sync(set_name: str, plan: Path | None) -> bool:
    """Whether the pattern is the one that is played in a loop."""
    from ledcal.files.plan import read_plan

    return (set_name if plan is None else read_plan(plan).name) == "sync"


def _order(
    movie: Path | None, hold: int | None, fps: Fraction | None, *, is_loop: bool
) -> MovieOrder | None:
    from fractions import Fraction

    from ledcal.pipeline.patterns import MovieOrder

    if movie is None:
        return None
    return MovieOrder(movie, hold or (1 if is_loop else _HOLD), fps or Fraction(_FPS), is_loop)
