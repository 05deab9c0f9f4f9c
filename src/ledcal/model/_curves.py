"""Tone curves: deviations from the nominal EOTF, on the ST 2084 scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import BSpline

from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.model._perceptual import pq_light, pq_with_slope

if TYPE_CHECKING:
    from ledcal.model._processor import Premix
    from ledcal.values.arrays import FloatArray

# Positions on 0..1 = black..peak on the ST 2084 scale: denser where walls misbehave.
_BREAKS: FloatArray = np.concatenate(
    [[0.0, 0.03, 0.07, 0.12, 0.18], np.linspace(0.25, 0.9, 30), [0.95, 0.98, 1.0]]
)
_KNOTS: FloatArray = np.concatenate([[0.0] * 3, _BREAKS, [1.0] * 3])
N_COEFFICIENTS = len(_KNOTS) - 4
CURVE_UNIT = 0.01
_TABLE_SIZE = 4097
_LEAST_RISE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class NominalCurve:
    """The EOTF that the wall is set to; `position` is 0..1 = black..peak in ST 2084 signal."""

    eotf: str
    peak_nits: float

    @property
    def peak_signal(self) -> float:
        """ST 2084 signal of the peak."""
        return float(pq_with_slope(np.array([self.peak_nits]))[0][0])

    def position(self, code: FloatArray) -> FloatArray:
        """Wall code 0..1 to position."""
        if self.eotf == "ST 2084":
            return np.clip(code / self.peak_signal, 0.0, 1.0)
        nits = eotf(self.eotf, code, peak_nits=self.peak_nits)
        signal = np.where(nits > 0.0, pq_with_slope(nits)[0], 0.0)
        return np.clip(signal / self.peak_signal, 0.0, 1.0)

    def light(self, position: float) -> float:
        """Nominal light at a position, 1 = peak."""
        signal = np.array([position * self.peak_signal])
        return float(pq_light(signal)[0] / self.peak_nits)

    def code(self, position: FloatArray) -> FloatArray:
        """Position to wall code 0..1."""
        if self.eotf == "ST 2084":
            return np.clip(position, 0.0, 1.0) * self.peak_signal
        nits = pq_light(position * self.peak_signal)
        return np.where(position > 0.0, self.code_of_light(nits / self.peak_nits), 0.0)

    def code_of_light(self, light: FloatArray) -> FloatArray:
        """Nominal light, 1 = peak and held to 0..1, to wall code."""
        nits = np.clip(light, 0.0, 1.0) * self.peak_nits
        code = eotf_inverse(self.eotf, nits, peak_nits=self.peak_nits)
        return np.asarray(np.where(nits > 0.0, code, 0.0))


def basis(position: FloatArray) -> FloatArray:
    """Cubic B-spline basis, shape (n, N_COEFFICIENTS), at `position` of shape (n,)."""
    return np.asarray(
        BSpline.design_matrix(np.clip(position, 0.0, 1.0), _KNOTS, 3).toarray(), dtype=np.float64
    )


@lru_cache(maxsize=1)
def _table_basis() -> FloatArray:
    return basis(np.linspace(0.0, 1.0, _TABLE_SIZE))


def bending_rows() -> FloatArray:
    """Rows whose product with the coefficients is their second difference, (K - 2, K).

    Scaled to the spacing of the middle knots; a quarter near black and peak, where the
    threshold and the knee of a wall live.
    """
    sites = np.array([_KNOTS[i + 1 : i + 4].mean() for i in range(N_COEFFICIENTS)])
    first = np.diff(np.eye(N_COEFFICIENTS), axis=0) / np.diff(sites)[:, None]
    spacing = (sites[2:] - sites[:-2]) / 2.0
    middle = 0.65 / 29.0
    rows = np.diff(first, axis=0) / spacing[:, None] * middle**2
    at = sites[1:-1]
    rows[(at < 0.12) | (at > 0.93)] *= 0.25
    return np.asarray(rows)


@dataclass(frozen=True, slots=True, eq=False)
class ToneCurves:
    """The three curves, tabulated: signal of the light over position, always rising.

    Attributes
    ----------
    nominal : NominalCurve
        What the wall should do.
    table : ndarray, shape (3, m)
        ST 2084 signal of the channel's light at m equidistant positions.
    premix : Premix or None
        What the processor does before the curves.
    """

    nominal: NominalCurve
    table: FloatArray
    premix: Premix | None = None

    @classmethod
    def from_coefficients(
        cls, nominal: NominalCurve, coefficients: FloatArray, premix: Premix | None = None
    ) -> ToneCurves:
        """Tabulate ``signal = nominal signal + 0.01 * spline``; a falling curve is held."""
        position = np.linspace(0.0, 1.0, _TABLE_SIZE)
        deviation = CURVE_UNIT * (_table_basis() @ coefficients.T).T
        signal = position * nominal.peak_signal + deviation
        signal[:, 0] = np.minimum(signal[:, 0], 0.0)
        rising = np.maximum.accumulate(signal, axis=1)
        return cls(nominal, rising + _LEAST_RISE * np.arange(_TABLE_SIZE), premix)

    def light(self, code: FloatArray) -> FloatArray:
        """Wall code (n, 3) to channel light (n, 3), 1 = nominal peak."""
        return self.light_at(self.driven(code))

    def driven(self, code: FloatArray) -> FloatArray:
        """Wall code (n, 3) to the position (n, 3) that drives the LEDs."""
        position = self.nominal.position(code)
        return position if self.premix is None else self.premix.position(self.nominal, position)

    def light_at(self, driven: FloatArray) -> FloatArray:
        """Position (n, 3) that drives the LEDs to channel light (n, 3)."""
        position = driven * (_TABLE_SIZE - 1)
        below = np.minimum(position.astype(np.int64), _TABLE_SIZE - 2)
        share = position - below
        channel = np.arange(3)
        low, high = self.table[channel, below], self.table[channel, below + 1]
        return self._to_light(low + share * (high - low))

    def code(self, light: FloatArray) -> FloatArray:
        """Channel light (n, 3) to wall code (n, 3), held to 0..1; no light is code 0."""
        position = self.position(light)
        if self.premix is None:
            return self.nominal.code(position)
        return self.nominal.code_of_light(self.premix.asked(self.nominal, position))

    def position(self, light: FloatArray) -> FloatArray:
        """Channel light (n, 3) to the position (n, 3) that drives the LEDs; no light is 0."""
        signal = pq_with_slope(light * self.nominal.peak_nits)[0]
        grid = np.linspace(0.0, 1.0, _TABLE_SIZE)
        position = np.stack(
            [np.interp(signal[:, c], self.table[c], grid) for c in range(3)], axis=-1
        )
        return np.where(light > 0.0, position, 0.0)

    def _to_light(self, signal: FloatArray) -> FloatArray:
        return pq_light(signal) / self.nominal.peak_nits
