"""What is to be seen in a folder of captures without reading them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.capture.numbering import find_numberings, original_name
from ledcal.capture.sniff import CLIP_SUFFIXES
from ledcal.capture.whole import is_cut
from ledcal.values.folder import FolderFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

# Copying programs touch a file more often than this.
RECENT_S = 10.0
PARTIAL_SUFFIXES = frozenset(
    {".part", ".partial", ".crdownload", ".tmp", ".download", ".filepart", ".!sync", ".incomplete"}
)
# rsync: a point, the name, and six letters.
_RSYNC = re.compile(r"^\.(.+)\.[A-Za-z0-9]{6}$")
_KINDS = {"tif": "TIFF", "jpg": "JPEG", "jpe": "JPEG", "heic": "HEIF", "hif": "HEIF"}
_SAMPLE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Look:
    """How a file looked at one moment.

    Attributes
    ----------
    size : int
        Bytes.
    modified_ns : int
        When it was modified, in nanoseconds.
    written_s : float
        When it was written or put there, in seconds: copying keeps the time of modification,
        not this one.
    """

    size: int
    modified_ns: int
    written_s: float


def take_look(path: Path) -> Look | None:
    """How a file looks now; None where it is not there or the system does not say."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return Look(stat.st_size, stat.st_mtime_ns, max(stat.st_mtime, stat.st_ctime))


def kind_of(path: Path) -> str:
    """What a suffix stands for.

    Examples
    --------
    >>> from pathlib import Path
    >>> kind_of(Path("a.tif")), kind_of(Path("a.TIFF")), kind_of(Path("a.cr3"))
    ('TIFF', 'TIFF', 'CR3')
    """
    suffix = path.suffix.lower().lstrip(".")
    return _KINDS.get(suffix, suffix.upper())


def partial_name(path: Path) -> str | None:
    """The name that a file will have when it is whole, by the habits of copying programs.

    Examples
    --------
    >>> from pathlib import Path
    >>> partial_name(Path("a.dng.part")), partial_name(Path(".a.dng.x7Gh2Q"))
    ('a.dng', 'a.dng')
    >>> partial_name(Path("a.dng")) is None
    True
    """
    if path.suffix.lower() in PARTIAL_SUFFIXES:
        return path.stem
    match = _RSYNC.match(path.name)
    return match[1] if match else None


def build_facts(
    paths: Sequence[Path],
    looks: Mapping[Path, Look],
    *,
    partial: Iterable[Path],
    now_s: float,
) -> FolderFacts:
    """Say what is to be seen of captures without reading them.

    Parameters
    ----------
    paths : sequence of Path
        The captures.
    looks : mapping of Path to Look
        How they look now.
    partial : iterable of Path
        Files that will be captures when they are whole.
    now_s : float
        The time, in seconds, as files carry it.

    Returns
    -------
    FolderFacts
        A file counts as growing only if it is cut short and was written within `RECENT_S`: one
        that was just copied, and is whole, does not.
    """
    kinds = Counter(kind_of(path) for path in paths)
    ranked = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    first = ranked[0][0] if ranked else ""
    fresh = {
        path for path, look in looks.items() if abs(now_s - look.written_s) <= RECENT_S
    }  # whichever way the clock of a network drive is off, a little
    growing = tuple(path for path in paths if path in fresh and _is_cut(path))
    numberings, unnumbered = find_numberings(paths)
    return FolderFacts(
        n_files=len(paths),
        kinds=tuple(ranked),
        others=tuple(path for path in paths if kind_of(path) != first),
        clips=tuple(path for path in paths if path.suffix.lower() in CLIP_SUFFIXES),
        growing=growing,
        empty=tuple(
            path
            for path in paths
            if path in looks and looks[path].size == 0 and path not in growing
        ),
        partial=tuple(partial),
        numberings=numberings,
        unnumbered=unnumbered,
        copies=_find_copies(paths, looks),
    )


def _is_cut(path: Path) -> bool:
    try:
        return is_cut(path)
    except OSError:
        return False


def _find_copies(
    paths: Sequence[Path], looks: Mapping[Path, Look]
) -> tuple[tuple[Path, Path], ...]:
    """Captures that are called a copy of another one, or as another one, and hold the same."""
    named = {(path.parent, path.name.casefold()): path for path in paths}
    first: dict[str, Path] = {}
    found = []
    for path in paths:
        other = first.setdefault(path.name.casefold(), path)
        if other is path:
            original = original_name(path)
            beside = named.get((path.parent, original.casefold())) if original else None
            if beside is None:
                continue
            other = beside
        sizes = {looks[p].size if p in looks else 0 for p in (path, other)}
        if len(sizes) == 1 and sizes != {0} and _sample(path) == _sample(other):
            found.append((path, other))
    return tuple(found)


def _sample(path: Path) -> bytes:
    """Some of a file's bytes: of its begin, its middle and its end."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            read = b""
            for at in (0, size // 2, max(0, size - _SAMPLE_BYTES)):
                stream.seek(at)
                read += stream.read(_SAMPLE_BYTES)
            return read
    except OSError:
        return bytes(str(path), "utf-8", "replace")
