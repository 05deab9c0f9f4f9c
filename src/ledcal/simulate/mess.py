"""What happens to files between camera and desk: lost, doubled, renamed, cut, mixed with junk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from ledcal.files.images import write_image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_CUT_SHARE = 0.4
_LONG_AGO_S = 3600.0
_JUNK_PX = (96, 64)


def mess_up(folder: Path, name: str, strength: float, *, seed: int) -> None:
    """Do to the captures of a folder what a fault says.

    Parameters
    ----------
    folder : Path
        Holds ``capture_0000.dng`` ... (or .exr).
    name : str
        ``dropped``, ``shuffled``, ``cut-file``, ``growing-file``, ``lost-numbers`` or
        ``mixed-types``.
    strength : float
        As `ledcal.simulate.fault` has it.
    seed : int
        Which files it happens to.

    Raises
    ------
    ValueError
        If the name is another one.
    """
    captures = sorted(folder.glob("capture_*"))
    rng = np.random.default_rng([seed, 707])
    n = len(captures)
    if name == "dropped":
        for number in picked_frames(n, strength, seed=seed):
            captures[number].unlink()
        _count_anew(folder)
    elif name == "shuffled":
        for place, path in zip(rng.permutation(n).tolist(), captures, strict=True):
            path.rename(folder / f"shot_{place:04d}{path.suffix}")
    elif name in {"cut-file", "growing-file"}:
        for path in captures[-round(strength) :]:
            with path.open("r+b") as stream:
                stream.truncate(int(_CUT_SHARE * path.stat().st_size))
            if name == "cut-file":
                then = path.stat().st_mtime - _LONG_AGO_S
                os.utime(path, (then, then))
    elif name == "lost-numbers":
        for place, path in reversed(list(enumerate(captures))):
            shift = round(strength) if place >= n // 2 else 0
            path.rename(folder / f"capture_{place + shift:04d}{path.suffix}")
    elif name == "mixed-types":
        for place in range(round(strength)):
            picture = rng.uniform(0.0, 0.2, (*_JUNK_PX[::-1], 3)).astype(np.float32)
            write_image(folder / f"still_{place:04d}.exr", picture, bits=16)
    else:
        message = f"no such mess of files: {name!r}"
        raise ValueError(message)


def picked_frames(n: int, share: float, *, seed: int, turn: int = 0) -> list[int]:
    """Which of n frames something happens to: at least one, never all; others at each turn.

    Examples
    --------
    >>> len(picked_frames(13, 0.1, seed=1)), len(picked_frames(2, 0.9, seed=1))
    (1, 1)
    """
    count = min(max(1, round(share * n)), n - 1)
    rng = np.random.default_rng([seed, 707, turn])
    return sorted(int(number) for number in rng.choice(n, count, replace=False))


def _count_anew(folder: Path) -> None:
    """A player that drops frames leaves no gap in the camera's count."""
    for place, path in enumerate(sorted(folder.glob("capture_*"))):
        path.rename(folder / f"capture_{place:04d}{path.suffix}")


def junk_pictures(
    width_px: int, height_px: int, count: int, *, seed: int
) -> list[NDArray[np.float32]]:
    """Draw what else is on a wall, or before it, around a take: slates, test cards, nothing.

    Parameters
    ----------
    width_px, height_px : int
        The wall.
    count : int
        How many.
    seed : int
        Which.

    Returns
    -------
    list of ndarray of float32, shape (height_px, width_px, 3)
        Wall code.
    """
    rng = np.random.default_rng([seed, 808])
    pictures = []
    for place in range(count):
        picture = np.zeros((height_px, width_px, 3), np.float32)
        for _ in range(0 if place % 3 == 2 else 12):
            left, top = int(rng.integers(width_px)), int(rng.integers(height_px))
            right = left + int(rng.integers(width_px // 40, width_px // 4))
            bottom = top + int(rng.integers(height_px // 40, height_px // 4))
            picture[top:bottom, left:right] = rng.uniform(0.0, 0.7, 3)
        pictures.append(picture)
    return pictures
