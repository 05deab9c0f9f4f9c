"""Findings of the tone: another EOTF, range or peak than declared, or a curve on top."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ledcal.diagnose.response import relative_light
from ledcal.values.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledcal.diagnose.case import Case
    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Wall

_CURVES = ("ST 2084", "BT.1886", "sRGB", "gamma 2.2", "gamma 2.6", "gamma 1.8", "linear")
# Stops, root mean square, by which ramps miss a curve at the best exposure. Walls miss their own
# by up to a tenth of its exponent, so another EOTF is named only where it fits much better, and
# other explanations are compared with the exponent left open, at half its price.
_OFF, _OFF_EOTF, _OFF_OTHER, _OFF_SHAPE = 0.32, 0.12, 0.08, 0.17
_BETTER_EOTF, _BETTER, _FITS = 0.27, 0.35, 0.065
_EXPONENT_PRICE = 0.5
# How much worse than another EOTF legal range may fit, and how much of its lift is black enough.
_ALIKE, _LIFTED = 1.4, 0.7
# So far off, another EOTF too may be missed by a tenth of its exponent.
_FAR = 0.45
# Of the declared peak; and how steady the levels below the last must be, in stops.
_TOP, _STEADY_STOPS = 0.82, 0.15
# How far ramps may differ in where they end; only those that were shown up to the peak count.
_AGREE, _AT_PEAK = 0.12, 0.95
# Light below this share of the brightest is the wall's own affair: thresholds, toes, stray light.
_LIT = 0.005
_LEAST_LEVELS = 6
_LEGAL = (64.0 / 1023.0, 940.0 / 1023.0)
_CAPS = np.geomspace(0.2, 0.9, 40)
_EXPONENTS = np.linspace(0.85, 1.15, 13)
# Standard deviation of log2 of light over a ramp: what an exponent's error is multiplied by.
_SPREAD_STOPS = 2.2


@dataclass(frozen=True, slots=True)
class _Explanation:
    """One way in which code may become light, and how far the ramps are from it, in stops."""

    kind: str
    name: str
    off: float

    def words(self) -> str:
        """What it says, for a sentence."""
        if self.kind == "peak":
            return f"a wall that ends at {100 * float(self.name):.0f} % of its peak"
        return {"legal": "legal range", "expanded": "full range taken for legal"}.get(
            self.name, self.name
        )


def tone_findings(case: Case) -> Iterator[Finding]:
    """At most one: what explains the ramps better than what was declared."""
    wall = case.stage.wall
    ramps = lit_ramps(case)
    if sum(len(code) for code, _, _ in ramps) < _LEAST_LEVELS:
        return
    own = partial(relative_light, wall.eotf, peak_nits=wall.peak_nits)
    declared, shape = _miss(ramps, own), _miss(ramps, own, is_open=True)
    is_far = declared > _FAR
    eotf, *_ = sorted(_eotfs(ramps, wall, is_open=is_far), key=lambda one: one.off)
    is_lifted = _is_lifted(case, own)
    others = [one for one in _others(ramps, own) if is_lifted or one.name != "legal"]
    other = min(others, key=lambda one: one.off)
    fits = eotf.off < _BETTER_EOTF * declared
    # Legal range and a lower gamma bend greys nearly alike: a black that is lifted decides.
    like = other.off < min(_ALIKE * eotf.off, _BETTER * declared)
    rival = other.name == "legal" and declared > _OFF and like and other.off < _OFF_SHAPE
    if declared > _OFF_EOTF and fits and not rival and other.off > 0.8 * eotf.off:
        yield _named(case, eotf, declared)
    elif rival or (shape > _OFF_OTHER and other.off < min(_BETTER * shape, _FITS)):
        yield _named(case, other, declared)
    elif shape < _OFF_SHAPE and (share := _top_share(ramps, own)) < _TOP:
        yield _named(case, _Explanation("peak", f"{share:.3f}", shape), declared)
    elif shape > _OFF_SHAPE and declared > _OFF_SHAPE:
        best = min(eotf, other, key=lambda one: one.off)
        yield _curve(case, ramps, declared, best)


def range_findings(case: Case) -> Iterator[Finding]:
    """Of `tone_findings` the one that lifts black too."""
    return (finding for finding in tone_findings(case) if finding.id == "signal-range")


def _is_lifted(case: Case, own: Callable[[FloatArray], FloatArray]) -> bool:
    """Whether black is as bright as legal range makes it, or nobody knows."""
    if case.take is None:
        return True
    light = case.take.light
    if not light.peak[1] > 0.0:
        return True
    share = float(light.black[1] / light.peak[1])
    lift = float(own(np.array([_LEGAL[0]]))[0])
    return not np.isfinite(share) or share > _LIFTED * lift


def tone_miss(case: Case) -> float:
    """Stops, root mean square, by which the ramps miss the declared EOTF; the exponent is open.

    NaN where there are too few levels.
    """
    own = partial(relative_light, case.stage.wall.eotf, peak_nits=case.stage.wall.peak_nits)
    ramps = lit_ramps(case)
    enough = sum(len(code) for code, _, _ in ramps) >= _LEAST_LEVELS
    return _miss(ramps, own, is_open=True) if enough else float("nan")


def nearest_eotf(case: Case) -> float:
    """Stops by which they miss the EOTF that is nearest, of those that were not declared."""
    return min(one.off for one in _eotfs(lit_ramps(case), case.stage.wall))


def misses(case: Case) -> tuple[float, float]:
    """Stops by which greys, and pure colours, miss the declared EOTF; the exponent is open."""
    wall = case.stage.wall
    own = partial(relative_light, wall.eotf, peak_nits=wall.peak_nits)
    is_grey = len(case.response.grey_code) > 1
    ramps = lit_ramps(case)
    greys, colours = (ramps[:1], ramps[1:]) if is_grey else ([], ramps)
    if not greys or not colours:
        return 0.0, 0.0
    return _miss(greys, own, is_open=True), _miss(colours, own, is_open=True)


def lit_ramps(case: Case) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
    """Code, log2 of the light, and weight of each ramp, where it is lit."""
    found = []
    for code, light in case.response.ramps():
        top = float(light.max(initial=0.0))
        lit = light > max(_LIT * top, 4.0 * case.response.noise)
        if lit.sum() >= 2:
            found.append((code[lit], np.log2(light[lit]), _spacing(code[lit])))
    return found


def _top_share(
    ramps: list[tuple[FloatArray, FloatArray, FloatArray]],
    own: Callable[[FloatArray], FloatArray],
) -> float:
    """Share of the declared peak at which the ramps end, where only their last steps are short.

    The levels below say what the last one should be; 1 where they say nothing.
    """
    shares = []
    for code, seen, _ in ramps:
        gap = seen - np.log2(own(code))
        below = gap[-4:-1]
        wanted = float(own(code[-1:])[0])
        if len(below) < 3 or np.ptp(below) > _STEADY_STOPS or wanted < _AT_PEAK:
            continue
        shares.append(wanted * 2.0 ** (float(gap[-1]) - float(np.median(below))))
    agree = len(shares) >= 3 and np.ptp(shares) < _AGREE
    return float(np.median(shares)) if agree else 1.0


def _spacing(code: FloatArray) -> FloatArray:
    """Weights that give dense and sparse parts of a ramp their length."""
    edges = np.concatenate([code[:1], (code[1:] + code[:-1]) / 2, code[-1:]])
    width = np.diff(edges)
    return np.asarray(width / width.sum(), np.float64)


def _miss(
    ramps: list[tuple[FloatArray, FloatArray, FloatArray]],
    light_of: Callable[[FloatArray], FloatArray],
    *,
    is_open: bool = False,
) -> float:
    """Stops, root mean square, between ramps and a curve, each ramp at its best exposure.

    With `is_open`, a common exponent on the curve's light is free, for a price.
    """
    if is_open:
        return min(
            float(
                np.hypot(
                    _miss(ramps, partial(_raised, light_of, float(power))),
                    _EXPONENT_PRICE * abs(power - 1.0) * _SPREAD_STOPS,
                )
            )
            for power in _EXPONENTS
        )
    squares = []
    for code, seen, weight in ramps:
        wanted = light_of(code)
        if (wanted <= 0).any():
            return float("inf")
        gap = seen - np.log2(wanted)
        gap = gap - (gap * weight).sum()
        squares.append(float((gap**2 * weight).sum()))
    return float(np.sqrt(np.mean(squares)))


def _raised(
    light_of: Callable[[FloatArray], FloatArray], power: float, code: FloatArray
) -> FloatArray:
    return np.asarray(light_of(code) ** power, np.float64)


def _eotfs(
    ramps: list[tuple[FloatArray, FloatArray, FloatArray]], wall: Wall, *, is_open: bool = False
) -> Iterator[_Explanation]:
    """Other EOTFs that the wall may be set to."""
    for name in _CURVES:
        if name != wall.eotf:
            light_of = partial(relative_light, name, peak_nits=wall.peak_nits)
            miss = _miss(ramps, light_of, is_open=is_open)
            yield _Explanation("eotf", name, miss)


def _others(
    ramps: list[tuple[FloatArray, FloatArray, FloatArray]],
    own: Callable[[FloatArray], FloatArray],
) -> Iterator[_Explanation]:
    """The declared EOTF with another range or another peak."""
    black, white = _LEGAL

    def squeezed(code: FloatArray) -> FloatArray:
        return own(black + (white - black) * code) - own(np.array([black]))

    def stretched(code: FloatArray) -> FloatArray:
        return own(np.clip((code - black) / (white - black), 1e-6, 1.0))

    yield _Explanation("range", "legal", _miss(ramps, squeezed, is_open=True))
    yield _Explanation("range", "expanded", _miss(ramps, stretched, is_open=True))

    def ending(cap: float, code: FloatArray) -> FloatArray:
        return np.minimum(own(code), cap)

    for cap in _CAPS:
        miss = _miss(ramps, partial(ending, float(cap)), is_open=True)
        yield _Explanation("peak", f"{cap:.3f}", miss)


def _named(case: Case, best: _Explanation, declared: float) -> Finding:
    """The finding of an explanation that fits."""
    wall = case.stage.wall
    numbers = f"{declared:.2f} stops rms; {{}} fits to {best.off:.2f} stops"
    confidence = 0.9 if best.off < _FITS else 0.6
    if best.kind == "eotf":
        return Finding(
            id="eotf-not-as-declared",
            severity="fail" if declared > _OFF else "warning",
            seen=f"the wall's ramps differ from {wall.eotf} by {numbers.format(best.name)}",
            cause=f"the processor or the player is set to {best.name}, stage.toml says {wall.eotf}",
            confidence=confidence,
            fix=f"in the processor, set the input EOTF to {wall.eotf}, and shoot again; or, if it "
            f"is meant to be {best.name}, say eotf = {best.name!r} in stage.toml and fit again",
            reshoot=declared > _OFF,
        )
    if best.kind == "range":
        squeezed = best.name == "legal"
        what = (
            "code squeezed into 64 to 940 of 1023 (black is lifted, white is dim)"
            if squeezed
            else "code stretched from 64 to 940 of 1023 (dark codes are crushed, bright ones cut)"
        )
        return Finding(
            id="signal-range",
            severity="fail",
            seen=f"the wall's ramps differ from {wall.eotf} by {numbers.format(what)}",
            cause="the player sends legal range and the processor takes it for full"
            if squeezed
            else "the player sends full range and the processor takes it for legal",
            confidence=confidence,
            fix="set player, graphics card and processor all to full range (0 to 1023), turn "
            "'auto' off, and shoot again",
            reshoot=True,
        )
    share = float(best.name)
    return Finding(
        id="peak-not-as-declared",
        severity="warning",
        seen=f"the ramps stop rising at {share * wall.peak_nits:.0f} of the declared "
        f"{wall.peak_nits:.0f} nits (they differ from {wall.eotf} by {declared:.2f} stops rms)",
        cause="the wall's peak is lower than stage.toml says: a brightness setting of the "
        "processor, a power limit, or a number from a data sheet",
        confidence=confidence,
        fix=f"say peak_nits = {share * wall.peak_nits:.0f} in stage.toml and make the pattern "
        "anew, or set the processor's brightness to 100 % and lift its limit; then shoot again",
        reshoot=True,
    )


def _curve(
    case: Case,
    ramps: list[tuple[FloatArray, FloatArray, FloatArray]],
    declared: float,
    best: _Explanation,
) -> Finding:
    """The finding of ramps that nothing known explains."""
    wall = case.stage.wall
    code, seen, weight = ramps[0]
    gap = seen - np.log2(relative_light(wall.eotf, code, wall.peak_nits))
    gap = gap - (gap * weight).sum()
    is_s = bool(gap[0] < 0 and gap[len(gap) // 2 :].max() > 0)
    shape = "darker shadows and brighter lights, like an S" if is_s else "no curve that is known"
    return Finding(
        id="tone-curve",
        severity="fail",
        seen=f"the wall's ramps differ from {wall.eotf} by {declared:.2f} stops rms (limit "
        f"{_OFF_SHAPE}): {shape}; the nearest, {best.name}, is {best.off:.2f} stops off",
        cause="a tone curve that is left on in player, engine or operating system (tone mapping, "
        "contrast, gamma, ICC profile, night mode), or dynamic brightness of the screen",
        confidence=0.7 if is_s else 0.5,
        fix="turn tone mapping, colour management and picture modes off in engine, player, "
        "graphics driver and processor, so that code goes out as it is, and shoot again",
        reshoot=True,
    )
