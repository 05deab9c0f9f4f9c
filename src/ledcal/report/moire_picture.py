"""The picture of a detection: the map over the frame, the crop, its spectrum with the lines."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.report._matplotlib import FAINT, INK, Figure, drawing, mpl, save_figure
from ledcal.report.moire import headline
from ledcal.report.words import FRINGE_WORDS
from ledcal.values.moire import COLOURS, DISPLAY, GREEN_MAGENTA, LUMINANCE, RED_BLUE, STRUCTURE

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.moire import MoireTake, PatchLines

_INKS = {LUMINANCE: "#ffffff", RED_BLUE: "#ffa630", GREEN_MAGENTA: "#5ee07a"}
_LEAST, _MOST = 1e-3, 0.3
_MOST_MARKED = 16
# The crop is shown this much darker and brighter than its mean, at least and at most.
_LEAST_RANGE, _MOST_RANGE = 0.005, 0.6
_SHOWN_PX = 256


def save_moire_picture(take: MoireTake, path: Path) -> None:
    """Draw what was found and write it.

    Parameters
    ----------
    take : MoireTake
        What was found.
    path : Path
        Ends in ``.png`` or ``.svg``.

    Raises
    ------
    ValueError
        If the suffix is neither.
    """
    with drawing():
        save_figure(_draw(take), path)


def _draw(take: MoireTake) -> Figure:
    figure = Figure(figsize=(14.0, 8.2), layout="constrained")
    grid = figure.add_gridspec(2, 3, width_ratios=(1.0, 1.0, 1.0), height_ratios=(1.0, 1.0))
    _draw_map(figure, figure.add_subplot(grid[:, :2]), take)
    if take.patches:
        _draw_crop(figure.add_subplot(grid[0, 2]), take.patches[0])
        _draw_spectrum(figure.add_subplot(grid[1, 2]), take.patches[0])
    word, reason, _ = headline(take)
    title = textwrap.fill(f"{word}: {reason}", 110)
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, color=INK)
    return figure


def _draw_map(figure: Figure, axes: Any, take: MoireTake) -> None:
    extent = (-0.5, take.width - 0.5, take.height - 0.5, -0.5)
    axes.imshow(take.preview, extent=extent, interpolation="nearest", aspect="equal")
    tiles = take.tiles
    half = tiles.tile_px / 4.0
    over = np.where(tiles.contrast > 0.0, tiles.contrast, np.nan)
    norm = mpl.colors.LogNorm(_LEAST, _MOST)
    mesh = None
    if np.isfinite(over).any():
        around = (
            tiles.x[0] - half, tiles.x[-1] + half, tiles.y[-1] + half, tiles.y[0] - half,
        )  # fmt: skip
        mesh = axes.imshow(
            over, extent=around, norm=norm, cmap="inferno", alpha=0.75, interpolation="nearest",
            aspect="equal",
        )  # fmt: skip
    if take.outline is not None:
        closed = np.vstack([take.outline, take.outline[:1]])
        axes.plot(*closed.T, color="#38e1c6", linewidth=1.2)
    for patch in take.patches:
        x, y, width, height = patch.box
        axes.add_patch(
            mpl.patches.Rectangle((x, y), width, height, fill=False, edgecolor=INK, linewidth=1.4)
        )
    axes.set_xlim(-0.5, take.width - 0.5)
    axes.set_ylim(take.height - 0.5, -0.5)
    axes.set_xlabel("px of the frame")
    looked = int((tiles.contrast >= 0.0).sum())
    found = int((tiles.contrast > 0.0).sum())
    axes.set_title(
        f"fringes in {found} of {looked} flat tiles of {tiles.tile_px} photosites; "
        "boxes: looked at closely",
        loc="left",
        fontsize=10,
    )
    if mesh is not None:
        bar = figure.colorbar(mesh, ax=axes, location="bottom", shrink=0.6, pad=0.02, extend="both")
        if take.source == DISPLAY:
            bar.set_label("how much the tile repeats (numbers made for a display: no contrast)")
            bar.set_ticks([])
        else:
            bar.set_label("contrast of the strongest line of a tile, % of the light")
            bar.set_ticks([1e-3, 1e-2, 1e-1], labels=["0.1", "1", "10"])
        bar.outline.set_edgecolor(FAINT)
        bar.ax.minorticks_off()


def _draw_crop(axes: Any, patch: PatchLines) -> None:
    rows, columns = patch.crop.shape[:2]
    n = min(rows, columns, _SHOWN_PX)
    top, left = (rows - n) // 2, (columns - n) // 2
    crop = patch.crop[top : top + n, left : left + n]
    spread = float(np.clip(3.0 * np.std(crop - crop.mean(axis=(0, 1))), _LEAST_RANGE, _MOST_RANGE))
    shown = np.clip(0.5 + 0.5 * (crop - 1.0) / spread, 0.0, 1.0)
    step = 2 * patch.spectrum_step
    x, y = patch.box[0] + step * left, patch.box[1] + step * top
    extent = (x, x + step * n, y + step * n, y)
    axes.imshow(shown, extent=extent, interpolation="nearest")
    axes.set_title(f"crop, stretched: grey +-{100 * spread:.2g} %", loc="left", fontsize=10)
    axes.tick_params(labelsize=8)


def _draw_spectrum(axes: Any, patch: PatchLines) -> None:
    edge = 0.5 / patch.spectrum_step
    level = 10.0 * np.log10(np.maximum(patch.spectrum, 1e-3))
    extent = (-edge, edge, edge, -edge)
    axes.imshow(level, extent=extent, cmap="gray", vmin=-3.0, vmax=40.0, interpolation="nearest")
    used = set()
    for line in patch.lines[:_MOST_MARKED]:
        ink = FAINT if line.kind == STRUCTURE else _INKS[line.colour]
        for sign in (1.0, -1.0):
            x, y = sign * line.fx_cpp, sign * line.fy_cpp
            axes.plot(x, y, "o", markersize=9, markerfacecolor="none", markeredgecolor=ink)
        label = f"{line.order[0]},{line.order[1]}" if line.order else line.kind
        axes.annotate(
            label, (line.fx_cpp, line.fy_cpp), xytext=(6, 4), textcoords="offset points",
            color=ink, fontsize=8,
        )  # fmt: skip
        if line.kind != STRUCTURE:
            used.add(line.colour)
    axes.set_xlim(-edge, edge)
    axes.set_ylim(edge, -edge)
    axes.set_xlabel("cycles per photosite", fontsize=9)
    axes.tick_params(labelsize=8)
    words = ", ".join(FRINGE_WORDS[name] for name in COLOURS if name in used)
    axes.set_title(
        f"its spectrum, dB over the noise{f'; {words}' if words else ''}", loc="left", fontsize=10
    )
