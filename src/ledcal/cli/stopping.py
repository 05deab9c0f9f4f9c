"""Being told to stop, by `kill` or by a terminal that closes: the same clean end as Ctrl-C."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

# Windows has no SIGHUP.
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stopped(BaseException):
    """Somebody wants the program to end; as `KeyboardInterrupt`, no error.

    Attributes
    ----------
    exit_code : int
        128 and the number of the signal, as shells say it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    # A second one must not break off the cleaning up.
    for one in _SIGNALS:
        signal.signal(one, signal.SIG_IGN)
    raise Stopped(number)


@contextmanager
def stopping() -> Iterator[None]:
    """Turn signals that would end the program at once into `Stopped`, inside of the block."""
    before = {}
    for one in _SIGNALS:
        # Whoever has it ignored (nohup) wants it to be.
        if signal.getsignal(one) is signal.SIG_DFL:
            try:
                before[one] = signal.signal(one, _stop)
            except ValueError:  # not in the main thread
                break
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
