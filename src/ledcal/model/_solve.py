"""Robust, noise-weighted Gauss-Newton on the physical model, with leave-one-out in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular

from ledcal.model._curves import CURVE_UNIT, N_COEFFICIENTS, basis, bending_rows
from ledcal.model._mixing import N_CROSS, UNIT, Mixing, cross_terms
from ledcal.model._perceptual import pq_light_with_slope

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.model._curves import NominalCurve
    from ledcal.model._rows import Rows
    from ledcal.values.arrays import FloatArray

_CURVES = slice(0, 3 * N_COEFFICIENTS)
_PRIMARIES = slice(_CURVES.stop, _CURVES.stop + 9)
_DRIFT = slice(_PRIMARIES.stop, _PRIMARIES.stop + 9)
_CROSS = slice(_DRIFT.stop, _DRIFT.stop + 3 * N_CROSS)
_BLACK = slice(_CROSS.stop, _CROSS.stop + 3)
N_PARAMETERS = _BLACK.stop
_BLACK_UNIT = 1e-4

# Strength of the priors, in units of one standard error of the data.
_CURVE_RIDGE, _CROSS_PRIOR, _DRIFT_PRIOR, _BLACK_PRIOR = 0.3, 2.0, 0.7, 0.05
_PRIMARIES_PRIOR = 1e-3
_MAX_STEPS = 12
# Weight of a row that counts for nothing and stays so, and the least of one that is believed.
OUT, BELIEVED = 1e-3, 0.3
# With fewer chromatic rows each stands alone.
FEW_CHROMATIC = 12
_ENOUGH = 1e-5


@dataclass(frozen=True, slots=True)
class Strength:
    """How strongly the fit is held: found by leave-one-out.

    Attributes
    ----------
    bending : float
        Against bending of the mean of the three curves.
    apart : float
        The same for each curve's difference from the mean, as a multiple.
    mixing : float
        Against cross-terms and drift of the primaries, as a multiple of the default.
    drift : float
        Once more against drift of the primaries alone, as a multiple.
    """

    bending: float = 6.4
    apart: float = 4.0
    mixing: float = 1.0
    drift: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A point in parameter space, and what it says of the data.

    Attributes
    ----------
    theta : ndarray, shape (N_PARAMETERS,)
        Curves, primaries, drift, cross-terms, black: colours in LMS, peak white about 1.
    weight : ndarray, shape (n,)
        Robust weight of each row, 1 = as its noise says.
    left_out : float
        Mean of log(1 + squared residual) over rows left out, in standard errors: a few rows
        that cannot be predicted do not outvote the rest. 0 where `Linearised.at` did not look.
    usual_residual : float
        Median residual of the rows themselves, in standard errors.
    """

    theta: FloatArray
    weight: FloatArray
    left_out: float = 0.0
    usual_residual: float = 0.0

    @property
    def coefficients(self) -> FloatArray:
        """Spline coefficients, (3, K)."""
        return self.theta[_CURVES].reshape(3, N_COEFFICIENTS)

    @property
    def mixing(self) -> Mixing:
        """The mixing in LMS."""
        return _mixing(self.theta)


def _mixing(theta: FloatArray) -> Mixing:
    return Mixing(
        theta[_PRIMARIES].reshape(3, 3),
        theta[_DRIFT].reshape(3, 3),
        theta[_CROSS].reshape(3, N_CROSS),
        _BLACK_UNIT * theta[_BLACK],
    )


