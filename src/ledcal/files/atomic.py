"""Files and folders appear whole or not at all, and nothing is overwritten unasked."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ledcal.errors import InputError, SystemFault

if TYPE_CHECKING:
    from collections.abc import Iterator


def system_fault(error: OSError, what: Path) -> SystemFault:
    """Turn an operating-system error into one sentence with its remedy."""
    if error.errno == errno.ENOSPC:
        return SystemFault(f"{what}: the disk is full; free some space and run it again")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return SystemFault(f"{what}: no permission to write here; choose another place")
    return SystemFault(f"{what}: {error.strerror or error}")


def require_free(path: Path, *, overwrite: bool) -> None:
    """Refuse a path that exists, unless `overwrite`.

    Raises
    ------
    InputError
        If something stands at `path` already.
    """
    if path.exists() and not overwrite:
        raise InputError(
            f"{path} exists already; add --overwrite to replace it, or choose another place"
        )


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
        If `path` exists and `overwrite` is false.
    SystemFault
        If the operating system refuses (disk full, no permission).
    """
    path = Path(path)
    require_free(path, overwrite=overwrite)
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise system_fault(error, path) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(
    path: Path, *, overwrite: bool = False, marker: str | None = None
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

    Yields
    ------
    Path
        Fill this one.

    Raises
    ------
    InputError
        If `path` exists (an empty folder does not count) and `overwrite` is false, or it does
        not hold the marker.
    SystemFault
        If the operating system refuses (disk full, no permission).
    """
    path = Path(path)
    is_empty = path.is_dir() and not any(path.iterdir())
    if not is_empty:
        require_free(path, overwrite=overwrite)
        if marker and path.exists() and not (path / marker).is_file():
            raise InputError(
                f"{path} holds no {marker}, so ledcal did not make it and will not replace it; "
                "choose another place"
            )
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".part-", dir=path.parent))
        yield temporary
        temporary.chmod(0o755)
        if path.exists():
            old = Path(tempfile.mkdtemp(prefix=".old-", dir=path.parent))
            path.replace(old / "old")
            try:
                temporary.replace(path)
            except OSError:
                (old / "old").replace(path)
                raise
            finally:
                shutil.rmtree(old, ignore_errors=True)
        else:
            temporary.replace(path)
    except OSError as error:
        raise system_fault(error, path) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
