"""Move the nodes of a table so that the interpolation between them is right, not the node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from ledcal.lut.check import is_neutral_monotone
from ledcal.lut.interpolate import apply_tetrahedral, tetrahedral_nodes
from ledcal.values.lut import Lut3d, LutSamples

if TYPE_CHECKING:
    from ledcal.values.arrays import BoolArray, FloatArray

# How strongly a node is held to its exact value: as a share of what its samples weigh, and,
# for nodes with few samples, of what the samples of a usual node weigh.
_RIDGE, _LEAST_RIDGE = 0.05, 0.01
_N_STEPS, _N_STEPS_AFTER = 8, 4
_CHECKED_EVERY = 12
_USUAL_PERCENTILE = 70
# What is missed by far counts less: 0 would be least squares, 0.5 the least sum of misses. The
# second is tried where the first does not help.
_CALM = (0.25, 0.5)
_MOST_RISE = 1.05


def optimise_nodes(lut: Lut3d, samples: LutSamples) -> Lut3d:
    """Set the nodes by least squares on the tetrahedral interpolation between them.

    A table that is exact at its nodes errs to one side everywhere between them where the
    function bends. The squared difference over the samples is least, with a pull towards the exact
    nodes; the black node stays where it is. Every twelfth sample is not used but
    judges: if the new table is not better there, the given one is returned.

    Parameters
    ----------
    lut : Lut3d
        Exact at its nodes, values 0..1.
    samples : LutSamples
        Where the table should be right, and how much.

    Returns
    -------
    Lut3d
        Values 0..1; its neutral axis rises where that of the given one does. Nodes above the
        brightest sample repeat the nodes below, if those of the given table do.

    Examples
    --------
    A parabola through two nodes: the chord is moved down to where it misses least.

    >>> from ledcal.lut.build import build_lut
    >>> signal = np.repeat(np.linspace(0.0, 1.0, 200)[:, None], 3, axis=1)
    >>> slope = np.repeat(np.eye(3)[None], 200, axis=0)
    >>> lut = build_lut(lambda s: 0.5 + (s - 0.5) ** 2, 3)
    >>> better = optimise_nodes(lut, LutSamples(signal, 0.5 + (signal - 0.5) ** 2, slope))
    >>> bool(better.table[1, 1, 1, 0] < lut.table[1, 1, 1, 0])
    True
    """
    judge = np.arange(len(samples)) % _CHECKED_EVERY == _CHECKED_EVERY - 1
    if judge.sum() < 1:
        return lut
    used, unseen = samples.select(~judge), samples.select(judge)
    exact = lut.table.reshape(-1, 3)
    free = np.ones(exact.shape, dtype=bool)
    free[0] = False
    move = _System.of(lut, used).solve(np.zeros_like(exact), free, _N_STEPS)
    # What would leave 0..1 is set on it and the others are solved for again; a miss counts by what
    # it really amounts to; and what a table of this size cannot follow must not cost the rest.
    free &= (exact + move >= 0.0) & (exact + move <= 1.0)
    start = np.clip(exact + move, 0.0, 1.0)
    first = Lut3d(start.reshape(lut.table.shape))
    plain = _missed(lut, unseen)[0]
    for calm in _CALM:
        system = _System.of(lut, _seen(first, used, calm))
        move = system.solve(start - exact, free, _N_STEPS_AFTER)
        table = np.clip(exact + move, 0.0, 1.0).reshape(lut.table.shape)
        moved = _with_neutral_of(lut, Lut3d(_repeat_above(table, lut, samples)))
        if _is_better(_missed(moved, unseen)[0], plain):
            return moved
    return lut


def _with_neutral_of(lut: Lut3d, moved: Lut3d) -> Lut3d:
    """The moved table; its grey axis as it was, if it fell where it rose before."""
    if is_neutral_monotone(moved) or not is_neutral_monotone(lut):
        return moved
    node = np.arange(lut.size)
    table = moved.table.copy()
    table[node, node, node] = lut.table[node, node, node]
    return Lut3d(table)


def _seen(lut: Lut3d, samples: LutSamples, calm: float) -> LutSamples:
    """The samples as this table misses them, those that it misses by far weighed less."""
    missed, slope = _missed(lut, samples)
    usual = max(float(np.percentile(missed, _USUAL_PERCENTILE)), 1e-12)
    weight = (1.0 + missed / usual) ** -calm
    return LutSamples(samples.signal, samples.value, weight[:, None, None] * slope)


def _missed(lut: Lut3d, samples: LutSamples) -> tuple[FloatArray, FloatArray]:
    """How far the table misses each sample, (n,), and the slope by which it does."""
    value = apply_tetrahedral(lut, samples.signal)
    slope = samples.slope_at(value)
    gap = (slope @ (value - samples.value)[:, :, None])[:, :, 0]
    return np.asarray(np.linalg.norm(gap, axis=1)), slope


def _is_better(new: FloatArray, old: FloatArray) -> bool:
    """Smaller on the whole at three percentiles, and at none of them larger by much."""
    shares = (50.0, 95.0, 99.0)
    before = np.maximum(np.percentile(old, shares), 1e-12)
    ratio = np.maximum(np.percentile(new, shares) / before, 1e-12)
    return bool(ratio.max() <= _MOST_RISE and np.log(ratio).mean() < 0.0)


def _repeat_above(table: FloatArray, lut: Lut3d, samples: LutSamples) -> FloatArray:
    """Nodes above the brightest sample repeat those below, where the given table's do."""
    highest = int(np.ceil(samples.signal.max() * (lut.size - 1) - 1e-9))
    node = np.minimum(np.arange(lut.size), highest)
    below = np.ix_(node, node, node)
    return table[below] if np.array_equal(lut.table, lut.table[below]) else table


