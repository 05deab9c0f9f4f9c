"""A profile as one JSON document, and the list of them (docs/json.md)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ledcal.report.verdict import judge, sorted_findings
from ledcal.values.camera import camera_path
from ledcal.values.finding import finding_document
from ledcal.values.measurement import MeasurementFlag
from ledcal.values.quality import number_or_null, peak_choices_document, spread_document

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ledcal.values.camera import CameraTransform
    from ledcal.values.finding import Finding
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.profile import Profile, ProfileSummary
    from ledcal.values.quality import Spread

FIT_JSON_VERSION = 1


def fit_json(profile: Profile, path: Path) -> dict[str, Any]:
    """Make the document of `ledcal fit --json` (docs/json.md).

    Parameters
    ----------
    profile : Profile
        What was fitted.
    path : Path
        Where it was stored.

    Returns
    -------
    dict
        JSON without NaN: an unknown figure is null.
    """
    quality, verdict = profile.quality, judge(profile)
    return {
        "schema_version": FIT_JSON_VERSION,
        "verdict": verdict.level,
        "reason": verdict.reason,
        "next": verdict.action,
        "profile": str(path),
        "name": profile.name,
        "pattern": profile.pattern,
        "frames": profile.n_frames,
        "patches": profile.measurements.n_patches,
        "flagged": dict(count_flags(profile)),
        "lut_size": profile.correction.size,
        "peak": profile.peak,
        "camera_to_aces": camera_document(profile.transform, profile.measurements),
        "before": spread_document(quality.before),
        "after": spread_document(quality.after),
        "cross_validated": spread_document(quality.cross_validated),
        "noise_floor": spread_document(quality.noise_floor),
        "regions": {name: spread_document(s) for name, s in quality.regions.items()},
        "interpolation": spread_document(quality.interpolation),
        "link_10bit": spread_document(quality.link_10bit),
        "link_12bit": spread_document(quality.link_12bit),
        "fit_residual": spread_document(quality.fit_residual),
        "delta_e_2000": {
            "before": spread_document(quality.before_de2000),
            "after": spread_document(quality.after_de2000),
        },
        "exposure_scale": number_or_null(quality.exposure_scale),
        "peak_kept": number_or_null(quality.peak_kept),
        "peak_choices": peak_choices_document(quality),
        "gamut_clipped": number_or_null(quality.gamut_clipped),
        "neutral_monotone": bool(quality.neutral_monotone),
        "tolerances": {
            "median_itp": profile.stage.tolerances.median_itp,
            "p95_itp": profile.stage.tolerances.p95_itp,
        },
        "assumptions": list(profile.assumptions),
        "findings": [finding_json(finding) for finding in sorted_findings(profile)],
    }


def camera_document(
    transform: CameraTransform | None, measurements: PatchMeasurements
) -> dict[str, str]:
    """Say how camera RGB became ACES2065-1, and what that takes for granted."""
    source, assumes = camera_path(transform, measurements.header)
    return {"source": source, "assumes": assumes}


def finding_json(finding: Finding) -> dict[str, Any]:
    """Make the document of a finding, as every `--json` has it."""
    return finding_document(finding)


def count_flags(profile: Profile) -> dict[str, int]:
    """Count the patches under each flag, by the flag's name in measurements.csv."""
    counts: Counter[str] = Counter()
    for bits in profile.measurements.flags.tolist():
        counts.update(str(flag.name).lower() for flag in MeasurementFlag(bits))
    return dict(counts)


def profiles_json(summaries: Iterable[ProfileSummary]) -> dict[str, Any]:
    """Make the document of `ledcal profiles --json`."""

    def spread(value: Spread | None) -> dict[str, float | None] | None:
        return None if value is None else spread_document(value)

    return {
        "schema_version": FIT_JSON_VERSION,
        "profiles": [
            {
                "profile": str(summary.folder),
                "name": summary.name,
                "wall": summary.wall,
                "camera": summary.camera,
                "eotf": summary.eotf,
                "peak_nits": number_or_null(summary.peak_nits),
                "pattern": summary.pattern,
                "created": summary.created,
                "patches": summary.n_patches,
                "before": spread(summary.before),
                "after": spread(summary.after),
                "cross_validated": spread(summary.cross_validated),
                "derived_from": summary.derived_from or None,
                "problem": summary.problem or None,
            }
            for summary in summaries
        ],
    }
