"""A straight line through days: with errors that hold, and no day that spoils it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import fdtrc, stdtrit

if TYPE_CHECKING:
    from ledcal.values.arrays import BoolArray, FloatArray

# Below this a line and its error are no more than a guess.
FEWEST_DAYS = 4
# Lines start from Theil and Sen's slope over all pairs of days up to here, over half of n beyond.
_ALL_PAIRS = 150
# A day that is off by so many times the usual scatter is left out, where there are enough to tell,
# unless it is one of three in a row: that is no slip.
_ODD, _FEWEST_TO_TELL, _RUN = 5.0, 8, 3
# How likely steady days may look like a change of course, among all the days it could be.
_CHANCE = 5e-5
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Line:
    """A line and what is known of it.

    Attributes
    ----------
    level : float
        Its height at day 0 of its own count: the last day.
    slope : float
        Per day.
    var_level, var_slope, covariance : float
        Of the two.
    freedom : int
        Days less two.
    """

    level: float
    slope: float
    var_level: float
    var_slope: float
    covariance: float
    freedom: int

    def quantile(self, coverage: float) -> float:
        """Half the width, in standard errors, of an interval that holds the truth so often."""
        return float(stdtrit(self.freedom, 0.5 + 0.5 * coverage))

    def is_sloped(self, coverage: float = 0.99) -> bool:
        """Whether the slope is more than noise makes."""
        return abs(self.slope) > self.quantile(coverage) * math.sqrt(self.var_slope)

    def moved(self, days: float) -> Line:
        """Give the same line, counted from a day that is so much later.

        Examples
        --------
        >>> Line(0.2, 0.1, 0.0, 0.0, 0.0, 9).moved(2.0).level
        0.4
        """
        return replace(
            self,
            level=self.level + days * self.slope,
            var_level=self.var_level + 2.0 * days * self.covariance + days**2 * self.var_slope,
            covariance=self.covariance + days * self.var_slope,
        )

    def days_until(self, height: float, coverage: float = 0.9) -> tuple[float, float]:
        """Between which days the line may meet a height (Fieller's interval).

        Parameters
        ----------
        height : float
            To be met.
        coverage : float
            How often the interval holds the truth.

        Returns
        -------
        tuple of float
            From and until, in days after the last, not before it. Infinite where never is not
            excluded.

        Examples
        --------
        >>> [round(day, 9) for day in Line(0.2, 0.1, 0.0, 0.0, 0.0, 9).days_until(0.5)]
        [3.0, 3.0]
        """
        t2 = self.quantile(coverage) ** 2
        off = self.level - height
        a = self.slope**2 - t2 * self.var_slope
        b = self.slope * off - t2 * self.covariance
        c = off**2 - t2 * self.var_level
        # Days where the height is within the line's own band: a x^2 + 2 b x + c <= 0.
        if c <= 0.0:
            low = 0.0
            high = math.inf if a <= 0.0 else (-b + math.sqrt(max(b * b - a * c, 0.0))) / a
            return low, max(high, 0.0)
        # Below zero by rounding alone: every line that slopes meets every height somewhere.
        root = max(b * b - a * c, 0.0)
        if a == 0.0 and b >= 0.0:
            return math.inf, math.inf
        if a == 0.0:
            return -c / (2.0 * b), math.inf
        # Both roots without loss: q is never a difference of like numbers.
        q = -(b + math.copysign(math.sqrt(root), b))
        ends = sorted(end for end in (q / a, c / q if q else math.inf))
        if a > 0.0:
            # A line that comes from there meets it no more.
            return (ends[0], ends[1]) if ends[1] >= 0.0 and ends[0] >= 0.0 else (math.inf, math.inf)
        return (ends[1], math.inf) if ends[1] >= 0.0 else (math.inf, math.inf)


def fit_line(days: FloatArray, values: FloatArray, sigmas: FloatArray) -> Line:
    """Fit a line to days, each weighed by its own error and by how days scatter.

    Least squares with weights ``1 / (sigma^2 + tau^2)``, where tau, what days differ by beyond
    their errors, makes chi squared what it should be (Paule and Mandel's estimate): it is as sharp
    as the days allow, and unlike Theil and Sen's median of slopes it gives level, slope and how
    they hang together, which the interval of a date needs.

    Parameters
    ----------
    days : ndarray of float64, shape (n,)
        Rising; n at least 3.
    values, sigmas : ndarray of float64, shape (n,)
        Values and their standard errors; an error may be 0.

    Returns
    -------
    Line
        With its level at the last of `days`.

    Examples
    --------
    >>> line = fit_line(np.arange(5.0), 1.0 + 0.5 * np.arange(5.0), np.full(5, 0.1))
    >>> round(line.level, 9), round(line.slope, 9), line.freedom
    (3.0, 0.5, 3)
    """
    freedom = len(days) - 2
    x = days - days[-1]
    floor = (_TINY * (float(np.abs(values).max()) + float(sigmas.max())) + 1e-30) ** 2
    variances = sigmas**2 + floor

    def chi2(extra: float) -> float:
        weight = 1.0 / (variances + extra)
        level, slope, _, _, _ = _solve(x, values, weight)
        return float(weight @ (values - level - slope * x) ** 2)

    extra = 0.0
    if chi2(0.0) > freedom:
        low, high = 0.0, float(np.var(values)) * len(days) + floor
        for _ in range(50):
            extra = 0.5 * (low + high)
            low, high = (extra, high) if chi2(extra) > freedom else (low, extra)
    level, slope, var_level, var_slope, covariance = _solve(x, values, 1.0 / (variances + extra))
    return Line(level, slope, var_level, var_slope, covariance, freedom)


def odd_days(days: FloatArray, values: FloatArray, sigmas: FloatArray) -> BoolArray:
    """Say which days are far off a robust line: single slips, that are not to move a trend.

    Parameters
    ----------
    days, values, sigmas : ndarray of float64, shape (n,)
        As in `fit_line`.

    Returns
    -------
    ndarray of bool, shape (n,)
        Three odd days in a row, all to one side, are none: something has happened.

    Examples
    --------
    >>> values = np.array([0.0, 0.1, 0.0, 0.1, 9.0, 0.1, 0.0, 0.1, 0.0])
    >>> np.flatnonzero(odd_days(np.arange(9.0), values, np.full(9, 0.1))).tolist()
    [4]
    """
    n = len(days)
    if n < _FEWEST_TO_TELL:
        return np.zeros(n, bool)
    first, second = np.triu_indices(n, 1) if n <= _ALL_PAIRS else _far_pairs(n)
    slope = float(np.median((values[second] - values[first]) / (days[second] - days[first])))
    rest = values - slope * days
    rest -= np.median(rest)
    # Few days look more alike than they are.
    usual = 1.4826 * float(np.median(np.abs(rest))) * (n + 4.0) / (n - 2.0)
    is_odd = np.abs(rest) > _ODD * np.hypot(usual, sigmas) + _TINY * np.abs(values).max()
    side = np.where(is_odd, np.sign(rest), 0.0)
    starts = np.flatnonzero(np.diff(side, prepend=np.nan) != 0.0)
    for start, end in zip(starts, [*starts[1:], n], strict=True):
        if end - start >= _RUN:
            is_odd[start:end] = False
    return np.asarray(is_odd, bool)


def last_course(days: FloatArray, values: FloatArray, sigmas: FloatArray) -> int:
    """Find where the last straight course begins: after the last step or bend that is sure.

    Two lines are laid through the days before and after each day; where they are so much better
    than one line that noise does it once in some ten thousand times, the course begins there.

    Parameters
    ----------
    days, values, sigmas : ndarray of float64, shape (n,)
        As in `fit_line`, without odd days.

    Returns
    -------
    int
        Index of its first day; 0 where there is no change.

    Examples
    --------
    >>> steps = np.repeat([0.0, 1.0], 6) + 0.01 * np.tile([0.0, 1.0, 0.0], 4)
    >>> last_course(np.arange(12.0), steps, np.full(12, 0.01))
    6
    """
    n = len(days)
    size = _FEWEST_TO_TELL
    # From the last days on, each time with half as many more: two steps are not taken for none.
    while size <= n:
        found = _break(days[-size:], values[-size:], sigmas[-size:])
        if found:
            return n - size + found
        if size == n:
            break
        size = min(size + size // 2, n)
    return 0


def _break(days: FloatArray, values: FloatArray, sigmas: FloatArray) -> int:
    """The day at which two lines are best, if they are much better than one; else 0."""
    n = len(days)
    spread = float(np.abs(values - np.median(values)).max())
    if spread == 0.0:
        return 0
    # One weight for all, where the days scatter more than their errors say.
    weight = 1.0 / (
        sigmas**2 + float(np.median(np.abs(np.diff(values)))) ** 2 + (1e-6 * spread) ** 2
    )
    x = (days - days.mean()) / (days[-1] - days[0])
    y = (values - np.median(values)) / spread
    sums = np.cumsum(weight * np.stack([np.ones(n), x, y, x * x, x * y, y * y]), axis=1)
    at = np.arange(_RUN, n - _RUN + 1)
    before = _misfit(sums[:, at - 1])
    after = _misfit(sums[:, -1:] - sums[:, at - 1])
    whole = float(_misfit(sums[:, -1:])[0])
    best = int(np.argmin(before + after))
    # No less than the stated errors make: days may be alike because what was not sure is 0.
    stated = (n - 4.0) / n * float(weight @ sigmas**2) / spread**2
    rest = max(float(before[best] + after[best]), stated, 1e-9 * float(weight.sum()))
    ratio = (whole - rest) / 2.0 / (rest / (n - 4.0))
    return int(at[best]) if fdtrc(2.0, n - 4.0, max(ratio, 0.0)) < _CHANCE / len(at) else 0


def _misfit(sums: FloatArray) -> FloatArray:
    """What weighted lines leave, from the sums of w, wx, wy, wxx, wxy, wyy; shape (k,)."""
    w, wx, wy, wxx, wxy, wyy = sums
    width = np.maximum(wxx - wx * wx / w, 1e-300)
    shared = wxy - wx * wy / w
    left: FloatArray = np.maximum(wyy - wy * wy / w - shared * shared / width, 0.0)
    return left


def _solve(
    x: FloatArray, y: FloatArray, weight: FloatArray
) -> tuple[float, float, float, float, float]:
    """Level at x = 0 and slope, their variances, their covariance."""
    total = float(weight.sum())
    middle = float(weight @ x) / total
    width = float(weight @ (x - middle) ** 2)
    slope = float(weight @ ((x - middle) * y)) / width
    level = float(weight @ y) / total - slope * middle
    return level, slope, 1.0 / total + middle**2 / width, 1.0 / width, -middle / width


def _far_pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Each day of the first half with its fellow of the second (Theil's short method)."""
    first = np.arange(n // 2)
    return first, first + (n - n // 2)
