"""Findings of the flat frames: a cabinet that differs, light that falls off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from ledcal.values.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.diagnose.case import Case
    from ledcal.values.arrays import BoolArray, FloatArray

# All ours. A step from the surface through the others, of their light.
_STEP, _STEP_FAIL = 0.06, 0.15
_SIGMAS = 9.0
_LEAST_TILES = 3
_GREY_AND_COLOURS = 4
_CORNER = 0.65
_CHANNELS = ("red", "green", "blue")


def cabinet(case: Case) -> Iterator[Finding]:
    """A part of the wall that is brighter or darker than what surrounds it."""
    if case.take is None:
        return
    best: tuple[float, int, BoolArray] | None = None
    fields = case.take.light.fields
    for place, field in enumerate(fields):
        # A red, green or blue flat says nothing in the other channels but noise and glare.
        own = (place - 1,) if place and len(fields) == _GREY_AND_COLOURS else range(3)
        for channel in own:
            step, where = _odd_part(field[..., channel])
            if where is not None and (best is None or abs(step) > abs(best[0])):
                best = step, channel, where
    if best is None:
        return
    step, channel, where = best
    rows, columns = np.nonzero(where)
    x = (columns.mean() + 0.5) / where.shape[1]
    y = (rows.mean() + 0.5) / where.shape[0]
    way = "brighter" if step > 0 else "darker"
    yield Finding(
        id="cabinet-differs",
        severity="fail" if abs(step) > _STEP_FAIL else "warning",
        seen=f"a part of the wall around {100 * x:.0f} % of its width and {100 * y:.0f} % of the "
        f"height between the marks is {100 * abs(step):.0f} % {way} than its surroundings in the "
        f"camera's {_CHANNELS[channel]} (limit {100 * _STEP:.0f} %)",
        cause="a cabinet of another batch or one that was replaced, one whose calibration is not "
        "loaded, a power supply that gives way; or a reflection or a shadow on the wall",
        confidence=0.7,
        fix="walk up to it: if it is a cabinet, load its calibration in the processor or have it "
        "matched; if it is light, flag it off. The correction is made for the rest of the wall",
        reshoot=False,
    )


def vignetting(case: Case) -> Iterator[Finding]:
    """Corners that are much darker than the middle."""
    if case.take is None or not case.take.light.fields:
        return
    field = case.take.light.fields[0][..., 1]
    known = np.isfinite(field)
    if known.sum() < _LEAST_TILES:
        return
    darkest = float(np.quantile(field[known], 0.02))
    if darkest >= _CORNER:
        return
    yield Finding(
        id="vignetting",
        severity="warning",
        seen=f"the wall's edges show {100 * darkest:.0f} % of the light of its middle (limit "
        f"{100 * _CORNER:.0f} %); the flat frames took it out",
        cause="a lens that falls off (wide open, a filter in the way), or a camera that stands so "
        "near that it sees the edges from the side",
        confidence=0.7,
        fix="stop down to T4 to T8, take stacked filters off, or step back with a longer lens",
        reshoot=False,
    )


def _odd_part(field: FloatArray) -> tuple[float, BoolArray | None]:
    """Step of the part of a flat field that fits least to a surface through the rest."""
    rest = _without_surface(field)
    known = np.isfinite(rest)
    if known.sum() < 8 * _LEAST_TILES:
        return 0.0, None
    spread = 1.4826 * float(np.median(np.abs(rest[known])))
    limit = max(_STEP, _SIGMAS * spread)
    best: tuple[float, BoolArray | None] = (0.0, None)
    for sign in (1.0, -1.0):
        odd = known & (sign * np.nan_to_num(rest) > 0.5 * limit)
        labels, n = ndimage.label(odd)
        for label in range(1, n + 1):
            part = labels == label
            if part.sum() < _LEAST_TILES:
                continue
            # Tiles that the part fills only half are of the surroundings too.
            step = sign * float(np.quantile(np.abs(rest[part]), 0.75))
            if abs(step) > max(limit, abs(best[0])):
                best = step, part
    return best


def _without_surface(field: FloatArray) -> FloatArray:
    """A flat field over a smooth surface that most of it lies on, less 1."""
    rows, columns = field.shape
    v, u = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    terms = np.stack(
        [u**i * v**j for i in range(5) for j in range(5) if i + j <= 4], axis=-1
    ).reshape(-1, 15)
    values = field.ravel()
    known = np.isfinite(values) & (values > 0)
    if known.sum() < 4 * terms.shape[1]:
        return np.full_like(field, np.nan)
    pull = np.ones(int(known.sum()))
    for _ in range(20):
        answer = np.linalg.lstsq(
            terms[known] * pull[:, None], np.log(values[known]) * pull, rcond=None
        )[0]
        miss = np.log(values[known]) - terms[known] @ answer
        scale = max(1.4826 * float(np.median(np.abs(miss))), 1e-4)
        # Tukey's: what is far off has no say in the surface.
        pull = np.sqrt(np.clip(1.0 - (miss / (5.0 * scale)) ** 2, 0.0, None) ** 2)
    rest = np.full(values.shape, np.nan)
    rest[known] = np.expm1(miss)
    return rest.reshape(field.shape)
