"""Blender: a config, a script that sets and proves it, and starters for all systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.errors import InputError
from ledcal.export.hosts.configs import config_words
from ledcal.export.hosts.host import Host, Page
from ledcal.export.hosts.scripts import fill_script, made_words, python_script
from ledcal.export.hosts.words import page_of
from ledcal.export.ocio.config import write_config
from ledcal.export.ocio.names import name_walls

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.export import WallCorrection

SCRIPT = "ledcal_blender.py"
# Blender 3.4 to 5.0 keep a display's name in 64 bytes, and crash where it is longer.
LONGEST_NAME = 63


def _write(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
    _require_short_names(walls)
    config = write_config(folder, walls, evaluate)
    script = python_script("blender", config, walls, evaluate, folder=folder)
    (folder / SCRIPT).write_text(script, encoding="ascii", newline="\n")
    names = [path.relative_to(folder).as_posix() for path in config.files]
    names.append(SCRIPT)
    made = made_words()
    shell = fill_script("blender.sh", {"files": " ".join(names), "made": made})
    starter = folder / "start_blender.sh"
    starter.write_text(shell, encoding="ascii", newline="\n")
    starter.chmod(starter.stat().st_mode | 0o111)
    windows = " ".join('"{}"'.format(name.replace("/", "\\")) for name in names)
    batch = fill_script("blender.bat", {"files": windows, "made": made})
    (folder / "start_blender.bat").write_text(batch, encoding="ascii", newline="\r\n")
    return page_of("blender", config_words(config, walls), is_scene_linear=True)


def _require_short_names(walls: tuple[WallCorrection, ...]) -> None:
    """Refuse names that would end Blender.

    Raises
    ------
    InputError
        If a display's name is too long.
    """
    for names in name_walls(walls):
        for name in (names.calibrated, names.uncalibrated):
            size = len(name.encode())
            if size > LONGEST_NAME:
                remedy = (
                    "export each profile to a folder of its own"
                    if len(walls) > 1
                    else "give the wall a shorter name in stage.toml, and fit again"
                )
                raise InputError(
                    f"--host blender: the display {name!r} has a name of {size} bytes, and Blender "
                    f"crashes above {LONGEST_NAME}; {remedy}"
                )


HOST = Host("blender", "Blender 3.4 to 5.0", (65,), _write, takes_several=True)
