"""A small made-up calibration: a PQ wall that is a little pink, a little steep, not quite black."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import P3_D65, gamut, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.values.camera import CameraTransform
from ledcal.values.display import DisplayModel
from ledcal.values.finding import Finding
from ledcal.values.lut import Lut3d
from ledcal.values.measurement import MeasurementFlag, PatchMeasurements
from ledcal.values.profile import Profile
from ledcal.values.quality import PeakChoice, Provenance, Quality, Spread
from ledcal.values.raster import CameraRaster, LedRaster
from ledcal.values.stage import Camera, Gamut, Stage, Target, Wall

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import FloatArray

PEAK_NITS = 1500.0
GAINS = np.array([1.06, 1.0, 0.92])
EXPONENTS = np.array([1.05, 1.0, 0.97])
BLACK = np.array([0.0020, 0.0018, 0.0025])
EXPOSURE_SCALE = 37.5
_PRIMARIES = Gamut("native", [[0.690, 0.309], [0.205, 0.715], [0.140, 0.052]], [0.3127, 0.3290])
_MATRIX = matrix_rgb_to_aces(_PRIMARIES)


def fake_stage() -> Stage:
    """A stage with a wall name that is not ASCII."""
    return Stage(
        wall=Wall(
            "Bühne 3",
            1920,
            1080,
            2.6,
            "ST 2084",
            PEAK_NITS,
            P3_D65,
            LedRaster(0.4, "round", scan=16),
        ),
        camera=Camera(
            *("Kamera X", 35.0, 5.9, 4.5, None, "S-Log3", "S-Gamut3"),
            raster=CameraRaster(f_stop=2.8, olpf_px=0.6, line_skip=2),
        ),
        target=Target(gamut("P3-D65"), "ST 2084", PEAK_NITS),
        assumptions=("target.gamut = 'P3-D65' (as the wall)",),
    )


def fake_predict(code: FloatArray) -> FloatArray:
    """Wall code to ACES2065-1 as the camera recorded it, black included."""
    nits = eotf("ST 2084", code, peak_nits=PEAK_NITS)
    light = PEAK_NITS * (nits / PEAK_NITS) ** EXPONENTS * GAINS
    return np.asarray((light / 100 @ _MATRIX.T) / EXPOSURE_SCALE + BLACK)


def fake_correct(code: FloatArray) -> FloatArray:
    """Content code to wall code: the inverse of `fake_predict`, clipped per channel."""
    light = 100 * target_light(fake_stage().target, code) @ np.linalg.inv(_MATRIX).T / GAINS
    light = np.clip(light / PEAK_NITS, 0.0, 1.0) ** (1 / EXPONENTS)
    corrected: FloatArray = eotf_inverse("ST 2084", light * PEAK_NITS, peak_nits=PEAK_NITS)
    return corrected


def fake_table(size: int) -> Lut3d:
    """Sample `fake_correct`: different on all three axes."""
    axis = np.linspace(0.0, 1.0, size)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    return Lut3d(fake_correct(grid))


def fake_measurements(n: int = 60, *, seed: int = 3) -> PatchMeasurements:
    """Neutral, single-channel and mixed patches with a little noise, some of them flagged."""
    rng = np.random.default_rng(seed)
    level = np.linspace(0.0, 1.0, n // 6)
    zero = np.zeros_like(level)
    ramps = [
        np.stack(channels, axis=-1)
        for channels in (
            (level, level, level),
            (level, zero, zero),
            (zero, level, zero),
            (zero, zero, level),
        )
    ]
    code = np.concatenate([*ramps, rng.uniform(0, 1, (n - 4 * len(level), 3))])
    names = ("neutral", "red", "green", "blue")
    kind = tuple(name for name in names for _ in level) + ("mixed",) * (n - 4 * len(level))
    true = fake_predict(code)
    sigma = 0.002 * true + 2e-5
    flags = np.zeros(n, np.int64)
    flags[9] = MeasurementFlag.SATURATED
    flags[20] = MeasurementFlag.NOISY | MeasurementFlag.GREENS_DIFFER
    return PatchMeasurements(
        code=code,
        camera=true + rng.normal(0, 1, true.shape) * sigma,
        sigma=sigma,
        n_samples=np.full(n, 4000),
        saturated=np.where(flags & MeasurementFlag.SATURATED, 0.2, 0.0),
        flags=flags,
        kind=kind,
        frame=tuple(f"A001_{i // 8:04d}.dng" for i in range(n)),
        header={"exposure": "1/48 s, ISO 800", "pattern": "standard"},
    )


def fake_quality() -> Quality:
    """Figures of a good fit."""
    return Quality(
        before=Spread(20.4, 38.2, 61.7),
        after=Spread(0.41, 1.32, 3.05),
        before_de2000=Spread(4.1, 9.7, 14.9),
        after_de2000=Spread(0.11, 0.43, 0.97),
        cross_validated=Spread(0.62, 1.91, 4.4),
        noise_floor=Spread(0.21, 0.6, 1.02),
        interpolation=Spread(0.03, 0.12, 0.55),
        fit_residual=Spread(0.44, 1.5, 3.3),
        exposure_scale=EXPOSURE_SCALE,
        peak_kept=0.934,
        gamut_clipped=0.031,
        neutral_monotone=True,
        link_10bit=Spread(0.66, 1.61, 3.4),
        link_12bit=Spread(0.45, 1.38, 3.1),
        regions={
            "greys": Spread(0.31, 0.9, 1.4),
            "skin": Spread(0.42, 1.1, 1.2),
            "saturated": Spread(0.88, 2.4, 4.4),
            "shadows": Spread(0.95, 2.6, 3.9),
        },
        peak_choices={"match": PeakChoice(0.934, 0.1), "keep": PeakChoice(0.991, 6.3)},
    )


def fake_profile(*, size: int = 9, **changes: Any) -> Profile:
    """A whole profile; `changes` replace its fields."""
    profile = Profile(
        name="buehne-3-kamera-x-2031-05-04",
        stage=fake_stage(),
        pattern="standard grid",
        transform=CameraTransform(
            white_balance=np.array([1.9, 1.0, 1.6]),
            matrix=np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.0, 0.1, 0.9]]),
            source="DNG ColorMatrix1 and 2",
            assumes="that the maker's matrices are right for this camera",
        ),
        model=DisplayModel(
            "parametric-1",
            {
                "primaries": _MATRIX / EXPOSURE_SCALE,
                "exponents": EXPONENTS,
                "black": BLACK,
                "empty": np.zeros((0, 3)),
                "scale": np.array(1 / 3),
            },
        ),
        correction=fake_table(size),
        quality=fake_quality(),
        measurements=fake_measurements(),
        findings=(
            Finding(
                "patch-saturated",
                "note",
                "1 of 60 patches has saturated photosites: A001_0001.dng",
                "exposure is too high for full white",
                0.9,
                "close the iris by a third of a stop if highlights matter",
                reshoot=False,
                frames=("A001_0001.dng",),
            ),
        ),
        assumptions=(
            "target.gamut = 'P3-D65' (as the wall)",
            "tolerances.median_itp = 2 (default)",
        ),
        provenance=Provenance(
            ledcal_version="0.0.0",
            command="ledcal fit captures",
            created="2031-05-04T09:12:44+00:00",
            inputs={"A001_0000.dng": "ab" * 32, "A001_0001.dng": "cd" * 32},
        ),
        n_frames=12,
    )
    return replace(profile, **changes)


def fake_quality_of(**changes: Any) -> Quality:
    """Figures of a good fit, with some replaced."""
    return replace(fake_quality(), **changes)


def true_error() -> tuple[FloatArray, FloatArray]:
    """Delta E ITP of the fake wall before and after its correction, on a few greys."""
    grey = np.repeat(np.linspace(0.1, 0.6, 6)[:, None], 3, axis=1)
    target = target_light(fake_stage().target, grey)

    def seen(code: FloatArray) -> FloatArray:
        return EXPOSURE_SCALE * (fake_predict(code) - fake_predict(np.zeros((1, 3))))

    return delta_e_itp(seen(grey), target), delta_e_itp(seen(fake_correct(grey)), target)


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder: relative path to bytes, None for folders."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }
