"""The judge: a correction file, applied by OpenColorIO, on a virtual wall whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import PyOpenColorIO as OCIO

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import BT709, aces_luminance, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_code, target_light
from ledcal.colorimetry.transfer import eotf_inverse, pq_decode, pq_encode
from ledcal.simulate.truth import camera_response

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.stage import Target

LEAST_NITS = 2.0
SKIN = np.array([[0.61, 0.37, 0.27], [0.42, 0.22, 0.14], [0.17, 0.083, 0.05]])


class Judge:
    """F, k and T of DESIGN.md section 1, from the truth alone."""

    def __init__(self, stage: VirtualStage, target: Target) -> None:
        self.stage, self.target = stage, target
        self.black = camera_response(stage, np.zeros((1, 3)))
        grey = np.repeat(np.linspace(0.0, 1.0, 2001)[:, None], 3, axis=1)
        wanted = aces_luminance(target_light(target, grey))
        share = 100.0 * wanted / target.peak_nits
        used = (share >= 0.05) & (share <= 0.5)
        seen = aces_luminance(camera_response(stage, grey[used]) - self.black)
        self.k = float(np.median(wanted[used] / seen))

    def light(self, code: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the camera sees of a wall code, black off, 1.0 = 100 nits."""
        return np.asarray(self.k * (camera_response(self.stage, code) - self.black))

    def held_out(self, n: int = 4000, seed: int = 99) -> NDArray[np.float64]:
        """Content codes that the wall can make exactly: greys, random colours, skin."""
        peak = self.target.peak_nits
        rng = np.random.default_rng(seed)
        top = float(pq_encode(peak))
        nits = pq_decode(rng.uniform(0.0, top, (n, 3)))
        wall = eotf_inverse(self.stage.wall.eotf, nits, peak_nits=self.stage.wall.peak_nits)
        made = self.light(wall)
        levels = np.geomspace(LEAST_NITS, 0.9 * peak, 64) / 100.0
        greys = levels[:, None] * np.ones(3)
        skin_levels = np.geomspace(0.02 * peak, 0.8 * peak, 20)[:, None, None] / 100.0
        skin = (skin_levels * SKIN).reshape(-1, 3) @ matrix_rgb_to_aces(BT709).T
        light = np.concatenate([greys, made, skin])
        codes = target_code(self.target, light)
        # A colour outside of the target's cube is not content; it comes back changed.
        kept = delta_e_itp(target_light(self.target, codes), light) < 1e-3
        kept &= 100.0 * aces_luminance(light) >= LEAST_NITS
        return codes[kept]

    def errors(
        self, wall_code: NDArray[np.float64], content: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Delta E ITP between what a wall code shows and what the content asks for."""
        return delta_e_itp(self.light(wall_code), target_light(self.target, content))


def apply_cube(path: Path, code: NDArray[np.float64]) -> NDArray[np.float64]:
    """The file as a host would apply it: OpenColorIO, tetrahedral."""
    OCIO.ClearAllCaches()  # it remembers files by their path
    transform = OCIO.FileTransform(str(path), interpolation=OCIO.INTERP_TETRAHEDRAL)
    cpu = OCIO.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor()
    pixels = np.ascontiguousarray(code, np.float32)
    cpu.applyRGB(pixels)
    return pixels.astype(np.float64)
