"""The door to PyAV (clips)."""

from __future__ import annotations

import av

__all__ = ["av"]
