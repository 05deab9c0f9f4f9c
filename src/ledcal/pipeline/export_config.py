"""Corrections as an OpenColorIO config, or added to the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError
from ledcal.export.ocio.config import write_config
from ledcal.export.ocio.seal import CONFIG, written_in
from ledcal.export.ocio.spaces import SPACES
from ledcal.files.atomic import atomic_folder
from ledcal.files.digest import sha256_file
from ledcal.lut.interpolate import apply_lut
from ledcal.pipeline.export_config_words import (
    copy_words,
    displays_document,
    displays_words,
    proof_document,
    proof_words,
    require_different,
    size_for_config,
)
from ledcal.pipeline.export_into import export_into

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.pipeline.export_source import Source


def export_config(
    sources: Sequence[Source],
    *,
    size: int | None,
    out: Path | None,
    into: Path | None,
    overwrite: bool,
) -> dict[str, Any]:
    """Write a config folder for some walls, or add the walls to a config that is there.

    Parameters
    ----------
    sources : sequence of Source
        The corrections, in the order of menus.
    size : int or None
        Nodes along an edge; None: 65, or what a file has.
    out : Path or None
        The folder; with `into` the new config.
    into : Path or None
        The config to add to.
    overwrite : bool
        Replace a config folder of ours that nobody changed since.

    Returns
    -------
    dict
        out, format, config, archive, sha256 (of the config), files, sizes, version, displays,
        spaces, profiles, content, proof; summary: lines for people.

    Raises
    ------
    LedcalError
        If a path or size is wrong, or the config does not do what it should; nothing is left
        behind.
    """
    require_different(sources)
    if into is not None:
        return export_into(sources, size=size, out=out, into=into, overwrite=overwrite)
    if out is None:
        raise InputError("--format ocio wants -o: the folder to write")
    sizes = [size_for_config(source, size) for source in sources]
    with atomic_folder(out, overwrite=overwrite, marker=CONFIG, written=written_in(out)) as folder:
        walls = [source.for_hosts([nodes]) for source, nodes in zip(sources, sizes, strict=True)]
        made = write_config(folder, walls, apply_lut, archive=True)
        files = [
            {"path": path.relative_to(folder).as_posix(), "sha256": sha256_file(path)}
            for path in made.files
        ]
        n_bytes = sum(path.stat().st_size for path in made.files)
    return {
        "out": str(out),
        "format": "ocio",
        "config": str(out / CONFIG),
        "archive": str(out / made.files[-1].name),
        "sha256": files[0]["sha256"],
        "files": files,
        "sizes": sizes,
        "version": made.proof.unreal.version,
        "displays": displays_document(made.displays, walls),
        "spaces": [space.name for space in SPACES],
        "profiles": [str(source.path) for source in sources],
        "content": [source.label.takes for source in sources],
        "proof": proof_document(made.proof),
        "summary": [
            f"{out}: OCIO config {made.proof.unreal.version}, {n_bytes / 1e6:.1f} MB",
            f"  tables: {', '.join(map(str, sorted(set(sizes))))} nodes along an edge, tetrahedral",
            "  scene-linear 1.0 = 100 nits on the wall",
            *displays_words(made.displays),
            f"  use: {out / CONFIG}",
            "       as the host's OCIO config, or in OCIO=...",
            f"       in one file, from OpenColorIO 2.2 on: {made.files[-1].name}",
            *proof_words(made.proof),
            *copy_words(CONFIG, "luts"),
        ],
    }
