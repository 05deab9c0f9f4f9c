"""The correction in steps: even steps of content, a smooth cube, the wall's own curves.

What is rough in a wall is mostly its tone curves, and those act last: behind the cube they are
written out in full, and the cube holds only what mixes the channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import eotf, eotf_inverse, pq_decode, pq_encode
from ledcal.model._inverse import prepare_inverse
from ledcal.model.invert import correct
from ledcal.model.samples import node_samples
from ledcal.values.chain import Lut1d
from ledcal.values.lut import LutSamples

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.model._inverse import Inverse
    from ledcal.model.samples import WallSamples
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.stage import Target

N_ENTRIES = 4096
# How far the last node stands above the peak, in cells: the cell that holds the peak is bent by
# what the wall cannot make, and the shorter its lit part, the less of it is seen.
_BEYOND = 0.75
_CODE_STEP = 2e-4
_LEAST_RISE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class ChainPlan:
    """What the steps of a correction hold; the cube is still to be sampled.

    Attributes
    ----------
    first : Lut1d
        Content code to the place in the cube.
    nodes : callable
        Place in the cube (n, 3), on its nodes, to what the cube should hold there, 0..1.
    last : Lut1d or None
        What the cube holds to wall code; None where it holds wall code.
    samples : LutSamples
        Where the cube should be right, and how much.
    """

    first: Lut1d
    nodes: Callable[[FloatArray], FloatArray]
    last: Lut1d | None
    samples: LutSamples


def plan_chain(
    model: DisplayModel, target: Target, k: float, size: int, *, peak: str = "match"
) -> ChainPlan:
    """The steps of a correction with `size` nodes along an edge of its cube.

    The first curves bring content code to equal steps of ST 2084 signal, with the peak a quarter
    of a cell above the last node but one, and hold what is brighter. The last node goes straight
    on, as in `invert.node_function`. The cube gives the ST 2084 signal of each channel's light,
    over that of the most it gives; the last curves are the wall's tone curves, read backwards.

    Parameters
    ----------
    model : DisplayModel
        The wall. Where its processor mixes the channels after the curves (``premix``), curves
        cannot come last: the cube holds wall code.
    target : Target
        What content is encoded in.
    k : float
        From `exposure_scale`.
    size : int
        Nodes along an edge; 3 or more.
    peak : str
        As in `invert.correct`.

    Returns
    -------
    ChainPlan
        Black is black: content code 0 is place 0, no light is 0, and 0 is wall code 0.
    """
    content = _Content(target, size)
    inverse = prepare_inverse(model, k)
    wall = None if "premix" in model.parameters else _Wall(inverse, size)

    def held(code: FloatArray) -> FloatArray:
        return code if wall is None else wall.signal(code)

    def exact(position: FloatArray) -> FloatArray:
        return held(correct(model, target, k, content.code(position), peak=peak)[0])

    def nodes(place: FloatArray) -> FloatArray:
        position = place / content.share
        above = position > 1.0 + 1e-9
        row = np.flatnonzero(above.any(axis=1))
        value = exact(np.minimum(position, 1.0))
        below = np.where(above[row], 1.0 - content.cell, position[row])
        value[row] += _BEYOND * (value[row] - exact(below))
        return np.clip(value, 0.0, 1.0)

    drawn = node_samples(model, target, k, peak=peak)
    slope = drawn.slope if wall is None else drawn.slope * wall.code_rise(drawn.value)[:, None, :]
    place = content.share * content.position(drawn.signal)
    samples = ChainSamples(place, held(drawn.value), slope, drawn, wall)
    return ChainPlan(content.curves(), nodes, None if wall is None else wall.curves(), samples)


@dataclass(frozen=True, slots=True, eq=False)
class ChainSamples(LutSamples):
    """Samples of the cube in a chain; what a miss amounts to is seen through the last curves.

    Attributes
    ----------
    drawn : WallSamples
        The same samples, of a table that gives wall code.
    wall : _Wall or None
        The last curves; None where there are none.
    """

    drawn: WallSamples
    wall: _Wall | None

    def select(self, chosen: BoolArray) -> ChainSamples:
        """Some of the samples."""
        part = (self.signal[chosen], self.value[chosen], self.slope[chosen])
        return ChainSamples(*part, self.drawn.select(chosen), self.wall)

    def slope_at(self, value: FloatArray) -> FloatArray:
        """Mean slope between the samples' own values and others, (n, 3, 3)."""
        if self.wall is None:
            return self.drawn.slope_at(value)
        code = self.wall.code(np.clip(value, 0.0, 1.0))
        gap = value - self.value
        far = np.abs(gap) > _CODE_STEP
        rise = np.where(
            far,
            (code - self.drawn.value) / np.where(far, gap, 1.0),
            self.wall.code_rise(self.drawn.value),
        )
        return self.drawn.slope_at(code) * rise[:, None, :]


