"""Every order of the LED raster in the delivered picture: where it lands, how strong, how visible.

Two things come of an order. Photosites of one colour see it moved by the nearest vector of their
own lattice, which makes the fringes' colour; and where red and blue are turned against each other,
green sees it at another place, as light and dark. Where nothing was taken off, the LEDs themselves
are seen. The delivered picture may sample a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.contrast import camera_mtf, emitter_spectrum, jinc, jinc_envelope
from ledcal.moire.lattice import GREEN, canonical, nearest_reciprocal, orders
from ledcal.moire.rig import jacobian, wall_homography
from ledcal.moire.visibility import visibility
from ledcal.values.moire import COLOURS, GRID, MOIRE
from ledcal.values.prediction import ExpectedLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.moire.rig import Rig
    from ledcal.values.arrays import BoolArray, FloatArray, IntArray

MOST_ORDER = 4
_ORDERS = orders(MOST_ORDER)
# What green alone weighs in luminance.
_GREEN_WEIGHT = 0.7152


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """All that a rig's orders make at points of the picture: K orders, P points, twice.

    The first half are orders as photosites of one position see them, the second as green does.

    Attributes
    ----------
    true, reciprocal, seen : ndarray, shape (2 K, P, 2)
        In c/px: before sampling, what it takes off, and what is left.
    contrast, bound : ndarray, shape (2 K, P)
        In the delivered picture, with a perfect disc and with the worst blur of that size.
    period_px : ndarray, shape (2 K, P)
        In the delivered picture.
    colour : ndarray of int, shape (2 K, P)
        Index into `COLOURS`.
    is_folded : ndarray of bool, shape (2 K, P)
        Moved again when the picture was scaled.
    """

    true: FloatArray
    reciprocal: FloatArray
    seen: FloatArray
    contrast: FloatArray
    bound: FloatArray
    period_px: FloatArray
    colour: IntArray
    is_folded: BoolArray


def frame_points(rig: Rig, finest: int = 13) -> FloatArray:
    """Points all over the picture; its middle alone where all of it is alike.

    Parameters
    ----------
    rig : Rig
        How the wall is turned counts: frequencies change most along the way in which it recedes.
    finest : int
        Points along that way; at least 3.

    Returns
    -------
    ndarray, shape (P, 2)
        x, y in photosites, the edges of the picture among them.
    """
    if rig.yaw_deg == 0.0 and rig.pitch_deg == 0.0:
        return np.array([[(rig.width_px - 1) / 2, (rig.height_px - 1) / 2]])
    across = finest if rig.yaw_deg else 3
    down = finest if rig.pitch_deg else 3
    x, y = np.meshgrid(
        np.linspace(0.0, rig.width_px - 1.0, across), np.linspace(0.0, rig.height_px - 1.0, down)
    )
    return np.stack([x.ravel(), y.ravel()], axis=-1)


def expect(rig: Rig, points: FloatArray) -> Expected:
    """What every order makes at points of the picture.

    Parameters
    ----------
    rig : Rig
        The camera and the wall.
    points : ndarray, shape (P, 2)
        x, y in photosites.

    Returns
    -------
    Expected
        Where the wall's plane is not before the camera, contrast is 0.
    """
    homography = wall_homography(rig)
    inverse = np.linalg.inv(homography)
    nearness = points @ inverse[2, :2] + inverse[2, 2]
    is_there = nearness > 1e-9
    at = np.where(is_there[:, None], points, points[np.argmax(is_there)])
    depth = 1.0 / np.maximum(at @ inverse[2, :2] + inverse[2, 2], 1e-9)
    true = np.einsum("km,pmc->kpc", _ORDERS, jacobian(homography, at))

    size = np.hypot(true[..., 0], true[..., 1])
    sharp = 2.0 * np.abs(emitter_spectrum(rig, _ORDERS)[:, None] * camera_mtf(rig, true))
    blurred = size * _blur_px(rig, depth)
    contrast = np.where(is_there, sharp * np.abs(jinc(blurred)), 0.0)
    bound = np.where(is_there, sharp * jinc_envelope(blurred), 0.0)

    site, green = nearest_reciprocal(true), nearest_reciprocal(true, GREEN)
    is_half = np.abs(site % 1.0 - 0.5) < 0.25
    colour = np.where(is_half.all(axis=-1), 2, np.where(is_half.any(axis=-1), 1, 0))
    weight = np.where(colour == 1, _GREEN_WEIGHT, 0.0)

    reciprocal = np.concatenate([site, green])
    true = np.concatenate([true, true])
    seen = true - reciprocal
    gain, period, is_folded = _deliver(rig, seen)
    return Expected(
        true=true,
        reciprocal=reciprocal,
        seen=seen,
        contrast=gain * np.concatenate([contrast, contrast * weight]),
        bound=gain * np.concatenate([bound, bound * weight]),
        period_px=period,
        colour=np.concatenate([colour, np.zeros_like(colour)]),
        is_folded=is_folded,
    )


def _blur_px(rig: Rig, depth_mm: FloatArray) -> FloatArray:
    """Diameter of the blur disc in photosites, of wall that lies at a depth."""
    focus = rig.distance_mm if rig.focus_mm is None else rig.focus_mm
    on_wall = rig.focal_mm / rig.f_stop * np.abs(depth_mm - focus) / focus
    return np.asarray(on_wall * rig.image_distance_mm / depth_mm / rig.photosite_mm, np.float64)


def _deliver(rig: Rig, seen: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """What scaling by averaging leaves of frequencies, their periods, and which it moved."""
    scale = rig.rows_delivered / rig.height_px * np.array([rig.squeeze, 1.0])
    frequency = seen / scale
    gain = np.abs(np.where(scale < 1.0, np.sinc(frequency), 1.0)).prod(axis=-1)
    taken = np.where(scale < 1.0, np.round(frequency), 0.0)
    left = np.hypot(*np.moveaxis(frequency - taken, -1, 0))
    period = np.where(left > 1e-12, 1.0 / np.maximum(left, 1e-12), np.inf)
    return np.asarray(gain), period, np.asarray(taken.any(axis=-1))


def seen_of(rig: Rig, expected: Expected, *, is_bound: bool) -> FloatArray:
    """Visibility of all that is expected. Shape (2 K, P)."""
    return _visibility(
        expected.bound if is_bound else expected.contrast,
        expected.period_px,
        expected.colour,
        rig.rows_delivered,
    )


def _visibility(
    contrast: FloatArray, period: FloatArray, colour: IntArray, rows: int
) -> FloatArray:
    found = np.zeros(contrast.shape)
    for code, name in enumerate(COLOURS):
        chosen = (colour == code) & (contrast > 0.0)
        found[chosen] = visibility(contrast[chosen], period[chosen], name, rows=rows)
    return found


def risks(rigs: Sequence[Rig], *, finest: int = 13) -> tuple[FloatArray, FloatArray]:
    """The worst visibility anywhere in the picture, of each rig.

    Parameters
    ----------
    rigs : sequence of Rig
        All with the same rows delivered.
    finest : int
        Points of the picture that are looked at along the way in which an oblique wall recedes.

    Returns
    -------
    bound, likely : ndarray, shape (rigs,)
        With the worst blur of its size, and with a perfect disc.
    """
    found = [expect(rig, frame_points(rig, finest)) for rig in rigs]
    period, colour = (
        np.stack([getattr(each, name) for each in found]) for name in ("period_px", "colour")
    )
    worst = [
        _visibility(
            np.stack([getattr(each, name) for each in found]),
            period,
            colour,
            rigs[0].rows_delivered,
        ).max(axis=(1, 2))
        for name in ("bound", "contrast")
    ]
    return worst[0], worst[1]


def risk(rig: Rig) -> tuple[float, float]:
    """The worst visibility of one rig: with the worst blur of its size, and with a perfect disc."""
    bound, likely = risks([rig])
    return float(bound[0]), float(likely[0])


def expected_lines(rig: Rig, *, least: float = 0.1) -> tuple[ExpectedLine, ...]:
    """What the picture will show, each order where it is worst in the frame.

    Parameters
    ----------
    rig : Rig
        The camera and the wall.
    least : float
        Visibility, with the worst blur, below which a line is left out.

    Returns
    -------
    tuple of ExpectedLine
        The most visible first. An order may stand there twice: in colour, and as light and dark.
    """
    points = frame_points(rig, 25)
    expected = expect(rig, points)
    bound = seen_of(rig, expected, is_bound=True)
    likely = seen_of(rig, expected, is_bound=False)
    lines = []
    for row in np.flatnonzero(bound.max(axis=1) >= least):
        at = int(np.argmax(bound[row]))
        reciprocal, seen = expected.reciprocal[row, at], canonical(expected.seen[row, at])
        is_grid = not reciprocal.any() and not expected.is_folded[row, at]
        m, n = _ORDERS[row % len(_ORDERS)].astype(int)
        lines.append(
            ExpectedLine(
                order=(int(m), int(n)),
                kind=GRID if is_grid else MOIRE,
                colour=COLOURS[expected.colour[row, at]],
                fx_cpp=float(seen[0]),
                fy_cpp=float(seen[1]),
                true_frequency=_pair(expected.true[row, at]),
                reciprocal=_pair(reciprocal),
                contrast=float(expected.contrast[row, at]),
                contrast_bound=float(expected.bound[row, at]),
                visibility=float(likely[row, at]),
                visibility_bound=float(bound[row, at]),
                period_px=float(expected.period_px[row, at]),
                at_px=_pair(points[at]),
            )
        )
    return tuple(sorted(lines, key=lambda line: -line.visibility_bound))


def _pair(values: FloatArray) -> tuple[float, float]:
    return float(values[0]), float(values[1])
