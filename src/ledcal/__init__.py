"""ledcal: the colour of an LED wall, calibrated as the production camera sees it."""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__"]
