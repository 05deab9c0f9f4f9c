"""Nuke and Nuke Stage: a config, its table for the file node, and a script for Nuke."""

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
    script = python_script("nuke", config, walls, evaluate, folder=folder)
    (folder / "ledcal_nuke.py").write_text(script, encoding="ascii", newline="\n")
    return page_of("nuke", config_words(config, walls), is_scene_linear=True)


HOST = Host("nuke", "Nuke 13.1 or newer, Nuke Stage", (65,), _write, takes_several=True)
