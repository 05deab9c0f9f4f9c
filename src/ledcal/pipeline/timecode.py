"""The timecode of a file, where it says one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.capture.sniff import CLIP_SUFFIXES
from ledcal.errors import LedcalError
from ledcal.files.clip import read_clip

if TYPE_CHECKING:
    from pathlib import Path


def timecode_of(path: Path) -> str | None:
    """Timecode of a clip's first frame, as its container says it; None where it does not."""
    if path.suffix.lower() not in CLIP_SUFFIXES:
        return None
    try:
        tags = read_clip(path).tags
    except LedcalError:
        return None
    return next((tags[key] for key in ("timecode", "TIMECODE") if tags.get(key)), None)
