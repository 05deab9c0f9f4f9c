"""What people say of their stage: wall, camera, target, limits (the contents of stage.toml)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledcal.values.arrays import FloatArray, readonly
from ledcal.values.drift import DriftLimits
from ledcal.values.raster import CameraRaster, LedRaster

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class Gamut:
    """Three primaries and a white.

    Attributes
    ----------
    name : str
        A colour-science name such as ``P3-D65``, or ``custom``.
    primaries_xy : ndarray, shape (3, 2)
        CIE 1931 chromaticities of red, green and blue.
    whitepoint_xy : ndarray, shape (2,)
        CIE 1931 chromaticity of white.
    """

    name: str
    primaries_xy: FloatArray
    whitepoint_xy: FloatArray

    def __init__(self, name: str, primaries_xy: ArrayLike, whitepoint_xy: ArrayLike) -> None:
        object.__setattr__(self, "name", name)
        primaries = readonly(primaries_xy, shape=(3, 2), name="primaries_xy")
        object.__setattr__(self, "primaries_xy", primaries)
        white = readonly(whitepoint_xy, shape=(2,), name="whitepoint_xy")
        object.__setattr__(self, "whitepoint_xy", white)


@dataclass(frozen=True, slots=True)
class Wall:
    """The LED wall as its processor is set.

    Attributes
    ----------
    name : str
        What the stage calls it; becomes part of the profile's name.
    width_px, height_px : int
        Resolution in LED pixels.
    pitch_mm : float or None
        Distance of LED pixels; None where it was not given.
    eotf : str
        ``ST 2084``, ``BT.1886``, ``sRGB``, ``gamma 2.2``, ...
    peak_nits : float
        Luminance of full white.
    gamut : Gamut
        Primaries that were declared for the wall.
    raster : LedRaster
        What was said of its LEDs.
    """

    name: str
    width_px: int
    height_px: int
    pitch_mm: float | None
    eotf: str
    peak_nits: float
    gamut: Gamut
    raster: LedRaster = field(default_factory=LedRaster)


@dataclass(frozen=True, slots=True)
class Camera:
    """The production camera.

    Attributes
    ----------
    model : str
        What the stage calls it; empty where it was not given.
    focal_mm, photosite_um, distance_m : float or None
        Lens focal length, photosite pitch, distance from the wall; None where not given.
    idt : str or None
        Path of an IDT JSON file, relative to stage.toml.
    encoding : str or None
        How the numbers of its pictures and clips encode light, such as ``LogC4``; None where it
        was not given. Camera raw has no use for it.
    space : str or None
        Gamut of its pictures and clips; None where it was not given.
    raster : CameraRaster
        What was said of lens, sensor and shutter.
    """

    model: str = ""
    focal_mm: float | None = None
    photosite_um: float | None = None
    distance_m: float | None = None
    idt: str | None = None
    encoding: str | None = None
    space: str | None = None
    raster: CameraRaster = field(default_factory=CameraRaster)


@dataclass(frozen=True, slots=True)
class Target:
    """What the content is encoded in.

    Attributes
    ----------
    gamut : Gamut
        Primaries and white of the content.
    eotf : str
        Same names as `Wall.eotf`.
    peak_nits : float
        Content above it is held at it.
    """

    gamut: Gamut
    eotf: str
    peak_nits: float


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Limits in delta E ITP; ledcal's own defaults, not a standard.

    Attributes
    ----------
    median_itp, p95_itp : float
        Cross-validated error above which `fit` warns, and error of a re-shoot above which `verify`
        fails.
    drift : DriftLimits
        What `drift check` and `verify` allow of each cause.
    """

    median_itp: float = 2.0
    p95_itp: float = 4.0
    drift: DriftLimits = field(default_factory=DriftLimits)


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything of stage.toml.

    Attributes
    ----------
    wall, camera, target, tolerances
        The four tables.
    assumptions : tuple of str
        One sentence for every default that was used.
    """

    wall: Wall
    camera: Camera
    target: Target
    tolerances: Tolerances = field(default_factory=Tolerances)
    assumptions: tuple[str, ...] = ()
