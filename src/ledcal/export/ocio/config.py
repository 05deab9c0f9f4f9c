"""A whole config for some walls: written, proven, kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal import __version__
from ledcal.errors import InputError
from ledcal.export._ocio import opencolorio_name
from ledcal.export.formats import write_table
from ledcal.export.names import safe_stem
from ledcal.export.ocio.archive import write_archive
from ledcal.export.ocio.names import DisplayNames
from ledcal.export.ocio.ociocheck import check_by_tool
from ledcal.export.ocio.preflight import Preflight, preflight
from ledcal.export.ocio.proof import WallProof, build_all, open_config, prove_same, prove_walls
from ledcal.export.ocio.seal import CONFIG, sealed
from ledcal.export.ocio.sections import Sections, sections_of
from ledcal.export.ocio.text import block, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.export.ocio.sections import Entry
    from ledcal.values.export import WallCorrection

# What OpenColorIO takes for a variable, in a path.
_VARIABLE = re.compile(r"\$|%.*%")

__all__ = [
    "CONFIG",
    "ConfigFiles",
    "ConfigProof",
    "DisplayNames",
    "config_stem",
    "format_config",
    "write_config",
]


@dataclass(frozen=True, slots=True)
class ConfigProof:
    """What was tried of a config before it was kept.

    Attributes
    ----------
    reader : str
        The program that read it, with its version.
    checker : str
        ``ociocheck`` with its version; or that it did not run, and its work was done otherwise.
    n_processors : int
        How many were built: all displays and views, spaces and named transforms, both ways.
    walls : WallProof
        Displays and tables against ledcal's own chain.
    unreal : Preflight
        The shaders.
    """

    reader: str
    checker: str
    n_processors: int
    walls: WallProof
    unreal: Preflight


@dataclass(frozen=True, slots=True)
class ConfigFiles:
    """A config that was written and proven.

    Attributes
    ----------
    config : Path
        config.ocio.
    files : tuple of Path
        All that was written: the config, its tables, its archive.
    displays : tuple of DisplayNames
        One a correction, in order.
    proof : ConfigProof
        What was tried.
    """

    config: Path
    files: tuple[Path, ...]
    displays: tuple[DisplayNames, ...]
    proof: ConfigProof


def write_config(
    folder: Path,
    walls: Sequence[WallCorrection],
    evaluate: Evaluate,
    *,
    size: int | None = None,
    archive: bool = False,
) -> ConfigFiles:
    """Write config.ocio and its tables into a folder that is the caller's to keep or to drop.

    Parameters
    ----------
    folder : Path
        Gets ``config.ocio`` and ``luts/NAME_SIZE.cube``.
    walls : sequence of WallCorrection
        The corrections.
    evaluate : callable
        Our own evaluation of a table.
    size : int or None
        Which of their tables; None: the largest of each.
    archive : bool
        Also ``NAME.ocioz``, the same in one file.

    Returns
    -------
    ConfigFiles
        What was written, and the names in it.

    Raises
    ------
    InputError
        If a config in this folder would not find its tables.
    ExportError
        If the config does not do what it should.
    SystemFault
        If the operating system refuses.
    """
    _require_plain(folder)
    sections = sections_of(walls, size=size)
    stem = config_stem(walls)
    tables = folder / sections.search_path
    tables.mkdir(parents=True, exist_ok=True)
    files = [
        write_table(one.wall.label, one.table, evaluate, format_name="cube", path=tables / one.file)
        for one in sections.walls
    ]
    config = folder / CONFIG
    beside = [f"{sections.search_path}/{one.file}" for one in sections.walls]
    if archive:
        beside.append(f"{stem}.ocioz")
    text = format_config(sections, name=stem, beside=beside)
    config.write_text(text, encoding="utf-8", newline="\n")
    files.insert(0, config)
    proof = _prove(config, sections, evaluate)
    if archive:
        packed = folder / f"{stem}.ocioz"
        write_archive(packed, folder=folder, files=files)
        files.append(packed)
        prove_same(open_config(config), open_config(packed), sections.walls)
    return ConfigFiles(config, tuple(files), tuple(one.names for one in sections.walls), proof)


def _require_plain(folder: Path) -> None:
    """Refuse a place in which OpenColorIO looks for tables somewhere else."""
    whole = folder.absolute()
    if _VARIABLE.search(str(whole)):
        strange = next(part for part in whole.parts if "$" in part or "%" in part)
        raise InputError(
            f"{folder}: a config finds no tables below a folder called {strange!r}: OpenColorIO "
            "takes $ and % for variables; choose another place, here and on the host"
        )


def _prove(config: Path, sections: Sections, evaluate: Evaluate) -> ConfigProof:
    opened = open_config(config)
    built = build_all(opened)
    checker = (
        check_by_tool(config) or "ociocheck did not run: all of it built by OpenColorIO itself"
    )
    walls = prove_walls(opened, sections.walls, evaluate)
    return ConfigProof(opencolorio_name(), checker, built, walls, preflight(opened))


def config_stem(walls: Sequence[WallCorrection]) -> str:
    """What the archive is called: as the one profile, or as the walls."""
    if len(walls) == 1:
        return safe_stem(walls[0].label.name)
    return safe_stem("-".join(dict.fromkeys(wall.wall.name for wall in walls)))


def format_config(sections: Sections, *, name: str = "ledcal", beside: Sequence[str] = ()) -> str:
    """The text of a whole config.

    Parameters
    ----------
    sections : Sections
        What is in it.
    name : str
        What hosts show as its name.
    beside : sequence of str
        The files that are written with it, relative to its folder.
    """
    (view_transform,) = sections.view_transforms
    text = "\n".join(
        [
            "ocio_profile_version: 2.1",
            "",
            "environment:",
            "  {}",
            f"name: {quoted(name)}",
            f"description: {block(_description(sections), 2)}",
            f"search_path: {quoted(sections.search_path)}",
            "strictparsing: true",
            "family_separator: /",
            "",
            _section("roles", sections.roles),
            "file_rules:",
            "  - !<Rule> {name: Default, colorspace: default}",
            "",
            _section("shared_views", sections.shared_views),
            _section("displays", sections.displays),
            "# Empty: all of them.",
            "active_displays: []",
            "active_views: []",
            "inactive_colorspaces: []",
            "",
            f"default_view_transform: {quoted(view_transform.name)}",
            "",
            _section("view_transforms", sections.view_transforms),
            _section("display_colorspaces", sections.display_colorspaces, apart=True),
            _section("colorspaces", sections.colorspaces, apart=True),
            _section("named_transforms", sections.named_transforms, apart=True),
        ]
    )
    return sealed(text, beside)


def _description(sections: Sections) -> list[str]:
    lines = [
        f"LED walls for the camera, by ledcal {__version__}.",
        "Scene-linear 1.0 = 100 nits on the wall, in all spaces.",
    ]
    for one in sections.walls:
        names, camera = one.names, one.wall.camera.model or "not stated"
        lines += [
            f"{names.calibrated}: corrected; profile {one.wall.label.name}, camera {camera}.",
            f"{names.correction}: the same correction alone, code to code.",
            f"{names.uncalibrated}: not corrected.",
        ]
    return [
        *dict.fromkeys(lines),
        f"View {sections.walls[0].names.view}, no look, exposure 0, gamma 1; full range.",
        f"Copy {sections.search_path} with this file: without the tables some hosts show something",
        "else and say nothing.",
    ]


def _section(key: str, entries: Sequence[Entry], *, apart: bool = False) -> str:
    between = "\n" if apart else ""
    return f"{key}:\n" + between.join(entry.text for entry in entries)
