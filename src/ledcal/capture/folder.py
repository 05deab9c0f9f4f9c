"""Find the captures in a folder, and the documents that lie beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledcal.capture.sniff import CLIP_SUFFIXES, IMAGE_SUFFIXES, RAW_SUFFIXES, REFUSED_SUFFIXES
from ledcal.errors import CaptureError, InputError, SystemFault

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

PARTIAL_SUFFIXES = frozenset({".part", ".partial", ".crdownload", ".tmp", ".download"})
THUMBNAILS = re.compile(r"(^|[-_. ])(thumb(nail)?s?|proxy|preview)([-_. ]|$)", re.IGNORECASE)
FRAMES_FOLDER = "frames"
LEVELS_ABOVE = 2
# Named one by one they are refused with their reason; a folder of them is worth that too.
CAPTURE_SUFFIXES = RAW_SUFFIXES | IMAGE_SUFFIXES | CLIP_SUFFIXES | frozenset(REFUSED_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Captures:
    """What was found.

    Attributes
    ----------
    paths : tuple of Path
        Captures in natural order of their names.
    notes : tuple of str
        What was left out and why.
    """

    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def natural_key(path: Path) -> tuple[tuple[int, int, str], ...]:
    """Sort key under which ``take2`` comes before ``take10``.

    Examples
    --------
    >>> names = ["a10.dng", "a9.dng", "A1.dng"]
    >>> [path.name for path in sorted(map(Path, names), key=natural_key)]
    ['A1.dng', 'a9.dng', 'a10.dng']
    """
    parts = re.split(r"([0-9]+)", path.name.casefold())
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts)


def _is_candidate(path: Path) -> bool:
    name = path.name
    if name.startswith((".", "~", "_._")) or path.suffix.lower() in PARTIAL_SUFFIXES:
        return False
    if THUMBNAILS.search(path.stem) and path.suffix.lower() in IMAGE_SUFFIXES:
        return False
    return path.suffix.lower() in CAPTURE_SUFFIXES and path.is_file()


def _without_twins(paths: list[Path]) -> Captures:
    """RAW+JPEG shooting: of pictures with the same name, the raw is measured."""
    raw_stems = {
        (path.parent, path.stem.casefold())
        for path in paths
        if path.suffix.lower() in RAW_SUFFIXES | frozenset({".exr"})
    }
    twins = {
        path
        for path in paths
        if path.suffix.lower() in IMAGE_SUFFIXES - {".exr"}
        and (path.parent, path.stem.casefold()) in raw_stems
    }
    kept = tuple(path for path in paths if path not in twins)
    if not twins:
        return Captures(kept)
    kinds = ", ".join(sorted({path.suffix.lower().lstrip(".").upper() for path in twins}))
    verb = "picture was" if len(twins) == 1 else "pictures were"
    note = f"{len(twins)} {kinds} {verb} left out: the raw of the same name is measured"
    return Captures(kept, (note,))


def _below(folder: Path) -> list[Path]:
    """Captures one folder down, as cards hold them; the pattern's own frames are none."""
    found: list[Path] = []
    for below in sorted((path for path in folder.iterdir() if path.is_dir()), key=natural_key):
        hidden = below.name.startswith(".") or THUMBNAILS.search(below.name)
        if hidden or below.name == FRAMES_FOLDER or (below / "plan.json").is_file():
            continue
        found += sorted((path for path in below.iterdir() if _is_candidate(path)), key=natural_key)
    return found


def _in_folder(folder: Path) -> list[Path]:
    has_plan = (folder / "plan.json").is_file() and (folder / FRAMES_FOLDER).is_dir()
    if folder.name == FRAMES_FOLDER and (folder.parent / "plan.json").is_file():
        message = f"{folder}: these are the pattern's own pictures, not captures: shoot them on"
        raise InputError(f"{message} the wall, and give the folder with the camera's files")
    own = sorted((path for path in folder.iterdir() if _is_candidate(path)), key=natural_key)
    found = own or _below(folder)
    if has_plan and not found:
        message = f"{folder}: this is the pattern itself, not a capture of it: play its"
        message = f"{message} {FRAMES_FOLDER}/ on the wall, shoot them, and give the folder"
        raise InputError(f"{message} with the camera's files")
    return found


def scan(where: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> Captures:
    """Find captures in a folder, or take the files that are named.

    Parameters
    ----------
    where : path-like, or iterable of path-like
        A folder (its own files, else those one folder down), a file, or several of either.
        Files that are named are taken as they are, in their order.

    Returns
    -------
    Captures
        At least one path, none twice.

    Raises
    ------
    InputError
        If a path does not exist, or is the pattern's own folder.
    CaptureError
        If nothing there is a capture.
    SystemFault
        If a folder cannot be listed.
    """
    given = [where] if isinstance(where, str | Path) or hasattr(where, "__fspath__") else where
    places = [Path(place) for place in given]  # type: ignore[arg-type]
    paths: list[Path] = []
    for place in places:
        try:
            if place.is_dir():
                paths += _in_folder(place)
            elif place.exists():
                paths.append(place)
            else:
                raise InputError(f"{place}: there is no such file or folder")
        except OSError as error:
            raise SystemFault(f"{place}: cannot be listed ({error.strerror or error})") from error
    if not paths:
        looked = ", ".join(str(place) for place in places) or "nothing was named"
        message = f"{looked}: no captures here; looked for camera raws (.dng .cr3 .nef .arw .raf"
        raise CaptureError(f"{message} .rw2 ...) and linear images (.exr .dpx .tif .png)")
    return _without_twins(list(dict.fromkeys(paths)))


def find_captures(
    where: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
) -> list[Path]:
    """Find captures; as `scan`, without its notes.

    Parameters
    ----------
    where : path-like, or iterable of path-like
        As in `scan`.

    Returns
    -------
    list of Path
        In natural order of their names.
    """
    return list(scan(where).paths)


def find_beside(captures: Sequence[Path], name: str) -> Path | None:
    """Find a document such as ``plan.json`` in the captures' folder or above it.

    Parameters
    ----------
    captures : sequence of Path
        As `find_captures` gives them.
    name : str
        File name.

    Returns
    -------
    Path or None
        The nearest one, at most two folders above the first captures' own.
    """
    for capture in captures[:1]:
        folder = capture.absolute().parent
        for place in (folder, *list(folder.parents)[:LEVELS_ABOVE]):
            if (place / name).is_file():
                return place / name
    return None
