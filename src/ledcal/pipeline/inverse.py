"""The correction of a profile read backwards, as a table, and how well it leads back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.lut.build import build_lut
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.lut.optimise import optimise_nodes
from ledcal.model.content import content_code, content_samples
from ledcal.model.evaluate import spread
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct
from ledcal.model.predict import shown
from ledcal.model.trial import shown_codes

if TYPE_CHECKING:
    from ledcal.values.lut import Lut3d
    from ledcal.values.profile import Profile
    from ledcal.values.quality import Spread


@dataclass(frozen=True, slots=True, eq=False)
class Inverse:
    """Wall code to content code.

    Attributes
    ----------
    table : Lut3d
        As it is written.
    round_trip : Spread
        Delta E ITP on the wall between a code that the correction gives and what becomes of it
        through this table and the exact correction.
    lost : float
        Share of the content's codes, 0..1, that the wall cannot make: they come back as the
        colour that was shown instead.
    """

    table: Lut3d
    round_trip: Spread
    lost: float


def inverse_of(profile: Profile, size: int) -> Inverse:
    """The inverse of a correction with `size` nodes along an edge, straight from the model.

    Parameters
    ----------
    profile : Profile
        The wall and its target.
    size : int
        Nodes along an edge.

    Returns
    -------
    Inverse
        Table and figures.
    """
    model, target, peak = profile.model, profile.stage.target, profile.peak
    k = exposure_scale(model, target)
    plain = build_lut(partial(content_code, model, target, k), size)
    table = optimise_nodes(plain, content_samples(model, target, k, peak=peak))
    colours = shown_codes(model, target, k, peak=peak)
    there, _ = correct(model, target, k, colours, peak=peak)
    again, _ = correct(model, target, k, apply_tetrahedral(table, there), peak=peak)

    return Inverse(
        table=table,
        round_trip=spread(delta_e_itp(shown(model, k, again), shown(model, k, there))),
        lost=profile.quality.gamut_clipped,
    )
