"""Frames whose exposure saw two frames of the pattern: the strip says which, and how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.evidence import Mixture
from ledcal.values.marks import build_marks_layout, encode_payload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.samples import FrameSamples
    from ledcal.values.arrays import FloatArray
    from ledcal.values.pattern import Pattern

# A smaller part of another frame is not told from noise and glare.
_LEAST_SHARE = 0.03
_SIGMAS = 5.0
# Of a mixture that cannot be read: what the two frames leave unexplained, and the lesser's part.
_MISFIT = 0.2
_LESSER = 0.06
_LEAST_LIGHT = 0.3
_FEW = 3


def find_mixtures(pattern: Pattern, frames: Sequence[FrameSamples]) -> tuple[Mixture, ...]:
    """Find the frames that show two frames of the pattern.

    Bits that two frames have in common keep their contrast when the frames are mixed; those that
    differ lose twice the other's share. What is full contrast each bit's best frames say.

    Parameters
    ----------
    pattern : Pattern
        What was shown, in its order.
    frames : sequence of FrameSamples
        Of this pattern, and frames that could not be read.

    Returns
    -------
    tuple of Mixture
        In the order of `frames`.
    """
    known = [f.contrast for f in frames if f.identity is not None and f.contrast is not None]
    if len(known) < _FEW:
        return ()
    words = {
        frame.index: np.where(encode_payload(frame.index, pattern.pattern_id), 1.0, -1.0)
        for frame in pattern.frames
    }
    full = np.quantile(np.abs(np.array(known)), 0.75, axis=0)
    found = []
    for frame in frames:
        if frame.contrast is None or not np.isfinite(frame.contrast).all():
            continue
        contrast = frame.contrast / full
        if frame.identity is None:
            mixture = _unreadable(frame.name, contrast, words, pattern)
        else:
            mixture = _readable(frame.name, frame.identity.frame_index, contrast, words)
        if mixture is not None:
            found.append(mixture)
    return tuple(found)


def _readable(
    name: str, number: int, contrast: FloatArray, words: dict[int, FloatArray]
) -> Mixture | None:
    """A frame that shows little enough of a neighbour to be read."""
    own = words.get(number)
    if own is None:
        return None
    size = contrast * own
    best: Mixture | None = None
    for other in (number - 1, number + 1):
        if other not in words:
            continue
        differ = words[other] != own
        gain = float(np.median(size[~differ]))
        lost = (1.0 - size[differ] / gain) / 2.0
        share = float(lost.mean())
        spread = float(np.hypot(lost.std(), 0.5 * (size[~differ] / gain).std()))
        error = spread / np.sqrt(differ.sum())
        is_sure = share > max(_LEAST_SHARE, _SIGMAS * error)
        if is_sure and (best is None or share > best.share):
            best = Mixture(name, number, other, share)
    return best


def _unreadable(
    name: str, contrast: FloatArray, words: dict[int, FloatArray], pattern: Pattern
) -> Mixture | None:
    """A frame that cannot be read because it is two."""
    best: tuple[float, Mixture] | None = None
    for number, own in words.items():
        other = number + 1
        if other not in words:
            continue
        pair = np.stack([own, words[other]], axis=1)
        parts = np.linalg.lstsq(pair, contrast, rcond=None)[0]
        light = float(parts.sum())
        misfit = float(np.sqrt(np.mean((contrast - pair @ parts) ** 2)))
        if light < _LEAST_LIGHT or parts.min() < _LESSER * light or misfit > _MISFIT * light:
            continue
        first, second = (number, other) if parts[0] >= parts[1] else (other, number)
        if best is None or misfit / light < best[0]:
            best = misfit / light, Mixture(name, first, second, float(parts.min() / light))
    return _torn(name, contrast, words, pattern) if best is None else best[1]


def _torn(
    name: str, contrast: FloatArray, words: dict[int, FloatArray], pattern: Pattern
) -> Mixture | None:
    """A frame of which one side shows one frame, and the other its neighbour."""
    layout = build_marks_layout(pattern.width_px, pattern.height_px)
    boxes = np.array([(one.x, one.y, one.width, one.height) for one, _ in layout.cells])
    middles = boxes[:, :2] + boxes[:, 2:] / 2.0
    sides = (middles / [pattern.width_px, pattern.height_px]).T
    seen = np.sign(contrast)
    for number, own in words.items():
        other = number + 1
        if other not in words:
            continue
        for position in sides:
            order = np.argsort(position, kind="stable")
            for before, after, first, second in (
                (own, words[other], number, other),
                (words[other], own, other, number),
            ):
                # How far from the one side `before` is seen, and from the other `after`.
                agrees = np.cumprod((seen == before)[order]).sum()
                follows = np.cumprod((seen == after)[order][::-1]).sum()
                if agrees and follows and agrees + follows >= len(seen):
                    share = float(position[order][agrees - 1])
                    less = share <= 0.5
                    return Mixture(
                        name,
                        second if less else first,
                        first if less else second,
                        min(share, 1.0 - share),
                        is_torn=True,
                    )
    return None
