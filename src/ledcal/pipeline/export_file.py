"""One correction to one file of a format."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError
from ledcal.export.check_bundle import DOCUMENT as BUNDLE
from ledcal.export.formats import (
    deliver,
    plan_files,
    require_format,
    require_size,
    usual_name,
)
from ledcal.export.label import inverse_label
from ledcal.export.matrix import deliver_matrix, matrix_name, plan_matrix
from ledcal.files.digest import sha256_file
from ledcal.lut.chain import apply_chain
from ledcal.lut.interpolate import apply_lut
from ledcal.pipeline.export_words import matrix_words, steps_of, table_words
from ledcal.pipeline.inverse import inverse_of
from ledcal.pipeline.matrix import nearest_of
from ledcal.pipeline.table_error import table_error
from ledcal.profile.store import DOCUMENT
from ledcal.values.chain import Chain, Lut1d

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.pipeline.export_source import Source
    from ledcal.pipeline.inverse import Inverse
    from ledcal.values.export import Label, Proof
    from ledcal.values.lut import Lut3d
    from ledcal.values.quality import Spread

_MATRIX = "matrix"


def export_file(
    source: Source,
    *,
    file_format: str,
    size: int | None,
    inverse: bool,
    out: Path,
    out_is_folder: bool = False,
    overwrite: bool,
) -> dict[str, Any]:
    """Write a correction as a file; it is read back before it is kept.

    Parameters
    ----------
    source : Source
        The correction.
    file_format : str
        A key of `ledcal.export.formats.FORMATS`, or ``matrix``.
    size : int or None
        Nodes along an edge; None: the format's usual.
    inverse : bool
        Wall code to content code instead.
    out : Path
        The file, or a folder.
    out_is_folder : bool
        It is a folder, also where it is not there yet.
    overwrite : bool
        Replace what stands there.

    Returns
    -------
    dict
        As docs/json.md says; summary: lines for people.

    Raises
    ------
    LedcalError
        If an option or the path is wrong, or the file does not read back.
    """
    if file_format == _MATRIX:
        if out_is_folder and not out.is_dir():
            out /= matrix_name(source.label)
        return _export_matrix(source, size=size, inverse=inverse, out=out, overwrite=overwrite)
    chosen = require_format(file_format)
    size = _size(source, file_format, size)
    label = source.label
    if inverse:
        lost = source.require_profile("--inverse").quality.gamut_clipped
        label = inverse_label(label, lost=lost)
    leads_back = inverse or source.is_inverse
    if out_is_folder and not out.is_dir():
        out /= usual_name(label, size, format_name=file_format)
    # Before the work.
    for file in plan_files(label, size, format_name=file_format, path=out, overwrite=overwrite):
        _require_not_of_profile(file)
        _require_not_of_bundle(file)
        if leads_back:
            _require_inverse_name(file)
    table: Lut3d | Chain
    back = _inverse(source, size) if inverse else None
    if back is None:
        table = source.chain(size) if chosen.holds is Chain else source.table(size)
    else:
        # No curves of their own: the wall's would have to stand in front.
        is_chain = chosen.holds is Chain
        table = Chain(Lut1d.straight(1.0), back.table, None) if is_chain else back.table
    delivery = deliver(
        label,
        table,
        apply_chain if isinstance(table, Chain) else apply_lut,
        format_name=file_format,
        path=out,
        overwrite=overwrite,
    )
    error = None if inverse or source.profile is None else table_error(source.profile, table)
    return {
        **_facts(source, label, delivery.files, delivery.proofs, file_format),
        "size": table.size,
        "steps": steps_of(table),
        "inverse": leads_back,
        **({} if error is None else {"between_nodes": asdict(error)}),
        **({} if back is None else {"round_trip": asdict(back.round_trip), "lost": back.lost}),
        "summary": table_words(
            delivery, label, table, file_format, back=back, error=error, is_inverse=leads_back
        ),
    }


def _export_matrix(
    source: Source, *, size: int | None, inverse: bool, out: Path, overwrite: bool
) -> dict[str, Any]:
    if size is not None:
        raise InputError(f"--size {size}: a matrix has no nodes; leave it out")
    if inverse:
        raise InputError(
            "--inverse: not for a matrix; invert its nine numbers, or give a --format that is a "
            "table"
        )
    profile = source.require_profile("a matrix")
    # Before the work.
    _require_not_of_bundle(plan_matrix(source.label, path=out, overwrite=overwrite))
    try:
        nearest = nearest_of(profile)
    except (KeyError, ValueError) as error:
        raise source.useless(error) from error
    wall, target = profile.stage.wall, profile.stage.target
    label = replace(
        source.label,
        takes=f"light of {target.gamut.name} content in nits, {target.eotf} decoded",
        gives=f"light for wall {wall.name} in nits, to be {wall.eotf} encoded",
    )
    path, proof = deliver_matrix(label, nearest.matrix, path=out, overwrite=overwrite)
    errors = {
        "leaves": (nearest.leaves, nearest.leaves_greys),
        "whole": (nearest.whole, nearest.whole_greys),
        "nothing": (nearest.nothing, nearest.nothing_greys),
    }
    return {
        **_facts(source, label, (path,), (proof,), _MATRIX),
        "matrix": nearest.matrix.tolist(),
        "eotf_before": target.eotf,
        "eotf_behind": wall.eotf,
        **{name: _both(*spreads) for name, spreads in errors.items()},
        "summary": matrix_words(path, proof, nearest, wall, target),
    }


def _require_not_of_profile(file: Path) -> None:
    """Refuse to replace the table that a profile holds: it would be a profile no more."""
    if file.name == "correction.cube" and (file.parent / DOCUMENT).is_file():
        raise InputError(
            f"{file} belongs to the profile {file.parent}, which must stay as it was fitted; "
            "choose another place"
        )


def _require_not_of_bundle(file: Path) -> None:
    """Refuse to change a bundle: it would be whole no more, and its copies differ."""
    for folder in file.absolute().parents:
        if (folder / BUNDLE).is_file():
            raise InputError(
                f"{file} would stand in the bundle {folder}, which would no longer be whole; "
                "choose another place, or write the bundle again with --host"
            )


def _require_inverse_name(file: Path) -> None:
    """An inverse under the name of a correction would sooner or later be loaded as one."""
    if "inverse" not in file.name.lower():
        better = file.with_name(f"{file.stem}_inverse{file.suffix}")
        raise InputError(f"{file}: an inverse must say so in its name; try -o {better}")


def _size(source: Source, file_format: str, size: int | None) -> int:
    """Nodes along an edge: as asked; else a table of others as it is, a profile as usual."""
    chosen = require_format(file_format)
    if size is None and source.foreign is not None:
        own = source.foreign.size
        return own if own in chosen.sizes or not chosen.sizes_only else chosen.usual
    size = size or chosen.usual
    require_size(file_format, size)
    return size


def _both(colours: Spread, greys: Spread) -> dict[str, Any]:
    return {**asdict(colours), "greys": asdict(greys)}


def _facts(
    source: Source,
    label: Label,
    files: tuple[Path, ...],
    proofs: tuple[Proof, ...],
    file_format: str,
) -> dict[str, Any]:
    """What every file of a correction says in ``--json``."""
    written = [{"path": str(path), "sha256": sha256_file(path)} for path in files]
    return {
        "out": written[0]["path"],
        "sha256": written[0]["sha256"],
        "files": written,
        "format": file_format,
        "profile": str(source.path),
        "content": source.label.takes,
        "takes": label.takes,
        "gives": label.gives,
        "proofs": [asdict(proof) for proof in proofs],
    }


def _inverse(source: Source, size: int) -> Inverse:
    profile = source.require_profile("--inverse")
    try:
        return inverse_of(profile, size)
    except (KeyError, ValueError) as error:
        raise source.useless(error) from error
