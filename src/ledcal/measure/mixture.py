"""Frames whose exposure saw two frames of the pattern: the strip says which, and how much."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.evidence import Mixture
from ledcal.values.marks import build_marks_layout, encode_payload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.samples import FrameSamples
    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.pattern import Pattern

# A smaller part of another frame is not told from noise and glare.
_LEAST_SHARE = 0.03
_SIGMAS = 5.0
# Of a mixture that cannot be read: what the two frames leave unexplained, and the lesser's part.
_MISFIT = 0.2
_LESSER = 0.06
_LEAST_LIGHT = 0.3
_FEW = 3
# So many doubles say which of them is not like the others.
_DOUBLES = 4
# Cells of both bands that may stand at the same place along them.
_ABREAST = 4


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
    seen = sorted({f.identity.frame_index for f in frames if f.identity is not None} & words.keys())
    strength = _strengths(frames, full)
    found = []
    for frame in frames:
        if frame.contrast is None or not np.isfinite(frame.contrast).all():
            continue
        contrast = frame.contrast / full
        if frame.identity is None:
            mixture = _unreadable(frame.name, contrast, words, pattern)
        else:
            number = frame.identity.frame_index
            mixture = _readable(frame.name, number, contrast, words, _beside(seen, number))
            if mixture is None and (less := strength.get(frame.name, 0.0)) > _LEAST_SHARE:
                mixture = Mixture(frame.name, number, -1, less)
        if mixture is not None:
            found.append(mixture)
    return tuple(found)


def _beside(seen: Sequence[int], number: int) -> set[int]:
    """Numbers that may be mixed with a frame: its neighbours in the pattern, and in the take."""
    place = bisect.bisect_left(seen, number)
    around = seen[max(0, place - 1) : place + 2]
    return {number - 1, number + 1, *around} - {number}


def _strengths(frames: Sequence[FrameSamples], full: FloatArray) -> dict[str, float]:
    """By how much the strip of a frame is paler than that of its doubles.

    A slate that is mixed with a frame takes from every bit alike.
    """
    groups: dict[int, list[tuple[str, float]]] = {}
    for frame in frames:
        if frame.identity is None or frame.contrast is None:
            continue
        if np.isfinite(frame.contrast).any():
            size = float(np.nanmedian(np.abs(frame.contrast) / full))
            groups.setdefault(frame.identity.frame_index, []).append((frame.name, size))
    less = {}
    for group in groups.values():
        if len(group) < _DOUBLES:
            continue
        sizes = np.array([size for _, size in group])
        usual = float(np.median(sizes))
        apart = 1.4826 * float(np.median(np.abs(sizes - usual)))
        for name, size in group:
            if usual - size > _SIGMAS * apart:
                less[name] = 1.0 - size / usual
    return less


def _readable(
    name: str,
    number: int,
    contrast: FloatArray,
    words: dict[int, FloatArray],
    others: set[int],
) -> Mixture | None:
    """A frame that shows little enough of a neighbour to be read."""
    own = words.get(number)
    if own is None:
        return None
    size = contrast * own
    best: Mixture | None = None
    for other in sorted(others):
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
    boxes = np.array([[(c.x, c.y, c.width, c.height) for c in pair] for pair in layout.cells])
    middles = (boxes[..., :2] + boxes[..., 2:] / 2.0).mean(axis=1)
    sides = (middles / [pattern.width_px, pattern.height_px]).T
    seen = np.sign(contrast)
    for number, own in words.items():
        other = number + 1
        if other not in words:
            continue
        for position in sides:
            for before, after, first, second in (
                (own, words[other], number, other),
                (words[other], own, other, number),
            ):
                share = _split(seen == before, seen == after, position)
                if share is not None:
                    less = share <= 0.5
                    return Mixture(
                        name,
                        second if less else first,
                        first if less else second,
                        min(share, 1.0 - share),
                        is_torn=True,
                    )
    return None


def _split(is_before: BoolArray, is_after: BoolArray, position: FloatArray) -> float | None:
    """Where cells stop to show one frame and begin to show the other; None where they do not.

    Halfway between the last cell that must be of the one and the first that must be of the other.
    """
    order = np.argsort(position, kind="stable")
    n = len(order)
    # How far from the one side `before` is seen, and from the other `after`.
    agrees = int(np.cumprod(is_before[order]).sum())
    follows = int(np.cumprod(is_after[order][::-1]).sum())
    if agrees + follows < n or n in {agrees, follows}:
        return None
    last, first = float(position[order][n - follows - 1]), float(position[order][agrees])
    # Cells of a whole band stand at one place: no edge runs between them.
    if last >= first and (position == first).sum() > _ABREAST:
        return None
    return (last + first) / 2.0
