"""What has changed since a wall was calibrated: components with size, error, limit and verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ledcal.values.quality import number_or_null

# In the order in which they are listed; the names are those of `--json`.
COMPONENTS = (
    "exposure",
    "camera_white",
    "channel_red",
    "channel_green",
    "channel_blue",
    "white",
    "eotf",
    "primaries",
    "black",
    "uniformity",
    "geometry",
)
# A camera that was moved or exposed in another way is said, and is no fault of the wall.
ONLY_WARNED = ("exposure", "geometry")
# What a component of drift is called.
COMPONENT_WORDS = {
    "exposure": "exposure",
    "camera_white": "camera white",
    "channel_red": "red of the wall",
    "channel_green": "green of the wall",
    "channel_blue": "blue of the wall",
    "white": "white of the wall",
    "eotf": "tone curve",
    "primaries": "primaries",
    "black": "black",
    "uniformity": "evenness",
    "geometry": "position",
}
UNITS = {
    "exposure": "stops",
    "camera_white": "u'v'",
    "channel_red": "%",
    "channel_green": "%",
    "channel_blue": "%",
    "white": "u'v'",
    "eotf": "% of the exponent",
    "primaries": "u'v'",
    "black": "% of peak",
    "uniformity": "%",
    "geometry": "% of the picture's width",
}
# A change counts from this many times what two takes of an unchanged stage differ by.
REPEATABILITY_FACTOR = 3.0


@dataclass(frozen=True, slots=True)
class DriftLimits:
    """How much may change before it is out of tolerance; ledcal's own defaults, not a standard.

    Attributes
    ----------
    exposure_stops : float
        Brightness of everything.
    camera_white_uv, white_uv, primaries_uv : float
        Distance in CIE 1976 u'v' of white, through lens and camera or of the wall itself, and of
        its red, green and blue.
    channel_percent : float
        Light of one LED colour.
    eotf_percent : float
        Exponent of the tone curve.
    black_percent : float
        Light of a black wall, in percent of the light of peak white.
    uniformity_percent : float
        Light of a cabinet against the others.
    geometry_percent : float
        How far the wall has moved in the picture, in percent of its width.
    """

    exposure_stops: float = 0.1
    camera_white_uv: float = 0.0002
    channel_percent: float = 0.5
    white_uv: float = 0.0002
    eotf_percent: float = 1.0
    primaries_uv: float = 0.0015
    black_percent: float = 0.01
    uniformity_percent: float = 1.0
    geometry_percent: float = 1.0

    def of(self, component: str) -> float:
        """The limit of a component, in its unit.

        Examples
        --------
        >>> DriftLimits().of("channel_red"), DriftLimits().of("white")
        (0.5, 0.0002)
        """
        stem = "channel" if component.startswith("channel_") else component
        for ending in ("stops", "uv", "percent"):
            if hasattr(self, f"{stem}_{ending}"):
                return float(getattr(self, f"{stem}_{ending}"))
        message = f"there is no component {component!r}: it is one of {', '.join(COMPONENTS)}"
        raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Component:
    """One way in which wall or camera may have changed.

    Attributes
    ----------
    name : str
        One of `COMPONENTS`.
    value : float
        How much, signed where that means something; 0 where another component explains what was
        seen. NaN where it could not be measured.
    sigma : float
        Its standard error, from the noise of the takes and their repeatability.
    limit : float
        What it was weighed against: the limit of stage.toml, or 3 x repeatability where that is
        more.
    unit : str
        Of the three.
    verdict : str
        ``pass``, ``warn`` (said, but not the wall's fault) or ``fail``.
    repeatability : float
        How far one take is off by itself, from the baseline's takes; NaN where unknown.
    detail : str
        Where, which, which way: ``cabinet r3c7``; empty where there is nothing to add.
    """

    name: str
    value: float
    sigma: float
    limit: float
    unit: str
    verdict: str
    repeatability: float = math.nan
    detail: str = ""


def judge(
    name: str,
    value: float,
    sigma: float,
    limits: DriftLimits,
    *,
    repeatability: float = math.nan,
    detail: str = "",
) -> Component:
    """Weigh a change against max(limit, 3 x repeatability).

    Parameters
    ----------
    name : str
        One of `COMPONENTS`.
    value, sigma : float
        The change and its standard error, in the component's unit.
    limits : DriftLimits
        Of the stage.
    repeatability : float
        Of one take; NaN where unknown.
    detail : str
        As in `Component`.

    Returns
    -------
    Component
        With its verdict.

    Examples
    --------
    >>> judge("channel_red", -1.0, 0.1, DriftLimits()).verdict
    'fail'
    >>> judge("channel_red", -1.0, 0.1, DriftLimits(), repeatability=0.5).limit
    1.5
    >>> judge("exposure", 0.33, 0.01, DriftLimits()).verdict
    'warn'
    """
    limit = limits.of(name)
    if math.isfinite(repeatability):
        limit = max(limit, REPEATABILITY_FACTOR * repeatability)
    is_over = math.isfinite(value) and abs(value) > limit
    verdict = ("warn" if name in ONLY_WARNED else "fail") if is_over else "pass"
    return Component(name, value, sigma, limit, UNITS[name], verdict, repeatability, detail)


def worst_verdict(components: tuple[Component, ...]) -> str:
    """``fail`` where one failed, else ``warn`` where one warns, else ``pass``.

    Examples
    --------
    >>> worst_verdict((judge("exposure", 1.0, 0.0, DriftLimits()),))
    'warn'
    """
    verdicts = {component.verdict for component in components}
    return next((name for name in ("fail", "warn") if name in verdicts), "pass")


def component_document(component: Component) -> dict[str, Any]:
    """Make the plain document of a component, with the keys that every `--json` uses."""
    return {
        "name": component.name,
        "value": number_or_null(component.value),
        "sigma": number_or_null(component.sigma),
        "limit": number_or_null(component.limit),
        "unit": component.unit,
        "verdict": component.verdict,
        "repeatability": number_or_null(component.repeatability),
        "detail": component.detail,
    }


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One entry of a profile's history: a run of `drift check` or `verify`, or an event.

    Attributes
    ----------
    kind : str
        ``drift``, ``verify`` or ``event``.
    when : str
        ISO 8601 with its offset from UTC, to the second.
    verdict : str
        ``pass``, ``warn`` or ``fail``; empty of an event.
    sentence : str
        What was said in one sentence; empty of an event.
    delta_e_itp, delta_e_itp_p95 : float
        Median and 95th percentile; NaN of an event.
    components : tuple of Component
        Empty of an event.
    note : str
        What people wrote: new lens, cabinet swapped.
    profile_sha256 : str
        Of the profile.json it was checked against.
    inputs : tuple of (str, str)
        Name and SHA-256 of the captures.
    ledcal_version : str
        That wrote it.
    """

    kind: str
    when: str
    verdict: str = ""
    sentence: str = ""
    delta_e_itp: float = math.nan
    delta_e_itp_p95: float = math.nan
    components: tuple[Component, ...] = ()
    note: str = ""
    profile_sha256: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    ledcal_version: str = ""
