"""Findings of looks: baked into the pictures, left on in the player, a wall corrected already."""

from __future__ import annotations

import shlex
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.encoding import canonical_encoding, decode
from ledcal.colorimetry.space import aces_luminance, matrix_aces_to_xyz, xyz_to_uv
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf
from ledcal.diagnose.tone import misses, nearest_eotf, tone_miss
from ledcal.diagnose.white import white_over_parts
from ledcal.values.camera import PATH_KEY, WALL_PATH
from ledcal.values.finding import Finding
from ledcal.values.measurement import MeasurementFlag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ledcal.diagnose.case import Case
    from ledcal.values.arrays import FloatArray

# Stops, root mean square, and what a curve must leave of them.
_LOOK_OFF, _LOOK_BETTER = 0.12, 0.35
_CUT = 0.02
_DISPLAY = ("Rec.709", "sRGB", "gamma 2.2", "gamma 2.4")
_LOGS = ("LogC3", "LogC4", "S-Log3", "V-Log", "Log3G10", "Canon Log 2", "Canon Log 3", "N-Log",
         "F-Log", "ACEScct")  # fmt: skip
# Delta E ITP to what an ideal wall would show.
_SAME_GREYS, _SAME_COLOURS, _PART = 0.8, 1.6, 0.05
_LEAST_NITS, _MOST_SHARE = 1.0, 0.9
_FEW_GREYS, _FEW_COLOURS = 3, 8
# Of u'v', over a ramp of one colour: LEDs themselves move by less.
_MOVES = 0.07
# Stops, root mean square, and how far beyond that of the greys.
_COLOURS_OFF, _COLOURS_BEYOND = 0.13, 2.5
# Of white, and of mixtures of two, over their parts. A screen with white pixels has white alone.
_PAIRS = 0.08
# Of white over its parts: the limit above is halved then.
_UNEVEN = 0.15
_RAMP_SHARES = (0.02, 0.98)
_CHANNELS = ("red", "green", "blue")


def baked_in(case: Case) -> Iterator[Finding]:
    """Pictures whose numbers are not light: a display curve, a LUT, a log curve not undone."""
    if case.take is not None and case.take.is_raw:
        return
    declared = tone_miss(case)
    if not declared > _LOOK_OFF:
        return
    curve, off = _nearest_curve(case)
    # A wall that is set to another EOTF explains its ramps without any help of the camera's.
    if off > _LOOK_BETTER * declared or off > 0.8 * nearest_eotf(case):
        return
    is_log = curve not in _DISPLAY
    others = _lowest_of_pure(case)
    cut = (
        f", and pure colours show {100 * others:.1f} % or less in the other channels, cut off at 0"
        if abs(others) < _CUT
        else ""
    )
    yield Finding(
        id="camera-look",
        severity="fail",
        seen=f"the numbers miss {case.stage.wall.eotf} by {declared:.2f} stops rms; taken as "
        f"{curve} they fit to {off:.2f} stops{cut}",
        cause=f"the pictures are not linear light: they are still in {curve}"
        if is_log
        else "the pictures are not linear light: a display look (Rec.709 or a LUT) is in them",
        confidence=0.85,
        fix=f"if the camera recorded {curve}, say so: --encoding {shlex.quote(curve)}; otherwise "
        "transcode again to linear ACES2065-1"
        if is_log
        else "turn the camera's look or LUT off in what is recorded (not just in the monitor) and "
        "shoot raw or log; a Rec.709 look cannot be undone",
        reshoot=not is_log,
    )


def _nearest_curve(case: Case) -> tuple[str, float]:
    """The curve that, undone, brings the ramps nearest to the declared EOTF; its miss in stops."""
    measurements = case.measurements
    good = (measurements.flags & int(MeasurementFlag.SATURATED)) == 0
    best = ("", float("inf"))
    for name, undo in _curves().items():
        undone = replace(
            measurements,
            camera=np.nan_to_num(undo(np.clip(measurements.camera, 0.0, 1.0))),
            flags=np.where(good, measurements.flags, int(MeasurementFlag.SATURATED)),
        )
        off = tone_miss(replace(case, measurements=undone))
        if off < best[1]:
            best = name, off
    return best


def _curves() -> Mapping[str, Callable[[FloatArray], FloatArray]]:
    """Curves that pictures are found in, each undone."""
    return {name: partial(_undo_display, name) for name in _DISPLAY} | {
        name: partial(decode, canonical_encoding(name)) for name in _LOGS
    }


def _undo_display(name: str, signal: FloatArray) -> FloatArray:
    if name == "Rec.709":  # ITU-R BT.709-6, 1.2, undone
        bent = np.power(np.maximum(signal + 0.099, 0.0) / 1.099, 1.0 / 0.45)
        return np.asarray(np.where(signal < 0.081, signal / 4.5, bent), np.float64)
    return np.asarray(eotf(name, signal, peak_nits=1.0), np.float64)


def _lowest_of_pure(case: Case) -> float:
    """Largest number, over the own channel's, that red, green and blue show in the others."""
    parts = case.response.parts
    if not np.isfinite(parts).all():
        return float("inf")
    own = np.diag(parts)
    return float(np.abs(parts - np.diag(own)).max() / max(float(own.max()), 1e-9))


