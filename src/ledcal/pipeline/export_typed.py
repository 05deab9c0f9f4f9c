"""What was typed for `ledcal export`: what it means, or what was probably meant."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ledcal.errors import InputError
from ledcal.export.names import TABLE_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_OF_SUFFIX = {".clf": "clf", ".spi3d": "spi3d", ".spimtx": "matrix"}
_PICTURES = {
    ".exr": "a picture of a table is a lattice: add --format lattice",
    ".png": "a picture of a table is a hald or a lattice: add --format hald, or --format lattice",
}
_CONFIGS = (".ocio", ".ocioz")


def format_by_suffix(out: Path) -> str:
    """The format of a single file, where only its name says it.

    Raises
    ------
    InputError
        If the name can mean two formats, or a folder.

    Examples
    --------
    >>> from pathlib import Path
    >>> format_by_suffix(Path("wall.CLF")), format_by_suffix(Path("wall"))
    ('clf', 'cube')
    """
    suffix = out.suffix.lower()
    if out.is_dir():
        return "cube"
    if suffix in _PICTURES:
        raise InputError(f"{out}: {_PICTURES[suffix]}")
    if suffix in _CONFIGS:
        raise InputError(
            f"{out}: a config stands in a folder with its tables: "
            f"--format ocio -o {quoted(out.with_suffix(''))}"
        )
    return _OF_SUFFIX.get(suffix, "cube")


def require_folder_name(out: Path, *, host: str | None) -> None:
    """Refuse the name of a file where a folder is written.

    Parameters
    ----------
    out : Path
        The folder.
    host : str or None
        The host it is for; None: a config.

    Raises
    ------
    InputError
        It names a better one.
    """
    if out.suffix.lower() in TABLE_SUFFIXES and not out.is_dir():
        option = "--format ocio" if host is None else "--host"
        better = out.with_suffix("") if host is None else out.with_name(f"for_{host}")
        raise InputError(
            f"{out} looks like a file; {option} writes a folder: try -o {quoted(better)}"
        )


def require_no_output(names: Sequence[Path], *, root: Path) -> None:
    """Refuse the name of a file to write among the profiles, where -o was left out.

    Raises
    ------
    InputError
        It says what was probably meant.
    """
    *first, last = names
    is_there = last.exists() or (root / last).exists()
    if first and last.suffix.lower() in TABLE_SUFFIXES and not is_there:
        words = " ".join(quoted(name) for name in first)
        raise InputError(
            f"{last}: no such file; did you mean: ledcal export {words} -o {quoted(last)}"
        )


def require_config(into: Path) -> None:
    """Refuse a folder where the config in it is wanted.

    Raises
    ------
    InputError
        It names the config, if there is one.
    """
    if into.is_dir():
        found = sorted(into.glob("*.ocio"), key=lambda one: (one.name != "config.ocio", one.name))
        if found:
            raise InputError(f"{into} is a folder; did you mean {found[0]}?")
        raise InputError(f"{into} is a folder, and no .ocio is in it; name the config")


def quoted(path: Path) -> str:
    """A path as it is typed."""
    return shlex.quote(str(path))
