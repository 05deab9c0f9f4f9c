"""Which frames of a capture belong to the pattern, and what is wrong with the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import AmbiguousInputError, CaptureError
from ledcal.measure.mixture import find_mixtures
from ledcal.values.evidence import Sorting
from ledcal.values.marks import describe_pattern_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.errors import LedcalError
    from ledcal.measure.samples import FrameSamples
    from ledcal.values.pattern import Pattern

_BLACK_BELOW = 0.004
_CLIPPED_ABOVE = 0.25
_WHOLE_TAKE = 0.8
_OUTSIDE_LIMIT = 0.02


@dataclass(frozen=True, slots=True)
class Chosen:
    """The frames that count.

    Attributes
    ----------
    pattern : Pattern
        What they show.
    frames : tuple of FrameSamples
        All with columns, in the order of their frame numbers.
    sorting : Sorting
        What became of the others.
    """

    pattern: Pattern
    frames: tuple[FrameSamples, ...]
    sorting: Sorting


def choose_frames(
    samples: Sequence[FrameSamples],
    pattern_for: Callable[[int], Pattern | None],
    unread: Sequence[tuple[Path, LedcalError]] = (),
) -> Chosen:
    """Take the frames of the pattern that most frames show.

    Parameters
    ----------
    samples : sequence of FrameSamples
        In any order, with junk.
    pattern_for : callable
        Pattern of an id, or None.
    unread : sequence of (Path, LedcalError)
        Files that could not be read.

    Returns
    -------
    Chosen
        At least one frame.

    Raises
    ------
    CaptureError
        If no frame shows a known pattern: all black, all clipped, no marks, another pattern.
    AmbiguousInputError
        If there are whole takes of two known patterns.
    """
    identified = [sample for sample in samples if sample.identity is not None]
    if not identified:
        raise CaptureError(_nothing_found(samples))
    ids = Counter(
        sample.identity.pattern_id for sample in identified if sample.identity is not None
    )
    known = {number: pattern_for(number) for number in ids}
    usable = {number: pattern for number, pattern in known.items() if pattern is not None}
    if not usable:
        raise CaptureError(_other_pattern(ids))
    whole = [
        number
        for number, pattern in usable.items()
        if len({_index(s) for s in identified if s.identity and s.identity.pattern_id == number})
        >= _WHOLE_TAKE * len(pattern.frames)
    ]
    if len(whole) > 1:
        shown = " and ".join(describe_pattern_id(number) for number in sorted(whole))
        message = (
            f"two takes of different patterns are in one folder: {shown}; put each into a folder "
            "of its own, or name the plan.json of the one you mean with --plan"
        )
        raise AmbiguousInputError(message)
    best = max(usable, key=lambda number: (ids[number], -number))
    frames = [
        sample
        for sample in identified
        if sample.identity is not None
        and sample.identity.pattern_id == best
        and sample.columns is not None
    ]
    pattern = usable[best]
    frames.sort(key=lambda sample: (_index(sample), sample.name))
    frames = [frame for frame in frames if 0 <= _index(frame) < len(pattern.frames)]
    if not frames:
        raise CaptureError(_other_pattern(ids))
    _require_inside(frames)
    unread_frames = [sample for sample in samples if sample.identity is None]
    mixtures = find_mixtures(pattern, [*frames, *unread_frames])
    mixed = {mixture.name for mixture in mixtures}
    pure = [frame for frame in frames if frame.name not in mixed]
    if not pure:
        raise CaptureError(_all_mixed(len(frames)))
    sorting = Sorting(
        missing=_missing(pattern, pure),
        unread=tuple((path.name, str(error)) for path, error in unread),
        unidentified=tuple(frame.name for frame in unread_frames if frame.name not in mixed),
        mixtures=mixtures,
        others=tuple(
            (sample.name, sample.identity.pattern_id)
            for sample in identified
            if sample.identity is not None and sample.identity.pattern_id != best
        ),
        n_used=len(pure),
    )
    return Chosen(pattern, tuple(pure), sorting)


def _missing(pattern: Pattern, frames: Sequence[FrameSamples]) -> tuple[int, ...]:
    """Numbers that no frame shows."""
    seen = {_index(frame) for frame in frames}
    return tuple(frame.index for frame in pattern.frames if frame.index not in seen)


def _all_mixed(n: int) -> str:
    return (
        f"all {n} frames show two frames of the pattern at once: camera and wall are not in step; "
        "genlock them or hold each frame longer ('ledcal patterns --hold'), and shoot again"
    )


def _index(sample: FrameSamples) -> int:
    return -1 if sample.identity is None else sample.identity.frame_index


def _nothing_found(samples: Sequence[FrameSamples]) -> str:
    """Why no frame was identified, in one sentence with the remedy."""
    if not samples:
        return "there is no frame to measure"
    brightest = max(sample.brightest for sample in samples)
    clipped = float(np.median([sample.clipped for sample in samples]))
    n = len(samples)
    if brightest < _BLACK_BELOW:
        return (
            f"all {n} frames are black: nothing is brighter than {100 * brightest:.2f} % of full "
            "scale; take the lens cap off, open the iris, and check that the pattern was on the "
            "wall"
        )
    if clipped > _CLIPPED_ABOVE:
        return (
            f"all {n} frames are clipped: {100 * clipped:.0f} % of the photosites are at full "
            "scale; close the iris (or add ND) by 3 stops and shoot again"
        )
    return (
        f"none of the {n} frames shows the marks of a ledcal pattern; check that these are the "
        "captures of the pattern, that all four corner marks are in the picture, and that the "
        "focus is not further off than the width of a strip cell"
    )


def _other_pattern(ids: Counter[int]) -> str:
    """Which other pattern the frames show."""
    shown = ", ".join(f"{describe_pattern_id(number)}" for number, _ in ids.most_common(3))
    return (
        f"the frames show pattern {shown}, which is not the one that was expected: it was made "
        "for other wall settings (resolution, EOTF, peak) or another plan; give the plan.json "
        "that was written with it (--plan), or its stage.toml (--stage)"
    )


def _require_inside(frames: Sequence[FrameSamples]) -> None:
    """Refuse takes whose wall does not fit into the picture."""
    outside = float(np.median([frame.outside for frame in frames]))
    missing = np.mean(
        [
            np.isnan(frame.columns.mean).any(axis=1).mean()
            for frame in frames
            if frame.columns is not None
        ]
    )
    if outside > _OUTSIDE_LIMIT and missing > 0.1:
        message = (
            f"the wall is partly outside the picture: {100 * outside:.0f} % of its outline in "
            f"{len(frames)} frames (limit {100 * _OUTSIDE_LIMIT:.0f} %); frame the whole wall "
            "and shoot again"
        )
        raise CaptureError(message)
