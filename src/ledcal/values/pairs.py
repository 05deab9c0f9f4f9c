"""The same patches then and now, as the camera sees them."""

from __future__ import annotations

from dataclasses import dataclass

from ledcal.values.arrays import FloatArray, readonly


@dataclass(frozen=True, slots=True, eq=False)
class LightPairs:
    """What patches showed then and show now.

    Attributes
    ----------
    code : ndarray, shape (n, 3)
        Wall code that was sent, 0..1.
    then, now : ndarray, shape (n, 3)
        Camera RGB above black, scene-linear, before any white balance; each in its own exposure.
    sigma : ndarray, shape (n, 3)
        Standard error of the difference, in the units of `then`.
    parts : ndarray, shape (n, 3, 3)
        ``[patch, LED colour, camera channel]``: what each LED colour gives of `then`; they sum to
        it over the LED colours.
    level : ndarray, shape (n, 3)
        Light of each LED colour, relative to full, by the wall's nominal EOTF.
    to_xyz : ndarray, shape (3, 3)
        Camera RGB to CIE XYZ, at any scale: what chromaticities are told with.
    """

    code: FloatArray
    then: FloatArray
    now: FloatArray
    sigma: FloatArray
    parts: FloatArray
    level: FloatArray
    to_xyz: FloatArray

    def __post_init__(self) -> None:
        n = len(self.code)
        for name, shape in (
            ("code", (n, 3)),
            ("then", (n, 3)),
            ("now", (n, 3)),
            ("sigma", (n, 3)),
            ("parts", (n, 3, 3)),
            ("level", (n, 3)),
            ("to_xyz", (3, 3)),
        ):
            object.__setattr__(self, name, readonly(getattr(self, name), shape=shape, name=name))


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What has become of the light of each LED colour in each camera channel.

    Natural logarithms throughout: 0.01 is one percent more.

    Attributes
    ----------
    gain : ndarray, shape (3, 3)
        ``[LED colour, camera channel]``, at full drive.
    exponent : ndarray, shape (3,)
        Of each LED colour: light goes with nominal light to the power of 1 plus this.
    covariance : ndarray, shape (12, 12)
        Of the nine gains, row by row, and the three exponents.
    misfit : ndarray, shape (n, 3)
        What is left of each patch, relative to what it showed.
    slack : ndarray, shape (n, 3)
        How far a patch may be off by itself, relative; the same without a change.
    """

    gain: FloatArray
    exponent: FloatArray
    covariance: FloatArray
    misfit: FloatArray
    slack: FloatArray

    def __post_init__(self) -> None:
        n = len(self.misfit)
        for name, shape in (
            ("gain", (3, 3)),
            ("exponent", (3,)),
            ("covariance", (12, 12)),
            ("misfit", (n, 3)),
            ("slack", (n, 3)),
        ):
            object.__setattr__(self, name, readonly(getattr(self, name), shape=shape, name=name))


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """The fewest causes that explain a change. Natural logarithms.

    Attributes
    ----------
    causes : tuple of str
        Those that are needed: ``exposure``, ``camera_white``, ``channel_red`` ..., ``white``,
        ``eotf``, ``primaries``.
    exposure : float
        Common to everything.
    camera : ndarray, shape (3,)
        Of each camera channel, in front of all LED colours alike.
    wall : ndarray, shape (3,)
        Of each LED colour's light, whatever the camera.
    exponent : ndarray, shape (3,)
        As in `Change`.
    primaries : ndarray, shape (3, 3)
        What is left of `Change.gain`: the colour of each LED colour itself.
    sigma : dict of str to ndarray
        Standard errors of ``exposure`` (1,), ``camera``, ``wall``, ``exponent`` (3,) and
        ``primaries`` (3, 3): of those that are needed as they stand, of the others as if each
        were added.
    """

    causes: tuple[str, ...]
    exposure: float
    camera: FloatArray
    wall: FloatArray
    exponent: FloatArray
    primaries: FloatArray
    sigma: dict[str, FloatArray]

    def __post_init__(self) -> None:
        for name, shape in (
            ("camera", (3,)),
            ("wall", (3,)),
            ("exponent", (3,)),
            ("primaries", (3, 3)),
        ):
            object.__setattr__(self, name, readonly(getattr(self, name), shape=shape, name=name))
