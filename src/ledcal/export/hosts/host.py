"""What a render host is to us: which tables it wants, who writes its files, what its page says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    from ledcal.export.ocio.names import DisplayNames
    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import WallCorrection
    from ledcal.values.lut import Lut3d

    Writer: TypeAlias = Callable[[Path, tuple[WallCorrection, ...], "Evaluate"], "Page"]


class Evaluate(Protocol):
    """Our own evaluation of a table: code (n, 3) to code (n, 3)."""

    def __call__(
        self, table: Lut3d, code: FloatArray, /, *, interpolation: str = "tetrahedral"
    ) -> FloatArray:
        """Apply a table by ``tetrahedral`` or ``trilinear`` interpolation."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """What the README of a host's folder says that only the host's module knows.

    Attributes
    ----------
    takes : str
        What the host hands to the correction: space, encoding, range, ``1.0 = 100 nits``.
    gives : str
        What leaves the host for the LED processor.
    interpolation : str
        What to choose there, and where.
    steps : tuple of str
        What to do, in order, with the host's own words for its menus; numbered by the page.
    traps : tuple of str
        What goes wrong there, and how it looks.
    check : str
        How to show a check colour in this host and read the code that comes out.
    is_scene_linear : bool
        Check colours are entered as scene-linear light; else as content code.
    interpolates : str
        ``tetrahedral`` or ``trilinear``: which expected codes hold there.
    light : str
        The linear space that they are entered in, as our configs call it.
    displays : tuple of DisplayNames
        What the walls are called in the folder's config, where that is not as in any config.
    """

    takes: str
    gives: str
    interpolation: str
    steps: tuple[str, ...]
    traps: tuple[str, ...]
    check: str
    is_scene_linear: bool
    interpolates: str = "tetrahedral"
    light: str = "ACEScg"
    displays: tuple[DisplayNames, ...] = ()


@dataclass(frozen=True, slots=True)
class Host:
    """A render host.

    Attributes
    ----------
    name : str
        As ``--host`` has it.
    title : str
        Product and versions, for people.
    sizes : tuple of int
        Tables that its folder holds, nodes along an edge; the last one is the best.
    write : callable
        Writes its files into a folder, each proven, and gives its page.
    takes_several : bool
        Several walls in one folder.
    most : int
        Most nodes along an edge that it takes.
    """

    name: str
    title: str
    sizes: tuple[int, ...]
    write: Writer
    takes_several: bool = False
    most: int = 65
