"""Files as captures, one after the other: a still is one, a clip gives some of its frames."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ledcal.capture.clip import count_frames, linear_frame, open_clip
from ledcal.capture.meaning import declared
from ledcal.capture.read import plain_errors, read_frame
from ledcal.capture.runs import pick_frames
from ledcal.capture.sniff import FileKind, sniff
from ledcal.errors import LedcalError
from ledcal.files.clip import decode_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path
    from typing import NoReturn

    from ledcal.capture.meaning import Declared
    from ledcal.values.frame import LinearFrame


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """One frame that is to be read.

    Attributes
    ----------
    path : Path
        The file.
    number : int or None
        Frame of a clip, from 0; None where the file is one frame, or a clip went wrong.
    load : callable
        Gives the linear frame, or raises a `LedcalError`. Called once, in any thread.
    """

    path: Path
    number: int | None
    load: Callable[[], LinearFrame]


def open_captures(
    paths: Iterable[Path],
    *,
    image_space: str | None = None,
    encoding: str | None = None,
    every: bool = False,
) -> Generator[Capture, None, None]:
    """Go through files; clips are decoded here, in the thread that asks for the next capture.

    Parameters
    ----------
    paths : iterable of Path
        Files, in the order in which they are wanted.
    image_space, encoding : str or None
        As in `capture.read.read_frame`.
    every : bool
        Every frame of a clip, also those that look like the one before.

    Yields
    ------
    Capture
        One of each still. Of a clip those frames that `capture.runs.pick_frames` picks; where it
        goes wrong, one more whose `load` raises the reason.

    Raises
    ------
    InputError
        If `image_space` or `encoding` is unknown.
    """
    said = declared(image_space, encoding)
    for path in paths:
        if _is_clip(path):
            yield from _of_clip(path, said, every=every)
        else:
            load = partial(read_frame, path, image_space=image_space, encoding=encoding)
            yield Capture(path, None, load)


def count_captures(path: Path) -> int:
    """How many frames a file holds, for a progress bar: of a clip what it says, else 1."""
    return count_frames(path) if _is_clip(path) else 1


def _is_clip(path: Path) -> bool:
    try:
        return sniff(path) is FileKind.CLIP
    except (LedcalError, OSError):
        return False  # the reason comes when it is read


def _of_clip(path: Path, said: Declared, *, every: bool) -> Iterator[Capture]:
    try:
        with plain_errors(path):
            opened = open_clip(path, said)
            frames = decode_clip(opened.clip)
            for frame in frames if every else pick_frames(frames):
                yield Capture(path, frame.number, partial(linear_frame, opened, frame))
    except LedcalError as error:
        yield Capture(path, None, partial(_raise, error))


def _raise(error: LedcalError) -> NoReturn:
    raise error
