"""A patch to lines: found, coloured, explained, and judged by how visible they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.cosets import colouring
from ledcal.moire.explain import Lattice, Sighting, fit_lattice
from ledcal.moire.guided import find_orders
from ledcal.moire.lattice import canonical, colour_of, nearest_reciprocal
from ledcal.moire.lines import Found, Search, find_lines
from ledcal.moire.sinusoid import subtract
from ledcal.moire.structure import is_multiple, is_panel, panel_comb
from ledcal.moire.visibility import visibility
from ledcal.values.moire import (
    BANDING,
    GRID,
    LUMINANCE,
    MOIRE,
    STRUCTURE,
    UNEXPLAINED,
    MoireLine,
    PatchLines,
    Prior,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.moire.cosets import Colouring
    from ledcal.moire.patch import Patch
    from ledcal.moire.sinusoid import Grid
    from ledcal.values.arrays import FloatArray

# Weaker than this, a line of a picture without noise is one of its rounding.
_FAINTEST = 2e-5
# How many lines of uneven structure are worth telling.
_STRUCTURES = 3
# Less likely by this, in logarithms, a line is not what the photosites see as it is.
_SURE = 2.0
# A prior this precise, as a share, lets orders be looked for where it says; once a lattice is laid,
# they lie within so many waves across the patch.
_PRECISE, _NEAR_LATTICE = 0.01, 1.5
# Along the rows, to so many waves across the patch.
_ALONG = 0.75
# Orders from this on, across the wall's rows, lie along the picture's rows by chance alone.
_HIGH = 3


def detect_lines(
    patch: Patch,
    *,
    prior: Prior | None = None,
    scale: float = 1.0,
    rows_delivered: int = 2160,
    false_alarm: float = 1e-3,
    has_contrast: bool = True,
) -> PatchLines:
    """Everything that repeats in a patch of flat light.

    Parameters
    ----------
    patch : Patch
        The light.
    prior : Prior or None
        What is known of the LED raster; without it orders stay unknown.
    scale : float
        Pixels of the delivered picture to a photosite.
    rows_delivered : int
        Rows of the delivered picture, for the visibility.
    false_alarm : float
        Probability of finding a line in noise alone.
    has_contrast : bool
        Whether the numbers are linear light; else contrast and visibility are not told.

    Returns
    -------
    PatchLines
        Strongest first.
    """
    search = find_lines(patch, false_alarm=false_alarm)
    found = [line for line in search.found if line.strength >= _FAINTEST]
    even = [line for line in found if line.unevenness <= false_alarm]
    uneven = [line for line in found if line.unevenness > false_alarm]
    lattice = _lattice(patch, even, prior)
    if prior is not None:
        even, lattice = _more(patch, search, even, lattice, prior, false_alarm)
        uneven = [line for line in uneven if not _is_part(line, even, search.grid)]
    lines = _name(patch, even, lattice, prior)
    lines += [_uneven(patch, line) for line in uneven[:_STRUCTURES]]
    middle = _middle(patch)
    finished = [
        _finished(line, middle, scale, rows_delivered, has_contrast=has_contrast) for line in lines
    ]
    finished.sort(key=lambda line: (line.kind == STRUCTURE, -_order_of(line)))
    rows, columns = patch.size
    return PatchLines(
        lines=tuple(finished),
        box=(*patch.origin, columns * patch.step, rows * patch.step),
        crop=_crop(patch),
        spectrum=_whole(search.first.power),
        spectrum_step=patch.step,
        noise=float(np.median(search.first.noise)),
        jacobian=None if lattice is None else lattice.jacobian,
        margin=0.0 if lattice is None else lattice.margin,
    )


def sightings(patch: Patch, *, false_alarm: float = 1e-3) -> tuple[Sighting, ...]:
    """Even lines of a patch as the lattice and the moved camera take them; strongest first."""
    search = find_lines(patch, false_alarm=false_alarm)
    even = [line for line in search.found if line.unevenness <= false_alarm]
    return tuple(_sighting(patch, line) for line in even)


def _colouring(patch: Patch, line: Found) -> Colouring:
    return colouring(line.wave, patch.channels, patch.offsets, patch.step)


def _sighting(patch: Patch, line: Found) -> Sighting:
    colour = _colouring(patch, line)
    return Sighting(
        frequency=line.wave.frequency,
        sigma=float(line.wave.frequency_sigma.max()),
        likely=colour.likely,
        contrast=max(colour.contrast, 1e-9),
    )


def _lattice(patch: Patch, lines: Sequence[Found], prior: Prior | None) -> Lattice | None:
    if prior is None or not lines:
        return None
    ordered = sorted(lines, key=lambda line: -line.strength)
    found = fit_lattice(
        [_sighting(patch, line) for line in ordered],
        prior.jacobian,
        scale_spread=prior.scale_spread,
        turn_spread_deg=prior.turn_spread_deg,
    )
    if found is None:
        return None
    place = {id(line): k for k, line in enumerate(ordered)}
    told = [found.orders[place[id(line)]] for line in lines]
    sizes = patch.step * np.array(patch.size[::-1])
    bands = [
        order is not None and _is_rather_a_band(line, order, sizes)
        for line, order in zip(lines, told, strict=True)
    ]
    if any(bands):
        # Without them, that they do not pull the raster.
        others = [line for line, is_band in zip(lines, bands, strict=True) if not is_band]
        better = _lattice(patch, others, prior)
        if better is None:
            return None
        orders, steps = iter(better.orders), iter(better.reciprocals)
        return replace(
            better,
            orders=tuple(None if is_band else next(orders) for is_band in bands),
            reciprocals=tuple(None if is_band else next(steps) for is_band in bands),
        )
    return replace(
        found,
        orders=tuple(told),
        reciprocals=tuple(found.reciprocals[place[id(line)]] for line in lines),
    )


def _more(
    patch: Patch,
    search: Search,
    even: list[Found],
    lattice: Lattice | None,
    prior: Prior,
    false_alarm: float,
) -> tuple[list[Found], Lattice | None]:
    """Lines and the lattice, with orders that are found only where the raster says they are."""
    left = search.left
    for line in search.found:
        if line.unevenness > false_alarm:
            # It may be a part of a wave that bends more than can be found without the raster.
            left = subtract(left, search.grid, line.wave, sign=1.0)
    for _ in range(2):
        if lattice is not None:
            jacobian, within = lattice.jacobian, _NEAR_LATTICE
        elif prior.scale_spread <= _PRECISE:
            side = max(patch.size) * patch.step
            jacobian = prior.jacobian
            within = _NEAR_LATTICE + prior.scale_spread * side * np.hypot(*prior.jacobian[0])
        else:
            break
        fresh = find_orders(
            left,
            search.grid,
            search.spectrum,
            [line.wave for line in even],
            jacobian,
            prior.bends,
            within=float(within),
            false_alarm=false_alarm,
        )
        if not fresh:
            break
        even = [*even, *fresh]
        found = _lattice(patch, even, prior)
        if lattice is not None or found is None:
            return even, found or lattice
        lattice = found  # now it is known precisely where the others are
    return even, lattice


def _is_part(line: Found, even: Sequence[Found], grid: Grid) -> bool:
    """Whether what is uneven is a wave that the raster explains, or a piece of one that bends."""
    for other in even:
        bend = np.abs(other.wave.bend)
        reach = np.array([2.0 * bend[0] + bend[1], 2.0 * bend[2] + bend[1]])
        reach = reach + (2.0 if bend.any() else 1.0)
        for sign in (1.0, -1.0):
            apart = line.wave.frequency - sign * other.wave.frequency
            apart = (apart - np.round(apart * grid.step) / grid.step) * grid.half
            if (np.abs(apart) < reach).all():
                return True
    return False


def _name(
    patch: Patch, even: Sequence[Found], lattice: Lattice | None, prior: Prior | None
) -> list[MoireLine]:
    """Kind, order and colour of even lines."""
    sizes = np.array([patch.size[1], patch.size[0]]) * patch.step
    grey = [line for line in even if _colouring(patch, line).colour == LUMINANCE]
    comb = panel_comb(
        [line.wave.frequency for line in grey], [line.strength for line in grey], 1.0 / sizes
    )
    lines = []
    for index, line in enumerate(even):
        colour = _colouring(patch, line)
        order = None if lattice is None else lattice.orders[index]
        step = None if lattice is None else lattice.reciprocals[index]
        seen = line.wave.frequency
        true: FloatArray | None = None
        name = colour.colour
        if order is not None and step is not None:
            true = seen + step
            # Of f and -f, sampling takes off what lies nearest.
            step = nearest_reciprocal(true) if patch.step == 2 else step
            name = colour_of(step) if patch.step == 2 else name
            kind = MOIRE if np.any(step) else GRID
            note = "" if np.any(step) else "the LEDs themselves, resolved"
        else:
            kind, note = _without_order(line, colour, lattice, prior, sizes, comb)
        lines.append(
            MoireLine(
                fx_cpp=float(canonical(seen)[0]),
                fy_cpp=float(canonical(seen)[1]),
                contrast=colour.contrast,
                contrast_sigma=colour.contrast_sigma,
                colour=name,
                kind=kind,
                false_alarm=max(line.false_alarm, line.unevenness),
                order=order,
                true_frequency=None if true is None else (float(true[0]), float(true[1])),
                note=note,
            )
        )
    return lines


def _is_rather_a_band(line: Found, order: tuple[int, int], sizes: FloatArray) -> bool:
    """Whether a line along the rows is told as a high order that chance put there."""
    is_along = abs(line.wave.frequency[0]) * sizes[0] < _ALONG
    return bool(is_along) and abs(order[0]) >= _HIGH


def _without_order(
    line: Found,
    colour: Colouring,
    lattice: Lattice | None,
    prior: Prior | None,
    sizes: FloatArray,
    comb: FloatArray | None,
) -> tuple[str, str]:
    """Kind of a line that is no order of the raster, or of a raster that is not known."""
    seen = line.wave.frequency
    jacobian = None if lattice is None else lattice.jacobian
    if jacobian is None and prior is not None:
        jacobian = prior.jacobian
    panel = None if prior is None else prior.panel_px
    is_grey = colour.colour == LUMINANCE
    if jacobian is None or panel is None or not is_grey:
        is_of_panels = False
    else:
        is_of_panels = is_panel(seen, jacobian, panel, 1.5 / sizes)
    if is_of_panels:
        return STRUCTURE, "repeats with the panels"
    if is_grey and comb is not None and is_multiple(seen, comb, 1.0 / sizes):
        size = 1.0 / np.hypot(*comb)
        return STRUCTURE, f"one of several even steps of {size:.0f} photosites, as panels make them"
    if colour.likely is not None and float(colour.likely[0]) < -_SURE:
        return MOIRE, "its colours alternate as only sampling makes them; the order is not known"
    if abs(seen[0]) * sizes[0] < _ALONG and colour.colour == LUMINANCE:
        if lattice is None:
            return UNEXPLAINED, (
                "along the rows: banding, or the LEDs of a wall that is quite level; shoot again "
                "with the camera rolled by a degree, or several frames: bands move, LEDs do not"
            )
        return BANDING, "along the rows, and no order of the LEDs"
    if lattice is None and prior is not None:
        return UNEXPLAINED, (
            f"no LED raster near the one of {prior.source} has such lines: check wall pitch, "
            "photosite, focal length and distance, or use --moved"
        )
    if lattice is None:
        return UNEXPLAINED, (
            "moire or the LEDs themselves: give --stage, or show the camera the marks of the "
            "pattern, or use --moved"
        )
    return UNEXPLAINED, "no order of the LEDs up to the fourth"


def _uneven(patch: Patch, line: Found) -> MoireLine:
    colour = _colouring(patch, line)
    seen = canonical(line.wave.frequency)
    return MoireLine(
        fx_cpp=float(seen[0]),
        fy_cpp=float(seen[1]),
        contrast=colour.contrast,
        contrast_sigma=colour.contrast_sigma,
        colour=colour.colour,
        kind=STRUCTURE,
        false_alarm=line.false_alarm,
        note="not the same all over the patch: panels, LEDs of unequal brightness, or rows of the "
        "sensor",
    )


def _middle(patch: Patch) -> tuple[float, float]:
    rows, columns = patch.size
    return (
        patch.origin[0] + (columns * patch.step - 1) / 2,
        patch.origin[1] + (rows * patch.step - 1) / 2,
    )


def _finished(
    line: MoireLine,
    middle: tuple[float, float],
    scale: float,
    rows: int,
    *,
    has_contrast: bool,
) -> MoireLine:
    period = line.period_photosites * scale
    if not has_contrast:
        nan = float("nan")
        return replace(
            line, contrast=nan, contrast_sigma=nan, period_px=period, x=middle[0], y=middle[1]
        )
    seen = float(visibility(line.contrast, period, line.colour, rows=rows))
    return replace(line, visibility=seen, period_px=period, x=middle[0], y=middle[1])


def _order_of(line: MoireLine) -> float:
    return line.visibility if np.isfinite(line.visibility) else 1.0


def _crop(patch: Patch) -> FloatArray:
    """Red, green and blue over the smooth light, a pixel for two by two values of a plane."""
    rows, columns = (2 * (n // 2) for n in patch.size)
    values = patch.values[:, :rows, :columns]
    level = 1.0 + values.reshape(len(values), rows // 2, 2, columns // 2, 2).mean(axis=(2, 4))
    first = np.array([channel[0] for channel in patch.channels])
    parts = [level[first == name].mean(axis=0) if (first == name).any() else None for name in "RGB"]
    known = next(part for part in parts if part is not None)
    return np.stack([known if part is None else part for part in parts], axis=-1)


def _whole(half: FloatArray) -> FloatArray:
    """The spectrum of real values from its half, zero frequency in the middle."""
    rows, columns = half.shape
    full = np.empty((rows, 2 * (columns - 1)))
    full[:, :columns] = half
    mirrored = np.roll(half[::-1], 1, axis=0)
    full[:, columns:] = mirrored[:, columns - 2 : 0 : -1]
    return np.asarray(np.fft.fftshift(full), np.float64)
