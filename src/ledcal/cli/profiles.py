"""`ledcal profiles`: what is stored."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options


@click.command(name="profiles")
@click.argument("name", required=False)
@options.root
@options.as_json
def command(name: str | None, root: Path, as_json: bool) -> None:
    """List the stored profiles, or show the one called NAME (or the folder NAME)."""
    from ledcal.cli import output
    from ledcal.pipeline.profiles import list_stored, read_stored

    if name is not None:
        from ledcal.report.document import fit_json
        from ledcal.report.summary import fit_rows

        profile, path = read_stored(Path(name), root=root)
        if as_json:
            output.say_json(fit_json(profile, path))
        else:
            output.say_rows(fit_rows(profile, path))
        return
    document, lines = list_stored(root)
    if as_json:
        output.say_json(document)
        return
    for line in lines:
        output.say(line)
