"""The report's charts, drawn from the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.report.chart import Axis, Chart

if TYPE_CHECKING:
    from ledcal.report.evidence import Evidence
    from ledcal.values.arrays import FloatArray

_CHANNELS = ("red", "green", "blue")


def eotf_chart(evidence: Evidence) -> Chart | None:
    """Light over declared light per channel, against level; None without such patches."""
    wall = evidence.profile.stage.wall
    measured = evidence.profile.measurements
    visible = evidence.is_visible()
    code, light = measured.code[visible], evidence.measured_light()[visible]
    dots, lines = [], []
    for channel in range(3):
        dots.append(evidence.channel_ratio(code, light, channel))
        ramp = evidence.ramp(channel)
        predicted = evidence.predicted_light(ramp)
        if predicted is not None:
            lines.append(evidence.channel_ratio(ramp, predicted, channel))
    every = np.concatenate([ratio for _, ratio in dots])
    if not len(every):
        return None
    reach = float(np.clip(1.25 * np.quantile(np.abs(every - 1), 0.95), 0.05, 0.6))
    chart = Chart(
        "EOTF: light against what was declared",
        Axis(f"declared level, nits ({wall.eotf})", *_level_range(evidence), is_log=True),
        Axis("measured / declared", 1 - reach, 1 + reach),
    )
    chart.level(1.0, style="target")
    for name, (x, y) in zip(_CHANNELS, lines, strict=False):
        chart.line(x, y, style=name)
    for name, (x, y) in zip(_CHANNELS, dots, strict=True):
        chart.dots(x, y, style=name, label=name)
    return chart


def white_chart(evidence: Evidence) -> Chart | None:
    """Distance of the greys from the target's white, against level; None without greys."""
    measured = evidence.profile.measurements
    visible = evidence.is_visible()
    x, y = evidence.white_shift(measured.code[visible], evidence.measured_light()[visible])
    if not len(x):
        return None
    ramp = evidence.ramp(None)
    after = evidence.predicted_light(ramp, corrected=True)
    before = evidence.predicted_light(ramp)
    chart = Chart(
        "White: shift of the greys",
        Axis("declared level, nits", *_level_range(evidence), is_log=True),
        Axis("distance from the target's white, u'v'", 0.0, _room(y)),
    )
    if before is not None:
        chart.line(*evidence.white_shift(ramp, before), style="before", label="before, model")
    chart.dots(x, y, style="before", label="before, measured")
    if after is not None:
        chart.line(*evidence.white_shift(ramp, after), style="after", label="after, predicted")
    return chart


def gamut_chart(evidence: Evidence) -> Chart | None:
    """Triangles in u'v': target, wall as seen, after; None where the primaries were not shot."""
    seen = evidence.corners()
    if seen is None:
        return None
    target, after = evidence.target_corners(), evidence.corners(corrected=True)
    every = np.concatenate([target, seen] + ([] if after is None else [after]))
    middle = (every.min(axis=0) + every.max(axis=0)) / 2
    reach = 0.56 * float(np.ptp(every, axis=0).max())
    chart = Chart(
        "Gamut: primaries as the camera sees them",
        Axis("u'", middle[0] - 1.25 * reach, middle[0] + 1.25 * reach),
        Axis("v'", middle[1] - reach, middle[1] + reach),
    )
    chart.outline(*target.T, style="target", label="target")
    chart.outline(*seen.T, style="before", label="wall as seen")
    if after is not None:
        chart.outline(*after.T, style="after", label="after, at 10 % of peak")
    return chart


def residual_chart(evidence: Evidence) -> Chart | None:
    """How far the patches lie from the model; None without a model."""
    residuals = evidence.residuals()
    if residuals is None or not len(residuals):
        return None
    residuals = residuals[evidence.is_bright()]
    quality = evidence.profile.quality
    held_out = quality.cross_validated.p95
    reach = 3 * held_out if np.isfinite(held_out) else float(np.quantile(residuals, 0.95))
    top = max(min(reach, 1.05 * float(residuals.max())), 1.0)
    edges = np.linspace(0.0, top, 31)
    counts = np.histogram(np.minimum(residuals, top), edges)[0]
    chart = Chart(
        "Fit: patches against the model",
        Axis("measured against model, delta E ITP (last bar: and more)", 0.0, top),
        Axis("patches of 1 nit and more", 0.0, max(1.15 * float(counts.max()), 1.0)),
    )
    chart.bars(edges.tolist(), counts.tolist(), style="neutral")
    for value, style, label in (
        (quality.noise_floor.median, "target", "noise floor"),
        (quality.fit_residual.median, "after", "fitted, median"),
        (quality.cross_validated.median, "before", "held out, median"),
    ):
        if np.isfinite(value):
            chart.upright(value, style=style, label=label)
    return chart


def _level_range(evidence: Evidence) -> tuple[float, float]:
    peak = evidence.profile.stage.wall.peak_nits
    return max(peak * 2e-5, 0.01), peak * 1.1


def _room(values: FloatArray) -> float:
    return float(np.clip(1.4 * np.quantile(values, 0.9), 0.004, 0.2))
