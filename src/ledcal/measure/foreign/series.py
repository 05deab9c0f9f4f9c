"""What the patch shows, frame after frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.foreign.area import PatchArea
    from ledcal.measure.foreign.blocks import FrameBlocks
    from ledcal.values.arrays import BoolArray, FloatArray, IntArray

# A patch of one colour differs from place to place by less than this, its usual shape apart.
_UNEVEN = 0.06
# Light beside the patch, as a share of the brightest patch's and of the frame's own.
_LIT_SHARE, _LIT_OWN = 0.03, 0.25
_SATURATED = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One row a frame, in shooting order.

    Attributes
    ----------
    names : tuple of str
        Files.
    light, sigma : ndarray, shape (n, 3)
        Mean camera light of the patch, black not taken off, and its standard error.
    saturated : ndarray, shape (n,)
        Share of saturated photosites.
    n_samples : int
        Photosites of the patch.
    is_patch : ndarray of bool, shape (n,)
        One colour all over, and dark beside it: not a slate, a chart, or a person.
    place : ndarray of int64, shape (n,)
        Number of the frame in the take; of clips not every frame is kept.
    """

    names: tuple[str, ...]
    light: FloatArray
    sigma: FloatArray
    saturated: FloatArray
    n_samples: int
    is_patch: BoolArray
    place: IntArray

    @property
    def is_saturated(self) -> BoolArray:
        """Whether so many photosites are saturated that the mean is off, shape (n,)."""
        return np.asarray(self.saturated > _SATURATED)


def measure_series(
    frames: Sequence[FrameBlocks], area: PatchArea, place: Sequence[int] | None = None
) -> Series:
    """Average the patch in every frame.

    Parameters
    ----------
    frames : sequence of FrameBlocks
        In shooting order.
    area : PatchArea
        Where it is.
    place : sequence of int, or None
        Number of each frame in the take, rising; None where none was passed over.

    Returns
    -------
    Series
        Camera light.
    """
    n = int(area.inside.sum())
    own = np.stack([frame.mean[area.inside] for frame in frames]).astype(np.float64)
    variance = np.stack([frame.variance[area.inside] for frame in frames]).astype(np.float64)
    light = own.mean(axis=1)
    sigma = np.sqrt(variance.mean(axis=1) / n)
    floor = np.quantile(light, 0.02, axis=0)
    brightness = (light - floor).mean(axis=1)
    top = float(np.quantile(brightness, 0.97))
    # The usual shape of a patch: vignetting and panels, the same in all bright frames.
    bright = brightness > 0.1 * top
    shape = own[bright].mean(axis=2) - floor.mean()
    shape = np.median(shape / shape.mean(axis=1, keepdims=True), axis=0)
    shown = own.mean(axis=2) - floor.mean()
    flat = shown / np.maximum(shape, 0.1)
    spread = 0.5 * np.diff(np.quantile(flat, [0.16, 0.84], axis=1), axis=0)[0]
    noise = np.sqrt(variance.mean(axis=(1, 2)) / 3.0)
    uneven = spread > np.maximum(_UNEVEN * np.abs(brightness), 0.0) + 3.0 * noise + 2e-4 * top
    lit = np.zeros(len(frames), dtype=np.bool_)
    if area.around.any():
        beside = np.array([np.median(frame.mean[area.around].mean(axis=1)) for frame in frames])
        beside -= np.quantile(beside, 0.1)
        lit = beside > _LIT_SHARE * top + _LIT_OWN * np.maximum(brightness, 0.0)
    return Series(
        names=tuple(frame.name for frame in frames),
        light=light,
        sigma=sigma,
        saturated=np.array([frame.saturated[area.inside].mean() for frame in frames], np.float64),
        n_samples=n * frames[0].n_samples,
        is_patch=np.asarray(~uneven & ~lit),
        place=np.arange(len(frames)) if place is None else np.asarray(place, np.int64),
    )
