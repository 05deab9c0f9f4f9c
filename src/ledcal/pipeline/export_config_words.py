"""What `ledcal export` says of walls in an OCIO config, its own or the user's."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError
from ledcal.export.formats import SIZES
from ledcal.export.readback import READ_BACK_LIMIT
from ledcal.pipeline.export_words import at_most

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.export.ocio.config import ConfigProof, DisplayNames
    from ledcal.pipeline.export_source import Source
    from ledcal.values.export import WallCorrection

# Nodes along an edge, where nobody asks: in a config nothing is short of room.
USUAL = 65


def require_different(sources: Sequence[Source]) -> None:
    """Refuse the same correction twice.

    Raises
    ------
    InputError
        If one is given twice.
    """
    seen: set[str] = set()
    for source in sources:
        if source.identity.sha256 in seen:
            raise InputError(f"{source.path}: given twice; leave one out")
        seen.add(source.identity.sha256)


def size_for_config(source: Source, size: int | None) -> int:
    """Nodes along an edge of the table that a config gets.

    Raises
    ------
    InputError
        If it is none that tables have.
    """
    if size is None:
        return USUAL if source.foreign is None else source.foreign.size
    if size not in SIZES:
        wanted = ", ".join(map(str, SIZES))
        raise InputError(
            f"--size {size}: a table in a config has one of {wanted} nodes along an edge; {USUAL} "
            "where --size is left out"
        )
    return size


def displays_document(
    displays: Sequence[DisplayNames], walls: Sequence[WallCorrection]
) -> list[dict[str, Any]]:
    """What the displays of each correction are called, for JSON."""
    return [
        {
            **asdict(names),
            "wall": wall.wall.name,
            "camera": wall.camera.model,
            "profile": wall.identity.name,
        }
        for names, wall in zip(displays, walls, strict=True)
    ]


def displays_words(displays: Sequence[DisplayNames]) -> list[str]:
    """The names to choose from in a host's menus."""
    calibrated = [names.calibrated for names in displays]
    plain = dict.fromkeys(names.uncalibrated for names in displays)
    rows = [("display", name) for name in (*calibrated, *plain)]
    rows += [("view", displays[0].view)]
    rows += [("code to code", names.correction) for names in displays]
    lines, before = [], ""
    for key, name in rows:
        lines.append(f"  {'' if key == before else key + ':':<13} {name}")
        before = key
    return lines


def copy_words(config: str, tables: str) -> list[str]:
    """How a config is copied, and how a copy is checked.

    Parameters
    ----------
    config : str
        Its name.
    tables : str
        Folder of its tables, from where it stands.
    """
    return [
        f"  copy {config} and {tables}/ together; missing tables are found by",
        f"       ociocheck --iconfig {shlex.quote(f'DIR/{config}')}   (the tool is beside ledcal)",
    ]


def proof_document(proof: ConfigProof) -> dict[str, Any]:
    """What was tried, for JSON."""
    return {
        "reader": proof.reader,
        "checker": proof.checker,
        "processors": proof.n_processors,
        "colours": proof.walls.n_colours,
        "beyond_float32": proof.walls.beyond,
        "table": proof.walls.table,
        "limit": READ_BACK_LIMIT,
        "shaders": proof.unreal.n_shaders,
        "most_textures": proof.unreal.most_textures,
    }


def proof_words(proof: ConfigProof) -> list[str]:
    """What was tried, for people."""
    walls, unreal = proof.walls, proof.unreal
    worst = max(walls.beyond, walls.table)
    return [
        f"  proven: {proof.reader}, {walls.n_colours} colours: within {at_most(worst)} in code",
        f"          {proof.checker}; {proof.n_processors} processors built",
        f"          {unreal.n_shaders} shaders for Unreal, at most {unreal.most_textures} textures",
    ]
