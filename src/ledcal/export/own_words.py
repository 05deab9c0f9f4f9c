"""What a table says of itself in ledcal's own words: an inverse, and what its codes mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ledcal.errors import AmbiguousInputError, InputError
from ledcal.export.cube import ascii_line
from ledcal.export.label import INVERSE, OURS, REPACKAGED, takes_and_gives

if TYPE_CHECKING:
    from ledcal.export.foreign import TableFile
    from ledcal.values.stage import Stage

_PASSED_ON = re.compile(r"^(as .*? says: )+")
_TAKES = re.compile(r"content code, (.+), (.+?), full range, held at (.+) nits")
_GIVES = re.compile(r"code for wall (.*), (.+?), full range, peak (.+) nits")
# What each group of the two says, and where a stage.toml says it.
_TAKEN = (
    ("content of", "target.gamut"),
    ("content of", "target.eotf"),
    ("content up to", "target.peak_nits"),
)
_GIVEN = (
    ("wall", "wall.name"),
    ("a wall of", "wall.eotf"),
    ("a wall of", "wall.peak_nits"),
)


def is_ours(file: TableFile) -> bool:
    """Whether its comments or descriptions are ledcal's."""
    return any(line.startswith((INVERSE, OURS, REPACKAGED)) for line in file.lines)


def is_inverse(file: TableFile) -> bool:
    """Whether it leads from wall code back to content code, as it says itself."""
    return any(line.removeprefix("it says: ").startswith(INVERSE) for line in file.lines)


def stated(text: str) -> str:
    """What goes in or out, without the names of files that it was passed on by.

    Examples
    --------
    >>> stated("as b.cube says: as a.cube says: PQ code")
    'PQ code'
    """
    return _PASSED_ON.sub("", text)


def require_correction(file: TableFile) -> None:
    """Refuse an inverse where a correction is wanted.

    Raises
    ------
    InputError
        If the file says that it is one.
    """
    if is_inverse(file):
        raise InputError(
            f"{file.path} says of itself that it is the inverse of a correction, never for the "
            "wall; it is not packaged as one: export the profile without --inverse"
        )


def require_rows(file: TableFile) -> None:
    """Refuse for a host what looks as if its rows run blue first.

    Raises
    ------
    AmbiguousInputError
        If red and blue seem to have changed places.
    """
    if file.is_blue_first:
        raise AmbiguousInputError(
            f"{file.path}: its red follows the blue that goes in, and its blue the red: looks as "
            "if its rows run blue first; ask who made it for one whose rows run red first"
        )


def require_same_meaning(file: TableFile, stage: Stage) -> None:
    """Refuse a stage that says of a table of ledcal's something else than the table.

    Raises
    ------
    AmbiguousInputError
        It names both, and where the stage says it.
    """
    if not is_ours(file):
        return
    takes, gives = (ascii_line(text) for text in takes_and_gives(stage.wall, stage.target))
    for pattern, own, theirs, keys in (
        (_TAKES, file.takes, takes, _TAKEN),
        (_GIVES, file.gives, gives, _GIVEN),
    ):
        own_found = pattern.fullmatch(ascii_line(stated(own)))
        found = pattern.fullmatch(theirs)
        if own_found is None or found is None:
            continue
        for (what, key), said, other in zip(keys, own_found.groups(), found.groups(), strict=True):
            if said != other:
                unit = " nits" if key.endswith("nits") else ""
                raise AmbiguousInputError(
                    f"{file.path} says {what} {said}{unit}, and the stage {other}{unit} ({key}): "
                    "give the stage.toml that it was made with, or the table of this stage"
                )
