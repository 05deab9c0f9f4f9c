"""Measured patches laid out as the wall's response: greys, ramps of one colour, white."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.transfer import eotf
from ledcal.values.measurement import MeasurementFlag

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.measurement import PatchMeasurements

_SAME = 1e-4
_LEAST_SIGMAS = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """What a wall's patches show above black. Saturated and noisy patches are left out.

    Attributes
    ----------
    grey_code : ndarray, shape (n,)
        Codes of greys, rising; black is none of them.
    grey : ndarray, shape (n, 3)
        Their light in ACES2065-1, the mean where a code was shown several times.
    ramp_code : tuple of ndarray of shape (m,)
        Codes of pure red, green and blue, rising.
    ramp : tuple of ndarray of shape (m, 3)
        Their light.
    pairs : ndarray, shape (p, 3)
        Codes of mixtures of two or three at the ramps' highest common code.
    pair_light : ndarray, shape (p, 3)
        Their light.
    parts : ndarray, shape (3, 3)
        Light of red, green and blue alone at that code, a row each; NaN where it was not shown.
    noise : float
        Luminance that noise reaches at black: two standard errors.
    """

    grey_code: FloatArray
    grey: FloatArray
    ramp_code: tuple[FloatArray, FloatArray, FloatArray]
    ramp: tuple[FloatArray, FloatArray, FloatArray]
    pairs: FloatArray
    pair_light: FloatArray
    parts: FloatArray
    noise: float

    def ramps(self) -> list[tuple[FloatArray, FloatArray]]:
        """Code and luminance of grey, red, green and blue, those with two levels or more."""
        shown = [(self.grey_code, self.grey), *zip(self.ramp_code, self.ramp, strict=True)]
        return [
            (code, np.asarray(aces_luminance(light), np.float64))
            for code, light in shown
            if len(code) > 1
        ]


def build_response(measurements: PatchMeasurements) -> Response:
    """Lay out measurements as a wall's response.

    Parameters
    ----------
    measurements : PatchMeasurements
        In ACES2065-1, black in them.

    Returns
    -------
    Response
        Arrays may be empty.
    """
    code, camera = measurements.code, measurements.camera
    is_black = (code <= _SAME).all(axis=1)
    black = np.median(camera[is_black], axis=0) if is_black.any() else np.zeros(3)
    good = (measurements.flags & int(MeasurementFlag.SATURATED)) == 0
    good &= ~is_black
    light = camera - black
    # Where noise reaches a share of the light, a ramp says nothing of the wall.
    share = np.asarray(aces_luminance(np.eye(3)))
    spread = np.sqrt(np.nan_to_num(measurements.sigma) ** 2 @ share**2)
    good &= np.asarray(aces_luminance(light)) > _LEAST_SIGMAS * spread
    grey_code, grey = _averaged(code[:, 0], light, good & (np.ptp(code, axis=1) < _SAME))
    ramp_code, ramp = [], []
    for channel in range(3):
        others = np.delete(code, channel, axis=1).max(axis=1)
        levels, own = _averaged(code[:, channel], light, good & (others < _SAME))
        ramp_code.append(levels)
        ramp.append(own)
    parts, pairs, pair_light = _at_top(code, light, good, ramp_code, ramp)
    sigma = measurements.sigma[is_black]
    noise = float(np.nanmedian(sigma)) if np.isfinite(sigma).any() else 0.0
    return Response(
        grey_code=grey_code,
        grey=grey,
        ramp_code=(ramp_code[0], ramp_code[1], ramp_code[2]),
        ramp=(ramp[0], ramp[1], ramp[2]),
        pairs=pairs,
        pair_light=pair_light,
        parts=parts,
        noise=2.0 * noise,
    )


def _averaged(
    level: FloatArray, light: FloatArray, chosen: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Levels, rising, and the mean light of each."""
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return np.zeros(0), np.zeros((0, 3))
    codes, where = np.unique(np.round(level[rows], 5), return_inverse=True)
    sums = np.zeros((len(codes), 3))
    np.add.at(sums, where, light[rows])
    return codes, sums / np.bincount(where)[:, None]


def _at_top(
    code: FloatArray,
    light: FloatArray,
    good: FloatArray,
    ramp_code: list[FloatArray],
    ramp: list[FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Red, green and blue alone at their highest common code, and mixtures of it."""
    parts, none = np.full((3, 3), np.nan), np.zeros((0, 3))
    common = set.intersection(*(set(levels.tolist()) for levels in ramp_code))
    if not common:
        return parts, none, none
    top = max(common)
    for channel in range(3):
        parts[channel] = ramp[channel][int(np.flatnonzero(ramp_code[channel] == top)[0])]
    at_top = (np.abs(code - top) < _SAME) | (code < _SAME)
    mixed = good & at_top.all(axis=1) & ((code > _SAME).sum(axis=1) >= 2)
    return parts, code[mixed], light[mixed]


def relative_light(name: str, code: FloatArray, peak_nits: float) -> FloatArray:
    """Light of a known EOTF over the peak's.

    Examples
    --------
    >>> float(relative_light("gamma 2.0", np.array([0.5]), 100.0)[0])
    0.25
    """
    return np.asarray(eotf(name, code, peak_nits=peak_nits) / peak_nits, np.float64)
