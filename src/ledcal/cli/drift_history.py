"""`ledcal drift history`: what the checks of a profile say over time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledcal.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable


def _moment(hour: int) -> Callable[[click.Context, click.Parameter, str | None], datetime | None]:
    """Read a day, or a day and a time, by the clock here; a day alone is at `hour`."""

    def read(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
        if value is None:
            return None
        text = value.strip().replace("T", " ")
        for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M"):
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007 - the clock here, below
            except ValueError:
                continue
            if not 1980 <= found.year <= 2200:
                break
            return (found.replace(hour=hour) if " " not in text else found).astimezone()
        message = f"{value!r} is no date such as 2031-05-04 or '2031-05-04 09:30'"
        raise click.BadParameter(message)

    return read


@click.command(name="history")
@click.argument("profile", type=click.Path(path_type=Path))
@click.option(
    "--note",
    metavar="TEXT",
    help="Note an event: new lens, recalibrated, cabinet swapped. All trends begin anew there.",
)
@click.option(
    "--date",
    "when",
    callback=_moment(12),
    metavar="YYYY-MM-DD[ HH:MM]",
    help="With --note: when it happened, noon if only a day is given. [now]",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    metavar="FILE.png|.svg",
    help="Draw every component over time, against its limit.",
)
@click.option(
    "--since",
    callback=_moment(0),
    metavar="YYYY-MM-DD[ HH:MM]",
    help="Leave out what is older, of the trends too.",
)
@click.option("--all", "every", is_flag=True, help="Every check and event, not only the last.")
@options.root
@options.overwrite
@options.as_json
def command(
    profile: Path,
    note: str | None,
    when: datetime | None,
    picture: Path | None,
    since: datetime | None,
    every: bool,
    root: Path,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Show the checks of PROFILE (a folder, or a name under --root), and where it is going.

    Of each component: how far it has changed, how fast, and when it will be out of limits at this
    rate, with an interval that holds the truth nine times in ten. The exit code is 0 whatever the
    checks say.
    """
    from ledcal.cli import output
    from ledcal.pipeline.history import (
        note_event,
        read_history,
        require_picture_name,
        write_picture,
    )
    from ledcal.report.history import history_json, history_rows

    if when is not None and note is None:
        raise click.UsageError("--date says when an event was: add --note TEXT")
    if picture is not None:
        require_picture_name(picture, overwrite=overwrite)
    noted = None if note is None else note_event(profile, note, root=root, when=when)
    history = read_history(profile, root=root, since=since)
    drawn = picture
    if picture is not None and not write_picture(history, picture, overwrite=overwrite):
        output.note("there are no checks to draw, so no picture was written")
        drawn = None
    if as_json:
        name = None if noted is None else noted.name
        output.say_json(history_json(history, picture=drawn, noted=name))
        return
    if noted is not None:
        output.say(f"noted in {noted}; trends begin anew there\n")
    output.say_rows(history_rows(history, every=every, picture=drawn))
