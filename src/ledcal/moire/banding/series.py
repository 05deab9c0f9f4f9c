"""Row profiles of several frames to one series a frame: what changes, and what stands still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import CaptureError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import FloatArray
    from ledcal.values.banding import PlaneRows, RowProfiles


@dataclass(frozen=True, slots=True, eq=False)
class RowSeries:
    """Rows of all colours in one line, evenly spaced.

    Attributes
    ----------
    y : ndarray, shape (rows,)
        Rows of the frame, from 0 on.
    weight : ndarray, shape (rows,)
        What a row counts: one over the variance of its noise, 1 on average.
    moving : ndarray, shape (frames, rows)
        Light over the frames' mean of the row, less 1; without the frames' own level.
    still : ndarray, shape (rows, strips)
        Mean of the frames over the mean light of their strip.
    flicker : ndarray, shape (frames,)
        Level of the frames over their mean, less 1.
    row_sigma : float
        Standard deviation of a row's noise in one frame, over its light.
    """

    y: FloatArray
    weight: FloatArray
    moving: FloatArray
    still: FloatArray
    flicker: FloatArray
    row_sigma: float

    @property
    def step(self) -> float:
        """Frame rows from one of the series to the next."""
        return float(self.y[1] - self.y[0])


def row_series(profiles: Sequence[RowProfiles]) -> RowSeries:
    """Put the colours' rows in line.

    Parameters
    ----------
    profiles : sequence of RowProfiles
        Frames of a camera that did not move, in shooting order.

    Returns
    -------
    RowSeries
        The rows.

    Raises
    ------
    CaptureError
        If frames differ in size, or have rows without light.
    """
    first = profiles[0]
    for other in profiles[1:]:
        if _shape(other) != _shape(first):
            message = (
                f"{other.name} and {first.name} differ in size or in their colours; bands need "
                "frames of one camera mode and one exposure: name only those"
            )
            raise CaptureError(message)
    rows: dict[int, list[tuple[FloatArray, FloatArray, float]]] = {}
    levels = np.ones(len(profiles))
    stacks = [np.stack([p.planes[i].level for p in profiles]) for i in range(len(first.planes))]
    levels = np.mean([s.mean(axis=(1, 2)) / s.mean() for s in stacks], axis=0)
    for plane, stack in zip(first.planes, stacks, strict=True):
        moving, still, variance = _relative(first.name, plane, stack)
        rows.setdefault(plane.y % plane.step, []).append((moving, still, variance))
    return _interleave(first, rows, levels)


def _shape(profiles: RowProfiles) -> list[tuple[str, int, int, tuple[int, ...]]]:
    return [(p.channel, p.y, p.step, p.level.shape) for p in profiles.planes]


def _relative(
    name: str, plane: PlaneRows, stack: FloatArray
) -> tuple[FloatArray, FloatArray, float]:
    """What moves, what stands still, and the noise of what moves, of one colour."""
    light = stack.mean(axis=2)
    light = light / light.mean(axis=1, keepdims=True)
    mean = light.mean(axis=0)
    if mean.min() <= 0.0:
        row = plane.y + plane.step * int(np.argmin(mean))
        message = (
            f"{name}: row {row} of {plane.channel} has no light; choose a region that is all wall"
        )
        raise CaptureError(message)
    moving = light / mean - 1.0
    n = len(stack)
    # Neighbours' differences hold no band to speak of; the mean of n frames takes 1/n off.
    apart = moving if n > 1 else light
    spread = 1.4826 * float(np.median(np.abs(np.diff(apart, axis=1)))) / np.sqrt(2.0)
    variance = spread**2 * n / max(n - 1, 1)
    strips = stack / stack.mean(axis=1, keepdims=True)
    return moving, strips.mean(axis=0), max(variance, 1e-16)


def _interleave(
    first: RowProfiles,
    rows: dict[int, list[tuple[FloatArray, FloatArray, float]]],
    levels: FloatArray,
) -> RowSeries:
    step = first.planes[0].step
    phases = sorted(rows)
    gap = min(np.diff([*phases, phases[0] + step])) if len(phases) > 1 else step
    if any(np.diff([*phases, phases[0] + step]) != gap):
        # Colours without light left a hole: the strongest rows alone are evenly spaced.
        phases, gap = [min(phases, key=lambda p: min(v for *_, v in rows[p]))], step
    start = {p: min(q.y for q in first.planes if q.y % step == p) for p in phases}
    phases.sort(key=lambda p: start[p])
    length = min(m.shape[1] for p in phases for m, *_ in rows[p])
    n_strips = first.planes[0].level.shape[1]
    moving = np.empty((len(levels), length * len(phases)))
    still = np.empty((length * len(phases), n_strips))
    weight = np.empty(length * len(phases))
    for k, phase in enumerate(phases):
        part = rows[phase]
        share = np.array([1.0 / v for *_, v in part])
        weight[k :: len(phases)] = share.sum()
        share = share / share.sum()
        mixed = [m[:, :length] * s for (m, *_), s in zip(part, share, strict=True)]
        moving[:, k :: len(phases)] = np.sum(mixed, axis=0)
        strips = [t[:length] * s for (_, t, _), s in zip(part, share, strict=True)]
        still[k :: len(phases)] = np.sum(strips, axis=0)
    y = gap * np.arange(len(weight), dtype=np.float64)
    sigma = float(np.sqrt(1.0 / weight.mean()))
    return RowSeries(y, weight / weight.mean(), moving, still, levels - 1.0, sigma)
