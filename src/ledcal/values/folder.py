"""What a folder of captures says of itself, before a file is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Numbering:
    """Files that a camera or a converter counted: ``IMG_0001.CR3``, ``IMG_0002.CR3``, ...

    Attributes
    ----------
    folder : Path
        Where they lie.
    before, after : str
        What stands before and after the number in their names.
    digits : int
        How many digits the number has, zeros in front among them.
    numbers : tuple of int
        Those that are there, rising, each once.
    missing : tuple of int
        Those between the first and the last that are not there; empty where the numbers are
        too far apart to be a count (times of day, chosen frames).
    """

    folder: Path
    before: str
    after: str
    digits: int
    numbers: tuple[int, ...]
    missing: tuple[int, ...]

    def name(self, number: int) -> str:
        """The file name that belongs to a number.

        Examples
        --------
        >>> from pathlib import Path
        >>> Numbering(Path("a"), "IMG_", ".CR3", 4, (7, 9), (8,)).name(8)
        'IMG_0008.CR3'
        """
        return f"{self.before}{number:0{self.digits}d}{self.after}"


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What is to be seen in a folder of captures without reading them.

    Attributes
    ----------
    n_files : int
        Captures.
    kinds : tuple of (str, int)
        Kind by suffix (``DNG``, ``TIFF``) and how many, the most frequent first.
    others : tuple of Path
        Captures that are not of the most frequent kind.
    clips : tuple of Path
        Captures that are clips.
    growing : tuple of Path
        Written a moment ago, and cut short: being copied.
    empty : tuple of Path
        Of no length, and not written a moment ago.
    partial : tuple of Path
        Not captures: what programs that copy or download call a file until it is whole.
    numberings : tuple of Numbering
        Captures that are counted, two or more of a kind.
    unnumbered : tuple of Path
        Captures whose names hold no number.
    copies : tuple of (Path, Path)
        A capture that holds the same as another, and that other one.
    """

    n_files: int = 0
    kinds: tuple[tuple[str, int], ...] = ()
    others: tuple[Path, ...] = ()
    clips: tuple[Path, ...] = ()
    growing: tuple[Path, ...] = ()
    empty: tuple[Path, ...] = ()
    partial: tuple[Path, ...] = ()
    numberings: tuple[Numbering, ...] = ()
    unnumbered: tuple[Path, ...] = ()
    copies: tuple[tuple[Path, Path], ...] = ()

    @property
    def n_missing(self) -> int:
        """Files that the numbering says are not there."""
        return sum(len(numbering.missing) for numbering in self.numberings)
