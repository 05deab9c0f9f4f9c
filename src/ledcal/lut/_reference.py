"""The interpolations in slow, obvious loops: the oracle of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.lut import Lut3d


def trilinear(lut: Lut3d, signal: FloatArray) -> FloatArray:
    """One colour, shape (3,): interpolate along red, then green, then blue.

    >>> from ledcal.lut.build import build_lut
    >>> trilinear(build_lut(lambda s: s, 3), np.array([0.25, 0.5, 1.0])).tolist()
    [0.25, 0.5, 1.0]
    """
    (r, g, b), (x, y, z) = _cell(lut, signal)
    t = lut.table
    planes = []
    for blue in (b, b + 1):
        low = t[r, g, blue] * (1 - x) + t[r + 1, g, blue] * x
        high = t[r, g + 1, blue] * (1 - x) + t[r + 1, g + 1, blue] * x
        planes.append(low * (1 - y) + high * y)
    return np.asarray(planes[0] * (1 - z) + planes[1] * z)


def tetrahedral(lut: Lut3d, signal: FloatArray) -> FloatArray:
    """One colour, shape (3,): the six tetrahedra written out, as in the usual tables.

    >>> from ledcal.lut.build import build_lut
    >>> tetrahedral(build_lut(lambda s: s, 3), np.array([0.25, 0.5, 1.0])).tolist()
    [0.25, 0.5, 1.0]
    """
    (r, g, b), (x, y, z) = _cell(lut, signal)
    t = lut.table
    black, white = t[r, g, b], t[r + 1, g + 1, b + 1]
    red, green, blue = t[r + 1, g, b], t[r, g + 1, b], t[r, g, b + 1]
    yellow, cyan, magenta = t[r + 1, g + 1, b], t[r, g + 1, b + 1], t[r + 1, g, b + 1]
    if x >= y >= z:
        mixed = (1 - x) * black + (x - y) * red + (y - z) * yellow + z * white
    elif x >= z >= y:
        mixed = (1 - x) * black + (x - z) * red + (z - y) * magenta + y * white
    elif z >= x >= y:
        mixed = (1 - z) * black + (z - x) * blue + (x - y) * magenta + y * white
    elif y >= x >= z:
        mixed = (1 - y) * black + (y - x) * green + (x - z) * yellow + z * white
    elif y >= z >= x:
        mixed = (1 - y) * black + (y - z) * green + (z - x) * cyan + x * white
    else:
        mixed = (1 - z) * black + (z - y) * blue + (y - x) * cyan + x * white
    return np.asarray(mixed)


def _cell(lut: Lut3d, signal: FloatArray) -> tuple[tuple[int, int, int], tuple[float, ...]]:
    nodes, shares = [], []
    for value in signal:
        position = min(max(float(value), 0.0), 1.0) * (lut.size - 1)
        node = min(int(position), lut.size - 2)
        nodes.append(node)
        shares.append(position - node)
    return (nodes[0], nodes[1], nodes[2]), tuple(shares)
