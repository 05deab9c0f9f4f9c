"""Which reciprocal vector made a line: told by its phases in the colour filter array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.lattice import colour_of, site_turns
from ledcal.values.moire import GREEN_MAGENTA, LUMINANCE, RED_BLUE

if TYPE_CHECKING:
    from ledcal.moire.sinusoid import ComplexArray, Wave
    from ledcal.values.arrays import FloatArray

# What sampling may have taken off, up to whole cycles.
HALVES = np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.5], [0.5, 0.5]])
# Channels of a picture: all alike, red against blue, green against both.
MODES = {
    LUMINANCE: np.array([1.0, 1.0, 1.0]) / np.sqrt(3.0),
    RED_BLUE: np.array([1.0, 0.0, -1.0]) / np.sqrt(2.0),
    GREEN_MAGENTA: np.array([1.0, -2.0, 1.0]) / np.sqrt(6.0),
}
# Planes differ in amplitude beyond doubt where their squares pass this, per degree of freedom.
_DIFFER = 4.0
# Dies of red and blue lie beside those of green: how much of the time they turn a line anyhow, and
# by how many cycles they turn it otherwise.
_ANYHOW, _DIE_TURN = 0.4, 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """Colour and contrast of a line.

    Attributes
    ----------
    colour : str
        As `MoireLine.colour`: of the likeliest reciprocal.
    likely : ndarray, shape (4,), or None
        Logarithm of how likely it is that sampling took off each of `HALVES` (up to whole cycles),
        the likeliest 0. None for pictures, which do not tell.
    contrast, contrast_sigma : float
        Amplitude over mean, and its standard error.
    """

    colour: str
    likely: FloatArray | None
    contrast: float
    contrast_sigma: float


def colouring(wave: Wave, channels: tuple[str, ...], offsets: FloatArray, step: int) -> Colouring:
    """Colour of a line from its amplitudes in the planes.

    Parameters
    ----------
    wave : Wave
        The line, its phases in coordinates common to all planes.
    channels : tuple of str
        Of the planes.
    offsets : ndarray, shape (planes, 2)
        x, y of the planes in the colour filter array.
    step : int
        2 for a Bayer array, 1 for a picture.

    Returns
    -------
    Colouring
        With all planes together where they agree, else the strongest channel's contrast.
    """
    if step == 1:
        return _of_picture(wave, channels)
    turns = np.array([site_turns(half, offsets) for half in HALVES])
    turned = wave.amplitude * np.exp(-2j * np.pi * turns)
    likely = np.array([_likely(one, wave.amplitude_sigma, channels) for one in turned])
    best = int(np.argmax(likely))
    contrast, sigma = _together(turned[best], wave.amplitude_sigma, channels)
    return Colouring(colour_of(HALVES[best]), likely - likely[best], contrast, sigma)


def _likely(turned: ComplexArray, sigma: FloatArray, channels: tuple[str, ...]) -> float:
    """Logarithm of how likely planes are to agree so well.

    Greens look at the same dies: they agree but for noise. Red and blue agree with them, or lie
    anyhow.
    """
    green = np.array([channel.startswith("G") for channel in channels])
    weights = 1.0 / sigma**2
    if not green.any():
        return float(np.abs(np.sum(turned * weights)) ** 2 / (2.0 * weights.sum()))
    middle = np.sum((turned * weights)[green])
    total = float(np.abs(middle) ** 2 / (2.0 * weights[green].sum()))
    for amplitude in turned[~green]:
        apart = float(np.angle(amplitude * np.conj(middle))) / (2.0 * np.pi)
        near = 2.0 * (1.0 - _ANYHOW) * np.exp(-0.5 * (apart / _DIE_TURN) ** 2)
        total += float(np.log(_ANYHOW + near))
    return total


def _together(
    turned: ComplexArray, sigma: FloatArray, channels: tuple[str, ...]
) -> tuple[float, float]:
    """Contrast of all planes, or of the strongest channel where they differ beyond doubt."""
    weights = 1.0 / sigma**2
    mean = np.sum(turned * weights) / weights.sum()
    off = float(np.sum(weights * np.abs(turned - mean) ** 2))
    if off < _DIFFER * 2.0 * max(len(turned) - 1, 1):
        return float(np.abs(mean)), float(1.0 / np.sqrt(weights.sum()))
    # Amplitudes alone: dies beside each other turn, and do not weaken.
    size = np.abs(turned)
    level = float(np.sum(size * weights) / weights.sum())
    off = float(np.sum(weights * (size - level) ** 2))
    if off < _DIFFER * max(len(turned) - 1, 1):
        return level, float(1.0 / np.sqrt(weights.sum()))
    found = {}
    for name in dict.fromkeys(channel[0] for channel in channels):
        mask = np.array([channel[0] == name for channel in channels])
        total = weights[mask].sum()
        found[name] = (
            float(np.abs(np.sum((turned * weights)[mask]) / total)),
            float(1.0 / np.sqrt(total)),
        )
    return max(found.values())


def _of_picture(wave: Wave, channels: tuple[str, ...]) -> Colouring:
    sizes = np.abs(wave.amplitude)
    strongest = int(np.argmax(sizes))
    contrast, sigma = float(sizes[strongest]), float(wave.amplitude_sigma[strongest])
    first = [channel[0] for channel in channels]
    if sorted(first) != ["B", "G", "R"]:
        return Colouring(LUMINANCE, None, contrast, sigma)
    a = wave.amplitude[[first.index(name) for name in "RGB"]]
    parts = {name: float(np.abs(mode @ a)) for name, mode in MODES.items()}
    return Colouring(max(parts, key=lambda name: parts[name]), None, contrast, sigma)
