"""Another tool's pattern: patches in a fixed order, without anything that says which is which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.values.arrays import FloatArray, readonly

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class ForeignPatch:
    """One colour of a foreign pattern.

    Attributes
    ----------
    name : str
        For messages: ``red primary``, ``ramp 12 of 30``.
    kind : str
        As in measurements.csv: ``neutral``, ``red``, ``mixed``, ``black``, ...
    code : ndarray, shape (3,)
        Wall code, 0..1, full range.
    light : ndarray, shape (3,)
        What the pattern means by it: linear light of the LED channels, 1 = the pattern's peak.
    is_fitted : bool
        False where the code lies outside what the wall is declared to show.
    """

    name: str
    kind: str
    code: FloatArray
    light: FloatArray
    is_fitted: bool

    def __init__(
        self, name: str, kind: str, code: ArrayLike, light: ArrayLike, *, is_fitted: bool = True
    ) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "code", readonly(code, shape=(3,), name="code"))
        object.__setattr__(self, "light", readonly(light, shape=(3,), name="light"))
        object.__setattr__(self, "is_fitted", is_fitted)


@dataclass(frozen=True, slots=True)
class ForeignPattern:
    """A sequence as another tool plays it.

    Attributes
    ----------
    name : str
        ``openvpcal``.
    eotf : str
        What the codes are encoded in.
    pattern_nits : float
        Light of 1.0 in the pattern's own numbers: the peak of an ST 2084 pattern, 100 of others.
    n_steps : int
        Steps of the grey ramp above black.
    saturation : float
        Of the desaturated primaries, 0..1.
    patches : tuple of ForeignPatch
        In playing order; pictures (slates, charts) are left out.
    """

    name: str
    eotf: str
    pattern_nits: float
    n_steps: int
    saturation: float
    patches: tuple[ForeignPatch, ...]
