"""Where a harmonic of the LED raster lands once photosites have sampled it.

Frequencies are in cycles per photosite (c/px), x right, y down. A wave vector and its negative are
the same fringe; `canonical` picks one. Photosites of one position of a 2x2 colour filter array lie
two apart, so that they cannot tell f from f - r for any r of whole halves; the whole mosaic cannot
for whole r; and the greens together for halves whose sum is whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.moire import GREEN_MAGENTA, LUMINANCE, RED_BLUE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray

FULL, SITE, GREEN = "full", "site", "green"


def nearest_reciprocal(frequency: ArrayLike, lattice: str = SITE) -> FloatArray:
    """The reciprocal vector of a sampling lattice that is nearest to frequencies.

    Parameters
    ----------
    frequency : array_like, shape (..., 2)
        In c/px.
    lattice : str
        ``full`` (every photosite), ``site`` (one position of the Bayer array) or ``green`` (both
        greens).

    Returns
    -------
    ndarray, shape (..., 2)
        What sampling takes off the frequency.

    Raises
    ------
    ValueError
        If the lattice is not known.

    Examples
    --------
    >>> nearest_reciprocal([0.4817, 0.0067]).tolist()
    [0.5, 0.0]
    >>> nearest_reciprocal([0.4817, 0.0067], "full").tolist()
    [0.0, 0.0]
    """
    f = np.asarray(frequency, np.float64)
    if lattice == FULL:
        return np.asarray(np.round(f), np.float64)
    if lattice == SITE:
        return np.asarray(np.round(2.0 * f) / 2.0, np.float64)
    if lattice != GREEN:
        message = f"lattice {lattice!r}, expected {FULL!r}, {SITE!r} or {GREEN!r}"
        raise ValueError(message)
    # Halves whose sum is whole: whole vectors, and those moved by (1/2, 1/2).
    whole = np.round(f)
    between = np.floor(f) + 0.5
    nearer = np.sum((f - between) ** 2, axis=-1) < np.sum((f - whole) ** 2, axis=-1)
    return np.asarray(np.where(nearer[..., None], between, whole), np.float64)


def canonical(frequency: ArrayLike) -> FloatArray:
    """The one of f and -f that points down the picture (or to the right, along a row).

    Examples
    --------
    >>> canonical([[0.1, -0.2], [-0.1, 0.0]]).tolist()
    [[-0.1, 0.2], [0.1, 0.0]]
    """
    f = np.asarray(frequency, np.float64)
    turn = (f[..., 1] < 0) | ((f[..., 1] == 0) & (f[..., 0] < 0))
    return np.asarray(np.where(turn[..., None], -f, f) + 0.0, np.float64)


def colour_of(reciprocal: ArrayLike) -> str:
    """Colour of the moire that a reciprocal vector makes.

    Red and blue lie diagonally across the Bayer array and greens on the other diagonal: a vector
    of half a cycle along one axis turns red against blue and one green against the other; half a
    cycle along both turns the greens against red and blue; whole cycles turn nothing.

    Parameters
    ----------
    reciprocal : array_like, shape (2,)
        In c/px, whole or half numbers.

    Returns
    -------
    str
        ``luminance``, ``red-blue`` or ``green-magenta``.

    Examples
    --------
    >>> colour_of([1.5, 0.0]), colour_of([0.5, 0.5]), colour_of([1.0, 0.0])
    ('red-blue', 'green-magenta', 'luminance')
    """
    half = np.abs(np.asarray(reciprocal, np.float64) % 1.0 - 0.5) < 0.25
    if half.all():
        return GREEN_MAGENTA
    return RED_BLUE if half.any() else LUMINANCE


def site_turns(reciprocal: ArrayLike, offsets: ArrayLike) -> FloatArray:
    """Turns by which the alias leads at photosites that lie `offsets` from the first.

    Parameters
    ----------
    reciprocal : array_like, shape (2,)
        In c/px.
    offsets : array_like, shape (..., 2)
        x, y of the position in the colour filter array.

    Returns
    -------
    ndarray, shape (...)
        In cycles, 0 up to 1.
    """
    turns = np.asarray(offsets, np.float64) @ np.asarray(reciprocal, np.float64)
    return np.asarray(turns % 1.0, np.float64)


def orders(most: int) -> FloatArray:
    """Orders (m, n) up to `most`, one of each pair that is the same fringe. Shape (count, 2).

    Examples
    --------
    >>> orders(1).astype(int).tolist()
    [[1, 0], [-1, 1], [0, 1], [1, 1]]
    """
    m, n = np.meshgrid(np.arange(-most, most + 1), np.arange(0, most + 1))
    pairs = np.stack([m.ravel(), n.ravel()], axis=-1)
    return np.asarray(pairs[(pairs[:, 1] > 0) | (pairs[:, 0] > 0)], np.float64)
