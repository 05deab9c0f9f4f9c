"""The door to the ASC MHL library: which files a folder holds, with their hashes."""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
from pathlib import Path
from typing import Any

from ledcal.errors import InputError, SystemFault

# xxh64 is what offload tools check; c4 can be checked by the standard library (SHA-512).
HASHES = ("c4", "xxh64")


def write_generation(folder: Path, *, name: str, comment: str) -> None:
    """Write the first generation of an ASC MHL history: ``ascmhl/`` in the folder.

    Parameters
    ----------
    folder : Path
        All that is in it is listed. Nothing may be in use in it: it is moved, and moved back.
    name : str
        What the folder will be called: the manifest's name holds it.
    comment : str
        Goes into the manifest's creator info.

    Raises
    ------
    InputError
        If the library would pass over the folder.
    SystemFault
        If it will not load.
    """
    commands = _load()
    if "ascmhl" in {*folder.resolve().parts, name}:
        raise InputError(
            f"{folder.parent / name}: the ASC MHL library passes over everything in a folder "
            "called 'ascmhl'; choose another place"
        )
    # The library names its manifest after the folder, which has a temporary name by now.
    with tempfile.TemporaryDirectory(prefix=".part-", dir=folder.parent) as holder:
        named = folder.rename(Path(holder) / name)
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                # It uses a name of pathspec that goes away.
                warnings.simplefilter("ignore", DeprecationWarning)
                commands.create_for_folder_subcommand(
                    str(named.resolve()),
                    verbose=False,
                    detect_renaming=False,
                    hash_formats=HASHES,
                    no_directory_hashes=False,
                    author_name=None,
                    author_email=None,
                    author_phone=None,
                    author_role=None,
                    location=None,
                    comment=comment,
                    ignore_list=(),
                )
        finally:
            named.rename(folder)


def _load() -> Any:
    try:
        from ascmhl import commands  # noqa: PLC0415 - slow to import
    except ImportError as error:
        raise SystemFault(
            f"the ASC MHL library will not load ({error}); install it again: pip install ascmhl"
        ) from error
    return commands
