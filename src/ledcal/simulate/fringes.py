"""Raw frames with lines of known frequency, strength and colour: what the detector is judged by.

A line is a cosine in the light at the photosites, before sampling; sampling it with a colour
filter array makes the alias and its colour by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.frame import Exposure, LinearFrame, Plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import FloatArray

_PATTERN = (("R", 0, 0), ("G1", 1, 0), ("G2", 0, 1), ("B", 1, 1))


@dataclass(frozen=True, slots=True)
class Fringe:
    """A cosine in the light.

    Attributes
    ----------
    fx, fy : float
        True frequency in cycles per photosite, x right, y down.
    amplitude : float
        Over the mean light.
    phase : float
        In cycles, at the picture's first photosite.
    lead_red, lead_blue : float
        Turns by which red and blue lead green: their dies lie beside each other.
    """

    fx: float
    fy: float
    amplitude: float
    phase: float = 0.0
    lead_red: float = 0.0
    lead_blue: float = 0.0


@dataclass(frozen=True, slots=True)
class FlatPatch:
    """Flat light on a Bayer sensor.

    Attributes
    ----------
    width, height : int
        Photosites.
    electrons : float
        Mean light of a photosite; the noise is that of photons and of reading.
    read_noise_e : float
        Of reading.
    vignetting : float
        Light lost in the corners.
    row_noise : float
        Standard deviation of a row's own offset, over that of a photosite's noise.
    is_row_noise_fixed : bool
        The same in every frame.
    led_spread : float
        Standard deviation of the LEDs' brightness.
    led_pitch_px : float
        Photosites per LED, for the spread.
    panel_spread : float
        Standard deviation of the panels' brightness.
    panel_px : float
        Photosites per panel.
    wall_turn_deg : float
        How LEDs and panels are turned against the photosites.
    seed : int
        Of all that is drawn.
    """

    width: int = 512
    height: int = 512
    electrons: float = 5400.0
    read_noise_e: float = 4.0
    vignetting: float = 0.0
    row_noise: float = 0.0
    is_row_noise_fixed: bool = True
    led_spread: float = 0.0
    led_pitch_px: float = 4.0
    panel_spread: float = 0.0
    panel_px: float = 64.0
    wall_turn_deg: float = 0.0
    seed: int = 0


def flat_frame(
    patch: FlatPatch, fringes: Sequence[Fringe] = (), *, index: int = 0, name: str = "flat"
) -> LinearFrame:
    """A frame of flat light with lines in it.

    Parameters
    ----------
    patch : FlatPatch
        Light, noise, and what is uneven for good.
    fringes : sequence of Fringe
        The lines.
    index : int
        Of the frame: it decides the noise.
    name : str
        Of the frame.

    Returns
    -------
    LinearFrame
        RGGB, floats in electrons.
    """
    x = np.arange(patch.width, dtype=np.float64)
    y = np.arange(patch.height, dtype=np.float64)
    uneven = _uneven(patch)
    rng = np.random.default_rng([patch.seed, 31, index])
    planes = []
    for channel, left, top in _PATTERN:
        across, down = x[left::2], y[top::2]
        light = uneven[top::2, left::2].copy()
        wave = np.zeros_like(light)
        for fringe in fringes:
            lead = {"R": fringe.lead_red, "B": fringe.lead_blue}.get(channel, 0.0)
            turn_x = np.exp(2j * np.pi * (fringe.fx * across + fringe.phase + lead))
            turn_y = np.exp(2j * np.pi * fringe.fy * down) * fringe.amplitude
            wave += np.outer(turn_y.real, turn_x.real) - np.outer(turn_y.imag, turn_x.imag)
        light *= patch.electrons * (1.0 + wave)
        sd = np.sqrt(np.maximum(light, 0.0) + patch.read_noise_e**2)
        light += sd * rng.standard_normal(light.shape)
        planes.append((channel, left, top, light))
    if patch.row_noise:
        usual = np.sqrt(patch.electrons + patch.read_noise_e**2)
        key = [patch.seed, 32] if patch.is_row_noise_fixed else [patch.seed, 32, index]
        rows = np.random.default_rng(key).standard_normal(patch.height) * usual * patch.row_noise
        planes = [
            (channel, left, top, light + rows[top::2, None]) for channel, left, top, light in planes
        ]
    return LinearFrame(
        name=name,
        width=patch.width,
        height=patch.height,
        planes=tuple(
            Plane(light.astype(np.float32), channel, left, top, 2, 0.0, 30000.0, np.inf)
            for channel, left, top, light in planes
        ),
        space="camera",
        exposure=Exposure(),
        colour=None,
    )


def _uneven(patch: FlatPatch) -> FloatArray:
    """What is uneven for good: fall-off, panels, the LEDs' spread. Shape (height, width)."""
    x = np.arange(patch.width, dtype=np.float64)[None, :]
    y = np.arange(patch.height, dtype=np.float64)[:, None]
    u, v = (x / patch.width - 0.5) * 2, (y / patch.height - 0.5) * 2
    light = 1.0 - patch.vignetting * (u * u + v * v) / 2.0
    if not (patch.panel_spread or patch.led_spread):
        return np.asarray(light, np.float64)
    rng = np.random.default_rng([patch.seed, 33])
    turn = np.radians(patch.wall_turn_deg)
    along = np.cos(turn) * x + np.sin(turn) * y + 0.5 * patch.height
    across = -np.sin(turn) * x + np.cos(turn) * y + 0.5 * patch.width
    for spread, pitch in (
        (patch.panel_spread, patch.panel_px),
        (patch.led_spread, patch.led_pitch_px),
    ):
        if not spread:
            continue
        start = rng.uniform(0.0, pitch, 2)
        i = ((along + start[0]) // pitch).astype(int)
        j = ((across + start[1]) // pitch).astype(int)
        gains = 1.0 + spread * rng.standard_normal((j.max() + 2, i.max() + 2))
        light = light * gains[j, i]
    return np.asarray(light, np.float64)
