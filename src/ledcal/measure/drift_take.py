"""The frames of a drift take to one reading."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import CaptureError
from ledcal.measure.black import dark_cells, measure_black
from ledcal.measure.choose import choose_frames
from ledcal.measure.clean import clean_frames
from ledcal.measure.evidence import strip_gains
from ledcal.measure.quality import find_flags
from ledcal.measure.samples import uneven_points
from ledcal.measure.stack import stack_frames
from ledcal.values.frame_numbers import format_numbers
from ledcal.values.marks import PAYLOAD_BITS, build_marks_layout
from ledcal.values.measurement import MeasurementFlag
from ledcal.values.pattern import FrameKind, PatchKind
from ledcal.values.reading import DriftReading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.errors import LedcalError
    from ledcal.measure.black import Black
    from ledcal.measure.samples import FrameSamples
    from ledcal.measure.stack import Stack
    from ledcal.values.arrays import FloatArray
    from ledcal.values.evidence import Ripple
    from ledcal.values.pattern import Pattern

NAME = "drift"
# Times what noise would show.
_CLEAR = 1.5


def measure_drift(
    samples: Sequence[FrameSamples],
    pattern_for: Callable[[int], Pattern | None],
    *,
    unread: Sequence[tuple[Path, LedcalError]] = (),
    chart: FloatArray | None = None,
) -> DriftReading:
    """Measure a take of the drift pattern.

    Parameters
    ----------
    samples : sequence of FrameSamples
        From `sample_frame`, in any order; doubles are averaged.
    pattern_for : callable
        Pattern of an id, or None where it is not known.
    unread : sequence of (Path, LedcalError)
        Files that could not be read.
    chart : ndarray, shape (3,), or None
        Camera RGB of the white reference chart in the black frame.

    Returns
    -------
    DriftReading
        In camera RGB, or in the space that pictures came in.

    Raises
    ------
    CaptureError
        If it is another pattern, a frame of it is missing, or the take cannot be used.
    """
    chosen = choose_frames(samples, pattern_for, unread)
    pattern, frames = chosen.pattern, chosen.frames
    _require_whole(pattern, chosen.sorting.missing)
    stack = stack_frames(pattern, frames)
    black = measure_black(pattern, stack)
    gain, _ = strip_gains(pattern, frames)
    numbers = np.array([f.identity.frame_index for f in frames if f.identity])
    of_number = [gain[numbers == number].mean(axis=0) for number in stack.numbers]
    cleaned = clean_frames(pattern, stack, black, np.array(of_number))
    code, light, sigma = _patches(pattern, stack, cleaned.light, cleaned.variance)
    central = black.light[stack.central], black.variance[stack.central]
    places, even, even_sigma, n_flat = _evenness(pattern, frames, stack, black)
    first = frames[0]
    view = first.view
    outline = np.full((8, 2), np.nan)
    if view is not None:
        outline = view.to_frame(_outline(pattern.width_px, pattern.height_px))
    return DriftReading(
        pattern_id=pattern.pattern_id,
        wall_px=(pattern.width_px, pattern.height_px),
        picture_px=(0, 0) if view is None else (view.width, view.height),
        space=first.space,
        camera_model=first.camera_model,
        when=min((f.exposure.when for f in frames if f.exposure.when), default=""),
        exposure=_asked_exposure(frames),
        neutral=_neutral(frames),
        code=code,
        light=light,
        sigma=sigma,
        black=np.nanmean(central[0], axis=0),
        black_sigma=np.sqrt(np.nansum(central[1], axis=0)) / len(central[1]),
        places=places,
        even=even,
        even_sigma=even_sigma,
        n_flat=n_flat,
        outline=outline,
        ripple=max(
            (one.amplitude for f in frames for one in f.ripples if _is_clear(one)), default=0.0
        ),
        chart=np.full(3, np.nan) if chart is None else chart,
    )


def _require_whole(pattern: Pattern, missing: Sequence[int]) -> None:
    if pattern.name != NAME:
        raise CaptureError(
            f"these captures show the pattern {pattern.name} {pattern.layout}, not the drift "
            "pattern; write it with 'ledcal patterns DIR --set drift', shoot it and check that"
        )
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise CaptureError(
            f"of the drift pattern's {len(pattern.frames)} frames {format_numbers(missing)} {are} "
            "missing or could not be used; shoot all of them again, each for as long as a shot "
            "takes"
        )


def _patches(
    pattern: Pattern, stack: Stack, light: FloatArray, variance: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Code, light and standard error of the patches; NaN where one was clipped."""
    flags = find_flags(stack)
    codes, lights, sigmas = [], [], []
    for frame in pattern.frames:
        row = stack.numbers.index(frame.index)
        for patch in frame.patches:
            if patch.kind in {PatchKind.DARK, PatchKind.FLAT}:
                continue
            column = stack.region_row[patch.region]
            is_clipped = bool(flags[row, column] & int(MeasurementFlag.SATURATED))
            codes.append(patch.code)
            lights.append(np.full(3, np.nan) if is_clipped else light[row, column])
            sigmas.append(np.sqrt(variance[row, column]))
    return np.array(codes), np.array(lights), np.array(sigmas)


