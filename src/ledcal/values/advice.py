"""Advice that more than one layer gives: how to transcode so that a measurement stays honest."""

from __future__ import annotations

TRANSCODE = (
    "transcode to linear EXR in ACES2065-1 (half or 32-bit float, one white balance and exposure "
    "for all shots, without highlight recovery, noise reduction, sharpening, look or resizing)"
)
