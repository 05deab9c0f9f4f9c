"""Captures to samples: every file read once, its wall found, its regions averaged."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import accumulate
from typing import TYPE_CHECKING

from ledcal.capture.source import count_captures, open_captures
from ledcal.capture.stream import stream_captures
from ledcal.errors import InputError, LedcalError
from ledcal.files.digest import sha256_file
from ledcal.measure import sample_frame
from ledcal.pattern import builtin
from ledcal.values.marks import describe_pattern_id, is_corrected_id
from ledcal.values.sync import read_sync_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.capture.source import Capture
    from ledcal.measure import FrameSamples, WallView
    from ledcal.pipeline.context import Context
    from ledcal.values.frame import LinearFrame
    from ledcal.values.pattern import Pattern
    from ledcal.values.stage import Wall

# Resolutions that are tried when neither plan.json nor stage.toml says which.
COMMON_SIZES = (
    (1920, 1080), (3840, 2160), (3840, 1080), (1080, 1920), (2560, 1440), (1280, 720),
    (4096, 2160), (1920, 1200), (5760, 1080), (7680, 1080), (960, 540), (3840, 1920),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """What was seen in the files of a take.

    Attributes
    ----------
    samples : tuple of FrameSamples
        One for each frame that could be read, in the order of the files.
    unread : tuple of (Path, LedcalError)
        Files that could not, and why.
    inputs : dict of str to str
        Name and SHA-256 of every file that was looked at.
    assumptions : tuple of str
        What the numbers of pictures and clips were taken to mean.
    """

    samples: tuple[FrameSamples, ...]
    unread: tuple[tuple[Path, LedcalError], ...]
    inputs: dict[str, str]
    assumptions: tuple[str, ...] = ()

    def with_others(self, others: Sampled) -> Sampled:
        """These and others: of a file that came again, the later ones."""
        again = set(others.inputs)
        # A frame of a clip is named by the clip, # and its number.
        kept = tuple(s for s in self.samples if not {s.name, s.name.rpartition("#")[0]} & again)
        return Sampled(
            samples=(*kept, *others.samples),
            unread=(*(u for u in self.unread if u[0].name not in again), *others.unread),
            inputs={**self.inputs, **others.inputs},
            assumptions=tuple(dict.fromkeys((*self.assumptions, *others.assumptions))),
        )


def sample_captures(
    files: Sequence[Path],
    context: Context,
    *,
    near: WallView | None = None,
    pattern_for: Callable[[int], Pattern | None] | None = None,
    progress: Callable[[int, int], None],
) -> Sampled:
    """Read files, a few at a time, and keep of each frame what measuring needs.

    Parameters
    ----------
    files : sequence of Path
        Captures.
    context : Context
        Says which pattern and which wall they may show, and what the numbers of pictures and
        clips mean.
    near : WallView or None
        Where an earlier frame of the take shows the wall.
    pattern_for : callable or None
        Pattern of an id, or None where it is not known; None goes by `known_pattern`.
    progress : callable
        Called with (frames read, frames in all); of clips every frame counts, also those that
        are passed over because they look the same as the one before.

    Returns
    -------
    Sampled
        Small: no picture is kept.

    Raises
    ------
    LedcalError
        What was wrong with the first file, where none could be read.
    """
    samples: list[FrameSamples] = []
    unread: list[tuple[Path, LedcalError]] = []

    made_for = context.pattern or context.stage.wall
    walls = list(dict.fromkeys([(made_for.width_px, made_for.height_px), *COMMON_SIZES[:5]]))
    if context.pattern is not None:
        walls = walls[:1]

    if pattern_for is None:
        pattern_for = partial(known_pattern, context)
    digests: dict[Path, Future[str]] = {}
    said: dict[str, None] = {}
    count = _Count(files)

    def task(frame: LinearFrame) -> tuple[FrameSamples, tuple[str, ...]]:
        found = sample_frame(
            frame,
            pattern_for,
            walls=walls,
            near=near,
        )
        return found, frame.assumptions

    captures = open_captures(
        files, image_space=context.picture_space, encoding=context.picture_encoding
    )
    with ThreadPoolExecutor(1) as hasher, closing(captures):

        def take(result: tuple[FrameSamples, tuple[str, ...]] | LedcalError, at: Capture) -> None:
            if at.path not in digests:
                # Right when it is read, while the system holds it in memory.
                digests[at.path] = hasher.submit(sha256_file, at.path)
            if isinstance(result, LedcalError):
                unread.append((at.path, result))
            else:
                samples.append(result[0])
                said.update(dict.fromkeys(result[1]))
            progress(*count.at(at))

        # The first frame that shows the wall says where it is; in the others it is not far. One
        # by one until then, so that the same frame is the first however many threads there are.
        first = () if near is not None else stream_captures(captures, task, workers=1, in_flight=1)
        for capture, result in first:
            take(result, capture)
            if samples and samples[-1].columns is not None:
                near = samples[-1].view
                break
        for capture, result in stream_captures(captures, task):
            take(result, capture)
    if not samples and unread and near is None:
        raise unread[0][1]
    return Sampled(
        samples=tuple(samples),
        unread=tuple(unread),
        inputs={path.name: digest.result() for path, digest in digests.items()},
        assumptions=tuple(said),
    )


class _Count:
    """Frames that are done, of how many; a clip's own count may be an estimate."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._counts = {path: count_captures(path) for path in files}
        self._before = dict(zip(files, accumulate(self._counts.values(), initial=0), strict=False))
        self._total = sum(self._counts.values())

    def at(self, capture: Capture) -> tuple[int, int]:
        """How many are done with this capture, and how many there are."""
        whole = self._counts[capture.path]
        done = whole if capture.number is None else min(capture.number + 1, whole)
        return self._before[capture.path] + done, self._total


def known_pattern(context: Context, pattern_id: int) -> Pattern | None:
    """Pattern of an id: the one of plan.json, or a built-in one of this wall; else None.

    Raises
    ------
    InputError
        If it is the sync pattern, which has no colours; or one with a correction drawn in.
    """
    if is_corrected_id(pattern_id):
        raise InputError(
            f"these captures show {describe_pattern_id(pattern_id)}, a pattern with a profile's "
            "correction drawn in; type 'ledcal verify CAPTURES --profile PROFILE' in place of this "
            "command"
        )
    if read_sync_id(pattern_id) is not None:
        raise InputError(
            "these captures show the sync pattern, which has no patches to measure; "
            "type 'ledcal sync' in place of this command"
        )
    if context.pattern is not None:
        return context.pattern if context.pattern.pattern_id == pattern_id else None
    return _builtin(pattern_id, context.stage.wall)


@cache
def _builtin(pattern_id: int, wall: Wall) -> Pattern | None:
    """The built-in pattern of an id: of this wall, or of one that differs in resolution only."""
    sizes = dict.fromkeys([(wall.width_px, wall.height_px), *COMMON_SIZES])
    tried = (
        builtin(pattern_id, replace(wall, width_px=width, height_px=height))
        for width, height in sizes
    )
    return next((pattern for pattern in tried if pattern is not None), None)
