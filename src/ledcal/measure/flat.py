"""Take out what differs from place to place: lens, angle, panels, each LED colour apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import FloatArray


def build_corrections(
    codes: Sequence[FloatArray], flats: FloatArray, centre: FloatArray
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
    centre : ndarray, shape (n_flats, 3)
        Their mean over the central tenth of the wall's area, the reference; NaN where it was not
        measured.

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
    >>> fix, kind = build_corrections([np.ones(3)], flats, np.ones((1, 3)))
    >>> kind, np.diag(fix[1]).tolist()
    ('grey', [2.0, 2.0, 1.25])
    """
    n_regions = flats.shape[1]
    corrections = np.tile(np.eye(3), (n_regions, 1, 1))
    primary = {
        int(np.argmax(code)): i
        for i, code in enumerate(codes)
        if np.count_nonzero(np.asarray(code) > 0) == 1
    }
    grey = [i for i, code in enumerate(codes) if np.ptp(code) < 1e-9 and code[0] > 0]
    coloured = [primary[channel] for channel in sorted(primary)]
    if len(coloured) == 3 and np.isfinite(centre[coloured]).all():
        light = np.moveaxis(flats[coloured], 0, -1)
        known = np.asarray(np.isfinite(light).all(axis=(1, 2)))
        known[known] = np.linalg.cond(light[known]) < 1e4
        corrections[known] = centre[coloured].T @ np.linalg.inv(light[known])
        return corrections, "red-green-blue"
    if grey and np.isfinite(centre[grey]).all():
        level = flats[grey].mean(axis=0)
        known = np.isfinite(level).all(axis=1) & (level > 0).all(axis=1)
        gain = centre[grey].mean(axis=0) / level[known]
        corrections[known] = gain[:, :, None] * np.eye(3)
        return corrections, "grey"
    return corrections, "none"
