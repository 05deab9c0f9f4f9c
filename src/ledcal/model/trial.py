"""Before and after: what the correction does to a fixed set of test colours, by the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

from ledcal.colorimetry.difference import delta_e_2000, delta_e_itp
from ledcal.colorimetry.space import BT709, aces_luminance, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_code, target_light
from ledcal.colorimetry.transfer import eotf_inverse, pq_decode, pq_encode
from ledcal.model.evaluate import spread
from ledcal.model.invert import correct
from ledcal.model.predict import black, predict

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.quality import Spread
    from ledcal.values.stage import Target

_N_GREYS, _N_COLOURS_LOG2, _LEAST_NITS = 64, 12, 2.0
_N_GAMUT_STEPS = 17
_SDR_WHITE_NITS = 203.0
# Linear BT.709 reflectances from light to dark skin.
_SKINS: FloatArray = np.array(
    [
        [0.72, 0.48, 0.38],
        [0.61, 0.37, 0.27],
        [0.52, 0.29, 0.19],
        [0.42, 0.22, 0.14],
        [0.29, 0.14, 0.085],
        [0.17, 0.083, 0.05],
        [0.09, 0.045, 0.029],
    ]
)


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """What `before_after` found.

    Attributes
    ----------
    before, after : Spread
        Delta E ITP against the target, uncorrected and through the table.
    before_de2000, after_de2000 : Spread
        The same in delta E 2000.
    peak_kept : float
        Luminance of corrected white over that of uncorrected white.
    gamut_clipped : float
        Share of the target's codes, uniform, that the wall cannot make.
    """

    before: Spread
    after: Spread
    before_de2000: Spread
    after_de2000: Spread
    peak_kept: float
    gamut_clipped: float


def trial_codes(target: Target) -> FloatArray:
    """Content codes of the fixed set: greys from 2 nits up, colours uniform in ST 2084, skin.

    Parameters
    ----------
    target : Target
        What content is encoded in.

    Returns
    -------
    ndarray, shape (n, 3)
        Content codes, 0..1; not all of them can be made by every wall.
    """
    peak = target.peak_nits
    least = min(_LEAST_NITS, 0.02 * peak)
    low, high = pq_encode(least), pq_encode(peak)
    grey = np.repeat(np.linspace(low, high, _N_GREYS)[:, None], 3, axis=1)
    sobol = qmc.Sobol(3, scramble=False).random_base2(_N_COLOURS_LOG2)
    nits = pq_decode(np.concatenate([grey, sobol * high]))
    codes = eotf_inverse(target.eotf, nits, peak_nits=peak)
    levels = np.geomspace(20.0, max(0.9 * peak, 25.0), 6) / 100.0
    skins = (levels[:, None, None] * _SKINS).reshape(-1, 3) @ matrix_rgb_to_aces(BT709).T
    codes = np.concatenate([codes, target_code(target, skins)])
    luminance = 100.0 * np.asarray(aces_luminance(target_light(target, codes)))
    return np.asarray(codes[luminance >= 0.999 * least])


def before_after(
    model: DisplayModel,
    target: Target,
    k: float,
    apply: Callable[[FloatArray], FloatArray],
    *,
    peak: str = "match",
) -> BeforeAfter:
    """Predict the error before and after the correction, on colours that the wall can make.

    Parameters
    ----------
    model : DisplayModel
        The wall.
    target : Target
        What content is encoded in.
    k : float
        From `exposure_scale`.
    apply : callable
        The written table: content code (n, 3) to wall code (n, 3).
    peak : str
        As in `invert.correct`.

    Returns
    -------
    BeforeAfter
        Figures for the profile.
    """
    codes = trial_codes(target)
    _, reachable = correct(model, target, k, codes, peak=peak)
    # A wall that reaches nothing has no colours to judge by: judge it by all.
    codes = codes[reachable] if reachable.any() else codes
    wanted = target_light(target, codes)
    plain, corrected = _seen(model, k, codes), _seen(model, k, apply(codes))
    white_nits = min(target.peak_nits, _SDR_WHITE_NITS)
    white = np.ones((1, 3))
    kept = aces_luminance(_seen(model, k, apply(white))) / aces_luminance(_seen(model, k, white))
    return BeforeAfter(
        before=spread(delta_e_itp(plain, wanted)),
        after=spread(delta_e_itp(corrected, wanted)),
        before_de2000=spread(delta_e_2000(plain, wanted, white_nits=white_nits)),
        after_de2000=spread(delta_e_2000(corrected, wanted, white_nits=white_nits)),
        peak_kept=float(kept[0]),
        gamut_clipped=gamut_clipped(model, target, k),
    )


def gamut_clipped(model: DisplayModel, target: Target, k: float) -> float:
    """Share of the target's codes (uniform grid up to its peak) that the wall cannot make."""
    top = float(eotf_inverse(target.eotf, target.peak_nits, peak_nits=target.peak_nits))
    axis = np.linspace(0.0, top, _N_GAMUT_STEPS)
    codes = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    _, reachable = correct(model, target, k, codes)
    return float(1.0 - np.mean(reachable))


def _seen(model: DisplayModel, k: float, code: FloatArray) -> FloatArray:
    return k * (predict(model, code) - black(model))
