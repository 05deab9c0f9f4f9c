"""What a player or an engine does to code that it should have left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledcal.simulate.virtual_wall import VirtualWall
    from ledcal.values.arrays import FloatArray

_LEGAL_BLACK, _LEGAL_WHITE = 64.0 / 1023.0, 940.0 / 1023.0
# Luma of BT.709.
_LUMA = np.array([0.2126, 0.7152, 0.0722])


def play(wall: VirtualWall, code: FloatArray) -> FloatArray:
    """Code as the processor gets it.

    Parameters
    ----------
    wall : VirtualWall
        Its `vividness`, `contrast` and `signal_range` count.
    code : ndarray, shape (..., 3)
        As the pattern has it, 0..1.

    Returns
    -------
    ndarray, shape (..., 3)
        0..1; the same where nothing is wrong.

    Examples
    --------
    >>> from ledcal.simulate.virtual_wall import VirtualWall
    >>> grey = np.full((1, 3), 0.5)
    >>> play(VirtualWall(signal_range="legal"), np.array([[0.0, 0.5, 1.0]])).round(3).tolist()
    [[0.063, 0.491, 0.919]]
    >>> play(VirtualWall(contrast=1.0, vividness=0.5), grey).tolist()
    [[0.5, 0.5, 0.5]]
    """
    if wall.vividness != 1.0:
        luma = (code @ _LUMA)[..., None]
        code = np.clip(luma + wall.vividness * (code - luma), 0.0, 1.0)
    if wall.contrast:
        code = code + wall.contrast * (code * code * (3.0 - 2.0 * code) - code)
    if wall.signal_range == "legal":
        code = _LEGAL_BLACK + (_LEGAL_WHITE - _LEGAL_BLACK) * code
    elif wall.signal_range == "expanded":
        code = np.clip((code - _LEGAL_BLACK) / (_LEGAL_WHITE - _LEGAL_BLACK), 0.0, 1.0)
    return code
