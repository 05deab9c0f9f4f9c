"""Raw files of flat light with lines in it, as the command line reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.files.dng import write_dng
from ledcal.simulate.fringes import FlatPatch, Fringe, flat_frame
from ledcal.simulate.sensor import dng_header
from ledcal.simulate.stage import VirtualStage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.values.arrays import FloatArray

BLACK, WHITE, ELECTRONS = 512, 15512, 30000.0


def write_flat(
    path: Path,
    patch: FlatPatch,
    fringes: Sequence[Fringe] = (),
    index: int = 0,
    rows: FloatArray | None = None,
    exposure: float = 1.0,
) -> Path:
    """Write a 14-bit DNG of a flat frame.

    Parameters
    ----------
    path : Path
        Replaced where it exists.
    patch : FlatPatch
        The light; sides are even.
    fringes : sequence of Fringe
        The lines.
    index : int
        Of the frame.
    rows : ndarray, shape (height,), or None
        Light of each row over that of the patch: bands.
    exposure : float
        Numbers over black are multiplied by this, noise and all.

    Returns
    -------
    Path
        The file.
    """
    light = np.ones(patch.height) if rows is None else rows
    mosaic = np.empty((patch.height, patch.width), np.uint16)
    for plane in flat_frame(patch, fringes, index=index).planes:
        share = plane.values * light[plane.y :: 2, None] * (exposure / ELECTRONS)
        dn = np.rint(BLACK + share * (WHITE - BLACK))
        mosaic[plane.y :: 2, plane.x :: 2] = np.clip(dn, 0, 2**14 - 1)
    header = replace(
        dng_header(VirtualStage(), 0), black=(float(BLACK),) * 4, white=WHITE, active_area=None
    )
    write_dng(path, mosaic, header, bits=14, overwrite=True)
    return path
