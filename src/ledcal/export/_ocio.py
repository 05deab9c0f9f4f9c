"""The door to OpenColorIO."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import ExportError, SystemFault

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import FloatArray

_INTERPOLATIONS = {"tetrahedral": "INTERP_TETRAHEDRAL", "trilinear": "INTERP_LINEAR"}


def apply_file(
    path: Path,
    signal: FloatArray,
    *,
    interpolation: str = "tetrahedral",
) -> FloatArray:
    """Send colours through a LUT file, as OpenColorIO reads it.

    Parameters
    ----------
    path : Path
        A file that OpenColorIO knows by its suffix.
    signal : ndarray, shape (..., 3)
        Code values; OpenColorIO computes in float32. Not changed.
    interpolation : str
        ``tetrahedral`` or ``trilinear``; a format that states its own (CLF) wins over it.

    Returns
    -------
    ndarray of float64, shape (..., 3)
        A new array.

    Raises
    ------
    ExportError
        If OpenColorIO cannot read the file.
    SystemFault
        If OpenColorIO will not load.
    """
    try:
        import PyOpenColorIO as ocio  # noqa: PLC0415 - slow to import
    except ImportError as error:
        raise SystemFault(
            f"OpenColorIO will not load ({error}); install it again: pip install opencolorio"
        ) from error

    pixels = np.array(signal, dtype=np.float32).reshape(-1, 3)
    ocio.ClearAllCaches()
    try:
        config = ocio.Config.CreateRaw()
        transform = ocio.FileTransform(
            str(path), interpolation=getattr(ocio, _INTERPOLATIONS[interpolation])
        )
        processor = config.getProcessor(transform)
        cpu = processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
        cpu.applyRGB(pixels)
    except ocio.Exception as error:
        raise ExportError(f"{path}: OpenColorIO cannot read it: {error}") from error
    return pixels.astype(np.float64).reshape(np.shape(signal))
