"""TouchDesigner: a config and its table for the OpenColorIO TOP, and a script that makes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.export.hosts.configs import config_words
from ledcal.export.hosts.host import Host, Page
from ledcal.export.hosts.scripts import python_script
from ledcal.export.hosts.words import page_of
from ledcal.export.ocio.config import write_config

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.export import WallCorrection


def _write(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
    config = write_config(folder, walls, evaluate)
    script = python_script("touchdesigner", config, walls, evaluate, folder=folder)
    (folder / "ledcal_touchdesigner.py").write_text(script, encoding="ascii", newline="\n")
    return page_of("touchdesigner", config_words(config, walls), is_scene_linear=True)


HOST = Host("touchdesigner", "TouchDesigner", (65,), _write, takes_several=True)
