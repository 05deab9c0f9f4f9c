"""Unreal: an OCIO config, and a script that sets it in a project: viewports and inner frusta."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ledcal import __version__
from ledcal.errors import ExportError
from ledcal.export.check_colours import check_colours
from ledcal.export.cube import ascii_line
from ledcal.export.hosts.host import Host
from ledcal.export.hosts.linear709 import LINEAR_709, in_space, white_codes
from ledcal.export.hosts.tables import either
from ledcal.export.hosts.words import page_of, read_template
from ledcal.export.ocio.config import write_config
from ledcal.export.ocio.sections import MONITOR
from ledcal.export.ocio.spaces import SPACES
from ledcal.values.export import code_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate, Page
    from ledcal.export.ocio.config import ConfigFiles
    from ledcal.export.ocio.names import DisplayNames
    from ledcal.values.export import CheckColour, WallCorrection

SCRIPT = "ledcal_unreal.py"


def ascii_walls(walls: Sequence[WallCorrection]) -> tuple[WallCorrection, ...]:
    """The corrections with names in ASCII: Unreal's plug-in takes no others.

    Walls whose names differ stay different; a second one that would be the same is numbered.
    """
    named: dict[str, str] = {}
    for wall in walls:
        if wall.wall.name in named:
            continue
        plain = _plain(wall.wall.name, "wall")
        number, name = 1, plain
        while name.casefold() in (other.casefold() for other in named.values()):
            number += 1
            name = f"{plain} {number}"
        named[wall.wall.name] = name
    return tuple(
        replace(
            wall,
            wall=replace(wall.wall, name=named[wall.wall.name]),
            camera=replace(wall.camera, model=_plain(wall.camera.model, "")),
            label=replace(wall.label, name=_plain(wall.label.name, "profile")),
        )
        for wall in walls
    )


def _plain(text: str, empty: str) -> str:
    return " ".join(ascii_line(text).replace("?", " ").split()) or empty


def _write(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
    made = write_config(folder, ascii_walls(walls), evaluate)
    checks = [check_colours(wall, evaluate, is_scene_linear=True) for wall in walls]
    text = script_text(folder, made, walls, checks)
    (folder / SCRIPT).write_bytes(text.encode("ascii"))
    names = made.displays
    page = page_of(
        "unreal",
        {
            "view": names[0].view,
            "eotfs": either(list({wall.wall.eotf: 0 for wall in walls})),
            "white": _white(walls, names, evaluate),
            "acescg": _acescg(names, checks),
        },
        is_scene_linear=True,
    )
    return replace(page, displays=names, light=LINEAR_709)


def script_text(
    folder: Path,
    made: ConfigFiles,
    walls: Sequence[WallCorrection],
    checks: Sequence[Sequence[CheckColour]],
) -> str:
    """The script for the editor's Python, ASCII.

    Parameters
    ----------
    folder : Path
        Holds what was made.
    made : ConfigFiles
        The config that the script sets.
    walls : sequence of WallCorrection
        The corrections in it, in order.
    checks : sequence of sequence of CheckColour
        For each, colours to ask Unreal for.

    Raises
    ------
    ExportError
        If it is no Python that Unreal reads.
    """
    corrections = {
        names.calibrated: {
            "wall": wall.wall.name,
            "camera": wall.camera.model,
            "profile": wall.label.name,
            "uncalibrated": names.uncalibrated,
            "view": names.view,
            "checks": [_check_document(colour) for colour in colours],
        }
        for names, wall, colours in zip(made.displays, walls, checks, strict=True)
    }
    files = [path.relative_to(folder).as_posix() for path in made.files if path != made.config]
    text = read_template("unreal-script").substitute(
        made=f"Written by ledcal {__version__}; the README beside it has the steps.",
        first=json.dumps(made.displays[0].calibrated),
        there="\n".join(
            f"#   {json.dumps(names.calibrated)}: profile {_plain(wall.label.name, '')}"
            for names, wall in zip(made.displays, walls, strict=True)
        ),
        corrections=_literal(corrections),
        monitor=json.dumps(MONITOR),
        files=json.dumps(files),
    )
    try:
        compile(text, SCRIPT, "exec")
    except SyntaxError as error:
        raise ExportError(
            f"{SCRIPT}: it is no Python ({error}); nothing was kept; please report it"
        ) from error
    return text


def _check_document(colour: CheckColour) -> dict[str, Any]:
    """A check colour in every linear space of the config that can hold it."""
    linear = {space.name: in_space(colour, space.name) for space in SPACES if not space.is_log}
    return {
        "name": colour.name,
        # Unreal takes negative light for none.
        "linear": {name: value for name, value in linear.items() if min(value) >= 0.0},
        "calibrated": [round(code, 6) for code in colour.wall],
        "uncalibrated": [round(code, 6) for code in colour.content],
    }


def _white(
    walls: Sequence[WallCorrection], names: Sequence[DisplayNames], evaluate: Evaluate
) -> str:
    """What 100 nits become, a line for each display."""
    lines = []
    for wall, one in zip(walls, names, strict=True):
        content, corrected = white_codes(wall, evaluate)
        for name, code in ((one.calibrated, corrected), (one.uncalibrated, content)):
            red, green, blue = (float(value) for value in code)
            steps = " ".join(str(value) for value in code_values((red, green, blue)))
            lines.append(f"    {steps:<14} (of 1023)  {name}")
    return "\n".join(dict.fromkeys(lines))


def _literal(corrections: dict[str, dict[str, Any]]) -> str:
    """A dictionary as Python that people can read: a line an entry, a line a check colour."""
    lines = ["{"]
    for name, one in corrections.items():
        lines.append(f"    {json.dumps(name)}: {{")
        for key, value in one.items():
            if key != "checks":
                lines.append(f"        {json.dumps(key)}: {json.dumps(value)},")
                continue
            lines.append('        "checks": [')
            lines += [f"            {json.dumps(colour)}," for colour in value]
            lines.append("        ],")
        lines.append("    },")
    return "\n".join([*lines, "}"])


def _acescg(names: Sequence[DisplayNames], checks: Sequence[Sequence[CheckColour]]) -> str:
    """The check colours in ACEScg, a line each, indented as a command is."""
    groups: dict[str, list[str]] = {}
    for one, colours in zip(names, checks, strict=True):
        groups.setdefault("\n".join(map(_entered, colours)), []).append(one.calibrated)
    if len(groups) == 1:
        return next(iter(groups))
    return "\n".join(f"    {either(ours)}:\n{lines}" for lines, ours in groups.items())


def _entered(colour: CheckColour) -> str:
    return f"    {colour.name:<6} {' '.join(f'{value:.3f}' for value in colour.acescg)}"


HOST = Host(
    "unreal", "Unreal Engine 5.1 or newer, with nDisplay", (65,), _write, takes_several=True
)
