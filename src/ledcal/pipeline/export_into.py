"""Corrections added to a user's own OpenColorIO config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.export.ocio.into import add_walls
from ledcal.export.readback import READ_BACK_LIMIT
from ledcal.files.digest import sha256_file
from ledcal.lut.interpolate import apply_lut
from ledcal.pipeline.export_config_words import (
    displays_document,
    displays_words,
    size_for_config,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.export.ocio.into import Added
    from ledcal.pipeline.export_source import Source


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
    sizes = [size_for_config(source, size) for source in sources]
    walls = [source.for_hosts([nodes]) for source, nodes in zip(sources, sizes, strict=True)]
    made = add_walls(into, walls, apply_lut, out=out, overwrite=overwrite)
    files = [
        {"path": path.relative_to(into.parent).as_posix(), "sha256": sha256_file(path)}
        for path in (made.config, *made.tables)
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
        "summary": _summary(made, [file["path"] for file in files[1:]]),
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
    lines = [f"{made.config}: {len(made.displays)} wall corrections in it"]
    if not made.is_changed:
        lines[0] += " already; nothing was changed"
    lines += ["  scene-linear 1.0 = 100 nits on the wall", *displays_words(made.displays)]
    lines += [f"  {'table:':<13} {path}" for path in tables]
    ours = {"displays", "display_colorspaces", "named_transforms", "active_displays"}
    for section, names in made.added.items():
        rest = [name for name in names if section not in ours or not name.startswith("LED ")]
        lines += [f"  also added:   {name} ({section})" for name in rest]
    if made.replaced:
        lines.append(f"  replaced:     {', '.join(made.replaced.get('displays', []))}")
    if made.kept:
        lines.append(f"  as it was:    {made.kept}")
    lines += [f"  note: {note}" for note in made.notes]
    worst = max(walls.beyond, walls.table)
    return [
        *lines,
        f"  proven: {proof.n_processors} transforms of the config do what they did, bit for bit",
        f"          {proof.reader}, {walls.n_colours} colours: walls within {worst:.0e} in code",
        f"          {proof.checker}",
        "  load the config anew in the host; copy the tables wherever the config goes",
    ]
