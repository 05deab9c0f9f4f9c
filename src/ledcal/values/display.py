"""The forward model: wall code to what the camera sees."""

from __future__ import annotations

from dataclasses import dataclass

from ledcal.values.arrays import FloatArray, readonly


@dataclass(frozen=True, slots=True, eq=False)
class DisplayModel:
    """A fitted wall as the camera sees it. Made by `model.fit`, used by `model.predict`.

    Light of a channel is a monotone curve of its code; mixtures add through `primaries`, with
    signed cross-terms and primaries that move with drive; `black` is what a black wall shows.

    Attributes
    ----------
    parameters : dict of str to ndarray
        Named arrays, read-only; which ones is the business of `ledcal.model`, and every one is
        stored in the profile, so that a profile reproduces the model exactly.
    kind : str
        Version of the model's form, such as ``parametric-1``.
    """

    kind: str
    parameters: dict[str, FloatArray]

    def __post_init__(self) -> None:
        checked: dict[str, FloatArray] = {}
        for name, values in self.parameters.items():
            shape = (None,) * getattr(values, "ndim", 0)
            checked[name] = readonly(values, shape=shape, name=name)
        object.__setattr__(self, "parameters", checked)
