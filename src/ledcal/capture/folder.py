"""Find the captures in a folder, and the documents that lie beside them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ledcal.capture.facts import build_facts, partial_name, take_look
from ledcal.capture.sniff import CLIP_SUFFIXES, IMAGE_SUFFIXES, RAW_SUFFIXES, REFUSED_SUFFIXES
from ledcal.errors import CaptureError, InputError, SystemFault
from ledcal.values.folder import FolderFacts

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

    from ledcal.capture.facts import Look

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
    facts : FolderFacts
        What is to be seen of them without reading them.
    looks : mapping of Path to Look
        How they looked, for `find_changed`.
    """

    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    facts: FolderFacts = field(default_factory=FolderFacts)
    looks: Mapping[Path, Look] = field(default_factory=dict)


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
    if name.startswith((".", "~", "_._")) or partial_name(path) is not None:
        return False
    if THUMBNAILS.search(path.stem) and path.suffix.lower() in IMAGE_SUFFIXES:
        return False
    return path.suffix.lower() in CAPTURE_SUFFIXES and path.is_file()


def _is_partial(path: Path) -> bool:
    """Whether a file will be a capture when it is whole."""
    name = partial_name(path)
    return name is not None and Path(name).suffix.lower() in CAPTURE_SUFFIXES


def without_twins(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """RAW+JPEG shooting: of pictures with the same name, the raw is measured.

    Parameters
    ----------
    paths : sequence of Path
        Captures.

    Returns
    -------
    paths : tuple of Path
        Those that are measured.
    notes : tuple of str
        What was left out.
    """
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
        return kept, ()
    kinds = ", ".join(sorted({path.suffix.lower().lstrip(".").upper() for path in twins}))
    verb = "picture was" if len(twins) == 1 else "pictures were"
    note = f"{len(twins)} {kinds} {verb} left out: the raw of the same name is measured"
    return kept, (note,)


def _below(folder: Path) -> list[Path]:
    """Captures one folder down, as cards hold them; the pattern's own frames are none."""
    found: list[Path] = []
    for below in sorted((path for path in folder.iterdir() if path.is_dir()), key=natural_key):
        hidden = below.name.startswith(".") or THUMBNAILS.search(below.name)
        if hidden or below.name == FRAMES_FOLDER or (below / "plan.json").is_file():
            continue
        found += sorted((path for path in below.iterdir() if _is_candidate(path)), key=natural_key)
    return found


def captures_in(folder: Path, *, may_be_empty: bool = False) -> list[Path]:
    """Captures in a folder, else those one folder down, in natural order of their names.

    Parameters
    ----------
    folder : Path
        A folder.
    may_be_empty : bool
        Also take the pattern's own folder, into which captures may still come.

    Returns
    -------
    list of Path
        Twins (RAW+JPEG) among them.

    Raises
    ------
    InputError
        If it holds the pattern itself.
    OSError
        If it cannot be listed.
    """
    has_plan = (folder / "plan.json").is_file() and (folder / FRAMES_FOLDER).is_dir()
    if folder.name == FRAMES_FOLDER and (folder.parent / "plan.json").is_file():
        message = f"{folder}: these are the pattern's own pictures, not captures: shoot them on"
        raise InputError(f"{message} the wall, and give the folder with the camera's files")
    own = sorted((path for path in folder.iterdir() if _is_candidate(path)), key=natural_key)
    found = own or _below(folder)
    if has_plan and not found and not may_be_empty:
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
        At least one path, none twice, with what is to be seen of them.

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
    partial: list[Path] = []
    for place in places:
        try:
            if place.is_dir():
                found = captures_in(place)
                paths += found
                for folder in dict.fromkeys((place, *(path.parent for path in found))):
                    partial += _partial_in(folder)
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
    kept, notes = without_twins(list(dict.fromkeys(paths)))
    seen = {path: look for path in kept if (look := take_look(path)) is not None}
    facts = build_facts(kept, seen, partial=partial, now_s=time.time())
    return Captures(kept, notes, facts, seen)


def _partial_in(folder: Path) -> list[Path]:
    return sorted((path for path in folder.iterdir() if _is_partial(path)), key=natural_key)


def find_changed(captures: Captures) -> tuple[Path, ...]:
    """Find captures that changed since `scan`, as files do that are still being copied.

    Parameters
    ----------
    captures : Captures
        As `scan` gave them, some time ago.

    Returns
    -------
    tuple of Path
        Those of another size or time than then, or gone.
    """

    def is_changed(path: Path, before: Look) -> bool:
        now = take_look(path)
        return now is None or (now.size, now.modified_ns) != (before.size, before.modified_ns)

    return tuple(path for path, look in captures.looks.items() if is_changed(path, look))


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
