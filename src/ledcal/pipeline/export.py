"""A stored profile to a file for a render host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.errors import ProfileError
from ledcal.export.formats import export_profile as write_export
from ledcal.files.digest import sha256_file
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.exposure import exposure_scale
from ledcal.pipeline.correction import table_of
from ledcal.pipeline.profiles import read_stored

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
        out, sha256, format, size, profile, content: for the summary.

    Raises
    ------
    LedcalError
        If the profile or the path is wrong, or the file does not read back.
    """
    profile, folder = read_stored(name, root=root)
    target = profile.stage.target
    written = write_export(
        profile,
        _table(profile, folder, size),
        apply_tetrahedral,
        format_name=file_format,
        path=out,
        overwrite=overwrite,
    )
    return {
        "out": str(written),
        "sha256": sha256_file(written),
        "format": file_format,
        "size": size,
        "profile": str(folder),
        "content": f"{target.gamut.name}, {target.eotf}, {target.peak_nits:g} nits",
    }


def _table(profile: Profile, folder: Path, size: int) -> Lut3d:
    """The correction as a table; the stored one, which was judged, leaves as it is."""
    if size == profile.correction.size:
        return profile.correction
    target = profile.stage.target
    try:
        return table_of(profile.model, target, exposure_scale(profile.model, target), size)
    except (KeyError, ValueError) as error:
        raise ProfileError(f"{folder}: its model cannot be used ({error})") from error
