"""The chart of a prediction: visibility over distance and focal length."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import grey_closing

from ledcal.report._matplotlib import BACKGROUND, FAINT, INK, Figure, drawing, mpl, save_figure
from ledcal.report.prediction import fraction, headline, length

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.prediction import Prediction, RiskMap

_LEAST, _MOST = 0.3, 300.0
_SAFE = "#38e1c6"
_MARKS = {1.0: "1", 3.0: "3", 10.0: "10", 30.0: "30", 100.0: "100", 300.0: "300"}
_METRES = (0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 200, 500)
_LENSES = (8, 10, 12, 14, 16, 18, 21, 25, 29, 35, 40, 50, 65, 75, 85, 100, 135, 180, 250, 400, 800)


def save_risk_chart(prediction: Prediction, path: Path) -> None:
    """Draw the chart of a prediction and write it.

    Parameters
    ----------
    prediction : Prediction
        Made with a chart.
    path : Path
        Ends in ``.png`` or ``.svg``.

    Raises
    ------
    ValueError
        If the prediction has no chart, or the suffix is neither.
    """
    if prediction.chart is None:
        message = "the prediction was made without a chart"
        raise ValueError(message)
    with drawing():
        save_figure(_draw(prediction, prediction.chart), path)


def _draw(prediction: Prediction, chart: RiskMap) -> Figure:
    figure = Figure(figsize=(10.0, 7.0), layout="constrained")
    axes = figure.add_subplot()
    # Places to stand that are narrower than a step or two are none: where rasters coincide on the
    # hair, fringes are wider than the picture.
    seen = np.clip(grey_closing(chart.visibility, size=(1, 3), mode="nearest"), 1e-3, None)
    norm = mpl.colors.LogNorm(_LEAST, _MOST)
    mesh = axes.pcolormesh(
        chart.distance_m, chart.focal_mm, seen, norm=norm, cmap="inferno", shading="gouraud",
        rasterized=True,
    )  # fmt: skip
    _mark_safe(axes, chart, seen)
    axes.set_xscale("log")
    axes.set_yscale("log")
    _ticks(axes.xaxis, _METRES, chart.distance_m)
    _ticks(axes.yaxis, _LENSES, chart.focal_mm)
    axes.set_xlim(chart.distance_m[0], chart.distance_m[-1])
    axes.set_ylim(chart.focal_mm[0], chart.focal_mm[-1])
    axes.set_xlabel("distance from the wall, m")
    axes.set_ylabel("focal length, mm")
    _mark_curves(axes, chart)
    _mark_place(axes, prediction)
    bar = figure.colorbar(mesh, ax=axes, extend="both", pad=0.02)
    bar.set_ticks(list(_MARKS), labels=list(_MARKS.values()))
    bar.ax.minorticks_off()
    bar.set_label("times over what an eye sees on flat grey; 1 is just seen")
    bar.outline.set_edgecolor(FAINT)
    bar.ax.axhline(1.0, color=_SAFE, linewidth=2.0)
    focus = "the wall" if prediction.focus_m is None else length(prediction.focus_m, "m")
    axes.set_title(
        f"Moire of a {prediction.pitch_mm:g} mm wall on {prediction.photosite_um:g} um photosites, "
        f"T{prediction.f_stop:.2g}, focused at {focus}",
        loc="left",
        fontsize=12,
        pad=12,
    )
    word, reason, _ = headline(prediction)
    lines = [
        *textwrap.wrap(f"{word}: {reason}.", 150),
        *textwrap.wrap("Assumed: " + "; ".join(prediction.assumptions) + ".", 150),
    ]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8.5, color=INK)
    return figure


def _ticks(axis: Any, values: tuple[float, ...], shown: np.ndarray) -> None:
    """Round values that lie within what is shown, as plain numbers."""
    inside = [value for value in values if shown[0] * 0.999 <= value <= shown[-1] * 1.001]
    axis.set_major_locator(mpl.ticker.FixedLocator(inside))
    axis.set_major_formatter(mpl.ticker.FixedFormatter([f"{value:g}" for value in inside]))
    axis.set_minor_locator(mpl.ticker.NullLocator())


def _mark_safe(axes: Any, chart: RiskMap, seen: np.ndarray) -> None:
    is_safe = seen < 1.0
    if not is_safe.any() or is_safe.all():
        text = "safe everywhere" if is_safe.all() else "nowhere safe"
        axes.text(
            0.985, 0.02, text, transform=axes.transAxes, ha="right", color=_SAFE, fontsize=12,
            bbox=_box(),
        )  # fmt: skip
        return
    with mpl.rc_context({"hatch.color": _SAFE, "hatch.linewidth": 0.7}):
        axes.contourf(
            chart.distance_m, chart.focal_mm, np.log(seen), levels=[-99.0, 0.0], colors="none",
            hatches=["///"],
        )  # fmt: skip
    axes.contour(
        chart.distance_m, chart.focal_mm, np.log(seen), levels=[0.0], colors=[_SAFE],
        linewidths=1.8,
    )  # fmt: skip
    handle = mpl.patches.Patch(facecolor="none", edgecolor=_SAFE, hatch="///", label="safe")
    axes.legend(
        handles=[handle], loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False,
        fontsize=11, handlelength=2.5, handleheight=1.2,
    )  # fmt: skip


def _mark_curves(axes: Any, chart: RiskMap) -> None:
    for u, focal in chart.curves:
        inside = (focal >= chart.focal_mm[0]) & (focal <= chart.focal_mm[-1])
        if inside.sum() < 2:
            continue
        axes.plot(chart.distance_m, focal, color="white", linewidth=1.2, linestyle=(0, (5, 3)))
        at = np.flatnonzero(inside)[int(0.82 * (inside.sum() - 1))]
        axes.text(
            chart.distance_m[at], focal[at], f"u = {fraction(u)}", color="white", fontsize=10,
            ha="center", va="center", bbox=_box(),
        )  # fmt: skip


def _mark_place(axes: Any, prediction: Prediction) -> None:
    x, y = prediction.distance_m, prediction.focal_mm
    if x not in prediction.distance_range_m or y not in prediction.focal_range_mm:
        return
    axes.plot(
        [x], [y], marker="o", markersize=11, color=BACKGROUND, markeredgecolor="white",
        markeredgewidth=2.2, clip_on=False,
    )  # fmt: skip
    axes.annotate(
        f"{length(x, 'm')}, {length(y, 'mm')}", (x, y), xytext=(10, 10),
        textcoords="offset points", color="white", fontsize=10, bbox=_box(),
    )  # fmt: skip


def _box() -> dict[str, Any]:
    return {"facecolor": BACKGROUND, "edgecolor": "none", "alpha": 0.75, "pad": 2.0}
