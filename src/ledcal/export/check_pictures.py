"""The check colours as pictures: one to send through the host, and one of what must come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.export.hosts.linear709 import in_space
from ledcal.files.images import write_image

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.export.hosts.host import Page
    from ledcal.values.export import CheckColour

# A patch is this many pixels high and wide.
_EDGE = 256


def picture_names(number: int, *, is_scene_linear: bool) -> tuple[str, str]:
    """What is entered and what must come out, for a wall by its number in the folder, from 1.

    Examples
    --------
    >>> picture_names(1, is_scene_linear=True), picture_names(2, is_scene_linear=False)
    (('check_in.exr', 'check_out.png'), ('check_in_2.png', 'check_out_2.png'))
    """
    tail = "" if number == 1 else f"_{number}"
    return f"check_in{tail}{'.exr' if is_scene_linear else '.png'}", f"check_out{tail}.png"


def write_check_pictures(
    folder: Path, page: Page, checks: Sequence[Sequence[CheckColour]]
) -> tuple[Path, ...]:
    """Write the check colours of each wall, side by side in the order of the page.

    ``check_in.exr`` is scene-linear (32-bit float, 1.0 = 100 nits, in the page's space) where the
    host works in light; else ``check_in.png`` is content code, 16 bit, full range, untagged.
    ``check_out.png`` is wall code. From the second wall on the names carry its number:
    ``check_in_2.png``.

    Parameters
    ----------
    folder : Path
        The host's folder.
    page : Page
        Whether it is scene-linear and in which space, and how it interpolates.
    checks : sequence of sequence of CheckColour
        For each wall.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    SystemFault
        If they cannot be written.
    """
    written, linear = [], page.is_scene_linear
    for number, colours in enumerate(checks, 1):
        entered = [in_space(one, page.light) if linear else one.content for one in colours]
        left = [one.trilinear if page.interpolates == "trilinear" else one.wall for one in colours]
        names = picture_names(number, is_scene_linear=linear)
        for name, values in zip(names, (entered, left), strict=True):
            patches = np.repeat(np.array(values, np.float32)[None, :, :], _EDGE, axis=1)
            pixels = np.repeat(patches, _EDGE, axis=0)
            meaning = {"colorspace": page.light} if name.endswith(".exr") else {}
            write_image(folder / name, pixels, metadata=meaning)
            written.append(folder / name)
    return tuple(written)
