"""Captures are given once they are whole, and not before."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ledcal.capture import watch as watch_module
from ledcal.capture.watch import watch
from ledcal.errors import InputError, SystemFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ledcal.capture.watch import Landed


class Stage:
    """A clock that stands still but for `sleep`, at whose ticks things happen."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept = 0
        self.acts: dict[int, Callable[[], object]] = {}

    def sleep(self, seconds: float) -> None:
        assert seconds == 1.0
        self.now += seconds
        self.slept += 1
        self.acts.pop(self.slept, lambda: None)()

    def watch(self, *folders: Path, ticks: int = 100, quiet_s: float | None = None) -> list[Landed]:
        return list(self.stream(*folders, ticks=ticks, quiet_s=quiet_s))

    def stream(
        self, *folders: Path, ticks: int = 100, quiet_s: float | None = None
    ) -> Iterator[Landed]:
        return watch(
            folders,
            stop=lambda: self.slept >= ticks,
            quiet_s=quiet_s,
            clock=lambda: self.now,
            sleep=self.sleep,
        )


@pytest.fixture
def stage() -> Stage:
    return Stage()


def names(landed: Landed) -> list[str]:
    return [path.name for path in landed.paths]


def png(n_bytes: int = 5000) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(range(1, 251)) * (n_bytes // 250) + b"IEND\xaeB`\x82"


def test_what_is_there_and_what_comes_later(stage: Stage, tmp_path: Path) -> None:
    for name in ("2.png", "10.png", "notes.txt", "3.png.part"):
        (tmp_path / name).write_bytes(png())
    stage.acts[3] = lambda: (tmp_path / "3.png").write_bytes(png())
    stage.acts[5] = lambda: (tmp_path / "1.exr").write_bytes(b"odd" * 9)
    given = stage.watch(tmp_path, ticks=9)
    assert [names(one) for one in given] == [["2.png", "10.png"], ["3.png"], ["1.exr"]]
    assert [one.waiting for one in given] == [(), (), ()]


def test_nothing_is_given_at_its_first_look(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(png())
    assert stage.watch(tmp_path, ticks=1) == []
    stage.slept = 0
    assert len(stage.watch(tmp_path, ticks=2)) == 1


def test_a_growing_file_is_left_alone_until_it_stands_still(stage: Stage, tmp_path: Path) -> None:
    path, other = tmp_path / "1.dpx", tmp_path / "2.dpx"
    other.write_bytes(b"x" * 99)

    def grow() -> None:
        with path.open("ab") as stream:
            stream.write(b"x" * 1000)

    for tick in range(1, 6):
        stage.acts[tick] = grow
    given: list[tuple[int, list[str], int]] = [
        (stage.slept, names(one), len(one.waiting)) for one in stage.stream(tmp_path, ticks=9)
    ]
    # The last change is at 5; it is seen there, and found the same at 6.
    assert given == [(1, ["2.dpx"], 1), (6, ["1.dpx"], 0)]
    assert path.stat().st_size == 5000


def test_a_file_that_stands_still_but_is_cut_waits(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(png()[:3000])
    stage.acts[12] = lambda: path.write_bytes(png())
    given = [(stage.slept, names(one)) for one in stage.stream(tmp_path, ticks=50)]
    assert given == [(13, ["1.png"])]


@pytest.mark.parametrize("content", [b"", png()[:3000], b"DATA" + bytes(9000)])
def test_one_that_stays_so_is_given_in_the_end(
    stage: Stage, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "1.png").write_bytes(content)
    given = [(stage.slept, names(one)) for one in stage.stream(tmp_path, ticks=50)]
    assert given == [(30, ["1.png"])]


def test_a_file_that_is_written_anew_is_given_again(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(png())
    stage.acts[6] = lambda: (tmp_path / "1.png").write_bytes(png(6000))
    given = [(stage.slept, names(one)) for one in stage.stream(tmp_path, ticks=20)]
    assert given == [(1, ["1.png"]), (7, ["1.png"])]


def test_of_raw_and_jpeg_the_raw_is_given_whichever_comes_first(
    stage: Stage, tmp_path: Path
) -> None:
    (tmp_path / "1.jpg").write_bytes(b"\xff\xd8\xff" + b"x" * 99 + b"\xff\xd9")
    (tmp_path / "2.jpg").write_bytes(b"\xff\xd8\xff" + b"x" * 99 + b"\xff\xd9")
    stage.acts[5] = lambda: (tmp_path / "1.nef").write_bytes(b"x" * 99)
    given = [(stage.slept, names(one)) for one in stage.stream(tmp_path, ticks=50)]
    assert given == [(6, ["1.nef"]), (30, ["2.jpg"])]


def test_quiet_ends_it_and_gives_what_waits(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(png())
    stage.acts[4] = lambda: (tmp_path / "2.png").write_bytes(png()[:3000])
    given = [(stage.slept, names(one)) for one in stage.stream(tmp_path, quiet_s=5.0)]
    assert given == [(1, ["1.png"]), (9, ["2.png"])]
    assert stage.slept == 9


def test_an_empty_folder_and_the_patterns_own_are_waited_in(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "0000.png").write_bytes(png())
    stage.acts[2] = lambda: (tmp_path / "1.dpx").write_bytes(b"x")
    assert [names(one) for one in stage.watch(tmp_path, ticks=5)] == [["1.dpx"]]


def test_a_drive_that_is_away_for_a_moment_is_waited_for(stage: Stage, tmp_path: Path) -> None:
    drive, away = tmp_path / "drive", tmp_path / "away"
    drive.mkdir()
    (drive / "1.dpx").write_bytes(b"x")

    def back() -> None:
        shutil.move(away, drive)
        (drive / "2.dpx").write_bytes(b"x")

    stage.acts[3] = lambda: shutil.move(drive, away)
    stage.acts[20] = back
    given = [names(one) for one in stage.watch(drive, ticks=30)]
    assert given == [["1.dpx"], ["2.dpx"]]


def test_a_drive_that_stays_away_is_named(stage: Stage, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    stage.acts[3] = drive.rmdir
    with pytest.raises(SystemFault, match=r"drive: cannot be listed \(No such.*connected\?"):
        stage.watch(drive)
    assert 30 < stage.slept < 40


def test_a_folder_that_is_not_there_or_is_none(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "a.dng").write_bytes(b"x")
    for path in (tmp_path / "nothing", tmp_path / "a.dng"):
        with pytest.raises(InputError, match="no such folder to watch"):
            stage.watch(path)


def test_ctrl_c_passes_through(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(png())

    def interrupt() -> None:
        raise KeyboardInterrupt

    stage.acts[4] = interrupt
    stream = stage.stream(tmp_path)
    assert names(next(stream)) == ["1.png"]
    with pytest.raises(KeyboardInterrupt):
        next(stream)
    assert next(stream, None) is None


def test_it_sleeps_between_looks(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    list_all = watch_module._list

    def noted(places: Iterable[Path]) -> tuple[Path, ...]:
        looks.append(stage.now)
        return list_all(places)

    monkeypatch.setattr(watch_module, "_list", noted)
    stage.watch(tmp_path, ticks=7)
    assert looks == [100.0 + tick for tick in range(7)]
