"""Three ordinary virtual stages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ledcal.colorimetry.space import gamut
from ledcal.simulate.specimen import draw_deviations, draw_emission, draw_pose, three
from ledcal.simulate.stage import VirtualCamera, VirtualOptics, VirtualStage, VirtualWall


def pq_volume(seed: int) -> VirtualStage:
    """A volume of 1500 nits in ST 2084 before a cinema camera."""
    rng = np.random.default_rng([seed, 1])
    wall = VirtualWall(
        eotf="ST 2084",
        peak_nits=1500.0,
        **draw_emission(rng, gamut("P3-D65"), sd_nm=1.0),
        **draw_deviations(rng, size=1.0, additivity=rng.uniform(0.967, 0.985)),
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
    optics = VirtualOptics(
        wall_share=0.62,
        distance_widths=1.6,
        **draw_pose(rng, spread=6.0),
        k1=-0.02,
        k2=0.004,
        vignetting=0.18,
        flare=0.004,
        halo=0.002,
        defocus_px=4.0,
    )
    camera = VirtualCamera(
        model="Virtual Cine",
        sensitivities="Cinema",
        filter_shift_nm=round(float(rng.normal(0, 1.0)), 3),
        full_well_e=45000.0,
        read_noise_e=3.0,
    )
    return VirtualStage("pq-volume", seed, wall, optics, camera)


def sdr_wall(seed: int) -> VirtualStage:
    """A wall of 600 nits in BT.1886, in tungsten light, before a stills camera."""
    rng = np.random.default_rng([seed, 2])
    wall = VirtualWall(
        eotf="BT.1886",
        peak_nits=600.0,
        **draw_emission(rng, gamut("P3-D65"), sd_nm=1.0),
        **draw_deviations(rng, size=1.5, additivity=rng.uniform(1.0, 1.04)),
        wavelength_shift_nm=(0.5, 2.0, 1.0),
        panel_columns=6,
        panel_rows=4,
        panel_sd=0.012,
        off_axis=(0.35, 0.22, 0.28),
        black_nits=0.02,
        ambient_nits=0.6,
        ambient_illuminant="A",
        surround_nits=0.3,
    )
    wall = replace(wall, headroom=three(np.asarray(wall.headroom) + 0.05))
    optics = VirtualOptics(
        wall_share=0.5,
        distance_widths=1.3,
        **draw_pose(rng, spread=10.0),
        k1=0.015,
        vignetting=0.25,
        flare=0.006,
        halo=0.003,
        defocus_px=3.0,
    )
    camera = VirtualCamera(
        model="Virtual Studio",
        sensitivities="Nikon D5100",
        filter_shift_nm=round(float(rng.normal(0, 1.0)), 3),
        bits=12,
        black=(256.0, 256.0, 256.0, 256.0),
        white=4095,
        pattern="GRBG",
        full_well_e=30000.0,
        read_noise_e=4.0,
        time_s=1 / 50,
        compression="lossless-jpeg",
    )
    return VirtualStage("sdr-wall", seed, wall, optics, camera)


def tv_wall(seed: int) -> VirtualStage:
    """A TV of 300 nits in sRGB that serves as a wall."""
    rng = np.random.default_rng([seed, 3])
    wall = VirtualWall(
        eotf="sRGB",
        peak_nits=300.0,
        **draw_emission(rng, gamut("BT.709"), sd_nm=1.5),
        **draw_deviations(rng, size=1.2, additivity=rng.uniform(0.99, 1.015)),
        wavelength_shift_nm=(0.0, 0.0, 0.0),
        panel_columns=1,
        panel_rows=1,
        panel_sd=0.0,
        off_axis=(0.8, 0.7, 0.9),
        black_nits=0.15,
        ambient_nits=0.5,
        ambient_illuminant="A",
        surround_nits=0.8,
    )
    wall = replace(
        wall,
        headroom=three(np.asarray(wall.headroom) + 0.06),
        pwm_steps=16383,
        toe_nits=0.2,
    )
    optics = VirtualOptics(
        wall_share=0.66,
        distance_widths=2.0,
        **draw_pose(rng, spread=4.0),
        k1=-0.03,
        k2=0.01,
        vignetting=0.3,
        flare=0.006,
        halo=0.003,
        defocus_px=3.0,
    )
    camera = VirtualCamera(
        model="Virtual Stills",
        sensitivities="Canon EOS 5D Mark II",
        filter_shift_nm=round(float(rng.normal(0, 1.0)), 3),
        bits=14,
        black=(1024.0, 1024.0, 1024.0, 1024.0),
        white=15300,
        full_well_e=50000.0,
        read_noise_e=5.0,
        time_s=1 / 15,
        f_number=5.6,
        iso=200.0,
        interval_s=4.0,
        compression="lossless-jpeg",
    )
    return VirtualStage("tv-wall", seed, wall, optics, camera)
