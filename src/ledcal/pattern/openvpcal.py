"""The sequence of OpenVPCal's calibration pattern, as far as it is one colour a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import canonical_eotf, eotf_inverse, pq_decode, pq_encode
from ledcal.values.foreign import ForeignPatch, ForeignPattern

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Wall

NAME = "openvpcal"
# What OpenVPCal plays unless it is told otherwise: steps of the ramp, saturation of primaries.
DEFAULT_STEPS = 30
DEFAULT_SATURATION = 0.7
# Grey and primaries stand at this share of the peak.
GREY = 0.18
# Walls that are not ST 2084 are 100 nits to OpenVPCal: its 1.0 is code 1.0.
_RELATIVE_NITS = 100.0
_CHANNELS = ("red", "green", "blue")


def ramp_light(pattern_nits: float, n_steps: int) -> FloatArray:
    """Light of the grey ramp: equal steps in ST 2084 code, whatever the wall's EOTF.

    Parameters
    ----------
    pattern_nits : float
        Light of its last step.
    n_steps : int
        Steps above black.

    Returns
    -------
    ndarray, shape (n_steps + 1,)
        0..1, 1 = `pattern_nits`.

    Examples
    --------
    >>> ramp_light(1650.0, 30)[[0, 15, 30]].round(6).tolist()
    [0.0, 0.020373, 1.0]
    """
    code = np.linspace(0.0, float(pq_encode(pattern_nits)), n_steps + 1)
    light = pq_decode(code) / pattern_nits
    light[0], light[-1] = 0.0, 1.0
    return light


def build_openvpcal(
    wall: Wall, *, n_steps: int = DEFAULT_STEPS, saturation: float = DEFAULT_SATURATION
) -> ForeignPattern:
    """Build the sequence that OpenVPCal plays on a wall.

    Desaturated red, green and blue; 18 % grey; red, green, blue; white; a ramp of greys from
    black to the peak. Between white and ramp OpenVPCal shows pictures (a chart, a saturation
    ramp, a chequered frame, a flat field), before and after them slates: they are not measured.

    Parameters
    ----------
    wall : Wall
        EOTF and peak; the codes do not depend on its gamut.
    n_steps : int
        Greys above black (*GS* on OpenVPCal's slate).
    saturation : float
        Of the desaturated primaries (*SAT* on OpenVPCal's slate).

    Returns
    -------
    ForeignPattern
        The white of an ST 2084 pattern is 10000 nits: it is known where it stands, and not
        fitted, since the wall only holds it at what it can.

    Raises
    ------
    ValueError
        If there is no step, or the saturation is outside 0..1.

    Examples
    --------
    >>> from ledcal.values.stage import Gamut, Wall
    >>> gamut = Gamut("x", [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]], [0.3127, 0.329])
    >>> pattern = build_openvpcal(Wall("w", 1920, 1080, None, "PQ", 1650.0, gamut))
    >>> [len(pattern.patches), pattern.patches[0].name]
    [39, 'desaturated red']
    >>> pattern.patches[0].code.round(4).tolist()
    [0.5972, 0.392, 0.392]
    """
    if n_steps < 1 or not 0.0 <= saturation <= 1.0:
        message = f"n_steps {n_steps} must be 1 or more, saturation {saturation} from 0 to 1"
        raise ValueError(message)
    is_pq = canonical_eotf(wall.eotf) == "ST 2084"
    nits = wall.peak_nits if is_pq else _RELATIVE_NITS

    def patch(name: str, kind: str, light: FloatArray) -> ForeignPatch:
        code = eotf_inverse(wall.eotf, light * nits, peak_nits=nits)
        return ForeignPatch(name, kind, code, light)

    primaries = GREY * np.eye(3)
    mean = primaries.mean(axis=1, keepdims=True)
    soft = mean + saturation * (primaries - mean)
    patches = [
        patch(f"desaturated {channel}", "mixed", soft[i]) for i, channel in enumerate(_CHANNELS)
    ]
    patches.append(patch("18 % grey", "neutral", np.full(3, GREY)))
    patches += [
        patch(f"{channel} primary", channel, row)
        for channel, row in zip(_CHANNELS, primaries, strict=True)
    ]
    patches.append(ForeignPatch("white", "neutral", np.ones(3), np.ones(3), is_fitted=not is_pq))
    patches += [
        patch(f"ramp {k} of {n_steps}", "neutral" if k else "black", np.full(3, light))
        for k, light in enumerate(ramp_light(nits, n_steps))
    ]
    return ForeignPattern(
        NAME, canonical_eotf(wall.eotf), nits, n_steps, saturation, tuple(patches)
    )
