"""A take of the plain pattern against a stored profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import aces_luminance
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.predict import black, predict
from ledcal.values.evidence import Comparison
from ledcal.values.measurement import MeasurementFlag

if TYPE_CHECKING:
    from ledcal.pipeline.measure import Take
    from ledcal.values.arrays import FloatArray
    from ledcal.values.profile import Profile

_LEAST_SHARE = 0.002
_FEW = 8


def compare_with(profile: Profile, take: Take) -> Comparison | None:
    """Compare a take with what a profile predicts: uncorrected, corrected, corrected twice.

    Parameters
    ----------
    profile : Profile
        Of this wall, presumably.
    take : Take
        Of the plain pattern.

    Returns
    -------
    Comparison or None
        Both in ACES2065-1 by the profile's own camera transform, each prediction at the exposure
        that fits best. None where too few patches are usable.
    """
    table = take.measurements
    is_black = (table.code <= 1e-4).all(axis=1)
    own = np.eye(3) if take.transform is None else take.transform.combined()
    # Pictures that came as ACES2065-1 have no camera RGB for the profile's transform to work on.
    both = take.transform is not None and profile.transform is not None
    theirs = profile.transform.combined() if both and profile.transform else own
    if not is_black.any():
        return None
    camera = np.linalg.solve(own, table.camera.T).T
    camera = camera - np.median(camera[is_black], axis=0)
    lit = np.asarray(aces_luminance(camera @ own.T))
    good = (table.flags & int(MeasurementFlag.SATURATED)) == 0
    good &= ~is_black & (lit > _LEAST_SHARE * lit.max())
    if good.sum() < _FEW:
        return None
    code, seen = table.code[good], camera[good] @ theirs.T
    offset = black(profile.model)
    scale = profile.quality.exposure_scale

    def off(played: FloatArray, gain: FloatArray) -> float:
        wanted = scale * (predict(profile.model, played) - offset)
        shown = seen @ np.linalg.inv(theirs).T / gain @ theirs.T
        ratio = np.asarray(aces_luminance(wanted)) / np.asarray(aces_luminance(shown))
        return float(np.median(delta_e_itp(float(np.median(ratio)) * shown, wanted)))

    once = apply_tetrahedral(profile.correction, code)
    gain = _gain(seen, predict(profile.model, code) - offset, theirs)
    return Comparison(
        profile=profile.name,
        plain=off(code, np.ones(3)),
        once=off(once, np.ones(3)),
        twice=off(apply_tetrahedral(profile.correction, once), np.ones(3)),
        gain=gain,
        after_gain=off(code, gain),
        cameras=(profile.stage.camera.model, take.stage.camera.model or take.camera_model),
    )


def _gain(seen: FloatArray, wanted: FloatArray, to_aces: FloatArray) -> FloatArray:
    """What takes the wanted camera RGB to the seen one, each channel by itself, green 1."""
    inverse = np.linalg.inv(to_aces).T
    now, then = seen @ inverse, wanted @ inverse
    gains = []
    for channel in range(3):
        lit = then[:, channel] > _LEAST_SHARE * then[:, channel].max()
        gains.append(float(np.median(now[lit, channel] / then[lit, channel])))
    return np.array(gains) / gains[1]
