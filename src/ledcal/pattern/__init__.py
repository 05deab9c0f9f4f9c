"""Test patterns: which colours, where on the wall, in which order, and the images of them."""

from ledcal.pattern.build import build_pattern, builtin
from ledcal.pattern.corrected import CORRECTED_SIZES, CorrectedPattern, build_corrected
from ledcal.pattern.levels import SET_SIZES
from ledcal.pattern.render import mark_code, render
from ledcal.pattern.sync import build_sync, sync_layout

__all__ = [
    "CORRECTED_SIZES",
    "SET_SIZES",
    "CorrectedPattern",
    "build_corrected",
    "build_pattern",
    "build_sync",
    "builtin",
    "mark_code",
    "render",
    "sync_layout",
]
