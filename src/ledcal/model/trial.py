"""Before and after: what the correction does to a fixed set of test colours, by the model.

Also what the link to the wall rounds away, and what white costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

from ledcal.colorimetry.difference import delta_e_2000, delta_e_itp
from ledcal.colorimetry.space import BT709, aces_luminance, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_code, target_light
from ledcal.colorimetry.transfer import eotf_inverse, pq_decode, pq_encode
from ledcal.model.evaluate import nominal_of, spread
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct, node_function
from ledcal.model.predict import shown
from ledcal.values.quality import PEAK_CHOICES, PeakChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.quality import Spread
    from ledcal.values.stage import Target

_N_GREYS, _N_CONTENT_LOG2, _N_WALL_LOG2, _LEAST_NITS = 64, 9, 12, 2.0
_OUTSIDE_ITP = 1e-3
_N_GAMUT_STEPS = 17
_SDR_WHITE_NITS = 203.0
# Linear BT.709 reflectances from light to dark skin.
_SKINS: FloatArray = np.array(
    [
        [0.72, 0.48, 0.38],
        [0.61, 0.37, 0.27],
        [0.52, 0.29, 0.19],
        [0.42, 0.22, 0.14],
        [0.29, 0.14, 0.085],
        [0.17, 0.083, 0.05],
        [0.09, 0.045, 0.029],
    ]
)


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """What `before_after` found.

    Attributes
    ----------
    before, after : Spread
        Delta E ITP against the target, uncorrected and through the table.
    before_de2000, after_de2000 : Spread
        The same in delta E 2000.
    link_10bit, link_12bit : Spread
        `after` with the wall code rounded to what such a link carries, full range.
    peak_kept : float
        Luminance of white at the target's peak, corrected over uncorrected.
    gamut_clipped : float
        Share of the target's codes, uniform, that the wall cannot make.
    """

    before: Spread
    after: Spread
    before_de2000: Spread
    after_de2000: Spread
    link_10bit: Spread
    link_12bit: Spread
    peak_kept: float
    gamut_clipped: float


def trial_codes(target: Target, *, n_colours_log2: int = 12) -> FloatArray:
    """Content codes of the fixed set: greys from 2 nits up, colours uniform in ST 2084, skin.

    Parameters
    ----------
    target : Target
        What content is encoded in.
    n_colours_log2 : int
        Two to this power are the colours.

    Returns
    -------
    ndarray, shape (n, 3)
        Content codes, 0..1; not all of them can be made by every wall.
    """
    peak = target.peak_nits
    least = min(_LEAST_NITS, 0.02 * peak)
    low, high = pq_encode(least), pq_encode(peak)
    grey = np.repeat(np.linspace(low, high, _N_GREYS)[:, None], 3, axis=1)
    sobol = qmc.Sobol(3, scramble=False).random_base2(n_colours_log2)
    nits = pq_decode(np.concatenate([grey, sobol * high]))
    codes = eotf_inverse(target.eotf, nits, peak_nits=peak)
    levels = np.geomspace(20.0, max(0.9 * peak, 25.0), 6) / 100.0
    skins = (levels[:, None, None] * _SKINS).reshape(-1, 3) @ matrix_rgb_to_aces(BT709).T
    codes = np.concatenate([codes, target_code(target, skins)])
    luminance = 100.0 * np.asarray(aces_luminance(target_light(target, codes)))
    return np.asarray(codes[luminance >= 0.999 * least])


def shown_codes(
    model: DisplayModel, target: Target, k: float, *, peak: str = "match"
) -> FloatArray:
    """The colours that the figures of a profile are of: all that the wall can make.

    Most come from a fixed set of wall codes, uniform in ST 2084, up to the most saturated: their
    content codes follow from the model. Greys, skin and some colours uniform in content are of
    `trial_codes`, those that the wall can make.

    Parameters
    ----------
    model, target, k, peak
        As `before_after` takes them.

    Returns
    -------
    ndarray, shape (n, 3)
        Content codes, 0..1.
    """
    content = trial_codes(target, n_colours_log2=_N_CONTENT_LOG2)
    _, reachable = correct(model, target, k, content, peak=peak)
    nominal = nominal_of(model)
    highest = nominal.position(model.parameters["code_limit"])
    sobol = qmc.Sobol(3, scramble=False).random_base2(_N_WALL_LOG2)
    light = shown(model, k, nominal.code(sobol * highest))
    codes = target_code(target, light)
    nits = 100.0 * np.asarray(aces_luminance(light))
    kept = nits >= min(_LEAST_NITS, 0.02 * target.peak_nits)
    # What does not come back from its code is outside of the content's gamut.
    kept &= delta_e_itp(target_light(target, codes), light) < _OUTSIDE_ITP
    codes = np.concatenate([content[reachable], codes[kept]])
    # A wall that reaches nothing has no colours to judge by: judge it by all.
    return np.asarray(codes) if len(codes) else content


def before_after(
    model: DisplayModel,
    target: Target,
    k: float,
    apply: Callable[[FloatArray], FloatArray],
    *,
    peak: str = "match",
    others: Sequence[DisplayModel] = (),
) -> BeforeAfter:
    """Predict the error before and after the correction, on colours that the wall can make.

    Parameters
    ----------
    model : DisplayModel
        The wall.
    target : Target
        What content is encoded in.
    k : float
        From `exposure_scale`.
    apply : callable
        The written table: content code (n, 3) to wall code (n, 3).
    peak : str
        As in `invert.correct`.
    others : sequence of DisplayModel
        Models that explain the measurements as well (`uncertainty.draw_models`): what comes
        after is then looked at through all of them, so that the fit's own error is in it.

    Returns
    -------
    BeforeAfter
        Figures for the profile.
    """
    codes = shown_codes(model, target, k, peak=peak)
    wanted = target_light(target, codes)
    wall = apply(codes)
    plain, corrected = shown(model, k, codes), _through(model, others, target, k, wall)
    again = np.tile(wanted, (len(corrected) // len(wanted), 1))
    white_nits = min(target.peak_nits, _SDR_WHITE_NITS)

    def rounded(bits: int) -> FloatArray:
        return _through(model, others, target, k, _rounded(wall, bits))

    return BeforeAfter(
        before=spread(delta_e_itp(plain, wanted)),
        after=spread(delta_e_itp(corrected, again)),
        before_de2000=spread(delta_e_2000(plain, wanted, white_nits=white_nits)),
        after_de2000=spread(delta_e_2000(corrected, again, white_nits=white_nits)),
        link_10bit=spread(delta_e_itp(rounded(10), again)),
        link_12bit=spread(delta_e_itp(rounded(12), again)),
        peak_kept=white_cost(model, target, k, apply(peak_white(target))).peak_kept,
        gamut_clipped=gamut_clipped(model, target, k),
    )


def white_cost(model: DisplayModel, target: Target, k: float, wall_code: FloatArray) -> PeakChoice:
    """What it costs to show the target's peak white with a wall code of shape (1, 3)."""
    made = shown(model, k, wall_code)
    plain = shown(model, k, peak_white(target))
    # Content neutral is camera neutral: equal channels of ACES2065-1.
    neutral = np.repeat(aces_luminance(made)[:, None], 3, axis=1)
    return PeakChoice(
        peak_kept=float(aces_luminance(made)[0] / aces_luminance(plain)[0]),
        white_off_neutral_itp=float(delta_e_itp(made, neutral)[0]),
    )


