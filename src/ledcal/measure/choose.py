"""Which frames of a capture belong to the pattern, and what is wrong with the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import AmbiguousInputError, CaptureError
from ledcal.values.finding import Finding
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
    findings : tuple of Finding
        What was noticed about the others, and about the take.
    """

    pattern: Pattern
    frames: tuple[FrameSamples, ...]
    findings: tuple[Finding, ...]


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
    findings = _strangers(samples, frames, best, unread)
    findings += _take_findings(pattern, frames)
    return Chosen(pattern, tuple(frames), tuple(findings))


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


def _strangers(
    samples: Sequence[FrameSamples],
    frames: Sequence[FrameSamples],
    best: int,
    unread: Sequence[tuple[Path, LedcalError]],
) -> list[Finding]:
    """Frames that were not used."""
    findings = []
    if unread:
        findings.append(
            Finding(
                id="unreadable-frames",
                severity="warning",
                seen=f"{len(unread)} files could not be read; the first: {unread[0][1]}",
                cause="damaged or cut files, or files of another kind",
                confidence=0.8,
                fix="copy them from the card again; put other files elsewhere",
                reshoot=False,
                frames=tuple(path.name for path, _ in unread),
            )
        )
    unknown = [sample.name for sample in samples if sample.identity is None]
    if unknown:
        findings.append(
            Finding(
                id="unidentified-frames",
                severity="note" if len(unknown) < len(frames) else "warning",
                seen=f"{len(unknown)} frames show no identity strip and were left out",
                cause="junk before or after the pattern, a frame change during the exposure, or "
                "something in front of the wall",
                confidence=0.6,
                fix="nothing, if they are not frames of the pattern",
                reshoot=False,
                frames=tuple(unknown),
            )
        )
    others = [
        sample
        for sample in samples
        if sample.identity is not None and sample.identity.pattern_id != best
    ]
    if others:
        shown = sorted(
            {
                describe_pattern_id(sample.identity.pattern_id)
                for sample in others
                if sample.identity is not None
            }
        )
        findings.append(
            Finding(
                id="other-pattern",
                severity="warning",
                seen=f"{len(others)} frames show another pattern ({', '.join(shown)}) "
                f"than the {describe_pattern_id(best)} that was measured",
                cause="two takes in one folder",
                confidence=0.9,
                fix="put each take into its own folder",
                reshoot=False,
                frames=tuple(sample.name for sample in others),
            )
        )
    return findings


def _take_findings(pattern: Pattern, frames: Sequence[FrameSamples]) -> list[Finding]:
    """Missing frames, mirrored frames, camera settings that changed."""
    findings = []
    seen = {_index(frame) for frame in frames}
    missing = [frame.index for frame in pattern.frames if frame.index not in seen]
    if missing:
        findings.append(
            Finding(
                id="missing-frames",
                severity="warning",
                seen=f"of the pattern's {len(pattern.frames)} frames {len(missing)} "
                f"{'is' if len(missing) == 1 else 'are'} missing: number {_listed(missing)}",
                cause="frames dropped by player or camera, or a take that was stopped early",
                confidence=0.8,
                fix="play and shoot these again and add them to the folder",
                reshoot=False,
                frames=tuple(f"{index:04d}" for index in missing),
            )
        )
    mirrored = [frame.name for frame in frames if frame.view and frame.view.is_mirrored()]
    if mirrored:
        findings.append(
            Finding(
                id="mirrored",
                severity="note",
                seen=f"{len(mirrored)} frames show the wall mirrored",
                cause="the camera flips the picture, the wall is seen in a mirror, or the "
                "processor mirrors the signal",
                confidence=0.9,
                fix="nothing for colour: patches were found all the same",
                reshoot=False,
                frames=tuple(mirrored),
            )
        )
    settings = Counter(
        (frame.exposure.time_s, frame.exposure.f_number, frame.exposure.iso) for frame in frames
    )
    if len(settings) > 1:
        usual = settings.most_common(1)[0][0]
        odd = [
            frame.name
            for frame in frames
            if (frame.exposure.time_s, frame.exposure.f_number, frame.exposure.iso) != usual
        ]
        findings.append(
            Finding(
                id="exposure-changed",
                severity="warning",
                seen=f"{len(odd)} frames were shot with another shutter, iris or ISO than the rest",
                cause="automatic exposure, or settings touched during the take",
                confidence=0.9,
                fix="set shutter, iris and ISO by hand and shoot again",
                reshoot=True,
                frames=tuple(odd),
            )
        )
    return findings


def _listed(numbers: Sequence[int]) -> str:
    """Frame numbers for a sentence, at most twelve."""
    shown = ", ".join(str(number) for number in numbers[:12])
    return shown if len(numbers) <= 12 else f"{shown} and {len(numbers) - 12} more"
