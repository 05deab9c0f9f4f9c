"""Order, errors, memory and stopping of the stream of frames."""

from __future__ import annotations

import itertools
import threading
import time
import weakref
from typing import TYPE_CHECKING

import pytest

from ledcal.capture import source as source_module
from ledcal.capture.read import read_frame
from ledcal.capture.stream import stream
from ledcal.errors import CaptureError, LedcalError, UnreadableFileError
from tests.capture.odd_dng import make_mosaic, write_odd_dng

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledcal.values.frame import LinearFrame


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return write_odd_dng(tmp_path / "a.dng", make_mosaic())


def mean(frame: LinearFrame) -> float:
    return float(frame.planes[0].values.mean())


def test_results_come_in_order_even_if_the_first_takes_longest(tmp_path: Path) -> None:
    paths = [
        write_odd_dng(tmp_path / f"{index}.dng", make_mosaic(seed=index)) for index in range(6)
    ]

    def slow_first(frame: LinearFrame) -> float:
        time.sleep(0.1 if frame.name == "0.dng" else 0.0)
        return mean(frame)

    found = list(stream(paths, slow_first, workers=3))
    assert [path for path, _ in found] == paths
    assert [value for _, value in found] == [mean(read_frame(path)) for path in paths]


def test_the_error_of_one_file_does_not_stop_the_others(tmp_path: Path, capture: Path) -> None:
    bad = tmp_path / "b.dng"
    bad.write_bytes(capture.read_bytes()[:-500])

    def fussy(frame: LinearFrame) -> str:
        if frame.name == "c.dng":
            raise CaptureError("c.dng: no fiducials")
        return frame.name

    other = tmp_path / "c.dng"
    other.write_bytes(capture.read_bytes())
    results = [result for _, result in stream([bad, capture, other], fussy)]
    assert isinstance(results[0], UnreadableFileError)
    assert results[1] == "a.dng"
    assert isinstance(results[2], CaptureError)


def test_a_bug_in_the_task_is_raised(capture: Path) -> None:
    def broken(_: LinearFrame) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(stream([capture] * 3, broken))


@pytest.mark.parametrize("fails", [False, True])
def test_no_more_frames_live_than_there_are_workers(
    monkeypatch: pytest.MonkeyPatch, capture: Path, *, fails: bool
) -> None:
    lock, most, live = threading.Lock(), 0, set[int]()
    numbers = itertools.count()

    def watched_read(path: Path, **options: str | None) -> LinearFrame:
        frame = read_frame(path, **options)
        number = next(numbers)
        weakref.finalize(frame.planes[0].values.base, live.discard, number)
        with lock:
            live.add(number)
        return frame

    def task(frame: LinearFrame) -> float:
        nonlocal most
        pixels = frame.planes[0].values
        with lock:
            most = max(most, len(live))
        time.sleep(0.002)
        if fails:
            message = f"{frame.name}: {pixels.shape}"
            raise CaptureError(message)
        return float(pixels.mean())

    monkeypatch.setattr(source_module, "read_frame", watched_read)
    results = list(stream([capture] * 60, task, workers=3))
    assert len(results) == 60
    assert all(isinstance(result, LedcalError) == fails for _, result in results)
    assert most <= 3
    assert not live


def test_paths_are_drawn_only_as_far_as_they_are_needed(capture: Path) -> None:
    drawn = 0

    def endless() -> Iterator[Path]:
        nonlocal drawn
        while True:
            drawn += 1
            yield capture

    results = stream(endless(), mean, workers=2, in_flight=3)
    assert drawn == 0
    for _ in range(5):
        next(results)
    assert drawn <= 5 + 3
    results.close()  # type: ignore[attr-defined]


def test_an_interrupt_stops_at_once(monkeypatch: pytest.MonkeyPatch, capture: Path) -> None:
    begun: list[str] = []

    def slow(frame: LinearFrame) -> None:
        begun.append(frame.name)
        time.sleep(0.3)

    def interrupted(self: object, timeout: float | None = None) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    results = stream([capture] * 50, slow, workers=2)
    next(results)
    monkeypatch.setattr("concurrent.futures.Future.result", interrupted)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        next(results)
    assert time.monotonic() - start < 0.2
    monkeypatch.undo()
    time.sleep(0.4)
    assert len(begun) <= 5


@pytest.mark.parametrize(("workers", "in_flight"), [(0, None), (None, 0)])
def test_no_workers_is_the_callers_mistake(
    capture: Path, workers: int | None, in_flight: int | None
) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        stream([capture], mean, workers=workers, in_flight=in_flight)
