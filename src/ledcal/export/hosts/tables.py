"""The tables in a host's folder: one file a format and size, each proven."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from ledcal.export.formats import FORMATS, write_table
from ledcal.export.names import safe_stem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.export import WallCorrection


def write_tables(
    folder: Path,
    wall: WallCorrection,
    evaluate: Evaluate,
    *,
    format_name: str = "cube",
    stem: str = "",
) -> tuple[Path, ...]:
    """Write each size of a correction as ``NAME_SIZE.suffix``, ASCII, the largest first.

    Parameters
    ----------
    folder : Path
        Where the files go; it is made.
    wall : WallCorrection
        The correction at the sizes that are wanted.
    evaluate : callable
        Our own evaluation of a table.
    format_name : str
        Of a format that holds a plain table: ``cube``, ``resolve-cube``, ``spi3d``.
    stem : str
        What the files are called; empty: as the calibration.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    LedcalError
        If one cannot be written, or does not read back.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chosen = FORMATS[format_name]
    stem, tail = stem or safe_stem(wall.label.name), f"{chosen.ending}{chosen.suffix}"
    return tuple(
        write_table(
            wall.label,
            wall.tables[size],
            evaluate,
            format_name=format_name,
            path=folder / f"{stem}_{size}{tail}",
        )
        for size in sorted(wall.tables, reverse=True)
    )


def distinct_stems(walls: Iterable[WallCorrection]) -> tuple[str, ...]:
    """Names of files for some corrections: of those called alike the later ones are numbered."""
    taken: set[str] = set()
    stems = []
    for wall in walls:
        plain = safe_stem(wall.label.name)
        numbered = (f"{plain}-{number}" if number > 1 else plain for number in itertools.count(1))
        stem = next(one for one in numbered if one.casefold() not in taken)
        taken.add(stem.casefold())
        stems.append(stem)
    return tuple(stems)


def words_of(wall: WallCorrection, files: Iterable[Path]) -> dict[str, str]:
    """What the pages of hosts say of a correction and its files.

    Parameters
    ----------
    wall : WallCorrection
        The correction.
    files : iterable of Path
        Its tables, the best first.

    Returns
    -------
    dict
        Words for `page_of`: ``takes``, ``gives``, ``content`` (gamut and EOTF),
        ``content_peak``, ``wall_eotf``, ``files``, ``best``, ``smaller``; a line
        each.
    """
    names = [file.name for file in files]
    words = {
        "takes": wall.label.takes,
        "gives": wall.label.gives,
        "content": f"{wall.target.gamut.name}, {wall.target.eotf}",
        "content_peak": f"{wall.target.peak_nits:g}",
        "wall_eotf": wall.wall.eotf,
        "files": either(names),
        "best": names[0],
        "smaller": either(names[1:] or ["none is here"]),
    }
    return {key: " ".join(text.split()) for key, text in words.items()}


def either(names: list[str]) -> str:
    """Some names as part of a sentence.

    Examples
    --------
    >>> either(["a_17.cube"]), either(["a_65.cube", "a_33.cube", "a_17.cube"])
    ('a_17.cube', 'a_65.cube, a_33.cube or a_17.cube')
    """
    *before, last = names
    return f"{', '.join(before)} or {last}" if before else last
