"""What repeats in flat light: bands along the picture's rows, and lines in any direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.samples import CENTRAL
from ledcal.values.evidence import Ripple
from ledcal.values.pattern import FrameKind

if TYPE_CHECKING:
    from ledcal.measure.view import WallView
    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import LinearFrame, Plane
    from ledcal.values.pattern import Pattern

# Values along each side that are looked at at most, and needed at least.
_LARGEST, _SMALLEST = 256, 32
# Fewer waves across the box are fall-off, cabinets and reflections.
_LEAST_WAVES = 5
# Cabinets make steps along the wall's own directions: fewer waves that way are theirs.
_LEAST_WAVES_OF_ROWS = 2.5
_LIT_SHARE = 0.3
# Half the width of the border, in waves, in which a line is not told from a step's.
_AXIS = 1.5
# Parts of a wave, to both sides of a whole one, at which a line may lie.
_PARTS = np.linspace(-0.5, 0.5, 9)


def shows_flat(pattern: Pattern, index: int) -> bool:
    """Whether a frame of the pattern is flat."""
    return any(frame.index == index and frame.kind is FrameKind.FLAT for frame in pattern.frames)


def find_ripples(frame: LinearFrame, view: WallView, pattern: Pattern) -> tuple[Ripple, ...]:
    """Find the strongest band along the rows and the strongest line in a flat frame's middle.

    The middle is the wall's central tenth, where no flat frame has a hole. Every colour of the
    sensor is looked at by itself, and the strongest counts: beats differ between them.

    Parameters
    ----------
    frame : LinearFrame
        A flat frame.
    view : WallView
        Where the wall lies.
    pattern : Pattern
        For the wall's size.

    Returns
    -------
    tuple of Ripple
        Band, then line. Empty where the wall is too small in the picture, or too dark.
    """
    size = np.array([pattern.width_px, pattern.height_px])
    corners = (size - 1) / 2 + 0.5 * CENTRAL * size * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    x, y = view.to_frame(corners).T
    x, y = np.sort(x), np.sort(y)
    box = (float(x[1]), float(y[1]), float(x[2]), float(y[2]))
    bands, lines = [], []
    cuts = [(plane, values) for plane in frame.planes if (values := _cut(plane, box)) is not None]
    brightest = max((float(values.mean()) for _, values in cuts), default=0.0)
    for plane, values in cuts:
        # Colours with little light show the noise, and the glare of the others.
        relative = _level(values) if values.mean() > _LIT_SHARE * brightest else None
        if relative is None:
            continue
        bands.append(_band(frame.name, relative, plane.step))
        lines.append(_line(frame.name, relative, plane.step))
    if not bands:
        return ()
    return (
        max(bands, key=lambda ripple: ripple.amplitude),
        max(lines, key=lambda ripple: ripple.clearness),
    )


def _cut(plane: Plane, box: tuple[float, float, float, float]) -> FloatArray | None:
    """Light of a plane inside a box of the picture; None where that is too little."""
    left, top, right, bottom = box
    rows, columns = plane.values.shape
    first = max(0, int(np.ceil((top - plane.y) / plane.step)))
    last = min(rows, int(np.floor((bottom - plane.y) / plane.step)))
    start = max(0, int(np.ceil((left - plane.x) / plane.step)))
    end = min(columns, int(np.floor((right - plane.x) / plane.step)))
    height, width = min(last - first, _LARGEST), min(end - start, _LARGEST)
    if min(height, width) < _SMALLEST:
        return None
    first += (last - first - height) // 2
    start += (end - start - width) // 2
    values = plane.values[first : first + height, start : start + width]
    return (np.asarray(values, np.float64) - plane.black) / (plane.white - plane.black)


def _level(values: FloatArray) -> FloatArray | None:
    """Values over a smooth surface through them, less 1; None where there is no light."""
    rows, columns = values.shape
    v, u = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    terms = np.stack([np.ones_like(u), u, v, u * u, v * v, u * v], axis=-1).reshape(-1, 6)
    fit = np.linalg.lstsq(terms[::7], values.reshape(-1)[::7], rcond=None)[0]
    smooth = (terms @ fit).reshape(values.shape)
    if smooth.min() <= 1e-3:
        return None
    return np.asarray(values / smooth - 1.0, np.float64)


def _band(name: str, relative: FloatArray, step: int) -> Ripple:
    """The strongest wave of the means of rows."""
    profile = np.median(relative, axis=1)
    n = len(profile)
    noise = float(relative.std()) * 1.25 / np.sqrt(relative.shape[1])
    window = np.hanning(n + 2)[1:-1]
    waves = np.arange(_LEAST_WAVES_OF_ROWS, n / 4, 0.25)
    turns = np.exp(-2j * np.pi * np.outer(waves, np.arange(n)) / n)
    amplitude = 2.0 * np.abs(turns @ (window * (profile - profile.mean()))) / window.sum()
    best = int(np.argmax(amplitude))
    floor = 2.0 * noise * np.sqrt((window**2).sum() * np.log(n)) / window.sum()
    return Ripple(
        name=name,
        amplitude=float(amplitude[best]),
        period_px=float(step * n / waves[best]),
        angle_deg=90.0,
        clearness=float(amplitude[best] / max(floor, 1e-9)),
    )


def _line(name: str, relative: FloatArray, step: int) -> Ripple:
    """The strongest line of the spectrum, away from its middle and from its axes."""
    rows, columns = relative.shape
    window = np.hanning(rows + 2)[1:-1, None] * np.hanning(columns + 2)[None, 1:-1]
    weighted = 2.0 * relative * window / window.sum()
    spectrum = np.abs(np.fft.rfft2(weighted))
    down = np.fft.fftfreq(rows) * rows
    along = np.arange(spectrum.shape[1], dtype=np.float64)
    far = np.hypot(down[:, None], along[None, :]) >= _LEAST_WAVES
    # A cabinet's edge spreads along the axes, falling off as one over the waves.
    near_axis = np.minimum(np.abs(down)[:, None], along[None, :]) <= _AXIS
    allowed = np.where(near_axis, spectrum - _edge(spectrum, down, along), spectrum)
    allowed = np.where(far, allowed, 0.0)
    row, column = np.unravel_index(int(np.argmax(allowed)), allowed.shape)
    usual = float(np.median(spectrum[far]))
    # The largest of so many values of noise alone, whose amplitude is a Rayleigh variate.
    floor = usual / np.sqrt(np.log(2.0)) * np.sqrt(np.log(max(far.sum(), 2)) + 2.0)
    amplitude, waves = _between(weighted, float(down[row]), float(along[column]))
    frequency = waves[::-1] / [columns, rows]
    angle = float(np.degrees(np.arctan2(frequency[1], frequency[0])))
    return Ripple(
        name=name,
        amplitude=amplitude - float(spectrum[row, column] - allowed[row, column]),
        period_px=float(step / np.hypot(*frequency)),
        angle_deg=angle,
        clearness=float(allowed[row, column] / max(floor, 1e-9)),
    )


def _between(weighted: FloatArray, down: float, along: float) -> tuple[float, FloatArray]:
    """Height of the spectrum's peak next to whole waves, and its waves down and along.

    Whole waves alone show up to a quarter less of a line that lies between four of them.
    """
    rows, columns = weighted.shape
    waves_down, waves_along = down + _PARTS, along + _PARTS
    left = np.exp(-2j * np.pi * np.outer(waves_down, np.arange(rows)) / rows)
    right = np.exp(-2j * np.pi * np.outer(np.arange(columns), waves_along) / columns)
    height = np.abs(left @ weighted @ right)
    i, j = np.unravel_index(int(np.argmax(height)), height.shape)
    return float(height[i, j]), np.array([waves_down[i], waves_along[j]])


def _edge(spectrum: FloatArray, down: FloatArray, along: FloatArray) -> FloatArray:
    """What an edge along an axis would leave there, from what it leaves near the middle."""
    waves = np.maximum(np.hypot(down[:, None], along[None, :]), 1.0)
    near = (waves >= 2.0) & (waves < _LEAST_WAVES)
    strongest = float((spectrum * waves)[near].max())
    return np.asarray(strongest / waves, np.float64)
