"""Lines of several places and bands of several frames, each told once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.visibility import visibility
from ledcal.values.moire import (
    BANDING,
    COLOURS,
    DISPLAY,
    LUMINANCE,
    MOIRE,
    STRUCTURE,
    UNEXPLAINED,
    MoireLine,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.banding import Banding
    from ledcal.values.moire import MoireMap, PatchLines

VISIBLE = 1.0
# Lines within this, in cycles per photosite, are the same.
_SAME = 0.002
# Tiles beside each other that show the same line differ by less than this, in c/px.
_BESIDE = 0.01


def real_bands(banding: Banding, patches: Sequence[PatchLines]) -> Banding:
    """Bands less those that are what the raster leaves in the means of rows.

    What moves from frame to frame is a band. What stands still is one only where the patch shows it
    too, along the rows, and it is no order of the LEDs.

    Parameters
    ----------
    banding : Banding
        Of the frames.
    patches : sequence of PatchLines
        Of the same frames.

    Returns
    -------
    Banding
        With those that stand.
    """
    lines = [
        line
        for patch in patches
        for line in patch.lines
        if line.order is None and line.kind != STRUCTURE
    ]
    kept = tuple(
        band
        for band in banding.bands
        if not band.is_static or any(_is_along(line, band.frequency_cpr) for line in lines)
    )
    return replace(banding, bands=kept)


def join_lines(
    patches: Sequence[PatchLines],
    banding: Banding | None,
    tiles: MoireMap,
    *,
    rows: int,
    scale: float = 1.0,
    has_contrast: bool = True,
) -> tuple[MoireLine, ...]:
    """Lines of all places, each once; bands with them.

    Parameters
    ----------
    patches : sequence of PatchLines
        Places, the worst first.
    banding : Banding or None
        Of the frames.
    tiles : MoireMap
        Of the first frame: what it shows and no place does is told too.
    rows : int
        Of the delivered picture.
    scale : float
        Pixels of it to a photosite.
    has_contrast : bool
        Whether the numbers are linear light.

    Returns
    -------
    tuple of MoireLine
        The most visible first, structure last.
    """
    bands = () if banding is None else banding.bands
    lines: list[MoireLine] = []
    for band in bands:
        seen = float(visibility(band.depth, band.period_rows, LUMINANCE, rows=rows))
        note = ""
        if band.is_static:
            note = (
                "it stands still from frame to frame"
                if banding is not None and banding.n_frames > 1
                else "of one frame: it may also be the LEDs, where the wall is quite level"
            )
        lines.append(
            MoireLine(
                fx_cpp=0.0,
                fy_cpp=abs(band.frequency_cpr),
                contrast=band.depth,
                contrast_sigma=band.depth_sigma,
                colour=LUMINANCE,
                kind=BANDING,
                false_alarm=band.false_alarm,
                visibility=seen,
                period_px=band.period_rows,
                note=note,
            )
        )
    for patch in patches:
        for line in patch.lines:
            is_band = any(_is_along(line, band.frequency_cpr) for band in bands)
            if is_band and line.order is None:
                continue
            if not any(_is_same(line, other) for other in lines):
                lines.append(line)
    lines += _of_map(tiles, lines, scale, rows, has_contrast=has_contrast)
    lines.sort(key=lambda line: (line.kind == STRUCTURE, -np.nan_to_num(line.visibility, nan=0.0)))
    return tuple(lines)


def _of_map(
    tiles: MoireMap,
    lines: Sequence[MoireLine],
    scale: float,
    rows: int,
    *,
    has_contrast: bool,
) -> list[MoireLine]:
    """The strongest line of the map, where neighbouring tiles agree on it and no place shows any.

    Orders that are known to be strong elsewhere are not told again.
    """
    if any(line.kind not in {STRUCTURE, BANDING} for line in lines):
        return []
    found = tiles.contrast > 0.0
    beside = np.zeros_like(found)
    for axis in (0, 1):
        near = np.hypot(np.diff(tiles.fx_cpp, axis=axis), np.diff(tiles.fy_cpp, axis=axis))
        agree = np.nan_to_num(near, nan=1.0) < _BESIDE
        first = [slice(None), slice(None)]
        last = [slice(None), slice(None)]
        first[axis], last[axis] = slice(None, -1), slice(1, None)
        beside[tuple(first)] |= agree
        beside[tuple(last)] |= agree
    strength = np.where(found & beside, np.nan_to_num(tiles.contrast), 0.0)
    if not strength.any():
        return []
    i, j = np.unravel_index(int(strength.argmax()), strength.shape)
    colour = COLOURS[int(tiles.colour[i, j])]
    seen = (float(tiles.fx_cpp[i, j]), float(tiles.fy_cpp[i, j]))
    period = scale / float(np.hypot(*seen))
    contrast = float(strength[i, j])
    nan = float("nan")
    return [
        MoireLine(
            fx_cpp=seen[0],
            fy_cpp=seen[1],
            contrast=contrast if has_contrast else nan,
            contrast_sigma=nan,
            colour=colour,
            kind=UNEXPLAINED if colour == LUMINANCE else MOIRE,
            false_alarm=nan,
            visibility=float(visibility(contrast, period, colour, rows=rows))
            if has_contrast
            else nan,
            period_px=period,
            x=float(tiles.x[j]),
            y=float(tiles.y[i]),
            note="of the map only: the strongest of the tiles that agree with one beside them",
        )
    ]


def _is_along(line: MoireLine, frequency: float) -> bool:
    apart = abs(line.fy_cpp) - abs(frequency)
    return abs(line.fx_cpp) < 1.5 * _SAME and abs(apart - round(2 * apart) / 2) < _SAME


def _is_same(one: MoireLine, other: MoireLine) -> bool:
    if one.order is not None and one.order == other.order:
        return True
    return bool(np.hypot(one.fx_cpp - other.fx_cpp, one.fy_cpp - other.fy_cpp) < _SAME)


def is_seen(lines: Sequence[MoireLine], tiles: MoireMap, source: str) -> bool:
    """Whether an eye sees any of it; of numbers made for a display, whether there is any."""
    kinds = {line.kind for line in lines} - {STRUCTURE}
    if source == DISPLAY:
        return bool(kinds) or bool(np.nansum(tiles.contrast) > 0.0)
    return any(line.visibility >= VISIBLE and line.kind != STRUCTURE for line in lines)
