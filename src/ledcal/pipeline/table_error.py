"""What a table loses between its nodes, in colours on the wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.lut.chain import apply_chain
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.evaluate import spread
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct
from ledcal.model.predict import shown
from ledcal.model.trial import shown_codes
from ledcal.values.chain import Chain

if TYPE_CHECKING:
    from ledcal.values.lut import Lut3d
    from ledcal.values.profile import Profile
    from ledcal.values.quality import Spread


def table_error(profile: Profile, table: Lut3d | Chain) -> Spread:
    """Delta E ITP between what a table makes the wall show and what the exact correction does.

    Parameters
    ----------
    profile : Profile
        The wall as it was fitted.
    table : Lut3d or Chain
        Its correction, content code to wall code, applied tetrahedrally.

    Returns
    -------
    Spread
        Over the thousands of colours that `fit` judges by: greys, skin, all that the wall can
        make.
    """
    model, target, peak = profile.model, profile.stage.target, profile.peak
    k = exposure_scale(model, target)
    content = shown_codes(model, target, k, peak=peak)
    through = (
        apply_chain(table, content)
        if isinstance(table, Chain)
        else apply_tetrahedral(table, content)
    )
    exact, _ = correct(model, target, k, content, peak=peak)
    return spread(delta_e_itp(shown(model, k, through), shown(model, k, exact)))
