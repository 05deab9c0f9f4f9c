"""Row profiles of several frames to one series a frame: what changes, and what stands still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ledcal.errors import CaptureError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import FloatArray
    from ledcal.values.banding import PlaneRows, RowProfiles


# Of the mean of the rows, a row's light below which it counts nothing; and rows that must count.
_LEAST_LIGHT, _LEAST_LIT = 0.05, 0.5

# What moves, what stands still, and what rows count.
_Part: TypeAlias = "tuple[FloatArray, FloatArray, FloatArray]"


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
    rows: dict[int, list[_Part]] = {}
    stacks = [np.stack([p.planes[i].level for p in profiles]) for i in range(len(first.planes))]
    levels = np.mean([s.mean(axis=(1, 2)) / s.mean() for s in stacks], axis=0)
    for plane, stack in zip(first.planes, stacks, strict=True):
        part = _relative(first.name, plane, stack)
        rows.setdefault(plane.y % plane.step, []).append(part)
    return _interleave(first, rows, levels)


def _shape(profiles: RowProfiles) -> list[tuple[str, int, int, tuple[int, ...]]]:
    return [(p.channel, p.y, p.step, p.level.shape) for p in profiles.planes]


def _relative(name: str, plane: PlaneRows, stack: FloatArray) -> _Part:
    """What moves, what stands still, and what rows count, of one colour."""
    # A tapered mean: what is left in it of waves would tell even rows from odd ones.
    taper = np.hanning(stack.shape[1] + 2)[1:-1]
    light = stack.mean(axis=2)
    light = light / np.average(light, axis=1, weights=taper)[:, None]
    mean = light.mean(axis=0)
    # Rows between the LEDs of a wall that is resolved see nothing, and count nothing.
    is_lit = mean > _LEAST_LIGHT
    if np.mean(is_lit) < _LEAST_LIT:
        message = (
            f"{name}: {100 * (1 - np.mean(is_lit)):.0f} % of the rows of {plane.channel} have no "
            f"light (limit {100 * (1 - _LEAST_LIT):.0f} %); choose a region that is all wall"
        )
        raise CaptureError(message)
    moving = np.where(is_lit, light / np.where(is_lit, mean, 1.0) - 1.0, 0.0)
    n = len(stack)
    # Neighbours' differences hold no band to speak of; the mean of n frames takes 1/n off.
    apart = (moving if n > 1 else light)[:, is_lit]
    spread = 1.4826 * float(np.median(np.abs(np.diff(apart, axis=1)))) / np.sqrt(2.0)
    variance = max(spread**2 * n / max(n - 1, 1), 1e-16)
    # The fewer photons, the noisier.
    weight = np.where(is_lit, mean, 0.0) / variance
    strips = stack / np.average(stack, axis=1, weights=taper)[:, None]
    return moving, strips.mean(axis=0), weight


def _interleave(first: RowProfiles, rows: dict[int, list[_Part]], levels: FloatArray) -> RowSeries:
    step = first.planes[0].step
    phases = sorted(rows)
    gap = min(np.diff([*phases, phases[0] + step])) if len(phases) > 1 else step
    if any(np.diff([*phases, phases[0] + step]) != gap):
        # Colours without light left a hole: the strongest rows alone are evenly spaced.
        phases, gap = [min(phases, key=lambda p: -max(w.mean() for *_, w in rows[p]))], step
    start = {p: min(q.y for q in first.planes if q.y % step == p) for p in phases}
    phases.sort(key=lambda p: start[p])
    length = min(m.shape[1] for p in phases for m, *_ in rows[p])
    n_strips = first.planes[0].level.shape[1]
    moving = np.empty((len(levels), length * len(phases)))
    still = np.empty((length * len(phases), n_strips))
    weight = np.empty(length * len(phases))
    for k, phase in enumerate(phases):
        part = rows[phase]
        share = np.stack([w[:length] for *_, w in part])
        total = share.sum(axis=0)
        weight[k :: len(phases)] = total
        share = np.where(total > 0.0, share, 1.0) / np.where(total > 0.0, total, len(part))
        mixed = [m[:, :length] * s for (m, *_), s in zip(part, share, strict=True)]
        moving[:, k :: len(phases)] = np.sum(mixed, axis=0)
        strips = [t[:length] * s[:, None] for (_, t, _), s in zip(part, share, strict=True)]
        still[k :: len(phases)] = np.sum(strips, axis=0)
    y = gap * np.arange(len(weight), dtype=np.float64)
    sigma = float(np.sqrt(1.0 / weight.mean()))
    return RowSeries(y, weight / weight.mean(), moving, still, levels - 1.0, sigma)
