"""A pattern that looks right if the correction is right: content colours, drawn as wall codes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import BT709, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_code
from ledcal.colorimetry.transfer import eotf_inverse, pq_decode, pq_encode
from ledcal.pattern.build import lay_out
from ledcal.pattern.levels import MAX_CODE_VALUE, code_values_of_light
from ledcal.values.marks import PatternSet
from ledcal.values.pattern import Patch, PatchKind, Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Target, Wall

    Codes = Callable[[FloatArray], FloatArray]
    _Drawn = tuple[PatchKind, FloatArray]

# Fewer than a plain set has: nothing is fitted to them. A set grows into its last grid frame.
CORRECTED_SIZES = {"quick": 36, "standard": 120, "full": 300}
# What stills of 16 bits carry.
WALL_STEPS = 65535
# Shares of a set; mixtures are what is left. Beyond are the corners of the content's gamut.
_GREYS, _SINGLES, _SKINS, _SHADOWS, _EDGE, _BEYOND = 0.22, 0.17, 0.14, 0.11, 0.11, 0.08
# The darkest colours, in nits, or as a share of a dim target's peak; and where shadows end.
_LEAST_NITS, _LEAST_SHARE, _SHADOW_SHARE = 1.5, 0.01, 0.02
# Linear BT.709 reflectances from light to dark skin, between those that a fit is judged by.
_REFLECTANCES = np.array(
    [
        [0.66, 0.42, 0.32],
        [0.36, 0.18, 0.11],
        [0.12, 0.06, 0.037],
        [0.47, 0.25, 0.165],
        [0.23, 0.11, 0.068],
    ]
)
_SKIN_LEVELS = (0.1, 0.9)
# Where in the sequence of the plain sets' mixtures these begin: none of theirs comes so far.
_FIRST_STEP = 5000
_TRIALS = 50
_PLASTIC, _GOLDEN = 1.2207440846057596, 0.6180339887498949
_ONES = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
_CORNERS = (*_ONES, (0, 1, 1), (1, 0, 1), (1, 1, 0))
_CORNER_LEVELS = (0.85, 0.6, 0.4)
_SINGLE_KINDS = (PatchKind.RED, PatchKind.GREEN, PatchKind.BLUE)


@dataclass(frozen=True, slots=True, eq=False)
class CorrectedPattern:
    """One pattern, seen from both ends of the correction.

    Attributes
    ----------
    drawn : Pattern
        With the wall codes that the frames show.
    content : Pattern
        The same with the content codes that they stand for; marks, flat frames, anchors and dark
        places, which only measure, are as drawn.
    """

    drawn: Pattern
    content: Pattern


def build_corrected(
    name: str, layout: str, wall: Wall, target: Target, *, correct: Codes, show: Codes
) -> CorrectedPattern:
    """Build the pattern that a profile's correction is verified with.

    The colours are chosen anew, so that a fit has seen hardly any of them: greys between, skin,
    shadows, single LED colours, the edge of what the wall makes, a few corners of the content's
    gamut beyond it, and mixtures from another part of the plain sets' sequence.

    Parameters
    ----------
    name : str
        ``quick``, ``standard`` or ``full``: about 40, 120 or 300 colours.
    layout : str
        ``single`` or ``grid``.
    wall : Wall
        Resolution, EOTF and peak are used.
    target : Target
        What content is encoded in.
    correct : callable
        Content code (n, 3) to wall code (n, 3): the stored table.
    show : callable
        Wall code (n, 3) to ACES2065-1, black off, 1.0 = 100 nits: the wall as the profile knows
        it.

    Returns
    -------
    CorrectedPattern
        Content codes are multiples of 1/1023, wall codes of 1/65535. The same arguments give the
        same pattern; another correction gives another id.

    Raises
    ------
    ValueError
        If the set or the layout is unknown, the wall is under 102 px on its short side, or the
        correction makes nearly everything the same.
    """
    if name not in CORRECTED_SIZES:
        message = f"unknown set {name!r}: it is one of {', '.join(CORRECTED_SIZES)}"
        raise ValueError(message)
    content_of: dict[tuple[float, ...], FloatArray] = {}

    def choose(n: int) -> list[tuple[PatchKind, FloatArray]]:
        content_of.clear()
        chosen = []
        for kind, content, code in _choose(n, wall, target, correct=correct, show=show):
            content_of[tuple(code.tolist())] = content
            chosen.append((kind, code))
        return chosen

    drawn = lay_out(
        PatternSet[f"CORRECTED_{name.upper()}"],
        *(layout, wall, CORRECTED_SIZES[name], choose),
        steps=WALL_STEPS,
    )

    def as_content(patch: Patch) -> Patch:
        if patch.kind in {PatchKind.ANCHOR, PatchKind.DARK, PatchKind.FLAT}:
            return patch
        return Patch(content_of[tuple(patch.code.tolist())], patch.region, patch.kind)

    frames = tuple(
        replace(frame, patches=tuple(as_content(patch) for patch in frame.patches))
        for frame in drawn.frames
    )
    content = replace(drawn, eotf=target.eotf, peak_nits=target.peak_nits, frames=frames)
    return CorrectedPattern(drawn, content)


def _choose(
    n: int, wall: Wall, target: Target, *, correct: Codes, show: Codes
) -> list[tuple[PatchKind, FloatArray, FloatArray]]:
    """Kind, content code and wall code of `n` colours, no two of them alike."""
    shares = {
        _greys: _GREYS, _singles: _SINGLES, _skins: _SKINS,
        _shadows: _SHADOWS, _edge: _EDGE, _corners: _BEYOND,
    }  # fmt: skip
    found: dict[tuple[int, ...], tuple[PatchKind, FloatArray, FloatArray]] = {}
    walls: set[tuple[float, ...]] = set()
    top = np.floor(MAX_CODE_VALUE * _code(target, target.peak_nits) + 1e-6)

    def add(drawn: _Drawn) -> None:
        kind, code = drawn
        values = np.clip(np.rint(code * MAX_CODE_VALUE), 0, top)
        content = values / MAX_CODE_VALUE
        corrected = np.rint(np.clip(correct(content[None])[0], 0.0, 1.0) * WALL_STEPS) / WALL_STEPS
        key, place = tuple(values.astype(int).tolist()), tuple(corrected.tolist())
        if key not in found and place not in walls and corrected.any():
            found[key] = kind, content, corrected
            walls.add(place)

    for make, share in shares.items():
        for drawn in make(max(3, round(share * n)), wall, target, show):
            add(drawn)
    for step in range(_FIRST_STEP, _FIRST_STEP + _TRIALS * n):
        if len(found) >= n:
            break
        add((PatchKind.MIXED, _content_of(target, show, _at(wall, _mixture(step, 3)))))
    if len(found) < n:
        message = f"the correction leaves only {len(found)} different colours of {n}"
        raise ValueError(message)
    return list(found.values())[:n]


def _greys(n: int, wall: Wall, target: Target, show: Codes) -> Iterator[_Drawn]:
    """Peak white, and greys in the middle of even steps below it."""
    del wall, show
    low, high = pq_encode(_least(target)), pq_encode(target.peak_nits)
    steps = np.append((np.arange(n - 1) + 0.5) / (n - 1), 1.0)[::-1]
    for nits in pq_decode(low + (high - low) * steps):
        yield PatchKind.NEUTRAL, np.full(3, _code(target, float(nits)))


def _singles(n: int, wall: Wall, target: Target, show: Codes) -> Iterator[_Drawn]:
    """Each LED colour by itself, bright to dark, the three at different levels."""
    for i in range(n):
        turn, led = divmod(i, 3)
        position = 1.0 - 0.65 * (turn + led / 6.0) / max(1.0, n / 3.0)
        code = _at(wall, np.array(_ONES[led]) * position)
        yield _SINGLE_KINDS[led], _content_of(target, show, code)


def _skins(n: int, wall: Wall, target: Target, show: Codes) -> Iterator[_Drawn]:
    """Skin from light to dark, in dim and in bright light."""
    del wall, show
    low, high = _SKIN_LEVELS
    for i in range(n):
        level = target.peak_nits * low * (high / low) ** ((0.5 + i * _GOLDEN) % 1.0)
        linear = level / 100.0 * _REFLECTANCES[i % len(_REFLECTANCES)]
        yield PatchKind.MIXED, target_code(target, matrix_rgb_to_aces(BT709) @ linear)


def _shadows(n: int, wall: Wall, target: Target, show: Codes) -> Iterator[_Drawn]:
    """Dark colours."""
    peak = float(pq_encode(wall.peak_nits))
    low = float(pq_encode(_least(target))) / peak
    high = float(pq_encode(_SHADOW_SHARE * target.peak_nits)) / peak
    for i in range(n):
        positions = low + (max(high, low) - low) * _mixture(_FIRST_STEP // 2 + i, 3)
        yield PatchKind.MIXED, _content_of(target, show, _at(wall, positions))


def _edge(n: int, wall: Wall, target: Target, show: Codes) -> Iterator[_Drawn]:
    """Two LED colours without the third."""
    for i in range(n):
        positions = np.insert(0.3 + 0.7 * _mixture(_FIRST_STEP + i, 2), i % 3, 0.0)
        yield PatchKind.MIXED, _content_of(target, show, _at(wall, positions))


def _corners(n: int, wall: Wall, target: Target, show: Codes) -> Iterator[_Drawn]:
    """Corners of the content's gamut, most of which no wall makes."""
    del wall, show
    peak = float(pq_encode(target.peak_nits))
    for i in range(n):
        level = _CORNER_LEVELS[i // len(_CORNERS) % len(_CORNER_LEVELS)]
        level -= 0.02 * (i // (len(_CORNERS) * len(_CORNER_LEVELS)))
        nits = float(pq_decode(peak * level))
        yield PatchKind.MIXED, np.array(_CORNERS[i % len(_CORNERS)]) * _code(target, nits)


def _content_of(target: Target, show: Codes, code: FloatArray) -> FloatArray:
    """Content code of what a wall code shows."""
    return target_code(target, show(code[None])[0])


def _mixture(step: int, n: int) -> FloatArray:
    """One point of an additive recurrence, in n dimensions."""
    return np.array([(0.5 + step / _PLASTIC**power) % 1.0 for power in range(1, n + 1)])


def _at(wall: Wall, positions: FloatArray) -> FloatArray:
    """Wall codes at shares of the PQ code of the wall's peak."""
    nits = pq_decode(positions * float(pq_encode(wall.peak_nits)))
    light = np.where(positions > 0.0, nits, 0.0) / wall.peak_nits
    return np.asarray(code_values_of_light(wall, light) / MAX_CODE_VALUE, np.float64)


def _code(target: Target, nits: float) -> float:
    return float(eotf_inverse(target.eotf, nits, peak_nits=target.peak_nits))


def _least(target: Target) -> float:
    return min(_LEAST_NITS, _LEAST_SHARE * target.peak_nits)
