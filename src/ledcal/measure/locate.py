"""Find the wall in a frame: fiducials, then the strip, then both together."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.imaging.homography import apply_homography, fit_homography
from ledcal.imaging.markers import find_markers_and_quads
from ledcal.imaging.resample import blur, enlarge
from ledcal.measure.preview import stretch
from ledcal.measure.refine import fit_view
from ledcal.measure.strip import Identity, StripEdges, find_edges, read_strip
from ledcal.measure.view import WallView, undistort
from ledcal.values.marks import FIDUCIAL_BITS, encode_payload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ledcal.imaging.markers import FoundMarker
    from ledcal.measure.preview import Preview
    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import LinearFrame
    from ledcal.values.marks import MarksLayout
    from ledcal.values.pattern import Region

# Radial distortion that is tried before the strip's edges say how much it is.
_K1_TRIED = (0.0, -0.03, 0.03, -0.06, 0.06, -0.09, 0.09)
_K1_COARSE = (0.0, -0.05, 0.05)

# Drawings of the picture that are tried: log for dim marks, near linear for defocused ones.
_FLOORS_TRIED = (0.004, 0.05, 0.4)
# Marks are looked for in pictures of this width or less first, and in noise at about the other.
_WIDEST = 1000
_ENLARGED = 2200
# Noise, as a share of the brightest light, from which on more smoothed drawings are tried.
_NOISY = 0.003
# Noise alone reaches three.
_FAINTEST = 4.5
# The same in blocks of 4 x 4; the faintest strips that were ever read have 22.
_SMOOTHED = 4
_FAINTEST_SMOOTHED = 7.0
# Edges further from their places, in modules, are not those of a strip: a CRC met by chance.
_EDGE_LIMIT = 0.15
# What a strip read where another frame showed it must have.
_CONFIDENT = 0.3
# A camera that stands still: the view of another frame is kept when edges are this near, px.
_STILL_PX = 0.5
# Corners further from a straight view, in sides of their fiducial, are not of one wall.
_FIT_LIMIT = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """A wall that was found, and what its strip says.

    Attributes
    ----------
    view : WallView
        Where it lies.
    identity : Identity
        Which frame of which pattern.
    layout : MarksLayout
        The wall it was found as.
    blur_px : float
        Standard deviation of the defocus in wall pixels.
    edge_error_px : float
        Root mean square distance of the strip's edges from where the view puts them, wall px.
    """

    view: WallView
    identity: Identity
    layout: MarksLayout
    blur_px: float
    edge_error_px: float


def locate(
    frame: LinearFrame,
    preview: Preview,
    layouts: Sequence[MarksLayout],
    *,
    near: Sequence[WallView] = (),
) -> Located | None:
    """Find the wall by its marks.

    Parameters
    ----------
    frame : LinearFrame
        For its size.
    preview : Preview
        The frame's small picture.
    layouts : sequence of MarksLayout
        Walls that it may be, likeliest first.
    near : sequence of WallView
        Views of other frames of the take: tried first, which saves the search.

    Returns
    -------
    Located or None
        None where no strip with a good CRC is seen.
    """
    for view, layout in itertools.product(near, layouts):
        identity = read_strip(preview, view, layout)
        if identity is not None and identity.confidence > _CONFIDENT:
            known = _refined(preview, view, layout, identity, None)
            if known.edge_error_px < _EDGE_LIMIT * layout.module_px:
                return known
    if preview.top < _FAINTEST * preview.noise or _is_noise(preview):
        return None
    for markers, quads in _searches(preview):
        for layout, (points, seen) in itertools.product(layouts, _assigned(markers, preview)):
            places = _marker_corners(layout)[points].reshape(-1, 2)
            if not _is_plausible(places, seen):
                continue
            found = _try_view(frame, preview, layout, (places, seen.reshape(-1, 2)), _K1_TRIED)
            if found is not None:
                return found
        middles = _marker_corners(layouts[0]).mean(axis=1)
        for ring in _outermost(markers, quads, preview):
            found = _try_view(frame, preview, layouts[0], (middles, ring), _K1_COARSE)
            if found is not None:
                return found
    return None


def _is_noise(preview: Preview) -> bool:
    """Whether averaging leaves nothing that stands out: a lens cap, a grey card."""
    if min(preview.image.shape) < 4 * _SMOOTHED:
        return False
    smooth = preview.shrunk(_SMOOTHED)
    darkest, middle, brightest = np.quantile(smooth.image, (0.001, 0.5, 0.999))
    # Beside a white wall the marks' dark ground stands out, beside a black one the marks do.
    return bool(max(brightest - middle, middle - darkest) < _FAINTEST_SMOOTHED * smooth.noise)


def _is_plausible(places: FloatArray, seen: FloatArray) -> bool:
    """Whether one straight view of the wall shows fiducials about as they were found."""
    points = seen.reshape(-1, 2)
    matrix = fit_homography(places, points)
    if matrix is None:
        return False
    depth = places @ matrix[2, :2] + 1.0
    if depth.min() <= 0:
        return False
    side = np.sqrt(((seen - np.roll(seen, 1, axis=1)) ** 2).sum(axis=2)).mean(axis=1)
    away = np.linalg.norm(apply_homography(matrix, places) - points, axis=1).reshape(-1, 4)
    return bool((away.mean(axis=1) < _FIT_LIMIT * side).all())


def _try_view(
    frame: LinearFrame,
    preview: Preview,
    layout: MarksLayout,
    pairs: tuple[FloatArray, FloatArray],
    k1_tried: Sequence[float],
) -> Located | None:
    """See whether the strip can be read with these pairs of wall and frame points."""
    wall, seen = pairs
    for k1 in k1_tried:
        matrix = fit_homography(wall, undistort(seen, k1, frame.width, frame.height))
        if matrix is None:
            continue
        view = WallView(matrix, k1, frame.width, frame.height)
        identity = read_strip(preview, view, layout)
        if identity is None:
            continue
        found = _refined(preview, view, layout, identity, pairs)
        if found.edge_error_px < _EDGE_LIMIT * layout.module_px:
            return found
    return None


def _searches(preview: Preview) -> Iterator[tuple[list[FoundMarker], FloatArray]]:
    """Look for fiducials and unreadable squares in several drawings, in preview coordinates."""
    factor = -(-preview.image.shape[1] // _WIDEST)
    small = preview.shrunk(factor)
    for floor_share in _FLOORS_TRIED:
        yield _find(stretch(small, floor_share), 1.0 / factor)
    if factor > 1:
        yield _find(stretch(preview, _FLOORS_TRIED[1]), 1.0)
    is_noisy = preview.noise >= _NOISY * preview.top
    if factor > 1 and not is_noisy:
        return
    times = max(1, _ENLARGED // small.image.shape[1])
    for floor_share in _FLOORS_TRIED if is_noisy else _FLOORS_TRIED[:1]:
        smooth = blur(stretch(small, floor_share).astype(np.float32), 1.2)
        image = enlarge(np.asarray(smooth, dtype=np.uint8), min(times, 3))
        yield _find(image, min(times, 3) / factor)


def _find(image: NDArray[np.uint8], scale: float) -> tuple[list[FoundMarker], FloatArray]:
    """Look for markers and squares in a picture `scale` times as large as the preview."""
    markers, quads = find_markers_and_quads(image, FIDUCIAL_BITS)
    resized = [replace(marker, corners=(marker.corners + 0.5) / scale - 0.5) for marker in markers]
    return resized, (quads + 0.5) / scale - 0.5


def _outermost(
    markers: list[FoundMarker], quads: FloatArray, preview: Preview
) -> Iterator[FloatArray]:
    """Take the four squares that span the largest area as fiducials, whichever way round."""
    shapes = [*(marker.corners for marker in markers), *quads]
    centres = np.array([shape.mean(axis=0) for shape in shapes]).reshape(-1, 2)
    if len(centres) < 4:
        return
    away = centres - np.median(centres, axis=0)
    angles = np.linspace(0.0, np.pi, 8, endpoint=False)
    axes = np.stack([np.cos(angles), np.sin(angles)])
    extremes = sorted({*np.argmax(away @ axes, axis=0), *np.argmin(away @ axes, axis=0)})
    if len(extremes) < 4:
        return
    ring = _largest(centres[extremes])
    for turn, step in itertools.product(range(4), (1, -1)):
        order = [(turn + step * i) % 4 for i in range(4)]
        yield preview.to_frame(ring[order])


def _largest(points: FloatArray) -> FloatArray:
    """Choose the four of these points that span the largest area, in order round it."""
    own = points[list(itertools.combinations(range(len(points)), 4))]
    offset = own - own.mean(axis=1, keepdims=True)
    order = np.argsort(np.arctan2(offset[..., 1], offset[..., 0]), axis=1)
    own = np.take_along_axis(own, order[..., None], axis=1)
    x, y = own[..., 0], own[..., 1]
    area = (x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)
    return np.asarray(own[np.argmax(np.abs(area))], dtype=np.float64)


def _assigned(
    markers: list[FoundMarker], preview: Preview
) -> Iterator[tuple[list[int], FloatArray]]:
    """Ways to take one marker per fiducial: their numbers, and corners in frame pixels."""
    for is_mirrored in (False, True):
        chosen: dict[int, list[FoundMarker]] = {}
        for marker in markers:
            if marker.is_mirrored == is_mirrored:
                group = chosen.setdefault(marker.number, [])
                if all(_apart(marker, other) for other in group):
                    group.append(marker)
        if len(chosen) < 3:
            continue
        numbers = sorted(chosen)
        ways = itertools.product(*(chosen[number][:3] for number in numbers))
        for way in itertools.islice(ways, 12):
            yield numbers, preview.to_frame(np.array([marker.corners for marker in way]))


def _apart(one: FoundMarker, other: FoundMarker) -> bool:
    """Whether two finds are of different things."""
    side = np.hypot(*(one.corners[0] - one.corners[2]))
    between = one.corners.mean(axis=0) - other.corners.mean(axis=0)
    return bool(np.hypot(*between) > side / 4)


def _marker_corners(layout: MarksLayout) -> FloatArray:
    """Corners of the four fiducials on the wall, shape (4, 4, 2)."""
    return np.array([_corners(region) for region in layout.fiducials])


def _corners(region: Region) -> FloatArray:
    left, top = region.x - 0.5, region.y - 0.5
    right, bottom = left + region.width, top + region.height
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _refined(
    preview: Preview,
    view: WallView,
    layout: MarksLayout,
    identity: Identity,
    markers: tuple[FloatArray, FloatArray] | None,
) -> Located:
    """Move the view until the strip's edges lie where they should; a good one is kept."""
    bits = encode_payload(identity.frame_index, identity.pattern_id)
    edges = find_edges(preview, view, layout, bits)
    if markers is None and _error(edges) < _STILL_PX:
        return Located(view, identity, layout, edges.blur_px, _error(edges))
    for _ in range(3):
        moved = fit_view(view, edges, markers)
        found = find_edges(preview, moved, layout, bits)
        if _error(found) >= 0.98 * _error(edges) or len(found.wall) < 0.8 * len(edges.wall):
            break
        view, edges = moved, found
    again = read_strip(preview, view, layout)
    return Located(view, again or identity, layout, edges.blur_px, _error(edges))


def _error(edges: StripEdges) -> float:
    """Root mean square of the edges' offsets, the worst twentieth left out."""
    if len(edges.offset) < 12:
        return float("inf")
    squares = np.sort(edges.offset**2)
    return float(np.sqrt(squares[: max(1, int(0.95 * len(squares)))].mean()))
