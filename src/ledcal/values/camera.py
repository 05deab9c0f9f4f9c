"""How camera RGB becomes ACES2065-1."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.arrays import FloatArray, readonly

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    neutral_cct_k : float or None
        Correlated colour temperature that the camera was balanced to; None where not known.
    """

    white_balance: FloatArray
    matrix: FloatArray
    source: str
    assumes: str = ""
    neutral_cct_k: float | None = None

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
    "that what made them so (camera, converter, another tool) was right",
)

# How the assumption about the camera's path begins.
CAMERA_ASSUMPTION = "camera to ACES2065-1: "
# How the source of a transform begins that was made of the wall's own primaries.
WALL_PATH = "3x3 from the wall's own red, green and blue"
# Key of measurements.csv under which its head repeats the path that was taken.
PATH_KEY = "camera_to_aces"
_ASSUMES = "; assumes "


def camera_path(transform: CameraTransform | None, header: Mapping[str, str]) -> tuple[str, str]:
    """How camera values became ACES2065-1, and what that takes for granted.

    Parameters
    ----------
    transform : CameraTransform or None
        What was done here.
    header : mapping of str to str
        Of the measurements: says what was done before, where they were read from a table.

    Returns
    -------
    source, assumes : str
        Phrases for the report.
    """
    if transform is None and PATH_KEY in header:
        source, _, assumes = header[PATH_KEY].partition(_ASSUMES)
        return source, assumes
    if transform is None and "converted_from" in header:
        return f"the camera values came as linear {header['converted_from']}", AS_ACES.assumes
    path = AS_ACES if transform is None else transform
    return path.source, path.assumes


def with_camera_path(
    measurements: PatchMeasurements, transform: CameraTransform | None
) -> PatchMeasurements:
    """The measurements with their path in the head, so that a table of them says it too."""
    text = _ASSUMES.join(filter(None, camera_path(transform, measurements.header)))
    return replace(measurements, header={**measurements.header, PATH_KEY: text})
