"""k: the one scalar between the camera's exposure and the target (DESIGN.md section 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.target import target_light
from ledcal.errors import CaptureError
from ledcal.model.predict import black, predict

if TYPE_CHECKING:
    from ledcal.values.display import DisplayModel
    from ledcal.values.stage import Target

_N_CODES = 4001
_LEAST_SHARE, _MOST_SHARE = 0.05, 0.5


def exposure_scale(model: DisplayModel, target: Target) -> float:
    """Scale that keeps the mid-grey brightness of the uncorrected wall.

    Parameters
    ----------
    model : DisplayModel
        The wall.
    target : Target
        What content is encoded in.

    Returns
    -------
    float
        k: ``k * (F(x) - F(0))`` is scene-linear with 1.0 = 100 nits; the median over neutral
        codes, uniform in code, whose target lies between 5 % and 50 % of the peak.

    Raises
    ------
    CaptureError
        If the wall gives no light for those codes.
    """
    code = np.repeat(np.linspace(0.0, 1.0, _N_CODES)[:, None], 3, axis=1)
    wanted = np.asarray(aces_luminance(target_light(target, code)))
    share = wanted * 100.0 / target.peak_nits
    chosen = (share >= _LEAST_SHARE) & (share <= _MOST_SHARE)
    seen = np.asarray(aces_luminance(predict(model, code[chosen]) - black(model)))
    lit = seen > 0.0
    if not lit.any():
        raise CaptureError(
            "the wall gives no light for greys between 5 % and 50 % of the target's peak: the "
            "wall's EOTF in stage.toml is not the one it was shot with"
        )
    return float(np.median(wanted[chosen][lit] / seen[lit]))
