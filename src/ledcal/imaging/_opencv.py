"""The door to OpenCV: a missing system library becomes a sentence."""

from __future__ import annotations

from ledcal.errors import SystemFault

try:
    import cv2
except ImportError as error:  # pragma: no cover - needs a machine without libGL
    message = (
        f"OpenCV cannot be loaded ({error}): on Debian or Ubuntu, "
        "run 'apt-get install libgl1 libglib2.0-0' and try again"
    )
    raise SystemFault(message) from error

__all__ = ["cv2"]
