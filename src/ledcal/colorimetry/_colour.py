"""The door to colour-science: imports it, and undoes what importing it does to the process."""

from __future__ import annotations

import logging
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import Mock

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _without_plotting() -> Iterator[None]:
    """Hide matplotlib where nobody has loaded it: the package would, for charts of its own.

    What it puts into the list of modules in its place goes again, or nobody could load it later.
    """
    if "matplotlib" in sys.modules:
        yield
        return
    before = set(sys.modules)
    sys.modules["matplotlib"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if sys.modules[name] is None or isinstance(sys.modules[name], Mock):
                del sys.modules[name]


def _import_quietly() -> object:
    logger_level = logging.getLogger().level
    with np.printoptions(), warnings.catch_warnings(), _without_plotting():
        warnings.simplefilter("ignore")
        import colour as package  # noqa: PLC0415 - must happen inside the guards

    logging.getLogger().setLevel(logger_level)
    return package


_import_quietly()
import colour  # noqa: E402 - already imported above; this line gives it its type

__all__ = ["colour"]
