"""Tables as pictures: Hald, and the lattice that a host is tried with.

In both red runs fastest, along the row; then green, then blue.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import InputError
from ledcal.export.cube import ascii_line
from ledcal.files.atomic import PathFault, system_fault
from ledcal.files.images import write_image
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import Label

# Cubes that a Hald picture can hold: its edge is the root of the number of nodes.
HALD_SIZES = (16, 25, 36, 49, 64)
# `ociolutimage` breaks the rows there.
_WIDEST_PX = 2048
# Half of what 16 bits tell apart.
HALF_STEP_16_BIT = 0.5 / 65535.0


def hald_pixels(lut: Lut3d) -> FloatArray:
    """Lay a table out as a Hald picture: 64 nodes along an edge are 512 x 512 px.

    Parameters
    ----------
    lut : Lut3d
        With 16, 25, 36, 49 or 64 nodes along an edge.

    Returns
    -------
    ndarray, shape (height, width, 3)
        Codes.

    Raises
    ------
    ValueError
        If the number of nodes has no whole root.
    """
    edge = round(lut.size**1.5)
    if edge**2 != lut.size**3:
        message = f"lut: {lut.size} nodes along an edge are no square"
        raise ValueError(message)
    return _flat(lut).reshape(edge, edge, 3)


def lattice_pixels(lut: Lut3d) -> FloatArray:
    """Lay a table out as `ociolutimage` does: all nodes in rows of at most 2048 px.

    Examples
    --------
    >>> axis = np.linspace(0.0, 1.0, 17)
    >>> identity = Lut3d(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1))
    >>> pixels = lattice_pixels(identity)
    >>> pixels.shape, pixels[0, 1].tolist(), pixels[1, 0].tolist()
    ((17, 289, 3), [0.0625, 0.0, 0.0], [0.0, 0.0, 0.0625])
    """
    nodes = _flat(lut)
    width = min(lut.size**2, _WIDEST_PX)
    height = -(-len(nodes) // width)
    pixels = np.zeros((height * width, 3))
    pixels[: len(nodes)] = nodes
    return pixels.reshape(height, width, 3)


def encode_picture(pixels: FloatArray, label: Label, *, suffix: str) -> bytes:
    """Make a picture of codes: PNG of 16 bits, or EXR of 32-bit floats, that says what it is.

    Raises
    ------
    InputError
        If a code is not in 0..1, which a PNG cannot hold.
    SystemFault
        If the operating system refuses.
    """
    if suffix == ".png" and (pixels.min() < 0.0 or pixels.max() > 1.0):
        raise InputError(
            f"the table holds codes from {pixels.min():.4g} to {pixels.max():.4g}, and a PNG only "
            "0 to 1; write a .cube, or the lattice as .exr"
        )
    words = {"ImageDescription": "; ".join(label.comments), "DocumentName": label.name}
    # Letters beyond ASCII come out differently in every reader of PNG text.
    plain = {key: ascii_line(text) for key, text in words.items()}
    with tempfile.TemporaryDirectory(prefix="ledcal-") as folder:
        path = Path(folder) / f"picture{suffix}"
        try:
            write_image(path, pixels.astype(np.float32), metadata=plain)
            return path.read_bytes()
        except PathFault as fault:
            raise PathFault(Path(tempfile.gettempdir()), fault.reason) from fault
        except OSError as error:
            raise system_fault(error, Path(tempfile.gettempdir())) from error


def identity_of(lut: Lut3d) -> Lut3d:
    """The table of the same size that changes nothing."""
    axis = np.linspace(0.0, 1.0, lut.size)
    return Lut3d(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1))


def _flat(lut: Lut3d) -> FloatArray:
    return lut.table.transpose(2, 1, 0, 3).reshape(-1, 3)
