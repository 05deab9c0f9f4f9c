"""The correction read backwards: wall code to the content code that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

from ledcal.colorimetry.difference import aces_to_itp
from ledcal.colorimetry.target import target_code, target_light
from ledcal.model.predict import shown
from ledcal.model.samples import node_samples
from ledcal.values.lut import LutSamples

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.stage import Target

_N_EVEN_LOG2 = 14
_CODE_STEP = 2e-4


def content_code(
    model: DisplayModel, target: Target, k: float, wall_code: FloatArray
) -> FloatArray:
    """Content code whose light the wall shows: the inverse of `invert.correct`.

    Parameters
    ----------
    model : DisplayModel
        The wall.
    target : Target
        What content is encoded in.
    k : float
        From `exposure_scale`.
    wall_code : ndarray, shape (..., 3)
        Code as it is sent to the wall; clipped to 0..1.

    Returns
    -------
    ndarray, shape (..., 3)
        Content code. Light beyond the content's gamut or peak is held there, channel by channel.
    """
    return target_code(target, shown(model, k, wall_code))


def content_samples(
    model: DisplayModel, target: Target, k: float, *, peak: str = "match", seed: int = 0
) -> LutSamples:
    """Where a table of `content_code` should be right, and how much.

    Wall codes that the correction gives, as `samples.node_samples` draws them, and some that are
    even in wall code up to the brightest that was measured.

    Parameters
    ----------
    model, target, k
        As `content_code` takes them.
    peak : str
        As in `invert.correct`.
    seed : int
        Of the draws.

    Returns
    -------
    LutSamples
        Wall code in, content code out.
    """
    given = node_samples(model, target, k, peak=peak, seed=seed).value
    even = qmc.Sobol(3, rng=np.random.default_rng(seed + 1)).random_base2(_N_EVEN_LOG2)
    wall = np.concatenate([given, even * np.asarray(model.parameters["code_limit"])])
    content = content_code(model, target, k, wall)
    return LutSamples(wall, content, _slope(target, content))


def _slope(target: Target, content: FloatArray) -> FloatArray:
    """Change of ITP, in delta E, per content code: (n, 3, 3), ``[sample, component, channel]``."""
    there = aces_to_itp(target_light(target, content))
    step = np.where(content < 0.5, _CODE_STEP, -_CODE_STEP)
    columns = []
    for channel in range(3):
        moved = content.copy()
        moved[:, channel] += step[:, channel]
        change = aces_to_itp(target_light(target, moved)) - there
        columns.append(change / step[:, channel : channel + 1])
    return np.stack(columns, axis=-1)
