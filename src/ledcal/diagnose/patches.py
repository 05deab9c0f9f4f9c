"""Findings of single patches, by the flags that measuring gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.finding import Finding
from ledcal.values.measurement import FLAG_SENTENCES, MeasurementFlag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.diagnose.case import Case

_NOT_PATCHES = ("anchor", "black")
_MANY = 0.1
# Flag, finding, cause, what to do, whether it is worth shooting again where many patches have it.
_FLAGS = (
    (
        MeasurementFlag.NOISY,
        "noisy-patches",
        "moire, or something that moved before the wall",
        "defocus until the pixels of the wall blend",
        True,
    ),
    (
        MeasurementFlag.GRADIENT,
        "uneven-patches",
        "a reflection, a shadow or a light on the wall",
        "check for reflections on the wall",
        False,
    ),
    (
        MeasurementFlag.FEW_SAMPLES,
        "small-patches",
        "a wall that is small in the picture",
        "let the wall fill more of the frame",
        False,
    ),
    (
        MeasurementFlag.GREENS_DIFFER,
        "greens-differ",
        "moire: the wall's pixels fall on one green more than on the other",
        "defocus a little against moire",
        True,
    ),
)


def flagged(case: Case) -> Iterator[Finding]:
    """One finding for each flag that patches carry."""
    measurements = case.measurements
    is_patch = np.array([kind not in _NOT_PATCHES for kind in measurements.kind], dtype=bool)
    for flag, name, cause, fix, reshoot in _FLAGS:
        bad = ((measurements.flags & int(flag)) > 0) & is_patch
        if not bad.any():
            continue
        is_many = bool(bad.sum() > _MANY * is_patch.sum())
        is_again = reshoot and is_many
        names = {one for i in np.flatnonzero(bad) for one in measurements.frame[i].split("|")}
        frames = sorted(names - {""})
        yield Finding(
            id=name,
            severity="warning" if is_many else "note",
            seen=f"{int(bad.sum())} of {int(is_patch.sum())} patches: {FLAG_SENTENCES[flag]}",
            cause=cause,
            confidence=0.6,
            fix=f"{fix} and shoot again" if is_again else fix,
            reshoot=is_again,
            frames=tuple(frames),
        )