def _evenness(
    pattern: Pattern, frames: Sequence[FrameSamples], stack: Stack, black: Black
) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    """Places all over the wall, their light relative to their like, and its standard error."""
    points, n_flat = uneven_points(pattern.width_px, pattern.height_px)
    by_kind: dict[FrameKind, list[tuple[FloatArray, FloatArray]]] = {}
    kinds = {frame.index: frame.kind for frame in pattern.frames}
    for sample in frames:
        if sample.uneven is not None and sample.identity is not None:
            by_kind.setdefault(kinds[sample.identity.frame_index], []).append(sample.uneven)
    mean = {kind: np.mean([light for light, _ in seen], axis=0) for kind, seen in by_kind.items()}
    spread = {
        kind: np.sqrt(np.sum([s**2 for _, s in seen], axis=0)) / len(seen)
        for kind, seen in by_kind.items()
    }
    nothing = np.full((len(points), 3), np.nan)
    dark, flat = mean.get(FrameKind.BLACK, nothing), mean.get(FrameKind.FLAT, nothing)
    tiles = flat[:n_flat] - dark[:n_flat]
    # The marks are lit alike in every frame; the glare of the others is a hundredth of them, and
    # the same in every take.
    lit = [light[n_flat:] for light in mean.values()]
    marks = np.mean(lit, axis=0) - np.nanmean(black.light[stack.central], axis=0)
    mark_sigma = np.sqrt(np.sum([s[n_flat:] ** 2 for s in spread.values()], axis=0)) / len(lit)
    cells, cell_sigma, cell_places = _strip(pattern, stack)
    errors = spread.get(FrameKind.FLAT, nothing), spread.get(FrameKind.BLACK, nothing)
    return (
        np.concatenate([points.mean(axis=1), cell_places]),
        np.concatenate([tiles, marks, cells]),
        np.concatenate([np.hypot(errors[0], errors[1])[:n_flat], mark_sigma, cell_sigma]),
        n_flat,
    )


def _strip(pattern: Pattern, stack: Stack) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cells of the strip above their dark twins, over the frames that light them; and where.

    Frames of one pattern differ by a few bits: most cells are lit in all frames, or in none.
    """
    layout = build_marks_layout(pattern.width_px, pattern.height_px)
    lit = np.array([~dark_cells(pattern, n) for n in stack.numbers])
    light = stack.light[:, stack.cells]
    twin = np.arange(2 * PAYLOAD_BITS) ^ 1
    n = lit.sum(axis=0)[:, None]
    step = np.where(lit[..., None], light - light[:, twin], 0.0).sum(axis=0)
    variance = stack.variance[:, stack.cells]
    spread = np.where(lit[..., None], variance + variance[:, twin], 0.0).sum(axis=0)
    middles = [
        (cell.x + (cell.width - 1) / 2, cell.y + (cell.height - 1) / 2)
        for pair in layout.cells
        for cell in pair
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        return step / n, np.sqrt(spread) / n, np.array(middles)


def _is_clear(ripple: Ripple) -> bool:
    """Whether it is more than noise would show."""
    return ripple.clearness > _CLEAR


def _outline(width_px: int, height_px: int) -> FloatArray:
    """Corners and middles of the sides, clockwise from the top left. Shape (8, 2)."""
    right, bottom = width_px - 0.5, height_px - 0.5
    x, y = (right - 0.5) / 2, (bottom - 0.5) / 2
    return np.array(
        [
            (-0.5, -0.5), (x, -0.5), (right, -0.5), (right, y),
            (right, bottom), (x, bottom), (-0.5, bottom), (-0.5, y),
        ]
    )  # fmt: skip


def _asked_exposure(frames: Sequence[FrameSamples]) -> float:
    """What the settings of the frames ask for; NaN where one of them does not say it."""
    asked = [
        one.time_s / one.f_number**2 * one.iso
        for frame in frames
        if (one := frame.exposure).time_s and one.f_number and one.iso
    ]
    return float(np.median(asked)) if len(asked) == len(frames) else math.nan


def _neutral(frames: Sequence[FrameSamples]) -> FloatArray:
    known = [frame.colour.neutral for frame in frames if frame.colour is not None]
    if not known:
        return np.full(3, np.nan)
    middle = np.median(known, axis=0)
    return np.asarray(middle / middle[1], np.float64)
