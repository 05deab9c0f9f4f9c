"""`ledcal bundle`: the group of what is done with the folders of render hosts."""

from __future__ import annotations

import click

from ledcal.cli.main import LazyGroup


class _BundleGroup(LazyGroup):
    """Each command in a module of its own, `bundle_<name>`."""

    listed = {  # noqa: RUF012 - as in LazyGroup: not changed by anybody
        "check": "is a copy whole, the same as another, and of this profile",
    }
    modules = "ledcal.cli.bundle_"


@click.group(name="bundle", cls=_BundleGroup)
def command() -> None:
    """The folders that 'ledcal export --host' writes, and their copies."""
