"""Light of a re-shoot against the target and against what the profile says of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf
from ledcal.drift.applied import best_exposure, build_hypotheses, explain_light, misfit
from ledcal.errors import CaptureError
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.evaluate import bright_enough, colour_regions, spread
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct
from ledcal.model.predict import predict
from ledcal.model.uncertainty import draw_models
from ledcal.pipeline.corrected import shown_light
from ledcal.values.measurement import FLAG_SENTENCES, MeasurementFlag
from ledcal.values.stage import Target
from ledcal.values.verify import ALL, BEYOND, HELD_OUT, HELD_OUT_DISTANCE, RegionFigures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.profile import Profile
    from ledcal.values.verify import Explained

_APART = ("anchor", "black")
# k' is the median over greys of these shares of the target's peak, as k is.
_LEAST_SHARE, _MOST_SHARE, _FEW_GREYS = 0.05, 0.5, 3
_N_DRAWS = 32
# Fewer patches say too little; and of colours that the wall can make, the verdict needs so many.
_FEW, _FEW_MADE = 8, 4
# Two takes of an unchanged wall differ by more than noise and the fit's error say: glare, warmth.
_FACTOR, _LEAST_ALLOWED = 2.0, 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The patches that count, one row each.

    Attributes
    ----------
    content, wall : ndarray, shape (n, 3)
        Content code, and the wall code that the stored table makes of it.
    sent : ndarray, shape (n, 3)
        Wall code that was shown, if all is as it seems: `wall`, but where the frames hold the
        correction of another profile.
    light : ndarray, shape (n, 3)
        What was seen above black: ACES2065-1, as it was exposed.
    sigma : ndarray, shape (n, 3)
        Its standard error.
    target, believed : ndarray, shape (n, 3)
        What is meant, and what the profile says that `sent` shows; 1.0 = 100 nits.
    makeable : ndarray of bool, shape (n,)
        Whether the wall can make the colour, by the profile.
    black, black_sigma : ndarray, shape (3,)
        What was seen of the black wall, and its standard error.
    scale : float
        k': the one exposure at which `light` fits `target` best.
    rescale : float
        The one at which it fits `believed` best.
    left_out : mapping of str to int
        Patches that do not count, by reason.
    """

    content: FloatArray
    wall: FloatArray
    sent: FloatArray
    light: FloatArray
    sigma: FloatArray
    target: FloatArray
    believed: FloatArray
    makeable: BoolArray
    black: FloatArray
    black_sigma: FloatArray
    scale: float
    rescale: float
    left_out: Mapping[str, int]


def look_at(profile: Profile, rows: PatchMeasurements, *, drawn_by: Profile | None = None) -> Seen:
    """Gather the patches that count.

    Parameters
    ----------
    profile : Profile
        Whose correction is judged.
    rows : PatchMeasurements
        In ACES2065-1, keyed by content code.
    drawn_by : Profile or None
        Another one, whose correction the frames hold.

    Returns
    -------
    Seen
        Patches that are flagged, or of less than 1 nit, are left out and counted.

    Raises
    ------
    CaptureError
        If too few are left.
    """
    target, k = profile.stage.target, profile.quality.exposure_scale
    kinds = np.array(rows.kind)
    dark = np.flatnonzero(kinds == "black")
    if not dark.size:
        raise CaptureError("no black was measured, so light cannot be told from stray light")
    is_patch = ~np.isin(kinds, _APART)
    flagged = rows.flags != 0
    if (is_patch & ~flagged).sum() < 2 * _FEW:
        # Moire or a tilted camera may flag nearly all; then clipping alone counts.
        flagged = (rows.flags & int(MeasurementFlag.SATURATED)) != 0
    wanted = np.asarray(target_light(target, rows.code))
    bright = np.zeros(len(rows), dtype=bool)
    bright[bright_enough(wanted)] = True
    left_out = _left_out(rows, is_patch & flagged)
    n_dark = int((is_patch & ~flagged & ~bright).sum())
    if n_dark:
        left_out["under 1 nit"] = n_dark
    good = np.flatnonzero(is_patch & ~flagged & bright)
    black = np.median(rows.camera[dark], axis=0)
    content, light = rows.code[good], rows.camera[good] - black
    lit = np.asarray(aces_luminance(light)) > 0.0
    if lit.sum() < _FEW:
        raise CaptureError(
            f"only {int(lit.sum())} patches could be measured (needed: {_FEW}); shoot the pattern "
            "again with the whole wall in the picture and white just below clipping"
        )
    wall = apply_tetrahedral(profile.correction, content)
    _, makeable = correct(profile.model, target, k, content, peak=profile.peak)
    if makeable.sum() < _FEW_MADE:
        raise CaptureError(
            f"only {int(makeable.sum())} patches of colours that the wall can make could be "
            f"measured (needed: {_FEW_MADE}); shoot the pattern of 'ledcal patterns OUT "
            f"--corrected {profile.name}', which holds more of them"
        )
    sent = wall if drawn_by is None else apply_tetrahedral(drawn_by.correction, content)
    believed = shown_light(profile, sent)
    wanted = wanted[good]
    return Seen(
        content=content,
        wall=wall,
        sent=sent,
        light=light,
        sigma=np.nan_to_num(rows.sigma[good]),
        target=wanted,
        believed=believed,
        makeable=makeable,
        black=black,
        black_sigma=np.nan_to_num(rows.sigma[dark].mean(axis=0)),
        scale=_scale(target, content, light, wanted, makeable),
        rescale=best_exposure(light, believed),
        left_out=left_out,
    )


