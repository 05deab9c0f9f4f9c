"""The one-page report of a profile: self-contained HTML, dark on the stage, light on paper."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.report import figures
from ledcal.report.evidence import Evidence
from ledcal.report.verdict import judge, number, sorted_findings
from ledcal.report.words import REGION_WORDS, link_text
from ledcal.values.camera import CAMERA_ASSUMPTION, PATH_KEY, camera_path
from ledcal.values.measurement import FLAG_SENTENCES, MeasurementFlag

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Template

    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.profile import Profile

_MOST_PATCHES = 40
_FURTHEST = 8


def render_report(
    profile: Profile,
    *,
    predict: Callable[[FloatArray], FloatArray] | None = None,
    correct: Callable[[FloatArray], FloatArray] | None = None,
    not_believed: IntArray | None = None,
) -> str:
    """Write the report of a profile.

    Parameters
    ----------
    profile : Profile
        What is reported.
    predict : callable or None
        Wall code (n, 3) to ACES2065-1 (n, 3) at the exposure it was shot, black included. Without
        it the page shows measurements only.
    correct : callable or None
        Content code (n, 3) to wall code (n, 3), as the stored table does it. Without it nothing
        is said of afterwards but the figures.
    not_believed : ndarray of int or None
        Indices of the patches that the fit did not believe; they are named.

    Returns
    -------
    str
        One HTML page that loads nothing.
    """
    evidence = Evidence(profile, predict, correct)
    return _template().render(
        profile=profile,
        verdict=judge(profile),
        tiles=_tiles(profile),
        identity=_identity(profile),
        quality=_quality(profile),
        link=link_text(profile.quality),
        peaks=_peaks(profile),
        swatches=evidence.swatches(),
        charts=[
            chart
            for chart in (
                figures.eotf_chart(evidence),
                figures.white_chart(evidence),
                figures.gamut_chart(evidence),
                figures.residual_chart(evidence),
            )
            if chart and chart.is_drawable()
        ],
        findings=sorted_findings(profile),
        patches=_patches(evidence, set() if not_believed is None else set(not_believed.tolist())),
        n_flagged=int((profile.measurements.flags != 0).sum()),
        n_not_believed=0 if not_believed is None else len(not_believed),
        assumed=[a for a in profile.assumptions if not a.startswith(CAMERA_ASSUMPTION)],
        number=number,
        code_text=code_text,
    )


def code_text(code: FloatArray) -> str:
    """Write a code value.

    Examples
    --------
    >>> import numpy as np
    >>> code_text(np.array([0.0, 0.5, 1.0]))
    '0.000 0.500 1.000'
    """
    return " ".join(f"{float(value):.3f}" for value in code)


@cache
def _template() -> Template:
    from jinja2 import (  # noqa: PLC0415 - slow to import
        Environment,
        PackageLoader,
        StrictUndefined,
    )

    environment = Environment(
        loader=PackageLoader("ledcal.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if math.isfinite(share) else "-"


def _tiles(profile: Profile) -> list[tuple[str, str, str]]:
    quality = profile.quality
    return [
        (
            f"{number(quality.before.median)} → {number(quality.after.median)}",
            "delta E ITP, before and after",
            "median of the test colours, predicted",
        ),
        (
            number(quality.cross_validated.median),
            "delta E ITP, held out",
            "median, measured on patches left out of the fit",
        ),
        (number(quality.noise_floor.median), "delta E ITP, noise floor", "what noise alone makes"),
        (_percent(quality.peak_kept), "of peak white kept", "corrected over uncorrected white"),
        (
            _percent(quality.gamut_clipped),
            "of codes out of reach",
            "content that the wall cannot show, brought to its boundary",
        ),
    ]


def _identity(profile: Profile) -> list[tuple[str, str]]:
    stage, header = profile.stage, profile.measurements.header
    wall, camera, target = stage.wall, stage.camera, stage.target
    pitch = "" if wall.pitch_mm is None else f", pitch {wall.pitch_mm:g} mm"
    optics = ", ".join(
        f"{value:g} {unit}"
        for value, unit in (
            (camera.focal_mm, "mm lens"),
            (camera.photosite_um, "um photosites"),
            (camera.distance_m, "m from the wall"),
        )
        if value is not None
    )
    source, assumes = camera_path(profile.transform, header)
    rows = [
        ("wall", f"{wall.name}, {wall.width_px} x {wall.height_px} px{pitch}"),
        ("wall is set to", f"{wall.gamut.name}, {wall.eotf}, {wall.peak_nits:g} nits"),
        ("camera", ", ".join(text for text in (camera.model or "not stated", optics) if text)),
        ("content", f"{target.gamut.name}, {target.eotf}, held at {target.peak_nits:g} nits"),
        ("pattern", f"{profile.pattern}, {profile.n_frames or 'no'} frames"),
        (
            "camera to ACES",
            f"{source}. Assumes {assumes}." if assumes else source,
        ),
        *((k.replace("_", " "), v) for k, v in header.items() if k not in {"pattern", PATH_KEY}),
        ("made", f"{profile.provenance.created}, ledcal {profile.provenance.ledcal_version}"),
        ("derived", _derived_text(profile)),
        ("command", profile.provenance.command),
    ]
    return [(label, value) for label, value in rows if value]


def _derived_text(profile: Profile) -> str:
    """What a profile was moved from, and by what; empty where it was measured."""
    source = profile.derived
    if source is None:
        return ""
    return f"not measured anew: moved from {source.profile} by {source.check} ({source.change})"


def _quality(profile: Profile) -> list[dict[str, Any]]:
    quality = profile.quality
    return [
        {"name": name, "itp": itp, "de2000": de2000, "meaning": meaning, "style": style}
        for name, itp, de2000, meaning, style in (
            (
                "before",
                quality.before,
                quality.before_de2000,
                "predicted, the wall as it is, on the test colours it can make",
                "before",
            ),
            (
                "after",
                quality.after,
                quality.after_de2000,
                "predicted, through the written table, with the error of the fit itself",
                "after",
            ),
            *(
                (
                    f"{bits}-bit link",
                    spread,
                    None,
                    f"predicted, as after, with the wall code rounded to {bits} bits",
                    "",
                )
                for bits, spread in ((10, quality.link_10bit), (12, quality.link_12bit))
                if math.isfinite(spread.median)
            ),
            (
                "held out",
                quality.cross_validated,
                None,
                "measured against predicted, on patches left out of the fit",
                "",
            ),
            *(
                (f"· {label}", quality.regions[name], None, meaning, "")
                for name, (label, meaning) in REGION_WORDS.items()
                if name in quality.regions
            ),
            (
                "fitted",
                quality.fit_residual,
                None,
                "measured against predicted, on the patches that were fitted",
                "",
            ),
            ("noise floor", quality.noise_floor, None, "what noise alone makes", ""),
            (
                "interpolation",
                quality.interpolation,
                None,
                f"the {profile.correction.size}-point table between its nodes",
                "",
            ),
        )
    ]


def _peaks(profile: Profile) -> list[tuple[str, str, str, str]]:
    """Choice of --peak, white kept, its distance from neutral, what that means."""
    meanings = {
        "match": "white stays neutral and gives up brightness",
        "keep": "white stays bright and gives up neutrality",
    }
    return [
        (
            f"--peak {name}{' (this profile)' if name == profile.peak else ''}",
            _percent(choice.peak_kept),
            number(choice.white_off_neutral_itp),
            meanings.get(name, ""),
        )
        for name, choice in profile.quality.peak_choices.items()
    ]


def _patches(evidence: Evidence, not_believed: set[int]) -> list[dict[str, str]]:
    """Patches that the fit did not believe, flagged ones, and those furthest from the model."""
    measured = evidence.profile.measurements
    residuals = evidence.residuals()
    indices = {i for i, bits in enumerate(measured.flags.tolist()) if bits}
    order = sorted(indices | not_believed)
    if residuals is not None:
        furthest = np.argsort(-residuals, kind="stable").tolist()
        bright = evidence.is_bright()
        indices |= set([i for i in furthest if bright[i]][:_FURTHEST])
        order = [i for i in furthest if i in indices | not_believed]
    order.sort(key=lambda i: i not in not_believed)
    return [
        {
            "code": code_text(measured.code[i]),
            "kind": measured.kind[i],
            "frame": measured.frame[i],
            "why": _why(int(measured.flags[i]), is_believed=i not in not_believed),
            "error": "-" if residuals is None else number(float(residuals[i])),
        }
        for i in order[:_MOST_PATCHES]
    ]


def _why(bits: int, *, is_believed: bool) -> str:
    reasons = [FLAG_SENTENCES[flag] for flag in MeasurementFlag(bits)]
    if not is_believed:
        reasons.insert(0, "not believed by the fit: it does not go with the others")
    return "; ".join(reasons) or "among the furthest from the model"
