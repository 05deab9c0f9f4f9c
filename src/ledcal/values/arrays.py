"""Array aliases, and the one place that checks shape and finiteness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]
AnyArray: TypeAlias = NDArray[Any]


def readonly(
    values: ArrayLike,
    *,
    shape: tuple[int | None, ...],
    name: str,
    finite: bool = True,
) -> FloatArray:
    """Copy to float64, check the shape, and make the copy read-only.

    Parameters
    ----------
    values : array_like
        Any numbers.
    shape : tuple of int or None
        Expected shape; None stands for any length on that axis.
    name : str
        What the array is called in the error message.
    finite : bool
        Refuse NaN and infinity.

    Returns
    -------
    ndarray of float64
        A new, read-only array.

    Raises
    ------
    ValueError
        If the shape differs or a value is not finite.

    Examples
    --------
    >>> readonly([1, 2, 3], shape=(3,), name="white").tolist()
    [1.0, 2.0, 3.0]
    >>> readonly([1, 2], shape=(3,), name="white")
    Traceback (most recent call last):
    ...
    ValueError: white: expected shape (3,), got (2,)
    """
    array = np.array(values, dtype=np.float64)
    if array.ndim != len(shape) or any(
        want is not None and want != got for want, got in zip(shape, array.shape, strict=True)
    ):
        wanted = str(shape).replace("None", "n")
        message = f"{name}: expected shape {wanted}, got {array.shape}"
        raise ValueError(message)
    if finite and not np.isfinite(array).all():
        message = f"{name}: {int((~np.isfinite(array)).sum())} values are not finite"
        raise ValueError(message)
    array.flags.writeable = False
    return array
