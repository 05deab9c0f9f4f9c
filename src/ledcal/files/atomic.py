"""Files and folders appear whole or not at all, and nothing is overwritten unasked."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ledcal.errors import InputError, LedcalError, SystemFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PICTURES = (".png", ".svg")


class PathFault(SystemFault):
    """Something could not be written to a path.

    Attributes
    ----------
    where : Path
        What could not be written. Inside `atomic_file` and `atomic_folder` it is a temporary
        name, which those replace by the one that was asked for.
    reason : str
        Why, and what to do.
    """

    def __init__(self, where: Path, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


def system_fault(error: OSError, what: Path) -> PathFault:
    """Turn an operating-system error into one sentence with its remedy."""
    if error.errno == errno.ENOSPC:
        return PathFault(what, "the disk is full; free some space and run it again")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return PathFault(what, "no permission to write here; choose another place")
    return PathFault(what, error.strerror or str(error))


@contextmanager
def _faults_named(path: Path) -> Iterator[list[Path]]:
    """Let faults inside name `path`: a caller puts the temporary one that stands for it in here."""
    temporary: list[Path] = []
    try:
        yield temporary
    except PathFault as fault:
        if any(part == fault.where or part in fault.where.parents for part in temporary):
            raise PathFault(path, fault.reason) from fault
        raise
    except LedcalError as error:
        error.args = (_without(temporary, path, str(error)),)
        raise
    except OSError as error:
        raise system_fault(error, path) from error


def _without(temporary: Sequence[Path], path: Path, text: str) -> str:
    """A message with the path that was asked for in place of the temporary ones."""
    for part in temporary:
        text = text.replace(str(part), str(path))
    return text


def _require_folders(path: Path) -> None:
    """Refuse a path that leads through a file."""
    for parent in path.parents:
        if parent.is_dir():
            return
        if parent.exists():
            raise InputError(f"{parent} is a file, not a folder; choose another place")


def require_free(path: Path, *, overwrite: bool) -> None:
    """Refuse a path that exists, unless `overwrite`, and one that leads through a file.

    Raises
    ------
    InputError
        If something stands at `path` already, or a file where a folder of it should be.
    """
    _require_folders(path)
    # A link to nothing is something too.
    if (path.exists() or path.is_symlink()) and not overwrite:
        raise InputError(
            f"{path} exists already; add --overwrite to replace it, or choose another place"
        )


def numbered_path(path: Path) -> Path:
    """The path, or the first of path-2, path-3, ... at which nothing stands."""
    if not path.exists():
        return path
    return next(
        numbered
        for n in itertools.count(2)
        if not (numbered := path.with_name(f"{path.name}-{n}")).exists()
    )


def require_free_file(path: Path, *, overwrite: bool) -> None:
    """Refuse a path where no file can be written: as `require_free`, and a folder in any case.

    Raises
    ------
    InputError
        If a file cannot stand at `path`.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file")
    require_free(path, overwrite=overwrite)


def require_free_picture(path: Path, *, what: str, overwrite: bool) -> None:
    """Refuse a path where no picture can be written.

    Parameters
    ----------
    path : Path
        Ends in ``.png`` or ``.svg``.
    what : str
        What it is called in the message: ``a picture``, ``the chart``.
    overwrite : bool
        Whether what stands there is to be replaced.

    Raises
    ------
    InputError
        If the suffix is none of ours, or something stands there already.
    """
    if path.suffix.lower() not in _PICTURES:
        raise InputError(f"{path}: {what} is a .png or a .svg; name one of these")
    require_free_file(path, overwrite=overwrite)