def peak_choices(
    model: DisplayModel,
    target: Target,
    k: float,
    apply: Callable[[FloatArray], FloatArray],
    *,
    size: int,
    peak: str = "match",
) -> dict[str, PeakChoice]:
    """What white costs under each choice of `peak`.

    Parameters
    ----------
    model, target, k, apply, peak
        As `before_after` takes them.
    size : int
        Nodes along an edge of the table.

    Returns
    -------
    dict of str to PeakChoice
        ``match`` and ``keep``: the chosen one through the written table, the other as a plain
        table of that size would show it.
    """
    white = peak_white(target)
    found = {}
    for choice in PEAK_CHOICES:
        if choice == peak:
            wall = apply(white)
        else:
            # On the grey diagonal a tetrahedral cell is a line between two nodes.
            place = white * (size - 1)
            low = np.minimum(np.floor(place), size - 2)
            nodes = node_function(model, target, k, size, peak=choice)
            ends = nodes(np.concatenate([low, low + 1]) / (size - 1))
            wall = ends[:1] + (place - low) * (ends[1:] - ends[:1])
        found[choice] = white_cost(model, target, k, wall)
    return found


def gamut_clipped(model: DisplayModel, target: Target, k: float) -> float:
    """Share of the target's codes (uniform grid up to its peak) that the wall cannot make."""
    top = float(eotf_inverse(target.eotf, target.peak_nits, peak_nits=target.peak_nits))
    # Middles of equal cells: nodes would count the faces of the cube, which hold no volume.
    axis = (np.arange(_N_GAMUT_STEPS) + 0.5) / _N_GAMUT_STEPS * top
    codes = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    _, reachable = correct(model, target, k, codes)
    return float(1.0 - np.mean(reachable))


def peak_white(target: Target) -> FloatArray:
    """The code of white at the target's peak."""
    peak = eotf_inverse(target.eotf, target.peak_nits, peak_nits=target.peak_nits)
    return np.full((1, 3), float(peak))


def _through(
    model: DisplayModel,
    others: Sequence[DisplayModel],
    target: Target,
    k: float,
    code: FloatArray,
) -> FloatArray:
    """What wall codes show by the model; or by each of the others, one after the other."""
    if not others:
        return shown(model, k, code)
    return np.concatenate([shown(one, exposure_scale(one, target), code) for one in others])


def _rounded(code: FloatArray, bits: int) -> FloatArray:
    steps = 2**bits - 1
    return np.asarray(np.rint(code * steps) / steps, np.float64)
