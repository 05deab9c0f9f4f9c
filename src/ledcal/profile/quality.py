"""The figures of a profile as a plain document, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.values.quality import (
    PeakChoice,
    Quality,
    Spread,
    number_or_null,
    peak_choices_document,
    spread_document,
)

if TYPE_CHECKING:
    from ledcal.profile.fields import Field

_SPREADS = (
    "before",
    "after",
    "before_de2000",
    "after_de2000",
    "cross_validated",
    "noise_floor",
    "interpolation",
    "fit_residual",
)
# Added to schema 1 later: an older profile does not have them.
_LATER_SPREADS = ("link_10bit", "link_12bit")
_UNKNOWN_SPREAD = {"median": None, "p95": None, "max": None}


def quality_to_document(quality: Quality) -> dict[str, Any]:
    """Make the plain document of a profile's figures; an unknown one is null."""
    document: dict[str, Any] = {
        name: spread_document(getattr(quality, name)) for name in (*_SPREADS, *_LATER_SPREADS)
    }
    document["exposure_scale"] = number_or_null(quality.exposure_scale)
    document["peak_kept"] = number_or_null(quality.peak_kept)
    document["gamut_clipped"] = number_or_null(quality.gamut_clipped)
    document["neutral_monotone"] = bool(quality.neutral_monotone)
    document["regions"] = {name: spread_document(s) for name, s in quality.regions.items()}
    document["peak_choices"] = peak_choices_document(quality)
    return document


def quality_from_document(root: Field) -> Quality:
    """Read the figures of a profile; those that an older one lacks are unknown."""
    return Quality(
        **{name: _spread_from_document(root.at(name)) for name in _SPREADS},
        **{
            name: _spread_from_document(root.at_or(name, _UNKNOWN_SPREAD))
            for name in _LATER_SPREADS
        },
        exposure_scale=root.at("exposure_scale").number_or_nan(),
        peak_kept=root.at("peak_kept").number_or_nan(),
        gamut_clipped=root.at("gamut_clipped").number_or_nan(),
        neutral_monotone=root.at("neutral_monotone").boolean(),
        regions={
            name: _spread_from_document(entry)
            for name, entry in root.at_or("regions", {}).entries().items()
        },
        peak_choices={
            name: PeakChoice(
                peak_kept=entry.at("peak_kept").number_or_nan(),
                white_off_neutral_itp=entry.at("white_off_neutral_itp").number_or_nan(),
            )
            for name, entry in root.at_or("peak_choices", {}).entries().items()
        },
    )


def _spread_from_document(root: Field) -> Spread:
    return Spread(
        median=root.at("median").number_or_nan(),
        p95=root.at("p95").number_or_nan(),
        max=root.at("max").number_or_nan(),
    )
