"""One correction to one file of a format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError
from ledcal.export.formats import require_format, require_size, write_table
from ledcal.files.digest import sha256_file
from ledcal.lut.chain import apply_chain
from ledcal.lut.interpolate import apply_lut
from ledcal.values.chain import Chain

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.pipeline.export_source import Source
    from ledcal.values.lut import Lut3d


def export_file(
    source: Source,
    *,
    file_format: str,
    size: int | None,
    inverse: bool,
    out: Path,
    overwrite: bool,
) -> dict[str, Any]:
    """Write a correction as a file; it is read back before it is kept.

    Parameters
    ----------
    source : Source
        The correction.
    file_format : str
        A key of `ledcal.export.formats.FORMATS`.
    size : int or None
        Nodes along an edge; None: the format's usual.
    inverse : bool
        Wall code to content code instead.
    out : Path
        The file.
    overwrite : bool
        Replace what stands there.

    Returns
    -------
    dict
        out, sha256, format, size, steps, profile, content; summary: lines for people.

    Raises
    ------
    LedcalError
        If the path is wrong, or the file does not read back.
    """
    if inverse:
        raise InputError("--inverse: not for this format")
    chosen = require_format(file_format)
    size = size or chosen.usual
    require_size(file_format, size)
    table = source.chain(size) if chosen.holds is Chain else source.table(size)
    written = write_table(
        source.label,
        table,
        apply_chain if isinstance(table, Chain) else apply_lut,
        format_name=file_format,
        path=out,
        overwrite=overwrite,
    )
    steps, digest = _steps(table), sha256_file(written)
    return {
        "out": str(written),
        "sha256": digest,
        "format": file_format,
        "size": size,
        "steps": steps,
        "profile": str(source.path),
        "content": source.label.takes,
        "summary": _summary(source, written, digest, size, steps, file_format),
    }


def _summary(
    source: Source, written: Path, digest: str, size: int, steps: list[str], file_format: str
) -> list[str]:
    last = steps[-1]
    behind = f", then 3 {last.replace(' ', ' of ')}" if last.startswith("curves") else ""
    choose = "" if file_format == "clf" else "; where there is a choice, tetrahedral interpolation"
    return [
        f"{written}: {size} x {size} x {size} nodes{behind}",
        f"  in: {source.label.takes}",
        f"  out: {source.label.gives}",
        f"  read back through OpenColorIO and compared; sha256 {digest[:16]}",
        "  load it after the output transform, before the LED processor, once" + choose,
    ]


def _steps(table: Lut3d | Chain) -> list[str]:
    """What the file does, in order."""
    cube = f"cube {table.size} x {table.size} x {table.size}"
    if not isinstance(table, Chain):
        return [cube]
    before = ["range"] if table.first.is_straight else ["range", f"curves {len(table.first)}"]
    return [*before, cube, *([] if table.last is None else [f"curves {len(table.last)}"])]
