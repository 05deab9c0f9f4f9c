"""How camera RGB becomes ACES2065-1."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.arrays import FloatArray, readonly

if TYPE_CHECKING:
    from ledcal.values.measurement import PatchMeasurements


@dataclass(frozen=True, slots=True, eq=False)
class CameraTransform:
    """Balance, then a 3x3: ``aces = matrix @ (white_balance * camera_rgb)``.

    Attributes
    ----------
    white_balance : ndarray, shape (3,)
        Gains that make the camera's neutral equal in all channels.
    matrix : ndarray, shape (3, 3)
        Balanced camera RGB to ACES2065-1; its rows sum to 1.
    source : str
        Where it came from, one phrase for the report.
    assumes : str
        What that takes for granted, one phrase for the report.
    """

    white_balance: FloatArray
    matrix: FloatArray
    source: str
    assumes: str = ""

    def __post_init__(self) -> None:
        balance = readonly(self.white_balance, shape=(3,), name="white_balance")
        object.__setattr__(self, "white_balance", balance)
        matrix = readonly(self.matrix, shape=(3, 3), name="matrix")
        object.__setattr__(self, "matrix", matrix)

    def combined(self) -> FloatArray:
        """The 3x3 from unbalanced camera RGB to ACES2065-1."""
        return self.matrix * self.white_balance[None, :]

    def carry(self, measurements: PatchMeasurements) -> PatchMeasurements:
        """Camera RGB of patches to ACES2065-1; variances add."""
        matrix = self.combined()
        return replace(
            measurements,
            camera=measurements.camera @ matrix.T,
            sigma=np.sqrt(measurements.sigma**2 @ (matrix**2).T),
            space="ACES2065-1",
        )


# Where captures or measurements came as ACES2065-1, no transform of ours is at work.
AS_ACES = CameraTransform(
    np.ones(3),
    np.eye(3),
    "the camera values came as scene-linear ACES2065-1",
    "that what made them so (camera, converter, another tool) was right for this camera",
)
