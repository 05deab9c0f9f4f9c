"""Patches as numbers: columns, not a list of objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.arrays import FloatArray, IntArray, readonly

if TYPE_CHECKING:
    from collections.abc import Mapping


class MeasurementFlag(IntFlag):
    """Why a patch deserves less trust. Names appear in measurements.csv, joined by ``|``."""

    NONE = 0
    SATURATED = 1
    NOISY = 2
    GRADIENT = 4
    FEW_SAMPLES = 8
    GREENS_DIFFER = 16
    EDGE = 32


FLAG_SENTENCES: Mapping[MeasurementFlag, str] = {
    MeasurementFlag.SATURATED: "photosites at or above the sensor's white level",
    MeasurementFlag.NOISY: "much noisier than its brightness explains (moire, something moving)",
    MeasurementFlag.GRADIENT: "brightness runs across the patch",
    MeasurementFlag.FEW_SAMPLES: "too few photosites to average",
    MeasurementFlag.GREENS_DIFFER: "the two greens of the sensor disagree (moire)",
    MeasurementFlag.EDGE: "partly outside the picture",
}


_NOT_COUNTED = ("anchor", "black")


@dataclass(frozen=True, slots=True, eq=False)
class PatchMeasurements:
    """What the camera saw of each patch.

    Attributes
    ----------
    code : ndarray, shape (n, 3)
        Wall code, 0..1.
    camera : ndarray, shape (n, 3)
        Scene-linear, in `space`, at one exposure of any scale; black not subtracted.
    sigma : ndarray, shape (n, 3)
        Standard error of `camera`; NaN where unknown.
    n_samples : ndarray of int64, shape (n,)
        Photosites behind the mean; 0 where unknown.
    saturated : ndarray, shape (n,)
        Share of saturated photosites, 0..1.
    flags : ndarray of int64, shape (n,)
        `MeasurementFlag` bits.
    kind : tuple of str
        `PatchKind`, or free text from another tool.
    frame : tuple of str
        File (and region) it was measured in; empty where unknown.
    space : str
        Colour space of `camera`: ``ACES2065-1``.
    header : mapping of str to str
        What else the file's ``#key: value`` lines said: exposure, peak_nits, pattern, ...
    """

    code: FloatArray
    camera: FloatArray
    sigma: FloatArray
    n_samples: IntArray
    saturated: FloatArray
    flags: IntArray
    kind: tuple[str, ...]
    frame: tuple[str, ...]
    space: str = "ACES2065-1"
    header: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.code)
        for name, shape, finite in (
            ("code", (n, 3), True),
            ("camera", (n, 3), True),
            ("sigma", (n, 3), False),
            ("saturated", (n,), True),
        ):
            array = readonly(getattr(self, name), shape=shape, name=name, finite=finite)
            object.__setattr__(self, name, array)
        for name in ("n_samples", "flags"):
            integers = np.array(getattr(self, name), dtype=np.int64)
            if integers.shape != (n,):
                message = f"{name}: expected shape ({n},), got {integers.shape}"
                raise ValueError(message)
            integers.flags.writeable = False
            object.__setattr__(self, name, integers)
        for name in ("kind", "frame"):
            if len(getattr(self, name)) != n:
                message = f"{name}: expected {n} entries, got {len(getattr(self, name))}"
                raise ValueError(message)

    def __len__(self) -> int:
        return len(self.code)

    @property
    def n_patches(self) -> int:
        """Rows that are patches of the pattern: the anchor grey and the black row do not count."""
        return sum(kind not in _NOT_COUNTED for kind in self.kind)
