"""Findings of the sequence: frames that are missing, mixed, strange, of another pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.values.finding import Finding
from ledcal.values.frame_numbers import format_numbers
from ledcal.values.marks import describe_pattern_id
from ledcal.values.pattern import FrameKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.diagnose.case import Case


def other_pattern(case: Case) -> Iterator[Finding]:
    """Frames of another pattern than the one that was measured."""
    if case.take is None or not case.take.sorting.others:
        return
    others, pattern = case.take.sorting.others, case.take.pattern
    shown = ", ".join(sorted({describe_pattern_id(number) for _, number in others}))
    yield Finding(
        id="other-pattern",
        severity="warning",
        seen=f"{len(others)} frames show another pattern ({shown}) than the "
        f"{describe_pattern_id(pattern.pattern_id)} that was measured",
        cause="two takes in one folder, or a take of another wall",
        confidence=0.9,
        fix="put each take into its own folder",
        reshoot=False,
        frames=tuple(name for name, _ in others),
    )


def mixtures(case: Case) -> Iterator[Finding]:
    """Frames whose exposure saw two frames of the pattern."""
    if case.take is None:
        return
    sorting = case.take.sorting
    for is_torn in (False, True):
        own = [mixture for mixture in sorting.mixtures if mixture.is_torn == is_torn]
        if not own:
            continue
        lost = sorted({n for m in own for n in (m.number, m.other)} & set(sorting.missing))
        worst = max(own, key=lambda mixture: mixture.share)
        again = (
            f"; play and shoot frames {format_numbers(lost)} again ('ledcal patterns OUT --plan "
            f"plan.json --only {format_numbers(lost)}' makes just these)"
            if lost
            else ""
        )
        yield Finding(
            id="torn-frames" if is_torn else "blended-frames",
            severity="warning" if lost else "note",
            seen=f"{len(own)} frame{' shows' if len(own) == 1 else 's show'} two frames of the "
            f"pattern {'on two parts of the wall' if is_torn else 'at once'} (in {worst.name} "
            f"{100 * worst.share:.0f} % of {_other(worst.other)} over frame {worst.number}); "
            f"{'it was' if len(own) == 1 else 'they were'} left out",
            cause="processors that are not in step with each other, or the shutter not with them"
            if is_torn
            else "the shutter was open while the player changed frames: no genlock, frame "
            "blending in the player, or a hold that is too short",
            confidence=0.9,
            fix=("genlock player, processors and camera" if is_torn else "genlock camera and wall")
            + ", turn frame blending off, hold each frame for several camera frames"
            + again,
            reshoot=bool(lost),
            frames=tuple(mixture.name for mixture in own),
        )


def _other(number: int) -> str:
    """What was seen with a frame; -1 stands for what is no frame of the pattern."""
    return "a slate or something else" if number < 0 else f"frame {number}"


def missing(case: Case) -> Iterator[Finding]:
    """Frames of the pattern that no file shows."""
    if case.take is None or not case.take.sorting.missing:
        return
    pattern, gone = case.take.pattern, case.take.sorting.missing
    kinds = {frame.index: frame.kind for frame in pattern.frames}
    mixed = {n for m in case.take.sorting.mixtures for n in (m.number, m.other)}
    unexplained = [index for index in gone if index not in mixed]
    if unexplained:
        n = len(unexplained)
        numbers = format_numbers(unexplained)
        lost = sum(
            patch.kind.value not in {"dark", "anchor"}
            for frame in pattern.frames
            if frame.index in set(unexplained) and frame.kind is FrameKind.PATCHES
            for patch in frame.patches
        )
        of_all = case.measurements.n_patches + lost
        with_it = "it" if n == 1 else "them"
        cost = f", and with {with_it} {lost} of {of_all} patches" if lost else ""
        yield Finding(
            id="missing-frames",
            severity="warning",
            seen=f"of the pattern's {len(pattern.frames)} frames {n} "
            f"{'is' if n == 1 else 'are'} missing: number {numbers}{cost}",
            cause="frames dropped by player or camera, or a take that was stopped early",
            confidence=0.8,
            fix=f"make just these with 'ledcal patterns OUT --plan plan.json --only {numbers}', "
            "shoot them and add them to the folder; a fit goes on without them where it can",
            reshoot=False,
        )
    black = [i for i, kind in kinds.items() if kind is FrameKind.BLACK]
    flat = [i for i, kind in kinds.items() if kind is FrameKind.FLAT]
    if black and set(black) <= set(gone):
        yield Finding(
            id="no-black-frame",
            severity="warning",
            seen="the take has no black frame",
            cause="it was dropped, or the take started late",
            confidence=0.9,
            fix="ambient light and black level were taken from dark wall beside the patches; "
            f"shoot frame {format_numbers(black)} for better shadows",
            reshoot=False,
        )
    if flat and set(flat) <= set(gone) and pattern.layout == "grid":
        yield Finding(
            id="no-flat-frames",
            severity="warning",
            seen="the take has no flat frames",
            cause="they were dropped, or left out",
            confidence=0.9,
            fix="vignetting and panel differences are still in the patches; shoot frames "
            f"{format_numbers(flat)}",
            reshoot=True,
        )


def unidentified(case: Case) -> Iterator[Finding]:
    """Frames without a strip that can be read."""
    if case.take is None or not case.take.sorting.unidentified:
        return
    names, n_used = case.take.sorting.unidentified, case.take.sorting.n_used
    n = len(names)
    yield Finding(
        id="unidentified-frames",
        severity="note" if n < n_used else "warning",
        seen=f"{n} frame{' shows' if n == 1 else 's show'} no identity strip and "
        f"{'was' if n == 1 else 'were'} left out",
        cause="slates and junk before or after the pattern, or something in front of the wall",
        confidence=0.6,
        fix="nothing, if they are not frames of the pattern",
        reshoot=False,
        frames=names,
    )
