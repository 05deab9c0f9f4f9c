"""Where the patch lies in the picture: the part that all bright patches light up, alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion, binary_fill_holes, label

from ledcal.errors import AmbiguousInputError, CaptureError, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.measure.foreign.blocks import FrameBlocks
    from ledcal.values.arrays import BoolArray, FloatArray, IntArray

# A change between neighbouring frames that starts a new run, as a share of the brightest.
_CHANGE = 0.02
# Of every place, what is always there; of every picture, its brightest light; what is lit.
_DARK, _TOP, _EDGE = 0.1, 0.99, 0.5
# A picture shows something if it is brighter than so many times the noise of a block.
_VISIBLE = 20.0
# Pictures that light up the same part: common over united area, and how many there must be.
_ALIKE, _LEAST_RUNS = 0.75, 8
_LEAST_BLOCKS = 25
_LEAST_INSIDE = 9
_FILL = 0.8
_WHOLE = 0.9
_ADVICE = "say where the patch is with --region x,y,width,height (in pixels of the captures)"


@dataclass(frozen=True, slots=True, eq=False)
class PatchArea:
    """Blocks of the picture.

    Attributes
    ----------
    inside : ndarray of bool, shape (rows, columns)
        Well inside of the patch.
    around : ndarray of bool, shape (rows, columns)
        Near it, well outside.
    box : tuple of float
        x, y, width, height of `inside`, frame pixels.
    """

    inside: BoolArray
    around: BoolArray
    box: tuple[float, float, float, float]


def find_area(frames: Sequence[FrameBlocks]) -> PatchArea:
    """Find the patch: the part of the picture that the most pictures light up, alone.

    Every run of equal frames counts once, so that a long slate weighs no more than a patch.

    Parameters
    ----------
    frames : sequence of FrameBlocks
        A take, in shooting order, of one size.

    Returns
    -------
    PatchArea
        Its edge and the defocus there are left out.

    Raises
    ------
    CaptureError
        If nothing in the picture changes as a patch does.
    AmbiguousInputError
        If what changes has not the shape of one patch.
    """
    luma = np.stack([frame.mean.mean(axis=2) for frame in frames])
    chosen = luma[_run_middles(luma)]
    chosen = chosen - np.quantile(chosen, _DARK, axis=0)
    noise = float(np.median([np.sqrt(frame.variance.mean(axis=2)) for frame in frames]))
    tops = np.quantile(chosen, _TOP, axis=(1, 2))
    lit = chosen > _EDGE * tops[:, None, None]
    agreed, n = _agreed(lit[tops > _VISIBLE * noise])
    if n < _LEAST_RUNS:
        raise CaptureError(
            f"no patch is seen: of {len(chosen)} different pictures in {len(frames)} frames only "
            f"{n} light up the same part (needed: {_LEAST_RUNS}); check that the take shows the "
            "wall with the pattern playing and that the camera stood still"
        )
    patch = _largest(agreed)
    rows, columns = np.flatnonzero(patch.any(axis=1)), np.flatnonzero(patch.any(axis=0))
    filled = patch.sum() / (len(rows) * len(columns))
    if patch.sum() < _LEAST_BLOCKS:
        raise AmbiguousInputError(
            f"the part of the picture that changes with the patches is only "
            f"{100 * patch.mean():.1f} % of it; {_ADVICE}, or shoot with the patch larger"
        )
    if filled < _FILL or patch.mean() > _WHOLE:
        shape = (
            "fills the whole picture"
            if patch.mean() > _WHOLE
            else f"is no rectangle (it fills {100 * filled:.0f} % of its outline)"
        )
        raise AmbiguousInputError(
            f"the part of the picture that changes with the patches {shape}; {_ADVICE}"
        )
    return _area(patch, frames[0])


def area_of_box(frames: Sequence[FrameBlocks], box: tuple[float, float, float, float]) -> PatchArea:
    """Take a rectangle of the picture as the patch.

    Parameters
    ----------
    frames : sequence of FrameBlocks
        A take.
    box : tuple of float
        x, y, width, height in frame pixels.

    Returns
    -------
    PatchArea
        Blocks that lie in it whole.

    Raises
    ------
    InputError
        If it holds too little of the picture.
    """
    first = frames[0]
    rows, columns = first.saturated.shape
    x, y, width, height = box
    left, top = (np.ceil(np.array([x, y]) / first.step)).astype(int)
    right, bottom = (np.floor(np.array([x + width, y + height]) / first.step)).astype(int)
    inside = np.zeros((rows, columns), dtype=np.bool_)
    inside[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = True
    if inside.sum() < _LEAST_INSIDE:
        raise InputError(
            f"--region {x:g},{y:g},{width:g},{height:g} holds too little of the picture "
            f"({columns * first.step:.0f} x {rows * first.step:.0f} px); name a rectangle inside "
            f"the patch, at least {3 * first.step:.0f} px wide and high"
        )
    return PatchArea(inside, _around(inside), box)


def _agreed(lit: BoolArray) -> tuple[BoolArray, int]:
    """The part that the most pictures light up alike, and how many do."""
    if not len(lit):
        return np.zeros(lit.shape[1:], dtype=np.bool_), 0
    flat = lit.reshape(len(lit), -1).astype(np.float32)
    common = flat @ flat.T
    size = flat.sum(axis=1)
    alike = common > _ALIKE * (size[:, None] + size[None, :] - common)
    best = alike[alike.sum(axis=1).argmax()]
    return np.asarray(lit[best].mean(axis=0) > 0.5, np.bool_), int(best.sum())


def _run_middles(luma: FloatArray) -> IntArray:
    """One frame of every run of frames that look alike."""
    top = float(np.quantile(luma, 0.995))
    change = np.quantile(np.abs(np.diff(luma, axis=0)), 0.97, axis=(1, 2)) / max(top, 1e-12)
    starts = np.concatenate([[0], np.flatnonzero(change > _CHANGE) + 1, [len(luma)]])
    lengths = np.diff(starts)
    middles = (starts[:-1] + starts[1:] - 1) // 2
    # Where patches are held, single frames are blends, or a camera that is being moved.
    held = lengths >= 2
    return np.asarray(middles[held] if held.sum() >= 15 else middles, np.int64)


def _largest(mask: BoolArray) -> BoolArray:
    """The largest connected part, without its holes."""
    parts, n = label(mask)
    if n == 0:
        return np.zeros_like(mask)
    sizes = np.bincount(parts.ravel())[1:]
    return np.asarray(binary_fill_holes(parts == 1 + int(sizes.argmax())), np.bool_)


def _area(patch: BoolArray, frame: FrameBlocks) -> PatchArea:
    square = np.ones((3, 3), dtype=np.bool_)
    inside = patch
    for _ in range(2):
        smaller = binary_erosion(inside, square)
        if smaller.sum() >= _LEAST_INSIDE:
            inside = smaller
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    box = (
        columns[0] * frame.step,
        rows[0] * frame.step,
        len(columns) * frame.step,
        len(rows) * frame.step,
    )
    return PatchArea(inside, _around(patch), box)


def _around(patch: BoolArray) -> BoolArray:
    """A ring beside the patch, clear of its edge; empty where there is no room."""
    square = np.ones((3, 3), dtype=np.bool_)
    near = binary_dilation(patch, square, iterations=3)
    return np.asarray(binary_dilation(near, square, iterations=4) & ~near, np.bool_)
