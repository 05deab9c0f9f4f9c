"""Many files through a few threads, in order, with few frames in memory."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from ledcal.capture.source import Capture, open_captures
from ledcal.errors import LedcalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import NoReturn

    from ledcal.values.frame import LinearFrame

Result = TypeVar("Result")


def _cpu_count() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _forget_frames(error: BaseException) -> None:
    """Drop the tracebacks of an error and of its causes: they would keep the pixels alive."""
    seen: BaseException | None = error
    while seen is not None:
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__


def stream(
    paths: Iterable[Path],
    task: Callable[[LinearFrame], Result],
    *,
    workers: int | None = None,
    in_flight: int | None = None,
    image_space: str | None = None,
    encoding: str | None = None,
) -> Iterator[tuple[Path, Result | LedcalError]]:
    """Read files in threads, run a task on each frame there, and give results in order.

    As `stream_captures`, of files.

    Parameters
    ----------
    paths : iterable of Path
        Files, in the order in which their results are wanted.
    task : callable
        Frame to result. Called in several threads at once; it must not keep the frame.
    workers, in_flight : int, optional
        As in `stream_captures`.
    image_space, encoding : str, optional
        As in `capture.read.read_frame`.

    Yields
    ------
    path : Path
        One of `paths`; a clip once for each of its frames that is measured.
    result : Result or LedcalError
        What `task` returned; the error, where reading or the task raised a `LedcalError`.
    """
    captures = open_captures(paths, image_space=image_space, encoding=encoding)
    results = stream_captures(captures, task, workers=workers, in_flight=in_flight)
    return ((capture.path, result) for capture, result in results)


def stream_captures(
    captures: Iterable[Capture],
    task: Callable[[LinearFrame], Result],
    *,
    workers: int | None = None,
    in_flight: int | None = None,
) -> Iterator[tuple[Capture, Result | LedcalError]]:
    """Load captures in threads, run a task on each frame there, and give results in order.

    A frame lives only while its task runs, so at most `workers` frames are in memory, however
    many files there are; of clips also `in_flight` decoded frames that wait. Unpacking and numpy
    release the interpreter's lock: threads suffice. Clips are decoded in the calling thread,
    while the others measure.

    Parameters
    ----------
    captures : iterable of Capture
        As `capture.source.open_captures` gives them. With `in_flight` 1 none is drawn before the
        result of the one before was given, so that another call may go on with the rest.
    task : callable
        Frame to result. Called in several threads at once; it must not keep the frame.
    workers : int, optional
        Threads; the number of processors this process may use.
    in_flight : int, optional
        Captures that are begun, or done and waiting for an earlier one; twice the workers.

    Yields
    ------
    capture : Capture
        One of `captures`.
    result : Result or LedcalError
        What `task` returned; the error, where loading or the task raised a `LedcalError`.

    Raises
    ------
    ValueError
        If `workers` or `in_flight` is less than 1.
    Exception
        Whatever else the task raises; the captures not begun by then are not loaded.
    """
    workers = _cpu_count() if workers is None else workers
    in_flight = 2 * workers if in_flight is None else in_flight
    if workers < 1 or in_flight < 1:
        message = f"workers {workers} and in_flight {in_flight} must be at least 1"
        raise ValueError(message)
    return _stream(iter(captures), task, workers, in_flight)


def _stream(
    waiting: Iterator[Capture],
    task: Callable[[LinearFrame], Result],
    workers: int,
    in_flight: int,
) -> Iterator[tuple[Capture, Result | LedcalError]]:
    stopped = Event()

    def work(capture: Capture) -> Result | LedcalError:
        try:
            if stopped.is_set():
                raise CancelledError
            return task(capture.load())
        except LedcalError as error:
            _forget_frames(error)
            return error

    pool = ThreadPoolExecutor(workers, thread_name_prefix="ledcal-read")
    begun: deque[tuple[Capture, Future[Result | LedcalError]]] = deque()
    interrupted = False
    try:
        while True:
            while len(begun) < in_flight and (capture := next(waiting, None)) is not None:
                begun.append((capture, pool.submit(work, capture)))
            if not begun:
                return
            capture, future = begun.popleft()
            result = future.result()
            del future
            done = replace(capture, load=_done)
            del capture  # it holds the decoded frame of a clip
            yield done, result
    except KeyboardInterrupt:
        interrupted = True
        raise
    finally:
        stopped.set()
        pool.shutdown(wait=not interrupted, cancel_futures=True)


def _done() -> NoReturn:
    message = "a capture is loaded once"
    raise RuntimeError(message)
