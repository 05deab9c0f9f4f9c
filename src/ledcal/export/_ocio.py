"""The door to OpenColorIO: CLF is written by it, and every file is read back through it."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import ExportError, SystemFault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ledcal.values.arrays import FloatArray
    from ledcal.values.chain import Chain, Lut1d
    from ledcal.values.lut import Lut3d

_CLF = "Academy/ASC Common LUT Format"
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
    ocio = _load()
    pixels = np.array(signal, dtype=np.float32).reshape(-1, 3)
    ocio.ClearAllCaches()
    try:
        config = ocio.Config.CreateRaw()
        transform = ocio.FileTransform(
            str(path), interpolation=getattr(ocio, _INTERPOLATIONS[interpolation])
        )
        # A context of its own has no variables: a folder may be called $HOME.
        processor = config.getProcessor(ocio.Context(), transform, ocio.TRANSFORM_DIR_FORWARD)
        cpu = processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
        cpu.applyRGB(pixels)
    except faults(ocio) as error:
        reason = " ".join(str(error).split())
        raise ExportError(f"{path}: OpenColorIO cannot read it: {reason}") from error
    return pixels.astype(np.float64).reshape(np.shape(signal))


def opencolorio() -> Any:
    """The library itself, for what is done with whole configs.

    Raises
    ------
    SystemFault
        If it will not load.
    """
    return _load()


def faults(ocio: Any) -> tuple[type[Exception], ...]:
    """What OpenColorIO raises; that a file is missing is no kind of the other."""
    return ocio.Exception, ocio.ExceptionMissingFile


def opencolorio_name() -> str:
    """What messages call it, with its version."""
    return f"OpenColorIO {_load().GetVersion()}"


def format_clf(
    chain: Chain, *, name: str, descriptions: Iterable[str] = (), takes: str = "", gives: str = ""
) -> str:
    """Write a correction in steps as the text of a Common LUT Format file (ST 2136-1).

    Parameters
    ----------
    chain : Chain
        Becomes a Range (and a LUT1D where the first curves are not straight), a LUT3D that says
        it is tetrahedral, and a LUT1D where there are last curves.
    name : str
        Of the process list.
    descriptions : iterable of str
        One Description each.
    takes, gives : str
        InputDescriptor and OutputDescriptor.

    Returns
    -------
    str
        XML; values as fine as float32. The same chain and words give the same text.

    Raises
    ------
    ExportError
        If OpenColorIO refuses.
    SystemFault
        If OpenColorIO will not load.
    """
    ocio = _load()
    steps: list[Any] = []
    straight = chain.first.is_straight
    steps.append(
        ocio.RangeTransform(
            minInValue=0.0,
            maxInValue=chain.first.top,
            minOutValue=0.0,
            maxOutValue=float(chain.first.table[-1, 0]) if straight else 1.0,
        )
    )
    if not straight:
        steps.append(_curves(ocio, chain.first))
    steps.append(_cube(ocio, chain.cube))
    if chain.last is not None:
        steps.append(_curves(ocio, chain.last))
    group = ocio.GroupTransform(steps)
    words = group.getFormatMetadata()
    words.setName(name)
    words.setID(f"urn:uuid:{_uuid(chain, name)}")
    for description in descriptions:
        words.addChildElement("Description", description)
    for key, text in (("InputDescriptor", takes), ("OutputDescriptor", gives)):
        if text:
            words.addChildElement(key, text)
    try:
        return str(group.write(_CLF, ocio.Config.CreateRaw()))
    except faults(ocio) as error:
        raise ExportError(f"OpenColorIO cannot write the CLF: {error}") from error


def _curves(ocio: Any, curves: Lut1d) -> Any:
    transform = ocio.Lut1DTransform(len(curves), False)
    transform.setInterpolation(ocio.INTERP_LINEAR)
    transform.setData(curves.table.astype(np.float32).ravel())
    return transform


def _cube(ocio: Any, lut: Lut3d) -> Any:
    transform = ocio.Lut3DTransform(lut.size)
    transform.setInterpolation(ocio.INTERP_TETRAHEDRAL)
    # OpenColorIO's order, blue fastest, is that of table[r, g, b].
    transform.setData(lut.table.astype(np.float32).ravel())
    return transform


def _uuid(chain: Chain, name: str) -> uuid.UUID:
    """One that follows from what is in the file."""
    digest = hashlib.sha256(name.encode())
    for part in (chain.first, chain.cube, chain.last):
        digest.update(b"" if part is None else part.table.tobytes())
    return uuid.UUID(bytes=digest.digest()[:16], version=4)


def _load() -> Any:
    try:
        import PyOpenColorIO as ocio  # noqa: PLC0415 - slow to import
    except ImportError as error:
        raise SystemFault(
            f"OpenColorIO will not load ({error}); install it again: pip install opencolorio"
        ) from error
    return ocio
