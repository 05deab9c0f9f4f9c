"""A change of light to components: sizes in the units people use, errors, verdicts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import xyz_to_uv
from ledcal.drift.change import measure_change
from ledcal.drift.explain import LED_COLOURS, explain_change, loosened, spread_over
from ledcal.values.drift import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.drift import Component, DriftLimits
    from ledcal.values.pairs import Change, Explanation, LightPairs

# A tone curve has another shape where a grey is off by this much, and by so many times its slack.
_SHAPE, _SHAPE_SLACKS = 0.015, 4.0
# Today's take, and the mean of two.
_TAKES = 1.5
_PERCENT, _BRIGHT, _NEAR_PEAK = 100.0, 0.5, 0.95
# A change of the exponent, in percent, from which on it may be another curve altogether.
_GROSS = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A change of light, split.

    Attributes
    ----------
    change : Change
        As it was measured.
    explanation : Explanation
        The fewest causes.
    components : tuple of Component
        exposure, camera_white, the channels, white, eotf, primaries, in this order.
    """

    change: Change
    explanation: Explanation
    components: tuple[Component, ...]


def split_change(
    pairs: LightPairs,
    limits: DriftLimits,
    *,
    repeatability: Mapping[str, float] | None = None,
    name_curve: Callable[[FloatArray, FloatArray], str] | None = None,
    own_error: FloatArray | None = None,
) -> Split:
    """Split what became of the light of patches into causes, and weigh each.

    Parameters
    ----------
    pairs : LightPairs
        Patches then and now; single colours and greys at several levels must be among them.
    limits : DriftLimits
        Of the stage.
    repeatability : mapping of str to float or None
        By component, in its unit: how far one take is off by itself.
    name_curve : callable or None
        Codes of greys, and their light now over then, to the name of the curve they follow now;
        empty where it is none that is known. Asked where the tone curve has changed a lot.
    own_error : ndarray of shape (12, 12) or None
        Covariance of what is not known of `then` and not independent from patch to patch: where it
        is a model's. Added to that of the change.

    Returns
    -------
    Split
        Of components that do not explain anything the value is 0, with the error it would have.
    """
    repeat = repeatability or {}
    change = measure_change(pairs)
    if own_error is not None:
        change = replace(change, covariance=change.covariance + own_error)
    # Of one take, as `restlessness` gives it; the baseline's mean has its own part.
    root = math.sqrt(_TAKES) / _PERCENT
    found = explain_change(
        loosened(
            change,
            wall=root * repeat.get("channel_red", 0.0) / math.sqrt(1.5),
            exponent=root * repeat.get("eotf", 0.0),
        )
    )
    white = _white_parts(pairs)

    def judged(name: str, value: float, sigma: float, detail: str = "") -> Component:
        own = repeat.get(name, math.nan)
        return judge(name, value, sigma, limits, repeatability=own, detail=detail)

    stops = 1.0 / math.log(2.0)
    components = [
        judged("exposure", stops * found.exposure, stops * float(found.sigma["exposure"][0])),
        judged(
            "camera_white",
            *_shift(
                pairs.to_xyz,
                lambda tint: white * np.exp(tint),
                found.camera,
                found.sigma["camera"],
            ),
            _camera_words(found),
        ),
    ]
    for led, name in enumerate(LED_COLOURS):
        is_it = f"channel_{name}" in found.causes
        value = _PERCENT * math.expm1(found.wall[led]) if is_it else 0.0
        sigma = _PERCENT * float(found.sigma["wall"][led])
        components.append(judged(f"channel_{name}", value, sigma))
    is_white = "white" in found.causes
    moved = found.wall if is_white else np.zeros(3)
    components.append(
        judged(
            "white",
            *_shift(
                pairs.to_xyz,
                lambda gain: white * np.exp(gain)[:, None],
                moved,
                found.sigma["wall"],
            ),
            _leds_words(found.wall) if is_white else "",
        )
    )
    components.append(_eotf(pairs, change, found, judged, name_curve))
    components.append(_primaries(pairs, found, judged))
    return Split(change, found, tuple(components))


def restlessness(pairs: LightPairs) -> dict[str, float]:
    """How far one take of an unchanged stage is off by itself, from two of them.

    Nothing is taken for granted about which cause it is: each kind of change is fitted with all
    of its numbers, and the root mean square of them counts, so that one that happens to be small
    does not make the stage look steady.

    Parameters
    ----------
    pairs : LightPairs
        Patches of two takes.

    Returns
    -------
    dict of str to float
        By component, exposure to primaries, in its unit: of one take, so less by a root of two
        than what they differ by.
    """
    change = measure_change(pairs)
    found = spread_over(change)
    white = _white_parts(pairs)
    root = math.sqrt(2.0)
    wall, camera = _rms(found.wall), _rms(found.camera)

    def shift(scale: float, is_camera: bool) -> float:  # noqa: FBT001
        errors = np.full(3, scale)
        if is_camera:
            return _shift(pairs.to_xyz, lambda x: white * np.exp(x), np.zeros(3), errors)[1]
        return _shift(pairs.to_xyz, lambda x: white * np.exp(x)[:, None], np.zeros(3), errors)[1]

    # An LED colour against the mean of the other two.
    channel = _PERCENT * wall * math.sqrt(1.5)
    sizes = {
        "exposure": abs(found.exposure) / math.log(2.0),
        "camera_white": shift(camera, is_camera=True) * root,
        **{f"channel_{name}": channel for name in LED_COLOURS},
        "white": shift(wall, is_camera=False) * root,
        "eotf": _PERCENT * float(np.sqrt(np.mean(found.exponent**2))),
        "primaries": max(_primaries_shifts(pairs, found.primaries)),
    }
    return {name: size / root for name, size in sizes.items()}


