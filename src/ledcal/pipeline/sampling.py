"""Captures to samples: every file read once, its wall found, its regions averaged."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from ledcal.capture.stream import stream
from ledcal.errors import LedcalError
from ledcal.files.digest import sha256_file
from ledcal.measure import sample_frame
from ledcal.pattern import builtin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.measure import FrameSamples, WallView
    from ledcal.pipeline.context import Context
    from ledcal.values.frame import LinearFrame
    from ledcal.values.pattern import Pattern
    from ledcal.values.stage import Wall

# Resolutions that are tried when neither plan.json nor stage.toml says which.
_COMMON_SIZES = (
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
    """

    samples: tuple[FrameSamples, ...]
    unread: tuple[tuple[Path, LedcalError], ...]
    inputs: dict[str, str]


def sample_captures(
    files: Sequence[Path],
    context: Context,
    *,
    image_space: str | None,
    progress: Callable[[int, int], None],
) -> Sampled:
    """Read files, a few at a time, and keep of each frame what measuring needs.

    Parameters
    ----------
    files : sequence of Path
        Captures.
    context : Context
        Says which pattern and which wall they may show.
    image_space : str or None
        As in `capture.read.read_frame`.
    progress : callable
        Called with (files read, files in all).

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
    walls = list(dict.fromkeys([(made_for.width_px, made_for.height_px), *_COMMON_SIZES[:5]]))
    if context.pattern is not None:
        walls = walls[:1]

    digests: dict[Path, Future[str]] = {}
    near: WallView | None = None

    def task(frame: LinearFrame) -> FrameSamples:
        return sample_frame(
            frame,
            lambda pattern_id: known_pattern(context, pattern_id),
            walls=walls,
            near=near,
        )

    with ThreadPoolExecutor(1) as hasher:

        def take(paths: Sequence[Path]) -> None:
            for path, result in stream(paths, task, image_space=image_space):
                # Right after it was read, while the system still holds it in memory.
                digests[path] = hasher.submit(sha256_file, path)
                if isinstance(result, LedcalError):
                    unread.append((path, result))
                else:
                    samples.append(result)
                progress(len(digests), len(files))

        # The first frame that shows the wall says where it is; in the others it is not far.
        while near is None and len(digests) < len(files):
            take(files[len(digests) : len(digests) + 1])
            found_view = samples[-1] if samples else None
            near = found_view.view if found_view and found_view.columns is not None else None
        take(files[len(digests) :])
    if not samples and unread:
        raise unread[0][1]
    return Sampled(
        samples=tuple(samples),
        unread=tuple(unread),
        inputs={path.name: digest.result() for path, digest in digests.items()},
    )


def known_pattern(context: Context, pattern_id: int) -> Pattern | None:
    """Pattern of an id: the one of plan.json, or a built-in one of this wall; else None."""
    if context.pattern is not None:
        return context.pattern if context.pattern.pattern_id == pattern_id else None
    return _builtin(pattern_id, context.stage.wall)


@cache
def _builtin(pattern_id: int, wall: Wall) -> Pattern | None:
    """The built-in pattern of an id: of this wall, or of one that differs in resolution only."""
    sizes = dict.fromkeys([(wall.width_px, wall.height_px), *_COMMON_SIZES])
    tried = (
        builtin(pattern_id, replace(wall, width_px=width, height_px=height))
        for width, height in sizes
    )
    return next((pattern for pattern in tried if pattern is not None), None)
