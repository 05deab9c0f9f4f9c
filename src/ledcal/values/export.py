"""What is exported: which calibration, for which wall, and what its files say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledcal.values.lut import Lut3d
    from ledcal.values.quality import Quality
    from ledcal.values.stage import Camera, Target, Wall


@dataclass(frozen=True, slots=True)
class Identity:
    """Which calibration files were made from.

    Attributes
    ----------
    kind : str
        ``profile``, or ``file`` for a table that came from somewhere else.
    name : str
        Of the profile, or of the file.
    sha256 : str
        Of its profile.json, or of the file.
    created : str
        When it was fitted, ISO 8601; empty where it is not known.
    ledcal_version : str
        That fitted it; empty where none did.
    """

    kind: str
    name: str
    sha256: str
    created: str = ""
    ledcal_version: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """What a file says of itself.

    Attributes
    ----------
    name : str
        Of the calibration; also what its files are called.
    takes, gives : str
        What codes go in and come out, with gamut, EOTF, range and peak.
    lines : tuple of str
        More to know: whose it is, camera, date, how to use it.
    """

    name: str
    takes: str
    gives: str
    lines: tuple[str, ...] = ()

    @property
    def comments(self) -> tuple[str, ...]:
        """Everything, a line each.

        Examples
        --------
        >>> Label("north", "content code", "wall code", ("made today",)).comments
        ('made today', 'in: content code', 'out: wall code')
        """
        return (*self.lines, f"in: {self.takes}", f"out: {self.gives}")


@dataclass(frozen=True, slots=True, eq=False)
class WallCorrection:
    """One calibration as render hosts get it.

    Attributes
    ----------
    identity : Identity
        Whose it is.
    label : Label
        What its files say.
    wall : Wall
        The LED wall.
    camera : Camera
        The camera that sees it.
    target : Target
        What content code means: the encoding that the tables take.
    tables : mapping of int to Lut3d
        Content code to wall code, by nodes along an edge: the sizes that were asked for.
    quality : Quality or None
        Figures of the fit; None where there was none.
    """

    identity: Identity
    label: Label
    wall: Wall
    camera: Camera
    target: Target
    tables: Mapping[int, Lut3d]
    quality: Quality | None = None


@dataclass(frozen=True, slots=True)
class CheckColour:
    """A colour to try in the host, and what must come out.

    Attributes
    ----------
    name : str
        Such as ``grey``.
    acescg : tuple of float
        Scene-linear ACEScg, 1.0 = 100 nits: what hosts with a config are given.
    content : tuple of float
        Content code 0..1: what hosts without one are given; also the uncalibrated code.
    wall : tuple of float
        Wall code 0..1 that the delivered table gives, tetrahedral: the calibrated code.
    trilinear : tuple of float
        The same by trilinear interpolation.
    """

    name: str
    acescg: tuple[float, float, float]
    content: tuple[float, float, float]
    wall: tuple[float, float, float]
    trilinear: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Proof:
    """A written file, as another program read it, against what it should do.

    Attributes
    ----------
    reader : str
        The program, with its version.
    interpolation : str
        ``tetrahedral``, ``trilinear``; ``nodes`` where the nodes were compared, ``matrix`` for
        a 3x3.
    worst : float
        Largest difference, in code; of a 3x3 in light, 1.0 = 100 nits.
    limit : float
        What it may be.
    n_colours : int
        How many colours were compared.
    """

    reader: str
    interpolation: str
    worst: float
    limit: float
    n_colours: int


def code_values(code: tuple[float, float, float], bits: int = 10) -> tuple[int, int, int]:
    """Codes 0..1 as full-range code values of a bit depth, rounded.

    Examples
    --------
    >>> code_values((0.0, 0.5081, 1.0)), code_values((0.0, 0.5, 1.0), bits=16)
    ((0, 520, 1023), (0, 32768, 65535))
    """
    full = 2**bits - 1
    red, green, blue = (int(min(max(value, 0.0), 1.0) * full + 0.5) for value in code)
    return red, green, blue
