"""A frame of a pattern as the image that is sent to the wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.pattern.sync import draw_counter
from ledcal.values.marks import build_marks_layout, lit_regions
from ledcal.values.pattern import FrameKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.pattern import Pattern, PatternFrame

# Dim, so that their flare is small; bright enough to be found three stops under.
MARK_LIGHT = 0.06


def mark_code(pattern: Pattern) -> float:
    """Wall code of lit fiducial modules and strip cells, a multiple of 1/1023.

    Examples
    --------
    >>> from ledcal.values.pattern import Pattern
    >>> round(mark_code(Pattern("x", "single", 0, 640, 360, "gamma 2.0", 100.0, ())) * 1023)
    251
    """
    nits = np.array(MARK_LIGHT * pattern.peak_nits)
    code = float(eotf_inverse(pattern.eotf, nits, peak_nits=pattern.peak_nits))
    return round(code * 1023) / 1023


def render(pattern: Pattern, frame: PatternFrame) -> NDArray[np.float32]:
    """Draw one frame.

    Parameters
    ----------
    pattern : Pattern
        Its size, EOTF and id.
    frame : PatternFrame
        One of its frames.

    Returns
    -------
    ndarray of float32, shape (height_px, width_px, 3)
        Wall code, full range 0..1: patches in their order, then the marks over them. The strip of
        a counter frame always says 0: what changes must not be mixed with what says where it is.

    Examples
    --------
    >>> from ledcal.values.pattern import FrameKind, Pattern, PatternFrame
    >>> black = PatternFrame(0, FrameKind.BLACK, ())
    >>> image = render(Pattern("x", "single", 0, 640, 360, "gamma 2.0", 100.0, (black,)), black)
    >>> image.shape, float(image[180, 320].max()), round(float(image[12, 12, 0]) * 1023)
    ((360, 640, 3), 0.0, 251)
    """
    image = np.zeros((pattern.height_px, pattern.width_px, 3), dtype=np.float32)
    for patch in frame.patches:
        box = patch.region
        image[box.y : box.y + box.height, box.x : box.x + box.width] = patch.code
    is_counter = frame.kind is FrameKind.COUNTER
    if is_counter:
        draw_counter(image, pattern, frame.index)
    layout = build_marks_layout(pattern.width_px, pattern.height_px)
    level = mark_code(pattern)
    for box in lit_regions(layout, 0 if is_counter else frame.index, pattern.pattern_id):
        image[box.y : box.y + box.height, box.x : box.x + box.width] = level
    return image
