"""Findings of where the camera stands: mirrored, turned, cut off, from the side, stretched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.imaging.homography import apply_homography, is_mirrored
from ledcal.values.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.diagnose.case import Case
    from ledcal.values.arrays import FloatArray

_OUTSIDE = 0.005
_ANGLE_DEG = 20.0
_STRETCH = 0.04
# Squeezes of anamorphic lenses, as pictures come before they are stretched back.
_SQUEEZES = (1.25, 1.3, 4 / 3, 1.5, 1.55, 1.6, 1.65, 1.8, 2.0)
_TURNED_DEG = 45.0
# Focal lengths that a lens may have, in picture widths.
_FOCAL = np.geomspace(0.5, 12.0, 160)


def mirrored(case: Case) -> Iterator[Finding]:
    """Left and right exchanged."""
    if case.take is None:
        return
    names = [
        name
        for name, matrix in zip(case.take.frames.names, case.take.frames.homography, strict=True)
        if is_mirrored(matrix)
    ]
    if names:
        yield Finding(
            id="mirrored",
            severity="note",
            seen=f"{len(names)} frames show the wall mirrored",
            cause="the camera flips the picture, the wall is seen in a mirror, or the "
            "processor mirrors the signal",
            confidence=0.9,
            fix="nothing for colour: patches were found all the same; if the camera is not to "
            "flip, turn off its image flip, or the mirroring in the processor",
            reshoot=False,
            frames=tuple(names),
        )


def rotated(case: Case) -> Iterator[Finding]:
    """The wall on its side or on its head."""
    if case.take is None:
        return
    matrix = np.median(case.take.frames.homography, axis=0)
    middle = np.array([case.take.pattern.width_px, case.take.pattern.height_px]) / 2.0
    here, right = apply_homography(matrix, np.stack([middle, middle + np.array([1.0, 0.0])]))
    turn = float(np.degrees(np.arctan2(*(right - here)[::-1])))
    if is_mirrored(matrix):
        turn = float((turn + 180.0 + 180.0) % 360.0 - 180.0)
    if abs(turn) < _TURNED_DEG:
        return
    way = "upside down" if abs(turn) > 180.0 - _TURNED_DEG else "on its side"
    yield Finding(
        id="rotated",
        severity="note",
        seen=f"the wall is {way} in the picture (turned by {turn:.0f} degrees)",
        cause="the camera is rigged that way, or the processor turns the signal",
        confidence=0.9,
        fix="nothing for colour: patches were found all the same; if the camera stands upright, "
        "look at the rotation of the wall's signal in player and processor",
        reshoot=False,
    )


def outside(case: Case) -> Iterator[Finding]:
    """Part of the wall's outline outside of the picture."""
    if case.take is None:
        return
    share = float(np.median(case.take.frames.outside))
    if share <= _OUTSIDE:
        return
    yield Finding(
        id="wall-partly-outside",
        severity="warning",
        seen=f"{100 * share:.0f} % of the wall's outline lies outside the picture "
        f"(limit {100 * _OUTSIDE:.1f} %)",
        cause="a wall that is framed too tightly, or a pattern that runs over the wall's edge",
        confidence=0.9,
        fix="frame the whole wall with a little room around it",
        reshoot=False,
    )


def off_axis(case: Case) -> Iterator[Finding]:
    """A camera that looks from the side."""
    if case.take is None:
        return
    angle, _ = view_of(case.take.frames.homography, case.take.frame_px)
    if angle < _ANGLE_DEG:
        return
    yield Finding(
        id="off-axis",
        severity="warning",
        seen=f"the camera looks at the wall from {angle:.0f} degrees off its axis "
        f"(limit {_ANGLE_DEG:.0f})",
        cause="a camera that stands to the side, or above or below the wall",
        confidence=0.9,
        fix="calibrate from where the production camera will stand: LEDs change colour with the "
        "angle, each colour by itself; if that is here, this profile is right for here only",
        reshoot=False,
    )


def stretched(case: Case) -> Iterator[Finding]:
    """A pattern that is wider or higher on the wall than it was made."""
    if case.take is None:
        return
    _, stretch = view_of(case.take.frames.homography, case.take.frame_px)
    off = abs(np.log(stretch))
    squeeze = min(_SQUEEZES, key=lambda known: abs(off - np.log(known)))
    if off < _STRETCH or abs(off - np.log(squeeze)) < 0.02:
        return
    pattern = case.take.pattern
    much, way = max(stretch, 1.0 / stretch), "higher" if stretch > 1.0 else "wider"
    yield Finding(
        id="pattern-stretched",
        severity="warning",
        seen=f"the pattern is {100 * (much - 1.0):.0f} % {way} in the picture than its "
        f"{pattern.width_px} x {pattern.height_px} px (limit {100 * _STRETCH:.0f} %)",
        cause="the player or the processor scales the pattern to a wall of another shape, or it "
        "was made for another wall",
        confidence=0.7,
        fix="make the pattern at the wall's own resolution (width_px and height_px in stage.toml) "
        "and play it pixel to pixel; scaling mixes code values at every edge",
        reshoot=False,
    )


def view_of(homography: FloatArray, frame_px: tuple[int, int]) -> tuple[float, float]:
    """Angle off the wall's axis in degrees, and how much too high its pixels are.

    The focal length is not known: the one is taken for which the wall's pixels come out most
    nearly square and upright; what is left is the stretch.

    Parameters
    ----------
    homography : ndarray, shape (n, 3, 3)
        Wall pixel to picture pixel.
    frame_px : (int, int)
        Of the picture: its middle is taken for the lens's.

    Returns
    -------
    angle_deg, stretch : float
        A stretch of 1.1: a tenth higher than wide.
    """
    matrix = np.median(homography / homography[:, 2:, 2:], axis=0)
    width, height = frame_px
    centred = np.array([[1, 0, -(width - 1) / 2], [0, 1, -(height - 1) / 2], [0, 0, 1]]) @ matrix
    best = (np.inf, 0.0, 1.0)
    for focal in _FOCAL * width:
        right, down = (centred[:, :2] / [[focal], [focal], [1.0]]).T
        size = np.linalg.norm(right), np.linalg.norm(down)
        lean = abs(float(right @ down)) / (size[0] * size[1])
        stretch = float(size[1] / size[0])
        normal = np.cross(right, down)
        angle = float(np.degrees(np.arccos(min(1.0, abs(normal[2]) / np.linalg.norm(normal)))))
        misfit = abs(np.log(stretch)) + lean
        if misfit < best[0] - 1e-6:
            best = (misfit, angle, stretch)
    return best[1], best[2]
