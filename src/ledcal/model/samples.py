"""Content codes with their exact correction, for setting the nodes of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.target import target_code, target_light
from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.model._inverse import prepare_inverse
from ledcal.model._perceptual import ITP_SCALE, MATRIX_LMS_TO_ITP, pq_with_slope
from ledcal.model.invert import reach
from ledcal.values.lut import LutSamples

if TYPE_CHECKING:
    from ledcal.model._inverse import Inverse
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.stage import Target

# What a miss counts: greys are looked at hardest; beyond the gamut colours are wrong already.
_GREY_WEIGHT, _BEYOND_WEIGHT = 2.0, 0.1
_N_GREYS, _BEYOND_SHARE = 2000, 0.04
# Below it the slope of ST 2084 grows without end, and nobody sees it.
_LEAST_NITS = 0.3
_LEAST_LIGHT = 1e-5
_CODE_STEP = 2e-4
_SAME_COLOUR_ITP = 1e-3


def node_samples(
    model: DisplayModel,
    target: Target,
    k: float,
    *,
    n: int = 100_000,
    peak: str = "match",
    seed: int = 0,
) -> LutSamples:
    """Where a table of the correction should be right, and how much.

    Half of the draws are uniform in what the wall can show on the ST 2084 scale (denser in darks
    and along the boundary of its gamut, where the correction bends most), half uniform in content
    code up to the target's peak; greys and a few colours beyond the gamut are added.

    Parameters
    ----------
    model : DisplayModel
        The wall.
    target : Target
        What content is encoded in.
    k : float
        From `exposure_scale`.
    n : int
        Draws; those that are no content or cannot be made fall away.
    peak : str
        As in `invert.correct`.
    seed : int
        Of the draws.

    Returns
    -------
    LutSamples
        Every content code is within the target's peak.
    """
    inverse = prepare_inverse(model, k)
    sobol = qmc.Sobol(3, rng=np.random.default_rng(seed))
    draws = sobol.random_base2(int(np.log2(max(n, 2))))
    if len(draws) < n:
        draws = np.concatenate([draws, sobol.random(n - len(draws))])
    top = float(eotf_inverse(target.eotf, target.peak_nits, peak_nits=target.peak_nits))
    shown, shown_code = _shown(inverse, target, draws[::2])
    content = draws[1::2] * top
    light, inside = inverse.solve(target_light(target, content) @ inverse.to_nits.T)
    beyond = content[~inside][: int(_BEYOND_SHARE * n)]
    grey = np.repeat(np.linspace(0.0, top, _N_GREYS)[:, None], 3, axis=1)
    rest = np.concatenate([grey, beyond])
    rest_code, _ = reach(model, k, target_light(target, rest), peak=peak)
    code = np.concatenate([shown_code, inverse.code(light[inside]), rest_code])
    weight = np.ones(len(code))
    weight[len(code) - len(rest) :] = _GREY_WEIGHT
    weight[len(code) - len(beyond) :] = _BEYOND_WEIGHT
    return LutSamples(
        np.concatenate([shown, content[inside], rest]),
        code,
        weight[:, None, None] * _slope(inverse, code),
    )


def _shown(inverse: Inverse, target: Target, draws: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Content codes of what the wall shows for wall codes, and those wall codes."""
    nominal = inverse.curves.nominal
    wall = nominal.code(draws * nominal.position(inverse.code_limit[None, :]))
    light = inverse.mixing.colour(inverse.curves.light(wall)) @ np.linalg.inv(inverse.to_nits).T
    content = target_code(target, light)
    is_content: BoolArray = delta_e_itp(target_light(target, content), light) < _SAME_COLOUR_ITP
    return content[is_content], wall[is_content]


def _slope(inverse: Inverse, code: FloatArray) -> FloatArray:
    """Change of ITP, in delta E, per wall code: (n, 3, 3), ``[sample, component, channel]``."""
    up = np.minimum(code + _CODE_STEP, 1.0)
    down = np.maximum(code - _CODE_STEP, 0.0)
    light = inverse.curves.light(code)
    rise = (inverse.curves.light(up) - inverse.curves.light(down)) / (up - down)
    _, slope = pq_with_slope(np.maximum(inverse.mixing.colour(light), _LEAST_NITS))
    mixing = inverse.mixing.slope(np.maximum(light, _LEAST_LIGHT))
    by_code = slope[:, :, None] * mixing * rise[:, None, :]
    return np.asarray(ITP_SCALE * (MATRIX_LMS_TO_ITP @ by_code))
