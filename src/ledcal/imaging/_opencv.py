"""The door to OpenCV: leaves the environment alone, and says which library is missing."""

from __future__ import annotations

import os

from ledcal.errors import SystemFault

_before = dict(os.environ)
try:
    import cv2
except ImportError as error:  # pragma: no cover - needs a machine without libGL
    message = (
        f"OpenCV cannot be loaded ({error}): on Debian or Ubuntu, "
        "run 'apt-get install libgl1 libglib2.0-0' and try again"
    )
    raise SystemFault(message) from error
finally:
    # The wheel points LD_LIBRARY_PATH and Qt's paths at itself, for windows we never open.
    os.environ.clear()
    os.environ.update(_before)

__all__ = ["cv2"]
