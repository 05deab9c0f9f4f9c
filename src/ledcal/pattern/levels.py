"""Which colours a set shows: wall codes, spread evenly in perceived light."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import eotf, eotf_inverse, pq_decode, pq_encode
from ledcal.values.pattern import PatchKind

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.stage import Wall

MAX_CODE_VALUE = 1023
SET_SIZES = {"quick": 30, "standard": 300, "full": 1000}
# Shares of a set, in percent: each primary ramp, the grey ramp, each of cyan, magenta, yellow.
_SHARES_SMALL = (22, 15, 3)
_SHARES = (12, 10, 4)
_SMALL_SET = 60
# The darkest step of a ramp, as a share of the PQ code of the wall's peak.
_DARKEST = 0.06
# Steps of the additive recurrence in three dimensions: powers of the root of x^4 = x + 1.
_PLASTIC = 1.2207440846057596
_PRIMARIES = (PatchKind.RED, PatchKind.GREEN, PatchKind.BLUE)
_RAMPS: tuple[tuple[PatchKind, tuple[int, int, int]], ...] = (
    (PatchKind.RED, (1, 0, 0)),
    (PatchKind.GREEN, (0, 1, 0)),
    (PatchKind.BLUE, (0, 0, 1)),
    (PatchKind.NEUTRAL, (1, 1, 1)),
    (PatchKind.CYAN, (0, 1, 1)),
    (PatchKind.MAGENTA, (1, 0, 1)),
    (PatchKind.YELLOW, (1, 1, 0)),
)


def code_values_of_light(wall: Wall, light: FloatArray) -> IntArray:
    """Find the 10-bit code values that ask the wall for some light, never above its peak.

    Parameters
    ----------
    wall : Wall
        Its EOTF and peak.
    light : ndarray of float64
        Linear, relative to peak, 0..1.

    Returns
    -------
    ndarray of int64
        Full range, 0..1023; the nearest, but not above the code of peak.

    Examples
    --------
    >>> from ledcal.values.stage import Gamut, Wall
    >>> gamut = Gamut("x", [[0.68, 0.32], [0.27, 0.69], [0.15, 0.06]], [0.31, 0.33])
    >>> wall = Wall("w", 1920, 1080, None, "gamma 2.2", 500.0, gamut)
    >>> code_values_of_light(wall, np.array([0.0, 0.5, 1.0])).tolist()
    [0, 747, 1023]
    """
    code = eotf_inverse(wall.eotf, np.clip(light, 0.0, 1.0) * wall.peak_nits, **_peak(wall))
    values = np.rint(code * MAX_CODE_VALUE).astype(np.int64)
    return np.minimum(values, peak_code_value(wall))


def peak_code_value(wall: Wall) -> int:
    """Find the largest 10-bit code value that does not ask for more than the wall's peak."""
    code = float(eotf_inverse(wall.eotf, np.array(wall.peak_nits), **_peak(wall)))
    return int(np.floor(code * MAX_CODE_VALUE + 1e-6))


def light_of_code(wall: Wall, code: FloatArray) -> FloatArray:
    """Linear light of wall code by the wall's nominal EOTF, relative to peak."""
    return eotf(wall.eotf, code, **_peak(wall)) / wall.peak_nits


def build_codes(wall: Wall, n_patches: int) -> list[tuple[PatchKind, tuple[int, int, int]]]:
    """Choose the colours of a set, brightest ramps first, in 10-bit code values.

    Ramps of the primaries, grey and the mixtures of two, evenly spaced in the PQ code of their
    light from 6 % of the code of peak up to peak, those of the primaries between those of grey,
    so that a channel is seen at twice as many levels; the rest evenly spread mixtures. Steps that
    fall on the same code value are replaced by more mixtures, so the number is exact.

    Parameters
    ----------
    wall : Wall
        Its EOTF and peak decide the levels.
    n_patches : int
        How many different colours; at least 14.

    Returns
    -------
    list of (PatchKind, (int, int, int))
        All different; white, primaries and CMY at peak are among them.

    Raises
    ------
    ValueError
        If there is not room for two steps of each ramp.

    Examples
    --------
    >>> from ledcal.values.stage import Gamut, Wall
    >>> gamut = Gamut("x", [[0.68, 0.32], [0.27, 0.69], [0.15, 0.06]], [0.31, 0.33])
    >>> codes = build_codes(Wall("w", 1920, 1080, None, "ST 2084", 1500.0, gamut), 30)
    >>> len(codes), codes[0], codes[-1][0].value
    (30, (<PatchKind.RED: 'red'>, (814, 0, 0)), 'mixed')
    """
    if n_patches < 14:
        message = f"a set needs 14 patches or more, got {n_patches}"
        raise ValueError(message)
    primary, grey, pair = _SHARES_SMALL if n_patches <= _SMALL_SET else _SHARES
    shares = {PatchKind.NEUTRAL: grey}
    shares |= dict.fromkeys(_PRIMARIES, primary)
    found: dict[tuple[int, int, int], PatchKind] = {}
    for kind, mask in _RAMPS:
        steps = max(1, round(n_patches * shares.get(kind, pair) / 100))
        for value in _ramp(wall, steps, between=kind in _PRIMARIES):
            found.setdefault((value * mask[0], value * mask[1], value * mask[2]), kind)
    step = 0
    while len(found) < n_patches:
        step += 1
        found.setdefault(_mixture(wall, step), PatchKind.MIXED)
    return [(kind, values) for values, kind in found.items()]


def shuffled(n: int, salt: str) -> list[int]:
    """Order 0..n-1 the same way on every machine, unrelated to the numbers.

    Examples
    --------
    >>> sorted(shuffled(5, "a")), shuffled(5, "a") == shuffled(5, "b")
    ([0, 1, 2, 3, 4], False)
    """
    return sorted(range(n), key=lambda i: (binascii.crc32(f"{salt} {i} {i * i}".encode()), i))


def _ramp(wall: Wall, steps: int, *, between: bool = False) -> list[int]:
    """Steps from peak down, evenly spaced in PQ, without doubles; or half a step above them."""
    positions = np.linspace(1.0, _DARKEST, steps) if steps > 1 else np.ones(1)
    if between and steps > 1:
        positions[1:] += 0.5 * (1.0 - _DARKEST) / (steps - 1)
    values = _at_perceived(wall, positions).tolist()
    return list(dict.fromkeys(value for value in values if value > 0))


def _mixture(wall: Wall, step: int) -> tuple[int, int, int]:
    """One point of an additive recurrence that fills the cube evenly."""
    points = np.array([(0.5 + step / _PLASTIC**power) % 1.0 for power in (1, 2, 3)])
    red, green, blue = _at_perceived(wall, _DARKEST + (1.0 - _DARKEST) * points).tolist()
    return red, green, blue


def _at_perceived(wall: Wall, positions: FloatArray) -> IntArray:
    """Code values at shares of the PQ code of peak."""
    peak = float(pq_encode(np.array(wall.peak_nits)))
    return code_values_of_light(wall, pq_decode(positions * peak) / wall.peak_nits)


def _peak(wall: Wall) -> dict[str, float]:
    """The keyword that transfer functions take."""
    return {"peak_nits": wall.peak_nits}
