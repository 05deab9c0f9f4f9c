"""A host's folder becomes a bundle: page, document, checker and manifest beside its files."""

from __future__ import annotations

import glob
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from ledcal import __version__
from ledcal.errors import ExportError, InputError
from ledcal.export import check_bundle
from ledcal.export._ascmhl import write_generation
from ledcal.export.check_colours import check_colours, mistakes
from ledcal.export.check_pictures import write_check_pictures
from ledcal.export.hosts.page import format_page, format_trouble
from ledcal.export.names import safe_stem
from ledcal.export.ocio.names import name_walls
from ledcal.files.document import format_document
from ledcal.values.export import code_values
from ledcal.values.quality import spread_document

if TYPE_CHECKING:
    from datetime import datetime

    from ledcal.export.hosts.host import Evaluate, Host, Page
    from ledcal.export.ocio.names import DisplayNames
    from ledcal.values.export import CheckColour, WallCorrection
    from ledcal.values.stage import Gamut

DOCUMENT = check_bundle.DOCUMENT
FORMAT = "ledcal bundle"
SCHEMA_VERSION = 1


def seal(
    folder: Path,
    *,
    name: str,
    host: Host,
    page: Page,
    walls: tuple[WallCorrection, ...],
    evaluate: Evaluate,
    made: datetime,
) -> dict[str, Any]:
    """Write what makes a bundle of the files that a host's module has put into a folder.

    Check pictures, README.md, IF_IT_LOOKS_WRONG.md, ledcal-bundle.json, check_bundle.py and the ASC
    MHL; then all is checked once.

    Parameters
    ----------
    folder : Path
        Holds the host's files.
    name : str
        What the folder will be called.
    host : Host
        The host.
    page : Page
        What its module says of the files.
    walls : tuple of WallCorrection
        The corrections in them.
    evaluate : callable
        Our own evaluation of a table.
    made : datetime
        Now, with its time zone.

    Returns
    -------
    dict
        What is in ledcal-bundle.json.

    Raises
    ------
    ExportError
        If the bundle does not pass its own check.
    """
    checks = tuple(
        check_colours(wall, evaluate, is_scene_linear=page.is_scene_linear) for wall in walls
    )
    write_check_pictures(folder, page, checks)
    files = sorted(path.relative_to(folder).as_posix() for path in _files(folder))
    has_config = any(Path(name).suffix == ".ocio" for name in files)
    displays = dict(enumerate(page.displays or name_walls(walls))) if has_config else {}
    wrong = mistakes(
        walls[0],
        checks[0][1],
        evaluate,
        is_scene_linear=page.is_scene_linear,
        interpolation=page.interpolates,
        has_displays=has_config,
    )
    when = made.isoformat(timespec="seconds")
    document = {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "host": {"name": host.name, "title": host.title},
        "made": when,
        "ledcal_version": __version__,
        "takes": page.takes,
        "gives": page.gives,
        "interpolation": page.interpolates,
        "is_scene_linear": page.is_scene_linear,
        "walls": [_wall_document(wall, checks[i], displays.get(i)) for i, wall in enumerate(walls)],
    }
    text = format_page(
        host,
        page,
        walls,
        checks,
        displays=displays,
        made=f"{when[:16].replace('T', ' ')} by ledcal {__version__}",
        files=files,
    )
    trouble = format_trouble(host, page, walls, checks, wrong, has_displays=has_config)
    (folder / check_bundle.PAGE).write_bytes(text.encode())
    (folder / check_bundle.TROUBLE).write_bytes(trouble.encode())
    (folder / DOCUMENT).write_bytes(format_document(document).encode())
    (folder / check_bundle.CHECKER).write_bytes(Path(check_bundle.__file__).read_bytes())
    write_generation(
        folder, name=safe_stem(name), comment=f"ledcal {__version__}: {host.name} bundle"
    )
    found = check_bundle.check_folder(folder)
    if found.differences:
        raise ExportError(
            f"{name}: the manifest does not agree with the folder ({found.differences[0].text}); "
            "nothing was kept; please report it"
        )
    return document


class Standing(NamedTuple):
    """What a bundle that is there says of itself: its host, and the names of its walls."""

    host: str
    walls: tuple[str, ...]


def what_stands_in(folder: Path) -> Standing | None:
    """For which host and walls the bundle in a folder is; None where none says so."""
    document = check_bundle.read_document(folder)
    try:
        walls = tuple(str(one["wall"]["name"]) for one in document["walls"])
        return Standing(str(document["host"]["name"]), walls)
    except (KeyError, TypeError):
        return None


def written_in(folder: Path) -> list[str]:
    """What ledcal wrote into a bundle that stands there, and what any program leaves, as globs.

    Parameters
    ----------
    folder : Path
        Where a bundle is to stand; it need not exist.

    Returns
    -------
    list of str
        For `ledcal.files.atomic.atomic_folder`; empty where there is no bundle.

    Raises
    ------
    InputError
        If its manifest cannot be read, so that nobody knows what ledcal wrote there.
    """
    if not (folder / DOCUMENT).is_file():
        return []
    entries, problems, _ = check_bundle.read_manifest(folder)
    if not entries:
        raise InputError(
            f"{folder}: {problems[0].text}, so ledcal cannot tell its files from yours and will "
            "not replace the folder; move it away, or choose another place"
        )
    folders = {str(PurePosixPath(entry.path).parent) for entry in entries} | {"."}
    left = [
        f"{'' if one == '.' else glob.escape(one) + '/'}{name}"
        for one in folders
        for name in check_bundle.LEFT_BEHIND
    ]
    listed = [glob.escape(entry.path) for entry in entries]
    return [*listed, f"{check_bundle.MANIFESTS}/*", *left]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _wall_document(
    wall: WallCorrection, colours: tuple[CheckColour, ...], displays: DisplayNames | None
) -> dict[str, Any]:
    its, target, quality = wall.wall, wall.target, wall.quality
    return {
        "identity": asdict(wall.identity),
        "label": wall.label.name,
        "wall": {
            "name": its.name,
            "width_px": its.width_px,
            "height_px": its.height_px,
            "eotf": its.eotf,
            "peak_nits": its.peak_nits,
            "gamut": _gamut_document(its.gamut),
        },
        "camera": {"model": wall.camera.model},
        "target": {
            "eotf": target.eotf,
            "peak_nits": target.peak_nits,
            "gamut": _gamut_document(target.gamut),
        },
        "sizes": sorted(wall.tables),
        "displays": None if displays is None else asdict(displays),
        "quality": None
        if quality is None
        else {
            "before": spread_document(quality.before),
            "after": spread_document(quality.after),
            "cross_validated": spread_document(quality.cross_validated),
        },
        "check_colours": [_check_document(colour) for colour in colours],
    }


def _gamut_document(space: Gamut) -> dict[str, Any]:
    return {
        "name": space.name,
        "primaries_xy": space.primaries_xy.tolist(),
        "whitepoint_xy": space.whitepoint_xy.tolist(),
    }


def _check_document(colour: CheckColour) -> dict[str, Any]:
    codes = {
        "uncalibrated": colour.content,
        "calibrated": colour.wall,
        "calibrated_trilinear": colour.trilinear,
    }
    return {
        "name": colour.name,
        "acescg": [round(value, 6) for value in colour.acescg],
        **{key: [round(value, 6) for value in code] for key, code in codes.items()},
        **{f"{key}_10bit": list(code_values(code)) for key, code in codes.items()},
    }
