"""The wall of a profile after a change that was measured: what its old correction shows today."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.drift.moved import moved_light, parts_of
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.evaluate import spread
from ledcal.model.predict import black, predict
from ledcal.model.trial import shown_codes
from ledcal.pipeline.drift_readings import level_of

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.pairs import Explanation
    from ledcal.values.profile import Profile
    from ledcal.values.quality import Spread

# Shares of the peak, and how many of them.
_MID_GREYS, _N_GREYS = (0.05, 0.5), 16
# Delta E ITP from which on a take is so far off that the correction may be on, and how much nearer
# it must be with it.
_FAR_OFF, _NEARER = 3.0, 0.35
# A judgement does not need all of the thousands of colours that a fit is judged by.
_EVERY = 3


@dataclass(frozen=True, slots=True, eq=False)
class ChangedWall:
    """A profile's wall, and what has become of it.

    Attributes
    ----------
    profile : Profile
        As it was calibrated.
    found : Explanation
        What has changed; a change of the exposure is left aside.
    to_aces : ndarray, shape (3, 3)
        Camera RGB to ACES2065-1, of the readings.
    black : ndarray, shape (3,)
        Change of the black wall's light in each camera channel, as a share of peak white.
    """

    profile: Profile
    found: Explanation
    to_aces: FloatArray
    black: FloatArray

    def light_then(self, code: FloatArray) -> FloatArray:
        """Camera RGB above black that wall codes gave."""
        return _lit(self.profile, code, self.to_aces)

    def light_now(self, code: FloatArray) -> FloatArray:
        """Camera RGB that wall codes give today, above the black of then."""
        wall = self.profile.stage.wall
        moved = moved_light(parts_of(self.light_then, code), level_of(code, wall), self.found)
        white = self.light_then(np.ones((1, 3)))[0]
        return np.asarray(moved + self.black * white, np.float64)

    def errors(self) -> tuple[Spread, Spread]:
        """Delta E ITP of the profile's correction against its target: then, and today.

        On colours that the wall could make when it was calibrated, each day at its own exposure:
        the one that keeps the brightness of mid greys.
        """
        profile = self.profile
        target, k = profile.stage.target, profile.quality.exposure_scale
        codes = shown_codes(profile.model, target, k, peak=profile.peak)[::_EVERY]
        wall, wanted = apply_tetrahedral(profile.correction, codes), target_light(target, codes)

        def off(light: FloatArray, scale: float) -> Spread:
            return spread(delta_e_itp(scale * light @ self.to_aces.T, wanted))

        return off(self.light_then(wall), k), off(self.light_now(wall), k * self._brighter())

    def _brighter(self) -> float:
        """What the exposure must make up for, so that corrected mid greys are as bright as then."""
        target = self.profile.stage.target
        levels = np.linspace(*_MID_GREYS, _N_GREYS) * target.peak_nits
        code = np.repeat(eotf_inverse(target.eotf, levels, peak_nits=target.peak_nits), 3)
        wall = apply_tetrahedral(self.profile.correction, code.reshape(-1, 3))
        then, now = (
            np.asarray(aces_luminance(light(wall) @ self.to_aces.T))
            for light in (self.light_then, self.light_now)
        )
        return float(np.median(then / now))

    def moved_measurements(self) -> PatchMeasurements:
        """The profile's measurements as they would be measured today, in today's exposure.

        Black is left as it was.
        """
        table, wall = self.profile.measurements, self.profile.stage.wall
        then = self.light_then(table.code)
        now = moved_light(
            parts_of(self.light_then, table.code),
            level_of(table.code, wall),
            self.found,
            with_exposure=True,
        )
        return replace(table, camera=table.camera + (now - then) @ self.to_aces.T)


def is_corrected(
    profile: Profile, code: FloatArray, then: FloatArray, now: FloatArray, to_aces: FloatArray
) -> bool:
    """Whether patches that should be plain show the profile's correction.

    Parameters
    ----------
    profile : Profile
        Whose correction may be on.
    code : ndarray, shape (n, 3)
        Wall code of the patches, as the pattern has it.
    then, now : ndarray, shape (n, 3)
        What they showed when the baseline was shot, and show now; camera RGB above black.
    to_aces : ndarray, shape (3, 3)
        Camera RGB to ACES2065-1.

    Returns
    -------
    bool
        False where the correction is too small to be told.
    """
    plain = _lit(profile, code, to_aces)
    floor = 1e-4 * plain.max(axis=0)
    corrected_light = _lit(profile, apply_tetrahedral(profile.correction, code), to_aces)
    ratio = corrected_light / np.maximum(plain, floor)
    k = profile.quality.exposure_scale

    def off(expected: FloatArray) -> float:
        scale = float(np.median(expected[:, 1] / np.maximum(now[:, 1], 1e-12)))
        return float(np.median(delta_e_itp(k * scale * now @ to_aces.T, k * expected @ to_aces.T)))

    as_it_was, corrected = off(then), off(then * ratio)
    return as_it_was > _FAR_OFF and corrected < _NEARER * as_it_was


def _lit(profile: Profile, code: FloatArray, to_aces: FloatArray) -> FloatArray:
    """Camera RGB above black of wall codes, by the profile's model."""
    light = predict(profile.model, code) - black(profile.model)
    return np.asarray(light @ np.linalg.inv(to_aces).T, np.float64)
