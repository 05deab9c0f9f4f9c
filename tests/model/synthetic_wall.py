"""A wall and a camera in closed form, seeded: the truth that the model tests compare with.

Not the model's own form: droop is a power of the load, crosstalk a root, primaries move with a
power of drive, curves have ripple, threshold and knee.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

from ledcal.colorimetry.space import matrix_aces_to_xyz, matrix_rgb_to_xyz
from ledcal.colorimetry.transfer import eotf, eotf_inverse, pq_decode, pq_encode
from ledcal.values.measurement import PatchMeasurements
from ledcal.values.stage import Gamut

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

CAMERA_SEEN = Gamut(
    "as the camera sees it", [[0.646, 0.300], [0.253, 0.711], [0.125, 0.054]], [0.3164, 0.3246]
)


@dataclass(frozen=True)
class SyntheticWall:
    eotf: str = "ST 2084"
    peak_nits: float = 1500.0
    exponent_error: tuple[float, float, float] = (0.03, -0.02, 0.04)
    ripple: float = 0.02
    common_ripple: float = 0.0
    threshold_nits: float = 0.01
    shadow: float = 0.0
    additivity: float = 0.02
    drift: float = 0.006
    crosstalk: float = 0.005
    black_nits: float = 0.01
    exposure: float = 0.4
    noise: float = 0.002
    seed: int = 0

    def light(self, code: FloatArray) -> FloatArray:
        rng = np.random.default_rng(self.seed)
        gain = 1.0 + 0.012 * rng.uniform(-1, 1, 3)
        phase, size = rng.uniform(0, 2 * np.pi, (3, 5)), rng.uniform(0.2, 1.0, (3, 5))
        together = rng.uniform(0, 2 * np.pi, 12)
        nits = eotf(self.eotf, code, peak_nits=self.peak_nits)
        relative = nits / self.peak_nits
        signal = pq_encode(nits) / pq_encode(self.peak_nits)
        light = relative ** (1.0 + np.array(self.exponent_error)) * gain
        turns = 2 * np.pi * np.arange(1, 6)
        wave = np.sum(size * np.sin(turns * signal[..., None] + phase), axis=-1)
        rough = np.sum(np.sin(np.linspace(20, 90, 12) * signal[..., None] + together), axis=-1)
        light = light * (1.0 + self.ripple * wave / 1.5 + self.common_ripple * rough / 2.4)
        light = light * (1.0 - self.shadow / (1.0 + nits / 3.0))
        floor = self.threshold_nits / self.peak_nits
        light = np.where(light < floor, 0.0, light * (1 - 0.15 * np.exp(-nits / 0.3)))
        return np.asarray(light)

    def camera(self, code: FloatArray) -> FloatArray:
        """ACES at the camera's exposure, without noise, black included."""
        rng = np.random.default_rng(self.seed + 1000)
        light = self.light(code)
        load = light.mean(axis=-1, keepdims=True)
        emitted = light * (1.0 - self.additivity * np.maximum(load, 0.0) ** 1.5)
        others = np.sqrt(np.maximum(light, 0))[..., [1, 2, 0]]
        emitted = emitted * (1.0 + self.crosstalk * others)
        to_aces = np.linalg.inv(matrix_aces_to_xyz()) @ matrix_rgb_to_xyz(CAMERA_SEEN)
        shift = self.drift * rng.uniform(-1, 1, (3, 3)) * to_aces.mean()
        aces = emitted @ to_aces.T + (light**1.7) @ shift.T
        black = self.black_nits / self.peak_nits * np.array([1.0, 0.95, 1.1])
        return np.asarray(self.exposure * (aces + black))

    def measure(self, code: FloatArray, *, with_sigma: bool = True) -> PatchMeasurements:
        clean = self.camera(code)
        rng = np.random.default_rng(self.seed + 2000)
        sigma = np.sqrt(
            (self.noise * clean) ** 2
            + 1e-7 * self.exposure * clean * (self.noise / 0.002) ** 2
            + (3e-6 * self.exposure * self.noise / 0.002) ** 2
        )
        flicker = 1.0 + 0.5 * self.noise * rng.standard_normal((len(code), 1))
        camera = clean * flicker + sigma * rng.standard_normal(clean.shape)
        return measurements(code, camera, sigma if with_sigma else np.full_like(sigma, np.nan))


def measurements(code: FloatArray, camera: FloatArray, sigma: FloatArray) -> PatchMeasurements:
    n = len(code)
    return PatchMeasurements(
        code,
        camera,
        sigma,
        np.full(n, 1000, dtype=np.int64),
        np.zeros(n),
        np.zeros(n, dtype=np.int64),
        ("mixed",) * n,
        ("",) * n,
    )


def structured_codes(
    n: int, *, eotf_name: str = "ST 2084", peak_nits: float = 1500.0, seed: int = 0
) -> FloatArray:
    """Ramps of the primaries, of grey and of their mixtures, and Sobol colours; two blacks."""
    shares = (0.12, 0.10, 0.04) if n >= 60 else (0.17, 0.27, 0.0)
    n_primary, n_grey, n_pair = (round(share * n) for share in shares)
    rows = [np.zeros((2, 3))]
    for channels, count in (
        *[((c,), n_primary) for c in range(3)],
        ((0, 1, 2), n_grey),
        *[(pair, n_pair) for pair in ((0, 1), (1, 2), (0, 2))],
    ):
        ramp = np.zeros((count, 3))
        ramp[:, channels] = np.linspace(0.06, 1.0, count)[:, None] if count else 0.0
        rows.append(ramp)
    rest = n - sum(len(row) for row in rows)
    sobol = qmc.Sobol(3, seed=seed).random_base2(11)[: max(rest, 0)]
    rows.append(0.06 + 0.94 * sobol)
    signal = np.concatenate(rows) * float(pq_encode(peak_nits))
    nits = np.where(signal > 0, pq_decode(signal), 0.0)
    code = eotf_inverse(eotf_name, nits, peak_nits=peak_nits)
    return np.asarray(np.round(code * 65535) / 65535)
