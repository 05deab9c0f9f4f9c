"""Frame numbers as people type and read them: ``3,7-9``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ledcal.errors import InputError
from ledcal.values.marks import FRAME_BITS

if TYPE_CHECKING:
    from collections.abc import Iterable

LAST_NUMBER = (1 << FRAME_BITS) - 1
_PART = re.compile(r"(\d{1,9})(?:\s*-\s*(\d{1,9}))?", re.ASCII)


def format_numbers(numbers: Iterable[int]) -> str:
    """Write frame numbers the short way; `parse_numbers` reads them back.

    Parameters
    ----------
    numbers : iterable of int
        In any order, doubled or not.

    Returns
    -------
    str
        Rising, each once, neighbours as a range; empty where there are none.

    Examples
    --------
    >>> format_numbers([9, 3, 7, 8, 8]), format_numbers([4, 5]), format_numbers([])
    ('3,7-9', '4-5', '')
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def parse_numbers(text: str) -> tuple[int, ...]:
    """Read frame numbers such as ``3,7-9``.

    Parameters
    ----------
    text : str
        Numbers and ranges with commas between them; spaces do not count.

    Returns
    -------
    tuple of int
        Rising, each once; at least one.

    Raises
    ------
    InputError
        If there is none, a part is neither a number nor a range, a range runs backwards, or a
        number is higher than the identity strip can say.

    Examples
    --------
    >>> parse_numbers("7-9, 3,8")
    (3, 7, 8, 9)
    """
    numbers: set[int] = set()
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _PART.fullmatch(part)
        if match is None:
            raise InputError(
                f"frame numbers {text!r}: {part!r} is neither a number nor a range; "
                "write them like 3,7-9"
            )
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise InputError(
                f"frame numbers {text!r}: {part!r} runs backwards; write {last}-{first}"
            )
        if last > LAST_NUMBER:
            raise InputError(
                f"frame numbers {text!r}: {last} is beyond {LAST_NUMBER}, the highest that a "
                "frame can have; check the number"
            )
        numbers.update(range(first, last + 1))
    if not numbers:
        raise InputError(f"frame numbers {text!r}: there is none; write them like 3,7-9")
    return tuple(sorted(numbers))
