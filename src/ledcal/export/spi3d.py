"""The .spi3d file: plain text with the indices of each node, blue fastest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.lut import Lut3d


def format_spi3d(lut: Lut3d) -> str:
    """Write a table as the text of a .spi3d file; it holds no comments.

    Parameters
    ----------
    lut : Lut3d
        Indexed ``[r, g, b]``; content code to wall code.

    Returns
    -------
    str
        Seven decimals: as fine as the float32 that readers keep.

    Examples
    --------
    Blue runs fastest, and each line says which node it is:

    >>> from ledcal.values.lut import Lut3d
    >>> axis = np.array([0.0, 1.0])
    >>> identity = Lut3d(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1))
    >>> for line in format_spi3d(identity).splitlines()[:5]:
    ...     print(line)
    SPILUT 1.0
    3 3
    2 2 2
    0 0 0 0.0000000 0.0000000 0.0000000
    0 0 1 0.0000000 0.0000000 1.0000000
    """
    size = lut.size
    index = np.indices((size, size, size)).reshape(3, -1).T
    values = np.where(np.abs(lut.table) < 5e-8, 0.0, lut.table).reshape(-1, 3)
    rows = np.concatenate([index, values], axis=1)
    data = ("%d %d %d %.7f %.7f %.7f\n" * len(rows)) % tuple(rows.ravel().tolist())
    return f"SPILUT 1.0\n3 3\n{size} {size} {size}\n{data}"