def _left_out(rows: PatchMeasurements, which: BoolArray) -> dict[str, int]:
    """Flagged patches by their worst flag."""
    found: dict[str, int] = {}
    for row in np.flatnonzero(which):
        flag = next(flag for flag in FLAG_SENTENCES if int(rows.flags[row]) & int(flag))
        name = (flag.name or "").lower().replace("_", " ")
        found[name] = found.get(name, 0) + 1
    return found


def _scale(
    target: Target, content: FloatArray, light: FloatArray, wanted: FloatArray, makeable: BoolArray
) -> float:
    """k': the median over greys between 5 % and 50 % of peak; over all colours where few are."""
    share = 100.0 * np.asarray(aces_luminance(wanted)) / target.peak_nits
    between = (share >= _LEAST_SHARE) & (share <= _MOST_SHARE) & makeable
    seen = np.asarray(aces_luminance(light))
    greys = np.ptp(content, axis=1) < 1e-9
    for rows in (between & greys, between, makeable):
        usable = rows & (seen > 0.0)
        if usable.sum() >= _FEW_GREYS:
            return float(np.median(np.asarray(aces_luminance(wanted))[usable] / seen[usable]))
    return best_exposure(light, wanted)


def regions_of(profile: Profile, seen: Seen) -> dict[str, RegionFigures]:
    """Predicted against achieved, for every region that has patches.

    Parameters
    ----------
    profile : Profile
        Says what was fitted.
    seen : Seen
        From `look_at`.

    Returns
    -------
    dict of str to RegionFigures
        As `Verification` says.
    """
    stage = profile.stage
    asked = eotf(stage.wall.eotf, seen.wall, peak_nits=stage.wall.peak_nits)
    is_grey = np.ptp(seen.content, axis=1) < 1e-9
    named = colour_regions(asked, seen.target, is_grey=is_grey)
    away = np.linalg.norm(seen.wall[:, None] - profile.measurements.code[None], axis=2)
    named[HELD_OUT] = away.min(axis=1) > HELD_OUT_DISTANCE
    members = {ALL: seen.makeable}
    members |= {name: member & seen.makeable for name, member in named.items()}
    members[BEYOND] = ~seen.makeable
    off = {
        "achieved": delta_e_itp(seen.scale * seen.light, seen.target),
        "against_prediction": delta_e_itp(seen.rescale * seen.light, seen.believed),
    }
    noise, predicted = _noise(seen), _predicted(profile, seen)
    return {
        name: RegionFigures(
            n=int(member.sum()),
            predicted=spread(predicted[:, member].ravel()),
            noise=spread(noise[:, member].ravel()),
            **{figure: spread(values[member]) for figure, values in off.items()},
        )
        for name, member in members.items()
        if member.any()
    }


def _predicted(profile: Profile, seen: Seen) -> FloatArray:
    """Delta E ITP to the target by the models that fit as well, models by patches."""
    target, found = profile.stage.target, []
    for model in draw_models(profile.measurements, profile.model):
        made = predict(model, np.vstack([seen.wall, np.zeros((1, 3))]))
        light = exposure_scale(model, target) * (made[:-1] - made[-1])
        found.append(delta_e_itp(light, seen.target))
    return np.asarray(found, np.float64)


def _noise(seen: Seen) -> FloatArray:
    """Delta E ITP that the standard errors make, draws by patches; always the same."""
    draws = np.random.default_rng(0).standard_normal((_N_DRAWS, *seen.sigma.shape))
    noisy = seen.believed + draws * seen.rescale * seen.sigma
    return delta_e_itp(noisy, np.broadcast_to(seen.believed, noisy.shape))


def explain_applied(
    profile: Profile,
    seen: Seen,
    *,
    is_drawn: bool,
    others: Mapping[str, Profile],
) -> Explained:
    """Say what was applied to the content before it came to the wall.

    Parameters
    ----------
    profile : Profile
        Whose correction should be on, once.
    seen : Seen
        From `look_at`.
    is_drawn : bool
        Whether the correction is in the frames.
    others : mapping of str to Profile
        Other profiles whose correction may be on in its place, by name.

    Returns
    -------
    Explained
        By the light alone.
    """
    stage, k = profile.stage, profile.quality.exposure_scale
    models = draw_models(profile.measurements, profile.model)
    return explain_light(
        build_hypotheses(
            seen.sent if is_drawn else seen.content,
            correct=partial(apply_tetrahedral, profile.correction),
            others={
                name: partial(apply_tetrahedral, other.correction) for name, other in others.items()
            },
            content=stage.target,
            wall=Target(stage.wall.gamut, stage.wall.eotf, stage.wall.peak_nits),
            is_drawn=is_drawn,
            name=profile.name,
        ),
        seen.light,
        show=lambda code: k * predict(profile.model, code),
        allowed=_allowed(seen, models),
    )


def _allowed(seen: Seen, models: tuple[DisplayModel, ...]) -> float:
    """The misfit that the profile's own error and the noise explain, with room for the rest."""
    draws = np.random.default_rng(1).standard_normal((len(models), *seen.sigma.shape))
    found = []
    for model, draw in zip(models, draws, strict=True):
        made = predict(model, np.vstack([seen.sent, np.zeros((1, 3))]))
        light = made[:-1] - made[-1]
        light = best_exposure(light, seen.believed) * light + draw * seen.rescale * seen.sigma
        found.append(misfit(delta_e_itp(light, seen.believed)))
    return max(_LEAST_ALLOWED, _FACTOR * float(np.mean(found)))