@dataclass(frozen=True, slots=True)
class _Content:
    """Content code against position: ST 2084 signal, 0..1 = black..peak, held at the peak."""

    target: Target
    size: int

    @property
    def cell(self) -> float:
        return 1.0 / (self.size - 1 - _BEYOND)

    @property
    def share(self) -> float:
        """Place of the peak in the cube."""
        return (self.size - 1 - _BEYOND) / (self.size - 1)

    def position(self, code: FloatArray) -> FloatArray:
        nits = eotf(self.target.eotf, code, peak_nits=self.target.peak_nits)
        signal = np.where(nits > 0.0, pq_encode(nits), 0.0)
        return np.asarray(signal / pq_encode(self.target.peak_nits), np.float64)

    def code(self, position: FloatArray) -> FloatArray:
        peak = self.target.peak_nits
        nits = np.where(position > 0.0, pq_decode(position * pq_encode(peak)), 0.0)
        return eotf_inverse(self.target.eotf, nits, peak_nits=peak)

    def curves(self) -> Lut1d:
        if self.target.eotf == "ST 2084":
            # Code is the signal already: a straight line up to the peak says it all.
            return Lut1d.straight(self.share, top=float(pq_encode(self.target.peak_nits)))
        place = self.share * self.position(np.linspace(0.0, 1.0, N_ENTRIES))
        return Lut1d(np.repeat(place[:, None], 3, axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class _Wall:
    """Wall code against what the cube holds: ST 2084 signal of each channel's light.

    The most that a channel gives stands on an entry of the curves, a cell's worth below 1: the
    last nodes go on above it, and the curves hold them.
    """

    inverse: Inverse
    size: int

    @property
    def _full(self) -> FloatArray:
        """ST 2084 signal at 1, of each channel."""
        entry = np.floor((N_ENTRIES - 1) * (self.size - 1) / self.size)
        most = self.inverse.limit * self.inverse.curves.nominal.peak_nits
        return np.asarray(pq_encode(most) * (N_ENTRIES - 1) / entry, np.float64)

    def signal(self, code: FloatArray) -> FloatArray:
        nits = self.inverse.curves.light(code) * self.inverse.curves.nominal.peak_nits
        return np.where(nits > 0.0, pq_encode(nits) / self._full, 0.0)

    def code_rise(self, code: FloatArray) -> FloatArray:
        """Change of wall code per signal; 0 where the wall does not answer."""
        step = np.where(code < 0.5, _CODE_STEP, -_CODE_STEP)
        rise = (self.signal(code + step) - self.signal(code)) / step
        return np.where(rise > _LEAST_RISE, 1.0 / np.maximum(rise, _LEAST_RISE), 0.0)

    def curves(self) -> Lut1d:
        code = self.code(np.repeat(np.linspace(0.0, 1.0, N_ENTRIES)[:, None], 3, axis=1))
        return Lut1d(np.maximum.accumulate(code, axis=0))

    def code(self, signal: FloatArray) -> FloatArray:
        """What the cube holds to wall code."""
        nits = pq_decode(signal * self._full)
        return self.inverse.code(nits / self.inverse.curves.nominal.peak_nits)
