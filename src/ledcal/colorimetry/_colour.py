"""The door to colour-science: imports it, and undoes what importing it does to the process."""

from __future__ import annotations

import logging
import warnings

import numpy as np


def _import_quietly() -> object:
    logger_level = logging.getLogger().level
    with np.printoptions(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import colour as package  # noqa: PLC0415 - must happen inside the guards

    logging.getLogger().setLevel(logger_level)
    return package


_import_quietly()
import colour  # noqa: E402 - already imported above; this line gives it its type

__all__ = ["colour"]
