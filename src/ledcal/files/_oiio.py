"""The door to OpenImageIO: importing it leaves the environment alone."""

from __future__ import annotations

import os

_before = dict(os.environ)
try:
    import OpenImageIO as oiio
finally:
    os.environ.clear()
    os.environ.update(_before)

__all__ = ["oiio"]
