"""The numbers in cameras' file names: what is counted, and what is missing from it."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from ledcal.values.folder import Numbering

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_DIGITS = re.compile(r"([0-9]+)")
# What Windows, macOS and people add to the name of a second copy.
_COPY = re.compile(
    r"^(?:copy of |copia di |kopie von )(?P<front>.+)$"
    r"|^(?P<back>.+?)(?:(?: - | |_|-)(?:copy|copi[ae]|kopi[ae])(?: ?\(?[0-9]+\)?)?| ?\([0-9]+\))$",
    re.IGNORECASE,
)
# A count in which more is missing than there is was no count.
_MOST_MISSING = 1.0
# A count by twos or tens is believed of so many steps; of fewer it may be gaps.
_STEPS_BELIEVED = 3


def original_name(path: Path) -> str | None:
    """The name of the file that this one calls itself a copy of.

    Parameters
    ----------
    path : Path
        Only its name is looked at.

    Returns
    -------
    str or None
        None where the name does not look like a copy's.

    Examples
    --------
    >>> from pathlib import Path
    >>> original_name(Path("IMG_0001 (1).dng")), original_name(Path("Copy of a.dng"))
    ('IMG_0001.dng', 'a.dng')
    >>> original_name(Path("IMG_0001.dng")) is None
    True
    """
    match = _COPY.match(path.stem)
    if match is None:
        return None
    return (match["front"] or match["back"]) + path.suffix


def find_numberings(paths: Iterable[Path]) -> tuple[tuple[Numbering, ...], tuple[Path, ...]]:
    """Find what is counted in file names.

    Names of the same shape belong together. Of the numbers in them, the last one that is not
    the same in all of them counts; those before it (reel, clip) tell several counts apart.

    Parameters
    ----------
    paths : iterable of Path
        Only the names are looked at.

    Returns
    -------
    numberings : tuple of Numbering
        Counts of two or more files.
    unnumbered : tuple of Path
        Names without a number.

    Examples
    --------
    >>> from pathlib import Path
    >>> names = ["A001_C002_0007.dng", "A001_C002_0009.dng", "A001_C001_0001.dng", "white.dng"]
    >>> found, rest = find_numberings(Path("d", name) for name in names)
    >>> [(one.before, one.numbers, one.missing) for one in found], [path.name for path in rest]
    ([('A001_C002_', (7, 9), (8,))], ['white.dng'])
    """
    shapes: dict[tuple[Path, str], list[list[str]]] = defaultdict(list)
    unnumbered = []
    for path in paths:
        parts = _DIGITS.split(path.stem)
        if len(parts) < 3:
            unnumbered.append(path)
            continue
        shape = "\0".join(parts[::2]).casefold() + path.suffix.casefold()
        shapes[path.parent, shape].append([*parts[:-1], parts[-1] + path.suffix])
    found: list[Numbering] = []
    for (folder, _), names in shapes.items():
        found += _counts(folder, names)
    order = sorted(found, key=lambda one: (str(one.folder), one.before, one.after))
    return tuple(order), tuple(unnumbered)


def _counts(folder: Path, names: Sequence[list[str]]) -> list[Numbering]:
    """Counts among names of one shape, given as text, digits, text, digits, ..., text."""
    places = range(1, len(names[0]), 2)
    place = max((at for at in places if len({name[at] for name in names}) > 1), default=places[-1])
    groups: dict[tuple[str, ...], list[list[str]]] = defaultdict(list)
    for name in names:
        others = (digits for at, digits in enumerate(name) if at % 2 and at != place)
        groups[tuple(others)].append(name)
    found = []
    for group in groups.values():
        numbers = tuple(sorted({int(name[place]) for name in group}))
        if len(numbers) < 2:
            continue
        first = group[0]
        before, after = "".join(first[:place]), "".join(first[place + 1 :])
        digits = min(len(name[place]) for name in group)
        found.append(Numbering(folder, before, after, digits, numbers, _missing(numbers)))
    return found


def _missing(numbers: Sequence[int]) -> tuple[int, ...]:
    """Numbers between the first and the last that are not there, where that is a count."""
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    step = min(steps) if len(steps) >= _STEPS_BELIEVED else 1
    n_missing = sum(gap // step - 1 for gap in steps)
    if any(gap % step for gap in steps) or n_missing > _MOST_MISSING * len(numbers):
        return ()
    there = set(numbers)
    return tuple(n for n in range(numbers[0], numbers[-1], step) if n not in there)
