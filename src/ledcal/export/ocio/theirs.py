"""Another's config opened, and the place for tables beside it."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from ledcal.errors import InputError
from ledcal.export._ocio import faults, opencolorio, opencolorio_name
from ledcal.export.ocio.proof import Opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledcal.export.ocio.document import Document

# The folder of our tables: nobody else's file is in it.
FOLDER = "ledcal"


@dataclass(frozen=True, slots=True)
class Place:
    """Where tables go, and how a config calls them.

    Attributes
    ----------
    folder : str
        Relative to the config, with forward slashes.
    prefix : str
        What stands before a file's name in the config.
    added : tuple of str
        What the search path must have besides.
    """

    folder: str
    prefix: str
    added: tuple[str, ...] = ()


def require_version(document: Document) -> None:
    """Refuse a config of version 1, whose displays cannot start from light.

    Raises
    ------
    InputError
        It says what to do instead.
    """
    node = document.section("ocio_profile_version")
    if node is None:
        raise document.refusal(0, "no ocio_profile_version; it is no OCIO config")
    if node.value.partition(".")[0].strip() == "1":
        raise document.refusal(
            node.start,
            "a config of version 1, which has no display colour spaces to add walls to; "
            "'ledcal export ... --format ocio -o FOLDER' writes a whole config instead",
        )


def open_theirs(data: bytes, config: Path) -> Opened:
    """Open the bytes of a config as if they stood at its path.

    Parameters
    ----------
    data : bytes
        Its text; that of the file, or without what we added before.
    config : Path
        Where it stands: its relative paths start there.

    Raises
    ------
    InputError
        If OpenColorIO does not read it, or finds a fault.
    """
    ocio = opencolorio()
    ocio.ClearAllCaches()
    try:
        made = ocio.Config.CreateFromStream(data.removeprefix(b"\xef\xbb\xbf"))
        made.setWorkingDir(str(config.parent))
        made.validate()
    except faults(ocio) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{config}: {opencolorio_name()} does not take it ({reason}); "
            "'ledcal export ... --format ocio -o FOLDER' writes a whole config instead"
        ) from error
    return Opened(str(config), ocio, made)


@contextmanager
def quietly() -> Iterator[None]:
    """Keep what OpenColorIO thinks of a config off stderr; what stops it is raised."""
    ocio = opencolorio()
    before = ocio.GetLoggingLevel()
    ocio.SetLoggingLevel(ocio.LOGGING_LEVEL_NONE)
    try:
        yield
    finally:
        ocio.SetLoggingLevel(before)


def place_tables(opened: Opened, config: Path) -> Place:
    """Find a folder for tables that the config's search path leads to, or add one to it.

    A path of theirs is taken if it is relative, without variables, and there. Where there is none
    OpenColorIO starts at the config, which a config with tables has to say.
    """
    paths = [str(path) for path in opened.config.getSearchPaths()]
    if not any(paths):
        return Place(FOLDER, f"{FOLDER}/", (".",))
    for path in paths:
        parts = PurePosixPath(path)
        if (
            parts.is_absolute()
            or PureWindowsPath(path).is_absolute()
            or set("$%~\\:") & set(path)
            or ".." in parts.parts
            or not (config.parent / parts).is_dir()
        ):
            continue
        return Place((parts / FOLDER).as_posix(), f"{FOLDER}/")
    return Place(FOLDER, "", (FOLDER,))


def taken_files(folder: Path, contents: Iterable[bytes]) -> set[str]:
    """Files in a folder that hold something else than what is to be written."""
    same = {hashlib.sha256(content).digest() for content in contents}
    if not folder.is_dir():
        return set()
    return {
        path.name
        for path in folder.iterdir()
        if not path.is_file() or hashlib.sha256(path.read_bytes()).digest() not in same
    }
