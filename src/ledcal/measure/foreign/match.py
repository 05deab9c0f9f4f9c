"""Which frames show which patch, told by what they show and by the order alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import pq_encode
from ledcal.measure.foreign.colours import Colours, find_colours
from ledcal.measure.foreign.ramp import Steps, count_steps, fill_steps, find_ramp
from ledcal.measure.foreign.runs import Runs, find_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledcal.measure.foreign.series import Series
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.foreign import ForeignPattern

    Build = Callable[[int, float], ForeignPattern]

# What OpenVPCal plays unless it is told otherwise; other numbers of steps must explain more.
_USUAL_STEPS, _USUAL_SATURATION = 30, 0.7
_ODD_STEPS, _FAR_STEPS = 5.0, 0.1
_STEPS = range(5, 101)
# How well 18 % grey is found on the ramp, in steps: where the peak that was declared may not be
# the pattern's, and where it has to be.
_GREY_ERROR, _SURE_GREY_ERROR = 0.1, 0.05
_GREY = "18 % grey"
_WHITE = "white"
_LEAST_RAMP = 5
# Single frames are steps and no blends where so many of them stand where a step is missing.
_MOST_FILL = 0.7
_CHANNELS = ("red", "green", "blue")
# How far a desaturated primary may be from what its primaries add up to.
_ODD_COLOUR = 0.05
# How far red, green and blue may be from grey before single frames among them are dropped.
_ODD_SUM = 0.06
# Runs before the ramp that are looked at for the other patches.
_BEFORE = 60


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A reading of the frames.

    Attributes
    ----------
    pattern : ForeignPattern
        With the number of steps that was found.
    spans : tuple of (int, int)
        First frame and the one after the last of each patch; equal where it is missing.
    cost, rival_cost : float
        Of this number of steps, and of the next best; lower is better.
    rival_steps : int
        The next best number of steps; 0 where there is none.
    margins : ndarray, shape (patches,)
        What it would cost to read a patch's frames as another patch; infinity where missing.
    usual_length : float
        Frames that a patch usually has.
    n_black : float
        How many steps the darkest run is long enough to hold.
    n_stray : int
        Frames among the patches that show one colour and are none of them.
    black : ndarray, shape (3,)
        Camera light of the darkest step.
    saturations : ndarray, shape (3,)
        Of the desaturated red, green and blue, as seen; NaN where unknown.
    """

    pattern: ForeignPattern
    spans: tuple[tuple[int, int], ...]
    cost: float
    rival_cost: float
    rival_steps: int
    margins: FloatArray
    usual_length: float
    n_black: float
    n_stray: int
    black: FloatArray
    saturations: FloatArray


def match_series(series: Series, build: Build) -> Match:
    """Match frames to the patches of a pattern whose number of ramp steps is not known.

    First the ramp, which is the longest series of greys that grow brighter; then what is played
    before it, by colour; then the number of each step. Camera, exposure and the wall's EOTF
    need not be known. It always answers; whether the answer can be trusted is for
    `trust.require_trusted`.

    Parameters
    ----------
    series : Series
        In shooting order.
    build : callable
        Pattern of a number of ramp steps and a saturation.

    Returns
    -------
    Match
        The best reading.
    """
    runs = find_runs(series)
    usual = build(_USUAL_STEPS, _USUAL_SATURATION)
    usable = runs.is_patch & ~runs.is_suspect
    chain = find_ramp(runs, usable, ~runs.is_suspect)
    if len(chain) < _LEAST_RAMP:
        return _nothing(runs, usual)
    others = [patch for patch in usual.patches if not patch.name.startswith("ramp")]
    names = [patch.name for patch in others]
    before = np.arange(max(int(chain[0]) - _BEFORE, 0), int(chain[0]))
    ends = np.stack([runs.light[chain[0]], runs.light[chain[-1]]])
    straight = np.array([[0.0, 0.0], [1.0, 1.0]])
    colours = find_colours(runs, before, others, straight, ends)
    white = colours.run[names.index(_WHITE)]
    if white is not None and runs.light[white].mean() > ends[1].mean():
        ends[1] = runs.light[white]
    grey = colours.run[names.index(_GREY)]
    share = _share(runs, ends)
    numbered = [
        _numbered(runs, chain, share, build(n, _USUAL_SATURATION), white, grey) for n in _STEPS
    ]
    numbered.sort(key=lambda steps: steps.cost)
    best, rival = numbered[0], numbered[1]
    pattern = build(best.n_steps, _USUAL_SATURATION)
    runs, chain, best = _without_blends(runs, chain, best, share, pattern)
    bent = _bent(pattern, best, share[chain])
    again = find_colours(runs, before, others, bent, ends)
    # A ramp for another wall misleads: then what was found without it stands.
    first = tuple(run if run is None or runs.is_patch[run] else None for run in colours.run)
    if sum(run is not None for run in again.run) < sum(run is not None for run in first):
        again = replace(again, run=first)
    colours = replace(again, run=_without_odd(runs, again.run, names, ends[0]))
    return _match(runs, pattern, chain, best, rival, colours, bent, ends[0])


