"""The render hosts that `ledcal export --host` knows; one module each, one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.export.hosts import (
    blender,
    disguise,
    ffmpeg,
    nuke,
    obs,
    processor,
    resolve,
    touchdesigner,
    unity,
    unreal,
)

if TYPE_CHECKING:
    from ledcal.export.hosts.host import Host

# In the order in which they are listed; `ledcal.cli.export.HOSTS` names the same.
_ALL: tuple[Host, ...] = (
    unreal.HOST,
    unity.HOST,
    blender.HOST,
    disguise.HOST,
    resolve.HOST,
    nuke.HOST,
    touchdesigner.HOST,
    obs.HOST,
    ffmpeg.HOST,
    processor.HOST,
)
HOSTS: dict[str, Host] = {host.name: host for host in _ALL}
