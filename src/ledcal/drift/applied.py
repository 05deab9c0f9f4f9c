"""What was applied to the content before it came to the wall: hypotheses, weighed by the light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import aces_luminance
from ledcal.drift.spaces import input_spaces, moves
from ledcal.values.verify import (
    AS_MEANT,
    NOT_APPLIED,
    OF_ANOTHER,
    TWICE,
    WRONG_INPUT,
    Explained,
    Hypothesis,
    Suspect,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Target

    Codes = Callable[[FloatArray], FloatArray]

# The misfit is a mean over this share of the patches, those that fit best: a stray patch does not
# count, a tenth of the colours does.
_SHARE = 0.9
# A hypothesis must leave at most this share of what the next best of another kind leaves.
_CLEARLY = 0.5
# One that leaves more than the profile's own error explains, because the wall has changed too, must
# leave at most a quarter of what the correction as it is meant leaves, and at most so much.
_FAR, _NEARLY, _LOOSE_ITP = 0.25, 0.75, 5.0
_N_EXPOSURES, _N_FINER = 25, 9
_ALIKE = 1.5
_LEAST_LIGHT = 1e-6


def build_hypotheses(
    drawn: FloatArray,
    *,
    correct: Codes,
    others: Mapping[str, Codes],
    content: Target,
    wall: Target,
    is_drawn: bool,
    name: str,
) -> tuple[Hypothesis, ...]:
    """List what the wall may have been sent where frames show these codes.

    Parameters
    ----------
    drawn : ndarray, shape (n, 3)
        Codes of the frames' patches.
    correct : callable
        The profile's correction: content code (n, 3) to wall code.
    others : mapping of str to callable
        Corrections of other profiles, by name.
    content, wall : Target
        What content and wall code are encoded in.
    is_drawn : bool
        Whether the frames show wall codes, with the correction in them; otherwise they show
        content, and the host has to correct it.
    name : str
        Of the profile.

    Returns
    -------
    tuple of Hypothesis
        The one that is meant first.
    """
    found: list[Hypothesis] = []

    def add(finding: str, words: str, sent: Codes) -> None:
        # Frames are black where they are not lit, and the host's work is done on that too.
        black = sent(np.zeros((1, 3)))[0]
        found.append(Hypothesis(finding, words, np.clip(sent(drawn), 0.0, 1.0), black))

    after = [space for space in input_spaces(wall) if moves(space, drawn)]
    if is_drawn:
        add(AS_MEANT, f"the correction of {name}, as it is drawn", lambda code: code)
        add(TWICE, f"the host added the correction of {name} once more", correct)
        for other, its in others.items():
            add(OF_ANOTHER, f"the host added the correction of {other}", its)
        for space in after:
            add(WRONG_INPUT, f"code was {space.words} on its way to the wall", space.apply)
        return tuple(found)
    add(AS_MEANT, f"the correction of {name}, once", correct)
    add(NOT_APPLIED, "no correction at all", lambda code: code)
    add(TWICE, f"the correction of {name}, twice", _one_after_the_other(correct, correct))
    for other, its in others.items():
        add(OF_ANOTHER, f"the correction of {other}", its)
    for space in input_spaces(content):
        if moves(space, drawn):
            words = f"content was {space.words} before the correction"
            add(WRONG_INPUT, words, _one_after_the_other(space.apply, correct))
    for space in after:
        words = f"code was {space.words} after the correction"
        add(WRONG_INPUT, words, _one_after_the_other(correct, space.apply))
    return tuple(found)


def _one_after_the_other(first: Codes, then: Codes) -> Codes:
    return lambda code: then(np.clip(first(code), 0.0, 1.0))


def explain_light(
    hypotheses: Sequence[Hypothesis],
    seen: FloatArray,
    *,
    show: Codes,
    allowed: float,
) -> Explained:
    """Find the hypothesis that explains the light of the patches.

    Parameters
    ----------
    hypotheses : sequence of Hypothesis
        From `build_hypotheses`.
    seen : ndarray, shape (n, 3)
        ACES2065-1 above black, at any exposure.
    show : callable
        Wall code (n, 3) to ACES2065-1 with black, 1.0 = 100 nits: the wall as the profile knows it.
    allowed : float
        Misfit, as `misfit` gives it, that the profile's own error and the noise explain.

    Returns
    -------
    Explained
        A winner explains the light within `allowed` and leaves at most half of what the next best
        of another finding does; where several explain it, and what is meant does not, the best of
        them, which is not certain. Where none does, because the wall has changed too, a winner
        leaves at most a quarter of what the correction as it is meant does.
    """
    n = len(seen)
    codes = np.concatenate([np.vstack([one.code, one.black]) for one in hypotheses])
    light = show(codes).reshape(len(hypotheses), n + 1, 3)
    suspects = [
        _suspect(one, seen, made[:-1] - made[-1])
        for one, made in zip(hypotheses, light, strict=True)
    ]
    order = sorted(suspects, key=lambda one: one.misfit)
    best: dict[str, Suspect] = {}
    for one in order:
        best.setdefault(one.finding, one)
    ranked = tuple(best.values())
    first = ranked[0]
    second = ranked[1].misfit if len(ranked) > 1 else np.inf
    fitting = [one for one in ranked if one.misfit <= allowed]
    is_clear = first.misfit <= _CLEARLY * second
    is_open = len(fitting) > 1 and not is_clear
    if fitting:
        # What is meant is not doubted because something else fits too.
        is_winner = is_clear or AS_MEANT not in {one.finding for one in fitting}
    else:
        meant = best[AS_MEANT].misfit if AS_MEANT in best else np.inf
        is_winner = first.misfit <= min(_LOOSE_ITP, _FAR * meant, _NEARLY * second)
    alike = [one for one in order if one.finding == first.finding and one is not first]
    same = alike[0] if alike and alike[0].misfit <= _ALIKE * first.misfit else None
    return Explained(
        suspects=ranked,
        allowed=allowed,
        winner=first if is_winner else None,
        is_certain=bool(fitting) and is_clear,
        rivals=tuple(one.finding for one in fitting) if is_open else (),
        alike="" if same is None else same.words,
    )


def misfit(differences: FloatArray) -> float:
    """Mean of the nine tenths of some delta E ITP that are smallest.

    Examples
    --------
    >>> misfit(np.array([1.0] * 9 + [100.0]))
    1.0
    """
    return float(np.sort(differences)[: _kept(len(differences))].mean())


def best_exposure(seen: FloatArray, made: FloatArray) -> float:
    """The factor on `seen` (n, 3) that brings it nearest to `made`, by the misfit.

    Examples
    --------
    >>> made = np.linspace(0.1, 1.0, 30).reshape(10, 3)
    >>> round(best_exposure(2.0 * made, made), 6)
    0.5
    """
    shown, wanted = np.asarray(aces_luminance(seen)), np.asarray(aces_luminance(made))
    lit = (shown > _LEAST_LIGHT * shown.max()) & (wanted > _LEAST_LIGHT * max(wanted.max(), 1e-9))
    if not lit.any():
        return 1.0
    ratios = wanted[lit] / shown[lit]
    trials = np.quantile(ratios, np.linspace(0.05, 0.95, _N_EXPOSURES))
    place = _best_of(trials, seen, made)
    ends = trials[max(place - 1, 0)], trials[min(place + 1, len(trials) - 1)]
    finer = np.linspace(*ends, _N_FINER)
    return float(finer[_best_of(finer, seen, made)])


def _best_of(trials: FloatArray, seen: FloatArray, made: FloatArray) -> int:
    """Which of some exposures leaves the smallest misfit."""
    off = np.sort(delta_e_itp(trials[:, None, None] * seen, made), axis=1)
    return int(np.argmin(off[:, : _kept(len(seen))].mean(axis=1)))


def _kept(n: int) -> int:
    return max(1, round(_SHARE * n))


def _suspect(one: Hypothesis, seen: FloatArray, made: FloatArray) -> Suspect:
    """How far the light is from what a hypothesis would give."""
    off = delta_e_itp(best_exposure(seen, made) * seen, made)
    return Suspect(
        finding=one.finding,
        words=one.words,
        misfit=misfit(off),
        median=float(np.median(off)),
        p95=float(np.percentile(off, 95)),
    )
