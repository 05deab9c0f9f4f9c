"""The judge: what a wall code shows on a virtual wall, against what the content asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import BT709, aces_luminance, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_code, target_light
from ledcal.colorimetry.transfer import eotf_inverse, pq_decode, pq_encode
from ledcal.simulate.truth import camera_response

if TYPE_CHECKING:
    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Target

_LEAST_NITS = 2.0
_N_GREYS = 64
_N_NEUTRALS = 2001
# Linear BT.709 reflectances of light, medium and dark skin.
_SKIN = np.array([[0.61, 0.37, 0.27], [0.42, 0.22, 0.14], [0.17, 0.083, 0.05]])
# A colour that comes back from its content code changed by more was outside of the content.
_OUTSIDE_ITP = 1e-3


class Judge:
    """F, k and T of DESIGN.md section 1, from the truth of a virtual stage alone.

    Parameters
    ----------
    stage : VirtualStage
        The true wall and camera.
    target : Target
        What content is encoded in.

    Attributes
    ----------
    k : float
        Exposure scale: the median over neutrals between 5 % and 50 % of peak of the uncorrected
        wall, by luminance, uniform in code.
    """

    def __init__(self, stage: VirtualStage, target: Target) -> None:
        self._stage, self._target = stage, target
        self._black = camera_response(stage, np.zeros((1, 3)))
        grey = np.repeat(np.linspace(0.0, 1.0, _N_NEUTRALS)[:, None], 3, axis=1)
        wanted = aces_luminance(target_light(target, grey))
        share = 100.0 * wanted / target.peak_nits
        used = (share >= 0.05) & (share <= 0.5)
        seen = aces_luminance(camera_response(stage, grey[used]) - self._black)
        self.k = float(np.median(wanted[used] / seen))

    def light(self, code: FloatArray) -> FloatArray:
        """What the camera sees of a wall code (n, 3): ACES2065-1, black off, 1.0 = 100 nits."""
        return np.asarray(self.k * (camera_response(self._stage, code) - self._black), np.float64)

    def held_out(self, n: int = 4000, seed: int = 99) -> FloatArray:
        """Content codes of 2 nits and more that the wall can make: greys, random colours, skin.

        The random ones come from wall codes uniform in ST 2084, so that the wall can make each of
        them by construction, up to its most saturated.

        Parameters
        ----------
        n : int
            Random wall codes to start from; those outside of the content's gamut drop out.
        seed : int
            Of the random codes.

        Returns
        -------
        ndarray, shape (m, 3)
            Content codes, 0..1.
        """
        wall, target = self._stage.wall, self._target
        rng = np.random.default_rng(seed)
        nits = pq_decode(rng.uniform(0.0, float(pq_encode(wall.peak_nits)), (n, 3)))
        made = self.light(eotf_inverse(wall.eotf, nits, peak_nits=wall.peak_nits))
        greys = np.geomspace(_LEAST_NITS, 0.9 * target.peak_nits, _N_GREYS)[:, None] / 100.0
        levels = np.geomspace(0.02 * target.peak_nits, 0.8 * target.peak_nits, 20) / 100.0
        skin = (levels[:, None, None] * _SKIN).reshape(-1, 3) @ matrix_rgb_to_aces(BT709).T
        light = np.concatenate([greys * np.ones(3), made, skin])
        codes = target_code(target, light)
        kept = delta_e_itp(target_light(target, codes), light) < _OUTSIDE_ITP
        kept &= 100.0 * aces_luminance(light) >= _LEAST_NITS
        return np.asarray(codes[kept], np.float64)

    def errors(self, wall_code: FloatArray, content: FloatArray) -> FloatArray:
        """Delta E ITP between what wall codes show and what the content asks for, shape (n,)."""
        return delta_e_itp(self.light(wall_code), target_light(self._target, content))
