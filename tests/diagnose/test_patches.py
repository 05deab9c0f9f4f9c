"""Single patches, by the flags that measuring gave them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.diagnose.patches import flagged
from ledcal.values.measurement import FLAG_SENTENCES, MeasurementFlag
from tests.diagnose.cases import make_case, said_by

NAMES = {
    MeasurementFlag.NOISY: "noisy-patches",
    MeasurementFlag.GRADIENT: "uneven-patches",
    MeasurementFlag.FEW_SAMPLES: "small-patches",
    MeasurementFlag.GREENS_DIFFER: "greens-differ",
}


@pytest.mark.parametrize("flag", NAMES)
@pytest.mark.parametrize("n", [1, 30])
def test_each_flag_is_a_finding_with_its_files(flag: MeasurementFlag, n: int) -> None:
    measured = make_case().measurements
    flags = np.zeros(len(measured), np.int64)
    flags[20 : 20 + n] = int(flag)
    said = said_by(flagged, make_case(replace(measured, flags=flags)))
    assert list(said) == [NAMES[flag]]
    finding = said[NAMES[flag]]
    assert finding.seen == f"{n} of {len(measured)} patches: {FLAG_SENTENCES[flag]}"
    assert finding.frames == tuple(sorted({measured.frame[i] for i in range(20, 20 + n)}))
    # Many patches with moire or noise are worth another take; reflections are looked for first.
    worth = flag in {MeasurementFlag.NOISY, MeasurementFlag.GREENS_DIFFER}
    assert finding.reshoot == (worth and n > 1)


def test_anchors_black_and_clipped_ones_do_not_count_here() -> None:
    measured = make_case().measurements
    kind = ("anchor", "black", *measured.kind[2:])
    flags = np.zeros(len(measured), np.int64)
    flags[:2] = int(MeasurementFlag.NOISY)
    flags[3] = int(MeasurementFlag.SATURATED)
    assert said_by(flagged, make_case(replace(measured, flags=flags, kind=kind))) == {}
