"""What the camera sees of a wall code, by the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.model._compiled import compile_model

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel


def predict(model: DisplayModel, code: ArrayLike) -> FloatArray:
    """F of DESIGN.md section 1: wall code to camera light.

    Parameters
    ----------
    model : DisplayModel
        A fitted wall.
    code : array_like, shape (..., 3)
        Wall code; clipped to 0..1.

    Returns
    -------
    ndarray, shape (..., 3)
        ACES2065-1 at the exposure of the measurements, black included.

    Raises
    ------
    ValueError
        If the last axis is not 3, or the model is of a kind this program does not know.
    """
    codes = np.asarray(code, dtype=np.float64)
    if codes.shape[-1:] != (3,):
        message = f"code: expected shape (..., 3), got {codes.shape}"
        raise ValueError(message)
    compiled = compile_model(model)
    flat = codes.reshape(-1, 3)
    return compiled.colour(compiled.curves.light(flat), flat).reshape(codes.shape)


def black(model: DisplayModel) -> FloatArray:
    """F(0): what the camera sees of a black wall, ACES2065-1, shape (3,)."""
    return predict(model, np.zeros(3))


def shown(model: DisplayModel, k: float, code: ArrayLike) -> FloatArray:
    """``k * (F(code) - F(0))``: what is compared with the target, ACES2065-1, 1.0 = 100 nits.

    Parameters
    ----------
    model : DisplayModel
        A fitted wall.
    k : float
        From `exposure.exposure_scale`.
    code : array_like, shape (..., 3)
        Wall code; clipped to 0..1.
    """
    return np.asarray(k * (predict(model, code) - black(model)), np.float64)
