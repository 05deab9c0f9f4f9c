"""Corrections added to a user's own OpenColorIO config."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from ledcal.export.ocio.into import add_walls, require_places
from ledcal.export.readback import READ_BACK_LIMIT
from ledcal.files.digest import sha256_file
from ledcal.lut.interpolate import apply_lut
from ledcal.pipeline.export_config_words import (
    copy_words,
    displays_document,
    displays_words,
    size_for_config,
)
from ledcal.pipeline.export_words import at_most

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.export.ocio.into import Added
    from ledcal.pipeline.export_source import Source


# What is added to a section, for people.
_WORDS = {
    "roles": "role",
    "view_transforms": "view transform",
    "display_colorspaces": "display space",
    "colorspaces": "space",
    "search_path": "search_path",
    "active_views": "to the shown views",
}


def export_into(
    sources: Sequence[Source], *, size: int | None, out: Path | None, into: Path, overwrite: bool
) -> dict[str, Any]:
    """Add walls to a config that is there; all that is in it stays as it is.

    Parameters
    ----------
    sources : sequence of Source
        The corrections.
    size : int or None
        Nodes along an edge; None: 65, or what a file has.
    out : Path or None
        The new config, in the folder of `into`; None: `into` itself.
    into : Path
        The config to add to.
    overwrite : bool
        Replace what stands there; it is kept under another name.

    Returns
    -------
    dict
        out, into, format, sha256 (of the config), files, sizes, displays, kept, changed, added,
        replaced, notes, profiles, content, proof; summary: lines for people.

    Raises
    ------
    LedcalError
        If the config cannot be added to, or would not do what it should; nothing is changed.
    """
    require_places(into, out, overwrite=overwrite)
    sizes = [size_for_config(source, size) for source in sources]
    walls = [source.for_hosts([nodes]) for source, nodes in zip(sources, sizes, strict=True)]
    made = add_walls(into, walls, apply_lut, out=out, overwrite=overwrite)
    tables = {path.relative_to(into.parent).as_posix(): path for path in made.tables}
    files = [
        {"path": name, "sha256": sha256_file(path)}
        for name, path in {made.config.name: made.config, **tables}.items()
    ]
    return {
        "out": str(made.config),
        "into": str(into),
        "format": "ocio",
        "sha256": files[0]["sha256"],
        "files": files,
        "sizes": sizes,
        "displays": displays_document(made.displays, walls),
        "kept": str(made.kept) if made.kept else None,
        "changed": made.is_changed,
        "added": made.added,
        "replaced": made.replaced,
        "notes": list(made.notes),
        "profiles": [str(source.path) for source in sources],
        "content": [source.label.takes for source in sources],
        "proof": _proof_document(made),
        "summary": _summary(made, list(tables)),
    }


def _proof_document(made: Added) -> dict[str, Any]:
    proof = made.proof
    return {
        "reader": proof.reader,
        "checker": proof.checker,
        "processors_kept": proof.n_processors,
        "colours": proof.walls.n_colours,
        "beyond_float32": proof.walls.beyond,
        "table": proof.walls.table,
        "limit": READ_BACK_LIMIT,
    }


def _summary(made: Added, tables: list[str]) -> list[str]:
    walls, proof = made.proof.walls, made.proof
    count = len(made.displays)
    state = "added" if made.is_changed else "in it already; nothing was changed"
    rows = [("table", path) for path in tables] + [("also added", one) for one in _others(made)]
    if made.replaced:
        rows += [("replaced", name) for name in made.replaced["displays"]]
    if made.kept:
        rows.append(("as it was", str(made.kept)))
    folder = PurePosixPath(tables[0]).parent.as_posix()
    worst = at_most(max(walls.beyond, walls.table))
    return [
        f"{made.config}: {count} correction{'s' if count > 1 else ''} {state}",
        "  scene-linear 1.0 = 100 nits on the wall",
        *displays_words(made.displays),
        *(f"  {key + ':':<13} {words}" for key, words in rows),
        *(f"  note: {note}" for note in made.notes),
        f"  proven: {proof.n_processors} transforms of the config do what they did, bit for bit",
        f"          {proof.reader}, {walls.n_colours} colours: walls within {worst} in code",
        f"          {proof.checker}",
        "  load the config anew in the host",
        *copy_words(made.config.name, folder),
    ]


def _others(made: Added) -> list[str]:
    """What was added besides the walls."""
    walls = {name for names in made.displays for name in asdict(names).values()}
    return [
        f"{_WORDS[section]} {name}"
        for section, names in made.added.items()
        for name in names
        if section in _WORDS and (name not in walls or section.startswith(("view", "active_v")))
    ]
