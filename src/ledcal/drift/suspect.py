"""What was applied, and what has changed, as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.values.drift import COMPONENT_WORDS
from ledcal.values.finding import Finding
from ledcal.values.verify import (
    AS_MEANT,
    CHANGED,
    NOT_APPLIED,
    OF_ANOTHER,
    TWICE,
    WRONG_INPUT,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.arrays import FloatArray
    from ledcal.values.drift import Component
    from ledcal.values.verify import Explained, Suspect

CANNOT_TELL = "applied-cannot-be-told"
NOT_AS_GOOD = "profile-out-of-tolerance"
SOME_OFF = "some-colours-out-of-tolerance"
_SURE, _LIKELY, _LEFT, _UNSURE = 0.95, 0.7, 0.8, 0.5
# No wall changes by so much with heat or age, median delta E ITP.
_LARGE_ITP = 10.0


def applied_finding(found: Explained, *, profile: str, is_drawn: bool, severity: str) -> Finding:
    """Say what was applied in place of what was meant.

    Parameters
    ----------
    found : Explained
        With a winner that is not as it is meant.
    profile : str
        Whose correction should be on.
    is_drawn : bool
        Whether the frames had it in them.
    severity : str
        ``fail`` or ``warning``.

    Returns
    -------
    Finding
        One of ``correction-not-applied``, ``correction-applied-twice``,
        ``correction-of-another-profile`` and ``wrong-input-space``.
    """
    winner = found.winner
    if winner is None:
        message = "nothing has won"
        raise ValueError(message)
    cause, fix = _advice(winner, profile=profile, is_drawn=is_drawn)
    if found.rivals:
        named = [one.words for one in found.suspects[1:] if one.finding in found.rivals]
        cause += f"; or {', or '.join(named)}, which cannot be told from it"
    elif not found.is_certain:
        cause += "; and the wall itself has changed a little since"
    alike = f" (or: {found.alike})" if found.alike else ""
    return Finding(
        id=winner.finding,
        severity=severity,
        seen=f"what fits the light is: {winner.words}{alike}, to {winner.misfit:.1f} delta E ITP; "
        f"{_rest(found, winner)}",
        cause=cause,
        confidence=_SURE if found.is_certain else _LIKELY,
        fix=fix,
        reshoot=True,
    )


def _rest(found: Explained, winner: Suspect) -> str:
    """What the others leave."""
    meant = next((one for one in found.suspects if one.finding == AS_MEANT), None)
    others = [one for one in found.suspects if one.finding not in {AS_MEANT, winner.finding}]
    said = [] if meant is None else [f"the correction as it is meant leaves {meant.misfit:.1f}"]
    if others:
        said.append(f"the next best ({others[0].words}) {others[0].misfit:.1f}")
    return ", ".join(said) or "nothing else was tried"


def _advice(winner: Suspect, *, profile: str, is_drawn: bool) -> tuple[str, str]:
    """Cause and remedy."""
    off = "switch the LUT off while the corrected pattern is played, and shoot again"
    if winner.finding == NOT_APPLIED:
        cause = f"the LUT of {profile} is off in the host, or another output is on the wall"
        fix = f"switch the LUT of {profile} on in the output that feeds the wall, and shoot again"
    elif winner.finding == TWICE and is_drawn:
        cause = "the frames hold the correction, and the host or the processor adds it again"
        fix = f"{off}; for the show switch it on again"
    elif winner.finding == TWICE:
        cause = "the LUT is on in two places: host and processor, or engine and media server"
        fix = "switch it off in one of the two, and shoot again"
    elif winner.finding == OF_ANOTHER and is_drawn:
        cause = "the frames hold a correction, and the host adds that of another profile"
        fix = off
    elif winner.finding == OF_ANOTHER:
        cause = "the host holds the LUT of another profile: another camera, day or wall"
        fix = (
            f"load the LUT of {profile}, and shoot again; or verify against the profile that is "
            "meant to be on"
        )
    elif "legal range" in winner.words:
        cause = "player, host and processor do not agree about full and legal range"
        fix = "set all of them to full range (or all to legal), and shoot again"
    elif is_drawn or winner.words.startswith("code"):
        cause = (
            "the player, the graphics driver or the processor converts colour"
            if is_drawn
            else "the host converts colour behind the LUT, or the processor does"
        )
        fix = (
            "set input and output of player and processor to one gamut and one EOTF, those of the "
            "wall in stage.toml, and shoot again"
        )
    else:
        cause = "the LUT is fed with another space than the target it was made for"
        fix = (
            f"set what comes before the LUT to the target of {profile} (gamut, EOTF, peak), and "
            "shoot again"
        )
    return cause, fix


def change_finding(
    components: Sequence[Component], found: Explained, *, severity: str, off: float
) -> Finding:
    """Say that the wall is not the one that the profile knows.

    Parameters
    ----------
    components : sequence of Component
        How it differs.
    found : Explained
        Nothing that may have been applied explains it.
    severity : str
        ``fail`` or ``warning``.
    off : float
        Median delta E ITP of the light against the prediction.

    Returns
    -------
    Finding
        ``wall-has-changed``.
    """
    moved = [one for one in components if one.verdict == "fail"]
    # Shares of a change that no wall makes tell nothing.
    said = "; ".join(component_text(one) for one in moved if off <= _LARGE_ITP)
    by = f": {said}" if said else "; no single cause explains it"
    tried = [one for one in found.suspects if one.finding != AS_MEANT]
    best = f" ({tried[0].words}) leaves {tried[0].misfit:.1f}" if tried else ""
    cause, fix = _change_advice(moved, is_large=off > _LARGE_ITP)
    is_sure = bool(moved) and off <= _LARGE_ITP
    return Finding(
        id=CHANGED,
        severity=severity,
        seen=f"the wall is {off:.1f} delta E ITP (median) from what the profile says of it{by}"
        + (f". No wrong setting explains it better: the best{best}" if best else ""),
        cause=cause,
        confidence=_LEFT if is_sure else _UNSURE,
        fix=fix,
        reshoot=False,
    )


def component_text(component: Component) -> str:
    """A component in words, with its size, error and limit.

    Examples
    --------
    >>> from ledcal.values.drift import DriftLimits, judge
    >>> component_text(judge("channel_red", -3.0, 0.2, DriftLimits()))
    'red of the wall -3.00 % ± 0.20 (limit 0.50)'
    """
    digits = 4 if component.unit == "u'v'" else 3 if component.name == "black" else 2
    unit = component.unit.partition(" of the exponent")[0]
    sign = "" if component.unit == "u'v'" else "+"
    text = (
        f"{COMPONENT_WORDS[component.name]} {component.value:{sign}.{digits}f} {unit} "
        f"± {component.sigma:.{digits}f} (limit {component.limit:.{digits}f})"
    )
    return f"{text}, {component.detail}" if component.detail else text


def _change_advice(moved: Sequence[Component], *, is_large: bool) -> tuple[str, str]:
    if is_large:
        cause = (
            "more than heat or age do: another preset of the processor, a look or a conversion "
            "that is none of the usual ones, or another way from camera to ACES2065-1"
        )
        fix = (
            "compare the settings of player, processor and camera with those of the calibration, "
            "then verify again; if it stays, fit again"
        )
        return cause, fix
    names = {one.name for one in moved}
    if names and names <= {"black"}:
        return (
            "other light on the wall, or another black level of the processor",
            "take the light off that was not there when the profile was made, or fit again",
        )
    if names and names <= {"camera_white", "black"}:
        return (
            "another lens, filter, ND or white balance than the profile was made with",
            "use those of the calibration, or fit again with these",
        )
    cause = "LEDs that are warmer, colder or older, other cabinets, or another processor setting"
    fix = (
        "let the wall warm up for half an hour with content on it and verify again; if it stays, "
        "fit again"
    )
    return cause, fix


def headline(finding: Finding, found: Explained, components: Sequence[Component]) -> str:
    """What a finding comes to, short, for the first line of the screen.

    Parameters
    ----------
    finding : Finding
        The worst.
    found : Explained
        What was applied.
    components : sequence of Component
        How the wall differs.

    Returns
    -------
    str
        A clause without its full stop.
    """
    moved = [one for one in components if one.verdict == "fail"]
    if finding.id == CHANGED and moved and finding.confidence > _UNSURE:
        worst = max(moved, key=lambda one: abs(one.value) / one.limit)
        return _moved_headline(worst)
    plain = {
        NOT_APPLIED: "the correction is not on",
        TWICE: "the correction is on twice",
        OF_ANOTHER: "it is the correction of another profile",
        CHANGED: "the wall is not what it was",
        NOT_AS_GOOD: "the profile itself promises no better",
        SOME_OFF: "a few colours are off",
    }
    if finding.id == WRONG_INPUT and found.winner is not None:
        return found.winner.words
    return plain.get(finding.id, finding.cause.partition(";")[0])


def _moved_headline(worst: Component) -> str:
    """The component that is furthest beyond its limit."""
    name, size = worst.name, f"{abs(worst.value):.2g}"
    if name.startswith("channel_"):
        way = "dimmer" if worst.value < 0.0 else "brighter"
        return f"{name.removeprefix('channel_')} of the wall is {size} % {way} than it was"
    if name == "black":
        way = "darker" if worst.value < 0.0 else "brighter"
        return f"black is {size} % of peak {way} than it was"
    return {
        "camera_white": "lens, filter or white balance are not those of the calibration",
        "white": f"the wall's white has moved by {size} in u'v'",
        "eotf": f"the exponent of the wall's tone curve has changed by {worst.value:+.1f} %",
        "primaries": f"the wall's {worst.detail or 'primaries'} changed colour",
    }.get(name, "the wall is not what it was")


def unclear_finding(found: Explained) -> Finding:
    """Say which of several things cannot be told from each other."""
    names = [one for one in found.suspects if one.finding in found.rivals]
    fits = "; ".join(f"{one.words}: {one.misfit:.2f}" for one in names)
    return Finding(
        id=CANNOT_TELL,
        severity="note",
        seen=f"what was applied cannot be told, because the correction changes so little: {fits} "
        f"delta E ITP (all within {found.allowed:.2f})",
        cause="a wall that needs little correction",
        confidence=_SURE,
        fix="check by hand that the LUT is on, once, and the right one",
        reshoot=False,
    )


def profile_finding(*, predicted: float, limit: float, name: str) -> Finding:
    """Say that the wall does what the profile says, and that this is not good enough."""
    return Finding(
        id=NOT_AS_GOOD,
        severity="fail",
        seen=f"the wall does what the profile says of it, and that is {predicted:.1f} delta E ITP "
        f"({name}) off the target (limit {limit:g})",
        cause="a profile that was fitted to few, noisy or clipped patches, or a wall that cannot "
        "follow the content",
        confidence=_LEFT,
        fix="fit again with --set standard or full, white just below clipping; what the report of "
        "the profile says of its own error should be within the limits first",
        reshoot=False,
    )


def some_finding(
    *, n_over: int, n: int, limit: float, worst: float, code: FloatArray, nits: float
) -> Finding:
    """Say that a few colours are off, on a wall that is otherwise what it was.

    Parameters
    ----------
    n_over, n : int
        Colours that are off by more than the limit, of how many.
    limit, worst : float
        Delta E ITP.
    code : ndarray, shape (3,)
        Content code of the worst.
    nits : float
        Of the worst, as it is meant.

    Returns
    -------
    Finding
        ``some-colours-out-of-tolerance``.
    """
    which = " ".join(f"{value:.3f}" for value in code)
    return Finding(
        id=SOME_OFF,
        severity="fail",
        seen=f"{n_over} of {n} colours are off by more than {limit:g} delta E ITP, the worst by "
        f"{worst:.1f} (content code {which}, {nits:.3g} nits); the correction is on, and the wall "
        "is what it was",
        cause="colours that the fit did not get, or too little light in dark ones",
        confidence=_UNSURE,
        fix="look at the region that is off in the table; shoot this again with white just below "
        "clipping, and if it stays, fit again with --set full",
        reshoot=True,
    )
