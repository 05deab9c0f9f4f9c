"""A re-shoot of a corrected wall: predicted against achieved, and what explains the light."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledcal.values.arrays import FloatArray, readonly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledcal.values.drift import Component
    from ledcal.values.finding import Finding
    from ledcal.values.quality import Spread
    from ledcal.values.stage import Tolerances

# What was applied to the content, by the id of its finding; nothing where all is as it should be.
AS_MEANT = ""
NOT_APPLIED = "correction-not-applied"
TWICE = "correction-applied-twice"
OF_ANOTHER = "correction-of-another-profile"
WRONG_INPUT = "wrong-input-space"
CHANGED = "wall-has-changed"
# Regions beside greys, skin, saturated and shadows: all that the wall can make, what of it the fit
# never saw, and what the wall cannot make.
ALL, HELD_OUT, BEYOND = "all", "held_out", "beyond"
# A wall code this far from every one that was fitted (the root of the summed squares, 0..1) is one
# that the fit never saw: 20 steps of 1023.
HELD_OUT_DISTANCE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Hypothesis:
    """What the wall may have been sent.

    Attributes
    ----------
    finding : str
        Id of the finding that it amounts to; empty where all is as it should be.
    words : str
        What happened to the content, as a phrase: ``content was taken for sRGB``.
    code : ndarray, shape (n, 3)
        Wall code of each patch.
    black : ndarray, shape (3,)
        Wall code where the pattern is black.
    """

    finding: str
    words: str
    code: FloatArray
    black: FloatArray

    def __post_init__(self) -> None:
        code = readonly(self.code, shape=(None, 3), name="code")
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "black", readonly(self.black, shape=(3,), name="black"))


@dataclass(frozen=True, slots=True)
class Suspect:
    """How well a hypothesis explains the light that was seen.

    Attributes
    ----------
    finding, words : str
        Of the hypothesis.
    misfit : float
        Mean delta E ITP of the nine tenths of the patches that it explains best.
    median, p95 : float
        Of all patches, delta E ITP, at the best exposure.
    """

    finding: str
    words: str
    misfit: float
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Explained:
    """What was applied to the light that was seen.

    Attributes
    ----------
    suspects : tuple of Suspect
        The best of each finding, the best first.
    allowed : float
        Misfit that the profile's own error and the noise of the take explain.
    winner : Suspect or None
        The one that explains the light best, where that says something; None where it does not.
    is_certain : bool
        Whether the winner explains it within `allowed`, and clearly better than all others.
    rivals : tuple of str
        Findings, the winner's among them, that all explain it within `allowed`, none of them
        clearly better than the others.
    alike : str
        Words of another hypothesis of the winner's finding that fits nearly as well; empty where
        there is none.
    """

    suspects: tuple[Suspect, ...]
    allowed: float
    winner: Suspect | None
    is_certain: bool = False
    rivals: tuple[str, ...] = ()
    alike: str = ""


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """Figures of some of the patches, delta E ITP.

    Attributes
    ----------
    n : int
        How many patches.
    predicted : Spread
        What the profile says of its stored table against the target, the fit's own error in it.
    achieved : Spread
        What was seen against the target, at the one best exposure.
    against_prediction : Spread
        What was seen against what the profile says.
    noise : Spread
        What the standard errors of the patches alone amount to.
    """

    n: int
    predicted: Spread
    achieved: Spread
    against_prediction: Spread
    noise: Spread


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a re-shoot.

    Attributes
    ----------
    profile : str
        Its name.
    pattern : str
        What was shot.
    is_drawn : bool
        Whether the correction was in the frames; otherwise the host had to apply it.
    verdict : str
        ``pass``, ``warn`` or ``fail``.
    sentence : str
        The one sentence.
    regions : mapping of str to RegionFigures
        ``all`` that the wall can make, then ``greys``, ``skin``, ``saturated``, ``shadows``,
        ``held_out``, and ``beyond``: what it cannot make, against the prediction only. They
        overlap; one without patches is not there.
    left_out : mapping of str to int
        Patches that do not count, by reason.
    explained : Explained
        What was applied.
    findings : tuple of Finding
        Why it is not good, and what is wrong with the take.
    components : tuple of Component
        How the wall differs from the profile's.
    limits : Tolerances
        Of the stage.
    n_frames, n_patches : int
        That were used.
    assumptions : tuple of str
        What was assumed.
    """

    profile: str
    pattern: str
    is_drawn: bool
    verdict: str
    sentence: str
    regions: Mapping[str, RegionFigures]
    left_out: Mapping[str, int]
    explained: Explained
    findings: tuple[Finding, ...]
    components: tuple[Component, ...]
    limits: Tolerances
    n_frames: int = 0
    n_patches: int = 0
    assumptions: tuple[str, ...] = field(default=())