def place_of(share: FloatArray, nits: float) -> FloatArray:
    """Where light stands on a ramp of equal ST 2084 steps: 0 black, 1 the peak.

    Examples
    --------
    >>> place_of(np.array([0.0, 0.18, 1.0]), 1500.0).round(3).tolist()
    [0.0, 0.767, 1.0]
    """
    code = np.where(share > 0.0, pq_encode(np.maximum(share, 0.0) * nits), 0.0)
    return np.asarray(code / float(pq_encode(nits)), np.float64)


def _share(runs: Runs, ends: FloatArray) -> FloatArray:
    """Light of runs over that of the peak, black taken off."""
    above = (runs.light - ends[0]).mean(axis=1)
    return np.asarray(above / (ends[1] - ends[0]).mean(), np.float64)


def _numbered(
    runs: Runs,
    chain: IntArray,
    share: FloatArray,
    pattern: ForeignPattern,
    white: int | None,
    grey: int | None,
) -> Steps:
    """The ramp with one number of steps, priced with what else is known of it."""
    n, nits = pattern.n_steps, pattern.pattern_nits
    own = np.maximum(share[chain], 0.0)
    place = place_of(own, nits)
    relative = runs.noise[chain] / max(float(runs.light[chain[-1]].mean()), 1e-12)
    error = 0.5 * (place_of(own + relative, nits) - place_of(np.maximum(own - relative, 0), nits))
    seen = None
    if grey is not None:
        wanted = float(place_of(np.array([0.18]), nits)[0])
        error_of_grey = _GREY_ERROR if pattern.eotf == "ST 2084" else _SURE_GREY_ERROR
        seen = float(place_of(share[[grey]], nits)[0]), wanted, error_of_grey
    steps = count_steps(
        place, error, n, has_top=white is not None, n_darkest=_n_darkest(runs, chain), grey=seen
    )
    odd = _ODD_STEPS + _FAR_STEPS * abs(n - _USUAL_STEPS) if n != _USUAL_STEPS else 0.0
    return Steps(n, steps.step, steps.cost + odd, steps.margin)


def _without_odd(
    runs: Runs,
    found: tuple[int | None, ...],
    names: Sequence[str],
    black: FloatArray,
) -> tuple[int | None, ...]:
    """Leave out what may be a blend: colours that do not add up, and white of a single frame."""
    kept = list(found)
    is_held = runs.usual >= 2.0

    def light(name: str) -> FloatArray | None:
        run = found[names.index(name)]
        return None if run is None else runs.light[run] - black

    def drop_single(name: str) -> None:
        run = found[names.index(name)]
        if run is not None and runs.length[run] == 1:
            kept[names.index(name)] = None

    if is_held:
        drop_single(_WHITE)
    pure = [light(f"{channel} primary") for channel in _CHANNELS]
    grey = light(_GREY)
    known = [row for row in pure if row is not None]
    if len(known) < 3:
        return tuple(kept)
    columns = np.stack(known)
    if is_held:
        off = np.inf
        if grey is not None:
            off = float(np.abs(columns.sum(axis=0) - grey).max() / grey.max())
        for name in (_GREY, *(f"{channel} primary" for channel in _CHANNELS)):
            if off > _ODD_SUM:
                drop_single(name)
    for c, channel in enumerate(_CHANNELS):
        name = f"desaturated {channel}"
        if (seen := light(name)) is None:
            continue
        # Whatever the saturation: the own channel, and as much of both others.
        parts = np.stack([columns[c], np.delete(columns, c, axis=0).sum(axis=0)], axis=1)
        made, *_ = np.linalg.lstsq(parts, seen, rcond=None)
        if np.abs(parts @ made - seen).max() > _ODD_COLOUR * seen.max() or made.min() < -0.01:
            kept[names.index(name)] = None
    return tuple(kept)


