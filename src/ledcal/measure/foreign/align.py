"""A list of costs to an order: items may be missing, others may stand between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

# Cost of a patch that no run shows.
MISSING = 5.0


def align(cost: FloatArray, junk: FloatArray) -> tuple[int | None, ...]:
    """Give each patch the run that shows it, in order, as cheaply as it can be.

    Runs before the first patch and after the last cost nothing.

    Parameters
    ----------
    cost : ndarray, shape (runs, patches)
        What it costs to say that a run shows a patch.

    junk : ndarray, shape (runs,)
        What it costs to say that a run between patches is none.

    Returns
    -------
    tuple of int or None
        Run of each patch; None where it is missing.

    Examples
    --------
    >>> cost = np.array([[50.0, 50.0, 50.0], [0.0, 50.0, 50.0], [50.0, 50.0, 1.0]])
    >>> align(cost, np.full(3, 12.0))
    (1, None, 2)
    """
    n_runs, n_patches = cost.shape
    table = np.zeros((n_runs + 1, n_patches + 1))
    table[0] = MISSING * np.arange(n_patches + 1)
    for t in range(1, n_runs + 1):
        for j in range(n_patches + 1):
            inside = 0.0 if j in {0, n_patches} else float(junk[t - 1])
            table[t, j] = table[t - 1, j] + inside
            if j:
                table[t, j] = min(
                    table[t, j],
                    table[t, j - 1] + MISSING,
                    table[t - 1, j - 1] + cost[t - 1, j - 1],
                )
    found: list[int | None] = [None] * n_patches
    t, j = n_runs, n_patches
    while j:
        if t and np.isclose(table[t, j], table[t - 1, j - 1] + cost[t - 1, j - 1]):
            t, j = t - 1, j - 1
            found[j] = t
        elif np.isclose(table[t, j], table[t, j - 1] + MISSING):
            j -= 1
        else:
            t -= 1
    return tuple(found)
