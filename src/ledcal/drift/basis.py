"""Readings of pictures in the channels of a camera, where a change of its white is a gain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.reading import DriftReading


def in_basis(reading: DriftReading, matrix: FloatArray) -> DriftReading:
    """Carry everything of a reading through a 3x3; variances add.

    Parameters
    ----------
    reading : DriftReading
        In the space that pictures came in.
    matrix : ndarray, shape (3, 3)
        From that space to camera RGB.

    Returns
    -------
    DriftReading
        Its `space` still says what the pictures came in.

    Examples
    --------
    A reading in which everything is twice as bright:

    >>> from ledcal.values.reading import DriftReading
    >>> one, two, eight = np.ones(3), np.ones((1, 3)), np.ones((8, 2))
    >>> reading = DriftReading(
    ...     0, (1, 1), (1, 1), "x", "", "", 1.0, one, two, two, two, one, one, eight[:1], two, two,
    ...     1, eight, 0.0, one
    ... )
    >>> in_basis(reading, 2.0 * np.eye(3)).light.tolist()
    [[2.0, 2.0, 2.0]]
    """
    values = {
        name: getattr(reading, name) @ matrix.T for name in ("light", "black", "even", "chart")
    }
    values |= {
        name: np.sqrt(getattr(reading, name) ** 2 @ (matrix**2).T)
        for name in ("sigma", "black_sigma", "even_sigma")
    }
    return replace(reading, **values)
