"""`ledcal moire`: the group of what concerns the moire of the LEDs."""

from __future__ import annotations

import click

from ledcal.cli.main import LazyGroup


class _MoireGroup(LazyGroup):
    """Each command in a module of its own, `moire_<name>`."""

    listed = {  # noqa: RUF012 - as in LazyGroup: not changed by anybody
        "detect": "what frames of a flat wall show of moire, bands and flicker",
        "predict": "what moire to expect of a stage, where it is safe, and what to change",
    }
    modules = "ledcal.cli.moire_"


@click.group(name="moire", cls=_MoireGroup)
def command() -> None:
    """Moire and bands of the LED wall: what frames show, and what to expect before the shoot."""