def _without_blends(
    runs: Runs, chain: IntArray, steps: Steps, share: FloatArray, pattern: ForeignPattern
) -> tuple[Runs, IntArray, Steps]:
    """Use single frames where they stand in for missing steps; none where the player blends."""
    place = place_of(np.maximum(share, 0.0), pattern.pattern_nits)
    spare = np.flatnonzero(runs.is_patch & runs.is_suspect)
    spare = spare[(spare > chain[0]) & (spare < chain[-1])]
    fills = fill_steps(place[chain], steps, place[spare])
    if len(fills) < _MOST_FILL * len(spare):
        # A blend may look like a step that is missing: no single frame is believed.
        single = runs.is_patch & (runs.length == 1)
        single[: chain[0]] = False
        kept = ~single[chain]
        runs = replace(runs, is_patch=runs.is_patch & ~single, is_suspect=runs.is_suspect | single)
        return runs, chain[kept], replace(steps, step=steps.step[kept], margin=steps.margin[kept])
    for which, step in fills:
        at = int(np.searchsorted(steps.step, step))
        # In order in time too.
        if chain[at - 1] < spare[which] < chain[at]:
            chain = np.insert(chain, at, spare[which])
            margin = float(min(steps.margin[at - 1], steps.margin[at]))
            steps = Steps(
                steps.n_steps,
                np.insert(steps.step, at, step),
                steps.cost,
                np.insert(steps.margin, at, margin),
            )
    return runs, chain, steps


def _n_darkest(runs: Runs, chain: IntArray) -> float:
    """How many steps the darkest run of the ramp is long enough to hold."""
    return max(1.0, float(runs.length[chain[0]]) / max(runs.pitch, 1.0))


def _bent(pattern: ForeignPattern, steps: Steps, share: FloatArray) -> FloatArray:
    """Light of the steps that are seen: as meant, and as shown; with both ends."""
    ramp = [patch.light[0] for patch in pattern.patches if patch.name.startswith("ramp")]
    meant = np.array([ramp[k] for k in steps.step])
    pairs = np.vstack([[0.0, 0.0], np.stack([meant, np.maximum(share, 0.0)], axis=1), [1.0, 1.0]])
    keep = np.concatenate([[True], (np.diff(pairs[:, 0]) > 0.0) & (np.diff(pairs[:, 1]) > 0.0)])
    return np.asarray(pairs[keep], np.float64)


def _match(
    runs: Runs,
    pattern: ForeignPattern,
    chain: IntArray,
    best: Steps,
    rival: Steps,
    colours: Colours,
    bent: FloatArray,
    black: FloatArray,
) -> Match:
    spans = [(0, 0)] * len(pattern.patches)
    margins = np.full(len(spans), np.inf)
    used = np.zeros(len(runs), dtype=np.bool_)
    first_step = len(colours.run)
    for s, run in enumerate(colours.run):
        if run is not None:
            spans[s], used[run] = (int(runs.start[run]), int(runs.end[run])), True
    for run, step, margin in zip(chain, best.step, best.margin, strict=True):
        s = first_step + int(step)
        spans[s], used[run] = (int(runs.start[run]), int(runs.end[run])), True
        margins[s] = margin
    at = np.arange(len(runs))
    inside = (at >= used.argmax()) & (at <= len(runs) - 1 - used[::-1].argmax())
    stray = runs.is_patch & ~runs.is_suspect & ~used & inside
    return Match(
        pattern=pattern,
        spans=tuple(spans),
        cost=best.cost,
        rival_cost=rival.cost,
        rival_steps=rival.n_steps,
        margins=margins,
        usual_length=runs.usual,
        n_black=_n_darkest(runs, chain),
        n_stray=int((runs.end - runs.start)[stray].sum()),
        black=black,
        saturations=_saturations(runs, pattern, colours, bent, black),
    )


def _saturations(
    runs: Runs, pattern: ForeignPattern, colours: Colours, bent: FloatArray, black: FloatArray
) -> FloatArray:
    """Saturation of the desaturated primaries, as the wall shows them, shape (3,)."""
    result = np.full(3, np.nan)
    inverse = np.linalg.pinv(colours.matrix)
    for s, run in enumerate(colours.run):
        if run is None or not pattern.patches[s].name.startswith("desaturated"):
            continue
        shown = inverse @ (runs.light[run] - black)
        light = np.interp(shown, bent[:, 1], bent[:, 0])
        rest = 0.5 * (light.sum() - light[s])
        result[s] = (light[s] - rest) / max(float(light.sum()), 1e-12)
    return result


def _nothing(runs: Runs, pattern: ForeignPattern) -> Match:
    n = len(pattern.patches)
    return Match(
        pattern=pattern,
        spans=((0, 0),) * n,
        cost=np.inf,
        rival_cost=np.inf,
        rival_steps=0,
        margins=np.full(n, np.inf),
        usual_length=runs.usual,
        n_black=1.0,
        n_stray=int((runs.end - runs.start)[runs.is_patch].sum()),
        black=np.zeros(3),
        saturations=np.full(3, np.nan),
    )
