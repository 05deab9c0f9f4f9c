"""The identity strip in a frame: read it, and let its edges refine where the wall lies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.imaging.resample import sample_at
from ledcal.values.marks import decode_payload

if TYPE_CHECKING:
    from ledcal.measure.preview import Preview
    from ledcal.measure.view import WallView
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.marks import MarksLayout
    from ledcal.values.pattern import Region

# Places along a line across an edge, from one end of it to the other.
_STEPS = np.linspace(-1.0, 1.0, 33)[None, :]


@dataclass(frozen=True, slots=True)
class Identity:
    """What the strip of a frame says.

    Attributes
    ----------
    frame_index, pattern_id : int
        The payload.
    confidence : float
        The weakest bit's contrast over that of a typical bit, 0..1.
    contrast : float
        Light of a lit cell above a dark one, in units of white above black.
    """

    frame_index: int
    pattern_id: int
    confidence: float
    contrast: float


def region_points(region: Region, n: int, share: float = 0.5) -> FloatArray:
    """Lay n x n wall points evenly over the middle of a region.

    Parameters
    ----------
    region : Region
        Wall pixels.
    n : int
        Points along each side.
    share : float
        Part of each side that the points cover.

    Returns
    -------
    ndarray, shape (n * n, 2)
        (x, y), integer = pixel centre.

    Examples
    --------
    >>> from ledcal.values.pattern import Region
    >>> region_points(Region(0, 0, 8, 4), 2).tolist()
    [[2.5, 1.0], [4.5, 1.0], [2.5, 2.0], [4.5, 2.0]]
    """
    steps = share * ((np.arange(n) + 0.5) / n - 0.5)
    x = region.x + (region.width - 1) / 2 + steps * region.width
    y = region.y + (region.height - 1) / 2 + steps * region.height
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def read_strip(preview: Preview, view: WallView, layout: MarksLayout) -> Identity | None:
    """Read the strip through a view of the wall.

    Parameters
    ----------
    preview : Preview
        Linear picture of the frame.
    view : WallView
        Where the wall lies.
    layout : MarksLayout
        Where the strip stands on the wall.

    Returns
    -------
    Identity or None
        None where the CRC does not fit, or bits differ too much in contrast to be one strip.
    """
    contrast = measure_contrast(preview, view, layout)
    if not np.isfinite(contrast).all():
        return None
    bits: BoolArray = contrast > 0
    payload = decode_payload(bits)
    if payload is None:
        return None
    size = np.abs(contrast)
    typical = float(np.median(size))
    weakest = float(np.quantile(size, 0.05))
    if weakest < 0.2 * typical or typical <= preview.noise / 4:
        return None
    return Identity(payload[0], payload[1], min(1.0, float(size.min()) / typical), typical)


def measure_contrast(preview: Preview, view: WallView, layout: MarksLayout) -> FloatArray:
    """Light of the first cell of each pair above the second: positive where the bit is 1.

    Parameters
    ----------
    preview, view, layout
        As in `read_strip`.

    Returns
    -------
    ndarray, shape (48,)
        In units of white above black; NaN outside of the picture.
    """
    points = preview.from_frame(view.to_frame(_cell_points(layout)))
    values = sample_at(preview.image, points).mean(axis=-1)
    return np.asarray(values[:, 0] - values[:, 1], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class StripEdges:
    """Edges of the strip as the picture shows them.

    Attributes
    ----------
    wall : ndarray, shape (n, 2)
        Where an edge lies on the wall.
    normal : ndarray, shape (n, 2)
        Unit vector across it, wall pixels.
    offset : ndarray, shape (n,)
        How far along `normal` the picture shows it, in wall pixels by the view it was read with.
    blur_px : float
        Standard deviation of the defocus, in wall pixels.
    """

    wall: FloatArray
    normal: FloatArray
    offset: FloatArray
    blur_px: float


def find_edges(
    preview: Preview, view: WallView, layout: MarksLayout, bits: BoolArray
) -> StripEdges:
    """Find where the light changes between the cells of each pair, and from bit to bit.

    Around such an edge the light is antisymmetric whatever the bits beside it, and stays so when
    defocused: where its integral balances lies the edge, without bias.

    Parameters
    ----------
    preview : Preview
        Linear picture.
    view : WallView
        Good to about half a cell.
    layout : MarksLayout
        Where the strip stands on the wall.
    bits : ndarray of bool, shape (48,)
        What the strip says.

    Returns
    -------
    StripEdges
        Only edges that could be read.
    """
    lines = _edge_lines(layout, bits.tobytes())
    points = preview.from_frame(view.to_frame(lines.points))
    profile = sample_at(preview.image, points).mean(axis=2) * lines.sign[:, None]
    lit, dark = profile[:, :5].mean(axis=1), profile[:, -5:].mean(axis=1)
    height = lit - dark
    typical = float(np.nanmedian(height))
    good = np.isfinite(profile).all(axis=1) & (height > 0.5 * typical)
    share = (profile[good] - dark[good, None]) / height[good, None]
    offset = (share.mean(axis=1) - 0.5) * 2 * lines.reach[good]
    return StripEdges(
        wall=lines.middle[good],
        normal=lines.normal[good],
        offset=offset,
        blur_px=_blur(share, _STEPS * lines.reach[good, None], offset),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _EdgeLines:
    """Lines across the edges of a strip: points of shape (n, 33, 5, 2), five abreast."""

    points: FloatArray
    middle: FloatArray
    normal: FloatArray
    reach: FloatArray
    sign: FloatArray


@lru_cache(maxsize=16)
def _edge_lines(layout: MarksLayout, word: bytes) -> _EdgeLines:
    """Lay lines across the edges of a strip that shows these bits."""
    bits = np.frombuffer(word, dtype=np.bool_)
    along = np.array([0.0, 1.0]) if layout.is_upright else np.array([1.0, 0.0])
    across = along[::-1]
    centres, reach, normals, signs, widths = [], [], [], [], []
    for i, (one, zero) in enumerate(layout.cells):
        first, second = _centre(one), _centre(zero)
        depth = float(np.abs((second - first) @ across))
        run = one.height if layout.is_upright else one.width
        centres.append((first + second) / 2)
        reach.append(depth / 2)
        normals.append(across)
        signs.append(1.0 if bits[i] else -1.0)
        widths.append(0.4 * run)
        if i + 1 < len(layout.cells) and bits[i] != bits[i + 1]:
            after = _centre(layout.cells[i + 1][0])
            step = float((after - first) @ along)
            if 0 < step < 2 * run and abs(float((after - first) @ across)) < 1:
                # The lit cell of this bit, then the dark one of the next: both in its row.
                for cell, sign in ((first, 1.0), (second, -1.0)):
                    centres.append(cell + along * step / 2)
                    reach.append(step / 2)
                    normals.append(along)
                    signs.append(sign if bits[i] else -sign)
                    widths.append(0.3 * depth)
    middle, normal = np.array(centres), np.array(normals)
    steps = _STEPS * np.array(reach)[:, None]
    beside = np.linspace(-0.5, 0.5, 5)[None, :] * np.array(widths)[:, None]
    points = (
        middle[:, None, None, :]
        + steps[:, :, None, None] * normal[:, None, None, :]
        + beside[:, None, :, None] * normal[:, None, None, ::-1]
    )
    return _EdgeLines(points, middle, normal, np.array(reach), np.array(signs))


@lru_cache(maxsize=16)
def _cell_points(layout: MarksLayout) -> FloatArray:
    """Points in the middle of every cell, shape (48, 2, 25, 2)."""
    return np.stack(
        [np.stack([region_points(one, 5), region_points(zero, 5)]) for one, zero in layout.cells]
    )


def _blur(share: FloatArray, steps: FloatArray, offset: FloatArray) -> float:
    """Standard deviation of the blur from the slopes of edges, in wall pixels."""
    if not len(share):
        return 0.0
    slope = -np.diff(share, axis=1)
    middle = (steps[:, 1:] + steps[:, :-1]) / 2 - offset[:, None]
    second = (slope * middle**2).sum(axis=1) / np.maximum(slope.sum(axis=1), 0.1)
    return float(np.sqrt(max(0.0, float(np.median(second)))))


def _centre(region: Region) -> FloatArray:
    return np.array([region.x + (region.width - 1) / 2, region.y + (region.height - 1) / 2])
