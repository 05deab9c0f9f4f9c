"""Pictures as float arrays, read and written through OpenImageIO."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import UnreadableFileError
from ledcal.files._oiio import oiio
from ledcal.files.atomic import PathFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_FULL_BELOW_BYTES = 1 << 20


def read_image(path: Path) -> tuple[NDArray[np.float32], dict[str, object]]:
    """Read a picture without any conversion of colour.

    Parameters
    ----------
    path : Path
        EXR, DPX, TIFF, PNG or anything else OpenImageIO opens.

    Returns
    -------
    pixels : ndarray of float32, shape (height, width, channels)
        Integers as 0..1 of their full range, floats as they are. Alpha is not divided out.
    metadata : dict of str to object
        OpenImageIO's attributes, and ``ledcal:format`` and ``ledcal:channels``.

    Raises
    ------
    UnreadableFileError
        If it cannot be opened or is cut short.
    """
    path = Path(path)
    config = oiio.ImageSpec()
    config["oiio:UnassociatedAlpha"] = 1
    config["dpx:RawColor"] = 1
    source = oiio.ImageInput.open(str(path), config)
    if source is None:
        reason = (oiio.geterror() or "unknown format").strip().splitlines()[0]
        raise UnreadableFileError(f"{path.name}: cannot be opened ({reason}); copy it again")
    try:
        spec = source.spec()
        pixels = source.read_image(oiio.FLOAT)
        problem = source.geterror()
    finally:
        source.close()
    if pixels is None or problem:
        reason = (problem or "no pixels").strip().splitlines()[0]
        message = f"{path.name}: cannot be read to the end ({reason}); copy it again"
        raise UnreadableFileError(message)
    metadata: dict[str, object] = {p.name: p.value for p in spec.extra_attribs}
    metadata["ledcal:format"] = str(spec.format)
    metadata["ledcal:channels"] = tuple(spec.channelnames)
    return np.asarray(pixels, np.float32).reshape(spec.height, spec.width, -1), metadata


def write_image(
    path: Path,
    pixels: NDArray[np.float32],
    *,
    bits: int | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a picture; the suffix says the format. Use inside `atomic_file`.

    Parameters
    ----------
    path : Path
        ``.png``, ``.tif``, ``.dpx`` (integers of `bits`) or ``.exr`` (floats of `bits`).
    pixels : ndarray of float32, shape (height, width, 3)
        0..1 for the integer formats; values outside are held.
    bits : int or None
        8, 10, 12 or 16, 10 and 12 for DPX only; for EXR 16 (half) or 32. None: 16, for EXR 32.
    metadata : mapping of str to str
        Attributes to store.

    Raises
    ------
    SystemFault
        If it cannot be written, which is mostly a full disk.
    """
    height, width, channels = pixels.shape
    is_float = path.suffix.lower() == ".exr"
    real = "half" if bits == 16 else "float"
    spec = oiio.ImageSpec(width, height, channels, real if is_float else "uint16")
    bits = bits or 16
    if is_float:
        spec["compression"] = "zip"
        # Else the time of writing: the same picture would never have the same digest.
        spec["DateTime"] = ""
        data: NDArray[np.generic] = np.ascontiguousarray(pixels, np.float32)
    else:
        if bits == 8:
            spec.set_format(oiio.UINT8)
        spec["oiio:BitsPerSample"] = bits
        full = 255.0 if bits == 8 else 65535.0
        rounded = np.clip(pixels, 0.0, 1.0) * np.float32(full) + np.float32(0.5)
        data = rounded.astype(np.uint8 if bits == 8 else np.uint16)
    if path.suffix.lower() == ".dpx":
        # Stored as it is: neither film density nor a transfer function is applied.
        spec["dpx:Transfer"] = "User defined"
        spec["oiio:ColorSpace"] = "raw"
    if path.suffix.lower() == ".png":
        spec["png:compressionLevel"] = 1
        # Else it is tagged as sRGB, and players that manage colour convert it.
        spec["oiio:ColorSpace"] = "data"
    for name, value in (metadata or {}).items():
        spec[name] = value
    target = oiio.ImageOutput.create(str(path))
    if target is None or not target.open(str(path), spec):
        raise _not_written(path, oiio.geterror() or (target.geterror() if target else ""))
    drawn = target.write_image(data)
    closed = target.close()
    # Of a full disk the writer of PNG only leaves a message; that of TIFF leaves some in any case.
    said = target.geterror()
    if not (drawn and closed) or (said and path.suffix.lower() == ".png"):
        raise _not_written(path, said.partition("\n")[0])


def _not_written(path: Path, said: str) -> PathFault:
    """Why a picture could not be written: the library mostly does not know."""
    folder = path.parent
    if not folder.is_dir():
        return PathFault(path, "cannot be written: its folder is not there; make it first")
    if not os.access(folder, os.W_OK):
        return PathFault(path, "no permission to write here; choose another place")
    is_full = shutil.disk_usage(folder).free < _FULL_BELOW_BYTES or "No space left" in said
    if is_full:
        return PathFault(path, "the disk is full; free some space and run it again")
    reason = " ".join(said.replace(str(path), path.suffix).split())
    return PathFault(path, f"cannot be written ({reason or 'is the disk full?'})")