def _rms(logs: FloatArray) -> float:
    """Root mean square about the mean, of three of which two are free."""
    return float(np.sqrt(np.sum((logs - logs.mean()) ** 2) / 2.0))


def _white_parts(pairs: LightPairs) -> FloatArray:
    """What each LED colour gives of the brightest grey."""
    parts: FloatArray = pairs.parts[int(np.argmax(pairs.level.min(axis=1)))]
    return parts


def _primaries_shifts(pairs: LightPairs, moved: FloatArray) -> list[float]:
    """How far each LED colour moves in u'v'."""
    values = []
    for led in range(3):
        part = _single(pairs, led)
        start = xyz_to_uv(pairs.to_xyz @ part)
        end = xyz_to_uv(pairs.to_xyz @ (part * np.exp(moved[led])))
        values.append(float(np.linalg.norm(end - start)))
    return values


def _single(pairs: LightPairs, led: int) -> FloatArray:
    """What the patch gives that shows one LED colour the purest."""
    row = int(np.argmax(pairs.level[:, led] - 0.5 * pairs.level.sum(axis=1)))
    part: FloatArray = pairs.parts[row, led]
    return part


def _shift(
    to_xyz: FloatArray,
    moved: Callable[[FloatArray], FloatArray],
    values: FloatArray,
    errors: FloatArray,
) -> tuple[float, float]:
    """How far white moves in u'v' where something happens to its parts, and the error."""

    def at(what: FloatArray) -> FloatArray:
        return xyz_to_uv(moved(what).sum(axis=0) @ to_xyz.T)

    start = at(np.zeros(3))
    value = float(np.linalg.norm(at(values) - start))
    step = 1e-4
    slopes = np.stack([(at(step * one) - start) / step for one in np.eye(3)])
    sigma = float(np.linalg.norm(slopes * errors[:, None]) / math.sqrt(2.0))
    return value, sigma


def _camera_words(found: Explanation) -> str:
    if "camera_white" not in found.causes:
        return ""
    red, _, blue = _PERCENT * np.expm1(found.camera)
    return f"camera red {red:+.2f} %, blue {blue:+.2f} % against green"


def _leds_words(logs: FloatArray) -> str:
    """Percent of each LED colour."""
    values = _PERCENT * np.expm1(logs)
    return ", ".join(f"{n} {v:+.2f} %" for n, v in zip(LED_COLOURS, values, strict=True))


def _eotf(
    pairs: LightPairs,
    change: Change,
    found: Explanation,
    judged: Callable[[str, float, float, str], Component],
    name_curve: Callable[[FloatArray, FloatArray], str] | None,
) -> Component:
    """The exponent that changed most; or that the curve has another shape."""
    led = int(np.argmax(np.abs(found.exponent)))
    value = _PERCENT * float(found.exponent[led])
    sigma = _PERCENT * float(found.sigma["exponent"].max())
    words = ""
    if "eotf" in found.causes:
        same = np.ptp(found.exponent) < 1e-9
        each = _PERCENT * found.exponent
        words = (
            "red, green and blue alike"
            if same
            else ", ".join(f"{n} {v:+.2f} %" for n, v in zip(LED_COLOURS, each, strict=True))
        )
    row = _shape_row(pairs, change)
    if row is not None:
        level = float(pairs.level[row].mean())
        off = float(change.misfit[row].mean())
        at = "peak" if level > _NEAR_PEAK else f"{_PERCENT * level:.2g} % of peak"
        shape = f"the tone curve has another shape: {_PERCENT * off:+.1f} % at {at}"
        words = "; ".join(filter(None, (words, shape)))
        # The exponent as that grey sees it.
        value += _PERCENT * off / math.log(min(level, _BRIGHT))
    if name_curve is not None and abs(value) > _GROSS:
        greys = _greys(pairs)
        ratio = (pairs.now[greys] / pairs.then[greys]).mean(axis=1)
        name = name_curve(pairs.code[greys].mean(axis=1), ratio)
        words = f"the tone curve is another one: {name}" if name else words
    return judged("eotf", value, sigma, words)


def _greys(pairs: LightPairs) -> BoolArray:
    """Which patches are grey."""
    levels = pairs.level
    grey: BoolArray = np.ptp(levels, axis=1) < 0.05 * levels.max(axis=1)
    return grey


def _shape_row(pairs: LightPairs, change: Change) -> int | None:
    """The grey that follows no change of gains and exponents; None where all do."""
    grey = _greys(pairs)
    if grey.sum() < 3:
        return None
    off = np.where(grey[:, None], np.abs(change.misfit), 0.0)
    off = np.where(off > _SHAPE_SLACKS * change.slack, off, 0.0)
    row = int(np.argmax(off.mean(axis=1)))
    return row if off[row].min() >= _SHAPE else None


def _primaries(
    pairs: LightPairs,
    found: Explanation,
    judged: Callable[[str, float, float, str], Component],
) -> Component:
    """The LED colour whose chromaticity moved furthest."""
    values, errors = _primaries_shifts(pairs, found.primaries), []
    for led in range(3):
        part = _single(pairs, led)
        start = xyz_to_uv(pairs.to_xyz @ part)
        slopes = [
            (xyz_to_uv(pairs.to_xyz @ (part * np.exp(1e-4 * one))) - start) / 1e-4
            for one in np.eye(3)
        ]
        spread = np.linalg.norm(np.array(slopes) * found.sigma["primaries"][led][:, None])
        errors.append(float(spread) / math.sqrt(2.0))
    led = int(np.argmax(values))
    words = LED_COLOURS[led] if "primaries" in found.causes else ""
    return judged("primaries", values[led], max(errors), words)
