"""What a fit says of the take: patches that do not fit, another EOTF, light given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.target import target_light
from ledcal.model._compiled import premix_of
from ledcal.model._rows import usable
from ledcal.model.evaluate import patch_residuals
from ledcal.model.fit import outlying_patches
from ledcal.model.invert import correct
from ledcal.model.predict import black, predict
from ledcal.model.trial import peak_white, white_cost
from ledcal.values.finding import Finding

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.stage import Target

_MOST_NAMED = 6
_VISIBLE_ITP = 1.0
_FEW_COLOURS, _FEW_GREYS = 24, 5
_LEAST_PEAK, _MOST_PEAK = 0.85, 1.02
# Share of peak white from which the other choice of --peak is worth naming.
_WORTH = 0.03
# Of code: more than the gap between a peak's code and the nearest that a pattern shows.
_UNMEASURED = 0.01
# A grey of the correction may fall by less than one step of a 10-bit link.
_FALL = 1.0 / 1023.0
_N_GREYS = 1024


def fit_findings(
    model: DisplayModel,
    measurements: PatchMeasurements,
    k: float,
    target: Target,
    *,
    peak: str = "match",
) -> tuple[Finding, ...]:
    """Find what the user should know of a fit, beside its figures.

    Parameters
    ----------
    model : DisplayModel
        The fit of `measurements`.
    measurements : PatchMeasurements
        What was fitted.
    k : float
        From `exposure_scale`.
    target : Target
        What content is encoded in.
    peak : str
        As in `invert.correct`.

    Returns
    -------
    tuple of Finding
        ``patches-not-believed``, ``few-patches``, ``processor-mixes-channels``,
        ``peak-given-up``, ``peak-above-wall``,
        ``neutral-not-monotone``; empty where there is nothing to say.
    """
    return (
        *_not_believed(model, measurements, k),
        *_few(measurements),
        *_processor(model),
        *_peak(model, k, target, peak),
        *_neutral(model, k, target, peak),
    )


def _not_believed(
    model: DisplayModel, measurements: PatchMeasurements, k: float
) -> tuple[Finding, ...]:
    residual = patch_residuals(measurements, model, k)
    outlying = outlying_patches(model)
    outlying = outlying[residual[outlying] >= _VISIBLE_ITP]
    if not outlying.size:
        return ()
    worst = outlying[np.argsort(-residual[outlying], kind="stable")]
    named = ", ".join(_patch_text(measurements, int(i), residual[i]) for i in worst[:_MOST_NAMED])
    more = f" and {len(worst) - _MOST_NAMED} more" if len(worst) > _MOST_NAMED else ""
    n_used = len(usable(measurements))
    many = len(outlying) > 0.05 * n_used
    frames = dict.fromkeys(measurements.frame[int(i)] for i in worst)
    return (
        Finding(
            id="patches-not-believed",
            severity="warning" if many else "note",
            seen=f"{len(outlying)} of {n_used} patches do not fit the others and hardly count "
            f"(predicted against measured, delta E ITP): {named}{more}",
            cause="a frame that changed during its exposure (sync), moire, a dead or flickering "
            "cabinet, somebody in front of the wall",
            confidence=0.5,
            fix="look at these frames; shoot them again if a colour near them matters",
            reshoot=many,
            frames=tuple(name for name in frames if name),
        ),
    )


def _patch_text(measurements: PatchMeasurements, index: int, residual: float) -> str:
    code = " ".join(f"{value:.3f}" for value in measurements.code[index])
    frame = measurements.frame[index]
    return f"code {code}{f' in {frame}' if frame else ''} ({residual:.1f})"


def _few(measurements: PatchMeasurements) -> tuple[Finding, ...]:
    codes = np.unique(np.round(measurements.code[usable(measurements)], 5), axis=0)
    n_greys = int(np.sum(np.ptp(codes, axis=1) < 1e-4))
    if len(codes) >= _FEW_COLOURS and n_greys >= _FEW_GREYS:
        return ()
    return (
        Finding(
            id="few-patches",
            severity="warning",
            seen=f"{len(codes)} different colours could be used, {n_greys} of them grey; below "
            f"{_FEW_COLOURS} and {_FEW_GREYS} the curves between them are guessed",
            cause="a short pattern, or frames that are missing or saturated",
            confidence=0.9,
            fix="shoot the standard set (about 300 patches)",
            reshoot=True,
        ),
    )


def _processor(model: DisplayModel) -> tuple[Finding, ...]:
    premix = premix_of(model)
    if premix is None:
        return ()
    rows = "; ".join(" ".join(f"{value:+.3f}" for value in row) for row in premix.matrix)
    return (
        Finding(
            id="processor-mixes-channels",
            severity="warning",
            seen="pure red, green and blue do not behave as single LED colours: the patches are "
            f"explained by a 3x3 and a clip in front of the LEDs, nearest to {premix.mode} "
            f"(rows {rows})",
            cause=f"the processor is in a {premix.mode} mode instead of its native gamut",
            confidence=0.9,
            fix="set the processor's colour space to native (widest) and shoot again: colours it "
            "clips are lost; the correction is right for the mode it was shot in, and only that",
            reshoot=False,
        ),
    )


def _peak(model: DisplayModel, k: float, target: Target, peak: str) -> tuple[Finding, ...]:
    white = peak_white(target)
    offset = black(model)

    def nits(code: FloatArray) -> float:
        return 100.0 * float(aces_luminance(k * (predict(model, code) - offset))[0])

    made, full = nits(correct(model, target, k, white, peak=peak)[0]), nits(np.ones((1, 3)))
    # A wall that is brighter than the content's peak has nothing to give up above it.
    wanted = min(full, 100.0 * float(aces_luminance(target_light(target, white))[0]))
    if made < _LEAST_PEAK * wanted:
        cause, fix, reshoot = _why_dim(model, target, k, peak)
        return (
            Finding(
                id="peak-given-up",
                severity="warning",
                seen=f"corrected white reaches {made:.0f} of {wanted:.0f} nits at the camera's "
                f"exposure, {100 * made / wanted:.0f} % (limit {100 * _LEAST_PEAK:.0f} %)",
                cause=cause,
                confidence=0.7,
                fix=fix,
                reshoot=reshoot,
            ),
        )
    if made > _MOST_PEAK * full:
        return (
            Finding(
                id="peak-above-wall",
                severity="warning",
                seen=f"corrected white reaches {made:.0f} nits at the camera's exposure, more than "
                f"the {full:.0f} nits of the wall's full white (limit {_MOST_PEAK} times)",
                cause="full white is dimmer than other mixtures (a power limit), or the brightest "
                "patches were measured wrong",
                confidence=0.4,
                fix="check the power limit of the processor and the white patch, shoot it again",
                reshoot=False,
            ),
        )
    return ()


def _why_dim(model: DisplayModel, target: Target, k: float, peak: str) -> tuple[str, str, bool]:
    """Cause, fix and whether to shoot again, where white gives up much."""
    limit, white = np.asarray(model.parameters["code_limit"]), peak_white(target)
    weakest = int(np.argmin(limit))
    if limit[weakest] < white[0, 0] - _UNMEASURED:
        cause = f"no {('red', 'green', 'blue')[weakest]} brighter than code {limit[weakest]:.3f} "
        cause += "could be used (clipped, or not shown), and the correction uses nothing brighter"
        return cause, "shoot the bright patches again, unclipped", True
    cause = "the wall's white is far from the target's, so its strongest channel is turned down "
    cause += "to make it neutral; or one channel is weak"
    fix = "set the wall's white point at the processor nearer to the target's, balance the camera "
    fix += "to the wall, or "
    ours, bright = (
        white_cost(model, target, k, correct(model, target, k, white, peak=choice)[0])
        for choice in (peak, "keep")
    )
    if bright.peak_kept < ours.peak_kept + _WORTH:
        return cause, f"{fix}accept the loss", False
    fix += f"fit with --peak keep, which keeps {100 * bright.peak_kept:.0f} % of the uncorrected "
    fix += f"wall and leaves white {bright.white_off_neutral_itp:.1f} delta E ITP off neutral"
    return cause, fix, False


def _neutral(model: DisplayModel, k: float, target: Target, peak: str) -> tuple[Finding, ...]:
    code = np.linspace(0.0, 1.0, _N_GREYS)
    wall, _ = correct(model, target, k, np.repeat(code[:, None], 3, axis=1), peak=peak)
    fall = np.maximum.accumulate(wall, axis=0) - wall
    if fall.max() <= _FALL:
        return ()
    where, channel = np.unravel_index(int(np.argmax(fall)), fall.shape)
    name = ("red", "green", "blue")[int(channel)]
    return (
        Finding(
            id="neutral-not-monotone",
            severity="warning",
            seen=f"the {name} of corrected grey falls by {fall.max():.4f} before content code "
            f"{code[where]:.3f} (limit {_FALL:.4f}, one step of 10 bits)",
            cause="noise or a wrong patch among the greys, or a wall that reaches its limit there",
            confidence=0.5,
            fix="shoot the greys again; near white, lower the target's peak_nits",
            reshoot=False,
        ),
    )
