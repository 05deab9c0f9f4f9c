"""Virtual stages that ask more of a calibration: rough, far off, or mixed by their processor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.colorimetry.space import gamut
from ledcal.simulate.curve import draw_roughness
from ledcal.simulate.leds import ORDINARY_LEDS, leds_for
from ledcal.simulate.specimen import (
    draw_bins,
    draw_deviations,
    draw_emission,
    draw_pose,
    draw_ripple,
    three,
)
from ledcal.simulate.stage import VirtualCamera, VirtualOptics, VirtualStage, VirtualWall

if TYPE_CHECKING:
    from ledcal.simulate.virtual_wall import Leds, Three

# Chromaticities of LEDs between P3 and the ordinary ones.
_BEYOND_P3 = ((0.69, 0.31), (0.22, 0.72), (0.14, 0.055))


def rough_volume(seed: int) -> VirtualStage:
    """A volume as real takes show it: rough curves, dark shadows, white above its parts."""
    rng = np.random.default_rng([seed, 5])
    wall = VirtualWall(
        eotf="ST 2084",
        peak_nits=1500.0,
        **draw_emission(rng, gamut("P3-D65"), sd_nm=1.0),
        **draw_deviations(rng, size=1.0, additivity=1.04),
        roughness=draw_roughness(rng, 0.013),
        shadow_gain=0.55,
        wavelength_shift_nm=(0.3, 1.2, 0.6),
        panel_columns=8,
        panel_rows=4,
        panel_sd=0.01,
        off_axis=(0.30, 0.20, 0.24),
        black_nits=0.01,
        ambient_nits=0.2,
        ambient_illuminant="D65",
        surround_nits=0.05,
    )
    optics = _optics(rng, wall_share=0.6, distance_widths=1.5, k1=-0.025, flare=0.005)
    camera = _nikon(rng, "Virtual Volume")
    return VirtualStage("rough-volume", seed, wall, optics, camera)


def stressed_volume(seed: int) -> VirtualStage:
    """A volume whose exponents, curves, shadows, white and primaries are all far off."""
    rng = np.random.default_rng([seed, 6])
    values = draw_deviations(rng, size=1.0, additivity=0.96) | {
        "exponent_error": _around(rng, 0.10),
        "ripple": tuple(draw_ripple(rng, 0.03) for _ in range(3)),
        "threshold_nits": three(rng.uniform(0.02, 0.04, 3)),
    }
    wall = VirtualWall(
        eotf="ST 2084",
        peak_nits=1500.0,
        **draw_emission(rng, gamut("P3-D65"), sd_nm=1.5),
        **values,
        wavelength_shift_nm=(3.0, 3.0, 3.0),
        panel_columns=10,
        panel_rows=5,
        panel_sd=0.012,
        off_axis=(0.4, 0.25, 0.3),
        black_nits=0.015,
        ambient_nits=0.3,
        ambient_illuminant="A",
        surround_nits=0.1,
    )
    optics = _optics(rng, wall_share=0.55, distance_widths=1.4, k1=0.02, flare=0.006)
    camera = VirtualCamera(
        model="Virtual Reflex",
        sensitivities="Canon EOS 5D Mark II",
        filter_shift_nm=round(float(rng.normal(0, 1.0)), 3),
        black=(1024.0, 1024.0, 1024.0, 1024.0),
        white=15300,
        full_well_e=50000.0,
        read_noise_e=5.0,
        compression="lossless-jpeg",
    )
    return VirtualStage("stressed-volume", seed, wall, optics, camera)


def stressed_sdr(seed: int) -> VirtualStage:
    """A wall in gamma 2.4 that is far off the other way."""
    rng = np.random.default_rng([seed, 7])
    values = draw_deviations(rng, size=1.0, additivity=1.04) | {
        "exponent_error": _around(rng, -0.09),
        "ripple": tuple(draw_ripple(rng, 0.03) for _ in range(3)),
    }
    wall = VirtualWall(
        eotf="gamma 2.4",
        peak_nits=600.0,
        **draw_emission(rng, gamut("P3-D65"), sd_nm=1.0),
        **values,
        wavelength_shift_nm=(-3.0, 3.0, 3.0),
        panel_columns=6,
        panel_rows=4,
        panel_sd=0.012,
        off_axis=(0.35, 0.22, 0.28),
        black_nits=0.02,
        ambient_nits=0.4,
        ambient_illuminant="A",
        surround_nits=0.2,
    )
    optics = _optics(rng, wall_share=0.55, distance_widths=1.5, k1=-0.02, flare=0.005)
    camera = VirtualCamera(
        model="Virtual Cine",
        sensitivities="Cinema",
        filter_shift_nm=round(float(rng.normal(0, 1.0)), 3),
        full_well_e=45000.0,
        read_noise_e=3.0,
        time_s=1 / 50,
    )
    return VirtualStage("stressed-sdr", seed, wall, optics, camera)


def processor_p3(seed: int) -> VirtualStage:
    """A volume with LEDs wider than P3 (but for a sliver), whose processor takes code as P3."""
    rng = np.random.default_rng([seed, 8])
    wall = _mixed_wall(rng, "P3-D65", ORDINARY_LEDS)
    optics = _optics(rng, wall_share=0.6, distance_widths=1.7, k1=-0.02, flare=0.004)
    camera = VirtualCamera(
        model="Virtual Cine",
        sensitivities="Cinema",
        filter_shift_nm=round(float(rng.normal(0, 1.0)), 3),
        full_well_e=45000.0,
        read_noise_e=3.0,
    )
    return VirtualStage("processor-p3", seed, wall, optics, camera)


def processor_2020(seed: int) -> VirtualStage:
    """The like with other LEDs, whose processor takes code as BT.2020: beyond what they make."""
    rng = np.random.default_rng([seed, 9])
    wall = _mixed_wall(rng, "BT.2020", leds_for(_BEYOND_P3))
    optics = _optics(rng, wall_share=0.6, distance_widths=1.6, k1=0.015, flare=0.005)
    return VirtualStage("processor-2020", seed, wall, optics, _nikon(rng, "Virtual Studio"))


def _mixed_wall(rng: np.random.Generator, processor_gamut: str, leds: Leds) -> VirtualWall:
    return VirtualWall(
        eotf="ST 2084",
        peak_nits=1500.0,
        leds=draw_bins(rng, leds, sd_nm=1.0),
        **draw_deviations(rng, size=1.0, additivity=rng.uniform(0.967, 0.985)),
        processor_gamut=processor_gamut,
        wavelength_shift_nm=(0.3, 1.2, 0.6),
        panel_columns=8,
        panel_rows=4,
        panel_sd=0.01,
        off_axis=(0.30, 0.20, 0.24),
        black_nits=0.01,
        ambient_nits=0.15,
        ambient_illuminant="D65",
        surround_nits=0.05,
    )


def _around(rng: np.random.Generator, error: float) -> Three:
    """An error near `error` in each colour."""
    return three(error + rng.uniform(-0.01, 0.01, 3))


def _optics(rng: np.random.Generator, **values: Any) -> VirtualOptics:
    return VirtualOptics(
        **draw_pose(rng, spread=6.0), vignetting=0.2, halo=0.002, defocus_px=3.5, **values
    )


def _nikon(rng: np.random.Generator, model: str) -> VirtualCamera:
    return VirtualCamera(
        model=model,
        sensitivities="Nikon D5100",
        filter_shift_nm=round(float(rng.normal(0, 1.0)), 3),
        pattern="GRBG",
        full_well_e=32000.0,
        read_noise_e=4.0,
        compression="lossless-jpeg",
    )
