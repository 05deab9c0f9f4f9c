"""`ledcal drift`: the group of what tells whether a wall has changed since its calibration."""

from __future__ import annotations

import click

from ledcal.cli.main import LazyGroup


class _DriftGroup(LazyGroup):
    """Each command in a module of its own, `drift_<name>`."""

    listed = {  # noqa: RUF012 - as in LazyGroup: not changed by anybody
        "baseline": "keep two takes of the drift pattern, to compare with",
        "check": "today's take against the baseline: what has changed, and what to do",
        "history": "all checks of a profile: what changes, how fast, and when it will be out",
    }
    modules = "ledcal.cli.drift_"


@click.group(name="drift", cls=_DriftGroup)
def command() -> None:
    """Whether the wall has drifted since it was calibrated: baseline, check, history."""
