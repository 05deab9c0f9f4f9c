"""How good a fit is, in delta E ITP."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledcal.values.stage import Tolerances

PEAK_CHOICES = ("match", "keep")
# Figures are of patches this bright: below, a delta E ITP tells of read noise and PWM steps.
JUDGED_FROM_NITS = 1.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A set of colour differences in delta E ITP (BT.2124)."""

    median: float
    p95: float
    max: float


UNKNOWN = Spread(math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class PeakChoice:
    """What corrected white costs under one choice of --peak.

    Attributes
    ----------
    peak_kept : float
        Luminance of white at the target's peak, corrected over uncorrected.
    white_off_neutral_itp : float
        Corrected white against neutral light of the same luminance, delta E ITP.
    """

    peak_kept: float
    white_off_neutral_itp: float


@dataclass(frozen=True, slots=True)
class OverLimit:
    """A figure of the held-out patches that is out of tolerance.

    Attributes
    ----------
    name : str
        ``median`` or ``95th percentile``.
    seen, noise : float
        Of the held-out patches, and the noise floor (NaN where unknown), delta E ITP.
    limit : float
        What `seen` may be beyond the noise.
    """

    name: str
    seen: float
    noise: float
    limit: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What a profile says of itself.

    Attributes
    ----------
    before, after : Spread
        Against the target, predicted without the correction and through the written table, on a
        fixed set of test colours that the wall can make; `after` holds the fit's own error.
    before_de2000, after_de2000 : Spread
        The same in delta E 2000, given beside it for SDR.
    cross_validated : Spread
        Measured against predicted on patches left out of the fit.
    noise_floor : Spread
        What the standard errors of the patches alone amount to.
    interpolation : Spread
        The table between its nodes, against the exact correction.
    link_10bit, link_12bit : Spread
        `after` once more, with the wall code rounded to what such a link carries.
    regions : mapping of str to Spread
        `cross_validated` by region of colour: ``greys``, ``skin``, ``saturated``, ``shadows``;
        only those that were measured. They overlap.
    peak_choices : mapping of str to PeakChoice
        What ``match`` and ``keep`` cost.
    fit_residual : Spread
        Measured against predicted on the patches that were fitted.
    exposure_scale : float
        k of DESIGN.md section 1.
    peak_kept : float
        Luminance of white at the target's peak, corrected over uncorrected, 0..1.
    gamut_clipped : float
        Share of the target's codes (uniform grid) that the wall cannot make.
    neutral_monotone : bool
        Whether the neutral axis of the table rises all the way.
    """

    before: Spread
    after: Spread
    before_de2000: Spread
    after_de2000: Spread
    cross_validated: Spread
    noise_floor: Spread
    interpolation: Spread
    fit_residual: Spread
    exposure_scale: float
    peak_kept: float
    gamut_clipped: float
    neutral_monotone: bool
    # Profiles of schema 1 that are older than these figures do not have them.
    link_10bit: Spread = UNKNOWN
    link_12bit: Spread = UNKNOWN
    regions: Mapping[str, Spread] = field(default_factory=dict)
    peak_choices: Mapping[str, PeakChoice] = field(default_factory=dict)

    def over_limits(self, limits: Tolerances) -> tuple[OverLimit, ...]:
        """Which figures of the held-out patches are out of tolerance, their own noise apart.

        A patch that is left out differs from its prediction by the error of the fit and by its
        own noise; the two add as squares. Where the noise is unknown, nothing is taken off.

        Parameters
        ----------
        limits : Tolerances
            Of the stage.

        Returns
        -------
        tuple of OverLimit
            The median first; empty where both are within.
        """
        return over_limits(self.cross_validated, self.noise_floor, limits)


def over_limits(seen: Spread, noise: Spread, limits: Tolerances) -> tuple[OverLimit, ...]:
    """Which figures of some patches are out of tolerance, their own noise taken off as squares.

    Parameters
    ----------
    seen, noise : Spread
        Of the patches, and what their noise alone amounts to (NaN: nothing is taken off).
    limits : Tolerances
        Of the stage.

    Returns
    -------
    tuple of OverLimit
        The median first; empty where both are within.

    Examples
    --------
    >>> from ledcal.values.stage import Tolerances
    >>> figures = over_limits(Spread(1.0, 5.0, 9.0), Spread(0.5, 4.0, 8.0), Tolerances())
    >>> [figure.name for figure in figures]
    []
    """
    figures = (
        OverLimit("median", seen.median, noise.median, limits.median_itp),
        OverLimit("95th percentile", seen.p95, noise.p95, limits.p95_itp),
    )
    return tuple(figure for figure in figures if _beyond(figure) > figure.limit)


def _beyond(figure: OverLimit) -> float:
    """What of a figure the noise does not explain."""
    if not math.isfinite(figure.noise):
        return figure.seen
    return math.sqrt(max(figure.seen**2 - figure.noise**2, 0.0))


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a profile was made from."""

    ledcal_version: str
    command: str
    created: str
    inputs: dict[str, str] = field(default_factory=dict)


def number_or_null(value: float) -> float | None:
    """Give a number for a JSON document; None where it is unknown (NaN) or infinite.

    Examples
    --------
    >>> number_or_null(0.5), number_or_null(float("nan"))
    (0.5, None)
    """
    return float(value) if math.isfinite(value) else None


def spread_document(spread: Spread) -> dict[str, float | None]:
    """Make the plain document of a spread; an unknown figure is null."""
    return {
        "median": number_or_null(spread.median),
        "p95": number_or_null(spread.p95),
        "max": number_or_null(spread.max),
    }


def peak_choices_document(quality: Quality) -> dict[str, dict[str, float | None]]:
    """Make the plain document of what the choices of --peak cost."""
    return {
        name: {
            "peak_kept": number_or_null(choice.peak_kept),
            "white_off_neutral_itp": number_or_null(choice.white_off_neutral_itp),
        }
        for name, choice in quality.peak_choices.items()
    }
