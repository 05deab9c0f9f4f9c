"""Content codes with their exact correction, for setting the nodes of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

from ledcal.colorimetry.target import target_code, target_light
from ledcal.colorimetry.transfer import eotf_inverse, pq_decode, pq_encode
from ledcal.model._inverse import prepare_inverse
from ledcal.model._perceptual import ITP_SCALE, MATRIX_LMS_TO_ITP, pq_with_slope
from ledcal.model.invert import has_headroom, reach
from ledcal.values.lut import LutSamples

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.model._inverse import Inverse
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.stage import Target

    # Content code, wall code, and whether the draw is of use.
    _Drawn = tuple[FloatArray, FloatArray, BoolArray]

# What a miss counts: greys are looked at hardest; beyond the gamut colours are wrong already.
_GREY_WEIGHT, _BEYOND_WEIGHT = 2.0, 0.5
_SHOWN_SHARE = 0.45
_N_GREYS, _N_BEYOND, _N_TRIAL_LOG2 = 2000, 5000, 12
# How far above the target's peak a table is kept from rising, in content code.
_ABOVE_PEAK = 1.0 / 16.0
# Draws are not multiplied without end where the wall makes little of the content.
_LEAST_SHARE = 0.25
# Below it the slope of ST 2084 grows without end, and nobody sees it.
_LEAST_NITS = 0.3
_LEAST_LIGHT = 1e-5
_CODE_STEP = 2e-4
_SAME_LIGHT = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class WallSamples(LutSamples):
    """Samples that know the wall: what a miss amounts to when it is not small.

    Near black a code hardly counts, a little above it does; along the edge of the gamut tables
    miss by just that much.

    Attributes
    ----------
    inverse : Inverse
        The wall.
    weight : ndarray, shape (n,)
        What a sample counts; `slope` holds it already.
    """

    inverse: Inverse
    weight: FloatArray

    def select(self, chosen: BoolArray) -> WallSamples:
        """Some of the samples."""
        part = (self.signal[chosen], self.value[chosen], self.slope[chosen])
        return WallSamples(*part, self.inverse, self.weight[chosen])

    def slope_at(self, value: FloatArray) -> FloatArray:
        """Mean slope between the samples' own wall codes and others, (n, 3, 3)."""
        between = _slope(self.inverse, self.value, np.clip(value, 0.0, 1.0))
        return self.weight[:, None, None] * between


def node_samples(
    model: DisplayModel,
    target: Target,
    k: float,
    *,
    n: int = 45_000,
    peak: str = "match",
    seed: int = 0,
) -> WallSamples:
    """Where a table of the correction should be right, and how much.

    Some draws are uniform in what the wall can show on the ST 2084 scale (denser in darks and
    along the boundary of its gamut, where the correction bends most), the others uniform in
    content code and in the ST 2084 signal of content, up to the target's peak. Greys and a few
    colours beyond the gamut are added.

    Parameters
    ----------
    model : DisplayModel
        The wall.
    target : Target
        What content is encoded in.
    k : float
        From `exposure_scale`.
    n : int
        About how many, greys and colours beyond the gamut not counted.
    peak : str
        As in `invert.correct`.
    seed : int
        Of the draws.

    Returns
    -------
    WallSamples
        Content codes up to the target's peak, and a little above it where the wall could go on.
    """
    inverse = prepare_inverse(model, k)
    top = float(eotf_inverse(target.eotf, target.peak_nits, peak_nits=target.peak_nits))
    matrix = inverse.to_nits

    # Where the wall could go on above the peak, the table must hold it there.
    furthest = min(1.0, top + _ABOVE_PEAK) if has_headroom(model, target, k, peak=peak) else top

    def shown(draws: FloatArray) -> _Drawn:
        nominal = inverse.curves.nominal
        wall = nominal.code(draws * nominal.position(inverse.code_limit[None, :]))
        light = inverse.curves.light(wall)
        aces = inverse.mixing.colour(light) * inverse.gain(light) @ np.linalg.inv(matrix).T
        content = target_code(target, aces)
        away = np.max(np.abs(target_light(target, content) - aces), axis=1)
        return content, wall, away < _SAME_LIGHT * np.max(aces, axis=1)

    def sent(draws: FloatArray) -> _Drawn:
        nits = pq_decode(draws * pq_encode(target.peak_nits))
        even = eotf_inverse(target.eotf, nits, peak_nits=target.peak_nits)
        content = np.where((np.arange(len(draws)) % 2 == 0)[:, None], even, draws * furthest)
        light, inside = inverse.solve(target_light(target, content) @ matrix.T)
        return content, inverse.code(light), inside

    rng = np.random.default_rng(seed)
    parts = []
    for make, share in ((shown, _SHOWN_SHARE), (sent, 1.0 - _SHOWN_SHARE)):
        drawn, beyond = _draw(make, int(share * n), rng)
        parts.append(drawn)
    grey = np.repeat(np.linspace(0.0, furthest, _N_GREYS)[:, None], 3, axis=1)
    for codes in (grey, beyond[:_N_BEYOND]):
        code, _ = reach(model, k, target_light(target, codes), peak=peak)
        parts.append((codes, code))
    content, wall = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    weight = np.repeat((1.0, 1.0, _GREY_WEIGHT, _BEYOND_WEIGHT), [len(part[0]) for part in parts])
    slope = weight[:, None, None] * _slope(inverse, wall, wall)
    return WallSamples(content, wall, slope, inverse, weight)


def _draw(
    make: Callable[[FloatArray], _Drawn], wanted: int, rng: np.random.Generator
) -> tuple[tuple[FloatArray, FloatArray], FloatArray]:
    """About `wanted` good draws: content code, wall code. And content of the others."""
    sobol = qmc.Sobol(3, rng=rng)
    content, wall, good = make(sobol.random_base2(_N_TRIAL_LOG2))
    missing = int(wanted / max(float(np.mean(good)), _LEAST_SHARE)) - len(good)
    if missing > 0:
        more = make(sobol.random(missing))
        content, wall = np.concatenate([content, more[0]]), np.concatenate([wall, more[1]])
        good = np.concatenate([good, more[2]])
    return (content[good], wall[good]), content[~good]


def _slope(inverse: Inverse, one: FloatArray, other: FloatArray) -> FloatArray:
    """Change of ITP, in delta E, per wall code between two codes: (n, 3, 3).

    ``[sample, component, channel]``; where the codes are the same, the derivative there.
    """
    curves = inverse.curves
    gap = other - one
    step = np.where(np.abs(gap) > _CODE_STEP, gap, np.where(one < 0.5, _CODE_STEP, -_CODE_STEP))
    light, there = curves.light(one), curves.light(one + step)
    middle = light + 0.5 * np.where(np.abs(gap) > _CODE_STEP, there - light, 0.0)
    _, slope = pq_with_slope(np.maximum(inverse.mixing.colour(middle), _LEAST_NITS))
    by_code = slope[:, :, None] * inverse.mixing.slope(np.maximum(middle, _LEAST_LIGHT))
    if curves.premix is None:
        by_code = by_code * ((there - light) / step)[:, None, :]
    else:
        rises = []
        for c in range(3):
            moved = one.copy()
            moved[:, c] += step[:, c]
            rises.append((curves.light(moved) - light) / step[:, c : c + 1])
        by_code = by_code @ np.stack(rises, axis=-1)
    return np.asarray(ITP_SCALE * (MATRIX_LMS_TO_ITP @ by_code))
