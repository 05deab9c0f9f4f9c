"""A profile to the patterns that verify it, and back from an identity strip's id."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import InputError
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.predict import black, predict
from ledcal.pattern import CORRECTED_SIZES, build_corrected
from ledcal.values.marks import split_pattern_id

if TYPE_CHECKING:
    from ledcal.pattern import CorrectedPattern
    from ledcal.values.arrays import FloatArray
    from ledcal.values.profile import Profile


def shown_light(profile: Profile, code: FloatArray) -> FloatArray:
    """What a profile says that wall codes (n, 3) show: ACES2065-1, black off, 1.0 = 100 nits."""
    seen = predict(profile.model, code) - black(profile.model)
    return np.asarray(profile.quality.exposure_scale * seen, np.float64)


def corrected_pattern(profile: Profile, set_name: str, layout: str) -> CorrectedPattern:
    """Build the corrected pattern of a profile.

    Parameters
    ----------
    profile : Profile
        Its wall, target, model and stored table decide.
    set_name : str
        ``quick``, ``standard`` or ``full``.
    layout : str
        ``single`` or ``grid``.

    Returns
    -------
    CorrectedPattern
        Always the same of the same profile.

    Raises
    ------
    InputError
        If there is no such set, or the profile's wall cannot show it.
    """
    try:
        return build_corrected(
            set_name,
            layout,
            profile.stage.wall,
            profile.stage.target,
            correct=partial(apply_tetrahedral, profile.correction),
            show=partial(shown_light, profile),
        )
    except ValueError as error:
        raise InputError(f"a corrected pattern of {profile.name}: {error}") from error


def corrected_of_id(profile: Profile, pattern_id: int) -> CorrectedPattern | None:
    """The corrected pattern of a profile whose frames carry an id; None where it is another's."""
    pattern_set, layout, _ = split_pattern_id(pattern_id)
    name = pattern_set.name.lower().removeprefix("corrected_")
    if pattern_set.name.lower() == name or name not in CORRECTED_SIZES:
        return None
    made = corrected_pattern(profile, name, layout)
    return made if made.drawn.pattern_id == pattern_id else None
