"""The usual methods, to compare with: a 3x3 and three curves, from ramps or by least squares.

Both are given what ledcal is given: the same measurements, black taken off, saturated patches
left out, k from their own neutrals. Their curves live on the scale of ST 2084.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import BSpline, PchipInterpolator
from scipy.optimize import least_squares

from ledcal.colorimetry.difference import matrix_aces_to_lms
from ledcal.colorimetry.space import aces_luminance, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf, eotf_inverse, pq_decode, pq_encode

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.stage import Target

_SATURATED_SHARE = 1e-3
_N_FINE = 4001
_N_KNOTS = 40
_CURVE_UNIT = 0.01
# Of the second differences of a curve, in units of the noise. Of .05 to 4 tried on seeds 0 to 2,
# .1 is a little better on smooth walls, .2 on rough ones.
_SMOOTH = 0.2


@dataclass(frozen=True)
class Peer:
    """A fitted 3x3 and three curves.

    Attributes
    ----------
    primaries : ndarray, shape (3, 3)
        Columns are the camera light of the channels at light 1.
    position, light : ndarray, shape (m,), (m, 3)
        Channel light, rising, on a fine grid of ST 2084 positions, 1 = peak.
    eotf, peak_nits
        What the wall is set to.
    """

    primaries: FloatArray
    position: FloatArray
    light: FloatArray
    eotf: str
    peak_nits: float

    def channel_light(self, code: FloatArray) -> FloatArray:
        """Channel light of wall code (n, 3)."""
        at = position_of(code, self.eotf, self.peak_nits)
        return np.stack(
            [np.interp(at[:, c], self.position, self.light[:, c]) for c in range(3)], axis=-1
        )

    def exposure_scale(self, target: Target) -> float:
        """The k of ledcal, by this fit."""
        grey = np.repeat(np.linspace(0.0, 1.0, 2001)[:, None], 3, axis=1)
        wanted = aces_luminance(target_light(target, grey))
        share = 100.0 * wanted / target.peak_nits
        used = (share >= 0.05) & (share <= 0.5)
        seen = aces_luminance(self.channel_light(grey[used]) @ self.primaries.T)
        return float(np.median(wanted[used] / seen))

    def correct(self, target: Target, k: float, code: FloatArray) -> FloatArray:
        """Content code (n, 3) to wall code: 3x3 inverted, clipped, curves inverted.

        Content is not held at the peak, so that the cell of a table that holds the peak is right.
        """
        if target.eotf == "ST 2084":
            nits = pq_decode(code)
        else:
            nits = eotf(target.eotf, code, peak_nits=target.peak_nits)
        aces = nits / 100.0 @ matrix_rgb_to_aces(target.gamut).T
        light = aces @ np.linalg.inv(k * self.primaries).T
        at = np.stack(
            [
                np.interp(pq_encode(light[:, c] * self.peak_nits), self._fine(c), self.position)
                for c in range(3)
            ],
            axis=-1,
        )
        at = np.where(light > 0.0, at, 0.0)
        return code_of(at, self.eotf, self.peak_nits)

    def _fine(self, channel: int) -> FloatArray:
        return pq_encode(self.light[:, channel] * self.peak_nits)


def fit_ramps(measured: PatchMeasurements, *, eotf_name: str, peak_nits: float) -> Peer:
    """3x3 from the brightest red, green and blue, curves from the grey ramp (as OpenVPCal does)."""
    code, seen, _ = _usable(measured)
    pure = [_brightest_pure(code, c) for c in range(3)]
    primaries = np.stack([seen[row] for row in pure], axis=-1)
    grey = np.flatnonzero((np.ptp(code, axis=1) == 0.0) & (code[:, 0] > 0.0))
    grey = grey[np.argsort(code[grey, 0])]
    light = seen[grey] @ np.linalg.inv(primaries).T
    light = light / light[-1] * float(eotf(eotf_name, code[grey[-1], 0], peak_nits=peak_nits))
    light /= peak_nits
    # White gives the scale of the channels, so that greys come out neutral.
    primaries = primaries * (seen[grey[-1]] @ np.linalg.inv(primaries).T) / light[-1]
    at = position_of(code[grey], eotf_name, peak_nits)[:, 0]
    fine = _positions(eotf_name)
    curves = []
    for c in range(3):
        signal = pq_encode(np.maximum(light[:, c], 0.0) * peak_nits) / pq_encode(peak_nits)
        shift = PchipInterpolator(at, signal - at)
        moved = fine + shift(np.clip(fine, at[0], at[-1]))
        curves.append(pq_decode(np.maximum(moved, 0.0) * float(pq_encode(peak_nits))))
    rising = np.maximum.accumulate(np.stack(curves, axis=-1) / peak_nits, axis=0)
    return Peer(primaries, fine, _strict(rising), eotf_name, peak_nits)


def fit_least_squares(measured: PatchMeasurements, *, eotf_name: str, peak_nits: float) -> Peer:
    """3x3, black and smooth curves to all patches at once, weighted by noise, robust."""
    code, seen, error = _usable(measured)
    grey = np.flatnonzero((np.ptp(code, axis=1) == 0.0) & (code[:, 0] > 0.0))
    white = grey[np.argmax(code[grey, 0])]
    scale = float(eotf(eotf_name, code[white, 0], peak_nits=peak_nits)) / peak_nits
    scale /= float(aces_luminance(seen[white]))
    to_lms = scale * matrix_aces_to_lms()
    lms = seen @ to_lms.T
    sigma = np.sqrt(error**2 @ (to_lms**2).T + (1e-3 * lms) ** 2 + 1e-6**2)
    at = position_of(code, eotf_name, peak_nits)
    top = float(pq_encode(peak_nits))
    basis = [_basis(at[:, c]) for c in range(3)]
    n_curve = 3 * _N_KNOTS

    def unpack(theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        shift = np.stack([basis[c] @ theta[12 + c * _N_KNOTS :][:_N_KNOTS] for c in range(3)], -1)
        return theta[:9].reshape(3, 3), theta[9:12], at + _CURVE_UNIT * shift

    def residual(theta: FloatArray) -> FloatArray:
        matrix, offset, moved = unpack(theta)
        light = pq_decode(np.clip(moved * top, 0.0, 1.0)) / peak_nits
        gap = (light @ matrix.T + 1e-4 * offset - lms) / sigma
        bend = np.diff(theta[12:].reshape(3, _N_KNOTS), n=2, axis=1)
        return np.concatenate([gap.ravel(), bend.ravel() / _SMOOTH, 0.03 * theta[12:]])

    def slope(theta: FloatArray) -> FloatArray:
        matrix, _, moved = unpack(theta)
        signal = np.clip(moved * top, 0.0, 1.0)
        light = pq_decode(signal) / peak_nits
        gain = (pq_decode(signal + 1e-6) / peak_nits - light) / 1e-6 * top * _CURVE_UNIT
        n = len(lms)
        rows = np.zeros((n, 3, 12 + n_curve))
        for o in range(3):
            rows[:, o, 3 * o : 3 * o + 3] = light
            rows[:, o, 9 + o] = 1e-4
            for c in range(3):
                first = 12 + c * _N_KNOTS
                rows[:, o, first : first + _N_KNOTS] = (matrix[o, c] * gain[:, c])[:, None] * basis[
                    c
                ]
        rows /= sigma[..., None]
        bend = np.diff(np.eye(_N_KNOTS), n=2, axis=0)
        smooth = np.zeros((3 * len(bend), 12 + n_curve))
        smooth[:, 12:] = np.kron(np.eye(3), bend) / _SMOOTH
        small = np.concatenate([np.zeros((n_curve, 12)), 0.03 * np.eye(n_curve)], axis=1)
        return np.concatenate([rows.reshape(-1, 12 + n_curve), smooth, small])

    nominal = eotf(eotf_name, code, peak_nits=peak_nits) / peak_nits
    start = np.zeros(12 + n_curve)
    start[:9] = np.linalg.lstsq(nominal, lms, rcond=None)[0].T.ravel()
    best = least_squares(
        residual, start, jac=slope, loss="soft_l1", f_scale=3.0, x_scale="jac", max_nfev=40
    )
    fine = _positions(eotf_name)
    light = np.empty((len(fine), 3))
    for c in range(3):
        shift = _basis(fine) @ best.x[12 + c * _N_KNOTS :][:_N_KNOTS]
        light[:, c] = pq_decode(np.clip((fine + _CURVE_UNIT * shift) * top, 0.0, 1.0)) / peak_nits
    primaries = np.linalg.inv(to_lms) @ best.x[:9].reshape(3, 3)
    rising = np.maximum.accumulate(light, axis=0)
    return Peer(primaries, fine, _strict(rising), eotf_name, peak_nits)


def position_of(code: FloatArray, eotf_name: str, peak_nits: float) -> FloatArray:
    """Wall code on the scale of ST 2084, 1 = peak; PQ code above its peak goes on above 1."""
    top = float(pq_encode(peak_nits))
    if eotf_name == "ST 2084":
        return np.asarray(code / top, np.float64)
    return pq_encode(eotf(eotf_name, code, peak_nits=peak_nits)) / top


def code_of(at: FloatArray, eotf_name: str, peak_nits: float) -> FloatArray:
    """`position_of` inverted, held to 0..1."""
    top = float(pq_encode(peak_nits))
    if eotf_name == "ST 2084":
        return np.clip(at * top, 0.0, 1.0)
    nits = np.where(at > 0.0, pq_decode(at * top), 0.0)
    return eotf_inverse(eotf_name, nits, peak_nits=peak_nits)


def _positions(eotf_name: str) -> FloatArray:
    return np.linspace(0.0, 1.1 if eotf_name == "ST 2084" else 1.0, _N_FINE)


def _usable(measured: PatchMeasurements) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Code, camera light above black, and its standard error, of patches that do not saturate."""
    used = measured.saturated <= _SATURATED_SHARE
    code, seen, error = measured.code[used], measured.camera[used], measured.sigma[used]
    black = seen[np.argmin(code.sum(axis=1))]
    light = np.maximum(seen - black, 0.0)
    error = np.where(np.isfinite(error), error, 2.5e-3 * light + 1e-5 * light.max())
    return code, seen - black, error


def _brightest_pure(code: FloatArray, channel: int) -> int:
    others = np.delete(code, channel, axis=1).max(axis=1)
    return int(np.argmax(np.where(others == 0.0, code[:, channel], -1.0)))


def _basis(at: FloatArray) -> FloatArray:
    """Cubic B-splines: closer knots in the shadows and at the top."""
    knots = np.concatenate(
        [[0.0, 0.03, 0.07, 0.12], np.linspace(0.17, 0.95, _N_KNOTS - 8), [0.98, 1.0]]
    )
    padded = np.concatenate([np.repeat(knots[0], 3), knots, np.repeat(knots[-1], 3)])
    held = np.clip(at, 0.0, 1.0 - 1e-12)
    return np.asarray(BSpline.design_matrix(held, padded, 3).toarray(), np.float64)


def _strict(rising: FloatArray) -> FloatArray:
    """Rising strictly, so that it can be inverted."""
    return np.asarray(rising + 1e-12 * np.arange(len(rising))[:, None], np.float64)
