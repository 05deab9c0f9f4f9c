"""How good a fit is, in delta E ITP."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spread:
    """A set of colour differences in delta E ITP (BT.2124)."""

    median: float
    p95: float
    max: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What a profile says of itself.

    Attributes
    ----------
    before, after : Spread
        Against the target, predicted by the model, without the correction and through the
        written table, on a fixed set of test colours that the wall can make.
    before_de2000, after_de2000 : Spread
        The same in delta E 2000, given beside it for SDR.
    cross_validated : Spread
        Measured against predicted on patches left out of the fit.
    noise_floor : Spread
        What the standard errors of the patches alone amount to.
    interpolation : Spread
        The table between its nodes, against the exact correction.
    fit_residual : Spread
        Measured against predicted on the patches that were fitted.
    exposure_scale : float
        k of DESIGN.md section 1.
    peak_kept : float
        Luminance of corrected white over that of the uncorrected wall, 0..1.
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

    def beyond_noise(self) -> tuple[float, float]:
        """Median and p95 of the held-out patches that their own noise does not explain.

        A patch that is left out differs from its prediction by the error of the fit and by its
        own noise; the two add as squares. Where the noise is unknown, nothing is taken off.
        """
        pairs = zip(
            (self.cross_validated.median, self.cross_validated.p95),
            (self.noise_floor.median, self.noise_floor.p95),
            strict=True,
        )
        median, p95 = (
            math.sqrt(max(seen**2 - noise**2, 0.0)) if math.isfinite(noise) else seen
            for seen, noise in pairs
        )
        return median, p95


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
