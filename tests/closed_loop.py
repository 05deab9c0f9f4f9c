"""A correction file as a host applies it, and the judge of virtual walls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.export._ocio import apply_file
from ledcal.simulate.judge import Judge

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Judge", "apply_cube"]


def apply_cube(path: Path, code: NDArray[np.float64]) -> NDArray[np.float64]:
    """OpenColorIO, tetrahedral."""
    return np.asarray(apply_file(path, code), np.float64)