def already_corrected(case: Case) -> Iterator[Finding]:
    """A wall that shows what an ideal one would: nothing is left to correct."""
    if WALL_PATH in case.measurements.header.get(PATH_KEY, ""):
        # Of the wall's own primaries the camera's matrix was made: they are right by definition.
        return
    measurements, target = case.measurements, case.stage.target
    wanted = target_light(target, measurements.code)
    nits = 100.0 * np.asarray(aces_luminance(wanted))
    is_black = (measurements.code <= 1e-4).all(axis=1)
    good = (measurements.flags & int(MeasurementFlag.SATURATED)) == 0
    # White itself is held where a corrected wall ends.
    good &= (nits > _LEAST_NITS) & (nits < _MOST_SHARE * target.peak_nits) & ~is_black
    is_grey = np.ptp(measurements.code, axis=1)[good] < 1e-4
    if is_grey.sum() < _FEW_GREYS or (~is_grey).sum() < _FEW_COLOURS or not is_black.any():
        return
    seen = measurements.camera[good] - np.median(measurements.camera[is_black], axis=0)
    ratio = np.asarray(aces_luminance(wanted[good])) / np.asarray(aces_luminance(seen))
    difference = delta_e_itp(float(np.median(ratio[is_grey])) * seen, wanted[good])
    greys = float(np.median(difference[is_grey]))
    # Many colours of a pattern are beyond what any wall shows a camera: a part must be right.
    colours = float(np.quantile(difference[~is_grey], _PART))
    if greys > _SAME_GREYS or colours > _SAME_COLOURS:
        return
    yield Finding(
        id="correction-already-on",
        severity="fail",
        seen=f"the wall shows what an ideal wall would: greys to {greys:.1f} delta E ITP, "
        f"{100 * _PART:.0f} % of the colours to {colours:.1f} (limits {_SAME_GREYS} and "
        f"{_SAME_COLOURS}); before a camera, uncorrected walls are off by 3 and more",
        cause="a correction is on already, in the render host or the processor",
        confidence=0.85,
        fix="take the LUT off (play the pattern past the host's colour correction) and shoot "
        "again; to judge a correction that is meant to be on, use 'ledcal verify'",
        reshoot=True,
    )


def saturation(case: Case) -> Iterator[Finding]:
    """Red, green and blue that do not follow the greys' curve, or whose colour moves."""
    greys, colours = misses(case)
    moved = [_moves(ramp, case.response.noise) for ramp in case.response.ramp]
    channel = int(np.argmax(moved))
    ratio, pairs = white_over_parts(case), _pairs_over_parts(case)
    is_uneven = ratio is not None and abs(np.log(ratio)) > _UNEVEN
    limit = _COLOURS_OFF / 2.0 if is_uneven else _COLOURS_OFF
    beyond = 1.0 if is_uneven else _COLOURS_BEYOND
    if colours > limit and colours > beyond * greys:
        beside = f"; white is {100 * ratio:.0f} % of its parts" if ratio and is_uneven else ""
        seen = (
            f"greys follow the declared EOTF to {greys:.2f} stops rms, pure red, green and blue "
            f"only to {colours:.2f} (limit {limit:.2f}){beside}: colours do not come out as they "
            "were sent"
        )
    elif ratio is not None and min(ratio, pairs) > 1.0 + _PAIRS:
        seen = (
            f"white is {100 * (ratio - 1.0):.0f} % brighter than its red, green and blue together, "
            f"and mixtures of two are by up to {100 * (pairs - 1.0):.0f} % (limit "
            f"{100 * _PAIRS:.0f} %): colours do not come out as they were sent"
        )
    elif moved[channel] > _MOVES:
        seen = (
            f"pure {_CHANNELS[channel]} moves by {moved[channel]:.3f} in u'v' from dark to bright "
            f"(limit {_MOVES}; LEDs themselves move by up to 0.04)"
        )
    else:
        return
    yield Finding(
        id="saturation-changes-with-level",
        severity="fail",
        seen=seen,
        cause="a colour transform that is left on in player, engine or operating system: vibrance, "
        "saturation, gamut expansion, tone mapping",
        confidence=0.7,
        fix="turn saturation, vibrance, gamut mapping and tone mapping off in engine, player, "
        "graphics driver and processor, so that code goes out as it is, and shoot again",
        reshoot=True,
    )


def _pairs_over_parts(case: Case) -> float:
    """Luminance of cyan, magenta or yellow over its parts, the largest."""
    response = case.response
    two = (response.pairs > 0).sum(axis=1) == 2
    if not two.any():
        return 1.0
    parts = (response.pairs[two] > 0).astype(np.float64) @ response.parts
    ratio = np.asarray(aces_luminance(response.pair_light[two])) / aces_luminance(parts)
    return float(ratio.max())


def _moves(light: FloatArray, noise: float) -> float:
    """How far in u'v' a ramp's chromaticity runs."""
    if len(light) < 3:
        return 0.0
    luminance = np.asarray(aces_luminance(light))
    top = luminance.max()
    lit = (luminance > max(_RAMP_SHARES[0] * top, 20.0 * noise)) & (luminance > 0)
    if lit.sum() < 3:
        return 0.0
    uv = xyz_to_uv(light[lit] @ matrix_aces_to_xyz().T)
    return float(np.linalg.norm(uv - uv[-1], axis=1).max())
