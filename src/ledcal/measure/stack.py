"""The frames of a take as arrays: one row per frame number, doubles averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.samples import central_points, pattern_regions
from ledcal.values.marks import PAYLOAD_BITS, build_marks_layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.samples import FrameSamples
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.pattern import Pattern, Region


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Everything that was sampled, frames by regions.

    Attributes
    ----------
    numbers : tuple of int
        Frame numbers that were captured, rising: the rows.
    names : tuple of str
        Files behind each row.
    region_row : dict of Region to int
        Column of each patch region; the 96 strip cells follow them, then the tiles of the
        wall's central tenth.
    points : ndarray, shape (n, 2)
        Middles of regions, cells and tiles, half the wall's long side = 1, from the wall's middle.
    light, variance, deviation : ndarray, shape (frames, n, 3)
        Camera light, variance of its mean, standard deviation of a photosite.
    n_samples : ndarray of int64, shape (frames, n)
        Photosites.
    saturated, gradient, green_split : ndarray, shape (frames, n)
        As in `RegionColumns`.
    """

    numbers: tuple[int, ...]
    names: tuple[str, ...]
    region_row: dict[Region, int]
    points: FloatArray
    light: FloatArray
    variance: FloatArray
    deviation: FloatArray
    n_samples: IntArray
    saturated: FloatArray
    gradient: FloatArray
    green_split: FloatArray

    @property
    def cells(self) -> slice:
        """Columns of the strip cells."""
        n = len(self.region_row)
        return slice(n, n + 2 * PAYLOAD_BITS)

    @property
    def central(self) -> slice:
        """Columns of the tiles of the wall's central tenth."""
        return slice(len(self.region_row) + 2 * PAYLOAD_BITS, len(self.points))


def stack_frames(pattern: Pattern, frames: Sequence[FrameSamples]) -> Stack:
    """Average doubles and lay the frames of a take side by side.

    Parameters
    ----------
    pattern : Pattern
        What they show.
    frames : sequence of FrameSamples
        All identified and measured.

    Returns
    -------
    Stack
        One row per frame number that was captured.
    """
    groups: dict[int, list[FrameSamples]] = {}
    for frame in frames:
        if frame.identity is not None and frame.columns is not None:
            groups.setdefault(frame.identity.frame_index, []).append(frame)
    numbers = sorted(groups)

    def stacked(name: str) -> list[FloatArray]:
        return [
            np.array([getattr(frame.columns, name) for frame in groups[number]])
            for number in numbers
        ]

    regions = pattern_regions(pattern)
    layout = build_marks_layout(pattern.width_px, pattern.height_px)
    middles = [_middle(region) for region in regions]
    middles += [_middle(cell) for pair in layout.cells for cell in pair]
    middles += list(central_points(pattern.width_px, pattern.height_px).mean(axis=1))
    size = np.array([pattern.width_px, pattern.height_px])
    return Stack(
        numbers=tuple(numbers),
        names=tuple("|".join(frame.name for frame in groups[number]) for number in numbers),
        region_row={region: row for row, region in enumerate(regions)},
        points=(np.array(middles) - (size - 1) / 2) / (size.max() / 2),
        light=np.array([values.mean(axis=0) for values in stacked("mean")]),
        variance=np.array([(values**2).mean(axis=0) / len(values) for values in stacked("sigma")]),
        deviation=np.array([values.mean(axis=0) for values in stacked("deviation")]),
        n_samples=np.array([values.sum(axis=0) for values in stacked("n_samples")]),
        saturated=np.array([values.max(axis=0) for values in stacked("saturated")]),
        gradient=np.array([values.min(axis=0) for values in stacked("gradient")]),
        green_split=np.array([values.mean(axis=0) for values in stacked("green_split")]),
    )


def _middle(region: Region) -> FloatArray:
    return np.array([region.x + (region.width - 1) / 2, region.y + (region.height - 1) / 2])