@dataclass(frozen=True, slots=True, eq=False)
class _System:
    """Normal equations of the moves of the nodes, never written out.

    `weight` (samples, nodes) holds the share of each node in each sample; `metric` is the squared
    slope of the samples, `ridge` what holds each node, `scale` the diagonal; `missing` is what
    the exact nodes miss.
    """

    weight: sparse.csr_matrix
    transposed: sparse.csr_matrix
    metric: FloatArray
    ridge: FloatArray
    scale: FloatArray
    missing: FloatArray

    @classmethod
    def of(cls, lut: Lut3d, samples: LutSamples) -> _System:
        node, share = tetrahedral_nodes(lut.size, samples.signal)
        n = len(samples)
        weight = sparse.csr_matrix(
            (share.ravel(), node.ravel(), np.arange(0, 4 * n + 1, 4)), shape=(n, lut.size**3)
        )
        metric = np.swapaxes(samples.slope, 1, 2) @ samples.slope
        own = weight.multiply(weight).T @ np.einsum("njj->nj", metric)
        usual = np.median(own[own > 0.0]) if (own > 0.0).any() else 1.0
        ridge = _RIDGE * own + _LEAST_RIDGE * usual
        missing = samples.value - weight @ lut.table.reshape(-1, 3)
        return cls(weight, weight.T.tocsr(), metric, ridge, own + ridge, missing)

    def solve(self, start: FloatArray, free: BoolArray, n_steps: int) -> FloatArray:
        """Moves (nodes, 3) from `start` by preconditioned conjugate gradients."""
        move = start.copy()
        residual = np.where(free, self._pull(self.missing) - self._apply(move), 0.0)
        step = ahead = residual / self.scale
        power = float(np.sum(residual * ahead))
        for _ in range(n_steps):
            if power <= 0.0:
                break
            onward = np.where(free, self._apply(step), 0.0)
            length = power / float(np.sum(step * onward))
            move += length * step
            residual = residual - length * onward
            ahead = residual / self.scale
            last, power = power, float(np.sum(residual * ahead))
            step = ahead + (power / last) * step
        return move

    def _pull(self, miss: FloatArray) -> FloatArray:
        weighed = (self.metric @ miss[:, :, None])[:, :, 0]
        return np.asarray(self.transposed @ weighed)

    def _apply(self, move: FloatArray) -> FloatArray:
        return self._pull(self.weight @ move) + self.ridge * move
