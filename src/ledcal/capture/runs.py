"""Which frames of a clip are worth measuring: some of every run of frames that look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.imaging._opencv import cv2

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from ledcal.files.clip import ClipFrame

# Of a run: its first, which may still hold some of what was before, the six after it, and its
# last, which may already hold some of what comes next.
PER_RUN = 8
_SMALL_COLUMNS = 480
_SIGMAS = 8.0
# Of the range: so much do codecs make of noise, here and there. Cells of the identity strip change
# by thirty codes and more, even four stops under.
_LEAST = 6 / 1023
_LEAST_BLOCKS = 8
_SAMPLED = 7


def pick_frames(frames: Iterable[ClipFrame]) -> Iterator[ClipFrame]:
    """Leave out most frames of long runs.

    Two frames belong to one run where no block of either differs from the other by more than
    noise: between pattern frames at least the cells of the identity strip do. Taking two frames
    of a run for different costs time, and nothing else.

    Parameters
    ----------
    frames : iterable of ClipFrame
        In order. One more than was yielded is held.

    Yields
    ------
    ClipFrame
        At most `PER_RUN` of every run, in order.
    """
    held: ClipFrame | None = None
    before: NDArray[np.float32] | None = None
    place = 0
    for frame in frames:
        small = _small(frame)
        place = 0 if before is None or _differ(before, small) else place + 1
        before = small
        if place == 0 and held is not None:
            yield held
        if place < PER_RUN - 1:
            held = None
            yield frame
        else:
            held = frame
    if held is not None:
        yield held


def _small(frame: ClipFrame) -> NDArray[np.float32]:
    """Luma (or green) in at most 480 columns, each the mean of a block, of the range 0..1."""
    samples = frame.samples
    plane = samples.planes[0] if samples.matrix else samples.planes[1]
    rows, columns = plane.shape
    factor = max(1, columns // _SMALL_COLUMNS)
    size = (max(1, columns // factor), max(1, rows // factor))
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32((1 << samples.bits) - 1)


def _differ(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    if one.shape != other.shape:
        return True
    difference = one - other
    # Of neighbours, so that a change of the whole picture does not pass for noise.
    steps = np.abs(np.diff(difference, axis=1)).ravel()[::_SAMPLED]
    noise = 1.4826 / 2**0.5 * float(np.median(steps)) if steps.size else 0.0
    limit = max(_SIGMAS * noise, _LEAST)
    return int(np.count_nonzero(np.abs(difference) > limit)) >= _LEAST_BLOCKS
