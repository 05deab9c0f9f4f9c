"""Walls and cameras in closed form, seeded: the truth that `fit_accuracy.py` judges fits by.

Not ledcal's simulator, and not its model's form: droop is a power of the load, crosstalk a root,
primaries move with a power of drive, curves have harmonics, a toe, a dead zone, a knee, steps.
Chain: wall code, processor (of some walls), channel light, emission, camera RGB, ACES2065-1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.special import ndtr

from ledcal.colorimetry.space import (
    ACES,
    BT2020,
    P3_D65,
    matrix_adaptation,
    matrix_rgb_to_xyz,
    xy_to_xyz,
)
from ledcal.colorimetry.spectra import (
    CAMERAS,
    asymmetric_gaussian,
    camera_sensitivities,
    colour_matching_functions,
    illuminant,
    reflectances,
)
from ledcal.colorimetry.transfer import eotf, eotf_inverse, pq_decode, pq_encode
from ledcal.pattern.levels import MAX_CODE_VALUE, build_codes
from ledcal.values.measurement import MeasurementFlag, PatchMeasurements
from ledcal.values.stage import Gamut, Wall

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

# Peak, width below and above, nm: the primaries come to .692 .308, .183 .741, .131 .063.
_LEDS = ((628.7, 12.5, 9.0), (525.4, 15.25, 19.09), (464.4, 12.51, 16.67))
_D65_XY = (0.3127, 0.3290)
_POWER = np.array([0.34, 0.36, 0.30])  # what each channel draws of the supply
_N_HARMONICS, _N_ROUGH, _N_BUMPS = 5, 30, 10
_KNEE = 0.015 / 2
_PIXEL_NOISE = 0.01
# Of the roughness of a `real` wall, the part of the variance that all channels share.
_COMMON = 0.85


@dataclass(frozen=True)
class Physics:
    """What makes a scenario; the numbers are limits or standard deviations of seeded draws.

    Attributes
    ----------
    eotf, peak_nits
        What the wall is set to.
    deviation : float
        Scales curves, crosstalk and the movement of the primaries.
    droop : tuple of float
        Light lost at full white, least and most. Negative where white is more than its parts.
    sum_over_white : float
        Where not 0, the droop is set so that R + G + B is this much of white.
    limiter, bumps, camera_bend : float
        Loss at white by a limiter above 65 % load; gain field; camera's departure from linear.
    shadow : bool
        Light of .90 at 3 % and .55 at .2 % of peak.
    rough : float
        rms of the curves' roughness.
    clip_level : float
        Where the camera saturates; such walls are exposed with white at 1.2.
    processor : Gamut or None
        What the processor takes the code for, before it clips.
    slips : float
        Share of patches that are half another patch.
    """

    eotf: str = "ST 2084"
    peak_nits: float = 1500.0
    deviation: float = 1.0
    droop: tuple[float, float] = (0.015, 0.035)
    sum_over_white: float = 0.0
    limiter: float = 0.0
    bumps: float = 0.0
    camera_bend: float = 0.005
    shadow: bool = False
    rough: float = 0.0
    clip_level: float = np.inf
    processor: Gamut | None = None
    slips: float = 0.0


_STD = Physics()
SCENARIOS: dict[str, Physics] = {
    "std": _STD,
    "easy": replace(_STD, deviation=0.5, droop=(0.01, 0.01)),
    "hard": replace(
        _STD, deviation=2.0, droop=(0.05, 0.05), limiter=0.05, bumps=0.006, camera_bend=0.01
    ),
    "gamma": replace(_STD, eotf="gamma 2.4", peak_nits=1000.0),
    "srgb": replace(_STD, eotf="sRGB", peak_nits=300.0),
    "clip": replace(_STD, clip_level=0.8),
    "proc2020": replace(_STD, processor=BT2020),
    "procp3": replace(_STD, processor=P3_D65),
    "real": replace(_STD, shadow=True, rough=0.013, sum_over_white=0.96),
    "slips": replace(_STD, slips=0.02),
}


class LabWall:
    """One wall before one camera.

    Attributes
    ----------
    name, seed, physics
        What it was made from.
    camera_name : str
        One of `ledcal.colorimetry.spectra.CAMERAS`.
    exposure : float
        Camera RGB of white's brightest channel, 1 = full scale.
    """

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.seed, self.physics = name, seed, SCENARIOS[name]
        self.camera_name = CAMERAS[seed % len(CAMERAS)]
        rng = np.random.default_rng([seed, 77])
        d, peak = self.physics.deviation, self.physics.peak_nits
        self._gain = 1.0 + 0.012 * d * rng.uniform(-1, 1, 3)
        self._tilt = 0.015 * d * rng.uniform(-1, 1, 3)
        self._wave = rng.uniform(0.3, 1.0, (3, _N_HARMONICS)) / np.arange(1, _N_HARMONICS + 1)
        self._wave *= 0.02 * d / self._wave.sum(axis=1, keepdims=True)
        self._phase = rng.uniform(0, 2 * np.pi, (3, _N_HARMONICS))
        self._toe = np.minimum(d * rng.uniform(0.05, 0.25, 3), 0.6), rng.uniform(0.1, 0.4, 3)
        self._dead = rng.uniform(0.004, 0.015, 3) / peak
        self._top = 1.0 + 0.012 * d * rng.uniform(-1, 1, 3)
        self._crosstalk = 0.005 * d * rng.uniform(-1, 1, (3, 3)) * (1.0 - np.eye(3))
        self._droop = rng.uniform(*self.physics.droop), rng.uniform(1.2, 2.2)
        # About .6 % over the camera's three channels.
        self._moved = 0.004 * d * rng.uniform(-1, 1, (3, 3)), rng.uniform(0.6, 1.8, 3)
        self._rough = self._roughness(rng)
        self._bumps = (
            rng.uniform(0, 1, (_N_BUMPS, 3)),
            rng.uniform(0.12, 0.3, _N_BUMPS),
            self.physics.bumps * rng.standard_normal((_N_BUMPS, 3)),
        )
        self._bend = self.physics.camera_bend * rng.uniform(-1, 1, 3)
        self._black_nits = rng.uniform(0.004, 0.020)
        self._balance_error = 1.0 + 0.04 * rng.uniform(-1, 1, 3) * [1.0, 0.0, 1.0]
        clips = np.isfinite(self.physics.clip_level)
        self.exposure = 1.2 if clips else rng.uniform(0.25, 0.9)
        if self.physics.sum_over_white:
            share, power = self.physics.sum_over_white, self._droop[1]
            amount = (1.0 - share) / (float(_POWER @ _POWER**power) - share)
            self._droop = amount, power

    @property
    def eotf(self) -> str:
        """What the wall is set to."""
        return self.physics.eotf

    @property
    def peak_nits(self) -> float:
        """What the wall is set to."""
        return self.physics.peak_nits

    # The wall.

    def drive(self, code: FloatArray) -> FloatArray:
        """Nominal channel light of wall code (n, 3), relative to peak, behind the processor."""
        if self.eotf == "ST 2084":
            light = pq_decode(code) / self.peak_nits
        else:
            light = eotf(self.eotf, code, peak_nits=1.0)
        if self.physics.processor is not None:
            light = np.clip(np.minimum(light, 1.0) @ self._processor.T, 0.0, 1.0)
        return np.asarray(light, np.float64)

    def code_for(self, drive: FloatArray) -> FloatArray:
        """Wall code of channel light: `drive` inverted; NaN where no code asks for it."""
        light = drive
        if self.physics.processor is not None:
            light = drive @ np.linalg.inv(self._processor).T
        missing = ((light < -1e-9) | (light > 1.0 + 1e-9)).any(axis=1, keepdims=True)
        code = eotf_inverse(self.eotf, light * self.peak_nits, peak_nits=self.peak_nits)
        return np.where(missing, np.nan, code)

    def channel_light(self, drive: FloatArray, *, steps: bool = True) -> FloatArray:
        """What each channel would emit alone; `steps` of its pulse width modulation."""
        drive = np.maximum(drive, 0.0)
        nits = drive * self.peak_nits
        at = pq_encode(nits) / pq_encode(self.peak_nits)
        turns = 2 * np.pi * np.arange(1, _N_HARMONICS + 1)
        wave = np.sin(turns * at[..., None] + self._phase)
        light = np.maximum(drive, 1e-12) ** self._tilt * drive * self._gain
        light *= 1.0 + np.sum(self._wave * wave, axis=-1)
        light *= 1.0 - self._toe[0] * np.exp(-nits / self._toe[1])
        if self.physics.shadow:
            light *= _shadow_gain(drive)
        if self.physics.rough:
            light *= 1.0 + self.roughness(at)
        light = np.maximum(light - self._dead, 0.0)
        if self.eotf == "ST 2084":
            light -= _KNEE * np.logaddexp(0.0, (light - self._top) / _KNEE)
            light = np.maximum(light, 0.0)
        if steps:
            step = 1.0 / 65535.0
            light = 0.5 * (light + np.round(light / step) * step)
        return np.asarray(light, np.float64)

    def emission(self, light: FloatArray) -> FloatArray:
        """Channel light with supply droop, limiter, crosstalk and gain field."""
        load = np.maximum(light, 0.0) @ _POWER
        amount, power = self._droop
        common = 1.0 - amount * load**power
        common -= self.physics.limiter * np.maximum(load - 0.65, 0.0) / 0.35
        own = 1.0 + np.sqrt(np.maximum(light, 0.0)) @ self._crosstalk.T
        if self.physics.bumps:
            at = pq_encode(light * self.peak_nits) / pq_encode(self.peak_nits)
            centre, width, size = self._bumps
            away = np.sum((at[:, None] - centre) ** 2, axis=-1) / width**2
            own += np.exp(-0.5 * away) @ size
        return np.asarray(light * own * common[:, None], np.float64)

    # The camera.

    def native(self, drive: FloatArray, *, steps: bool = True) -> FloatArray:
        """Camera RGB of nominal channel light (n, 3), 1 = full scale; without noise or clip."""
        light = self.channel_light(drive, steps=steps)
        primaries = self._primaries
        length = np.linalg.norm(primaries, axis=1, keepdims=True)
        moved, power = self._moved
        # No channel of the camera sees less than nothing.
        moved = np.clip(moved * length, -0.5 * primaries, 0.5 * primaries)
        emitted = self.emission(light)
        seen = emitted @ primaries
        seen += (emitted * np.maximum(light, 0.0) ** power) @ moved
        seen += self._black_nits / self.peak_nits * primaries.sum(axis=0) * [1.1, 1.0, 0.9]
        return np.asarray(seen * (1.0 + self._bend * (1.0 - seen)), np.float64)

    def seen(self, drive: FloatArray, *, steps: bool = True) -> FloatArray:
        """ACES2065-1 of nominal channel light (n, 3); without noise or clip."""
        return np.asarray(self.native(drive, steps=steps) @ self._to_aces.T, np.float64)

    def camera(self, code: FloatArray) -> FloatArray:
        """ACES2065-1 of wall code (n, 3), at the camera's exposure; without noise or clip."""
        return self.seen(self.drive(code))

    def measure(
        self, code: FloatArray, noise: float = 1.0, seed: int = 0, *, with_sigma: bool = True
    ) -> PatchMeasurements:
        """What a take measures of wall codes (n, 3): noise, clipping and slips included."""
        rng = np.random.default_rng([self.seed, 99, seed])
        n, limit = len(code), self.physics.clip_level
        clean = self.native(self.drive(code))
        for patch in rng.permutation(n)[: round(self.physics.slips * n)]:
            clean[patch] = 0.5 * (clean[patch] + clean[rng.integers(n)])
        error = noise * np.sqrt((2e-3 * clean) ** 2 + 1e-7 * clean + 3e-6**2)
        flicker = 1.0 + 1e-3 * noise * rng.standard_normal((n, 1))
        native = clean * flicker + error * rng.standard_normal((n, 3))
        above = (clean - limit) / (_PIXEL_NOISE * clean + 1e-9)
        saturated = np.max(ndtr(above), axis=1)
        to_aces = self._to_aces
        sigma = np.sqrt(error**2 @ (to_aces**2).T) if with_sigma else np.full((n, 3), np.nan)
        flags = np.where(saturated > 0.0, int(MeasurementFlag.SATURATED), 0)
        kind = tuple("mixed" if row.any() else "black" for row in code)
        return PatchMeasurements(
            code,
            np.minimum(native, limit) @ to_aces.T,
            sigma,
            np.full(n, 10000, dtype=np.int64),
            np.where(saturated > 1e-9, saturated, 0.0),
            np.where(saturated > 1e-9, flags, 0),
            kind,
            ("",) * n,
        )

    # Parts.

    def roughness(self, at: FloatArray) -> FloatArray:
        """Relative departure of the curves at ST 2084 positions 0..1 (..., 3)."""
        held = np.clip(at, 0.0, 1.0)
        return np.stack([self._rough[c](held[..., c]) for c in range(3)], axis=-1)

    def _roughness(self, rng: np.random.Generator) -> list[CubicSpline]:
        knots = np.linspace(0.0, 1.0, _N_ROUGH)
        common = rng.standard_normal(_N_ROUGH)
        fine = np.linspace(0.0, 1.0, 2001)
        curves = []
        for _ in range(3):
            own = rng.standard_normal(_N_ROUGH)
            values = np.sqrt(_COMMON) * common + np.sqrt(1.0 - _COMMON) * own
            rms = float(np.sqrt(np.mean(CubicSpline(knots, values)(fine) ** 2)))
            curves.append(CubicSpline(knots, self.physics.rough / rms * values))
        return curves

    @cached_property
    def _processor(self) -> FloatArray:
        """3x3 from the processor's gamut to channel light; white stays white."""
        assert self.physics.processor is not None
        to_xyz = (_led_spectra() @ colour_matching_functions()).T
        to_xyz = to_xyz * np.linalg.solve(to_xyz, xy_to_xyz(_D65_XY))
        return np.asarray(
            np.linalg.solve(to_xyz, matrix_rgb_to_xyz(self.physics.processor)), np.float64
        )

    @cached_property
    def _primaries(self) -> FloatArray:
        """Camera RGB of the three channels at full light, shape (channel, camera)."""
        spectra = _led_spectra()
        heights = np.linalg.solve((spectra @ colour_matching_functions()).T, xy_to_xyz(_D65_XY))
        raw = heights[:, None] * (spectra @ camera_sensitivities(self.camera_name))
        return np.asarray(raw * self.exposure / raw.sum(axis=0).max(), np.float64)

    @cached_property
    def _to_aces(self) -> FloatArray:
        """White balance and IDT: least squares over the usual surfaces, white kept white."""
        sensitivity = camera_sensitivities(self.camera_name)
        observer = colour_matching_functions()
        light = illuminant("D65")
        balance = (light @ sensitivity)[1] / (light @ sensitivity)
        surfaces = (reflectances() * light[:, None]).T
        seen = surfaces @ sensitivity * balance / (light @ sensitivity)[1]
        xyz = surfaces @ observer / (light @ observer)[1]
        adapted = matrix_adaptation(
            (light @ observer) / (light @ observer)[1], xy_to_xyz(ACES.whitepoint_xy)
        )
        aces = xyz @ (np.linalg.inv(matrix_rgb_to_xyz(ACES)) @ adapted).T
        # Rows sum to one: the first column is what the others leave.
        rest = seen[:, 1:] - seen[:, :1]
        free, *_ = np.linalg.lstsq(rest, aces - seen[:, :1], rcond=None)
        matrix = np.stack([1.0 - free.sum(axis=0), *free], axis=1)
        return np.asarray(matrix * (balance * self._balance_error), np.float64)


def lab_wall(name: str, seed: int = 0) -> LabWall:
    """One of `SCENARIOS`; the seed draws wall, camera, white balance and exposure."""
    return LabWall(name, seed)


def codes(wall: LabWall, n: int) -> FloatArray:
    """Wall codes of ledcal's own set of n patches, and a black row first."""
    nominal = Wall(wall.name, 1920, 1080, None, wall.eotf, wall.peak_nits, P3_D65)
    values = [values for _, values in build_codes(nominal, n)]
    return np.concatenate([np.zeros((1, 3)), np.array(values) / MAX_CODE_VALUE])


def _led_spectra() -> FloatArray:
    peak, below, above = np.array(_LEDS).T
    return asymmetric_gaussian(peak, below, above)


def _shadow_gain(drive: FloatArray) -> FloatArray:
    """Light of a wall that is dim in the shadows: .90 at 3 %, .55 at .2 % of peak."""
    share = np.log10([1e-6, 1e-4, 2e-3, 3e-2, 0.3, 2.0])
    curve = PchipInterpolator(share, [0.30, 0.38, 0.55, 0.90, 0.99, 1.0])
    at = np.log10(np.clip(drive, 1e-6, 2.0))
    return np.asarray(curve(at), np.float64)
