"""A mosaic taken apart into one plane for each photosite of its repeat."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.saturation import find_saturation
from ledcal.errors import UnreadableFileError
from ledcal.values.frame import Plane

if TYPE_CHECKING:
    from ledcal.values.arrays import AnyArray, FloatArray

_ORDER = ("R", "G1", "G2", "B")
_EXR = "transcode to linear EXR in ACES2065-1"


def channel_names(cfa: AnyArray) -> list[list[str]]:
    """Name each photosite of a repeat: R, G1 (green in a row of red), G2, B.

    Only in a 2x2 Bayer repeat do the two greens get different names.

    Parameters
    ----------
    cfa : ndarray of int, shape (rows, columns)
        0 red, 1 green, 2 blue.

    Returns
    -------
    list of list of str
        Of the same shape.

    Raises
    ------
    ValueError
        If there are other colours in it, or not all three.

    Examples
    --------
    >>> import numpy as np
    >>> channel_names(np.array([[1, 2], [0, 1]]))
    [['G2', 'B'], ['R', 'G1']]
    """
    if {*np.unique(cfa).tolist()} != {0, 1, 2}:
        message = f"colours {np.unique(cfa).tolist()} in the CFA, expected red 0, green 1, blue 2"
        raise ValueError(message)
    is_bayer = cfa.shape == (2, 2) and int(np.count_nonzero(cfa == 1)) == 2
    names = []
    for row in cfa.tolist():
        green = "G2" if is_bayer and 0 not in row else "G1"
        names.append([("R", green, "B")[colour] for colour in row])
    return names


def build_planes(
    mosaic: AnyArray,
    *,
    names: list[list[str]],
    black: FloatArray,
    white: float,
) -> tuple[Plane, ...]:
    """Take a visible mosaic apart; the planes are views on it.

    Parameters
    ----------
    mosaic : ndarray, shape (height, width)
        Visible area in dn.
    names : list of list of str
        Channel of each photosite of the CFA's repeat, from the mosaic's corner.
    black : ndarray, shape (rows, columns)
        Black level in dn over its own repeat, from the mosaic's corner. Where it repeats over
        more photosites than the CFA, the planes become finer, and more.
    white : float
        White level in dn.

    Returns
    -------
    tuple of Plane
        Reds first, then G1, G2, blues; each in reading order.

    Examples
    --------
    >>> import numpy as np
    >>> planes = build_planes(
    ...     np.arange(16, dtype=np.uint16).reshape(4, 4),
    ...     names=[["R", "G1"], ["G2", "B"]],
    ...     black=np.zeros((1, 1)),
    ...     white=15.0,
    ... )
    >>> [(plane.channel, plane.x, plane.y, int(plane.values[1, 1])) for plane in planes]
    [('R', 0, 0, 10), ('G1', 1, 0, 11), ('G2', 0, 1, 14), ('B', 1, 1, 15)]
    """
    rows, columns = len(names), len(names[0])
    step = math.lcm(rows, columns, *black.shape)
    mosaic = mosaic.view()
    mosaic.flags.writeable = False
    planes = [
        Plane(
            values=mosaic[y::step, x::step],
            channel=names[y % rows][x % columns],
            x=x,
            y=y,
            step=step,
            black=float(black[y % black.shape[0], x % black.shape[1]]),
            white=white,
            saturation=white,
        )
        for y in range(min(step, mosaic.shape[0]))
        for x in range(min(step, mosaic.shape[1]))
    ]
    return tuple(sorted(planes, key=lambda plane: _ORDER.index(plane.channel)))


def find_clip(
    planes: tuple[Plane, ...], stated: tuple[float, ...] | None = None
) -> tuple[tuple[Plane, ...], tuple[str, ...]]:
    """Lower the saturation of planes that clip below their white level; say so in a note.

    Parameters
    ----------
    planes : tuple of Plane
        As `build_planes` gives them.
    stated : tuple of float, optional
        A saturation in dn for each plane that the file states beside its white level.

    Returns
    -------
    planes : tuple of Plane
        With `saturation` at most `white`.
    notes : tuple of str
        One, if any plane clips early.
    """
    limits = stated or tuple(plane.white for plane in planes)
    found = tuple(
        replace(
            plane, saturation=min(limit, find_saturation(plane.values, plane.black, plane.white))
        )
        for plane, limit in zip(planes, limits, strict=True)
    )
    early = [plane for plane in found if plane.saturation < plane.white]
    if not early:
        return found, ()
    lowest = min(early, key=lambda plane: plane.saturation)
    channels = ", ".join(dict.fromkeys(plane.channel for plane in early))
    note = f"{channels} clip from {lowest.saturation:.0f} dn, below the white level"
    return found, (f"{note} of {lowest.white:.0f} dn",)


def require_light(name: str, mosaic: AnyArray, planes: tuple[Plane, ...]) -> None:
    """Refuse what cannot be a photograph: unpacking without an error proves little.

    Parameters
    ----------
    name : str
        File name, for the message.
    mosaic : ndarray, shape (height, width)
        Visible area in dn.
    planes : tuple of Plane
        Its planes.

    Raises
    ------
    UnreadableFileError
        If it is constant below white, nowhere above black, partly filled with zeros, or its levels
        contradict each other.
    """
    black = max(plane.black for plane in planes)
    lowest_black = min(plane.black for plane in planes)
    white = min(plane.white for plane in planes)
    again = "copy it again from the card"
    if not white > black:
        message = f"{name}: white level {white:g} dn is not above black level {black:g} dn"
        raise UnreadableFileError(f"{message}; convert it again, or {_EXR}")
    if min(mosaic.shape) < 8:
        height, width = mosaic.shape
        raise UnreadableFileError(f"{name}: only {width} x {height} photosites; {again}")
    if mosaic.dtype.kind == "f" and not np.isfinite(mosaic).all():
        n_bad = int(mosaic.size - np.count_nonzero(np.isfinite(mosaic)))
        raise UnreadableFileError(f"{name}: {n_bad} photosites are not numbers; {_EXR} again")
    rows = mosaic[:: max(1, mosaic.shape[0] // 512)]
    lit = rows.any(axis=1)
    n_empty = int(lit.size - np.count_nonzero(lit))
    if lowest_black > 0 and n_empty > 0.01 * lit.size:
        share = 100.0 * n_empty / lit.size
        message = f"{name}: {share:.0f} % of its rows are nothing but zeros, below the black level"
        raise UnreadableFileError(
            f"{message} of {lowest_black:g} dn: it is cut or damaged; {again}"
        )
    if float(rows.max()) > black and rows.min() != rows.max():
        return
    lowest, highest = float(mosaic.min()), float(mosaic.max())
    if lowest == highest and lowest >= white:
        return  # overexposed from edge to edge: the measuring stage says so
    if lowest == highest:
        message = f"{name}: every photosite is {lowest:g} dn: it is cut or damaged"
        raise UnreadableFileError(f"{message}; {again}")
    if highest <= black:
        message = f"{name}: its brightest photosite is {highest:g} dn, not above the black level"
        message = f"{message} of {black:g} dn: no light reached the sensor, or it is damaged"
        raise UnreadableFileError(f"{message}; check the exposure and the copy")
