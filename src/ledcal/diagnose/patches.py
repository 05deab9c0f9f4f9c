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
# Flag, finding, what to do, whether it is worth shooting again where many patches have it.
_FLAGS = (
    (MeasurementFlag.NOISY, "noisy-patches", "defocus until the pixels of the wall blend", True),
    (MeasurementFlag.GRADIENT, "uneven-patches", "check for reflections on the wall", False),
    (MeasurementFlag.FEW_SAMPLES, "small-patches", "let the wall fill more of the frame", False),
    (MeasurementFlag.GREENS_DIFFER, "greens-differ", "defocus a little against moire", True),
)


def flagged(case: Case) -> Iterator[Finding]:
    """One finding for each flag that patches carry."""
    measurements = case.measurements
    is_patch = np.array([kind not in _NOT_PATCHES for kind in measurements.kind], dtype=bool)
    for flag, name, fix, reshoot in _FLAGS:
        bad = ((measurements.flags & int(flag)) > 0) & is_patch
        if not bad.any():
            continue
        frames = sorted({measurements.frame[i] for i in np.flatnonzero(bad)} - {""})
        yield Finding(
            id=name,
            severity="warning",
            seen=f"{int(bad.sum())} of {int(is_patch.sum())} patches: {FLAG_SENTENCES[flag]}",
            cause=FLAG_SENTENCES[flag],
            confidence=0.6,
            fix=fix,
            reshoot=reshoot and bool(bad.mean() > _MANY),
            frames=tuple(frames),
        )
