"""What is kept of a frame once its picture is let go."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.marks import FIDUCIAL_BITS, build_marks_layout, fiducial_modules
from ledcal.values.pattern import PatchKind, Region

if TYPE_CHECKING:
    from ledcal.measure.strip import Identity
    from ledcal.measure.view import WallView
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.evidence import Ripple
    from ledcal.values.frame import CameraColour, Exposure
    from ledcal.values.pattern import Pattern

# Half the side of the central 10 % of the wall's area, as a share of the wall's half side.
CENTRAL = 0.1**0.5
# Tiles along each side of it, and points of each tile.
_TILES = 6
_TILE_POINTS = 256


@dataclass(frozen=True, slots=True, eq=False)
class RegionColumns:
    """Every patch region of the pattern, every strip cell, and the wall's middle, in one frame.

    Rows are `pattern_regions`, then the 96 cells of the strip, the one of bit 1 before the one
    of bit 0: half of them are dark in every frame; then the tiles of the central tenth of the
    wall's area (`central_points`). Light is (dn - black) / (white - black).

    Attributes
    ----------
    mean, sigma : ndarray, shape (n, 3)
        Camera R, G, B and their standard errors; NaN where there is no sample.
    deviation : ndarray, shape (n, 3)
        Standard deviation of one photosite; NaN for cells and tiles.
    n_samples : ndarray of int64, shape (n,)
        Photosites of all planes.
    saturated : ndarray, shape (n,)
        Largest share of saturated photosites of any plane.
    gradient : ndarray, shape (n,)
        Largest relative difference between halves of the region.
    green_split : ndarray, shape (n,)
        (G1 - G2) / G; 0 where there is one green.
    """

    mean: FloatArray
    sigma: FloatArray
    deviation: FloatArray
    n_samples: IntArray
    saturated: FloatArray
    gradient: FloatArray
    green_split: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class FrameSamples:
    """One captured frame as numbers.

    Attributes
    ----------
    name : str
        File name.
    identity : Identity or None
        What its strip says; None where none was found.
    columns : RegionColumns or None
        None where the frame is not identified, or of a pattern that is not known.
    view : WallView or None
        Where the wall lies.
    blur_px : float
        Standard deviation of the defocus in wall pixels.
    brightest : float
        99.9 % of the picture's greens are below, 1 = white.
    clipped : float
        Share of saturated photosites in the whole picture.
    outside : float
        Share of the wall's outline that lies outside the picture.
    contrast : ndarray, shape (48,), or None
        Of the strip's bits, also where they make no sense; None where no wall is known.
    tiles : ndarray, shape (rows, columns, 3), or None
        Light of a flat frame in tiles over the wall (`field_points`); None of other frames.
    ripples : tuple of Ripple
        Bands along the rows, then lines in any direction, of a flat frame's middle.
    space, exposure, colour, camera_model
        As the frame says.
    uneven : tuple of (ndarray, ndarray) or None
        Of a drift pattern: light and standard error, shape (n, 3), at `uneven_points`.
    """

    name: str
    identity: Identity | None
    columns: RegionColumns | None
    view: WallView | None
    blur_px: float
    brightest: float
    clipped: float
    outside: float
    contrast: FloatArray | None
    tiles: FloatArray | None
    ripples: tuple[Ripple, ...]
    space: str
    exposure: Exposure
    colour: CameraColour | None
    camera_model: str
    uneven: tuple[FloatArray, FloatArray] | None = None


@lru_cache(maxsize=8)
def field_points(width_px: int, height_px: int) -> FloatArray:
    """Lay points over what lies between the marks, in tiles of about two modules.

    Parameters
    ----------
    width_px, height_px : int
        The wall.

    Returns
    -------
    ndarray, shape (rows, columns, 64, 2)
        Wall points of each tile. Read-only.

    Examples
    --------
    >>> field_points(1920, 1080).shape
    (9, 30, 64, 2)
    """
    layout = build_marks_layout(width_px, height_px)
    content, side = layout.content, 2 * layout.module_px
    rows, columns = max(2, content.height // side), max(2, content.width // side)
    steps = np.arange(64)[:, None] * np.array([0.7548776662466927, 0.5698402909980532])
    inside = 0.1 + 0.8 * np.modf(0.5 + steps)[0]
    corner = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)[:, :, None, :]
    size = np.array([content.width / columns, content.height / rows])
    points = [content.x - 0.5, content.y - 0.5] + (corner + inside) * size
    points.flags.writeable = False
    return np.asarray(points, np.float64)


@lru_cache(maxsize=8)
def uneven_points(width_px: int, height_px: int) -> tuple[FloatArray, int]:
    """Lay points over everything of the wall that the drift pattern lights, marks included.

    Parameters
    ----------
    width_px, height_px : int
        The wall.

    Returns
    -------
    points : ndarray, shape (n, 36, 2)
        Wall points of each place: first tiles of about three quarters of a module over what lies
        between the bands of the marks, row by row, then the lit modules of the fiducials.
        Read-only.
    n_tiles : int
        How many of them are tiles: they are lit in the flat frame only.

    Examples
    --------
    >>> points, n_tiles = uneven_points(1920, 1080)
    >>> points.shape, n_tiles
    ((2059, 36, 2), 1975)
    """
    layout = build_marks_layout(width_px, height_px)
    content, module = layout.content, layout.module_px
    edge, side = module // 4, max(3, round(0.75 * module))
    width, height = content.width - 2 * edge, content.height - 2 * edge
    columns, rows = max(2, width // side), max(2, height // side)
    corner = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 1, 2)
    size = np.array([width / columns, height / rows])
    start = np.array([content.x, content.y]) + edge - 0.5
    steps = np.arange(36)[:, None] * np.array([0.7548776662466927, 0.5698402909980532])
    tiles = start + (corner + 0.1 + 0.8 * np.modf(0.5 + steps)[0]) * size
    lit = [
        Region(one.x + column * module, one.y + row * module, module, module)
        for one, bits in zip(layout.fiducials, FIDUCIAL_BITS, strict=True)
        for row, column in np.argwhere(fiducial_modules(bits)).tolist()
    ]
    # The middle of a module: what its dark neighbours do not reach.
    near = 0.5 * (np.modf(0.5 + steps)[0] - 0.5)
    middles = np.array([(r.x + (module - 1) / 2, r.y + (module - 1) / 2) for r in lit])
    points = np.concatenate([tiles, middles[:, None] + near * module])
    points.flags.writeable = False
    return np.asarray(points, np.float64), len(tiles)


@lru_cache(maxsize=8)
def pattern_regions(pattern: Pattern) -> tuple[Region, ...]:
    """List the different patch regions of a pattern, in order of first appearance.

    Flats are left out: they are measured where the patches stand.

    Examples
    --------
    >>> from ledcal.values.pattern import FrameKind, Patch, Pattern, PatternFrame, Region
    >>> patches = tuple(Patch((0, 0, 0), Region(x, 0, 5, 5), "mixed") for x in (0, 9, 0))
    >>> frame = PatternFrame(0, FrameKind.PATCHES, patches)
    >>> len(pattern_regions(Pattern("x", "grid", 0, 640, 360, "sRGB", 100.0, (frame,))))
    2
    """
    found: dict[Region, None] = {}
    for frame in pattern.frames:
        for patch in frame.patches:
            if patch.kind is not PatchKind.FLAT:
                found.setdefault(patch.region)
    return tuple(found)


@lru_cache(maxsize=8)
def central_points(width_px: int, height_px: int) -> FloatArray:
    """Lay points evenly over the central 10 % of the wall's area, tile by tile.

    They are scattered, so that neither the wall's pixels nor the photosites beat with them.

    Parameters
    ----------
    width_px, height_px : int
        The wall.

    Returns
    -------
    ndarray, shape (36, 256, 2)
        Wall points of each tile, row by row. Read-only.

    Examples
    --------
    >>> points = central_points(1920, 1080)
    >>> points.shape, np.ptp(points, axis=(0, 1)).round().tolist()
    ((36, 256, 2), [607.0, 341.0])
    """
    steps = np.arange(_TILES * _TILES * _TILE_POINTS).reshape(-1, _TILE_POINTS, 1)
    # Multiples of two irrationals fill a square evenly without any period.
    inside = np.modf(0.5 + steps * np.array([0.7548776662466927, 0.5698402909980532]))[0]
    corner = np.stack(np.meshgrid(np.arange(_TILES), np.arange(_TILES)), axis=-1).reshape(-1, 1, 2)
    size = np.array([width_px, height_px])
    points = (size - 1) / 2 + CENTRAL * size * ((corner + inside) / _TILES - 0.5)
    points.flags.writeable = False
    return np.asarray(points, np.float64)
