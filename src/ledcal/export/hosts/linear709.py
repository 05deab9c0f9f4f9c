"""Check colours in linear light of other primaries than ACEScg's: what hosts are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.target import target_code
from ledcal.export.check_colours import best_table
from ledcal.export.ocio.spaces import SPACES

if TYPE_CHECKING:
    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import CheckColour, WallCorrection

ACESCG = "ACEScg"
LINEAR_709 = "Linear Rec.709 (sRGB)"
_SPACES = {space.name: space for space in SPACES}


def in_space(colour: CheckColour, name: str) -> list[float]:
    """A check colour as numbers of one of the config's linear spaces.

    Examples
    --------
    >>> grey = (0.18, 0.18, 0.18)
    >>> from ledcal.values.export import CheckColour
    >>> in_space(CheckColour("grey", grey, grey, grey, grey), "Linear Rec.2020")
    [0.18, 0.18, 0.18]
    """
    aces = _SPACES[ACESCG].matrix() @ np.array(colour.acescg)
    return [round(float(value), 6) for value in np.linalg.solve(_SPACES[name].matrix(), aces)]


def white_codes(wall: WallCorrection, evaluate: Evaluate) -> tuple[FloatArray, FloatArray]:
    """What 100 nits of white become: content code, and the code of the best table."""
    content = target_code(wall.target, np.ones((1, 3)))
    return content[0], evaluate(best_table(wall), content)[0]