@contextmanager
def atomic_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it there when the block ends well.

    Parameters
    ----------
    path : Path
        Where the file shall stand. Its folder is made.
    overwrite : bool
        Replace what stands there.

    Yields
    ------
    Path
        Write to this one. It keeps the suffix.

    Raises
    ------
    InputError
        If `path` exists and `overwrite` is false, or it is a folder.
    SystemFault
        If the operating system refuses (disk full, no permission).
    """
    path = Path(path)
    require_free_file(path, overwrite=overwrite)
    temporary: Path | None = None
    try:
        with _faults_named(path) as standing_in:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
            os.close(handle)
            temporary = Path(name)
            standing_in.append(temporary)
            yield temporary
            temporary.chmod(0o644)
            temporary.replace(path)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(
    path: Path,
    *,
    overwrite: bool = False,
    marker: str | None = None,
    written: Sequence[str] | None = None,
) -> Iterator[Path]:
    """Give a temporary folder beside `path`; move it there when the block ends well.

    Parameters
    ----------
    path : Path
        Where the folder shall stand.
    overwrite : bool
        Replace the folder that stands there, in one step.
    marker : str or None
        A file that a folder of ours holds: one without it is never replaced.
    written : sequence of str, or None
        Every name that is written here, as globs such as ``frames/*.png``: a folder with anything
        else in it is never replaced. None: the caller has seen to it.

    Yields
    ------
    Path
        Fill this one.

    Raises
    ------
    InputError
        If `path` exists (an empty folder does not count) and `overwrite` is false, or it may
        not be replaced.
    SystemFault
        If the operating system refuses (disk full, no permission).
    """
    path = Path(path)
    _require_folders(path)
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} is a file, not a folder; choose another place")
    temporary: Path | None = None
    try:
        with _faults_named(path) as standing_in:
            if path.exists() and any(path.iterdir()):
                require_free(path, overwrite=overwrite)
                _require_ours(path, marker, written)
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=".part-", dir=path.parent))
            standing_in.append(temporary)
            yield temporary
            temporary.chmod(0o755)
            if path.exists():
                if any(path.iterdir()):
                    # Once more: others may have worked in it meanwhile.
                    require_free(path, overwrite=overwrite)
                    _require_ours(path, marker, written)
                _exchange(temporary, path)
            else:
                temporary.replace(path)
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _exchange(new: Path, path: Path) -> None:
    """Put `new` in the place of the folder `path`, which goes; if that fails it stays."""
    aside = Path(tempfile.mkdtemp(prefix=".old-", dir=path.parent))
    try:
        path.replace(aside / "old")
        try:
            new.replace(path)
        except OSError:
            (aside / "old").replace(path)
            raise
    except OSError:
        if not any(aside.iterdir()):
            aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _require_ours(path: Path, marker: str | None, written: Sequence[str] | None) -> None:
    if marker and not (path / marker).is_file():
        raise InputError(
            f"{path} holds no {marker}, so ledcal did not make it and will not replace it; "
            "choose another place"
        )
    strange = [] if written is None else _strangers(path, written)
    if strange:
        more = f" (and {len(strange) - 1} more)" if len(strange) > 1 else ""
        raise InputError(
            f"{path} holds {strange[0]}{more}, which ledcal did not write, so it will not replace "
            "the folder; move that away, or choose another place"
        )


def _strangers(folder: Path, written: Sequence[str]) -> list[str]:
    """Paths in a folder, relative to it, that no glob names; empty folders among them."""
    globs = [PurePosixPath(glob) for glob in written]
    folders = {str(parent) for glob in globs for parent in glob.parents}

    def refuse(error: OSError) -> None:
        raise error

    strange = []
    for root, directories, files in os.walk(folder, onerror=refuse):
        here = PurePosixPath(Path(root).relative_to(folder).as_posix())
        for name in directories:
            is_link = (Path(root) / name).is_symlink()
            if is_link or (
                str(here / name) not in folders and not any((Path(root) / name).iterdir())
            ):
                strange.append(str(here / name))
        for name in files:
            inside = here / name
            if (Path(root) / name).is_symlink() or not any(
                len(inside.parts) == len(glob.parts) and inside.match(str(glob)) for glob in globs
            ):
                strange.append(str(inside))
    return sorted(strange)
