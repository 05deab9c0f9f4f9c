"""What `ledcal export` was asked for, to the module that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError
from ledcal.pipeline.export_config import export_config
from ledcal.pipeline.export_file import export_file
from ledcal.pipeline.export_host import export_host
from ledcal.pipeline.export_source import open_source
from ledcal.pipeline.export_typed import (
    format_by_suffix,
    require_config,
    require_folder_name,
    require_no_output,
)
from ledcal.pipeline.foreign_table import note_words, origin_of, origin_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.pipeline.export_source import Source


def export(
    names: Sequence[Path],
    *,
    root: Path,
    file_format: str | None = None,
    host: str | None = None,
    size: int | None = None,
    inverse: bool = False,
    into: Path | None = None,
    stage: Path | None = None,
    out: Path | None = None,
    out_is_folder: bool = False,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Write corrections for a host; every file is read back before it is kept.

    Parameters
    ----------
    names : sequence of Path
        Profiles (folders, or names under `root`), or .cube and .clf files of any origin.
    root : Path
        Where profiles are kept.
    file_format : str or None
        A key of `ledcal.export.formats.FORMATS`, or ``ocio``; None: as the suffix of `out` says,
        else ``cube``, or as `host` needs.
    host : str or None
        A key of `ledcal.export.hosts.HOSTS`: a folder for that host.
    size : int or None
        Nodes along an edge; None: the usual ones of the format or host.
    inverse : bool
        Wall code to content code instead.
    into : Path or None
        The user's own OCIO config, to which the walls are added.
    stage : Path or None
        For a file of other origin: what its codes mean.
    out : Path or None
        File or folder. None only with `into`: the config itself.
    out_is_folder : bool
        `out` was typed as a folder (``luts/``): it is made, where it is not there.
    overwrite : bool
        Replace what stands there.

    Returns
    -------
    dict
        For the summary and ``--json``; docs/json.md says what is in it.

    Raises
    ------
    LedcalError
        If a profile, an option or a path is wrong, or a file does not read back.
    """
    if host is not None and file_format is not None:
        raise InputError(
            f"--host {host} and --format {file_format}: choose one; a host's folder holds the "
            "formats that it reads"
        )
    is_config = file_format == "ocio" or into is not None
    if into is not None and (host is not None or file_format not in {None, "ocio"}):
        raise InputError("--into adds to an OCIO config; leave --host and --format out")
    if inverse and (host is not None or is_config):
        raise InputError("--inverse is for single files; give a --format that is a table")
    if out is None and not is_config:
        require_no_output(names, root=root)
        raise InputError("-o says where to write; name a file, or a folder for ocio and --host")
    if out is None and into is None:
        raise InputError(
            "--format ocio wants -o: the folder to write, or --into: the config to add to"
        )
    if into is not None:
        require_config(into)
    elif out is not None and not out_is_folder:
        if host is not None or file_format == "ocio":
            require_folder_name(out, host=host)
        else:
            file_format = file_format or format_by_suffix(out)
    sources = [open_source(name, root=root, stage=stage) for name in names]
    if stage is not None and all(source.foreign is None for source in sources):
        raise InputError(
            f"--stage {stage}: profile {sources[0].label.name} knows its stage; --stage is for "
            ".cube and .clf files"
        )
    made = _made(
        sources,
        file_format=file_format,
        host=host,
        size=size,
        inverse=inverse,
        into=into,
        out=out,
        out_is_folder=out_is_folder,
        overwrite=overwrite,
    )
    tables = [(one.foreign, one.stage) for one in sources if one.foreign is not None]
    if tables:
        made["origins"] = [origin_of(*table) for table in tables]
        lines = made["summary"]
        heads = sum(not line.startswith(" ") for line in lines)
        notes = [line for foreign, _ in tables for line in note_words(foreign)]
        origins = [line for table in tables for line in origin_words(*table)]
        made["summary"] = [*lines[:heads], *notes, *lines[heads:], *origins]
    return made


def _made(
    sources: Sequence[Source],
    *,
    file_format: str | None,
    host: str | None,
    size: int | None,
    inverse: bool,
    into: Path | None,
    out: Path | None,
    out_is_folder: bool,
    overwrite: bool,
) -> dict[str, Any]:
    """What was asked for, by the module that makes it."""
    if out is None or file_format == "ocio" or into is not None:
        return export_config(sources, size=size, out=out, into=into, overwrite=overwrite)
    if host is not None:
        return export_host(sources, host=host, size=size, out=out, overwrite=overwrite)
    if len(sources) > 1:
        raise InputError(
            f"{len(sources)} profiles: a {file_format or 'cube'} file holds one; several go into "
            "one config with --format ocio"
        )
    return export_file(
        sources[0],
        file_format=file_format or "cube",
        size=size,
        inverse=inverse,
        out=out,
        out_is_folder=out_is_folder,
        overwrite=overwrite,
    )
