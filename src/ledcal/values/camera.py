"""How camera RGB becomes ACES2065-1."""

from __future__ import annotations

from dataclasses import dataclass

from ledcal.values.arrays import FloatArray, readonly


@dataclass(frozen=True, slots=True, eq=False)
class CameraTransform:
    """Balance, then a 3x3: ``aces = matrix @ (white_balance * camera_rgb)``.

    Attributes
    ----------
    white_balance : ndarray, shape (3,)
        Gains that make the camera's neutral equal in all channels.
    matrix : ndarray, shape (3, 3)
        Balanced camera RGB to ACES2065-1; its rows sum to 1.
    source : str
        Where it came from and what it assumes, one phrase for the report.
    """

    white_balance: FloatArray
    matrix: FloatArray
    source: str

    def __post_init__(self) -> None:
        balance = readonly(self.white_balance, shape=(3,), name="white_balance")
        object.__setattr__(self, "white_balance", balance)
        matrix = readonly(self.matrix, shape=(3, 3), name="matrix")
        object.__setattr__(self, "matrix", matrix)

    def combined(self) -> FloatArray:
        """The 3x3 from unbalanced camera RGB to ACES2065-1."""
        return self.matrix * self.white_balance[None, :]
