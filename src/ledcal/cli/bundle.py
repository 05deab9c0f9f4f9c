"""`ledcal bundle`: the group of what is done with the folders of render hosts."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ledcal.cli.main import LazyGroup


class _BundleGroup(LazyGroup):
    """Each command in a module of its own, `bundle_<name>`."""

    listed = {  # noqa: RUF012 - as in LazyGroup: not changed by anybody
        "check": "is a copy whole, the same as another, and of this profile",
    }
    modules = "ledcal.cli.bundle_"

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the command, where a folder stands in its place."""
        if args[0] not in self.listed and Path(args[0]).is_dir():
            meant = shlex.join(["ledcal", "bundle", "check", *args])
            raise click.UsageError(f"{args[0]} is a folder; did you mean: {meant}", ctx)
        return super().resolve_command(ctx, args)


@click.group(name="bundle", cls=_BundleGroup)
def command() -> None:
    """The folders that 'ledcal export --host' writes, and their copies."""