class Problem:
    """The data of one fit, prepared: basis values at every row, nominal signals, start.

    Where chromatic patches are few, each is the only witness of its colour and is believed:
    there is nothing to call it wrong by.
    """

    def __init__(self, rows: Rows, nominal: NominalCurve) -> None:
        self.rows = rows
        self.nominal = nominal
        self.basis = np.stack([basis(rows.position[:, c]) for c in range(3)], axis=1)
        self.signal = rows.position * nominal.peak_signal
        few = rows.n_chromatic < FEW_CHROMATIC
        self.alone = rows.is_chromatic & few
        self.start = self._start()

    @staticmethod
    def pack(
        coefficients: FloatArray,
        primaries: FloatArray,
        drift: FloatArray,
        cross: FloatArray,
        black: FloatArray,
    ) -> FloatArray:
        """Parameters in LMS as one vector."""
        parts = (coefficients, primaries, drift, cross, black / _BLACK_UNIT)
        return np.concatenate([np.ravel(part) for part in parts])

    def _light(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        coefficients = theta[_CURVES].reshape(3, N_COEFFICIENTS)
        deviation = CURVE_UNIT * np.einsum("nck,ck->nc", self.basis, coefficients)
        nits, slope = pq_light_with_slope(self.signal + deviation)
        peak = self.nominal.peak_nits
        return nits / peak, slope / peak

    def _start(self) -> FloatArray:
        """Nominal curves, and the primaries that fit best with them."""
        theta = np.zeros(N_PARAMETERS)
        light, _ = self._light(theta)
        darkest = int(np.argmin(light.sum(axis=1)))
        black = self.rows.lms[darkest]
        design = light[:, None, :] / self.rows.sigma[:, :, None]
        target = (self.rows.lms - black) / self.rows.sigma
        primaries = np.empty((3, 3))
        for i in range(3):
            weight = 1.0 / np.maximum(1.0, np.abs(self.rows.lms[:, i]) / 0.3)
            lhs = design[:, i] * weight[:, None]
            primaries[i] = np.linalg.lstsq(lhs, target[:, i] * weight, rcond=None)[0]
        theta[_PRIMARIES] = primaries.ravel()
        theta[_BLACK] = black / _BLACK_UNIT
        return theta

    def residual(self, theta: FloatArray) -> FloatArray:
        """Model minus measurement in standard errors, (n, 3)."""
        light, _ = self._light(theta)
        return (_mixing(theta).colour(light) - self.rows.lms) / self.rows.sigma

    def jacobian(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Residual (n, 3) and its derivative (n, 3, N_PARAMETERS), in standard errors."""
        light, slope = self._light(theta)
        mixing = _mixing(theta)
        n = len(light)
        jacobian = np.zeros((n, 3, N_PARAMETERS))
        by_light = mixing.slope(light) * slope[:, None, :] * CURVE_UNIT
        curves = by_light[:, :, :, None] * self.basis[:, None, :, :]
        jacobian[:, :, _CURVES] = curves.reshape(n, 3, -1)
        terms = cross_terms(light)
        emitted = light * (1.0 + UNIT * np.einsum("nct,ct->nc", terms, mixing.cross))
        for i in range(3):
            at = _PRIMARIES.start + 3 * i
            jacobian[:, i, at : at + 3] = emitted
            at = _DRIFT.start + 3 * i
            jacobian[:, i, at : at + 3] = UNIT * light**2
        by_cross = mixing.primaries[None, :, :, None] * (UNIT * light[:, :, None] * terms)[:, None]
        jacobian[:, :, _CROSS] = by_cross.reshape(n, 3, -1)
        jacobian[:, :, _BLACK] = _BLACK_UNIT * np.eye(3)
        residual = (mixing.colour(light) - self.rows.lms) / self.rows.sigma
        return residual, jacobian / self.rows.sigma[:, :, None]

    def solve(self, strength: Strength, start: Solution | None = None) -> Solution:
        """Levenberg-Marquardt with robust weights, from `start` or from the nominal wall."""
        theta = self.start if start is None else start.theta
        weight = np.ones(len(self.rows)) if start is None else start.weight
        prior = prior_matrix(strength)
        out = weight <= OUT
        damping, cost = 1e-3, np.inf
        warm = 0 if start is None else 3
        for step in range(_MAX_STEPS):
            residual, jacobian = self.jacobian(theta)
            if step + warm >= 3:
                weight = np.where(self.alone, 1.0, _robust(residual))
                weight[out] = OUT
            root = np.sqrt(weight)[:, None]
            flat = (jacobian * root[:, :, None]).reshape(-1, N_PARAMETERS)
            normal = flat.T @ flat + prior
            gradient = flat.T @ (residual * root).ravel() + prior @ (theta - self.start)
            cost = self._cost(theta, weight, prior)
            for _ in range(6):
                damped = normal + damping * np.diag(np.diag(normal))
                move = cho_solve(cho_factor(damped), gradient)
                better = self._cost(theta - move, weight, prior)
                if better <= cost:
                    break
                damping *= 10.0
            else:
                break
            theta = theta - move
            damping = max(damping * 0.1, 1e-9)
            if step + warm > 4 and cost - better < _ENOUGH * cost:
                break
        return Solution(theta, weight)

    def _cost(self, theta: FloatArray, weight: FloatArray, prior: FloatArray) -> float:
        away = theta - self.start
        data = np.sum(weight[:, None] * self.residual(theta) ** 2)
        return float(data + away @ prior @ away)

    def linearise(self, solution: Solution) -> Linearised:
        """The problem as a straight line through a solution, its robust weights kept."""
        residual, jacobian = self.jacobian(solution.theta)
        root = np.sqrt(solution.weight)[:, None]
        flat = (jacobian * root[:, :, None]).reshape(-1, N_PARAMETERS)
        weighted = residual * root
        normal, pull = flat.T @ flat, flat.T @ weighted.ravel()
        return Linearised(self.start, solution, flat, weighted, normal, pull)


@dataclass(frozen=True, slots=True, eq=False)
class Linearised:
    """What any strength makes of the data near one solution: no step of the search costs a fit.

    Attributes
    ----------
    start : ndarray, shape (N_PARAMETERS,)
        Where the priors pull to.
    solution : Solution
        Where the line touches.
    jacobian : ndarray, shape (3 n, N_PARAMETERS)
        Of the residuals, times the root of the robust weights.
    residual : ndarray, shape (n, 3)
        The same, of the residuals.
    normal, pull : ndarray, shape (N_PARAMETERS, N_PARAMETERS) and (N_PARAMETERS,)
        Products of the two.
    """

    start: FloatArray
    solution: Solution
    jacobian: FloatArray
    residual: FloatArray
    normal: FloatArray
    pull: FloatArray

    def pulls(self, strength: Strength) -> FloatArray:
        """How much better each row would let the others be explained, in standard errors, (n,).

        A row that decides something alone is met by the fit however wrong it is: its residual
        is small, its pull is not.
        """
        left_out = self._left_out(cholesky(self.normal + prior_matrix(strength), lower=True))
        square = np.mean(left_out(self.residual) * self.residual, axis=1)
        return np.asarray(np.sqrt(np.maximum(square, 0.0)))

    def _left_out(self, factor: FloatArray) -> Callable[[FloatArray], FloatArray]:
        """Residuals (n, 3) to what they would be, row by row, had the row been left out."""
        spread = solve_triangular(factor, self.jacobian.T, lower=True, check_finite=False)
        spread = np.ascontiguousarray(spread.T).reshape(len(self.residual), 3, -1)
        kept = np.eye(3) * (1.0 + 1e-6) - spread @ np.swapaxes(spread, 1, 2)
        return lambda residual: np.asarray(np.linalg.solve(kept, residual[:, :, None])[:, :, 0])

    def at(self, strength: Strength) -> Solution:
        """The solution of a strength, with its left-out residual in closed form."""
        prior = prior_matrix(strength)
        theta = self.solution.theta
        factor = cholesky(self.normal + prior, lower=True, check_finite=False)
        move = cho_solve((factor, True), self.pull + prior @ (theta - self.start))
        residual = self.residual - (self.jacobian @ move).reshape(-1, 3)
        square = np.mean(self._left_out(factor)(residual) ** 2, axis=1)
        own = np.mean(residual**2, axis=1) / self.solution.weight
        return Solution(
            theta - move,
            self.solution.weight,
            left_out=float(np.mean(np.log1p(square))),
            usual_residual=float(np.sqrt(np.median(own))),
        )


def _robust(residual: FloatArray) -> FloatArray:
    """Weight 1 up to three times the usual residual, then falling (Huber: one minimum)."""
    size = np.sqrt(np.mean(residual**2, axis=1))
    usual = 3.0 * max(float(np.median(size)), 0.5)
    return np.asarray(usual / np.maximum(size, usual))


def prior_matrix(strength: Strength) -> FloatArray:
    bending = bending_rows()
    bend = strength.bending**2 * bending.T @ bending
    mean = np.full((3, 3), 1.0 / 3.0)
    channels = mean + strength.apart**2 * (np.eye(3) - mean)
    prior = np.zeros((N_PARAMETERS, N_PARAMETERS))
    prior[_CURVES, _CURVES] = np.kron(channels, bend)
    ridge = np.zeros(N_PARAMETERS)
    ridge[_CURVES] = _CURVE_RIDGE
    ridge[_PRIMARIES] = _PRIMARIES_PRIOR
    ridge[_DRIFT] = _DRIFT_PRIOR * strength.mixing * strength.drift
    ridge[_CROSS] = _CROSS_PRIOR * strength.mixing
    ridge[_BLACK] = _BLACK_PRIOR
    return prior + np.diag(ridge**2)


def drift_precision(solution: Solution, share: float) -> FloatArray:
    """Diagonal of a prior that lets a primary move by a share of itself, (N_PARAMETERS,)."""
    precision = np.zeros(N_PARAMETERS)
    usual = share / UNIT * np.abs(solution.mixing.primaries).ravel()
    precision[_DRIFT] = 1.0 / np.maximum(usual, 1e-4) ** 2
    return precision
