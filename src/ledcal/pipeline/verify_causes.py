"""How a wall differs from what a profile says of it, split into causes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import aces_luminance, matrix_aces_to_xyz
from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.drift.change import measure_change
from ledcal.drift.moved import parts_of
from ledcal.drift.split import split_change
from ledcal.model.predict import predict
from ledcal.model.uncertainty import draw_models
from ledcal.values.drift import judge
from ledcal.values.pairs import LightPairs

if TYPE_CHECKING:
    from ledcal.pipeline.verify_figures import Seen
    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.drift import Component
    from ledcal.values.profile import Profile

# What a model of LEDs leaves of a patch, relative to its light, where its own figures say less.
_MODEL_SIGMA = 0.004
_ITP_OF_A_PERCENT = 0.72
# Models that fit as well: of so many the spread is taken, and so many are split into causes.
_N_MODELS, _N_SPLIT = 24, 12
# The direction of the exposure among gains and exponents.
_COMMON = np.concatenate([np.ones(9), np.zeros(3)])


def components_of(profile: Profile, seen: Seen, to_aces: FloatArray) -> tuple[Component, ...]:
    """Split what the wall shows today against the profile's prediction.

    Parameters
    ----------
    profile : Profile
        Its model is the wall as it was.
    seen : Seen
        The same wall codes today.
    to_aces : ndarray, shape (3, 3)
        Camera RGB to ACES2065-1, as `seen` was carried.

    Returns
    -------
    tuple of Component
        exposure, camera_white, the channels, white, eotf, primaries and black. How far the fit
        itself may be off counts as the repeatability of each: many models that explain the
        profile's measurements as well are split the same way.
    """
    limits = profile.stage.tolerances.drift
    model = profile.model
    pairs = _pairs(profile, model, seen.sent, to_aces, relative=_model_sigma(profile))
    to_camera = np.linalg.inv(to_aces).T
    scale = seen.rescale / profile.quality.exposure_scale
    noise = np.sqrt((scale * seen.sigma) ** 2 @ (to_camera**2))
    models = draw_models(profile.measurements, model, n=_N_MODELS)
    drawn = [_with_now(pairs, _lit(one, seen.sent) @ to_camera, noise) for one in models]
    own: dict[str, list[float]] = {}
    for other in drawn[:_N_SPLIT]:
        for part in split_change(other, limits).components:
            own.setdefault(part.name, []).append(part.value)
    repeat = {name: float(np.sqrt(np.mean(np.square(v)))) for name, v in own.items()}
    # At the exposure of the profile, where the errors hold. What is left of the exposure is free:
    # one LED colour that is dimmer moves the best one a little, and must not look like three.
    now = _with_now(pairs, scale * seen.light @ to_camera, noise)
    error = _own_error(drawn)
    _, *parts = split_change(
        now, limits, repeatability=repeat, own_error=error + np.outer(_COMMON, _COMMON)
    ).components
    common = math.sqrt(float(_COMMON @ error @ _COMMON)) / float(_COMMON.sum())
    return (
        judge("exposure", -math.log2(scale), common / math.log(2.0), limits),
        *parts,
        _black(profile, seen, scale),
    )


def _own_error(drawn: list[LightPairs]) -> FloatArray:
    """Covariance of the fit's own error: it is off by an LED colour's gain, not by a patch."""
    changes = [measure_change(pairs) for pairs in drawn]
    values = np.array([np.concatenate([one.gain.ravel(), one.exponent]) for one in changes])
    return np.asarray(values.T @ values / len(values), np.float64)


def _model_sigma(profile: Profile) -> float:
    """Relative error of a patch by the model: what patches left out miss it by."""
    off = profile.quality.cross_validated.median
    return max(_MODEL_SIGMA, 0.01 * off / _ITP_OF_A_PERCENT) if math.isfinite(off) else _MODEL_SIGMA


def _lit(model: DisplayModel, code: FloatArray) -> FloatArray:
    """What wall codes (n, 3) give above black, at the profile's exposure."""
    made = predict(model, np.vstack([code, np.zeros((1, 3))]))
    return np.asarray(made[:-1] - made[-1], np.float64)


def _pairs(
    profile: Profile, model: DisplayModel, code: FloatArray, to_aces: FloatArray, *, relative: float
) -> LightPairs:
    """The wall as it was, on both sides; `sigma` is the model's own error."""
    wall = profile.stage.wall
    to_camera = np.linalg.inv(to_aces).T
    parts = parts_of(lambda sent: _lit(model, sent) @ to_camera, code)
    then = parts.sum(axis=1)
    level = eotf(wall.eotf, code, peak_nits=wall.peak_nits) / wall.peak_nits
    return LightPairs(
        code=code,
        then=then,
        now=then,
        sigma=relative * np.abs(then),
        parts=parts,
        level=np.asarray(level, np.float64),
        to_xyz=np.asarray(matrix_aces_to_xyz() @ to_aces, np.float64),
    )


def _with_now(pairs: LightPairs, now: FloatArray, noise: FloatArray) -> LightPairs:
    """Other light now, with its noise."""
    return replace(pairs, now=now, sigma=np.hypot(pairs.sigma, noise))


def _black(profile: Profile, seen: Seen, scale: float) -> Component:
    """Light of the black wall, in percent of what peak white shows."""
    wall = profile.stage.wall
    top = float(eotf_inverse(wall.eotf, wall.peak_nits, peak_nits=wall.peak_nits))
    made = predict(profile.model, np.array([[0.0, 0.0, 0.0], [top, top, top]]))
    peak = float(aces_luminance(made[1] - made[0]))
    was, now = float(aces_luminance(made[0])), float(scale * aces_luminance(seen.black))
    own = profile.measurements
    dark = np.flatnonzero((own.code <= 1e-4).all(axis=1))
    before = np.nan_to_num(own.sigma[dark]).mean(axis=0) if dark.size else np.zeros(3)
    error = float(np.linalg.norm(np.hypot(scale * seen.black_sigma, before))) / math.sqrt(3.0)
    return judge(
        "black",
        100.0 * (now - was) / peak,
        100.0 * error / peak,
        profile.stage.tolerances.drift,
        repeatability=100.0 * error / peak,
    )
