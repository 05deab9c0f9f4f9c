"""Read a plain document field by field, and keep every problem with its path."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import ProfileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledcal.values.arrays import FloatArray

_SHOWN = 8


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


@dataclass(frozen=True, slots=True)
class Field:
    """One place in a document. Asking it for a type it does not hold notes a problem.

    A field that is wrong answers with a harmless value of the right type, so that reading goes on
    and the rest of the document is looked at too; `require_sound` then raises for all of them.

    Attributes
    ----------
    value : object
        What stands there.
    path : str
        Where it stands: ``stage.wall.peak_nits``; empty for the document itself.
    problems : list of str
        Shared by all fields of one document.

    Examples
    --------
    >>> document = Field({"wall": {"peak_nits": "bright"}})
    >>> document.at("wall").at("peak_nits").number(), document.at("name").text()
    (0.0, '')
    >>> document.problems
    ["wall.peak_nits: expected a number, got 'bright'", 'name: missing']
    """

    value: object
    path: str = ""
    problems: list[str] = field(default_factory=list)
    is_missing: bool = False

    def at(self, key: str) -> Field:
        """Give the field under a key of this object."""
        path = f"{self.path}.{key}" if self.path else key
        if self.is_missing:
            return Field(None, path, self.problems, is_missing=True)
        if not isinstance(self.value, dict):
            self._note("an object")
            return Field(None, path, self.problems, is_missing=True)
        if key not in self.value:
            self.problems.append(f"{path}: missing")
            return Field(None, path, self.problems, is_missing=True)
        return Field(self.value[key], path, self.problems)

    def at_or(self, key: str, absent: object) -> Field:
        """Give the field under a key, or one that holds `absent` where an older file lacks it."""
        if isinstance(self.value, dict) and key not in self.value:
            path = f"{self.path}.{key}" if self.path else key
            return Field(absent, path, self.problems)
        return self.at(key)

    def number(self) -> float:
        """Give a finite number; 0 where it is wrong."""
        value = self.value
        if not isinstance(value, int | float) or isinstance(value, bool) or not np.isfinite(value):
            self._note("a number")
            return 0.0
        return float(value)

    def number_or_nan(self) -> float:
        """Give a number, NaN for null."""
        return float("nan") if self.value is None and not self.is_missing else self.number()

    def number_or_none(self) -> float | None:
        """Give a number, None for null."""
        return None if self.value is None and not self.is_missing else self.number()

    def integer(self) -> int:
        """Give an integer; 0 where it is wrong."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self._note("an integer")
            return 0
        return self.value

    def boolean(self) -> bool:
        """Give true or false; false where it is wrong."""
        if not isinstance(self.value, bool):
            self._note("true or false")
            return False
        return self.value

    def text(self) -> str:
        """Give a text; empty where it is wrong."""
        if not isinstance(self.value, str):
            self._note("a text")
            return ""
        return self.value

    def one_of(self, known: Sequence[str]) -> str:
        """Give one of a few words; the first where it is none of them."""
        if self.value not in known:
            self._note(f"one of {', '.join(known)}")
            return known[0]
        return str(self.value)

    def text_or_none(self) -> str | None:
        """Give a text, None for null."""
        return None if self.value is None and not self.is_missing else self.text()

    def items(self) -> list[Field]:
        """Give the entries of a list; none where it is wrong."""
        if not isinstance(self.value, list):
            self._note("a list")
            return []
        return [
            Field(entry, f"{self.path}[{i}]", self.problems) for i, entry in enumerate(self.value)
        ]

    def texts(self) -> tuple[str, ...]:
        """Give a list of texts."""
        return tuple(entry.text() for entry in self.items())

    def entries(self) -> dict[str, Field]:
        """Give the entries of an object by key; none where it is wrong."""
        if not isinstance(self.value, dict):
            self._note("an object")
            return {}
        return {str(key): self.at(key) for key in self.value}

    def array(self, shape: tuple[int, ...]) -> FloatArray:
        """Give finite numbers of one shape; zeros where they are wrong."""
        expected = f"numbers of shape {shape}"
        if self.is_missing:
            return np.zeros(shape)
        try:
            array = np.array(self.value, dtype=np.float64)
        except (TypeError, ValueError):
            self._note(expected)
            return np.zeros(shape)
        if array.size == 0 and 0 in shape:
            array = array.reshape(shape)
        if array.shape != shape or not np.isfinite(array).all():
            self._note(expected)
            return np.zeros(shape)
        return array

    def stated_array(self) -> FloatArray:
        """Give the array of an object with `shape` and `values`; a zero where it is wrong."""
        shape = tuple(entry.integer() for entry in self.at("shape").items())
        values = self.at("values")
        try:
            array = np.array(values.value, dtype=np.float64)
        except (TypeError, ValueError):
            array = np.full((), np.nan)
        if array.size == 0 and 0 in shape and min(shape) >= 0:
            array = array.reshape(shape)
        if not values.is_missing and (array.shape != shape or not np.isfinite(array).all()):
            values._note(f"numbers of shape {shape}")
        return array if np.isfinite(array).all() else np.zeros(())

    def either(self, read: Callable[[Field], Any]) -> Any:
        """Give None for null, else what `read` makes of the field."""
        return None if self.value is None and not self.is_missing else read(self)

    def require_sound(self, name: str) -> None:
        """Raise for every problem at once.

        Raises
        ------
        ProfileError
            If anything was noted; the message names each with its path.
        """
        if not self.problems:
            return
        shown = "; ".join(self.problems[:_SHOWN])
        more = len(self.problems) - _SHOWN
        tail = f"; and {more} more" if more > 0 else ""
        raise ProfileError(
            f"{name}: {len(self.problems)} problem{'s' if len(self.problems) > 1 else ''}: "
            f"{shown}{tail}. The profile is damaged: fit it again, or restore it from a copy"
        )

    def _note(self, expected: str) -> None:
        if not self.is_missing:
            where = self.path or "the document"
            self.problems.append(f"{where}: expected {expected}, got {_shown(self.value)}")
