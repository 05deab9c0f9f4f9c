"""Take out what differs from place to place: lens, angle, panels, each LED colour apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import BoolArray, FloatArray


def build_corrections(
    codes: Sequence[FloatArray], flats: FloatArray, central: BoolArray
) -> tuple[FloatArray, str]:
    """Find for each region the 3x3 that takes its camera light to what the centre would show.

    With flats of red, green and blue the columns of ``M(region)`` are the camera light of each
    LED colour there; a mixture there is ``M(region) @ l``, and at the centre ``M(centre) @ l``,
    so ``M(centre) @ inv(M(region))`` takes out lens fall-off and the spread of every LED colour
    at once, for any mixture. With a grey flat alone it is one gain for each camera channel.

    Parameters
    ----------
    codes : sequence of ndarray, shape (3,)
        Wall code of each flat.
    flats : ndarray, shape (n_flats, n_regions, 3)
        Their camera light, black and flare taken off; NaN where a region was not lit.
    central : ndarray of bool, shape (n_regions,)
        Regions whose mean is the reference.

    Returns
    -------
    corrections : ndarray, shape (n_regions, 3, 3)
        Identity where nothing is known.
    kind : str
        ``red-green-blue``, ``grey`` or ``none``.

    Examples
    --------
    >>> import numpy as np
    >>> flats = np.array([[[1.0, 1.0, 1.0], [0.5, 0.5, 0.8]]])
    >>> fix, kind = build_corrections([np.ones(3)], flats, np.array([True, False]))
    >>> kind, np.diag(fix[1]).tolist()
    ('grey', [2.0, 2.0, 1.25])
    """
    n_regions = flats.shape[1] if flats.size else len(central)
    corrections = np.tile(np.eye(3), (n_regions, 1, 1))
    primary = {
        int(np.argmax(code)): i
        for i, code in enumerate(codes)
        if np.count_nonzero(np.asarray(code) > 0) == 1
    }
    grey = [i for i, code in enumerate(codes) if np.ptp(code) < 1e-9 and code[0] > 0]
    if len(primary) == 3:
        light = np.stack([flats[primary[channel]] for channel in range(3)], axis=-1)
        known = np.isfinite(light).all(axis=(1, 2))
        known[known] = np.linalg.cond(light[known]) < 1e4
        centre = known & central
        if centre.any():
            # Each region's spread is small, so the mean of the matrices is the centre's.
            reference = light[centre].mean(axis=0)
            corrections[known] = reference @ np.linalg.inv(light[known])
            return corrections, "red-green-blue"
    if grey:
        level = flats[grey].mean(axis=0)
        known = np.isfinite(level).all(axis=1) & (level > 0).all(axis=1)
        centre = known & central
        if centre.any():
            gain = level[centre].mean(axis=0) / level[known]
            corrections[known] = gain[:, :, None] * np.eye(3)
            return corrections, "grey"
    return corrections, "none"
