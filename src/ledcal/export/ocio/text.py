"""Words and numbers as a config's YAML holds them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledcal.values.arrays import FloatArray

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.()+-]*( [A-Za-z0-9_.()+-]+)*")
# Words that YAML takes for something else than text.
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
# Of Unicode's categories: control, surrogate, private use, unassigned.
_NO_LETTERS = frozenset({"Cc", "Cs", "Co", "Cn"})


def one_line(text: str) -> str:
    r"""Text in one line, composed letters only: nothing that YAML or a menu stumbles over.

    Examples
    --------
    >>> one_line(" north\n wall\x00 ")
    'north wall'
    """
    kept = "".join(
        letter
        for letter in text
        if letter.isspace()
        or (unicodedata.category(letter) not in _NO_LETTERS and letter != "\ufeff")
    )
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def quoted(text: str) -> str:
    """A scalar: as it is where YAML takes it for text, else in single quotes.

    Examples
    --------
    >>> quoted("LED north calibrated"), quoted("a: 'b'"), quoted("no")
    ('LED north calibrated', "'a: ''b'''", "'no'")
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return "'" + text.replace("'", "''") + "'"


def quoted_list(texts: Iterable[str]) -> str:
    """Several scalars in one line.

    Examples
    --------
    >>> quoted_list(["Raw", "a, b"])
    "[Raw, 'a, b']"
    """
    return f"[{', '.join(quoted(text) for text in texts)}]"


def number(value: float) -> str:
    """A number with the 15 digits that a double holds whatever it is.

    Examples
    --------
    >>> number(15.0), number(1 / 3), number(-0.0)
    ('15', '0.333333333333333', '0')
    """
    return f"{value + 0.0:.15g}"


def matrix_transform(matrix: FloatArray) -> str:
    """A 3x3 as the transform that applies it.

    Examples
    --------
    >>> matrix_transform(np.diag([1.0, 2.0, 3.0]))
    '!<MatrixTransform> {matrix: [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1]}'
    """
    whole = np.eye(4)
    whole[:3, :3] = matrix
    return f"!<MatrixTransform> {{matrix: [{', '.join(map(number, whole.ravel().tolist()))}]}}"


def block(lines: Sequence[str], indent: int) -> str:
    """Lines of text as the value of a key, in YAML's ``|`` form; without a line end."""
    space = " " * indent
    return "|\n" + "\n".join(f"{space}{one_line(line)}" for line in lines)
