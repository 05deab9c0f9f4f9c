"""The 3x3 in linear light that does the most of a correction, for tools that take no table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from ledcal.colorimetry.difference import aces_to_itp
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf, eotf_inverse, pq_decode, pq_encode
from ledcal.model.invert import correct
from ledcal.model.predict import shown
from ledcal.model.trial import shown_codes

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.stage import Target, Wall

# Greys count together as much as all other colours: a tint of them is what is seen first.
_GREY_SHARE = 1.0
_N_GREYS, _LEAST_NITS = 128, 2.0


def nearest_matrix(
    model: DisplayModel, wall: Wall, target: Target, k: float, *, peak: str = "match"
) -> FloatArray:
    """Linear light of content to linear light of the wall, with the least delta E ITP.

    Parameters
    ----------
    model : DisplayModel
        The wall, as it is.
    wall : Wall
        What it is set to: its EOTF stands behind the matrix.
    target : Target
        What content is encoded in: its EOTF stands before the matrix.
    k : float
        From `exposure_scale`.
    peak : str
        As in `invert.correct`.

    Returns
    -------
    ndarray, shape (3, 3)
        ``wall_nits = matrix @ content_nits``: both in nits, channel by channel as if it were
        grey. Greys count as much as all other colours that the wall can make.
    """
    colours, grey = (
        codes_of(model, target, k, peak=peak) for codes_of in (shown_codes, grey_codes)
    )
    codes = np.concatenate([colours, grey])
    weight = np.repeat(
        [1.0 / np.sqrt(len(colours)), np.sqrt(_GREY_SHARE / max(len(grey), 1))],
        [len(colours), len(grey)],
    )[:, None]
    nits = eotf(target.eotf, codes, peak_nits=target.peak_nits)
    wanted = aces_to_itp(target_light(target, codes))

    def missed(elements: FloatArray) -> FloatArray:
        code = wall_code(elements.reshape(3, 3), wall, nits)
        seen = aces_to_itp(shown(model, k, code))
        return np.asarray(((seen - wanted) * weight).ravel())

    found = least_squares(missed, np.eye(3).ravel(), x_scale=0.1, diff_step=1e-4)
    return np.asarray(found.x.reshape(3, 3), np.float64)


def wall_code(matrix: FloatArray, wall: Wall, content_nits: FloatArray) -> FloatArray:
    """Wall code for content light through a matrix; no light is held at 0, much at the peak.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> wall = SimpleNamespace(eotf="gamma 2.0", peak_nits=100.0)
    >>> wall_code(np.diag([0.25, 1.0, 4.0]), wall, np.array([[100.0, 25.0, -1.0]])).tolist()
    [[0.5, 0.5, 0.0]]
    """
    return eotf_inverse(wall.eotf, content_nits @ matrix.T, peak_nits=wall.peak_nits)


def grey_codes(model: DisplayModel, target: Target, k: float, *, peak: str = "match") -> FloatArray:
    """Content codes of the greys that the wall can make, even in ST 2084, (n, 3)."""
    least = min(_LEAST_NITS, 0.02 * target.peak_nits)
    signal = np.linspace(pq_encode(least), pq_encode(target.peak_nits), _N_GREYS)
    code = eotf_inverse(target.eotf, pq_decode(signal), peak_nits=target.peak_nits)
    codes = np.repeat(code[:, None], 3, axis=1)
    _, reachable = correct(model, target, k, codes, peak=peak)
    return np.asarray(codes[reachable])
