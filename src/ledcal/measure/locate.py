"""Find the wall in a frame: fiducials, then the strip, then both together."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from ledcal.imaging.homography import fit_homography
from ledcal.imaging.markers import find_markers_and_quads
from ledcal.imaging.resample import blur, enlarge
from ledcal.measure.preview import stretch
from ledcal.measure.strip import Identity, StripEdges, find_edges, read_strip
from ledcal.measure.view import WallView, undistort
from ledcal.values.marks import FIDUCIAL_BITS, encode_payload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_ENLARGED_BELOW = 1000
# Noise alone reaches three.
_FAINTEST = 4.5
# Edges further from their places, in modules, are not those of a strip: a CRC met by chance.
_EDGE_LIMIT = 0.15


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
    if preview.top < _FAINTEST * preview.noise:
        return None
    for view, layout in itertools.product(near, layouts):
        identity = read_strip(preview, view, layout)
        if identity is not None and identity.confidence > 0.3:
            return _refined(preview, view, layout, identity, None)
    for markers, quads in _searches(preview):
        for layout, (points, seen) in itertools.product(layouts, _assigned(markers, preview)):
            places = _marker_corners(layout)[points].reshape(-1, 2)
            found = _try_view(frame, preview, layout, (places, seen.reshape(-1, 2)), _K1_TRIED)
            if found is not None:
                return found
        middles = _marker_corners(layouts[0]).mean(axis=1)
        for ring in _outermost(markers, quads, preview):
            found = _try_view(frame, preview, layouts[0], (middles, ring), _K1_COARSE)
            if found is not None:
                return found
    return None


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
    for floor_share in _FLOORS_TRIED:
        yield find_markers_and_quads(stretch(preview, floor_share), FIDUCIAL_BITS)
    for floor_share in _FLOORS_TRIED:
        smooth = blur(stretch(preview, floor_share).astype(np.float32), 1.2)
        factor = 3 if smooth.shape[1] <= _ENLARGED_BELOW else 1
        image = enlarge(np.asarray(smooth, dtype=np.uint8), factor)
        markers, quads = find_markers_and_quads(image, FIDUCIAL_BITS)
        yield (
            [
                type(marker)(
                    marker.number, marker.is_mirrored, (marker.corners + 0.5) / factor - 0.5
                )
                for marker in markers
            ],
            (quads + 0.5) / factor - 0.5,
        )


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
    best = max(
        itertools.combinations(extremes, 4), key=lambda four: _area(centres, four)[0], default=None
    )
    if best is None:
        return
    ring = centres[_area(centres, best)[1]]
    for turn, step in itertools.product(range(4), (1, -1)):
        order = [(turn + step * i) % 4 for i in range(4)]
        yield preview.to_frame(ring[order])


def _area(points: FloatArray, four: Sequence[int]) -> tuple[float, list[int]]:
    """Area of the quadrilateral of four points, and the points in order round it."""
    own = points[list(four)]
    offset = own - own.mean(axis=0)
    order = np.argsort(np.arctan2(offset[:, 1], offset[:, 0]))
    x, y = own[order].T
    size = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
    return size, [four[i] for i in order]


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
    """Move the view until the strip's edges lie where they should."""
    bits = encode_payload(identity.frame_index, identity.pattern_id)
    edges = find_edges(preview, view, layout, bits)
    for _ in range(3):
        moved = _fit_view(view, edges, markers)
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


def _fit_view(
    view: WallView, edges: StripEdges, markers: tuple[FloatArray, FloatArray] | None
) -> WallView:
    """Fit homography and k1 to edges (across only) and, weakly, to the fiducials' corners."""
    seen = view.to_frame(edges.wall + edges.offset[:, None] * edges.normal)
    direction = view.to_frame(edges.wall + edges.normal) - view.to_frame(edges.wall)
    length = np.linalg.norm(direction, axis=1)
    direction = direction / length[:, None]
    scale = 1.0 / np.median(length)
    start = view.homography / np.abs(view.homography).max(axis=1, keepdims=True)
    unit = view.homography / np.where(start == 0, 1.0, start)
    free = np.ones((3, 3), dtype=np.bool_)
    free[2, 2] = False
    # Third-row terms are tiny numbers with large effects: each is stepped in its own unit.
    size = float(np.abs(edges.wall).max())
    unit = np.array([[1 / size, 1 / size, 1.0], [1 / size, 1 / size, 1.0], [0.0, 0.0, 1.0]])
    unit[:2] *= size * float(np.median(length))
    unit[2, :2] = 1.0 / size

    def moved(steps: FloatArray) -> WallView:
        matrix = view.homography.copy()
        matrix[free] += steps[:8] * unit[free]
        return WallView(matrix, view.k1 + float(steps[8]), view.width, view.height)

    def residual(steps: FloatArray) -> FloatArray:
        trial = moved(steps)
        parts = [((trial.to_frame(edges.wall) - seen) * direction).sum(axis=1) * scale]
        if markers is not None:
            wall, corners = markers
            parts.append(0.05 * scale * (trial.to_frame(wall) - corners).ravel())
        # Distortion that nothing shows stays where it is.
        parts.append(np.array([2.0 * (view.k1 + steps[8])]))
        return np.concatenate(parts)

    result = least_squares(residual, np.zeros(9), loss="soft_l1", f_scale=2.0, max_nfev=30)
    return moved(np.asarray(result.x, dtype=np.float64))
