"""Frames to numbers: find the wall, read the strip, average patches, combine a take."""

from ledcal.measure.combine import Combined, combine
from ledcal.measure.locate import Located, locate
from ledcal.measure.preview import Preview, build_preview
from ledcal.measure.quality import require_usable
from ledcal.measure.sample import sample_frame
from ledcal.measure.samples import FrameSamples, RegionColumns, pattern_regions
from ledcal.measure.strip import Identity
from ledcal.measure.view import WallView

__all__ = [
    "Combined",
    "FrameSamples",
    "Identity",
    "Located",
    "Preview",
    "RegionColumns",
    "WallView",
    "build_preview",
    "combine",
    "locate",
    "pattern_regions",
    "require_usable",
    "sample_frame",
]
