"""Captures as they land in a folder, each once it is whole."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledcal.capture.facts import take_look
from ledcal.capture.folder import captures_in, natural_key, without_twins
from ledcal.capture.whole import ends_in_zeros, is_cut
from ledcal.errors import InputError, SystemFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ledcal.capture.facts import Look

INTERVAL_S = 1.0
# How long a file that looks cut short may stand still before it is handed on as it is.
PATIENCE_S = 30.0
# Of these a raw of the same name may still come, which is measured instead.
_SECONDARY = frozenset({".jpg", ".jpeg", ".jpe", ".heic", ".heif", ".hif"})


@dataclass(frozen=True, slots=True)
class Landed:
    """Captures that are new and whole.

    Attributes
    ----------
    paths : tuple of Path
        In natural order of their names, folder by folder.
    waiting : tuple of Path
        Those that are there too, but are still being written, as far as one can see.
    """

    paths: tuple[Path, ...]
    waiting: tuple[Path, ...] = ()


@dataclass(slots=True)
class _Known:
    """What is known of one file: how it looked last, since when, and whether it went out so."""

    look: Look
    since: float
    is_out: bool = False


def watch(
    folders: Iterable[Path],
    *,
    stop: Callable[[], bool] = lambda: False,
    quiet_s: float | None = None,
    interval_s: float = INTERVAL_S,
    patience_s: float = PATIENCE_S,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Landed]:
    """Give captures as they land in folders, each once it is whole.

    The folders are listed again and again, because network drives tell nobody of changes. A file
    is whole when two looks find it the same and its end is where it says. One that stays cut
    short, or empty, is given after `patience_s`, so that somebody says so; one that is written
    anew is given again.

    Parameters
    ----------
    folders : iterable of Path
        As `scan` takes them; they may be empty.
    stop : callable
        Asked before every look; true ends it. What is not whole by then is not given.
    quiet_s : float or None
        End when nothing has changed for so long; what is still waiting is given first. None
        goes on until `stop`, or Ctrl-C, which passes through.
    interval_s : float
        Seconds between two looks.
    patience_s : float
        Seconds of standing still after which a doubtful file is given, and for which a folder
        that was there may be away.
    clock, sleep : callable
        For tests.

    Yields
    ------
    Landed
        At least one path.

    Raises
    ------
    InputError
        If a folder is not there at the beginning, or is no folder.
    SystemFault
        If a folder cannot be listed, at the beginning or for longer than `patience_s`.
    """
    places = [Path(folder) for folder in folders]
    _require_folders(places)
    known: dict[Path, _Known] = {}
    last_change = last_listed = clock()
    is_first = True
    while not stop():
        try:
            paths = _list(places)
            last_listed = clock()
        except OSError as error:
            if is_first or clock() - last_listed > patience_s:
                raise _away(error, places) from error
            paths = None
        now = clock()
        if paths is not None:
            is_first = False
            is_changed = _look(paths, known, now)
            last_change = now if is_changed else last_change
            is_over = quiet_s is not None and not is_changed and now - last_change >= quiet_s
            ready, waiting = _sort(paths, known, now, 0.0 if is_over else patience_s)
            if ready:
                yield Landed(ready, waiting)
            if is_over:
                return
        sleep(interval_s)


def _require_folders(places: Iterable[Path]) -> None:
    for place in places:
        try:
            is_folder = place.is_dir()
        except OSError as error:
            raise _away(error, [place]) from error
        if not is_folder:
            raise InputError(f"{place}: there is no such folder to watch; check the path")


def _list(places: Iterable[Path]) -> tuple[Path, ...]:
    found = [path for place in places for path in captures_in(place, may_be_empty=True)]
    return without_twins(list(dict.fromkeys(found)))[0]


def _away(error: OSError, places: Iterable[Path]) -> SystemFault:
    where = error.filename or ", ".join(str(place) for place in places)
    reason = error.strerror or str(error)
    return SystemFault(f"{where}: cannot be listed ({reason}); is the drive connected?")


def _look(paths: Iterable[Path], known: dict[Path, _Known], now: float) -> bool:
    """Look at every file; whether any is new, changed or gone."""
    is_changed = False
    there = set()
    for path in paths:
        look = take_look(path)
        if look is None:
            continue
        there.add(path)
        before = known.get(path)
        same = before is not None and (before.look.size, before.look.modified_ns) == (
            look.size,
            look.modified_ns,
        )
        if not same:
            known[path] = _Known(look, now)
            is_changed = True
    for path in known.keys() - there:
        del known[path]
        is_changed = True
    return is_changed


def _sort(
    paths: Iterable[Path], known: dict[Path, _Known], now: float, patience_s: float
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Files that are whole and were not given yet, which now are; and those to be waited for."""
    ready, waiting = [], []
    for path in paths:
        one = known.get(path)
        if one is None or one.is_out:
            continue
        stood = now - one.since
        if stood > 0 and (stood >= patience_s or not _is_doubtful(path)):
            one.is_out = True
            ready.append(path)
        else:
            waiting.append(path)
    order = [path.parent for path in ready]
    ready.sort(key=lambda path: (order.index(path.parent), natural_key(path)))
    return tuple(ready), tuple(waiting)


def _is_doubtful(path: Path) -> bool:
    if path.suffix.lower() in _SECONDARY:
        return True
    try:
        return is_cut(path) or ends_in_zeros(path)
    except OSError:
        return True
