"""The matrix nearest to the correction of a profile, and what it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.evaluate import spread
from ledcal.model.exposure import exposure_scale
from ledcal.model.matrix import grey_codes, nearest_matrix, wall_code
from ledcal.model.predict import shown
from ledcal.model.trial import shown_codes

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.profile import Profile
    from ledcal.values.quality import Spread


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """A 3x3 in linear light, and delta E ITP against the target by the model.

    Attributes
    ----------
    matrix : ndarray, shape (3, 3)
        ``wall_nits = matrix @ content_nits``.
    leaves, leaves_greys : Spread
        Through the matrix: all colours that the wall can make, and greys.
    whole, whole_greys : Spread
        Through the stored table.
    nothing, nothing_greys : Spread
        Uncorrected.
    """

    matrix: FloatArray
    leaves: Spread
    leaves_greys: Spread
    whole: Spread
    whole_greys: Spread
    nothing: Spread
    nothing_greys: Spread


def nearest_of(profile: Profile) -> Nearest:
    """The matrix that does the most of a profile's correction."""
    model, target, wall = profile.model, profile.stage.target, profile.stage.wall
    k = exposure_scale(model, target)
    matrix = nearest_matrix(model, wall, target, k, peak=profile.peak)

    def missed(content: FloatArray, code: FloatArray) -> Spread:
        return spread(delta_e_itp(shown(model, k, code), target_light(target, content)))

    def through(content: FloatArray) -> FloatArray:
        nits = eotf(target.eotf, content, peak_nits=target.peak_nits)
        return wall_code(matrix, wall, nits)

    colours = shown_codes(model, target, k, peak=profile.peak)
    grey = grey_codes(model, target, k, peak=profile.peak)
    grey = grey if len(grey) else colours
    return Nearest(
        matrix=matrix,
        leaves=missed(colours, through(colours)),
        leaves_greys=missed(grey, through(grey)),
        whole=missed(colours, apply_tetrahedral(profile.correction, colours)),
        whole_greys=missed(grey, apply_tetrahedral(profile.correction, grey)),
        nothing=missed(colours, colours),
        nothing_greys=missed(grey, grey),
    )
