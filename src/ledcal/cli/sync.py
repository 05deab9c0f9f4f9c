"""`ledcal sync`: what a take of the sync pattern says of wall and camera."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from ledcal.cli import options

if TYPE_CHECKING:
    from pathlib import Path

_FROM_FILE = "file"


@click.command(name="sync")
@options.captures
@options.plan
@options.stage
@options.camera_space
@options.encoding
@click.option(
    "--reference",
    metavar="COUNTER",
    help="Latency: this counter (such as 1-top) or column (such as 1) is driven directly, without "
    "the chain; the others are compared with it.",
)
@click.option(
    "--timecode",
    is_flag=False,
    flag_value=_FROM_FILE,
    metavar="[HH:MM:SS:FF]",
    help="Latency: the wall counts frames of the timecode that the camera is jammed to. With a "
    "value, that of the first capture; without one, as the clip says it.",
)
@click.option(
    "--sent",
    type=click.IntRange(0, 4095),
    metavar="N",
    help="Latency: frame N was sent when the first capture began.",
)
@click.option(
    "--loop",
    is_flag=True,
    help="With --timecode or --sent: the wall shows the number of the newest frame of the camera, "
    "so that the latency is that of camera, engine and wall together.",
)
@options.strict
@options.as_json
def command(
    captures: tuple[Path, ...],
    plan: Path | None,
    stage: Path | None,
    camera_space: str | None,
    encoding: str | None,
    reference: str | None,
    timecode: str | None,
    sent: int | None,
    loop: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Read CAPTURES of the pattern that 'ledcal patterns --set sync' wrote.

    A clip, or stills in the order in which they were shot: dropped, doubled and lost frames,
    panels that are late, tearing, different rates, latency, and the genlock's phase with the sync
    shift to set. Pictures made for a display will do, but for the phase. Exit code 0: in sync.
    3: cannot be read, shoot again. 4: out of sync.
    """
    from ledcal.cli import output
    from ledcal.errors import ToleranceError
    from ledcal.pipeline.sync import LatencyOrder, read_sync_take
    from ledcal.report.sync import judge_sync, sync_json, sync_rows

    _refuse_mixtures(reference, timecode, sent, loop=loop)
    order = LatencyOrder(
        counter=reference,
        timecode="" if timecode == _FROM_FILE else timecode,
        sent=sent,
        is_loop=loop,
    )
    with output.progress("reading") as progress:
        done = read_sync_take(
            captures,
            plan_path=plan,
            stage_path=stage,
            camera_space=camera_space,
            encoding=encoding,
            latency=order,
            progress=progress,
        )
    if as_json:
        output.say_json(sync_json(done.result, assumptions=done.assumptions))
    else:
        again = f"ledcal sync {shlex.join(map(str, captures))}"
        output.say_rows(sync_rows(done.result, assumptions=done.assumptions, again=again))
    level = judge_sync(done.result).level
    if level == "fail" or (strict and level == "warn"):
        raise click.exceptions.Exit(ToleranceError.exit_code)


def _refuse_mixtures(
    reference: str | None, timecode: str | None, sent: int | None, *, loop: bool
) -> None:
    """Refuse options that contradict each other, or do nothing.

    Raises
    ------
    InputError
        If there are any.
    """
    from ledcal.errors import InputError

    given = {"--reference": reference, "--timecode": timecode, "--sent": sent}
    typed = [name for name, value in given.items() if value is not None]
    if len(typed) > 1:
        raise InputError(f"{' and '.join(typed)}: latency has one reference; leave the others out")
    if loop and (reference is not None or not typed):
        raise InputError(
            "--loop goes with --timecode or --sent, which say the number of the camera's first "
            "frame"
        )
