"""A flat part of a frame, taken apart into photosites of one position each, relative to its light.

Each plane is divided by a smooth surface through it: what is left is contrast, whatever the white
balance, the exposure or the vignetting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import CaptureError
from ledcal.values.arrays import FloatArray, readonly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.frame import LinearFrame, Plane

Box = tuple[float, float, float, float]

# Values along a side, at least; and light, as a share of white, below which there is only noise.
_SMALLEST = 32
_DARK = 2e-4
# Where more of it is this near to white, clipping makes harmonics of its own.
_NEAR_WHITE, _MOST_CLIPPED = 0.99, 1e-3
# Cells along a side through which the smooth surface is laid.
_CELLS = 16
_SIMPLE, _STRONG, _FALL = 2, 4, 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Relative light of a patch, position of the colour filter array by position.

    Attributes
    ----------
    values : ndarray, shape (planes, rows, columns)
        Light over the smooth surface through it, less 1.
    raw : ndarray, shape (planes, rows, columns)
        Light, as a share of white.
    channels : tuple of str
        ``R``, ``G1``, ``G2``, ``B``, plane by plane.
    offsets : ndarray, shape (planes, 2)
        x, y in photosites of the first value of each plane, from `origin`.
    step : int
        Photosites from one value of a plane to the next.
    origin : tuple of int
        x, y of the patch in the picture.
    light : ndarray, shape (planes,)
        Mean light, as a share of white.
    clipped : float
        Share of the values that are at white.
    n_frames : int
        Frames that were averaged.
    """

    values: FloatArray
    raw: FloatArray
    channels: tuple[str, ...]
    offsets: FloatArray
    step: int
    origin: tuple[int, int]
    light: FloatArray
    clipped: float
    n_frames: int

    def __post_init__(self) -> None:
        n = len(self.channels)
        plane = (n, None, None)
        shapes = {"values": plane, "raw": plane, "offsets": (n, 2), "light": (n,)}
        for name, shape in shapes.items():
            object.__setattr__(self, name, readonly(getattr(self, name), shape=shape, name=name))

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of a plane."""
        return self.values.shape[1], self.values.shape[2]


def cut_patch(frames: Sequence[LinearFrame], box: Box | None = None) -> Patch:
    """Cut a patch out of one frame, or out of the mean of several of a locked-off camera.

    Parameters
    ----------
    frames : sequence of LinearFrame
        Of the same size.
    box : tuple of float or None
        x, y, width and height in pixels of the picture; None is all of it.

    Returns
    -------
    Patch
        Colours with hardly any light are left out.

    Raises
    ------
    CaptureError
        If it is too small or too dark, or clipped.
    """
    first = frames[0]
    x, y, width, height = box or (0.0, 0.0, float(first.width), float(first.height))
    sums: list[FloatArray] = []
    clipped = 0
    for frame in frames:
        cuts = [_cut(plane, x, y, width, height) for plane in frame.planes]
        rows = min(cut.shape[0] for cut in cuts)
        columns = min(cut.shape[1] for cut in cuts)
        if min(rows, columns) < _SMALLEST:
            step = first.planes[0].step
            need = _SMALLEST * step
            raise CaptureError(
                f"{frame.name}: the region has {columns * step} x {rows * step} pixels inside the "
                f"picture, expected at least {need} x {need}; choose a larger one"
            )
        for index, (plane, cut) in enumerate(zip(frame.planes, cuts, strict=True)):
            values = cut[:rows, :columns].astype(np.float64)
            limit = plane.black + _NEAR_WHITE * (min(plane.saturation, 1e30) - plane.black)
            clipped += int(np.count_nonzero(values >= limit))
            values = (values - plane.black) / (plane.white - plane.black)
            if index == len(sums):
                sums.append(values)
            else:
                sums[index] = sums[index] + values
    n = len(frames)
    share = clipped / (n * sums[0].size * len(sums))
    if share > _MOST_CLIPPED:
        raise CaptureError(
            f"{first.name}: {100 * share:.1f} % of the region is at white (limit "
            f"{100 * _MOST_CLIPPED:.1f} %): clipping makes lines of its own; show a darker grey, "
            "18 to 50 % of the peak, or stop down"
        )
    return _relative(first, sums, (x, y), share, n)


def preview_of(frame: LinearFrame, *, widest: int = 900) -> FloatArray:
    """A small picture of a frame, white balanced by its own mean. Shape (rows, columns, 3), 0..1.

    Parameters
    ----------
    frame : LinearFrame
        Any.
    widest : int
        Pixels along the longer side, at most.

    Returns
    -------
    ndarray, shape (rows, columns, 3)
        For people to look at.
    """
    parts: dict[str, FloatArray] = {}
    for plane in frame.planes:
        skip = max(1, -(-max(plane.values.shape) // widest))
        values = (plane.values[::skip, ::skip] - plane.black) / (plane.white - plane.black)
        parts.setdefault(plane.channel[0], np.asarray(values, np.float64))
    known = next(iter(parts.values()))
    rows = min(part.shape[0] for part in parts.values())
    columns = min(part.shape[1] for part in parts.values())
    light = np.stack([parts.get(name, known)[:rows, :columns] for name in "RGB"], axis=-1)
    top = np.maximum(np.percentile(light, 99.0, axis=(0, 1)), 1e-6)
    return np.asarray(np.clip(light / top, 0.0, 1.0) ** (1.0 / 2.2), np.float64)


def _cut(plane: Plane, x: float, y: float, width: float, height: float) -> FloatArray:
    """Values of a plane whose photosites lie in a box, from the box's first whole repeat."""
    rows, columns = plane.values.shape
    left, top = (max(0, -(-round(start) // plane.step)) for start in (x, y))
    right = min(columns, (round(x + width) - plane.x - 1) // plane.step + 1)
    bottom = min(rows, (round(y + height) - plane.y - 1) // plane.step + 1)
    return plane.values[top : max(top, bottom), left : max(left, right)]


def _relative(
    frame: LinearFrame, sums: list[FloatArray], at: tuple[float, float], share: float, n: int
) -> Patch:
    step = frame.planes[0].step
    light = np.array([values.mean() / n for values in sums])
    if not light.max() > _DARK:
        raise CaptureError(
            f"{frame.name}: the region has {100 * light.max():.3f} % of the white level (limit "
            f"{100 * _DARK:.2f} %); show a grey of 18 to 50 % of the peak"
        )
    lit = np.flatnonzero(light > max(_DARK, 0.02 * light.max()))
    origin = tuple(max(0, -(-round(start) // step)) * step for start in at)
    kept = [frame.planes[i] for i in lit]
    raw = np.stack([sums[i] / n for i in lit])
    return Patch(
        values=level(raw, np.zeros_like(raw)),
        raw=raw,
        channels=tuple(plane.channel for plane in kept),
        offsets=np.array([[plane.x, plane.y] for plane in kept], np.float64),
        step=step,
        origin=(origin[0], origin[1]),
        light=light[lit],
        clipped=share,
        n_frames=n,
    )


def level(raw: FloatArray, waves: FloatArray) -> FloatArray:
    """Light over a smooth surface through it, less 1, where it is known what waves are in it.

    Parameters
    ----------
    raw : ndarray, shape (planes, rows, columns)
        Light.
    waves : ndarray, same shape
        What is in it besides the smooth part, relative: the surface is laid under it.

    Returns
    -------
    ndarray, same shape
        The waves are still in it.
    """
    pairs = zip(raw, waves, strict=True)
    return np.stack([light / _surface(light, 1.0 + wave) - 1.0 for light, wave in pairs])


def _surface(light: FloatArray, relative: FloatArray) -> FloatArray:
    """A polynomial surface through a plane: of degree 2, or 4 where it falls off much."""
    rows, columns = light.shape
    n = _CELLS
    down = np.linspace(0, rows, n + 1).astype(int)
    along = np.linspace(0, columns, n + 1).astype(int)

    def sums(values: FloatArray) -> FloatArray:
        rows_of = np.add.reduceat(values, along[:-1], axis=1)
        return np.asarray(np.add.reduceat(rows_of, down[:-1], axis=0), np.float64)

    counts = np.outer(np.diff(down), np.diff(along))
    cells = sums(light) / np.maximum(sums(relative), 0.1 * counts)
    v = (down[:-1] + down[1:] - 1) / (rows - 1) - 1.0
    u = (along[:-1] + along[1:] - 1) / (columns - 1) - 1.0
    falls = np.ptp(cells) > _FALL * cells.mean()
    fit = _fit(cells, v, u, _STRONG if falls else _SIMPLE)
    full_v, full_u = np.linspace(-1, 1, rows), np.linspace(-1, 1, columns)
    surface = np.polynomial.chebyshev.chebgrid2d(full_v, full_u, fit)
    return np.asarray(np.maximum(surface, 0.01 * cells.mean()), np.float64)


def _fit(cells: FloatArray, v: FloatArray, u: FloatArray, degree: int) -> FloatArray:
    """Coefficients (degree + 1, degree + 1) of Chebyshev polynomials up to a total degree."""
    basis_v = np.polynomial.chebyshev.chebvander(v, degree)
    basis_u = np.polynomial.chebyshev.chebvander(u, degree)
    i, j = np.nonzero(np.add.outer(np.arange(degree + 1), np.arange(degree + 1)) <= degree)
    terms = (basis_v[:, None, i] * basis_u[None, :, j]).reshape(-1, len(i))
    solved = np.linalg.lstsq(terms, cells.reshape(-1), rcond=None)[0]
    coefficients = np.zeros((degree + 1, degree + 1))
    coefficients[i, j] = solved
    return coefficients
