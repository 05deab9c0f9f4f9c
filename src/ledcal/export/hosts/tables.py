"""The tables in a host's folder: one file a format and size, each proven, and what its page says.

What is the same wherever a plain table of code values is loaded stands here once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.export.formats import write_table
from ledcal.export.names import safe_stem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.export import WallCorrection

# What stands behind NAME_SIZE in a file's name, where another format has the same suffix.
_MARKS = {"resolve-cube": "_resolve"}
_SUFFIXES = {"cube": ".cube", "resolve-cube": ".cube", "spi3d": ".spi3d"}

ONCE = (
    "The correction twice (here and in a second host or in the processor): colours go past their "
    "target to the other side. Load it in one place only."
)
LEGAL_RANGE = (
    "Legal range anywhere on the way (64..940 of 10 bit): black comes out as dark grey, white "
    "stays below its level, and the table looks up the wrong codes. Full range from host to LED."
)
SHOT_SO = (
    "The wall other than when it was shot (processor preset, gamut, EOTF, brightness, colour "
    "temperature): the correction no longer fits. Set it as it was, or shoot again."
)


def write_tables(
    folder: Path, wall: WallCorrection, evaluate: Evaluate, *, format_name: str = "cube"
) -> tuple[Path, ...]:
    """Write each size of a correction as ``NAME_SIZE.suffix``, ASCII, the smallest first.

    Parameters
    ----------
    folder : Path
        Where the files go; it is made.
    wall : WallCorrection
        The correction at the sizes that are wanted.
    evaluate : callable
        Our own evaluation of a table.
    format_name : str
        ``cube``, ``resolve-cube`` or ``spi3d``.

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
    stem, tail = safe_stem(wall.label.name), _MARKS.get(format_name, "") + _SUFFIXES[format_name]
    return tuple(
        write_table(
            wall.label,
            wall.tables[size],
            evaluate,
            format_name=format_name,
            path=folder / f"{stem}_{size}{tail}",
        )
        for size in sorted(wall.tables)
    )


def best_size(wall: WallCorrection) -> int:
    """The largest table of a folder."""
    return max(wall.tables)


def table_name(wall: WallCorrection, size: int, *, tail: str = ".cube") -> str:
    """What `write_tables` calls a file.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> table_name(SimpleNamespace(label=SimpleNamespace(name="Bühne 3")), 33)
    'Buhne-3_33.cube'
    """
    return f"{safe_stem(wall.label.name)}_{size}{tail}"


def named(names: Iterable[str]) -> str:
    """Some file names as part of a sentence.

    Examples
    --------
    >>> named(["a_17.cube"]), named(["a_17.cube", "a_33.cube", "a_65.cube"])
    ('a_17.cube', 'a_17.cube, a_33.cube or a_65.cube')
    """
    *before, last = names
    return f"{', '.join(before)} or {last}" if before else last
