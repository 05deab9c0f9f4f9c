"""A stored profile to a file for a render host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.errors import ProfileError
from ledcal.export.formats import FORMATS
from ledcal.export.formats import export_profile as write_export
from ledcal.files.digest import sha256_file
from ledcal.lut.chain import apply_chain
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.exposure import exposure_scale
from ledcal.pipeline.chain import chain_of
from ledcal.pipeline.correction import table_of
from ledcal.pipeline.profiles import read_stored
from ledcal.values.chain import Chain

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.lut import Lut3d
    from ledcal.values.profile import Profile


def export_profile(
    name: Path, *, root: Path, file_format: str, size: int, out: Path, overwrite: bool
) -> dict[str, Any]:
    """Write a profile's correction as a file; it is read back before it is kept.

    Parameters
    ----------
    name : Path
        Profile folder, or its name under `root`.
    root : Path
        Where profiles are kept.
    file_format : str
        A format of `ledcal.export.formats.FORMATS`.
    size : int
        Nodes along an edge.
    out : Path
        The file.
    overwrite : bool
        Replace what stands there.

    Returns
    -------
    dict
        out, sha256, format, size, steps, profile, content: for the summary.

    Raises
    ------
    LedcalError
        If the profile or the path is wrong, or the file does not read back.
    """
    profile, folder = read_stored(name, root=root)
    target = profile.stage.target
    table = _table(profile, folder, file_format, size)
    written = write_export(
        profile,
        table,
        apply_chain if isinstance(table, Chain) else apply_tetrahedral,
        format_name=file_format,
        path=out,
        overwrite=overwrite,
    )
    return {
        "out": str(written),
        "sha256": sha256_file(written),
        "format": file_format,
        "size": size,
        "steps": _steps(table),
        "profile": str(folder),
        "content": f"{target.gamut.name}, {target.eotf}, {target.peak_nits:g} nits",
    }


def _table(profile: Profile, folder: Path, file_format: str, size: int) -> Lut3d | Chain:
    """The correction as the format holds it; the stored table, which was judged, as it is."""
    is_chain = file_format in FORMATS and FORMATS[file_format].holds is Chain
    if size == profile.correction.size and not is_chain:
        return profile.correction
    target = profile.stage.target
    try:
        k = exposure_scale(profile.model, target)
        make = chain_of if is_chain else table_of
        return make(profile.model, target, k, size, peak=profile.peak)
    except (KeyError, ValueError) as error:
        raise ProfileError(f"{folder}: its model cannot be used ({error})") from error


def _steps(table: Lut3d | Chain) -> list[str]:
    """What the file does, in order."""
    cube = f"cube {table.size} x {table.size} x {table.size}"
    if not isinstance(table, Chain):
        return [cube]
    before = ["range"] if table.first.is_straight else ["range", f"curves {len(table.first)}"]
    return [*before, cube, *([] if table.last is None else [f"curves {len(table.last)}"])]
