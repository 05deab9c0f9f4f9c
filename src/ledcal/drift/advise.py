"""One sentence on what has changed, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.drift.evenness import SMOOTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.drift.compare import DriftComparison
    from ledcal.values.drift import Component

# A correction can be moved by these; anything else needs a new fit.
CAN_BE_MOVED = frozenset(
    {"exposure", "camera_white", "channel_red", "channel_green", "channel_blue", "white"}
)
_WARM_UP = (
    "let the wall warm up for half an hour with content on it and check again: LEDs change with "
    "heat"
)
_CHART = (
    "check iris, ND and shutter, then the brightness of the processor; a white chart in the "
    "picture, lit by a light of its own, tells them apart (--chart)"
)
# Times the limit, which moire raises to twice its amplitude: more is not its doing.
_OF_MOIRE = 2.0
# How the detail of a tone curve begins that is not the old one with another exponent.
_CURVE = "the tone curve"
_COLOURS = {"channel_red": "red", "channel_green": "green", "channel_blue": "blue"}


def out_of_limits(components: Sequence[Component]) -> list[Component]:
    """Those that failed, furthest over its limit first."""
    failed = [one for one in components if one.verdict == "fail"]
    return sorted(failed, key=lambda one: -abs(one.value) / one.limit)


def leading(components: Sequence[Component]) -> list[Component]:
    """Those that failed, without what only follows from another tone curve."""
    failed = out_of_limits(components)
    curve = [one for one in failed if one.name == "eotf" and _CURVE in one.detail]
    return curve or failed


def can_be_moved(components: Sequence[Component]) -> bool:
    """Whether the correction can follow what changed without a new fit."""
    changed = {one.name for one in components if one.verdict != "pass"} - {"geometry"}
    return bool(changed) and changed <= CAN_BE_MOVED


def sentence_of(comparison: DriftComparison) -> str:
    """What has changed, the largest first, in one sentence.

    Parameters
    ----------
    comparison : DriftComparison
        Today against the baseline.

    Returns
    -------
    str
        For the first line of the screen.
    """
    failed = leading(comparison.components)
    said = [_words(one, comparison) for one in failed]
    warned = [_words(one, comparison) for one in comparison.components if one.verdict == "warn"]
    if any(_CURVE in one.detail for one in failed):
        warned = []
    if said:
        text = "; ".join(said)
        return text[0].upper() + text[1:] + (f" ({'; '.join(warned)})" if warned else "")
    if warned:
        text = "; ".join(warned)
        return f"The wall is as it was calibrated; {text}"
    return "The wall is as it was calibrated"


def _words(one: Component, comparison: DriftComparison) -> str:
    """A component that is out of its limits, as people say it."""
    size = f"{abs(one.value):.2g}"
    more = one.value > 0
    if one.name == "exposure":
        return _exposure_words(one, comparison)
    if one.name in _COLOURS:
        return f"{_COLOURS[one.name]} of the wall is {size} % {'brighter' if more else 'dimmer'}"
    plain = {
        "camera_white": f"camera, lens or filter see white differently (u'v' {size})",
        "white": f"the wall's white has shifted by {size} in u'v' ({one.detail})",
        "eotf": _curve_words(one),
        "primaries": f"the wall's {one.detail or 'primaries'} changed colour by {size} in u'v'",
        "black": f"black is {size} % of peak {'brighter' if more else 'darker'}"
        + (f" ({one.detail})" if one.detail else ""),
        "uniformity": _spot_words(one, size),
        "geometry": one.detail or f"the wall has moved by {size} % of the picture",
    }
    return plain[one.name]


def _spot_words(one: Component, size: str) -> str:
    """What part of the wall changed, and by how much."""
    where = one.detail.partition(":")[0]
    if where.startswith(SMOOTH):
        return f"light falls off over the wall in another way, by up to {size} %"
    return f"{where} is {size} % {'brighter' if one.value > 0 else 'dimmer'} than the rest"


def _curve_words(one: Component) -> str:
    """The tone curve: another one by name, another shape, or another exponent."""
    last = one.detail.rpartition("; ")[2]
    if last.startswith(_CURVE):
        return last
    return f"the tone curve has changed: exponent {one.value:+.1f} %"


def _exposure_words(one: Component, comparison: DriftComparison) -> str:
    """Common brightness: who did it, as far as that can be told."""
    stops, size = f"{one.value:+.2f} stops", f"{abs(one.value):.2f} stops"
    if comparison.has_chart:
        wall = comparison.wall_stops
        if one.verdict == "fail":
            return f"the wall is {abs(wall):.2f} stops {'brighter' if wall > 0 else 'dimmer'}"
        return f"the camera's exposure has changed by {comparison.camera_stops:+.2f} stops"
    if abs(comparison.wall_stops) <= one.limit:
        return f"the camera's exposure has changed by {stops}, as its settings say"
    return (
        f"everything is {size} {'brighter' if one.value > 0 else 'dimmer'}: iris, ND or the wall "
        "as a whole, which a camera alone cannot tell apart"
    )


def advice_of(comparison: DriftComparison, delta_e: float, delta_e_then: float) -> list[str]:
    """What to do, the most pressing first.

    Parameters
    ----------
    comparison : DriftComparison
        Today against the baseline.
    delta_e, delta_e_then : float
        What the old correction leaves on today's wall and left when it was made, median delta E
        ITP.

    Returns
    -------
    list of str
        One sentence each; "nothing" where there is nothing to do.
    """
    failed = leading(comparison.components)
    names = {one.name for one in failed}
    lines = [line for one in failed for line in _remedy(one, comparison)]
    if names and can_be_moved(comparison.components):
        lines.append(
            "to go on as it is: 'ledcal drift check ... --update' writes a profile with the "
            "correction moved by this; export that"
        )
    elif names - {"uniformity", "black"}:
        lines.append("if it stays: redo the fit (shoot the pattern, 'ledcal fit')")
    if names and delta_e <= delta_e_then + 0.5:
        lines.append(
            f"no hurry: the old correction still holds, {delta_e:.1f} delta E ITP where it was "
            f"{delta_e_then:.1f}"
        )
    for one in comparison.components:
        if one.verdict == "warn" and not any(_CURVE in other.detail for other in failed):
            lines += _remedy(one, comparison)
    return list(dict.fromkeys(lines)) or ["nothing"]


def _remedy(one: Component, comparison: DriftComparison) -> list[str]:
    """What to do about a component that is out of its limits."""
    if one.name in _COLOURS or one.name == "white":
        lines = [_WARM_UP]
        if one.name in _COLOURS:
            factor = 100.0 / (100.0 + one.value)
            lines.append(
                f"if it stays: set {_COLOURS[one.name]} to {100 * factor:.1f} % of what it is in "
                "the processor's white balance"
            )
        return lines
    if one.name == "exposure":
        if comparison.has_chart and one.verdict == "fail":
            wall = comparison.wall_stops
            share = f"{100 * 2.0**-wall:.0f} %"
            return [f"check the brightness of the processor; set it to {share} of what it is"]
        if abs(comparison.wall_stops) <= one.limit:
            return []
        return [_CHART]
    plain = {
        "camera_white": "put back the lens, ND and filters the profile was made with; for other "
        "ones fit anew",
        "eotf": "check EOTF, brightness and presets of the processor, and whether host or firmware "
        "were updated",
        "primaries": "check the gamut and colour mode of the processor",
        "black": "switch off lights that fall on the wall, check the processor's black level, and "
        "the lens for haze and filters",
        "uniformity": _cabinet_remedy(one),
        "geometry": "put the camera back where it stood, if the shot allows; the drift check does "
        "without",
    }
    return [plain[one.name]]


def _cabinet_remedy(one: Component) -> str:
    """What to do about a part of the wall that changed."""
    if "moire" in one.detail and abs(one.value) < _OF_MOIRE * one.limit:
        return (
            "there is moire in the picture, which may be all of it: a little out of focus it is "
            "gone; check again ('ledcal moire detect' says more)"
        )
    where = one.detail.partition(":")[0]
    if where.startswith(SMOOTH):
        return (
            "check iris, lens and filters: light falls off over the picture in another way; if "
            "they are as they were, let the wall warm up evenly"
        )
    line = f"call the panel vendor about {where}; check its power supply and calibration data first"
    if where.startswith("cabinet"):
        return line
    return (
        f"{line}; with wall.panel_width_px and wall.panel_height_px in stage.toml (--stage) the "
        "cabinet is named"
    )
